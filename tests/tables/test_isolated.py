import numpy as np
import pytest

from clv.tables.isolated import alone, isolated

BODY = np.arange("2023-01-01", "2023-06-30", dtype="datetime64[D]")


def apart(*others, body=BODY, rows=3):
    """Which of the other days stand alone, each with one row beside a body of days."""
    days = np.sort(np.concatenate([body, np.array(others, dtype="datetime64[D]")]))
    counts = np.where(np.isin(days, body), rows, 1)
    return [str(day) for day in days[isolated(days, counts)]]


@pytest.mark.parametrize("day", ["1980-01-01", "2000-01-01", "2024-01-01", "2025-10-05"])
def test_a_day_far_from_all_the_others_stands_alone(day):
    assert apart(day) == [day]


def test_several_days_before_and_after_stand_alone_together():
    days = ["1970-01-02", "1980-01-01", "2001-05-05", "2025-10-05"]
    assert apart(*days) == days


def test_near_days_and_a_steady_trade_do_not():
    assert apart() == apart("2023-12-20") == apart("2022-07-15") == []


def test_a_trade_that_has_long_silences_has_them_at_its_ends_too():
    seasons = BODY[(np.arange(len(BODY)) < 10) | (np.arange(len(BODY)) > 110)]
    assert apart("2024-03-01", body=seasons) == []
    assert apart("2024-09-01", body=seasons) == ["2024-09-01"]


def test_more_than_one_row_in_a_hundred_is_a_part_of_the_trade():
    assert apart("2024-09-01", "2024-09-02", rows=2) == ["2024-09-01", "2024-09-02"]
    assert apart("2024-09-01", "2024-09-02", rows=1) == []


def test_a_few_days_do_not_say_how_long_a_silence_is_usual():
    assert apart("2025-01-01", body=BODY[:10]) == []
    assert apart("2025-01-01", body=BODY[:11]) == ["2025-01-01"]


def test_of_many_days_the_first_are_named():
    days = np.array(["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04", "2024-01-01"], "M8[D]")
    told = alone(days, np.array([1, 1, 1, 2, 999]), np.arange(5) < 4)
    assert told.startswith("5 rows, of 2020-01-01, 2020-01-02, 2020-01-03, …, 1,458 days away")
