from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clv
from clv.stages.growth_by_period import MOST, growth_by_period, newest_ratio
from clv.stages.lifecycle import Lifecycle


@pytest.fixture(scope="module")
def sample():
    return clv.lifecycle(clv.load("cdnow-sample"))


def test_every_period_adds_up_and_begins_where_the_last_one_ended(sample):
    table = growth_by_period(sample)
    assert table.index.astype("str").tolist()[::17] == ["1997-01", "1998-06"]
    came = table["new"] + table["reactivated"]
    assert (table["at_start"] + came - table["lapsed"] == table["at_end"]).all()
    assert (table["retained"] + came == table["at_end"]).all()
    assert (table["at_start"].iloc[1:].to_numpy() == table["at_end"].iloc[:-1].to_numpy()).all()
    assert table["at_start"].iloc[0] == 0
    assert table["new"].sum() == 2357


def test_a_month_that_is_not_over_is_left_out(sample):
    early = clv.lifecycle(clv.load("cdnow-sample"), as_of="1997-05-30")
    assert str(growth_by_period(early).index[-1]) == "1997-04"


def test_the_quick_ratio_is_who_came_for_each_who_went(bought, on, limits):
    days = bought(a=[0], b=[0], c=[0, 130], d=[125])  # a and b lapse on day 120
    life = Lifecycle(days, on(151), limits(churned=None))
    table = growth_by_period(life)
    assert table.index.astype("str").tolist()[-1] == "2020-05"
    assert table.iloc[-2].to_dict() == {
        "at_start": 3,
        "new": 0,
        "reactivated": 0,
        "lapsed": 3,
        "retained": 0,
        "at_end": 0,
    }
    assert table.iloc[-1][["new", "reactivated", "lapsed"]].tolist() == [1, 1, 0]
    assert table.attrs["quick_ratio"]["2020-04"] == 0
    assert newest_ratio(table) == np.inf


def test_the_warm_up_is_left_out_because_old_customers_look_new_in_it(sample):
    thresholds = replace(sample.thresholds, warm_up_end="1997-02-10")
    table = growth_by_period(replace(sample, thresholds=thresholds))
    assert str(table.index[0]) == "1997-03"
    assert table["at_start"].iloc[0] > 0


def test_before_a_period_is_over_there_is_nothing_to_account_for(bought, on, limits):
    table = growth_by_period(Lifecycle(bought(a=[0, 3]), on(20), limits()))
    assert table.empty
    assert table.columns.name == "move"
    assert np.isnan(newest_ratio(table))


def test_of_a_long_history_the_newest_periods_are_told(bought, on, limits):
    life = Lifecycle(bought(a=[0, 2000]), on(2100), limits())
    table = growth_by_period(life)
    assert len(table) == MOST
    assert table.index[-1] == pd.Period(on(2100), "M") - 1
