import numpy as np
import pytest

from clv.errors import BadParameter
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


def test_those_who_come_later_count_from_their_entry_on():
    # By hand: 3 of 4 outlive 2; at 6, of the two who stayed and the one who came at 4, one ends;
    # at 9 one of the last two.
    curve = kaplan_meier([2, 6, 9, 3, 11], [True, True, True, False, False], [0, 0, 0, 0, 4])
    assert curve.at_risk.tolist() == [4, 3, 2]
    assert curve.survival == pytest.approx([3 / 4, 3 / 4 * 2 / 3, 3 / 4 * 2 / 3 / 2])
    greenwood = [1 / (4 * 3), 1 / (4 * 3) + 1 / (3 * 2), 1 / (4 * 3) + 1 / (3 * 2) + 1 / (2 * 1)]
    assert curve.variance == pytest.approx(curve.survival**2 * greenwood)


def test_once_all_under_watch_have_ended_before_the_others_came_nobody_knows_the_share():
    # The product would be 0 from 2 on, while three are there to be seen at 5.
    curve = kaplan_meier([2, 10, 12, 12], [True, True, True, False], [0, 5, 5, 5])
    assert curve.times.tolist() == [2, 10, 12]
    assert curve.at_risk.tolist() == [1, 3, 2]
    assert np.isnan(curve.survival).all()
    assert np.isnan(curve.variance).all()
    assert np.isnan(kaplan_meier([2, 10], [True, True], [0, 2]).survival).all()


def test_after_a_while_without_anybody_under_watch_nobody_knows_the_share():
    # One of two ends at 2 and the other is lost at 3: of those who outlive 3, none is seen until 5.
    curve = kaplan_meier([2, 3, 10, 12], [True, False, True, False], [0, 0, 5, 5])
    assert curve.survival[0] == 0.5
    assert np.isnan(curve.survival[1:]).all()
    seen_on = kaplan_meier([2, 3, 10, 12], [True, False, True, False], [0, 0, 3, 3])
    assert seen_on.survival.tolist() == [0.5, 0.25]


def test_when_all_have_come_and_all_have_ended_nobody_is_left():
    curve = kaplan_meier([2, 10, 12], [True, True, True], [0, 1, 5])
    assert curve.survival.tolist() == [0.5, 0.25, 0.0]
    assert np.isnan(curve.variance[-1])


def test_weights_that_are_no_whole_numbers_leave_nobody_where_nobody_is_left():
    weights, late = [0.1, 0.2, 0.3, 0.7, 0.9], [0, 0, 0, 1, 1]
    curve = kaplan_meier([2, 3, 5, 5, 5], [True] * 5, late, weights)
    assert curve.survival[-1] == 0
    assert np.isnan(curve.variance[-1])


@pytest.mark.parametrize(
    ("durations", "entry", "weights", "said"),
    [
        ([2, np.nan], None, None, "`durations` must be 0 or more; 1 of 2 are not"),
        ([-1, 2], None, None, r"`durations` must be .* \(the first at 0\)"),
        ([2, 5], [0, 5], None, r"`entry` must be .* less than the duration .* \(the first at 1\)"),
        ([2, 5], [np.nan, 1], None, "`entry` must be 0 or more"),
        ([2, 5], None, [1, 0], "`weights` must be above 0"),
    ],
)
def test_what_no_customer_can_have_is_refused(durations, entry, weights, said):
    with pytest.raises(BadParameter, match=said):
        kaplan_meier(durations, [True, True], entry, weights)
