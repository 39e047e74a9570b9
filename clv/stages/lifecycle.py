"""Where every customer stands on any day, since when, and who moved between two days.

A state on a day uses nothing that was not known on it: with the same thresholds, the states at t
from all data are the states at t from what was known at t. Stages explain and group; no stage rests
on a model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clv.errors import BadParameter, TooLittleToModel
from clv.stages import frameworks, health, records, rules, signals, spells, transitions
from clv.stages.bottlenecks import Expectation, bottlenecks, expectations
from clv.stages.door import check
from clv.stages.events import BEFORE, Events
from clv.stages.frameworks import Framework
from clv.stages.settings import Settings
from clv.stages.thresholds import Thresholds, fit
from clv.stages.timelines import Timelines, whole_days
from clv.tables.births import births
from clv.tables.optional import observable
from clv.tables.periods import as_date
from clv.tables.versions import Versions, versions

if TYPE_CHECKING:
    from clv.tables.optional.facts import Facts
    from clv.tables.transactions import Transactions

SHOWN = (  # records that show a state, whichever table they come from
    ({"qualified"}, "prospect"),
    ({"opportunities"}, "lost_lead"),
    ({"leads", "contacts"}, "lost_lead"),
)


@dataclass(frozen=True, eq=False)
class Lifecycle:
    """Customers' states on any day up to `as_of`, by one set of thresholds."""

    days: pd.DataFrame  # customer_id, date, amount: purchase days as they are known at as_of
    as_of: date
    thresholds: Thresholds
    versions: Versions | None = None  # what else was known of them before
    records: Mapping[str, pd.DataFrame] = field(default_factory=dict)  # as of `Events.of`
    observable: tuple[str, ...] = rules.OBSERVABLE  # the states that the tables can show
    framework: Framework | None = None  # whose words `stages` adds to its own
    expectations: tuple[Expectation, ...] = expectations()  # of leads and of prospects

    @cached_property
    def spells(self) -> pd.DataFrame:
        """From which day to which each customer is in which state, and what ended it.

        Returns
        -------
        DataFrame
            As of `spells.spells`: one row per customer and spell.
        """
        return spells.spells(self._known, self._customers, self._whole(self.as_of))

    def states(self, as_of: str | date | None = None) -> pd.Series:
        """The state of everyone known by a day, by customer_id: a look-up in the spells."""
        day = pd.Timestamp(self._day(as_of, "as_of"))
        there = (self.spells["start"] <= day) & ~(self.spells["stop"] <= day)
        return self.spells[there].set_index("customer_id")["state"].rename("stage")

    def stages(self, as_of: str | date | None = None) -> pd.DataFrame:
        """The state of everyone known by a day, and what led to it.

        Returns
        -------
        DataFrame
            Indexed by customer_id: stage (ordered, all twelve states), reason, rule, evidence,
            since_last (days; missing before a purchase), touches_30d (missing where no touch of
            anybody is known: beside a silence it tells who is still there), purchase_days,
            in_onboarding, activated, is_advocate, promoter, entry_uncertain, depth_now, max_depth;
            with a framework its framework_stage and badge.
        """
        found = self._signals(as_of)
        since = found["since_last"]
        stages = rules.apply(found).assign(
            since_last=since.astype("Int64" if since.hasnans else "int64"),
            touches_30d=self._touches(found["touches_30d"].astype("Int64"), as_of),
            **found[["purchase_days", *spells.FLAGS]],
            depth_now=spells.depths(found, ever=False),
            max_depth=spells.depths(found, ever=True),
        )
        return stages if self.framework is None else stages.join(self.framework.of(stages))

    def health(self, as_of: str | date | None = None) -> pd.DataFrame:
        """How each customer's relationship is doing on a day, by customer_id; customers only.

        Returns
        -------
        DataFrame
            usage, support, payment (0 to 100 each; NaN where it cannot be seen), health (their
            mean; NaN with fewer than two), coverage (share of the three that can be seen), band
            (red, amber, green); usage_part, support_part, payment_part: what each adds to 50.
        """
        bought = self._signals(as_of)["purchase_days"] >= 1
        customers = np.flatnonzero(self._customers.isin(bought.index[bought]))
        day = np.full(len(customers), self._whole(self._day(as_of, "as_of")))
        found = pd.DataFrame(self._known.events.health.at(customers, day))
        found.index = self._customers[customers]
        return found.assign(band=health.bands(found["health"]))

    def counts(self, as_of: str | date | None = None) -> pd.DataFrame:
        """Customers and share by stage; not known, rather than 0, where a stage needs more data.

        Returns
        -------
        DataFrame
            Indexed by stage, in lifecycle order: customers (Int64, NA: not observable), share,
            needs (the tables that would make it observable).
        """
        customers = self.states(as_of).value_counts(sort=False).astype("Int64")
        hidden = {
            state: rules.NEEDS[state] for state in rules.STATES if state not in self.observable
        }
        customers[list(hidden)] = pd.NA
        needs = customers.index.map(lambda state: hidden.get(state, ""))
        share = (customers / customers.sum()).astype("Float64")
        return pd.DataFrame({"customers": customers, "share": share, "needs": needs})

    def ladder(self, as_of: str | date | None = None) -> pd.DataFrame:
        """Customers by stage of the framework, under its names.

        Returns
        -------
        DataFrame
            As of `Framework.counts`; not known where the tables cannot show a stage.
        """
        if self.framework is None:
            raise BadParameter.from_value("framework", "", f"one of {list(frameworks.shipped())}")
        return self.framework.counts(self.stages(as_of), self.observable)

    def ago(self, days: int) -> date:
        """The day so many days before `as_of`, but no earlier than the first purchase."""
        return max(self.as_of - timedelta(days), self.days["date"].min().date())

    def moves(self, start: str | date, end: str | date | None = None) -> pd.DataFrame:
        """Customers by stage on `start` (rows) and on `end` (columns): observable stages only.

        The first row, `not_known`, holds those of whom nothing was known on `start`.
        `TooLittleToModel` where no purchase was made before `end`.
        """
        start, end = self._day(start, "start"), self._day(end, "end")
        if self.days["date"].min() >= pd.Timestamp(end):
            raise TooLittleToModel(
                "The history is one day long, so nobody can have moved. Take a longer history."
            )
        if start >= end:
            raise BadParameter.from_value("start", start.isoformat(), f"a day before {end}")
        now = self.states(end).astype("str")
        then = self.states(start).astype("str").reindex(now.index, fill_value=rules.NOT_YET)
        counts = pd.crosstab(then.rename("stage_then"), now.rename("stage_now"))
        return counts.reindex(
            index=pd.Index([rules.NOT_YET, *self.observable], name="stage_then"),
            columns=pd.Index(self.observable, name="stage_now"),
            fill_value=0,
        )

    def transitions(
        self, start: str | date | None = None, end: str | date | None = None
    ) -> pd.DataFrame:
        """How often each move was made after `start` and up to `end`; by default, ever.

        Returns
        -------
        DataFrame
            As of `transitions.counts`: one row per pair of stages.
        """
        first = self.spells["start"].min() - pd.Timedelta(days=1)
        began = first if start is None else self._day(start, "start")
        return transitions.counts(self.spells, began, self._day(end, "end"))

    def bottlenecks(
        self, expectations: Sequence[Expectation] | None = None, *, interval: float = 0.90
    ) -> pd.DataFrame:
        """Where customers get stuck: what was expected of each stage, and what came.

        By default, what `self.expectations` says of leads and of prospects, judged together.

        Returns
        -------
        DataFrame
            As of `bottlenecks.bottlenecks`: one row per expectation.
        """
        asked = self.expectations if expectations is None else expectations
        shown = {"observable": self.observable, "interval": interval}
        return bottlenecks(self.spells, self.as_of, asked, **shown)

    def purchase_days(self, as_of: str | date | None = None) -> pd.DataFrame:
        """Purchase days up to a day, as they were known on it: customer_id, date, amount."""
        day = self._whole(self._day(as_of, "as_of"))
        return self._known.timelines.purchase_days(self._customers, day)

    def _signals(self, as_of: str | date | None) -> pd.DataFrame:
        """Every signal of everyone known by a day, by customer_id."""
        everyone = np.arange(len(self._customers))
        day = self._whole(self._day(as_of, "as_of"))
        found = self._known.at(everyone, np.full(len(everyone), day))
        found = found.set_index(self._customers)
        return found[rules.first_match(found) != spells.NOWHERE]

    @cached_property
    def _customers(self) -> pd.Index:
        """Everyone of whom anything was ever known, sorted."""
        once = [] if self.versions is None else [self.versions.known["customer_id"]]
        others = [self.records[name]["customer_id"] for name in BEFORE if name in self.records]
        everyone = pd.concat([self.days["customer_id"], *once, *others]).unique()
        return pd.Index(np.sort(everyone.astype(object)), dtype="str", name="customer_id")

    @cached_property
    def _known(self) -> spells.Known:
        """Purchases and events of all of them."""
        own = Timelines.of(self._customers, self.days, self.versions, self.thresholds)
        return spells.Known(own, Events.of(self.records, self._customers))

    def _touches(self, recent: pd.Series, as_of: str | date | None) -> pd.Series:
        """Touches of late; missing, and not 0, where none of anybody was known by a day."""
        known = self._known.events.touches.day <= self._whole(self._day(as_of, "as_of"))
        return recent if known.any() else recent.mask(recent.notna())

    def _day(self, day: str | date | None, name: str) -> date:
        """The day meant, if it is one that the data reach."""
        meant = self.as_of if day is None else as_date(day, name)
        if meant > self.as_of:
            allowed = f"at most {self.as_of}, the last day that this lifecycle looks at"
            raise BadParameter.from_value(name, meant.isoformat(), allowed)
        return meant

    def _whole(self, day: date) -> int:
        return int(whole_days([np.datetime64(day)])[0])


def lifecycle(
    transactions: Transactions,
    *,
    as_of: str | date | None = None,
    thresholds: Thresholds | str | Path | None = None,
    tables: Mapping[str, Facts] | None = None,
    sector: str | None = None,
    settings: Mapping[str, object] | None = None,
    framework: str | Path | None = "crm",
) -> Lifecycle:
    """The lifecycle of every customer.

    Parameters
    ----------
    transactions
        The cleaned purchases, as `clv.load` returns them.
    as_of
        Last day to look at, inclusive; by default the transactions' own.
    thresholds
        Of an earlier fit, so that two dates can be compared, or the path of the file that holds
        them; by default fitted on what is visible at `as_of`.
    tables
        What else is known, as `clv.tables.optional.facts.load_all` returns it: each table makes
        more states observable.
    sector, settings
        What is set rather than learned, as of `settings.Settings`: by the preset of a sector
        (ecommerce, saas, manufacturing, consulting, education, health) and by name, such as
        {"lead_ttl": 90}. Thresholds of an earlier fit hold their own.
    framework
        Whose words are added to the stages: clm, crm, five-step, growth, hubspot, personaclick, or
        the path of a YAML file of your own.

    As in the parameters of a notebook, "" is the default, and no framework.
    """
    check(transactions, tables, thresholds)
    declared = Settings.of(sector or None, settings)
    last = transactions.window_end(as_of)
    days = signals.visible(transactions.purchase_days(last), last)
    if not thresholds:
        end = births(transactions, last).warm_up_end
        thresholds = fit(days, last, warm_up_end=end, settings=declared)
    elif not isinstance(thresholds, Thresholds):
        thresholds = Thresholds.from_json(thresholds)
    read = records.read(tables or {}, last, thresholds.payment_grace)
    seen = set(observable.table(tables or {}).query("kind == 'state' and observable")["what"])
    seen |= {state for names, state in SHOWN if names <= read.keys()}
    return Lifecycle(
        days=days,
        as_of=last,
        thresholds=thresholds,
        versions=versions(transactions, last),
        records=read,
        observable=tuple(state for state in rules.STATES if state in seen),
        framework=frameworks.read(framework).spoken_in(sector) if framework else None,
        expectations=expectations(thresholds.lead_ttl, declared.expectations),
    )
