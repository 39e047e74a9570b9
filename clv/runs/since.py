"""What has happened since the run that this one is compared with, told from today's data."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from clv.customers import kept_forecasts
from clv.errors import Message, SourceUnreadable
from clv.report import alerts
from clv.runs import folders, ledger, manifest, publishing
from clv.runs.ledger import Entry
from clv.tables import prices
from clv.tables.transactions import Transactions

if TYPE_CHECKING:
    from clv.customers.value_bridge import Valued
    from clv.runs.comparison import Earlier
    from clv.runs.inputs import Cleaned
    from clv.scoring import Scored
    from clv.study import Study

WATCH_LIST = "watch_list.parquet"
LISTS = "watch_lists"  # folder of a study: those of pruned runs, as long as a report may need them
MODELS = "models"  # folder of a run: the models as they were fitted, for the runs to come
PURCHASES, SPEND, FAMILY = "purchases.json", "spend.json", "model.json"


@dataclass(frozen=True, slots=True)
class Since:
    """The tables that tell it; empty where there is nothing to tell."""

    bridge: pd.DataFrame | None = None  # as of `value_bridge`
    drift: pd.DataFrame | None = None  # as of `drift`
    forecasts: pd.DataFrame = field(default_factory=kept_forecasts.nothing)
    entries: list[Entry] = field(default_factory=list)  # of the ledger, one for each forecast
    messages: tuple[Message, ...] = ()
    tested: dict[str, Any] | None = None  # forecasts made again on earlier days
    valued: dict[str, Any] | None = None  # what the total is: the margin kept, and in whose money

    def hand_over(self, folder: Path, listed: Path | None = None) -> None:
        """Save the tables for the notebooks that show them, with the watch list of an earlier run.

        By that list they tell what contacting has brought.
        """
        if listed is not None:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(listed, folder / WATCH_LIST)
        from clv.customers import value_bridge

        if self.bridge is not None:
            value_bridge.save(self.bridge, folder)
        kept_forecasts.save(self.forecasts, folder)

    def as_dict(self) -> dict[str, Any]:
        """The same for results.json."""
        return {
            "bridge": _plain(self.bridge, "parts"),
            "drift": _plain(self.drift, "measures"),
            "forecasts": _records(self.forecasts),
            "tested": self.tested,
            "valued": self.valued,
        }


def told(
    study: Study,
    cleaned: Cleaned,
    scored: Scored | None,
    before: Earlier | None,
    entries: list[Entry],
) -> Since:
    """Everything that can be told of the time since an earlier run, and of earlier forecasts.

    Parameters
    ----------
    scored
        None where only the forecasts are asked for.
    before
        The run compared with, None without one.
    entries
        The forecasts of earlier days, as `ledger.earlier` returns them.

    """
    if not isinstance(cleaned, Transactions):
        return Since()  # a summary does not tell what came when
    days = {entry["made_on"] for entry in entries} | ({before.as_of} if before else set())
    worth = _restated(study, cleaned, days)
    ordered, forecasts = ledger.held(entries, cleaned, worth)
    valued = {"margin": cleaned.margin, "prices": cleaned.prices}
    past = Since(forecasts=forecasts, entries=ordered, tested=_tested(scored), valued=valued)
    if before is None or scored is None:
        return past
    from clv.customers.drift import drift

    bridge, messages = _bridge(study, cleaned, scored, before, worth.get(before.as_of, 1.0))
    drifted = drift(cleaned, before.as_of)
    odd = (Message("warning", one.code, str(one.sentence)) for one in alerts.of_drift(drifted))
    return replace(past, bridge=bridge, drift=drifted, messages=(*messages, *odd))


def _tested(scored: Scored | None) -> dict[str, Any] | None:
    """How far forecasts were off that the models would have made on earlier days."""
    origins = scored.rolling if scored else None
    if origins is None or origins.empty:
        return None
    missed = float(np.abs(np.expm1(-origins["error"])).median())
    if not np.isfinite(missed):
        return None
    return {"origins": len(origins), "missed": missed, "inside": int(origins["inside"].sum())}


def _bridge(
    study: Study, cleaned: Transactions, scored: Scored, before: Earlier, worth: float
) -> tuple[pd.DataFrame | None, tuple[Message, ...]]:
    """The bridge from one total to the other, or why there is none."""
    from clv.customers.value_bridge import Terms, Valued, value_bridge
    from clv.errors import BadParameter
    from clv.tables.summary import customer_summary

    if scored.purchases is None:
        return None, ()
    try:
        old = read_models(before.folder)
        again = customer_summary(cleaned, before.as_of, unit=study.unit)
    except (SourceUnreadable, BadParameter) as fault:
        text = f"What changed since run {before.run_id} cannot be told part by part: {fault}"
        return None, (Message("warning", "no-bridge", text),)
    if old is None:
        return None, ()
    terms = Terms(study.horizon, study.annual_discount_rate, cleaned.margin)
    now = Valued(scored.customers, scored.purchases, scored.spend)
    how = {"interval": study.interval, "seed": study.seed, "restated": worth}
    return value_bridge(old, again, now, terms, **how), ()


def _restated(study: Study, cleaned: Transactions, days: set[str]) -> dict[str, float]:
    """How many of today's money make one of each day's, where amounts are restated."""
    if cleaned.prices != "real":
        return {}
    path = Path(study.load_arguments()["prices"]["cpi"])
    index = prices.read(path.read_bytes(), path.name)
    now = index[f"{cleaned.as_of:%Y-%m}"]
    return {day: float(now / index[day[:7]]) for day in days if day[:7] in index}


# The watch list of a run --------------------------------------------------------------------


def watch_list(home: Path, as_of: str) -> Path | None:
    """The newest watch list of an earlier run whose time is over by a day; None without one."""
    lists = {path.stem: path for path in (home / LISTS).glob("*.parquet")}
    for run in folders.runs(home):
        if (path := run / "tables" / WATCH_LIST).is_file() and not is_by_hand(run):
            lists[run.name] = path
    for name in sorted(lists, reverse=True):
        made_on = folders.day_of(name)
        if made_on and made_on < as_of and is_over(lists[name], as_of):
            return lists[name]
    return None


def is_over(listed: Path, as_of: str) -> bool:
    """Whether the time of a watch list is over by a day; never that of an empty one."""
    until = pd.read_parquet(listed, columns=["until"])["until"].max()
    return bool(pd.notna(until) and pd.Timestamp(until) <= pd.Timestamp(as_of))


def is_by_hand(run: Path) -> bool:
    """Whether a run is of other data than its study's, and nothing for it to build on."""
    return bool(folders.content(run / manifest.NAME).get("by_hand"))


# The models of a run ------------------------------------------------------------------------


def keep_models(scored: Scored, report: Path) -> None:
    """Leave the models in a report, so that later runs can say what has changed."""
    if scored.purchases is None:
        return
    folder = report / MODELS
    folder.mkdir(exist_ok=True)
    scored.purchases.to_json(folder / PURCHASES)
    scored.spend.to_json(folder / SPEND)
    publishing.write_json(folder / FAMILY, scored.model)


def read_models(run: Path) -> Valued | None:
    """The base of a published run with its models; None where it has none."""
    from clv.customers import choice
    from clv.customers.spend import GammaGammaModel
    from clv.customers.value_bridge import Valued

    table = run / "tables" / "customers.parquet"  # which a run leaves only where rows may go out
    if not ((run / MODELS / FAMILY).is_file() and table.is_file()):
        return None
    made, family = manifest.read(run), publishing.read_json(run / MODELS / FAMILY)
    customers = pd.read_parquet(table).set_index("customer_id")
    customers.attrs = {"unit": customers["unit"].iloc[0], "as_of": made["as_of"]}
    return Valued(
        customers=customers.drop(columns="unit"),
        purchases=choice.family(family["purchases"]).from_json(run / MODELS / PURCHASES),
        spend=GammaGammaModel.from_json(run / MODELS / SPEND),
    )


# As JSON can hold it ------------------------------------------------------------------------


def _plain(table: pd.DataFrame | None, rows: str) -> dict[str, Any] | None:
    """A table and what it says of itself; None where there is nothing to say."""
    if table is None or table.empty:
        return None
    facts = {name: _value(value) for name, value in table.attrs.items()}
    return facts | {rows: _records(table.reset_index(names="name"))}


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{key: _value(cell) for key, cell in row.items()} for row in table.to_dict("records")]


def _value(cell: Any) -> Any:  # noqa: ANN401 -- whatever a cell holds
    if isinstance(cell, str | bool):
        return cell
    if pd.isna(cell):
        return None
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else cell
