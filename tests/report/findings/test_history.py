import numpy as np
import pandas as pd
import pytest

from clv.customers import kept_forecasts, value_bridge
from clv.report import findings

PARTS = value_bridge.PARTS


def bridged(amounts, *, bounds=(-90.0, -10.0), before=1000.0, customers=(9, 9, 9, 9, 9, 9, 9)):
    index = pd.CategoricalIndex(PARTS, categories=PARTS, name="cause")
    table = pd.DataFrame({"amount": amounts, "low": amounts, "high": amounts}, index, dtype=float)
    table["customers"] = customers
    table.attrs = {"before": before, "after": before + sum(amounts), "start": "2024-09-30"}
    table.attrs |= {"change_low": bounds[0], "change_high": bounds[1], "why": ""}
    table.attrs |= {"end": "2024-12-31", "currency": "USD", "value": "revenue"}
    return table


def test_a_fall_says_how_far_why_and_what_to_do():
    found = findings.value_bridge(bridged([40, 10, -120, -20, 5, 15, 0]))
    assert str(found.headline) == (
        "The total of expected revenue has fallen by $70.00 ($10.00 to $90.00) since September 30, "
        "2024, from $1,000 to $930.00 (7.0%). Most was added by “New customers” ($40.00) and taken "
        "by “Probably lost since” ($120.00)."
    )
    assert str(found.next_step) == "Write first to those of value who have gone silent."
    assert found.severity == "watch"


def test_a_rise_is_as_it_should_be():
    found = findings.value_bridge(bridged([140, 0, 0, 0, 0, 0, 0], bounds=(100.0, 180.0)))
    assert "has risen by $140.00 ($100.00 to $180.00)" in str(found.headline)
    assert "Most was added by “New customers”: $140.00." in str(found.headline)
    assert (found.severity, found.next_step) == ("good", None)


def test_a_fall_that_chance_explains_asks_for_nothing():
    found = findings.value_bridge(bridged([0, 0, -70, 0, 0, 0, 0], bounds=(-150.0, 10.0)))
    assert str(found.headline).endswith("Chance among customers alone may have done that.")
    assert (found.severity, found.next_step) == ("info", None)


def test_what_has_hardly_moved_is_no_change():
    found = findings.value_bridge(bridged([30, 0, -25, 0, 0, 0, 0]))
    assert "is $1,005, as much as on September 30, 2024." in str(found.headline)
    assert found.severity == "info"


def test_a_part_of_a_few_customers_is_not_named():
    few = (3, 9, 9, 9, 9, 9, 9)
    found = findings.value_bridge(bridged([400, 10, -120, 0, 0, 0, 0], customers=few))
    assert "New customers" not in str(found.headline)


def test_without_bounds_the_change_stands_alone():
    found = findings.value_bridge(bridged([0, 0, -70, 0, 0, 0, 0], bounds=(np.nan, np.nan)))
    assert "has fallen by $70.00 since" in str(found.headline)
    assert found.severity == "watch"


def test_the_margin_makes_it_value():
    table = bridged([140, 0, 0, 0, 0, 0, 0])
    table.attrs["value"] = "margin"
    assert str(findings.value_bridge(table).headline).startswith("The total of expected value")


def test_the_first_report_says_that_it_is():
    found = findings.value_bridge(value_bridge.nothing())
    assert str(found.headline).startswith("There is no earlier report to compare with")
    assert found.next_step is None


# Forecasts that were published


def forecasts(*rows):
    """A table of (made on, expected, came, over, inside)."""
    said = [
        {
            "made_on": made_on, "until": "2025-06-30", "expected": expected, "low": expected - 10,
            "high": expected + 10, "currency": "USD", "through": "2025-01-31", "came": came,
            "missed": np.nan, "over": over, "inside": inside,
        }
        for made_on, expected, came, over, inside in rows
    ]  # fmt: skip
    return pd.DataFrame(said, columns=list(kept_forecasts.COLUMNS)).astype(kept_forecasts.COLUMNS)


def test_published_totals_are_counted_and_the_last_one_is_told():
    table = forecasts(
        ("2023-01-31", 100, 105, True, True),
        ("2023-06-30", 100, 150, True, False),
        ("2024-06-30", 100, 20, False, None),
    )
    found = findings.kept_forecasts(table)
    assert str(found.headline) == (
        "Of 2 published totals whose time is over, 1 held within their intervals. The last one, of "
        "June 30, 2023, said $100.00 ($90.00 to $110.00) until June 30, 2025: $150.00 came, "
        "outside the interval."
    )
    assert found.severity == "watch"
    assert [str(verdict) for verdict in found.evidence["verdict"]] == ["held", "missed", "so far"]


def test_one_that_held_is_as_it_should_be():
    found = findings.kept_forecasts(forecasts(("2023-01-31", 100, 105, True, True)))
    assert "$105.00 came, within the interval." in str(found.headline)
    assert found.severity == "good"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("2024-06-30", 100, 20, False, None), "$20.00 has come so far."),
        (("2024-06-30", 100, 20, True, None), "was published until June 30, 2025, and $20.00 came"),
        (("2024-06-30", 100, np.nan, True, None), "do not reach back to the totals"),
    ],
)
def test_what_cannot_be_judged_yet_is_told_as_far_as_it_has_come(row, said):
    found = findings.kept_forecasts(forecasts(row))
    assert said in str(found.headline)
    assert found.severity == "info"


def test_without_any_there_is_none():
    found = findings.kept_forecasts(kept_forecasts.nothing())
    assert str(found.headline).startswith("No earlier report has published a total yet")
