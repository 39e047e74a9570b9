import pandas as pd
import pytest

import clv
from clv.customers.tracking import tracking
from clv.errors import BadParameter


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def weeks(log):
    before = clv.customer_summary(log, "1997-09-30")
    return tracking(log, clv.BetaGeoModel.fit(before), "1997-09-30", "1998-06-30")


def test_it_counts_every_repeat_purchase_once(log, weeks):
    assert weeks["actual"].is_monotonic_increasing
    assert weeks["actual"].iloc[19:25].tolist() == [1359, 1414, 1484, 1517, 1573, 1672]
    assert weeks["actual"].iloc[-1] == 6696 - 2357


def test_it_expects_what_two_other_implementations_do(weeks):
    # Cumulative repeat purchases after 20 to 25 weeks; theirs are cut at whole weeks of each
    # customer, ours at the day, hence the tolerance of one part in a hundred.
    expected = [1312.458, 1387.346, 1460.392, 1531.713, 1601.418, 1669.6]
    assert weeks["expected"].iloc[19:25].tolist() == pytest.approx(expected, rel=0.01)


def test_weeks_that_the_data_do_not_reach_are_refused(log):
    model = clv.BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    with pytest.raises(BadParameter, match="`holdout_end` must be a day after 1997-09-30"):
        tracking(log, model, "1997-09-30", "1998-07-01")
    assert tracking(log, model, "1997-01-02", "1997-01-04").empty  # before the first week is over


def test_without_a_holdout_the_model_retells_the_past_alone(log, weeks):
    before = clv.customer_summary(log, "1997-09-30")
    followed = tracking(log, clv.BetaGeoModel.fit(before), "1997-09-30")
    assert not followed["holdout"].any()
    pd.testing.assert_frame_equal(followed, weeks.loc[:"1997-09-30"], check_freq=False)


def test_the_holdout_begins_after_the_split(weeks):
    assert weeks.index[weeks["holdout"]].min() > pd.Timestamp("1997-09-30")
    assert not weeks.loc[:"1997-09-30", "holdout"].any()
