from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from clv.customers.purchases import BetaGeoModel
from clv.customers.regularity import Regularity
from clv.customers.spend import GammaGammaModel
from clv.customers.stability import Stability
from clv.models.bgnbd import BgNbd
from clv.models.gamma_gamma import GammaGamma
from clv.report import findings
from clv.report.words import Words

PAPER = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
NOTE = {"p": 6.25, "q": 3.74, "v": 15.44}


def fitted(letters, log_errors, bounds):
    """A fitted model as the findings see it: letters, errors on the log scale and bounds."""
    kind = BgNbd if "r" in letters else GammaGamma
    errors = np.asarray(log_errors, dtype=float)
    found = SimpleNamespace(
        params=kind(**letters),
        log_errors=errors,
        standard_errors=errors,
        bounds=lambda interval: np.asarray(bounds, dtype=float),
    )
    model = BetaGeoModel if kind is BgNbd else GammaGammaModel
    return model(**letters, estimation=found)


def bounds(letters, share=0.1):
    return [[(1 - share) * value, (1 + share) * value] for value in letters.values()]


# Parameters ---------------------------------------------------------------------------------


def test_parameters_that_the_data_tell_are_shown_with_their_bounds():
    found = findings.parameters(fitted(PAPER, [0.1] * 4, bounds(PAPER)), "bgnbd")
    assert str(found.headline) == "The data pin down every parameter of BG/NBD."
    assert found.evidence["low"].tolist() == pytest.approx([0.9 * v for v in PAPER.values()])
    assert found.severity == "good"


def test_weakly_identified_parameters_are_named_and_have_no_bounds():
    unknown = np.full((4, 2), np.nan)
    found = findings.parameters(fitted(PAPER, [0.1, 0.1, 1.5, 2.0], unknown), "bgnbd")
    assert str(found.headline).startswith(
        "The data do not pin down the parameters of BG/NBD one by one: a and b may be several "
        "times as large or as small, so no bounds are given."
    )
    assert found.severity == "watch"
    assert found.evidence["low"].isna().all()


def test_the_average_purchase_is_said_to_be_finite_where_the_data_are_sure_of_it():
    found = findings.finite_mean(fitted(NOTE, [0.1] * 3, bounds(NOTE)))
    assert str(found.headline).endswith(
        "The average purchase is finite: q is 3.74 (3.37 to 4.11), and 1 is where it would no "
        "longer be."
    )


@pytest.mark.parametrize("low", [0.9, float("nan")])
def test_the_average_purchase_is_doubtful_where_they_are_not(low):
    letters = NOTE | {"q": 1.2}
    unsure = [[5.0, 7.0], [low, 1.6], [10.0, 20.0]]
    found = findings.finite_mean(fitted(letters, [0.1] * 3, unsure))
    assert "It is not certain that the average purchase is finite" in str(found.headline)
    assert found.severity == "watch"


# Fit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "said", "severity"),
    [
        ([49.0, 51.0], "hardly differ: 1.0% of the customers", "good"),
        ([40.0, 60.0], "differ a little: 10% of the customers", "info"),
        ([10.0, 90.0], "differ much: 40% of the customers", "watch"),
    ],
)
def test_the_fit_is_judged_by_the_customers_who_would_have_to_move(expected, said, severity):
    found = findings.fit(pd.DataFrame({"actual": [50, 50], "expected": expected}))
    assert said in str(found.headline)
    assert found.severity == severity


# What is taken for granted ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "said", "severity"),
    [
        (0.94, "Customers buy at random moments, as the model takes it", "good"),
        (2.00, "Customers buy regularly", "watch"),
        (0.50, "Purchases come in bursts", "watch"),
    ],
)
def test_regularity_is_said_on_its_scale(k, said, severity):
    found = findings.regularity(Regularity(k, k - 0.1, k + 0.1, customers=507))
    assert str(found.headline).startswith(said)
    assert f"{k:.2f} ({k - 0.1:.2f} to {k + 0.1:.2f})" in str(found.headline)
    assert found.severity == severity


def cohorts(newcomers, p_value):
    table = pd.DataFrame(
        {"customers": 100, "newcomer_purchases": newcomers},
        index=pd.date_range("2024-01-01", periods=len(newcomers), name="cohort"),
    )
    return Stability(1.0, p_value, table)


@pytest.mark.parametrize(
    ("told", "said", "severity"),
    [
        (cohorts([1.36, 1.49, np.nan], 0.93), "are alike: each cohort is good for 1.36", "good"),
        (cohorts([1.36, 1.49], 0.001), "are alike", "good"),
        (cohorts([1.0, 2.0], 0.2), "are alike", "good"),
        (cohorts([1.0, 2.0], 0.001), "are not alike: a cohort is good for 1.00 to 2.00", "watch"),
    ],
)
def test_cohorts_are_unlike_only_if_it_is_certain_and_matters(told, said, severity):
    found = findings.stability(told)
    assert said in str(found.headline)
    assert found.severity == severity


def test_what_the_data_could_not_carry_is_said():
    assert "Too few customers" in str(findings.regularity(None).headline)
    assert "too few customers to compare" in str(findings.stability(None).headline)


def months(ratio, margin=0.02):
    table = pd.DataFrame({"ratio": ratio}, index=pd.RangeIndex(1, len(ratio) + 1, name="month"))
    counted = {"actual": 100.0, "expected": 100.0}
    return table.assign(**counted, low=table["ratio"] - margin, high=table["ratio"] + margin)


@pytest.mark.parametrize(
    ("table", "said", "severity"),
    [
        (months([1.0, 0.9, 1.2] + [1.0] * 9), "In March customers bought 20% more than", "watch"),
        (months([1.0, 0.7, 1.2] + [1.0] * 9), "In February customers bought 30% less", "watch"),
        (months([1.04] * 12), "No month stands out", "good"),
        (months([1.3, 0.7] * 6, margin=0.5), "No month stands out", "good"),
        (months([1.0, 0.7, 1.2]), "Less than a year is known", "info"),
    ],
)
def test_the_month_that_is_farthest_from_the_model_is_named(table, said, severity):
    found = findings.seasons(table)
    assert str(found.headline).startswith(said)
    assert found.severity == severity


def test_months_are_called_by_their_names():
    shown = findings.seasons(months([1.0, 1.1])).evidence
    assert [month.render(Words.of("en")) for month in shown.index] == ["January", "February"]


# Second opinion -----------------------------------------------------------------------------


def opinion(theirs=-9582.43, they_expect=2095.11, answer="fitted"):
    row = {
        "log_likelihood": -9582.43,
        "theirs": theirs,
        "higher_by": -9582.43 - theirs,
        "expected": 2095.11,
        "they_expect": they_expect,
        "farthest": 0.0,
        "answer": answer,
    }
    return pd.DataFrame([row], index=["BetaGeoModel"])


@pytest.mark.parametrize(
    ("told", "said", "severity"),
    [
        (
            opinion(),
            "A second opinion agrees: the package lifetimes comes to the same log-likelihood "
            "(difference 0.00) and the same expectations (difference 0.0%).",
            "good",
        ),
        (opinion(theirs=-9590.0), "a log-likelihood that is lower by 7.57", "info"),
        (opinion(theirs=-9580.0), "a log-likelihood that is higher by 2.43", "act"),
        (opinion(they_expect=2200.0), "and its expectations are 5.0% apart", "info"),
        (
            opinion(np.nan, np.nan, "lifetimes gave no answer: …"),
            "There is no second opinion",
            "info",
        ),
        (opinion(they_expect=np.nan), "the package lifetimes fails on these customers", "info"),
    ],
)
def test_a_second_opinion_is_told_in_a_sentence(told, said, severity):
    found = findings.second_opinion(told, expected="expected_purchases")
    assert said in str(found.headline)
    assert found.severity == severity


def test_two_opinions_stand_side_by_side():
    table = findings.second_opinion(opinion(), expected="expected_purchases").evidence
    assert table.columns.tolist() == ["ours", "lifetimes", "difference"]
    assert table.index.tolist() == ["log_likelihood", "expected_purchases"]
