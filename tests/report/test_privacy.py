"""Nobody stands almost alone on a page."""

import numpy as np
import pandas as pd
import pytest

from clv.errors import PageIncomplete
from clv.report import cells, privacy
from clv.report.words import Words


def segments(**customers: int) -> pd.DataFrame:
    counts = pd.Series(customers, name="customers")
    index = pd.CategoricalIndex(counts.index, categories=counts.index, name="segment")
    spend = counts.to_numpy() * 10.0
    return pd.DataFrame(
        {"customers": counts.to_numpy(), "total_spend": spend, "mean_spend": 10.0}, index=index
    )


def test_a_segment_of_four_customers_is_merged_with_the_next_smallest():
    shown = privacy.safe(segments(champions=100, loyal=4, promising=7, asleep=30))
    assert shown["customers"].to_dict() == {"champions": 100, "asleep": 30, "other": 11}
    assert shown.loc["other", "total_spend"] == 110
    assert np.isnan(shown.loc["other", "mean_spend"])
    assert shown.attrs["merged"] is True


def test_small_groups_that_make_five_together_take_nobody_with_them():
    shown = privacy.safe(segments(champions=6, loyal=4, promising=3))
    assert shown["customers"].to_dict() == {"champions": 6, "other": 7}


def test_empty_groups_are_not_small():
    table = segments(champions=6, loyal=0)
    pd.testing.assert_frame_equal(privacy.safe(table), table)
    assert privacy.safe(segments(champions=9, loyal=0, asleep=2))["customers"].to_dict() == {
        "loyal": 0,
        "other": 11,
    }


def test_of_fewer_than_five_customers_in_all_nothing_is_said():
    shown = privacy.safe(segments(champions=2, loyal=1))
    assert shown.empty
    assert shown.attrs["merged"]


def test_a_table_without_small_groups_stays_the_very_same():
    table = segments(champions=6, loyal=5)
    assert privacy.safe(table) is table
    others = pd.DataFrame({"clv": [1.0]})
    assert privacy.safe(others) is others


def test_groups_that_are_not_observed_are_left_as_they_are():
    table = pd.DataFrame(
        {"customers": pd.array([None, 8, 2, 9], dtype="Int64"), "needs": ["tickets", "", "", ""]},
        index=pd.Index(["lead", "active", "loyal", "churned"], name="stage"),
    )
    shown = privacy.safe(table)
    assert list(shown.index) == ["lead", "churned", "other"]
    assert shown.loc["other", "customers"] == 10


def test_a_table_without_an_index_is_merged_by_its_first_column():
    table = pd.DataFrame({"score": ["R", "F"], "value": [1, 5], "customers": [3, 40]})
    shown = privacy.safe(table)
    assert list(shown["score"]) == ["other"]
    assert shown["customers"].tolist() == [43]


def test_units_and_labels_survive_a_merge():
    table = segments(champions=6, loyal=4, asleep=1)
    table.attrs["units"] = {"total_spend": "EUR"}
    written = cells.table(privacy.safe(table), Words.of("en"))
    assert written["rows"] == [["Champions", "6", "€60.00", "10"], ["Other", "5", "€50.00", "–"]]
    assert written["notes"] == ["Groups of fewer than 5 customers are shown together as Other."]


def test_an_average_is_withheld_where_one_customer_is_more_than_half_of_it():
    table = segments(champions=9, loyal=8).assign(largest_share=[0.6, 0.5])
    shown = privacy.safe(table)
    assert shown["mean_spend"].isna().tolist() == [True, False]
    assert "largest_share" not in shown


def test_the_numbers_of_a_small_month_are_withheld():
    months = pd.period_range("2024-01", periods=3, freq="M", name="month")
    table = pd.DataFrame({"customers": [3, 0, 8], "amount": [30.0, 0.0, 80.0]}, index=months)
    shown = privacy.safe(table)
    assert list(shown.index) == list(months)
    assert shown["amount"].fillna(-1).tolist() == [-1, 0, 80]
    written = cells.table(shown, Words.of("en"))
    assert written["rows"][0][1:] == ["–", "–"]
    assert written["notes"] == ["Cells of fewer than 5 customers are not counted out."]


def test_a_small_cohort_is_not_shown():
    retention = pd.DataFrame({0: [1.0, 1.0], 1: [0.5, 0.25]}, index=["1997-01", "1997-02"])
    retention.attrs["size"] = {"1997-01": 40, "1997-02": 4}
    assert list(privacy.safe(retention).index) == ["1997-01"]


def test_a_rate_of_a_small_cohort_is_withheld_by_the_size_of_what_it_is_of():
    rates = pd.DataFrame(
        {"acquisition": [0.5, 0.2], "activation": [0.4, 0.3]}, index=["1997-01", "1997-02"]
    )
    rates.attrs["sizes"] = {"acquisition": {"1997-01": 4, "1997-02": 90}, "activation": {}}
    shown = privacy.safe(rates)
    assert shown["acquisition"].isna().tolist() == [True, False]
    assert shown["activation"].tolist() == [0.4, 0.3]
    notes = cells.table(shown, Words.of("en"))["notes"]
    assert notes == ["Cells of fewer than 5 customers are not counted out."]


def test_small_cells_of_a_crosstab_are_not_counted_out():
    moves = pd.DataFrame(
        {"active": [12, 0], "loyal": [4, 5]}, index=pd.Index(["active", "loyal"], name="then")
    ).rename_axis(columns="now")
    written = cells.table(privacy.safe(moves), Words.of("en"))
    assert written["rows"] == [["Active", "–", "–"], ["Loyal", "–", "–"]]
    assert written["notes"] == [
        "Cells of fewer than 5 customers are not counted out.",
        "A dash stands for them, and for other cells, even empty ones, that would give them away.",
    ]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"customer_id": ["1"]}),
        pd.DataFrame({"clv": [1.0]}, index=pd.Index(["1"], name="Customer_ID")),
        pd.DataFrame({"1": [1.0]}).rename_axis(columns="customer_id"),
        pd.DataFrame({"Name": ["Ayşe"]}),
        pd.DataFrame({"E-Mail": ["x"]}),
        pd.DataFrame({"phone": [123]}),
        pd.DataFrame({"who": ["ayse@example.com"]}),
        pd.DataFrame({"clv": [1.0]}, index=["ayse@example.com"]),
    ],
)
def test_single_customers_are_refused_with_a_way_out(frame):
    with pytest.raises(PageIncomplete, match="group them first"):
        privacy.refuse_personal(frame, "This table")


def test_groups_are_not_refused():
    privacy.refuse_personal(segments(champions=6), "This table")
