import numpy as np
import pandas as pd
import pytest

import clv
from clv.errors import BadParameter, ColumnsMissing
from clv.growth.lift import LEAST, PUBLISHED, lift, published

LISTED, UNTIL = pd.Timestamp("2024-03-31"), pd.Timestamp("2024-06-29")


def a_list(contacted, held_out):
    alone = np.repeat([False, True], [contacted, held_out])
    ids = pd.Index([f"c{n}" for n in range(len(alone))], name="customer_id")
    return pd.DataFrame({"hold_out": alone, "listed_on": LISTED, "until": UNTIL}, index=ids)


def a_log(buyers, *, day="2024-05-01", amount=10.0):
    """Everybody bought in January, some of them on a day again; the log ends with the list."""
    first = pd.DataFrame({"customer_id": ["nobody"], "date": "2024-06-29", "amount": 1.0})
    again = pd.DataFrame({"customer_id": list(buyers), "date": day, "amount": amount})
    return clv.load(pd.concat([first, again], ignore_index=True), as_of="2024-06-29")


def test_published_interval_of_a_difference_of_shares():
    """Newcombe (1998), Statistics in Medicine 17, table II, method 10: 56/70 against 48/80."""
    watched = a_list(70, 80)
    bought = [*watched.index[:56], *watched.index[70 : 70 + 48]]
    found = lift(watched, a_log(bought), interval=0.95)
    assert found.share.difference == pytest.approx(0.2)
    assert (found.share.low, found.share.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert found.share.clear


def test_money_is_that_of_the_time_of_the_list_alone():
    watched = a_list(40, 40)
    inside = a_log(watched.index[:20], amount=30.0)
    found = lift(watched, inside)
    assert (found.spend.contacted, found.spend.held_out) == (15.0, 0.0)
    assert found.spend.low < found.spend.difference == 15.0 < found.spend.high
    before = lift(watched, a_log(watched.index[:20], day="2024-03-31"))
    assert before.share.contacted == before.spend.difference == 0.0


def test_from_too_few_nothing_is_concluded():
    watched = a_list(500, LEAST - 1)
    found = lift(watched, a_log(watched.index[:300]))
    assert not found.enough
    assert found.share.contacted == pytest.approx(0.6)
    assert np.isnan([found.share.difference, found.share.low, found.spend.high]).all()
    assert not found.share.clear


def test_a_list_whose_time_is_not_over_is_refused():
    watched = a_list(40, 40).assign(until=pd.Timestamp("2024-12-31"))
    with pytest.raises(BadParameter, match="up to 2024-12-31, the last day of the list"):
        lift(watched, a_log(watched.index[:5]))


def test_another_table_is_no_watch_list():
    with pytest.raises(ColumnsMissing, match="hold_out"):
        lift(pd.DataFrame({"clv": [1.0]}), a_log(["c1"]))


@pytest.mark.slow
def test_without_an_effect_the_interval_holds_zero_as_often_as_it_says():
    """One log holds what the customers of forty lists bought."""
    rng, lists = np.random.default_rng(1), [a_list(300, 60) for _ in range(40)]
    for number, watched in enumerate(lists):
        watched.index = f"{number:02}-" + watched.index
    buyers = [name for watched in lists for name in watched.index[rng.random(360) < 0.5]]
    log = a_log(buyers)
    found = [lift(watched, log) for watched in lists]
    inside = sum(each.share.low <= 0 <= each.share.high for each in found)
    assert 31 <= inside <= 40  # of 40 at 90 %: fewer than 31 once in 100 times


def test_a_list_that_a_run_hands_over_measures_the_same(tmp_path):
    watched = a_list(50, 40)
    log = a_log([*watched.index[:25], *watched.index[50:60]])
    watched.reset_index().to_parquet(tmp_path / PUBLISHED)
    assert lift(published(tmp_path), log) == lift(watched, log)
    assert published("").empty
    assert published(tmp_path / "elsewhere").empty
