import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from clv.report import plots, style


def bar_texts(ax):
    return [text.get_text() for text in ax.texts]


def tick_texts(ax, axis):
    return [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()]


def test_the_cohort_map_leaves_out_period_0_and_what_is_not_over(tables):
    ax = plots.cohort_heatmap(tables["cohort_heatmap"])
    assert bar_texts(ax) == ["15", "12", "10"]
    assert tick_texts(ax, "y") == ["Jan 1997", "Feb 1997"]


def test_a_cohort_map_with_too_many_cells_for_numbers_has_a_colour_key(tables):
    wide = tables["cohort_heatmap"].reindex(columns=range(30)).ffill(axis=1)
    ax = plots.cohort_heatmap(wide)
    assert not ax.texts
    assert len(ax.figure.axes) == 2


def test_cohorts_of_quarters_are_named_and_counted_in_quarters(tables):
    quarters = tables["cohort_heatmap"].set_axis(pd.PeriodIndex(["1997Q1", "1997Q2"], freq="Q"))
    quarters.attrs["period"] = "Q"
    ax = plots.cohort_heatmap(quarters)
    assert tick_texts(ax, "y") == ["Q1 1997", "Q2 1997"]
    assert ax.get_xlabel() == "quarters since the first purchase"


def test_each_cohort_has_its_line_and_the_newest_that_can_be_compared_stands_out(tables):
    ax = plots.cohort_revenue(tables["cohort_revenue"])
    jan, feb = ax.lines
    assert jan.get_ydata().tolist() == [20, 30, 35]
    assert feb.get_ydata().tolist() == [25, 31]
    assert [to_hex(line.get_color()).upper() for line in ax.lines] == [style.ACCENT, style.GREY]
    long = pd.DataFrame(np.ones((3, 6)), index=pd.period_range("2024-01", periods=3, freq="M"))
    long.iloc[2, 2:] = np.nan
    colours = [to_hex(line.get_color()).upper() for line in plots.cohort_revenue(long).lines]
    assert colours == [style.GREY, style.ACCENT, style.GREY]


def test_who_came_stands_above_and_who_lapsed_below(tables):
    ax = plots.customer_flow(tables["customer_flow"])
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches]
    assert tops == [0, 4, 90, 14, 0, -30]
    assert ax.lines[0].get_ydata().tolist() == [90, -16]
    names = ["New", "Reactivated", "Lapsed", "Change"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == names


def test_rates_that_cannot_be_seen_have_no_column_and_early_cells_are_blank(tables):
    ax = plots.aarrr(tables["aarrr"])
    assert tick_texts(ax, "x") == ["Activation", "Retention"]
    assert ax.get_ylabel() == "cohort"  # of leads too, who have no first purchase
    assert bar_texts(ax) == ["30", "10", "20"]
