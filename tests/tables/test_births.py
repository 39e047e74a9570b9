from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import clv
from clv.tables import births

START = date(2023, 1, 1)


def shop(years_before, *, growth=0.0, season=0.0, rate=0.02, per_day=20, seed=1):
    """First sight and next gap in a log of two years, of a shop that may be older than it.

    Customers arrive at a rate that may grow or swing; each buys at intervals of its own and
    leaves after a purchase with chance 0.3.
    """
    rng = np.random.default_rng(seed)
    days = 730
    ages = np.arange(-int(years_before * 365), days)
    arriving = per_day * np.exp(growth * ages / 365) * (1 + season * np.sin(2 * np.pi * ages / 365))
    born = np.repeat(ages, rng.poisson(arriving))
    mean = 1 / rng.gamma(2.0, rate / 2.0, len(born))
    first, second = np.full(len(born), -1), np.full(len(born), -1)
    now, here = born.astype(float), np.full(len(born), True)
    while here.any():
        seen = here & (now >= 0) & (now < days)
        second = np.where(seen & (first >= 0) & (second < 0), now.astype(int), second)
        first = np.where(seen & (first < 0), now.astype(int), first)
        now = now + rng.exponential(mean)
        here &= (now < days) & (rng.random(len(born)) > 0.3) & (second < 0)
    kept = first >= 0
    gap = np.where(second >= 0, second - first, 0)
    return {"first": first[kept], "gap": gap[kept], "start": START, "days": days}


@pytest.mark.parametrize("growth", [0.0, 0.7])
@pytest.mark.parametrize("season", [0.0, 0.3])
def test_an_extract_of_an_older_shop_begins_with_a_crowd(growth, season):
    found = births.judge(**shop(4, growth=growth, season=season))
    assert not found.observed
    assert growth or "there were customers before the log begins" in found.reason
    assert found.warm_up_end >= date(2023, 1, 28)


@pytest.mark.parametrize("growth", [2.0, 4.0])
def test_a_shop_that_opens_with_its_log_begins_small(growth):
    found = births.judge(**shop(0, growth=growth))
    assert found.observed
    assert found.warm_up_end is None
    assert "no customer seems older than the log" in found.reason


@pytest.mark.parametrize("how", [{"growth": 0.7, "per_day": 0.3}, {"growth": 0.0}])
def test_what_the_log_leaves_open_is_unknown(how):
    found = births.judge(**shop(0, **how))
    assert not found.observed
    assert "leaves open" in found.reason


def test_what_is_declared_is_not_judged():
    old, new = shop(4), shop(0)
    assert births.judge(**old, declared="observed").observed
    unknown = births.judge(**new, declared="unknown")
    assert (unknown.observed, unknown.reason[:8]) == (False, "declared")


def test_a_log_of_a_few_days_tells_nothing():
    found = births.judge(np.zeros(9, int), np.ones(9, int), start=START, days=10)
    assert not found.observed
    assert "too short" in found.reason
    assert found.warm_up_end == date(2023, 1, 5)


def test_the_warm_up_is_the_time_in_which_half_of_those_who_come_back_have():
    first = np.arange(0, 600)
    gap = np.tile([0, 40, 60, 80], 150)
    found = births.judge(first, gap, start=START, days=600, declared="unknown")
    assert found.warm_up_end == date(2023, 3, 1)  # the sixtieth day
    slow = births.judge(first, 100 * gap, start=START, days=600, declared="unknown")
    assert (slow.warm_up_end - START).days == 299  # half of the log


def test_first_purchases_that_cease_are_a_crowd_unless_births_are_declared():
    days = clv.load("cdnow-sample").purchase_days().rename(columns={"date": "day"})
    undeclared = clv.load(
        days, columns={"date": "day"}, as_of="1998-06-30", zero_amounts="purchase"
    )
    found = births.births(undeclared)
    assert not found.observed
    assert "there were customers before the log begins" in found.reason
    assert births.births(clv.load("cdnow-sample")).observed


def test_a_log_in_which_nobody_new_comes_later_has_lost_its_beginning():
    found = births.judge(np.zeros(90, int), np.full(90, 30), start=START, days=365)
    assert not found.observed
    assert found.reason == (
        "no customer is first seen after the first 30 days: "
        "there were customers before the log begins"
    )


def test_a_pause_of_new_customers_is_compared_with_all_the_time_after_it():
    first = np.concatenate([np.repeat(np.arange(28), 9), np.arange(60, 300)])
    found = births.judge(first, np.zeros(len(first), int), start=START, days=300)
    assert "the first 28 days hold 10.20 times as many first purchases" in found.reason


def test_a_log_is_judged_by_its_purchase_days(csv):
    rows = [f"c{n},2024-0{1 + n % 6}-01,5" for n in range(60)]
    log = clv.load(csv(*rows, *rows, "c0,2024-03-09,5"), births="unknown", as_of="2024-06-30")
    again = pd.Timestamp(births.births(log).warm_up_end) - pd.Timestamp("2024-01-01")
    assert again.days + 1 == 68  # the only customer who came back on another day did so after 68
    assert births.births(log, "2024-02-15").warm_up_end == date(2024, 1, 23)


def test_a_day_that_stands_alone_before_all_others_is_not_where_the_log_begins(csv):
    rows = [f"c{n % 90},{date(2023, 1, 1) + timedelta(n % 300)},5" for n in range(900)]
    plain, stretched = (
        csv(*rows, *more, name=name) for name, more in (("a", ()), ("b", ["x,1980-01-01,5"]))
    )
    assert births.births(clv.load(stretched)) == births.births(clv.load(plain))
