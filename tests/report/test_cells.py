from datetime import date

import numpy as np
import pandas as pd
import pytest

from clv.errors import PageIncomplete
from clv.report import cells, privacy
from clv.report.words import Share, Text, Words

ENGLISH = Words.of("en")


@pytest.fixture
def segments() -> pd.DataFrame:
    index = pd.CategoricalIndex(["champions", "at_risk"], name="segment")
    return pd.DataFrame({"customers": [1320, 2], "clv": [41200.5, 7.25]}, index=index)


def test_the_index_heads_the_rows(segments):
    written = cells.table(segments, ENGLISH)
    assert written["heads"] == 1
    assert [column["label"] for column in written["columns"]] == [
        "Segment",
        "Customers",
        "Expected revenue",
    ]
    assert [row[0] for row in written["rows"]] == ["Champions", "At risk"]


def test_where_a_margin_is_known_the_columns_hold_value(segments):
    segments.attrs["value"] = "margin"
    assert cells.table(segments, ENGLISH)["columns"][2]["label"] == "Expected value"


def test_a_plain_index_is_not_shown():
    written = cells.table(pd.DataFrame({"clv": [1.0]}), ENGLISH)
    assert written["heads"] == 0
    assert len(written["columns"]) == 1


def test_an_index_without_a_name_has_an_empty_heading():
    written = cells.table(pd.DataFrame({"n": [1]}, index=["everybody"]), ENGLISH)
    assert written["columns"][0]["label"].strip() == ""
    assert written["rows"] == [["everybody", "1"]]


def test_units_come_from_the_call_then_from_the_table(segments):
    segments.attrs["units"] = {"clv": "EUR"}
    assert cells.table(segments, ENGLISH)["rows"][0][2] == "€41,200"
    assert cells.table(segments, ENGLISH, units={"clv": "USD"})["rows"][0][2] == "$41,200"


def test_a_column_keeps_its_decimals_all_the_way_down():
    frame = pd.DataFrame({"x": [0.5, 12.0, 1.25], "s": [0.5, 0.04, 1.0]})
    rows = cells.table(frame, ENGLISH, units={"s": "share"})["rows"]
    assert [row[0] for row in rows] == ["0.50", "12.00", "1.25"]
    assert [row[1] for row in rows] == ["50%", "4%", "100%"]


def test_a_column_in_weeks_says_so_in_its_heading():
    written = cells.table(pd.DataFrame({"T": [38.9]}), ENGLISH, units={"T": "weeks"})
    assert written["columns"][0]["label"] == "Time since first purchase (weeks)"


def test_labels_may_be_sentences(segments):
    label = Text("Held by {part}", {"part": Share(0.1)})
    written = cells.table(segments, ENGLISH, labels={"clv": label})
    assert written["columns"][2]["label"] == "Held by 10%"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (pd.NaT, "–"),
        (True, "yes"),
        (np.False_, "no"),
        (date(1998, 6, 30), "Jun 30, 1998"),
        (pd.Timestamp("1998-06-30"), "Jun 30, 1998"),
        (pd.Period("1998-06", "M"), "Jun 1998"),
        (Share(0.5), "50%"),
        ("mbgnbd", "MBG/NBD"),
        ("<b>Ayşe</b>", "<b>Ayşe</b>"),
        (3, "3"),
    ],
)
def test_any_value_finds_its_words(value, text):
    frame = pd.DataFrame({"name": pd.Series([value, "x"], dtype=object)})
    assert cells.table(frame, ENGLISH)["rows"][0] == [text]


def test_columns_may_be_numbers_or_categories():
    moves = pd.crosstab(
        pd.Series(pd.Categorical(["active", "loyal"]), name="stage_then"),
        pd.Series(pd.Categorical(["loyal", "loyal"]), name="stage_now"),
    )
    written = cells.table(moves, ENGLISH)
    assert [column["label"] for column in written["columns"]] == ["Stage then", "Loyal"]
    months = pd.DataFrame({0: [1.0], 1: [0.4]}, index=pd.Index(["Jan"], name="cohort"))
    assert [c["label"] for c in cells.table(months, ENGLISH)["columns"]] == ["Cohort", "0", "1"]


def test_rows_left_out_are_counted():
    written = cells.table(pd.DataFrame({"n": range(1234)}), ENGLISH, most=3)
    assert len(written["rows"]) == 3
    assert written["left_out"] == "The first 3 of 1,234 rows."


def test_an_empty_table_has_its_headings():
    written = cells.table(pd.DataFrame({"n": []}), ENGLISH)
    assert written["rows"] == []
    assert written["columns"][0]["label"] == "N"


@pytest.mark.parametrize("part", ["at_risk", "hold_out", "mature"])
def test_parts_of_a_group_are_not_counted_out_where_they_are_few(part):
    parts = pd.array([3, 0, None], dtype="Int64")
    frame = pd.DataFrame({"customers": [90, 80, 70], part: parts}, index=["a", "b", "c"])
    written = cells.table(frame, ENGLISH)
    assert [row[2] for row in written["rows"]] == ["<5", "0", "–"]
    assert written["notes"] == ["Cells of fewer than 5 customers are not counted out."]
    assert not cells.table(frame.iloc[1:], ENGLISH)["notes"]


def test_exits_of_a_handful_are_not_told_by_the_entries_and_who_is_still_there():
    stays = pd.DataFrame(
        {
            "entries": [1247, 90],
            "customers": [1229, 85],
            "by_event": [1191, 50],
            "by_rule": [4, 0],
            "still_open": [52, 40],
        },
        index=["prospect", "active"],
    )
    written = cells.table(stays, ENGLISH)
    assert written["rows"] == [
        ["Prospect", "1,247", "1,229", "–", "<5", "52"],
        ["Active", "90", "85", "50", "0", "40"],
    ]
    assert written["notes"] == [
        "Cells of fewer than 5 customers are not counted out.",
        "A dash stands where a sum would give them away.",
    ]


def test_a_crosstab_reads_the_same_whatever_its_hidden_cells_hold():
    first = [[60, 3, 20, 70], [70, 12, 11, 90], [50, 55, 80, 0]]
    second = [[60, 1, 23, 70], [70, 14, 12, 90], [50, 55, 80, 0]]
    grids = [pd.DataFrame(counts).rename_axis(columns="now") for counts in (first, second)]
    one, other = (cells.table(grid, ENGLISH) for grid in grids)
    assert one == other
    assert [row[:2] for row in one["rows"]] == [["60", "–"], ["70", "–"], ["50", "55"]]


def test_a_chart_of_many_customers_shows_their_distribution_and_nobody():
    ids = pd.Index([f"{n:05}" for n in range(100)], name="customer_id")
    customers = pd.DataFrame({"p_alive": np.linspace(0, 1, 100)}, index=ids)
    written = cells.chart_data(customers, ENGLISH)
    assert written["left_out"] == "A summary of 100 rows."
    assert written["rows"] == [
        ["Probability of still being a customer", "50%", "25%", "50%", "75%"]
    ]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"customer_id": ["1"]}),
        pd.DataFrame({"clv": [1.0]}, index=pd.Index(["1"], name="Customer_ID")),
        pd.DataFrame({"1": [1.0]}).rename_axis(columns="customer_id"),
    ],
)
def test_single_customers_are_refused_with_a_way_out(frame):
    with pytest.raises(PageIncomplete, match="group them first"):
        privacy.refuse_personal(frame, "This table")
