import pickle

import numpy as np
import pandas as pd
import pytest

from clv.customers.retention import ShiftedBetaGeoModel
from clv.errors import BadParameter, DidNotConverge, SourceUnreadable, TableBroken

# Fader & Hardie (2007), table 1: per cent of customers still there after 0, 1, … 7 years.
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1]
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1]
PAPER = ShiftedBetaGeoModel(alpha=0.704, beta=1.182)


@pytest.fixture(scope="module")
def regular() -> ShiftedBetaGeoModel:
    return ShiftedBetaGeoModel.fit(REGULAR, customers=1000)


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "log_likelihood"),
    [(REGULAR, 0.704, 1.182, -1680.27), (HIGH_END, 0.668, 3.806, -1611.16)],
)
def test_the_fit_is_that_of_the_paper(survivors, alpha, beta, log_likelihood):
    model = ShiftedBetaGeoModel.fit(survivors, customers=1000)
    assert (round(model.alpha, 3), round(model.beta, 3)) == (alpha, beta)
    assert model.estimation.log_likelihood == pytest.approx(log_likelihood, abs=0.01)


def test_the_projection_to_year_12_follows_those_who_are_there():
    # The paper's table 1 goes on; its model sees the first seven years only.
    actual = [22.3, 20.7, 19.4, 18.3, 17.3]
    projected = 100 * PAPER.survival(range(8, 13))
    assert projected.to_numpy() == pytest.approx(np.array(actual), abs=0.4)


def test_retention_rises_and_is_what_survival_keeps():
    retention = PAPER.retention([1, 2, 3, 4])
    survival = PAPER.survival(range(5))
    assert retention.is_monotonic_increasing
    assert (survival / survival.shift()).dropna().to_numpy() == pytest.approx(retention.to_numpy())
    assert (retention.name, survival.name) == ("retention", "survival")
    assert survival.index.tolist() == [0, 1, 2, 3, 4]
    assert survival.index.name == "period"


def test_one_period_is_a_series_of_one():
    assert PAPER.survival(12).to_dict() == pytest.approx({12: 0.17006}, abs=1e-5)


def test_a_period_is_a_whole_number():
    with pytest.raises(BadParameter, match=r"`periods` must be whole numbers from 0; got 1\.5"):
        PAPER.survival(1.5)
    with pytest.raises(BadParameter, match="whole numbers from 1"):
        PAPER.retention(0)


def test_counts_shares_and_percentages_are_the_same_cohort(regular):
    counts = [10 * each for each in REGULAR]
    shares = np.array(REGULAR) / 100
    for same in (
        ShiftedBetaGeoModel.fit(np.round(counts).astype(int)),
        ShiftedBetaGeoModel.fit(pd.Series(shares), customers=1000),
    ):
        assert same.estimation.estimates == pytest.approx(regular.estimation.estimates, rel=1e-9)
        assert same.estimation.covariance == pytest.approx(regular.estimation.covariance, rel=1e-6)


def test_more_customers_behind_the_same_shares_make_surer_parameters(regular):
    more = ShiftedBetaGeoModel.fit(REGULAR, customers=4000)
    assert more.alpha == pytest.approx(regular.alpha)
    errors = more.estimation.standard_errors / regular.estimation.standard_errors
    assert errors == pytest.approx(np.array([0.5, 0.5]), rel=1e-6)


@pytest.mark.parametrize("shares", [REGULAR, np.array(REGULAR) / 100, [1, 1, 0]])
def test_shares_without_a_number_of_customers_are_refused(shares):
    with pytest.raises(BadParameter, match="pass customers=, how many began"):
        ShiftedBetaGeoModel.fit(shares)


def test_cohorts_of_different_ages_are_one_model(regular):
    counts = pd.DataFrame([np.round(np.array(REGULAR) * 10)] * 3, index=["2019", "2020", "2021"])
    whole = ShiftedBetaGeoModel.fit(counts)
    assert whole.estimation.n_customers == 3000
    assert whole.estimation.estimates == pytest.approx(regular.estimation.estimates, rel=1e-9)
    counts.loc["2020", 5:] = np.nan
    counts.loc["2021", 3:] = np.nan
    younger = ShiftedBetaGeoModel.fit(counts)
    assert (younger.estimation.standard_errors > whole.estimation.standard_errors).all()
    assert younger.alpha == pytest.approx(0.704, abs=0.05)
    shares = ShiftedBetaGeoModel.fit(counts / 10, customers=[1000, 1000, 1000])
    assert shares.estimation.estimates == pytest.approx(younger.estimation.estimates, rel=1e-9)


@pytest.mark.parametrize(
    ("cohort", "rule"),
    [
        ([100, 80, np.nan, 50], "numbers stand without gaps from period 0 on"),
        ([np.nan, 80, 60, 50], "a cohort begins with customers"),
        ([0, 0, 0, 0], "a cohort begins with customers"),
        ([100, 80, 90, 50], "nobody who has left comes back"),
        ([100, 80, 60, -1], "numbers are 0 or more"),
    ],
)
def test_a_cohort_that_cannot_be_is_refused_by_name(cohort, rule):
    cohorts = pd.DataFrame([[100, 60, 40, 30], cohort], index=["May", "June"])
    with pytest.raises(TableBroken, match=rf"break `{rule}` in 1 of 2 cohorts \(first: June\)"):
        ShiftedBetaGeoModel.fit(cohorts)


def test_several_cohorts_may_be_rows_of_an_array_or_lists_of_any_length():
    counts = [[100, 60, 40, 30], [100, 70, 55]]
    known = ShiftedBetaGeoModel.fit(pd.DataFrame([counts[0], [*counts[1], np.nan]]))
    for same in (
        counts,
        [pd.Series(counts[0]), np.array(counts[1])],
        np.array([counts[0], [*counts[1], np.nan]]),
    ):
        found = ShiftedBetaGeoModel.fit(same)
        assert found == known
        assert found.estimation.n_customers == 200


@pytest.mark.parametrize(
    "nothing", [pd.DataFrame(), [], [[]], None, 5, [[100, 60], 5], [[100, 60], [10, [3]]]]
)
def test_what_holds_no_cohort_is_refused(nothing):
    with pytest.raises(BadParameter, match="`survivors` must be numbers: how many were still"):
        ShiftedBetaGeoModel.fit(nothing)


def test_numbers_that_are_none_are_refused():
    with pytest.raises(BadParameter, match="`survivors` must be numbers"):
        ShiftedBetaGeoModel.fit(["all", "most", "some"])
    with pytest.raises(BadParameter, match="a positive number, or one for each of 1 cohorts"):
        ShiftedBetaGeoModel.fit(REGULAR, customers=[1000, 1000])
    with pytest.raises(BadParameter, match="`alpha` must be a positive number"):
        ShiftedBetaGeoModel(alpha=0, beta=1)


def test_a_cohort_that_nobody_left_is_not_fitted():
    with pytest.raises(DidNotConverge):
        ShiftedBetaGeoModel.fit([100, 100, 100])


def test_the_discounted_lifetime_is_the_sum_over_its_periods():
    periods = np.arange(3000)
    worth = PAPER.survival(periods) / 1.1**periods
    assert PAPER.discounted_lifetime(periods_per_year=1) == pytest.approx(worth.sum(), rel=1e-9)
    monthly = PAPER.survival(periods) / 1.1 ** (periods / 12)
    assert PAPER.discounted_lifetime(periods_per_year=12) == pytest.approx(monthly.sum(), rel=1e-6)


def test_the_residual_lifetime_is_worth_more_to_those_who_have_renewed_more():
    residual = PAPER.discounted_residual_lifetime([0, 1, 5], periods_per_year=1)
    assert residual.is_monotonic_increasing
    ahead = np.arange(1, 3000)
    survival = PAPER.survival(np.arange(3005)).to_numpy()
    for renewals in (0, 1, 5):
        worth = survival[renewals + ahead] / survival[renewals] / 1.1 ** (ahead - 1)
        assert residual[renewals] == pytest.approx(worth.sum(), rel=1e-9)


@pytest.mark.parametrize("periods", [0, -12, float("nan"), float("inf")])
def test_a_year_without_periods_is_refused(periods):
    with pytest.raises(BadParameter, match="`periods_per_year` must be a number above 0"):
        PAPER.discounted_lifetime(periods_per_year=periods)


def test_without_a_discount_a_lifetime_may_have_no_mean():
    assert PAPER.expected_lifetime == np.inf
    with pytest.raises(BadParameter, match="take a discount rate above 0"):
        PAPER.discounted_lifetime(periods_per_year=1, annual_discount_rate=0.0)
    assert ShiftedBetaGeoModel(alpha=2.0, beta=3.0).expected_lifetime == pytest.approx(4.0)


def test_the_summary_has_a_row_per_parameter_with_its_bounds(regular):
    summary = regular.summary(interval=0.95).set_index("parameter")
    assert summary.index.tolist() == ["alpha", "beta"]
    assert (summary["low"] < summary["estimate"]).all()
    assert (summary["estimate"] < summary["high"]).all()


def test_a_model_comes_back_from_its_pickle_and_its_file_as_it_was(regular, tmp_path):
    path = tmp_path / "model.json"
    regular.to_json(path)
    for copy in (pickle.loads(pickle.dumps(regular)), ShiftedBetaGeoModel.from_json(path)):
        assert copy == regular
        pd.testing.assert_frame_equal(copy.summary(), regular.summary())
    path.write_text("{}")
    with pytest.raises(SourceUnreadable, match="holds no model"):
        ShiftedBetaGeoModel.from_json(path)
