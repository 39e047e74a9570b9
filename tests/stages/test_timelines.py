import numpy as np
import pandas as pd
import pytest

from clv.stages import signals
from clv.stages.timelines import Timelines, stamps, whole_days
from clv.tables.versions import Versions


@pytest.fixture
def shown(bought, on, limits):
    """What purchase days show of customer a on a day."""

    def shown(purchases, day, versions=None, **changes):
        days = bought(a=purchases, b=[0])
        own = Timelines.of(pd.Index(["a", "b"]), days, versions, limits(**changes))
        found = own.at(np.array([0]), whole_days([np.datetime64(on(day))]))
        return {name: values.tolist()[0] for name, values in found.items()}

    return shown


def test_signals_are_what_plain_counting_gives(shown):
    found = shown([3, 10, 40], 45)
    expected = {
        "purchase_days": 3,
        "since_last": 5,
        "tenure": 42,
        "second_after": 7,
        "ended_gap": 30,
        "days_in_window": 3,
        "money_in_window": 30.0,
        "is_loyal": False,
    }
    assert {name: found[name] for name in expected} == expected


def test_before_the_first_purchase_there_is_none(shown):
    found = shown([3], 2)
    assert (found["purchase_days"], found["days_in_window"]) == (0, 0)
    assert all(np.isnan(found[name]) for name in ("since_last", "tenure", "ended_gap"))


def test_the_window_holds_its_last_day_and_not_the_day_before_its_first(shown):
    found = shown({0: 1.0, 1: 2.0, 10: 4.0}, 10, window_days=10, loyal_days=2, loyal_money=6.0)
    assert (found["days_in_window"], found["money_in_window"], found["is_loyal"]) == (2, 6.0, True)


def test_an_enormous_purchase_long_ago_leaves_the_cents_of_a_later_window_alone(shown):
    money = {0: 9e9, 500: 33.4, 510: 33.4, 520: 33.4}
    found = shown(money, 520, window_days=90)
    assert (found["money_in_window"], found["is_loyal"]) == (100.2, True)


def test_who_was_loyal_once_stays_known_as_that(shown):
    found = shown({0: 40.0, 10: 40.0, 20: 40.0}, 500)
    assert (found["is_loyal"], found["ever_loyal"]) == (False, True)


def test_each_day_sees_the_window_that_ends_with_it(sample_days, limits):
    customers = pd.Index(np.sort(sample_days["customer_id"].unique()))
    own = Timelines.of(customers, sample_days, None, limits(window_days=90, loyal_days=1))
    for day in ("1997-03-05", "1997-11-30", "1998-06-30"):
        today = whole_days([np.datetime64(day)])
        found = own.at(np.arange(len(customers)), np.repeat(today, len(customers)))
        plain = signals.in_window(sample_days, pd.Timestamp(day).date(), 90).reindex(customers)
        np.testing.assert_array_equal(found["days_in_window"], plain["days_in_window"].fillna(0))
        np.testing.assert_array_equal(found["money_in_window"], plain["money_in_window"])


def test_a_day_is_answered_by_the_version_that_was_the_truth_on_it(shown, bought, on):
    since = [pd.NaT, pd.Timestamp(on(30))]
    known = pd.DataFrame({"customer_id": "a", "since": since, "refund": [False, True]})
    before, after = bought(a=[0, 20]), bought(a=[0])
    days = pd.concat([before.assign(since=since[0]), after.assign(since=since[1])])
    versions = Versions(known, days)
    assert [shown([0], day, versions)["since_last"] for day in (29, 30)] == [9, 30]


def test_purchase_days_are_those_known_on_the_day(bought, on, limits):
    since = [pd.NaT, pd.Timestamp(on(30))]
    known = pd.DataFrame({"customer_id": "a", "since": since, "refund": [False, True]})
    days = pd.concat(
        [bought(a=[0, 20]).assign(since=since[0]), bought(a=[0]).assign(since=since[1])]
    )
    customers = pd.Index(["a", "b"])
    own = Timelines.of(customers, bought(a=[0], b=[5]), Versions(known, days), limits())
    first = whole_days([np.datetime64(on(0))])[0]
    counts = [len(own.purchase_days(customers, first + day)) for day in (0, 5, 20, 29, 30)]
    assert counts == [1, 2, 3, 3, 2]


def test_who_may_be_older_than_the_log_is_judged_as_a_returning_customer(shown, limits):
    late = limits().limits
    changed = tuple(
        limit if limit.least > 1 else type(limit)(**{**_fields(limit), "after": 10})
        for limit in late
    )
    assert shown([0], 5, warm_up_end=None)["at_risk_after"] == 60
    once = {"limits": changed}
    assert shown([0], 5)["entry_uncertain"] is False
    assert shown([0], 5, warm_up_end="2020-01-10")["entry_uncertain"] is True
    assert once["limits"][0].after == 10


def _fields(limit):
    return {name: getattr(limit, name) for name in limit.__slots__}


def test_whole_days_and_stamps_are_the_same_days():
    days = pd.to_datetime(["1970-01-02", "2024-02-29"])
    np.testing.assert_array_equal(stamps(whole_days(days)), days)
