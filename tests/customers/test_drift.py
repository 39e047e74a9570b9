"""Drift is told by its size and by how well the sample carries it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clv
from clv.customers import drift as drifting
from clv.customers.drift import cliffs_delta, drift, ratio

END = pd.Timestamp("2024-12-31")


def shop(seed=1, *, days=720, daily=6.0, since=None, times=1.0, dearer=1.0, customers=300, lost=0):
    """Purchases of a steady shop; since some days before the end more, and dearer ones, or none."""
    rng = np.random.default_rng(seed)
    back = np.arange(days)
    late = back < (since or 0)
    counts = rng.poisson(np.where(late, daily * times, daily)) * (back >= lost)
    ago = np.repeat(back, counts)
    amounts = rng.lognormal(3.0, 0.5, len(ago)) * np.where(np.repeat(late, counts), dearer, 1.0)
    frame = pd.DataFrame(
        {
            "customer_id": rng.integers(customers, size=len(ago)).astype(str),
            "date": END - pd.to_timedelta(ago, "D"),
            "amount": amounts.round(2),
        }
    )
    return clv.load(frame, as_of=END.date())


SINCE = "2024-10-01"  # thirteen weeks before the end


def large(log) -> list[str]:
    found = drift(log, SINCE)
    return list(found.index[found["large"]])


@pytest.mark.parametrize("seed", range(3))
def test_a_steady_shop_has_none(seed):
    assert large(shop(seed)) == []


def test_twice_the_rows_are_told_and_nothing_else():
    found = drift(shop(since=91, times=2.2, customers=3000), SINCE)
    assert list(found.index[found["large"]]) == [drifting.ROWS]
    assert found.loc[drifting.ROWS, "effect"] == pytest.approx(2.2, rel=0.15)


def test_another_currency_is_told():
    found = drift(shop(since=91, dearer=3.0), SINCE)
    assert list(found.index[found["large"]]) == [drifting.AMOUNTS]
    row = found.loc[drifting.AMOUNTS]
    assert row["now"] / row["before"] == pytest.approx(3.0, rel=0.15)


def test_last_weeks_that_were_not_exported_are_told():
    assert drifting.RECENCY in large(shop(lost=45))


def test_what_is_significant_but_small_is_no_alert():
    found = drift(shop(daily=60.0, since=91, dearer=1.05, customers=3000), SINCE)
    assert found.loc[drifting.AMOUNTS, "low"] > 0
    assert not found["large"].any()


def test_what_is_large_but_rests_on_few_rows_is_no_alert():
    found = drift(shop(3, daily=0.05, since=91, times=2.5), SINCE)
    assert found.loc[drifting.ROWS, "effect"] > 1.5
    assert not found["large"].any()


def test_the_same_weeks_a_year_before_are_compared_where_the_log_reaches():
    facts = drift(shop(), SINCE).attrs
    assert facts == {
        "start": "2024-01-02", "middle": "2024-10-01", "end": "2024-12-31", "weeks": 13
    }  # fmt: skip
    assert drift(shop(days=300), SINCE).attrs["start"] == SINCE


@pytest.mark.parametrize(("days", "since"), [(720, "2024-12-10"), (100, SINCE)])
def test_where_too_few_weeks_have_passed_or_were_before_nothing_is_told(days, since):
    assert drift(shop(days=days), since).empty


@pytest.mark.parametrize("each", [1, 3, 29])
def test_few_amounts_that_do_not_overlap_are_no_alert(each):
    rng = np.random.default_rng(each)
    ago = np.concatenate([rng.integers(0, 90, each), rng.integers(100, 190, each), [420]])
    amounts = np.concatenate([rng.uniform(19, 21, each), rng.uniform(10, 11, each), [10.0]])
    frame = pd.DataFrame({"date": END - pd.to_timedelta(ago, "D"), "amount": amounts.round(2)})
    log = clv.load(frame.assign(customer_id=frame.index.astype(str)), as_of=END.date())
    found = drift(log, SINCE)
    assert found.loc[drifting.AMOUNTS, "effect"] == 1
    assert found.loc[drifting.AMOUNTS, ["low", "high"]].isna().all()
    assert not found["large"].any()


def test_a_side_of_thirty_values_tells_how_sure_its_delta_is():
    thirty, fewer = pd.Series({1.0: 30}), pd.Series({2.0: 29})
    assert cliffs_delta(thirty, pd.Series({2.0: 30})) == (1, 1, 1)
    for pair in ((thirty, fewer), (fewer, thirty)):
        effect, *bounds = cliffs_delta(*pair)
        assert abs(effect) == 1
        assert np.isnan(bounds).all()
    assert np.isnan(cliffs_delta(thirty, pd.Series(dtype=float))).all()


def test_the_variance_of_a_delta_is_that_of_a_roc_area():
    rng = np.random.default_rng(8)
    sides = [rng.integers(0, 9, size) for size in (40, 60)]
    x, y = sides
    wins = np.sign(y[:, None] - x[None]) / 2 + 0.5  # of which the area is the mean
    variance = wins.mean(1).var(ddof=1) / 60 + wins.mean(0).var(ddof=1) / 40
    delta, low, high = cliffs_delta(*(pd.Series(s).value_counts().sort_index() for s in sides))
    half = 2.5758293035489004 * 2 * np.sqrt(variance)
    assert [delta, low, high] == pytest.approx(2 * wins.mean() - 1 + np.array([0, -half, half]))


def test_no_rows_any_more_are_as_large_a_change_as_can_be():
    assert ratio(np.full(9, 40.0), np.zeros(9)) == (0.0, 0.0, 0.0)
    assert np.isnan(ratio(np.zeros(9), np.full(9, 40.0))).all()


def test_no_rows_after_a_few_may_be_chance():
    effect, *bounds = ratio(np.array([1.0, 0, 0, 28]), np.zeros(4))
    assert effect == 0
    assert np.isnan(bounds).all()
    assert ratio(np.array([0.0, 1, 1, 1]), np.full(4, 10.0))[1] > 1.5


counts = st.dictionaries(st.integers(0, 9), st.integers(1, 25), min_size=1, max_size=8)


@settings(max_examples=40)
@given(counts, counts)
def test_the_delta_is_that_of_all_pairs(before, now):
    x, y = (np.repeat(list(c), list(c.values())) for c in (before, now))
    x_counts, y_counts = (pd.Series(c, dtype=float).sort_index() for c in (before, now))
    delta, low, high = cliffs_delta(x_counts, y_counts)
    assert delta == pytest.approx(np.sign(y[:, None] - x[None]).mean())
    if min(len(x), len(y)) < 30:
        assert np.isnan([low, high]).all()
    else:
        assert -1 <= low <= delta <= high <= 1
