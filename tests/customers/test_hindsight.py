from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.hindsight import hindsight, last_forecast
from clv.errors import BadParameter


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def told(log):
    return hindsight(log, "mbgnbd", "1997-09-30", "1998-06-30")


def test_what_came_is_what_the_backtest_counts(log, told):
    test = clv.backtest(log, "1997-09-30", "1998-06-30")
    assert told.purchases_came == test["actual"].sum() == 1882
    assert told.revenue_came == pytest.approx(test["actual_spend"].sum())
    assert told.purchases.expected == pytest.approx(test["mbgnbd"].sum())
    assert told.customers == len(test)


def test_what_was_foreseen_lies_within_its_bounds(told):
    for total in (told.purchases, told.revenue):
        assert total.low < total.expected < total.high


def test_the_miss_has_the_sign_of_the_forecast_s_error(told):
    assert told.missed < 0 < told.revenue_came - told.revenue.expected
    assert not told.inside


@pytest.mark.parametrize("came", [0.0, -25.0])
def test_where_nothing_came_a_miss_has_no_share(told, came):
    assert np.isnan(replace(told, revenue_came=came).missed)


def test_the_forecast_sees_nothing_of_what_came(log, told):
    early = clv.load(log, as_of="1998-06-30")
    assert hindsight(early, "mbgnbd", "1997-09-30", "1997-12-31").customers == told.customers
    known = clv.customer_summary(log, "1997-09-30")
    fitted = clv.ModifiedBetaGeoModel.fit(known)
    foreseen = fitted.expected_purchases(known.assign(), "1998-06-30").sum()
    assert told.purchases.expected == pytest.approx(foreseen)


def test_the_model_of_spend_may_count_first_purchases_too(log, told):
    other = hindsight(log, "mbgnbd", "1997-09-30", "1998-06-30", spend_basis="all")
    assert other.revenue.expected != told.revenue.expected
    assert (other.purchases, other.revenue_came) == (told.purchases, told.revenue_came)


def test_the_last_forecast_reaches_as_far_as_the_next_one(log):
    last = last_forecast(log, "mbgnbd", horizon="60D")
    assert (str(last.made_on), str(last.until)) == ("1998-05-01", "1998-06-30")


def test_half_of_the_history_is_kept_to_learn_from(log, told):
    assert last_forecast(log, "mbgnbd", horizon="2Y") == told


def test_too_short_a_history_has_no_last_forecast():
    rows = {"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-03-01"], "amount": [1.0, 2.0]}
    assert last_forecast(clv.load(pd.DataFrame(rows)), "mbgnbd") is None


def test_the_outcome_must_have_been_seen_to_its_end(log):
    with pytest.raises(BadParameter, match="at most 1998-06-30"):
        hindsight(log, "mbgnbd", "1997-09-30", "1999-01-01")
