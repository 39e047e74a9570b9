"""Which model: chosen by how well it foresaw what came, with the reason in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from clv.customers.holdout import MODELS, NO_CHURN, backtest, fit_each, measures
from clv.customers.minimum import enough_purchases
from clv.customers.purchases import PurchaseModel
from clv.errors import BadParameter, DidNotConverge, TooLittleToModel
from clv.tables.periods import as_date
from clv.tables.summary import customer_summary
from clv.tables.transactions import Transactions

# Where in the history an origin lies. The last is the one that is reported, on the quarter of the
# history after it; what came after the others counts until then: no day chooses and is reported.
ORIGINS = (1 / 2, 5 / 8, 3 / 4)

# What cannot be told apart goes to the simpler model. BG/NBD and MBG/NBD are equally simple, but
# BG/NBD takes every one-time buyer for alive; Pareto/NBD lets customers leave at any moment.
SIMPLEST_FIRST = ("mbgnbd", "bgnbd", "pareto_nbd")


@dataclass(frozen=True, slots=True)
class Choice:
    """A model by name, and the reason in one sentence."""

    name: str
    reason: str


def compare_models(
    transactions: Transactions, as_of: str | date | None = None, *, unit: str = "W"
) -> pd.DataFrame:
    """How well each model and each baseline foresaw what has come since.

    The model is chosen by its mean log score over the earlier origins; the measures shown are
    those of the last origin, after the days on which the choice rests.

    Returns
    -------
    DataFrame indexed by model: the columns of `holdout.measures` at the last origin (left out
    where the history is too short for one), `choosing_score` and `choosing_score_se`, the mean log
    score over the earlier origins (NaN where a model was not comparable); `chosen` (bool) and `why`
    (a sentence).

    """
    until = transactions.as_of if as_of is None else as_date(as_of)
    tests = list(_tests(transactions, until, unit))
    scores = comparable(_log_scores(tests[:-1]))
    choice = choose(scores[[name for name in MODELS if name in scores]])
    measured = measures(tests[-1]) if tests else pd.DataFrame(index=pd.Index(MODELS, name="model"))
    if choice.name not in measured.index:  # it could be fitted on earlier days, but not on this one
        measured.loc[choice.name] = np.nan
    return measured.assign(
        choosing_score=scores.mean(),
        choosing_score_se=scores.apply(error_of_mean),
        chosen=measured.index == choice.name,
        why=np.where(measured.index == choice.name, choice.reason, ""),
    )


def _tests(transactions: Transactions, until: date, unit: str) -> Iterator[pd.DataFrame]:
    """One backtest per origin, earliest first, but for those that cannot carry any model."""
    first = customer_summary(transactions, until, unit=unit)["first_purchase"].min().date()
    for start, end in origins(first, until):
        try:
            yield backtest(transactions, start, end, unit=unit)
        except (TooLittleToModel, DidNotConverge):
            continue


def _log_scores(tests: list[pd.DataFrame]) -> pd.DataFrame:
    """Log scores of all customers and origins, one column per model; NaN without a fit."""
    names = [*MODELS, NO_CHURN]
    columns = [f"log_score_{name}" for name in names]
    nothing = pd.DataFrame(columns=columns, dtype=float)
    scores = [test.reindex(columns=columns) for test in tests]
    return pd.concat(scores or [nothing]).set_axis(names, axis="columns")


def comparable(scores: pd.DataFrame) -> pd.DataFrame:
    """The scores of the models that were fitted on the latest origin, where all of them were.

    `scores`: one row per customer and origin, the latest origin last; NaN without a fit.
    """
    if scores.empty:
        return scores
    latest = scores.columns[scores.iloc[-1].notna()]
    return scores[latest].dropna()


def origins(first: date, until: date) -> list[tuple[date, date]]:
    """Calibration and holdout ends, earliest first, spread over a history; none over a few days.

    >>> for start, end in origins(date(1997, 1, 1), date(1998, 6, 30)):
    ...     print(start, end)
    1997-09-30 1998-02-13
    1997-12-07 1998-02-13
    1998-02-13 1998-06-30
    """
    span = (until - first).days
    *earlier, last = (first + timedelta(int(share * span)) for share in ORIGINS)
    if not max(earlier) < last < until:
        return []
    return [*((start, last) for start in earlier), (last, until)]


def choose(scores: pd.DataFrame) -> Choice:
    """The model with the highest mean log score, or the simplest within one standard error of it.

    Parameters
    ----------
    scores : DataFrame
        Indexed by customer; one column per model, one row per customer and origin: the logarithm
        of the probability that the model gave to what came.

    """
    if scores.empty:
        reason = "the history is too short to fit every model on an earlier day of it"
        return Choice(SIMPLEST_FIRST[0], reason)
    means = scores.mean()
    best = str(means.idxmax())
    name = next(name for name in SIMPLEST_FIRST if _as_good(scores, name, best))
    if name == best:
        return Choice(best, f"highest mean log score over the earlier origins ({means[best]:.4f})")
    merit = (
        "it does not take every one-time buyer for alive" if best == "bgnbd" else "it is simpler"
    )
    return Choice(
        name,
        f"within one standard error of {best} in mean log score over the earlier origins "
        f"({means[name]:.4f} against {means[best]:.4f}), and {merit}",
    )


def _as_good(scores: pd.DataFrame, name: str, best: str) -> bool:
    """Whether a model is the best, or behind it by no more than one standard error."""
    if name not in scores:
        return False
    behind = scores[best] - scores[name]
    return name == best or bool(behind.mean() <= error_of_mean(behind))


def error_of_mean(scores: pd.Series) -> float:
    """Standard error of a mean over customers, who may each stand in several rows."""
    if scores.empty:
        return float("nan")
    apart = (scores - scores.mean()).groupby(level=0).sum()
    return float(np.sqrt((apart**2).sum()) / len(scores))


def family(name: str) -> type[PurchaseModel]:
    """The class of a model that goes by this name."""
    if name not in MODELS:
        raise BadParameter.from_value("model", name, f"one of {[*MODELS]}")
    return MODELS[name]


def name_of(purchases: PurchaseModel) -> str:
    """The name under which a study asks for a model."""
    return next(name for name, kind in MODELS.items() if type(purchases) is kind)


def chosen(comparison: pd.DataFrame, model: str = "auto") -> Choice:
    """The model to use: the one that is named, or the one that a comparison chose."""
    if model in MODELS:
        return Choice(model, "named in the study")
    if model != "auto":
        raise BadParameter.from_value("model", model, f"one of {['auto', *MODELS]}")
    row = comparison.loc[comparison["chosen"]].iloc[0]
    return Choice(str(row.name), str(row["why"]))


def fit(customers: pd.DataFrame, comparison: pd.DataFrame, model: str = "auto") -> PurchaseModel:
    """The chosen model, fitted on a customer table that can carry it."""
    enough_purchases(customers)
    return family(chosen(comparison, model).name).fit(customers)


def side_by_side(customers: pd.DataFrame, chosen: Choice, *, horizon: str) -> pd.DataFrame:
    """What each model says of the same customers, so that a reader sees what the choice decides.

    A model that cannot be fitted on them has no row.

    Returns
    -------
    DataFrame indexed by model: `customers`, `alive` (the mean of P(alive)), `buyers` (customers
    expected to buy within the horizon), `purchases` expected, `chosen` (bool).

    """
    said = {}
    for name, model in fit_each(customers).items():
        said[name] = {
            "customers": len(customers),
            "alive": model.p_alive(customers).mean(),
            "buyers": model.p_purchase(customers, horizon).sum(),
            "purchases": model.expected_purchases(customers, horizon).sum(),
            "chosen": name == chosen.name,
        }
    return pd.DataFrame.from_dict(said, orient="index").rename_axis("model").infer_objects()
