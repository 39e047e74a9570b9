from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

import clv
from clv.errors import InputRefused


def amounts(csv, *values, **format):
    lines = [f'a;2024-01-0{day};"{value}"' for day, value in enumerate(values, 1)]
    path = csv(*lines, header="customer_id;date;amount")
    loaded = clv.load(path, format={"delimiter": ";", **format}, max_faulty=1.0)
    return loaded.purchase_days()["amount"].tolist(), loaded.quarantine["text"].tolist()


def test_a_number_is_read_under_the_declared_marks(csv):
    turkish = {"decimal": ",", "thousands": "."}
    assert amounts(csv, "1.234,50", "12", "1234,5", "+,5", **turkish)[0] == [
        1234.5,
        12,
        1234.5,
        0.5,
    ]
    assert amounts(csv, "1,234.50", "1e3", " 7 ", thousands=",")[0] == [1234.5, 1000, 7]


def test_what_does_not_follow_the_declared_marks_is_no_number(csv):
    wrong = ["1,234", "12.34,5", "$5", "1_000", "0x10", "1.2.3", "5 TL"]
    good, bad = amounts(csv, "5", *wrong, decimal=".")
    assert good == [5]
    assert bad == wrong
    assert amounts(csv, "5", "1.23,5", decimal=",", thousands=".")[1] == ["1.23,5"]


def test_a_point_that_may_mark_thousands_or_decimals_is_refused(csv):
    for more in ("7", "N/A", "99,90", "1.234.567"):
        with pytest.raises(InputRefused, match=r"looks like 1\.234"):
            amounts(csv, "1.234", "12.500", more)
    assert amounts(csv, "1.234", "12.500", "7", decimal=".")[0] == [1.234, 12.5, 7]
    assert amounts(csv, "1.234", "12.50")[0] == [1.234, 12.5]


def codes(loaded):
    return [message.code for message in loaded.messages]


def days(csv, *stamps, timezone="UTC", **format):
    path = csv(*(f"{place},{stamp},5" for place, stamp in enumerate(stamps)))
    loaded = clv.load(path, format=format, timezone=timezone, as_of="2024-12-31", max_faulty=0.5)
    return loaded.purchase_days()["date"].dt.strftime("%Y-%m-%d").tolist()


def test_naive_stamps_are_local_time_whatever_the_zone(csv):
    assert (
        days(csv, "2024-01-01T23:30", "2024-01-01 00:00:00.5", timezone="Europe/Istanbul")
        == ["2024-01-01"] * 2
    )


def test_stamps_with_an_offset_are_brought_to_the_declared_zone(csv):
    stamps = ("2024-01-01T21:30:00Z", "2024-01-01 20:59:59+00:00", "2024-01-02T00:30:00+0300")
    assert days(csv, *stamps, timezone="Europe/Istanbul") == [
        "2024-01-02",
        "2024-01-01",
        "2024-01-02",
    ]


def test_a_blank_before_the_offset_and_a_zone_in_letters_are_read(csv):
    stamps = ("2024-01-01 23:12:33 -0500", "2024-01-01 22:12:33 UTC", "2024-01-01 20:12:33 GMT")
    assert days(csv, *stamps, timezone="Europe/Istanbul") == [
        "2024-01-02",
        "2024-01-02",
        "2024-01-01",
    ]


def test_days_cut_at_midnight_utc_without_being_asked_are_told(csv):
    path = csv("a,2024-01-05T01:00+03:00,5", "a,2024-01-07T01:00+03:00,5")
    assert codes(clv.load(path)) == ["timezone-not-declared"]
    assert codes(clv.load(path, timezone="")) == ["timezone-not-declared"]
    assert codes(clv.load(path, timezone="UTC")) == []
    assert codes(clv.load(path, timezone="Europe/Istanbul")) == []


def test_stamps_with_and_without_an_offset_are_refused(csv):
    with pytest.raises(InputRefused, match="with an offset and others without"):
        days(csv, "2024-01-01T21:30:00Z", "2024-01-01")


def test_days_are_read_by_the_declared_pattern(csv):
    assert days(csv, "31/12/2024", "01/02/2024", date_format="%d/%m/%Y") == [
        "2024-12-31",
        "2024-02-01",
    ]


def test_only_iso_days_go_without_a_pattern(csv):
    kept = days(csv, "2024-01-31", "2024-02-30", "20240101", "2024-1-5", "2024-01-31", "2024-01-31")
    assert kept == ["2024-01-31"] * 3


def test_days_as_whole_numbers_are_read_once_they_are_declared():
    frame = pd.DataFrame({"customer_id": "a", "date": [20240131, 20240201], "amount": 5.0})
    loaded = clv.load(frame, format={"date_format": "%Y%m%d"})
    assert loaded.purchase_days()["date"].dt.strftime("%d.%m.").tolist() == ["31.01.", "01.02."]
    with pytest.raises(InputRefused, match=r"declare format: \{date_format: '%Y%m%d'}"):
        clv.load(frame, format={"date_format": "%d%m%Y"})  # 1 February would have lost its zero


def test_blanks_of_every_kind_around_days_and_amounts_are_no_matter(csv):
    loaded = clv.load(csv("a,\u00a02024-01-31\u200e,\u200f5.5\u202f", "a,2024-02-01,6"))
    assert loaded.purchase_days()["amount"].tolist() == [5.5, 6]


@pytest.mark.parametrize("nothing", ["", "  ", "NULL", "N/A", "-", "\u00a0"])
def test_an_order_without_a_number_is_none(csv, nothing):
    rows = (f"a,2024-01-01,5,{nothing}", f"a,2024-01-01,5,{nothing}", f"b,2024-01-02,5,{nothing}")
    loaded = clv.load(csv(*rows, header="customer_id,date,amount,order_id"))
    assert loaded.rows["accepted"] == 3


def test_the_number_of_an_order_is_trimmed_as_ids_are(csv):
    rows = ("a,2024-01-01,5,A1", "a,2024-01-02,7,A2", "a,2024-01-03,-7,\u00a0A2 ")
    loaded = clv.load(csv(*rows, header="customer_id,date,amount,order_id"))
    assert loaded.purchase_days()["amount"].tolist() == [5]


def test_ids_are_trimmed_and_composed_and_that_is_told(csv):
    loaded = clv.load(csv("é,2024-01-01,5", "e\u0301,2024-01-02,5", "\u200b é\u00a0,2024-01-03,5"))
    assert loaded.purchase_days()["customer_id"].unique().tolist() == ["é"]
    assert [message.code for message in loaded.messages] == ["id-trimmed", "id-normalised"]


def test_na_may_be_somebody_s_id_but_is_no_amount(csv):
    loaded = clv.load(csv("NA,2024-01-01,5", "x,2024-01-01,NA"), max_faulty=0.5)
    assert loaded.purchase_days()["customer_id"].tolist() == ["NA"]
    assert loaded.quarantine["reason"].tolist() == ["amount-missing"]


def test_typed_columns_are_taken_as_they_are(tmp_path):
    frame = pd.DataFrame(
        {
            "customer_id": [2**53 + 1, 2**53 + 2],
            "date": pd.to_datetime(["2024-01-01T22:30Z", "2024-01-01T12:00Z"]),
            "amount": [Decimal("10.10"), Decimal("20.20")],
        }
    )
    frame.to_parquet(tmp_path / "orders.parquet")
    for source in (frame, tmp_path / "orders.parquet"):
        rows = clv.load(source, timezone="Europe/Istanbul").purchase_days()
        assert rows["customer_id"].tolist() == ["9007199254740993", "9007199254740994"]
        assert rows["date"].dt.day.tolist() == [2, 1]
        assert rows["amount"].tolist() == [10.1, 20.2]


@pytest.mark.parametrize(
    ("column", "values", "told"),
    [
        ("customer_id", [1.0, None], "merges large ids"),
        ("date", [45432, 45433], "does not say from when it counts"),
        ("amount", [True, False], "not numbers"),
    ],
)
def test_values_of_the_wrong_kind_are_refused_as_a_column(column, values, told):
    frame = pd.DataFrame({"customer_id": ["a", "b"], "date": date(2024, 1, 1), "amount": 5.0})
    with pytest.raises(InputRefused, match=told) as caught:
        clv.load(frame.assign(**{column: values}))
    assert caught.value.column == column
