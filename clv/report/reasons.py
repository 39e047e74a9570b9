"""Why something is so, as the floors below say it, found again as a sentence with values.

They know no languages and say their reasons in English, into tables and files. Each such sentence
has its template here; what fits none is shown as it was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from clv.report.labels import NAMES
from clv.report.languages import Words
from clv.report.messages import Messages
from clv.report.words import Label, Number, Share, Text, Value

REASONS: Final[Messages] = {
    # the choice of a model
    "named": "named in the study",
    "no_origin": "the history is too short to fit every model on an earlier day of it",
    "highest": "highest mean log score over the earlier origins ({score})",
    "tie": "within one standard error of {best} in mean log score over the earlier origins "
    "({own} against {other}), and it does not take every one-time buyer for alive",
    "simpler": "within one standard error of {best} in mean log score over the earlier origins "
    "({own} against {other}), and it is simpler",
    "next_best": "the next best over the earlier origins",
    "given_way": "{reason}: {name} cannot be fitted on all customers",
    # the choice of the purchases that a model of spend counts
    "no_spend_origin": "the history is too short to test a model of spend on an earlier day of it",
    "spend_nearer": "smaller log error of spend over the earlier origins ({own} against {other})",
    "spend_alike": "log errors of spend within one standard error ({own} against {other}), and the "
    "smaller bias ({bias})",
    "spend_off": "`{best}` foresaw spend with a smaller log error ({own} against {other}), but "
    "missed its total by {bias} against {smaller}",
    "other_basis": "the only other basis",
    # whether customers are older than the log
    "births_declared": "declared: no customer is older than the log",
    "births_unknown": "declared: there were customers before the log begins",
    "births_short": "the log is too short to tell whether there were customers before it begins",
    "births_observed": "the first {days} days hold {ratio} times as many first purchases a day as "
    "the days after them: no customer seems older than the log",
    "births_before": "the first {days} days hold {ratio} times as many first purchases a day as "
    "the days after them: there were customers before the log begins",
    "births_all_early": "no customer is first seen after the first {days} days: there were "
    "customers before the log begins",
    "births_open": "the first {days} days hold {ratio} times as many first purchases a day as the "
    "days after them, which leaves open whether there were customers before the log begins",
    "births_refused": "{reason}; after the warm-up the models cannot be fitted: {refused}",
    # the cut points of a score
    "fixed": "{share} of customers have the same, over a fifth: fixed cut points",
    "quantile": "at most {share} of customers have the same: fifths of the customers",
    "fixed_asked": "fixed cut points, as asked for",
    "jenks_asked": "natural breaks, as asked for",
    "few_values": "only {found} different values: fixed cut points",
    # the limits of a stage
    "learned": "learned in this stratum",
    "pooled": "learned together with the neighbouring stratum: not stable alone",
    "not_reached": "does not exist: not reached before the cap, or too few silences or customers",
    "unstable": "does not exist: its interval is too wide",
    "same_day": "does not exist: the next state begins on the same day",
    "gives_way": "does not exist: it gives way to a limit that was set",
    "contractual": "does not exist: customers leave when their contract ends",
    "horizon": "three times the median completed gap, between 28 and 180",
    "loyal_days": "75th percentile of customers with 2 or more purchase days in {days} days, "
    "at least {least}",
    "loyal_money": "median of customers with 2 or more purchase days in {days} days",
    "set": "set, not learned",
    # what a stage needs to be seen
    "reached": "touchpoints",
    "lead": "leads, or customers with created_at",
    "prospect": "opportunities, or leads with qualified_at",
    "lost_lead": "leads with a status history, or touchpoints",
    "advocate": "referrals, reviews or surveys",
    "repeat_buyers": "customers who came back",
    # why nothing can be compared with what came later
    "one_day": "The history is one day long: nothing can be judged by what came later. Take a "
    "longer history.",
    "no_moves": "The history is one day long, so nobody can have moved. Take a longer history.",
    # why there is no model
    "few_buyers": "Only {found} repeat buyers (on more than one day); a model needs {needed}. "
    "Segments and stages are shown without values.",
    "one_price": "Every repeat purchase costs the same, so no model of spend can be fitted. "
    "Segments and stages are shown without values.",
    "few_payers": "Only {found} customers have paid for a repeat purchase; a model of spend needs "
    "{needed} or more. Take a longer history.",
}

_FIGURES = re.compile(r"(?P<sign>[-+])?\d[\d,]*(?:\.(?P<decimals>\d+))?(?P<percent>%)?")


def _pattern(template: str) -> re.Pattern[str]:
    """What a sentence of a template looks like, its values named."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(template)))


_PATTERNS: Final = {template: _pattern(template) for template in REASONS.values()}


def found_again(sentence: str) -> Value | None:
    """A reason as it can be said in any language; None for what is no sentence of ours.

    >>> str(found_again("at most 1.1% of customers have the same: fifths of the customers"))
    'at most 1.1% of customers have the same: fifths of the customers'
    """
    for template, pattern in _PATTERNS.items():
        found = pattern.fullmatch(sentence)
        if found:
            return Text(template, {name: _value(text) for name, text in found.groupdict().items()})
    return None


def _value(text: str) -> Value | str:
    """A value of a sentence: a number as it was written, a name of ours, another reason."""
    figures = _FIGURES.fullmatch(text)
    if not figures:
        return found_again(text) or (Label(text) if text in NAMES else text)
    digits = len(figures["decimals"] or "")
    number = float(text.rstrip("%").replace(",", ""))
    value = Share(number / 100, digits) if figures["percent"] else Number(number, digits)
    return _Plus(value) if figures["sign"] == "+" else value


@dataclass(frozen=True, slots=True)
class _Plus:
    """A number that is said with its sign although it is positive."""

    value: Value

    def render(self, words: Words) -> str:
        return words.isolated(f"+{self.value.render(words)}")
