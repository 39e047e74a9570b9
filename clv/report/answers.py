"""What each page answers, for the one that sums them up: read from a run, or computed alike.

Under `clv run` the other pages have spoken already, in every language of the run: their answers and
checks are read from `results.json`. Where a page has not spoken, its answer is computed here by the
functions that its notebook calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pandas as pd

from clv.customers import activity, assumptions, choice, headcount, holdout, traits
from clv.customers.outlook import Outlook
from clv.customers.segments import segments
from clv.errors import DidNotConverge, TooLittleToModel
from clv.report import alerts, checks, findings, spoken, worth
from clv.report.answer import WITHHELD, Answer
from clv.report.checks import Check
from clv.report.findings.finding import Finding
from clv.report.findings.summary import Action
from clv.report.languages import MISSING
from clv.report.reasons import found_again
from clv.report.spoken import PAGES
from clv.report.words import Names, Text
from clv.scoring import Scored
from clv.stages import bottlenecks, leads, transitions, validation, worth_fixing
from clv.stages.lifecycle import Lifecycle
from clv.stages.unlimited import unlimited
from clv.tables.optional import links
from clv.tables.optional.facts import Facts
from clv.tables.transactions import Transactions

PERIOD: Final = 30  # days, in which those are counted who moved
ACTING: Final[Mapping[str, str]] = {  # pages whose next step is something to do, and who does it
    "00_data_health": "data",
    "01_customer_base": "marketing",
    "07_lifecycle_stages": "care",  # but for leads who get stuck
}


@dataclass(frozen=True, slots=True)
class Base:
    """What the answers are computed from."""

    log: Transactions
    scored: Scored
    life: Lifecycle
    outlook: Outlook | None  # None: without models
    tables: Mapping[str, Facts] = field(default_factory=dict)
    horizon: str = "12M"
    interval: float = 0.90
    sector: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)  # of the lifecycle


def answers(results: str | Path, base: Base) -> tuple[Answer, ...]:
    """What every page says, in the order of the suite.

    Parameters
    ----------
    results : str or Path
        The folder of a run, with `results.json`; "" where there is none.
    base : Base
        What the answers of pages that have not spoken are computed from.

    """
    told = {answer.page: answer for answer in spoken.read(results)}
    missing = [page for page in ANSWERS if page not in told]
    told |= {page: _computed(page, base) for page in missing}
    return tuple(_owned(told[page], base) for page in sorted(told))


def _owned(answer: Answer, base: Base) -> Answer:
    """An answer with who does what it asks for; where people get stuck, that comes first."""
    who = ACTING.get(answer.page)
    if answer.page == "07_lifecycle_stages" and answer.severity == "act":
        who = _stuck(base)[1] or who
    return replace(answer, who=who)


# Computed alike -----------------------------------------------------------------------------


def _computed(page: str, base: Base) -> Answer:
    """The answer of one page, or why there is none."""
    silent = Answer(page, Text(PAGES[page]), "", WITHHELD)
    try:
        found, held = ANSWERS[page](base)
    except (TooLittleToModel, DidNotConverge) as refused:
        return replace(silent, said=found_again(str(refused)) or str(refused))
    return replace(
        silent,
        said=found.headline,
        severity=found.severity,
        next_step=found.next_step,
        checks=tuple(held),
    )


def _data_health(base: Base) -> tuple[Finding, Sequence[Check]]:
    log, customers = base.log, base.scored.customers
    odd = alerts.about(log, base.tables, links.messages(base.tables, log))
    monthly = activity.purchases_per_month(log)
    held = (checks.every_row(log), checks.came_back(customers), checks.no_empty_month(monthly))
    return findings.verdict(customers, log.rows, odd), held


def _customer_base(base: Base) -> tuple[Finding, Sequence[Check]]:
    return findings.one_time_buyers(base.scored.customers), ()


def _segments(base: Base) -> tuple[Finding, Sequence[Check]]:
    return findings.champions(segments(base.scored.customers)), ()


def _purchases(base: Base) -> tuple[Finding, Sequence[Check]]:
    scored = _with_models(base)
    chosen = choice.chosen(scored.comparison, choice.name_of(scored.purchases))
    opinions = choice.side_by_side(scored.customers, chosen, horizon=base.horizon)
    terms = {"horizon": base.horizon, "interval": base.interval}
    buyers = headcount.buyers(scored.customers, scored.purchases, **terms)
    return findings.purchase_model(opinions, buyers, horizon=base.horizon), ()


def _spend(base: Base) -> tuple[Finding, Sequence[Check]]:
    scored = _with_models(base)
    typical = traits.spend(scored.spend, base.interval)
    dependence = assumptions.spend_independence(scored.customers, scored.spend.basis)
    return findings.spend_answer(typical, dependence, currency=base.log.currency), ()


def _holdout(base: Base) -> tuple[Finding, Sequence[Check]]:
    scored, log = _with_models(base), base.log
    name, unit = choice.name_of(scored.purchases), scored.customers.attrs["unit"]
    split = holdout.middle(log)
    test = holdout.backtest(log, split, log.as_of, unit=unit, interval=base.interval)
    measured = holdout.measures(test)
    verdict = findings.holdout(measured, model=name)
    over = holdout.over_baselines(measured, name)
    return verdict, (checks.beats_rules(over, verdict.headline),)


def _lifetime_value(base: Base) -> tuple[Finding, Sequence[Check]]:
    customers = _with_models(base).customers
    told = {"currency": base.log.currency, "worth": worth.of(customers)}
    terms = {"customers": len(customers), "horizon": base.horizon}
    return findings.expected_value(base.outlook, **terms, **told), ()


def _lifecycle(base: Base) -> tuple[Finding, Sequence[Check]]:
    life, log = base.life, base.log
    span = validation.days_to_judge(life)
    declared = {"tables": base.tables, "sector": base.sector, "settings": base.settings}
    before = validation.followed(log, life.ago(span), span, **declared)
    behaviour = validation.by_stage(before)
    stake = worth_fixing.at_stake(life, behaviour["share"])
    point = worth_fixing.worth_fixing(stake, margin=worth_fixing.margin_of(life, log.margin))
    moves = transitions.by_kind(life.spells, life.as_of, days=PERIOD)
    parts = (
        findings.stage_sizes(life.counts(), int(unlimited(life.stages(), life.thresholds).sum())),
        findings.moved(moves),
        _stuck(base)[0],
        findings.worth_fixing(point, days=span, currency=log.currency),
    )
    verdict = findings.stage_separation(behaviour).headline
    return findings.lifecycle(*parts), (checks.stages_tell_apart(behaviour, verdict),)


def _stuck(base: Base) -> tuple[Finding, str | None]:
    """Where people get stuck before they buy, and who is to look into it."""
    life = base.life
    own = leads.of_leads(life.spells, base.tables)
    seen = {"observable": life.observable}
    whole = bottlenecks.bottlenecks(own, life.as_of, life.expectations, **seen)
    sources, first = leads.sources(base.tables), life.expectations[0]
    of_groups = bottlenecks.of_groups(own, life.as_of, first, sources, **seen)
    judged = bottlenecks.together(whole, of_groups)
    found = findings.bottleneck(*judged, own.attrs.get("left_out", 0))
    return found, findings.looks_into_it(*judged)


def _with_models(base: Base) -> Scored:
    """What was scored, if the models could be fitted."""
    if base.scored.purchases is None:
        raise TooLittleToModel(base.scored.reason)
    return base.scored


ANSWERS: Final[Mapping[str, Callable[[Base], tuple[Finding, Sequence[Check]]]]] = {
    "00_data_health": _data_health,
    "01_customer_base": _customer_base,
    "02_rfm_segments": _segments,
    "03_purchase_model": _purchases,
    "04_spend_model": _spend,
    "05_holdout_check": _holdout,
    "06_lifetime_value": _lifetime_value,
    "07_lifecycle_stages": _lifecycle,
}


# Shown --------------------------------------------------------------------------------------


def table(told: Sequence[Answer]) -> pd.DataFrame:
    """The pages with their answers and the state of their checks; those left out share a row.

    Returns
    -------
    DataFrame indexed by page: `answer`, `checks` (in words).

    """
    spoken = [answer for answer in told if not answer.left_out]
    gone: dict[str, list[Answer]] = {}
    for answer in told:
        if answer.left_out:
            gone.setdefault(str(answer.said), []).append(answer)
    rows = [(answer.name, answer.said, _state(answer)) for answer in spoken]
    rows += [
        (Names([a.name for a in same]), same[0].said, _state(same[0])) for same in gone.values()
    ]
    names, said, held = zip(*rows, strict=True)
    index = pd.Index(names, dtype=object, name="page")
    return pd.DataFrame({"answer": said, "checks": held}, index=index, dtype=object)


def steps(told: Sequence[Answer]) -> list[Action]:
    """What other pages ask somebody to do, where it is more than good to know."""
    return [
        findings.action(_found(answer), answer.who)
        for answer in told
        if answer.who and answer.severity in ("act", "watch")
    ]


def _found(answer: Answer) -> Finding:
    """An answer as a finding without evidence: that stands on its own page."""
    return Finding(answer.said, pd.DataFrame(), answer.severity, answer.next_step)


def _state(answer: Answer) -> Text | str:
    """How many of a page's checks hold."""
    if answer.left_out:
        return Text("left out")
    total, failed = len(answer.checks), len(answer.failed)
    if not total:
        return MISSING
    if failed:
        return Text("{count} failed", plural="{count} failed", count=failed)
    return Text("{count} passed", plural="{count} passed", count=total)
