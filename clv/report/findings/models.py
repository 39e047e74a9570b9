"""What the models say, and whether to believe them."""

from __future__ import annotations

from datetime import date
from typing import Protocol

import pandas as pd

from clv.customers.holdout import BASELINES, beats_baselines
from clv.customers.value import Total
from clv.report.findings.finding import Finding, ahead, estimate, evidence, graded
from clv.report.labels import english
from clv.report.privacy import few
from clv.report.words import Count, Day, Money, Number, Share, Text

AS_GOOD_AS_LOST = 0.10  # chance of still being a customer
FAR_APART = 0.10  # difference in the share alive that a reader must know of

MEASURED = ("predicted_total", "actual_total", "bias", "rmse", "chosen")


class SpendModel(Protocol):
    """Whatever knows what an average purchase is worth."""

    @property
    def population_mean(self) -> float: ...


class Forecast(Protocol):
    """A forecast whose time is over, as `customers.hindsight` returns it."""

    @property
    def made_on(self) -> date: ...
    @property
    def until(self) -> date: ...
    @property
    def revenue(self) -> Total: ...
    @property
    def revenue_came(self) -> float: ...
    @property
    def missed(self) -> float: ...


def purchase_model(models: pd.DataFrame, *, horizon: str) -> Finding:
    """How many customers are expected to buy again.

    `models`: as `customers.choice.side_by_side` returns it: indexed by model; `customers`,
    `buyers`, `alive`, `chosen` (bool, one row).
    """
    shown = evidence(models.rename_axis("model"), alive="share")
    if models.empty:
        return Finding(Text("No model of purchases could be fitted."), shown, "watch")
    chosen = models[models["chosen"]].iloc[0]
    buyers, total = Count(chosen["buyers"]), Count(chosen["customers"])
    again = Text(
        "{buyers} of {total} customers ({share}) are expected to buy again {horizon}.",
        {
            "buyers": buyers,
            "total": total,
            "share": Share(chosen["buyers"] / chosen["customers"]),
            "horizon": ahead(horizon),
        },
    )
    plan = Text(
        "Plan for {buyers} buyers, not for {total} customers.", {"buyers": buyers, "total": total}
    )
    return Finding(again, shown, "info", plan)


def models_apart(models: pd.DataFrame) -> Finding:
    """How far the models disagree about who is still a customer; `models` as above."""
    shown = evidence(models[["alive", "chosen"]].rename_axis("model"), alive="share")
    chosen = models[models["chosen"]].iloc[0]
    values = {"model": Text(english(str(chosen.name))), "alive": Share(chosen["alive"])}
    others = models.loc[~models["chosen"], "alive"]
    if others.empty:
        alone = Text(
            "{model} takes {alive} for customers still; no other model could be fitted.", values
        )
        return Finding(alone, shown)
    farthest = (others - chosen["alive"]).abs().idxmax()
    other = others[farthest]
    values |= {"other": Text(english(str(farthest))), "would": Share(other)}
    if abs(other - chosen["alive"]) < FAR_APART:
        agreed = Text("{model} takes {alive} for customers still, {other} {would}.", values)
        return Finding(agreed, shown, "good")
    apart = Text(
        "{model}, which is used here, takes {alive} for customers still; {other} would say "
        "{would}.",
        values,
    )
    return Finding(apart, shown, "watch")


def silent(customers: pd.DataFrame) -> Finding:
    """How many customers are as good as lost, and what they still stand for.

    `customers`: one row per customer, valued; columns `p_alive`, `clv`.
    """
    names = ["below_10_percent", "10_to_50_percent", "over_50_percent"]
    band = pd.cut(customers["p_alive"], [0, AS_GOOD_AS_LOST, 0.5, 1.01], right=False, labels=names)
    clv = customers["clv"].groupby(band, observed=False)
    table = pd.DataFrame({"customers": clv.size(), "expected_revenue": clv.sum()})
    currency = customers.attrs.get("currency")
    shown = evidence(table.rename_axis("chance"), expected_revenue=currency)
    count, held = table.iloc[0]
    if not count:
        return Finding(Text("No customer is as good as lost."), shown, "good")
    if few(count):
        return Finding(Text("Hardly any customer is as good as lost."), shown, "good")
    headline = Text(
        "{count} customer ({share}) is as good as lost: the chance of still being one is below "
        "{chance}.",
        {"share": Share(count / len(customers)), "chance": Share(AS_GOOD_AS_LOST)},
        plural="{count} customers ({share}) are as good as lost: the chance of still being one is "
        "below {chance}.",
        count=int(count),
    )
    stop = Text(
        "Stop spending on them: together they hold {held} of expected revenue.",
        {"held": Share(held / (customers["clv"].sum() or 1))},
    )
    return Finding(headline, shown, graded(count / len(customers), watch=0.1, act=0.25), stop)


def spend_level(spend: SpendModel, customers: pd.DataFrame) -> Finding:
    """What a purchase is worth, and how far repeat buyers differ.

    `spend`: a fitted model with `population_mean`; `customers`: column `monetary_value`.
    """
    paid = customers["monetary_value"].dropna()
    currency = customers.attrs.get("currency")
    low, middle, high = paid.quantile([0.25, 0.5, 0.75])
    table = pd.DataFrame(
        {"average_purchase": [spend.population_mean, low, middle, high]},
        index=["expected_mean", "lower_quarter", "median", "upper_quarter"],
    )
    shown = evidence(table, average_purchase=currency)
    if paid.empty:
        return Finding(Text("Nobody has come back yet: spend cannot be modelled."), shown, "watch")
    headline = Text(
        "A purchase is worth {mean} on average; half of the repeat buyers spend between {low} "
        "and {high} each time.",
        {
            "mean": Money(spend.population_mean, currency),
            "low": Money(low, currency),
            "high": Money(high, currency),
        },
    )
    return Finding(headline, shown)


def spend_independence(table: pd.DataFrame) -> Finding:
    """Whether those who buy often also spend more each time.

    `table`: as `customers.assumptions.spend_independence` returns it; the judgement rests on the
    stronger of the two correlations, without the largest customer.
    """
    shown = evidence(table)
    correlations = table["without_largest"].reindex(["pearson", "spearman"]).dropna()
    if correlations.empty:
        return Finding(Text("Too few repeat buyers to compare spend with frequency."), shown)
    strongest = float(correlations.loc[correlations.abs().idxmax()])
    severity = graded(abs(strongest), watch=0.1, act=0.3, below="good")
    values = {"correlation": Number(strongest, 2)}
    if severity == "good":
        free = Text(
            "How often customers buy says next to nothing about what they spend each time "
            "(correlation {correlation}): the two models may be multiplied.",
            values,
        )
        return Finding(free, shown, severity)
    more = Text(
        "Customers who buy often spend more each time (correlation {correlation}), which "
        "the models do not know.",
        values,
    )
    less = Text(
        "Customers who buy often spend less each time (correlation {correlation}), which "
        "the models do not know.",
        values,
    )
    check = Text("Trust values by group only as far as the holdout check confirms them.")
    return Finding(more if strongest > 0 else less, shown, severity, check)


def holdout(
    compared: pd.DataFrame,
    *,
    model: str | None = None,
    between: tuple[float, float] | None = None,
) -> Finding:
    """Whether the model foresaw what came, and better than rules that need no model.

    `compared`: indexed by model and baseline, as `clv.compare_models` or
    `customers.holdout.measures` returns it; `model`: which one to judge, by default the chosen
    one; `between`: the bounds that it gave to its total. Single customers are judged by `rmse`, the
    total by how far it was missed.
    """
    columns = [name for name in MEASURED if name in compared]
    shown = evidence(compared[columns].rename_axis("model"), bias="share")
    if compared.empty or "rmse" not in compared:
        return Finding(Text("The history is too short to test a forecast on."), shown, "watch")
    judged = compared.loc[model] if model else compared[compared["chosen"]].iloc[0]
    total = _total(judged, between)
    if not beats_baselines(compared, str(judged.name)):
        rule = str(compared.loc[compared.index.isin(BASELINES), "rmse"].idxmin())
        beaten = Text(
            "A simple rule foresaw single customers better than the model: “{rule}”. {total}",
            {"rule": Text(english(rule)), "total": total},
        )
        stay = Text("Do not act on single customers' values yet; use totals with care.")
        return Finding(beaten, shown, "act", stay)
    off = _off(judged)
    margin = Text("Take totals with a margin of {gap}.", {"gap": Share(off)})
    severity = graded(off, watch=0.05, act=0.25, below="good")
    return Finding(total, shown, severity, None if severity == "good" else margin)


def _off(judged: pd.Series) -> float:
    """How far the total was missed, as a share of what came."""
    missed = abs(judged["predicted_total"] - judged["actual_total"])
    return float(missed / max(judged["actual_total"], 1))


def _total(judged: pd.Series, between: tuple[float, float] | None) -> Text:
    """Forecast against outcome, in one sentence."""
    predicted, actual, off = judged["predicted_total"], judged["actual_total"], _off(judged)
    foreseen = estimate(*map(Count, (predicted, *between))) if between else Count(predicted)
    values = {"predicted": foreseen, "actual": Count(actual), "gap": Share(off)}
    if off < 0.005:
        return Text("{predicted} purchases were foreseen and {actual} came.", values)
    if predicted < actual:
        return Text(
            "{predicted} purchases were foreseen and {actual} came: {gap} too few were foreseen.",
            values,
        )
    return Text(
        "{predicted} purchases were foreseen and {actual} came: {gap} too many were foreseen.",
        values,
    )


def were_we_right(forecast: Forecast | None, *, currency: str | None = None) -> Finding:
    """The last forecast of revenue whose time is over, and what came.

    `forecast`: as `customers.hindsight.last_forecast` returns it.
    """
    if forecast is None:
        short = Text("The history is too short to test a forecast on.")
        return Finding(short, pd.DataFrame(), "watch")
    told = forecast.revenue
    row = {"foreseen": told.expected, "low": told.low, "high": told.high}
    row["came"] = forecast.revenue_came
    shown = evidence(pd.DataFrame([row]), **dict.fromkeys(row, currency))
    off = abs(forecast.missed)
    values = {
        "day": Day(forecast.made_on),
        "until": Day(forecast.until),
        "foreseen": estimate(*(Money(row[name], currency) for name in ("foreseen", "low", "high"))),
        "came": Money(row["came"], currency),
        "gap": Share(off),
    }
    if not off >= 0.005:
        right = Text(
            "On {day} the models would have foreseen {foreseen} of revenue until {until}, and "
            "{came} came.",
            values,
        )
        return Finding(right, shown, "good")
    if forecast.missed < 0:
        headline = Text(
            "On {day} the models would have foreseen {foreseen} of revenue until {until}. {came} "
            "came: {gap} too little was foreseen.",
            values,
        )
    else:
        headline = Text(
            "On {day} the models would have foreseen {foreseen} of revenue until {until}. {came} "
            "came: {gap} too much was foreseen.",
            values,
        )
    margin = Text("Put a margin of {gap} on every budget that rests on these totals.", values)
    severity = graded(off, watch=0.05, act=0.25, below="good")
    return Finding(headline, shown, severity, None if severity == "good" else margin)
