from datetime import date, datetime

import pandas as pd
import pytest

from clv.errors import BadParameter, UnitUnknown
from clv.tables import periods


@pytest.mark.parametrize(
    ("horizon", "days"),
    [("39W", 273), ("12M", 365.25), ("365D", 365), ("2Y", 730.5), ("1.5Y", 547.875)],
)
def test_a_horizon_is_a_number_and_a_letter(horizon, days):
    assert periods.horizon_days(horizon) == days


def test_twelve_months_are_one_year_in_every_unit():
    for unit in periods.UNIT_DAYS:
        assert periods.horizon_periods("12M", unit) == periods.periods_per_year(unit)


def test_days_are_counted_in_periods_months_and_years_one_by_one_or_by_the_column():
    assert (periods.in_periods(14, "W"), periods.in_periods(14, "D")) == (2, 14)
    assert periods.in_months(365.25) == 12 * periods.in_years(365.25) == 12
    column = pd.Series([0, 1461], index=["Ada", "Bob"])
    assert periods.in_years(column).to_dict() == {"Ada": 0.0, "Bob": 4.0}
    assert periods.in_periods(column.to_numpy(), "D").tolist() == [0, 1461]
    with pytest.raises(BadParameter, match=r"`unit` must be one of \['D', 'W'\]; got 'M'"):
        periods.in_periods(14, "M")


def test_an_end_date_is_counted_from_the_as_of_day():
    assert periods.horizon_days("1998-06-30", date(1997, 9, 30)) == 273
    assert periods.horizon_periods("1998-06-30", "W", date(1997, 9, 30)) == 39


def test_an_end_date_without_an_as_of_day_is_refused():
    with pytest.raises(BadParameter, match="no as_of is known"):
        periods.horizon_days("1998-06-30")


@pytest.mark.parametrize("bare", [12, 12.0, "12"])
def test_a_bare_number_is_asked_what_it_counts(bare):
    with pytest.raises(BadParameter, match=r"did you mean '12(\.0)?W'"):
        periods.horizon_days(bare)


@pytest.mark.parametrize("empty", ["0W", "0M", "0.0D", "101Y"])
def test_a_horizon_is_longer_than_nothing_and_shorter_than_a_century(empty):
    with pytest.raises(BadParameter, match="`horizon` must be longer than 0 and at most 100 years"):
        periods.horizon_days(empty)


def test_an_end_date_in_the_past_is_refused():
    with pytest.raises(BadParameter, match="longer than 0"):
        periods.horizon_days("1997-09-30", date(1997, 9, 30))


@pytest.mark.parametrize("text", ["twelve moons", "", "12m", "-3W", "1e3D", "١٢M", None, ["12M"]])
def test_anything_else_is_told_what_a_horizon_looks_like(text):
    with pytest.raises(BadParameter, match="'39W', '12M', '365D' or '2Y', or an end date"):
        periods.horizon_days(text)


def test_a_month_is_no_unit_because_its_length_changes():
    with pytest.raises(BadParameter, match=r"`unit` must be one of \['D', 'W'\]; got 'M'"):
        periods.periods_per_year("M")


def test_a_day_may_be_text_a_date_or_a_stamp():
    for day in (
        "1997-09-30",
        date(1997, 9, 30),
        datetime(1997, 9, 30, 23),
        pd.Timestamp("1997-09-30"),
    ):
        assert periods.as_date(day) == date(1997, 9, 30)


@pytest.mark.parametrize("day", ["2024-13-45", "2024-01-01' OR '1'='1", "", 20240101, None, pd.NaT])
def test_what_is_no_day_is_refused_under_its_name(day):
    with pytest.raises(BadParameter, match="`run_date` must be a day such as"):
        periods.as_date(day, "run_date")


def test_the_unit_travels_with_the_table():
    table = pd.DataFrame()
    table.attrs["unit"] = "W"
    assert periods.unit_of(table) == "W"
    assert periods.unit_of(table, "W") == "W"
    assert periods.unit_of(pd.DataFrame(), "D") == "D"


def test_a_table_without_a_unit_says_what_to_pass():
    with pytest.raises(UnitUnknown, match="pass unit='D' or unit='W'"):
        periods.unit_of(pd.DataFrame())


def test_a_table_in_another_unit_is_refused():
    table = pd.DataFrame()
    table.attrs["unit"] = "W"
    with pytest.raises(UnitUnknown, match="counts in unit 'W', not 'D'"):
        periods.unit_of(table, "D")
