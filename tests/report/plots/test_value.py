import pandas as pd
import pytest

from clv.report import plots


def test_the_curve_says_what_the_top_tenth_holds(tables):
    ax = plots.lorenz(tables["lorenz"])
    assert "The top 10% hold 50%" in [text.get_text() for text in ax.texts]


def test_groups_are_drawn_in_the_order_of_the_table_in_their_unit(tables):
    ax = plots.value_by_group(tables["value_by_group"], unit="USD", title="By segment")
    assert [text.get_text() for text in ax.texts] == ["$1,234", "$10"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Champions", "Promising"]
    assert ax.get_title(loc="left") == "By segment"


def test_a_bar_has_the_bounds_of_its_sum_and_its_number_beyond_them(tables):
    ax = plots.value_by_segment(tables["value_by_segment"], unit="USD")
    known, _ = ax.collections[0].get_segments()
    assert known[:, 0].tolist() == [80, 99]
    assert [text.get_text() for text in ax.texts] == ["$90.00", "$10.00"]
    assert [text.xy[0] for text in ax.texts] == [99, 10]  # withheld bounds take no room


def test_few_periods_carry_their_numbers_and_many_a_scale(tables):
    few = plots.value_by_period(tables["value_by_period"], unit="USD")
    assert [text.get_text() for text in few.texts] == ["$60.50", "$40.00"]
    assert few.get_xlabel() == "months from today"
    quarters = pd.DataFrame({"expected": range(12)}, index=pd.RangeIndex(1, 13, name="quarter"))
    many = plots.value_by_period(quarters)
    assert not many.texts
    assert many.get_xlabel() == "quarters from today"


@pytest.mark.parametrize("name", ["value_by_group", "value_by_segment", "value_by_period"])
def test_with_a_margin_charts_speak_of_value(name, tables):
    table = tables[name]
    table.attrs["value"] = "margin"
    ax = getattr(plots, name)(table)
    said = [ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()]
    assert any("expected value" in text.lower() for text in said)
    assert not any("revenue" in text for text in said)
