import numpy as np
import pytest

from clv.models.survival import kaplan_meier

# Freireich et al. (1963), remission of acute leukaemia under 6-MP, weeks; True: relapsed.
# Survival as in Kleinbaum & Klein, "Survival Analysis", chapter 2; standard errors as R gives them.
REMISSION = {
    6: [True, True, True, False], 7: [True], 9: [False], 10: [True, False], 11: [False],
    13: [True], 16: [True], 17: [False], 19: [False], 20: [False], 22: [True], 23: [True],
    25: [False], 32: [False, False], 34: [False], 35: [False],
}  # fmt: skip
WEEKS = np.array([week for week, ends in REMISSION.items() for _ in ends])
RELAPSED = np.array([end for ends in REMISSION.values() for end in ends])


def naive(durations, observed, entry, weights):
    """The product limit, one time after the other."""
    share, curve = 1.0, {}
    for time in sorted(set(durations[observed])):
        at_risk = weights[(entry < time) & (durations >= time)].sum()
        share *= 1 - weights[observed & (durations == time)].sum() / at_risk
        curve[time] = share
    return curve


def test_the_leukaemia_remissions_are_the_published_curve():
    curve = kaplan_meier(WEEKS, RELAPSED)
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert curve.survival.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    errors = np.sqrt(curve.variance).round(4).tolist()
    assert errors == [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]


def test_a_weight_is_so_many_customers():
    weights = np.arange(1, len(WEEKS) + 1)
    weighed = kaplan_meier(WEEKS, RELAPSED, weights=weights)
    repeated = kaplan_meier(np.repeat(WEEKS, weights), np.repeat(RELAPSED, weights))
    assert weighed.survival == pytest.approx(repeated.survival, rel=1e-14)
    assert weighed.variance == pytest.approx(repeated.variance, rel=1e-12)


def test_delayed_entry_agrees_with_the_product_taken_by_hand():
    rng = np.random.default_rng(3)
    entry = rng.integers(0, 10, 300).astype(float)
    durations = entry + rng.integers(1, 30, 300)
    observed, weights = rng.random(300) < 0.6, rng.integers(1, 4, 300).astype(float)
    curve = kaplan_meier(durations, observed, entry, weights)
    expected = naive(durations, observed, entry, weights)
    assert dict(zip(curve.times, curve.survival, strict=True)) == pytest.approx(expected)


def test_the_curve_is_one_before_the_first_event_and_flat_between_events():
    curve = kaplan_meier([2, 5], [True, True])
    assert curve.at([0, 1.99, 2, 4.99, 5, 100]).tolist() == [1, 1, 0.5, 0.5, 0, 0]


def test_where_nobody_has_ended_everybody_is_still_there():
    curve = kaplan_meier([3, 4], [False, False])
    assert len(curve.times) == 0
    assert curve.at(10) == 1


def test_once_nobody_is_left_the_variance_is_unknown():
    assert np.isnan(kaplan_meier([2, 5], [True, True]).variance[-1])
