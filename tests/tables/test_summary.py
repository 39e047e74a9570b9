import numpy as np
import pandas as pd
import pytest

import clv
from clv.errors import BadParameter
from clv.tables.contracts import SUMMARY, check


@pytest.fixture(scope="module")
def sample():
    return clv.load("cdnow-sample")


def test_the_calibration_window_of_the_cdnow_sample_is_the_published_one(sample):
    customers = clv.customer_summary(sample, as_of="1997-09-30")
    repeat = customers["frequency"] > 0
    assert len(customers) == 2_357
    assert (~repeat).sum() == 1_411
    assert (customers["frequency"] + 1).sum() == 4_814
    assert customers.loc[repeat, "monetary_value"].mean() == pytest.approx(35.0778, abs=5e-5)


def test_the_summary_is_what_a_reader_would_compute_by_hand(sample):
    days = sample.purchase_days("1997-09-30")
    own = days.groupby("customer_id")
    first, last = own["date"].min(), own["date"].max()
    spend = own["amount"].agg(["first", "sum", "size"])
    expected = pd.DataFrame(
        {
            "frequency": spend["size"] - 1,
            "recency": (last - first).dt.days / 7,
            "T": (pd.Timestamp("1997-09-30") - first).dt.days / 7,
            "monetary_value": (spend["sum"] - spend["first"])
            / (spend["size"] - 1).replace(0, np.nan),
            "total_spend": spend["sum"],
            "first_spend": spend["first"],
            "first_purchase": first,
            "last_purchase": last,
        }
    )
    customers = clv.customer_summary(sample, as_of="1997-09-30")
    pd.testing.assert_frame_equal(customers, expected, check_dtype=False)


def test_the_unit_divides_durations_and_travels_with_the_table(sample):
    weeks = clv.customer_summary(sample, as_of="1997-09-30")
    days = clv.customer_summary(sample, as_of="1997-09-30", unit="D")
    assert days.attrs == {"unit": "D", "as_of": "1997-09-30", "currency": "USD"}
    pd.testing.assert_series_equal(days["T"], weeks["T"] * 7)
    pd.testing.assert_series_equal(days["monetary_value"], weeks["monetary_value"])


def test_who_never_came_back_has_no_monetary_value(sample):
    customers = clv.customer_summary(sample)
    assert (customers["monetary_value"].isna() == (customers["frequency"] == 0)).all()


def test_the_summary_keeps_its_contract_in_a_fixed_order(sample):
    customers = check(clv.customer_summary(sample), SUMMARY)
    assert customers.index.is_monotonic_increasing
    pd.testing.assert_frame_equal(customers, clv.customer_summary(sample))


def test_rows_after_as_of_have_no_influence(csv):
    rows = ("a,2024-01-01,5", "a,2024-02-01,7")
    cut = clv.customer_summary(clv.load(csv(*rows, name="cut.csv")))
    whole = clv.load(csv(*rows, "a,2024-03-01,9", "b,2024-03-01,9"))
    pd.testing.assert_frame_equal(clv.customer_summary(whole, as_of="2024-02-01"), cut)


@pytest.mark.parametrize("day", ["1996-12-31", "1998-07-01"])
def test_days_that_were_not_seen_are_not_summarised(sample, day):
    with pytest.raises(BadParameter, match="within the days seen, 1997-01-01 to 1998-06-30"):
        clv.customer_summary(sample, as_of=day)


def test_a_unit_without_a_fixed_length_is_refused(sample):
    with pytest.raises(BadParameter, match="`unit` must be one of"):
        clv.customer_summary(sample, unit="M")
