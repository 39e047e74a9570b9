from datetime import date

import numpy as np
import pandas as pd
import pytest

import clv
from clv.tables.versions import versions


def rows(*entries):
    """Rows of a log: customer, day, amount and, where they have one, an order or a known day."""
    began = pd.Timestamp("2024-01-01")
    table = pd.DataFrame(
        entries, dtype=object, columns=["customer_id", "date", "amount", "order_id", "known_at"]
    )
    for name in ("date", "known_at"):
        table[name] = [began + pd.Timedelta(days=d) if pd.notna(d) else None for d in table[name]]
    return table.assign(known_at=table["known_at"].fillna(table["date"]))


def known_on(found, day):
    """The purchase days that the versions say were known on a day."""
    day = pd.Timestamp(day)
    since = found.known["since"]
    now = found.known[~(since > day)].sort_values("since", na_position="first")
    now = now.drop_duplicates("customer_id", keep="last")[["customer_id", "since"]]
    days = found.days.merge(now, on=["customer_id", "since"])
    days = days[days["date"] <= day].sort_values(["customer_id", "date"])
    return days.drop(columns="since").reset_index(drop=True)


@pytest.fixture(scope="module")
def tangled():
    """A log full of refunds, orders of several days and rows that became known late."""
    rng = np.random.default_rng(7)
    n = 400
    day = rng.integers(0, 90, n)
    amount = rng.choice(
        [10.0, 20.0, 35.0, -10.0, -20.0, -7.0], n, p=[0.3, 0.25, 0.2, 0.1, 0.1, 0.05]
    )
    late = np.where(rng.random(n) < 0.1, day + rng.integers(1, 20, n), day)
    order = np.where(rng.random(n) < 0.4, "o" + pd.Series(rng.integers(0, 3, n)).astype(str), "")
    who = pd.Series(rng.integers(0, 40, n)).astype(str)
    began = pd.Timestamp("2024-01-01")
    table = pd.DataFrame(
        {
            "customer_id": "c" + who,
            "date": began + pd.to_timedelta(day, unit="D"),
            "amount": amount,
            "order_id": np.where(order == "", "x" + pd.Series(range(n)).astype(str), who + order),
            "known_at": began + pd.to_timedelta(late, unit="D"),
        }
    )
    return clv.load(table, as_of="2024-04-15", max_faulty=0.9, grain="order_line")


@pytest.fixture(scope="module")
def found(tangled):
    return versions(tangled)


@pytest.mark.parametrize("day", [11, 38, 62, 89])
def test_on_each_day_that_version_is_the_truth_which_purchase_days_say(tangled, found, day):
    day = (pd.Timestamp("2024-01-01") + pd.Timedelta(days=day)).date()
    truth = tangled.purchase_days(day)
    truth = truth[truth["customer_id"].isin(found.known["customer_id"])].reset_index(drop=True)
    told = known_on(found, day)
    pd.testing.assert_frame_equal(told, truth[told.columns], check_dtype=False)


def test_who_has_one_version_is_not_among_them(tangled, found):
    several = set(found.known["customer_id"])
    assert found.known["customer_id"].value_counts().min() >= 2
    plain = tangled.purchase_days("2024-02-10")
    now = tangled.purchase_days()
    once = now[(now["date"] <= "2024-02-10") & ~now["customer_id"].isin(several)]
    left = plain[~plain["customer_id"].isin(several)].reset_index(drop=True)
    assert len(left) > 0
    pd.testing.assert_frame_equal(once.reset_index(drop=True), left)


@pytest.fixture(scope="module")
def plain():
    """One customer of each kind: a refund, a row known late, nothing."""
    return clv.load(
        rows(
            ("back", 0, 10.0, "1", None),
            ("back", 5, 20.0, "2", None),
            ("back", 9, -20.0, "3", None),
            ("late", 0, 10.0, "4", None),
            ("late", 5, 20.0, "5", 30),
            ("once", 40, 5.0, "6", None),
        )
    )


def test_a_refund_or_a_row_known_late_begins_a_version_on_its_day(plain):
    found = versions(plain)
    began = [pd.NaT, pd.Timestamp("2024-01-10"), pd.NaT, pd.Timestamp("2024-01-31")]
    assert found.known["customer_id"].tolist() == ["back", "back", "late", "late"]
    assert found.known["since"].tolist() == began
    assert found.known["refund"].tolist() == [False, True, False, False]
    assert found.days["date"].dt.day.tolist() == [1, 6, 1, 1, 1, 6]


def test_what_becomes_known_after_the_day_is_not_among_them(plain):
    assert versions(plain, date(2024, 1, 9)) is None
    assert set(versions(plain, date(2024, 1, 30)).known["customer_id"]) == {"back"}


def test_without_refunds_and_late_rows_there_is_nothing_to_tell(cdnow_log):
    assert versions(cdnow_log) is None


@pytest.fixture(scope="module")
def cdnow_log():
    return clv.load("cdnow-sample")
