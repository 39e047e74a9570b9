"""The words of the trade in plain words: on each page those that occur on it, and no others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from clv.report.languages import Words
from clv.report.messages import message


@dataclass(frozen=True, slots=True)
class Term:
    """A word and what it means; all three are messages.

    `seen_as` are the beginnings of words by which the term is known on a page, in the writing of
    the language, with "|" between them: a translation names all forms that its grammar makes.
    """

    name: str
    meaning: str
    seen_as: str


TERMS: Final = (
    Term(
        message("As-of date"),
        message("The last day that counts. Whatever was bought later is left out."),
        message("as of|As of|day of the report"),
    ),
    Term(
        message("Repeat buyer"),
        message("A customer who has bought on more than one day."),
        message("repeat buyer|Repeat buyer|come back|came back|more than one day"),
    ),
    Term(
        message("Purchase day"),
        message("A day on which a customer bought. Several purchases on one day count as one."),
        message("purchase day|Purchase day"),
    ),
    Term(
        message("Cohort"),
        message("All customers who bought for the first time in the same month."),
        message("cohort|Cohort"),
    ),
    Term(
        message("RFM"),
        message(
            "Three scores from 1 (worst) to 5 (best): recency is how lately a customer bought, "
            "frequency is on how many days, and money is how much was spent."
        ),
        message("RFM|recency score|Recency|frequency score"),
    ),
    Term(
        message("Segment"),
        message("A group of customers with similar RFM scores, such as the champions."),
        message("segment|Segment"),
    ),
    Term(
        message("Champions"),
        message("Customers who bought lately, often and for much money."),
        message("champion|Champion"),
    ),
    Term(
        message("BG/NBD"),
        message(
            "A model of purchases: each customer buys at their own rate, and may leave after any "
            "repeat purchase."
        ),
        message("BG/NBD"),
    ),
    Term(
        message("MBG/NBD"),
        message(
            "The same model as BG/NBD, but a customer may leave after the first purchase already."
        ),
        message("MBG/NBD"),
    ),
    Term(
        message("Pareto/NBD"),
        message(
            "A model of purchases: each customer buys at their own rate, and may leave at any "
            "moment, seen by nobody."
        ),
        message("Pareto/NBD"),
    ),
    Term(
        message("Gamma-Gamma"),
        message("A model of the average amount of a purchase, for each customer."),
        message("Gamma-Gamma"),
    ),
    Term(
        message("P(alive)"),
        message(
            "The probability that somebody is still a customer, although nobody told us whether "
            "they left."
        ),
        message("P(alive)|still a customer|still being a customer|Still customers|still customers"),
    ),
    Term(
        message("Expected revenue"),
        message(
            "What customers will spend from now on, on average over all that may happen. It is "
            "revenue and not profit: no costs are taken off."
        ),
        message("expected revenue|Expected revenue|expected to bring"),
    ),
    Term(
        message("Expected value"),
        message(
            "What is kept, by the margin, of what customers will spend from now on, on average "
            "over all that may happen."
        ),
        message("expected value|Expected value"),
    ),
    Term(
        message("Horizon"),
        message("How far ahead the forecast looks, such as the next 12 months."),
        message("horizon|Horizon|in the next|over the next"),
    ),
    Term(
        message("Discount rate"),
        message("By how much money is worth less when it comes a year later."),
        message("discount rate|Discount rate|discounted"),
    ),
    Term(
        message("Likely range"),
        message(
            "An interval: if the model is right, the true number lies in it in 9 of 10 cases, or "
            "in the share that was asked for."
        ),
        message("Likely range|likely range|interval|Interval"),
    ),
    Term(
        message("Holdout"),
        message(
            "The last part of the log, hidden from a model and then compared with its forecast."
        ),
        message("holdout|Holdout|foreseen|foresaw"),
    ),
    Term(
        message("Log score"),
        message(
            "How well a model foresaw what happened. The nearer to zero, the smaller was the "
            "surprise."
        ),
        message("log score|Log score|mean logarithm"),
    ),
    Term(
        message("Rule of thumb"),
        message("A forecast that needs no model, such as: everybody keeps their own pace."),
        message("rule of thumb|rules of thumb|Rule of thumb"),
    ),
    Term(
        message("Squared error"),
        message(
            "How far a forecast was off, each miss multiplied by itself, so that large misses "
            "count most."
        ),
        message("squared error|Squared error"),
    ),
    Term(
        message("Ranked score"),
        message(
            "How far a forecast's chances of 0, 1, 2 and more purchases were from what came; the "
            "smaller, the better."
        ),
        message("Ranked score"),
    ),
    Term(
        message("Gini"),
        message(
            "How well a forecast puts customers in order: 1 as what came did itself, 0 as a draw "
            "of lots would."
        ),
        message("Gini"),
    ),
    Term(
        message("Wider bounds"),
        message(
            "Bounds of a total that allow for misses as large as those of earlier forecasts, "
            "because no model knows season and campaigns."
        ),
        message("wider bounds|Wider bounds|earlier forecasts"),
    ),
    Term(
        message("Margin"),
        message("The share of revenue that is kept when the costs of what was sold are paid."),
        message("margin|Margin"),
    ),
    Term(
        message("Standard error"),
        message("How far an estimate would typically be off, by chance alone."),
        message("standard error|Standard error"),
    ),
    Term(
        message("Onboarding"),
        message("A stage: the first purchase was not long ago."),
        message("Onboarding"),
    ),
    Term(
        message("Active"),
        message("A stage: in the rhythm; the last purchase is no longer ago than usual."),
        message("Active"),
    ),
    Term(
        message("Loyal"),
        message("A stage: in the rhythm, and bought often and for much money lately."),
        message("Loyal"),
    ),
    Term(
        message("At risk"),
        message("A stage: silent for longer than most customers before their next purchase."),
        message("At risk"),
    ),
    Term(
        message("Dormant"),
        message("A stage: silent for so long that a return is rare."),
        message("Dormant"),
    ),
    Term(
        message("Churned"),
        message("A stage: silent for so long that hardly anybody ever came back."),
        message("Churned"),
    ),
    Term(
        message("Reactivated"),
        message("A stage: back after a silence as long as that of the dormant."),
        message("Reactivated"),
    ),
)


def explained(texts: list[str], words: Words) -> list[dict[str, str]]:
    """Name and meaning of each term that occurs in what a page says, in its language.

    >>> [term["name"] for term in explained(["3 cohorts", "<b>Loyal</b>"], Words.of("en"))]
    ['Cohort', 'Loyal']
    """
    said = "\n".join(Markup(text).striptags() for text in texts)
    return [
        {"name": words.text(term.name), "meaning": words.text(term.meaning)}
        for term in TERMS
        if _seen_as(words.text(term.seen_as)).search(said)
    ]


def _seen_as(beginnings: str) -> re.Pattern[str]:
    """What finds a word by any of its beginnings, and never in the middle of another word."""
    # Letters next to a slash belong together: "BG/NBD" does not occur in "MBG/NBD".
    any_of = "|".join(map(re.escape, beginnings.split("|")))
    return re.compile(rf"(?<![\w/])(?:{any_of})")
