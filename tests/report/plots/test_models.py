import pandas as pd
import pytest
from matplotlib.colors import to_rgba

from clv.report import plots, style


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


def test_the_density_says_whose_average_it_is(tables):
    table = tables["spend_fit"]
    assert "repeat buyers" in plots.spend_fit(table).get_title(loc="left")
    table.attrs["basis"] = "all"
    assert "all customers" in plots.spend_fit(table).get_title(loc="left")


def test_months_that_chance_accounts_for_are_grey(tables):
    ax = plots.seasons(tables["seasons"])
    accent, grey = (to_rgba(colour) for colour in (style.ACCENT, style.GREY))
    assert [bar.get_facecolor() for bar in ax.patches] == [accent, accent, grey]
    assert [bar.get_height() for bar in ax.patches] == pytest.approx([-0.1, 0.2, 0.01])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["Jan", "Feb", "Dec"]


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


def test_calibration_says_what_customers_are_grouped_by(tables):
    table = tables["calibration"].rename_axis("decile")
    assert plots.calibration(table).get_xlabel().startswith("tenths of the customers")
    by_count = plots.calibration(table.rename_axis("repeat_purchases"))
    assert by_count.get_xlabel() == "repeat purchases before the test period"
