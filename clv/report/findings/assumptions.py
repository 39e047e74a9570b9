"""What the models take for granted, held against the data; and what another package makes of them.

Each finding also takes None: the data could not carry the check.
"""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd

from clv.customers.assumptions import misplaced
from clv.customers.fitted import FittedModel
from clv.customers.regularity import Regularity
from clv.customers.spend import GammaGammaModel
from clv.customers.stability import Stability
from clv.models.estimation import UNSURE
from clv.report.findings.finding import Finding, estimate, evidence, sure
from clv.report.words import Label, Month, Names, Number, Share, Text

BURSTS, REGULAR = 2 / 3, 1.5  # regularity at which purchases no longer come as if at random
UNLIKELY = 0.05  # chance of so great a difference between cohorts that are alike
UNLIKE = 1.25  # of the purchases of newcomers, from one cohort to another, so that it matters
STANDS_OUT = 0.05  # share by which a month departs from the model
MONTHS = 12
LITTLE, MUCH = 0.05, 0.20  # of the customers, out of place
CLOSE, CLOSELY = 0.01, 0.001  # of two log-likelihoods, and as a share of what is expected


def parameters(model: FittedModel, name: str, *, interval: float = 0.90) -> Finding:
    """Whether the data tell what each parameter is; the evidence is the table of parameters.

    `name`: of the model, as a study calls it.
    """
    shown = evidence(model.summary(interval))
    found = model.estimation
    errors = zip(asdict(found.params), found.log_errors, strict=False)  # coefficients come last
    loose = [letter for letter, error in errors if error >= UNSURE]
    if not loose:
        told = Text("The data pin down every parameter of {model}.", {"model": Label(name)})
        return Finding(told, shown, "good")
    untold = Text(
        "The data do not pin down the parameters of {model} one by one: {loose} may be several "
        "times as large or as small, so no bounds are given. Forecasts rest on all together.",
        {"model": Label(name), "loose": Names(loose)},
    )
    return Finding(untold, shown, "watch", Text("Use the forecasts, but no single parameter."))


def finite_mean(spend: GammaGammaModel, *, interval: float = 0.90) -> Finding:
    """Whether there is an average purchase at all; the evidence is the table of parameters."""
    told = parameters(spend, "gamma_gamma", interval=interval)
    q = told.evidence.set_index("parameter").loc["q"]
    values = {
        "told": told.headline,
        "q": sure(Number(spend.q, 2), Number(q["low"], 2), Number(q["high"], 2)),
    }
    if q["low"] > 1:
        certain = Text(
            "{told} The average purchase is finite: q is {q}, and 1 is where it would no longer "
            "be.",
            values,
        )
        return Finding(certain, told.evidence, told.severity, told.next_step)
    doubtful = Text(
        "{told} It is not certain that the average purchase is finite: q is {q}, and 1 is where "
        "it would no longer be.",
        values,
    )
    look = Text("Look for a few amounts far above all others: are they purchases?")
    return Finding(doubtful, told.evidence, "watch", look)


def fit(table: pd.DataFrame) -> Finding:
    """How far what the model expects is from what was counted, in customers.

    `table`: as `customers.assumptions.frequency_fit` or `spend_fit` returns it.
    """
    share = misplaced(table)
    shown = evidence(pd.DataFrame([{"out_of_place": share}]), out_of_place="share")
    values = {"share": Share(share)}
    if share < LITTLE:
        close = Text(
            "Counted and expected hardly differ: {share} of the customers would have to move for "
            "the two to be the same.",
            values,
        )
        return Finding(close, shown, "good")
    if share < MUCH:
        apart = Text(
            "Counted and expected differ a little: {share} of the customers would have to move for "
            "the two to be the same.",
            values,
        )
        return Finding(apart, shown)
    unlike = Text(
        "Counted and expected differ much: {share} of the customers would have to move for the two "
        "to be the same.",
        values,
    )
    return Finding(unlike, shown, "watch", Text("Trust totals more than single groups."))


def regularity(told: Regularity | None) -> Finding:
    """Whether purchases come at random; `told` as `customers.regularity.gap_regularity` does."""
    if told is None:
        short = Text("Too few customers have bought three times to tell how regularly they buy.")
        return Finding(short, pd.DataFrame())
    shown = evidence(pd.DataFrame([asdict(told)]).rename(columns={"k": "regularity"}))
    values = {"k": estimate(*(Number(number, 2) for number in (told.k, told.low, told.high)))}
    if told.k >= REGULAR:
        even = Text(
            "Customers buy regularly: on a scale where 1 is at random, {k}. The model takes them "
            "for random, so it notices late that a regular customer has left.",
            values,
        )
        return Finding(even, shown, "watch", Text("Judge a silence by the customer's own rhythm."))
    if told.k <= BURSTS:
        bursts = Text(
            "Purchases come in bursts: on a scale where 1 is at random, {k}. The model takes them "
            "for random, so it gives customers up early who only pause.",
            values,
        )
        return Finding(bursts, shown, "watch", Text("Wait a while before letting anybody go."))
    random = Text(
        "Customers buy at random moments, as the model takes it: on a scale where 1 is at random "
        "and 2 is regular, {k}.",
        values,
    )
    return Finding(random, shown, "good")


def stability(told: Stability | None) -> Finding:
    """Whether cohorts are alike; `told` as `customers.stability.cohort_stability` returns it."""
    if told is None:
        alone = Text("There are too few customers to compare those who joined early and late.")
        return Finding(alone, pd.DataFrame())
    shown = evidence(told.cohorts[["customers", "newcomer_purchases"]])
    expected = told.cohorts["newcomer_purchases"]
    values = {"low": Number(expected.min(), 2), "high": Number(expected.max(), 2)}
    if told.p_value >= UNLIKELY or expected.max() < UNLIKE * expected.min():
        alike = Text(
            "Customers who joined early and late are alike: each cohort is good for {low} to "
            "{high} repeat purchases in its first year.",
            values,
        )
        return Finding(alike, shown, "good")
    apart = Text(
        "Customers who joined early and late are not alike: a cohort is good for {low} to {high} "
        "repeat purchases in its first year. One model for all hides that.",
        values,
    )
    value = Text("Do not value new customers by the average of all.")
    return Finding(apart, shown, "watch", value)


def seasons(table: pd.DataFrame) -> Finding:
    """What the model cannot know: `table` as `customers.regularity.seasonality` returns it."""
    shown = evidence(table[["actual", "expected", "ratio"]], ratio="share")
    shown.index = pd.Index([Month(number) for number in table.index], name="month")
    if len(table) < MONTHS:
        short = Text("Less than a year is known: no season can be told yet.")
        return Finding(short, shown)
    certain = table.loc[(table["low"] > 1) | (table["high"] < 1), "ratio"] - 1
    certain = certain[certain.abs() >= STANDS_OUT]
    if certain.empty:
        none = Text(
            "No month stands out: each may be chance, or is close to what the model expects."
        )
        return Finding(none, shown, "good")
    month = int(certain.abs().idxmax())
    values = {"month": Month(month), "gap": Share(abs(certain[month]))}
    more = Text(
        "In {month} customers bought {gap} more than the model expects, further off than in any "
        "other month: it knows no season and no campaign.",
        values,
    )
    less = Text(
        "In {month} customers bought {gap} less than the model expects, further off than in any "
        "other month: it knows no season and no campaign.",
        values,
    )
    plan = Text("Plan single months by last year's, and only the whole by the model.")
    return Finding(more if certain[month] > 0 else less, shown, "watch", plan)


def second_opinion(told: pd.DataFrame, *, expected: str) -> Finding:
    """What the package `lifetimes` makes of the same customers.

    `told`: one row, as `customers.second_opinion` returns it; `expected`: which column of ours
    the sum is of, "expected_purchases" or "expected_spend".
    """
    row, shown = told.iloc[0], evidence(_ours_and_theirs(told.iloc[0], expected))
    if shown.isna().any(axis=None):
        none = Text("There is no second opinion: the package lifetimes fails on these customers.")
        return Finding(none, shown)
    better, gap = row["higher_by"], row["they_expect"] / row["expected"] - 1
    values = {"likelier": Number(abs(better), 2), "gap": Share(abs(gap), 1)}
    if abs(better) < CLOSE and abs(gap) < CLOSELY:
        agreed = Text(
            "A second opinion agrees: the package lifetimes comes to the same log-likelihood "
            "(difference {likelier}) and the same expectations (difference {gap}).",
            values,
        )
        return Finding(agreed, shown, "good")
    lower = Text(
        "A second opinion differs: the package lifetimes comes to a log-likelihood that is lower "
        "by {likelier}, and its expectations are {gap} apart.",
        values,
    )
    higher = Text(
        "A second opinion differs: the package lifetimes comes to a log-likelihood that is higher "
        "by {likelier}, and its expectations are {gap} apart.",
        values,
    )
    return Finding(lower, shown) if better >= 0 else Finding(higher, shown, "act")


def _ours_and_theirs(row: pd.Series, expected: str) -> pd.DataFrame:
    """Two opinions as two columns, and their difference."""
    measures = pd.CategoricalIndex(["log_likelihood", expected], name="measure")
    columns = {"ours": ["log_likelihood", "expected"], "lifetimes": ["theirs", "they_expect"]}
    table = pd.DataFrame(
        {name: [*row[both]] for name, both in columns.items()}, measures, dtype=float
    )
    return table.assign(difference=table["ours"] - table["lifetimes"])
