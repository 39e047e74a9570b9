import numpy as np
import pytest

from clv.errors import DidNotConverge
from clv.models import pareto_nbd, pareto_nbd_fit
from clv.models.estimation import ADVICE
from clv.models.pareto_nbd import ParetoNbd
from clv.models.simulate import draw_histories


@pytest.fixture(scope="module")
def found(cdnow):
    return pareto_nbd.fit(*cdnow)


def test_the_fit_of_the_cdnow_sample_is_the_published_one(found):
    """Fader, Hardie & Lee (2005), table 2: .553, 10.578, .606, 11.669 and -9595.0.

    BTYD's optimizer stops at -9594.976181; the maximum is 2e-6 higher.
    """
    assert found.estimates == pytest.approx([0.553277, 10.57768, 0.606240, 11.66874], rel=1e-6)
    assert found.log_likelihood == pytest.approx(-9594.976179, abs=5e-7)
    assert found.standard_errors == pytest.approx(
        [0.047620, 0.842700, 0.187053, 6.203674], rel=2e-3
    )
    assert (found.aic, found.bic) == pytest.approx((19197.95236, 19221.01294), abs=1e-4)
    assert found.n_customers == 2357


def test_no_other_parameters_nearby_are_as_likely(found, cdnow):
    for step in np.vstack([np.eye(4), -np.eye(4)]) * 1e-3:
        nearby = ParetoNbd(*found.estimates * np.exp(step))
        each = pareto_nbd.log_likelihood(nearby, *cdnow[:3])
        assert each @ cdnow.customers < found.log_likelihood


def test_expected_purchases_of_the_sample_week_by_week(found, cdnow):
    """BTYD 2.4.3, by the end of weeks 20 to 25 of 1997, with what its optimizer found."""
    joined = cdnow.T.max() - cdnow.T
    weeks = np.arange(19, 26)[:, None]
    each = pareto_nbd.expected_purchases_new_customer(found.params, np.maximum(weeks - joined, 0))
    total = each @ cdnow.customers
    assert total[1:] == pytest.approx(
        [1308.856, 1385.275, 1459.923, 1532.906, 1604.32, 1674.253], rel=1e-4
    )
    assert np.diff(total) == pytest.approx(
        [78.308, 76.419, 74.648, 72.983, 71.414, 69.933], rel=1e-4
    )


def test_the_curve_is_the_log_likelihood_summed(cdnow):
    values = np.array([0.3, 5.0, 0.7, 20.0])
    each = pareto_nbd.log_likelihood(ParetoNbd(*values), *cdnow[:3])
    curve = pareto_nbd_fit._curve(*cdnow)
    assert curve(values).value == pytest.approx(each @ cdnow.customers, rel=1e-13)


@pytest.mark.parametrize(
    "values", [[0.3, 5.0, 0.7, 20.0], [2.0, 50.0, 3.0, 0.4], [1.0, 1e-3, 0.1, 1e3]]
)
def test_slope_and_curvature_are_those_of_differences(values, cdnow):
    curve, values = pareto_nbd_fit._curve(*cdnow), np.array(values)
    here = curve(values)
    for i, step in enumerate(np.diag(1e-6 * values)):
        up, down = curve(values + step), curve(values - step)
        slope = (up.value - down.value) / (2 * step[i])
        bend = (up.gradient - down.gradient) / (2 * step[i])
        assert here.gradient[i] == pytest.approx(slope, rel=1e-5)
        assert here.hessian[i] == pytest.approx(bend, rel=1e-5)


def test_a_weight_is_so_many_customers(found, cdnow):
    repeated = (np.repeat(column, cdnow.customers.astype(int)) for column in cdnow[:3])
    one_by_one = pareto_nbd.fit(*repeated)
    assert one_by_one.estimates == pytest.approx(found.estimates, rel=1e-8)
    assert one_by_one.n_customers == found.n_customers


def test_days_and_weeks_fit_the_same_model(found, cdnow):
    frequency, recency, T, weights = cdnow
    daily = pareto_nbd.fit(frequency, 7 * recency, 7 * T, weights)
    assert daily.estimates == pytest.approx(found.estimates * [1, 7, 1, 7], rel=1e-9)
    assert daily.standard_errors == pytest.approx(found.standard_errors * [1, 7, 1, 7], rel=1e-7)
    assert daily.evaluations == found.evaluations


def test_known_parameters_are_recovered_within_their_errors():
    known, rng = np.array([0.8, 8.0, 0.9, 15.0]), np.random.default_rng(4)
    T = rng.integers(20, 80, 20_000).astype(float)
    found = pareto_nbd.fit(*draw_histories(ParetoNbd(*known), T, rng), T)
    assert np.abs((found.estimates - known) / found.standard_errors).max() < 3.5
    assert (found.log_errors < 0.15).all()


def test_a_few_heavy_buyers_do_not_break_the_fit(cdnow):
    heavy = [1200, 3000], [364 / 7, 1], [365 / 7] * 2, [1, 1]
    rows = (np.append(column, more) for column, more in zip(cdnow, heavy, strict=True))
    found = pareto_nbd.fit(*rows)
    assert np.isfinite(found.standard_errors).all()


def sixty_customers(seed):
    """Histories of few customers who may be of any kind."""
    rng = np.random.default_rng(seed)
    params = ParetoNbd(*10 ** rng.uniform([-0.7, 0, -0.7, 0], [0.7, 1.5, 0.7, 1.7]))
    T = rng.uniform(5, 60, 60)
    return *draw_histories(params, T, rng), T


@pytest.mark.parametrize("seed", [0, 9])
def test_sixty_customers_may_identify_every_parameter(seed):
    found = pareto_nbd.fit(*sixty_customers(seed))
    assert found.why.startswith("Converged; ")
    assert (found.log_errors < 1).all()


@pytest.mark.parametrize("seed", [3, 5, 6])
def test_sixty_customers_may_leave_parameters_weakly_identified(seed):
    found = pareto_nbd.fit(*sixty_customers(seed))
    loose = ", ".join(f"`{name}`" for name in np.array(found.names)[found.log_errors >= 1])
    assert found.why.startswith(f"Converged, but weakly identified: {loose} may be several times")
    assert np.isnan(found.bounds(0.90)).all()


@pytest.mark.parametrize("seed", [1, 2, 4, 7, 8, 10, 11])
def test_sixty_customers_may_have_no_spread_to_find_and_are_refused_by_its_name(seed):
    with pytest.raises(DidNotConverge) as caught:
        pareto_nbd.fit(*sixty_customers(seed))
    # A gamma without spread: its shape and its rate go to infinity together.
    gone, rest = caught.value.estimation.why.split(" ran to a bound (")
    assert gone in ("`r`, `alpha`", "`s`, `beta`", "`r`, `alpha`, `s`, `beta`")
    assert rest.endswith(": the data do not pin it down. " + ADVICE)


def test_a_base_that_never_came_back_cannot_be_fitted():
    with pytest.raises(DidNotConverge, match="none of 3 customers has come back"):
        pareto_nbd.fit([0, 0, 0], [0, 0, 0], [10, 20, 30])


def test_a_base_where_nobody_has_ever_left_is_no_case_for_this_model():
    rng = np.random.default_rng(1)
    T = np.full(2000, 50.0)
    frequency = 1 + rng.poisson(rng.gamma(5, 1 / 5, 2000) * T)
    with pytest.raises(DidNotConverge, match="usable: `beta` ran to a bound") as caught:
        pareto_nbd.fit(frequency, T, T)
    assert "Take a longer history" in str(caught.value)
