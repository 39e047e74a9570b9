import numpy as np
import pytest

from clv.errors import BadParameter
from clv.models.exits import exits, heterogeneity
from clv.models.survival import kaplan_meier

# Freireich et al. (1963), remission of acute leukaemia under 6-MP, weeks; 1: relapsed.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def drawn(rng, stays=300, subjects=None):
    """Stays that end in two ways, the second more often the longer they last; some go on."""
    ends = np.column_stack([rng.exponential(12, stays), rng.weibull(2, stays) * 10])
    lasted, cause = np.ceil(ends.min(axis=1)), ends.argmin(axis=1) + 1
    seen = rng.integers(3, 20, stays)
    subject = np.arange(stays) if subjects is None else rng.integers(0, subjects, stays)
    return np.minimum(lasted, seen), np.where(lasted <= seen, cause, 0), subject


def test_one_way_out_is_the_published_curve_with_greenwoods_errors():
    found = exits(WEEKS, RELAPSED, causes=1).by([6, 7, 10, 13, 16, 22, 23])
    shares = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    errors = [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346]
    assert found.share[:, 0].round(3).tolist() == shares
    assert np.sqrt(found.variance[:, 0]).round(4).tolist() == errors


def test_the_median_and_the_mean_of_the_remissions_are_those_of_r():
    # survfit(Surv(weeks, relapsed) ~ 1, conf.type = "log-log"): median 23, from 13 to NA;
    # print(…, rmean = 35): 23.29 with standard error 2.83.
    found = exits(WEEKS, RELAPSED, causes=1)
    median = found.median(0.95)
    assert (median.value, median.low, median.high) == (23, 13, np.inf)
    mean = found.mean_stay(35)
    assert mean.value[0, 0] == pytest.approx(23.29, abs=0.005)
    assert np.sqrt(mean.variance[0, 0]) == pytest.approx(2.83, abs=0.005)


def test_two_ways_out_by_hand():
    # Ten stays; at 1: one by each way; at 2: one lost; at 3: two by the first; the others go on.
    weeks, cause = [1, 1, 2, 3, 3, 4, 4, 4, 4, 4], [1, 2, 0, 1, 1, 0, 0, 0, 0, 0]
    found = exits(weeks, cause, causes=2).by([1, 3])
    first = 1 / 10 + 8 / 10 * 2 / 7
    assert found.share == pytest.approx(
        np.array([[0.8, 0.1, 0.1], [0.8 * 5 / 7, first, 0.1]]), rel=1e-12
    )
    assert found.known.tolist() == [10, 9]


@pytest.mark.parametrize("seed", range(3))
def test_the_ways_out_and_those_still_there_are_everybody(seed):
    lasted, cause, subject = drawn(np.random.default_rng(seed), subjects=80)
    found = exits(lasted, cause, causes=2, subject=subject).by([1, 5, 10])
    assert found.share.sum(axis=1) == pytest.approx(np.ones(3))
    still = kaplan_meier(lasted, cause > 0).at([1, 5, 10])
    assert found.share[:, 0] == pytest.approx(still)


@pytest.mark.parametrize("seed", range(3))
def test_the_bounds_of_those_still_there_are_what_those_who_left_leave_over(seed):
    lasted, cause, subject = drawn(np.random.default_rng(seed), subjects=80)
    left = exits(lasted, (cause > 0).astype(int), causes=1, subject=subject).by([0.5, 5, 10])
    assert left.low[:, 0] == pytest.approx(1 - left.high[:, 1], rel=1e-12)
    assert left.high[:, 0] == pytest.approx(1 - left.low[:, 1], rel=1e-12)
    ways = exits(lasted, cause, causes=2, subject=subject).by([0.5, 5, 10])
    assert ways.low[:, 0] == pytest.approx(left.low[:, 0])


def test_the_bounds_of_those_still_there_are_the_published_ones_of_the_remissions():
    # survfit(Surv(weeks, relapsed) ~ 1, conf.type = "log-log"), as the published errors give them:
    # S ^ exp(±1.96 error / (S log S)).
    found = exits(WEEKS, RELAPSED, causes=1).by([6, 10, 23], 0.95)
    share, error = found.share[:, 0], np.sqrt(found.variance[:, 0])
    reach = 1.959964 * error / np.abs(share * np.log(share))
    assert found.low[:, 0] == pytest.approx(share ** np.exp(reach), rel=1e-6)
    assert found.high[:, 0] == pytest.approx(share ** np.exp(-reach), rel=1e-6)


def test_the_median_of_any_way_is_that_of_one_way_that_holds_them_all():
    lasted, cause, _ = drawn(np.random.default_rng(9))
    whole, one = exits(lasted, cause, causes=2), exits(lasted, (cause > 0).astype(int), causes=1)
    assert whole.median() == one.median(cause=1)


def test_counting_the_other_ways_as_lost_would_say_too_much():
    lasted, cause, _ = drawn(np.random.default_rng(1))
    proper = exits(lasted, cause, causes=2).by(10).share[0, 1]
    assert proper < 1 - kaplan_meier(lasted, cause == 1).at(10)


def test_the_variance_of_many_stays_of_one_subject_is_that_of_one():
    lasted, cause, subject = drawn(np.random.default_rng(4))
    once = exits(lasted, cause, causes=2).by(8)
    twice = exits(np.tile(lasted, 2), np.tile(cause, 2), causes=2, subject=np.tile(subject, 2))
    assert twice.by(8).variance == pytest.approx(once.variance)
    assert twice.by(8).known == pytest.approx(once.known)


def test_from_a_landmark_on_the_shares_are_of_those_still_there():
    lasted, cause, _ = drawn(np.random.default_rng(6))
    later = exits(lasted, cause, causes=2, start=4).by(10)
    whole = exits(lasted, cause, causes=2).by([4, 10])
    expected = (whole.share[1] - whole.share[0]) / whole.share[0, 0]
    assert later.share[0, 1:] == pytest.approx(expected[1:])
    assert later.known[0] < whole.known[1]


def test_where_nobody_left_the_limit_rests_on_those_followed():
    found = exits([2] * 30 + [9] * 40, [0] * 70, causes=1).by(5, 0.90)
    assert found.share[0].tolist() == [1, 0]
    assert found.known.tolist() == [40]
    assert found.high[0, 1] == pytest.approx(1 - 0.05 ** (1 / 40))
    assert exits([2] * 30 + [9] * 40, [0] * 70, causes=1).by([2, 2.1]).known.tolist() == [70, 40]


def test_the_median_of_stays_that_mostly_go_on_is_not_reached():
    median = exits([1, 5, 5, 5], [1, 0, 0, 0], causes=1).median()
    assert (median.value, median.high) == (np.inf, np.inf)


def test_a_half_made_of_thirds_is_a_half():
    found = exits([1, 1, 2, 3, 3, 3], [1, 2, 1, 2, 2, 2], causes=2)
    assert found.median().value == 2


def test_the_median_of_one_way_counts_the_others_as_never():
    found = exits([1, 2, 3, 4], [1, 2, 1, 2], causes=2)
    assert found.median().value == 2
    assert found.median(cause=1).value == 3
    assert exits([1, 2, 3], [1, 2, 2], causes=2).median(cause=1).value == np.inf


def test_a_cause_that_was_not_announced_is_refused():
    with pytest.raises(BadParameter, match="`cause` must be 0 to 1"):
        exits([1, 2], [1, 2], causes=1)


def test_groups_that_were_fully_followed_are_compared_by_pearson():
    # 30 of 100, 45 of 100, 60 of 200: chi-square by hand from the expected counts.
    share, known = np.array([0.30, 0.45, 0.30]), np.array([100, 100, 200])
    common = 135 / 400
    expected = sum((known * (share - common)) ** 2 / (known * common * (1 - common)))
    found = heterogeneity(share, known, np.sqrt(common * (1 - common)))
    assert found.statistic == pytest.approx(expected)
    assert found.degrees == 2
    assert found.p == pytest.approx(np.exp(-expected / 2))


def test_one_group_has_nothing_to_differ_from():
    found = heterogeneity([0.3], [50], 0.4)
    assert np.isnan(found.p)
    assert np.isnan(heterogeneity([0.0, 0.0], [50, 50], 0.0).p)


@pytest.mark.slow
def test_bounds_hold_what_they_promise_with_several_stays_a_subject():
    """Subjects differ, so their stays are alike; true shares from a large sample."""
    rng = np.random.default_rng(21)

    def sample(subjects):
        subject = np.repeat(np.arange(subjects), rng.integers(1, 5, subjects))
        pace = rng.gamma(2, 0.5, subjects)[subject]
        ends = np.column_stack([rng.exponential(10 / pace), rng.exponential(15, len(subject))])
        seen = rng.uniform(4, 25, len(subject))
        cause = np.where(ends.min(axis=1) <= seen, ends.argmin(axis=1) + 1, 0)
        return ends, np.minimum(ends.min(axis=1), seen), cause, subject

    ends, *_ = sample(200_000)
    truth = np.mean((ends.argmin(axis=1) == 0) & (ends.min(axis=1) <= 10))
    mean = np.minimum(ends.min(axis=1), 10).mean()
    held = []
    for _ in range(400):
        _, lasted, cause, subject = sample(150)
        stays = exits(lasted, cause, causes=2, subject=subject)
        shares, stay = stays.by(10, 0.90), stays.mean_stay(10)
        error = np.sqrt(stay.variance[0, 0])
        held.append(
            (
                shares.low[0, 1] <= truth <= shares.high[0, 1],
                abs(stay.value[0, 0] - mean) <= 1.645 * error,
            )
        )
    assert np.mean(held, axis=0) == pytest.approx(np.array([0.90, 0.90]), abs=0.045)


@pytest.mark.slow
def test_equal_groups_are_found_to_differ_as_often_as_promised():
    """Groups of one share, of which one began late and was followed less."""
    rng = np.random.default_rng(31)
    found = []
    for _ in range(600):
        group = rng.integers(0, 3, 450)
        lasted = np.ceil(rng.exponential(20, 450))
        other = rng.random(450) < 0.3
        seen = np.where(group == 2, rng.integers(4, 20, 450), rng.integers(12, 40, 450))
        cause = np.where(lasted <= seen, 1 + other, 0)
        lasted = np.minimum(lasted, seen)
        whole = exits(lasted, cause, causes=2).by(12)
        each = [exits(lasted[group == g], cause[group == g], causes=2).by(12) for g in range(3)]
        one = np.sqrt(whole.variance[0, 1] * whole.known[0])
        share, known = [e.share[0, 1] for e in each], [e.known[0] for e in each]
        found.append(heterogeneity(share, known, one).p < 0.10)
    assert np.mean(found) == pytest.approx(0.10, abs=0.035)
