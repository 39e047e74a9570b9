from datetime import date, datetime

import pyarrow as pa
import pytest

from clv.tables import dialects, engine
from clv.tables.formats import Format
from clv.tables.optional import stamps


def read(texts, form=Format(), timezone="UTC"):
    rows = engine.of_arrow(engine.connect(), "rows", pa.table({"v": texts}))
    found = rows.select(s=stamps.stamp(rows["v"], form, timezone, dialects.of(rows)))
    return found.to_pyarrow()["s"].to_pylist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-05", datetime(2024, 1, 5)),
        ("2024-01-05 14:30", datetime(2024, 1, 5, 14, 30)),
        (" 2024-01-05T14:30:59.9 ", datetime(2024, 1, 5, 14, 30, 59)),
        ("2024-02-31 10:00", None),
        ("20240105", None),
        (None, None),
    ],
)
def test_the_time_of_day_is_kept_where_it_is_told(text, expected):
    assert read(["2024-01-01", text])[1] == expected


def test_a_stamp_with_an_offset_is_what_the_clocks_of_the_zone_showed():
    (found,) = read(["2024-01-05T22:30:00Z"], timezone="Europe/Istanbul")
    assert found == datetime(2024, 1, 6, 1, 30)


def test_a_declared_pattern_tells_day_and_time():
    assert read(["05.01.2024 9:07"], Format(date_format="%d.%m.%Y %H:%M")) == [
        datetime(2024, 1, 5, 9, 7)
    ]
    assert read(["05.01.2024"], Format(date_format="%d.%m.%Y")) == [datetime(2024, 1, 5)]


def test_native_days_and_stamps_are_taken_as_they_are():
    moment = datetime(2024, 1, 5, 14, 30)
    assert read([moment]) == [moment]
    assert read([moment.date()]) == [datetime(2024, 1, 5)]


def test_a_period_is_a_year_a_quarter_or_a_month_and_ends_on_its_last_day():
    texts = ["2024", "2024-q1", "2024-Q4", "2024-02", " 2023-12", "2024-13", "Q1"]
    rows = engine.of_arrow(engine.connect(), "rows", pa.table({"v": texts}))
    periods = rows.mutate(period=stamps.period(rows["v"]))
    found = periods.select(day=stamps.last_day(periods["period"])).to_pyarrow()["day"].to_pylist()
    assert found == [
        date(2024, 12, 31),
        date(2024, 3, 31),
        date(2024, 12, 31),
        date(2024, 2, 29),
        date(2023, 12, 31),
        None,
        None,
    ]
