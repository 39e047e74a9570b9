import pandas as pd
import pytest

from clv.report import plots


def test_the_matrix_names_the_unit_of_recency(tables):
    matrix = tables["frequency_recency_matrix"]
    assert plots.frequency_recency_matrix(matrix).get_xlabel().startswith("time from")
    matrix.attrs["unit"] = "W"
    assert plots.frequency_recency_matrix(matrix).get_xlabel().startswith("weeks from")


def test_the_matrix_can_show_another_answer(tables):
    ax = plots.frequency_recency_matrix(
        tables["frequency_recency_matrix"], title="Expected purchases", unit="purchases"
    )
    assert ax.get_title(loc="left") == "Expected purchases"


@pytest.mark.parametrize("name", ["frequency_fit", "calibration"])
def test_counted_and_expected_stand_side_by_side(name, tables):
    ax = getattr(plots, name)(tables[name])
    assert [bar.get_height() for bar in ax.patches] == [1411, 64, 1430.2, 80.5]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "Counted",
        "Expected by the model",
    ]


def test_spend_is_labelled_in_its_currency(tables):
    ax = plots.spend_by_frequency(tables["spend_by_frequency"], unit="EUR")
    assert [text.get_text() for text in ax.texts] == ["€35.00", "€39.00"]


def test_lines_are_named_at_their_ends_and_the_forecast_is_marked(tables):
    ax = plots.tracking(tables["tracking"])
    assert [text.get_text() for text in ax.texts] == ["forecast begins", "Counted", "Expected"]


def test_tracking_can_show_each_period_by_itself(tables):
    ax = plots.tracking(tables["tracking"], cumulative=False)
    assert set(ax.lines[0].get_ydata()[1:]) == {1}


def test_tracking_without_dates_or_holdout_counts_periods(tables):
    table = tables["tracking"].drop(columns="holdout").set_axis(pd.RangeIndex(60))
    ax = plots.tracking(table)
    assert ax.get_xlabel() == "period"
    assert len(ax.lines) == 2
