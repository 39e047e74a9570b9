"""What is most worth fixing, how customers are doing, and what the stages are worth."""

from __future__ import annotations

import pandas as pd

from clv.report import worth
from clv.report.findings.finding import Finding, estimate, evidence, share_of_buyers
from clv.report.messages import message
from clv.report.privacy import few
from clv.report.words import Count, Label, Money, Number, People, Quantity, Share, Text, Value

HARD = 0.05  # more buyers than today, above which a stage is hard to move
CHANCE_ALONE = 0.50
FORETELLS = 0.60  # chance to rank a buyer above another, from which a measure says something
LEAST_HELD = 100  # customers, below which the stages are held against nothing
BANDS = ("stages", "fixed_bands")
BY_CHANCE = message("Choose whom to write to by chance and value, not by stage.")


def lifecycle(sizes: Finding, moved: Finding, stuck: Finding, fixing: Finding) -> Finding:
    """The answer: where customers stand, who moved, where they get stuck, what to begin with.

    The others each say theirs in full; of the moves and of what gets stuck a short form is told.
    What makes the answer urgent also says what to do; where nothing does, it is what is most worth
    fixing.
    """
    told = Text("{first} {second}", {"first": sizes.headline, "second": _moved(moved.headline)})
    if stuck.severity == "act":
        short = stuck.headline.values["short"]
        told = Text("{first} {second}", {"first": told, "second": short})
    said = (stuck, sizes, moved)
    urgent = [each for grade in ("act", "watch") for each in said if each.severity == grade]
    steps = [each.next_step for each in (*urgent, fixing, sizes) if each.next_step]
    severity = urgent[0].severity if urgent else "info"
    return Finding(told, sizes.evidence, severity, steps[0] if steps else None)


def _moved(full: Text) -> Text:
    """Who slipped away and who came back, without the period before."""
    if "lost" not in full.values:
        return full
    return Text(
        "In the last {span} {lost} customers slipped away and {back} came back.", full.values
    )


def worth_fixing(table: pd.DataFrame, *, days: int, currency: str | None = None) -> Finding:
    """Among whom one more buyer in a hundred is worth most, and where that is within reach.

    `table`: as `stages.worth_fixing.worth_fixing` returns it; `days`: within which they buy.
    """
    kind = worth.REVENUE if table.attrs.get("margin") is None else worth.MARGIN
    columns = ["customers", "p_purchase", "effort", "expected_spend", "one_point"]
    money = {"expected_spend": currency, "one_point": currency}
    shown = evidence(
        table[columns], customers="customers", p_purchase="share", effort="share", **money
    )
    shown.attrs |= {
        "value": kind,
        "labels": {"customers": "people", "p_purchase": "share", "expected_spend": "mean_spend"},
    }
    known = table[table["one_point"].gt(0) & ~table["customers"].map(few)]
    if known.empty:
        few_told = Text("No stage holds enough customers to tell what is most worth fixing.")
        return Finding(few_told, shown)
    first = known.iloc[0]
    values = {
        "first": Label(str(first.name)),
        "money": Money(first["one_point"], currency),
        "what": worth.noun(kind),
        "effort": Share(first["effort"]),
        "span": Quantity(days, "days"),
    }
    told = Text(
        "If one more in a hundred of the people in a stage bought within {span}, most would come "
        "from “{first}”: {money} of {what}, if the marginal customer is like the average.",
        values,
    )
    near = known[known["effort"] <= HARD]
    best = near.iloc[0] if len(near) else first
    if best.name != first.name:
        told = Text(
            "{told} But that takes {effort} more buyers there than today; from “{best}” {gain} is "
            "within reach, with {little} more.",
            {
                "told": told,
                "effort": Share(first["effort"]),
                "best": Label(str(best.name)),
                "gain": Money(best["one_point"], currency),
                "little": Share(best["effort"]),
            },
        )
    # No number: all of the stage are counted, and some of them may be held out.
    step = Text(
        "Begin with those in “{stage}”, the most valuable first, but with nobody held out.",
        {"stage": Label(str(best.name))},
    )
    return Finding(told, shown, "info", step)


def against_bands(table: pd.DataFrame) -> Finding:
    """Whether the stages foretell purchases at least as well as fixed bands of silence.

    `table`: as `stages.validation.against_fixed_bands` returns it.
    """
    shown = evidence(table, customers="customers", auc="share")
    stages, bands = (table.loc[name] for name in BANDS)
    if pd.isna(stages["auc"]) or stages["customers"] < LEAST_HELD:
        told = Text("Whether the stages foretell purchases cannot be told from so few returns.")
        return Finding(told, shown)
    values = {
        "auc": Share(stages["auc"]),
        "bands": Share(bands["auc"]),
        "loss": Number(stages["log_loss"], 3),
        "loss_of_bands": Number(bands["log_loss"], 3),
    }
    if max(stages["auc"], bands["auc"]) < FORETELLS:
        told = Text(
            "Neither the stages nor plain bands of silence foretell who buys: of a buyer and "
            "another customer they rank the buyer higher in {auc} and {bands} of cases, and chance "
            "alone gives {half}.",
            values | {"half": Share(CHANCE_ALONE)},
        )
        return Finding(told, shown, "watch", Text(BY_CHANCE))
    surer = stages["log_loss"] < bands["log_loss"]
    if surer and stages["auc"] < bands["auc"]:
        told = Text(
            "The stages foretell who buys as well as plain bands of silence: of a buyer and "
            "another customer they rank the buyer higher in {auc} of cases, the bands in {bands} "
            "(log loss {loss} against {loss_of_bands}).",
            values,
        )
        return Finding(told, shown)
    if surer:
        told = Text(
            "The stages foretell who buys better than plain bands of silence: of a buyer and "
            "another customer they rank the buyer higher in {auc} of cases, the bands in {bands} "
            "(log loss {loss} against {loss_of_bands}).",
            values,
        )
        return Finding(told, shown, "good")
    told = Text(
        "Plain bands of silence (30, 90, 180, 365 days) foretell who buys as well or better: of a "
        "buyer and another customer they rank the buyer higher in {bands} of cases, the stages in "
        "{auc} (log loss {loss_of_bands} against {loss}).",
        values,
    )
    return Finding(told, shown, "watch", Text(BY_CHANCE))


def customer_health(now: pd.DataFrame, later: pd.DataFrame) -> Finding:
    """How customers are doing by band, and whether that foretells anything.

    `now`: as `Lifecycle.health` returns it; `later`: as `stages.validation.by_health` does.
    """
    bands = now["band"].value_counts(sort=False).rename("customers")
    shown = _by_band(bands, later)
    known = int(bands.sum())
    if not known:
        told = Text("How each relationship is doing cannot be seen in these data.")
        need = Text("Add two of these: use (touchpoints), support tickets and payments.")
        return Finding(told, shown.iloc[:0], "info", need)
    told = _bands(bands, {"known": Count(known), "all": Count(len(now))})
    ends = [later.attrs[name] for name in ("auc", "auc_low", "auc_high")]
    if pd.isna(ends).any():
        return Finding(told, shown)
    values = {
        "told": told,
        "auc": estimate(*map(Share, ends)),
        "count": Count(later["customers"].sum()),
        "days": Quantity(later.attrs["days"], "days"),
        "half": Share(CHANCE_ALONE),
    }
    auc, low, high = ends
    if low > CHANCE_ALONE and auc >= FORETELLS:
        sure = Text(
            "{told} Of the {count} of whom it was known {days} earlier, who bought since was the "
            "healthier in {auc} of cases.",
            values,
        )
        return Finding(sure, shown, "good")
    if high < FORETELLS:
        doubt = Text(
            "{told} It does not foretell who buys: of the {count} of whom it was known {days} "
            "earlier, who bought since was the healthier in only {auc} of cases, and chance alone "
            "gives {half}.",
            values,
        )
        return Finding(doubt, shown, "watch")
    open_ = Text(
        "{told} Whether it foretells who buys cannot be told yet: of the {count} of whom it was "
        "known {days} earlier, who bought since was the healthier in {auc} of cases, and chance "
        "alone gives {half}.",
        values,
    )
    return Finding(open_, shown)


def _by_band(bands: pd.Series, later: pd.DataFrame) -> pd.DataFrame:
    """Customers of each band today, and what those who were in it before have bought since."""
    before = later.reindex(bands.index)
    shown = evidence(
        pd.DataFrame(
            {
                "customers": bands,
                "before": [People(size) for size in before["customers"].fillna(0)],
                "bought_again": [share_of_buyers(row) for row in before.itertuples()],
            },
            index=bands.index,
        ),
        customers="customers",
    )
    days = {"days": Quantity(later.attrs["days"], "days")}
    shown.attrs["labels"] = {
        "before": Text("Customers {days} earlier", days),
        "bought_again": Text("Bought again within {days}", days),
    }
    return shown


def _bands(bands: pd.Series, values: dict[str, Value]) -> Text:
    """How many customers are in each band; where one holds a few, the others would tell them."""
    if not bands.map(few).any():
        return Text(
            "Health can be told for {known} of {all} customers: {green} are green, {amber} amber "
            "and {red} red.",
            values | {name: Count(size) for name, size in bands.items()},
        )
    values = values | {"band": Label(str(bands.idxmax())), "most": Count(bands.max())}
    if few(bands.sum() - bands.max()):
        return Text(
            "Health can be told for {known} of {all} customers; for nearly all of them it is "
            "“{band}”.",
            values,
        )
    return Text(
        "Health can be told for {known} of {all} customers; for {most} of them it is “{band}”.",
        values,
    )
