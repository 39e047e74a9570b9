from matplotlib.colors import to_hex

from clv.report import plots, style


def bar_texts(ax):
    return [text.get_text() for text in ax.texts]


def tick_texts(ax, axis):
    return [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()]


def test_the_account_shows_accepted_rows_in_the_accent_and_names_every_fault(tables):
    ax = plots.account(tables["account"])
    assert [to_hex(bar.get_facecolor()).upper() for bar in ax.patches] == [
        style.ACCENT, style.GREY, style.GREY,
    ]  # fmt: skip
    assert tick_texts(ax, "y") == ["Accepted", "Amount is not a number", "The same row again"]
    assert bar_texts(ax) == ["1,388 (99.6%)", "4 (0.3%)", "2 (0.1%)"]


def test_new_and_repeat_purchases_stand_on_each_other(tables):
    ax = plots.purchases_per_month(tables["purchases_per_month"])
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches]
    assert tops == [1082, 2796, 7846 + 1082, 8476 + 2796]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "First purchase",
        "Repeat purchase",
    ]


def test_the_histogram_counts_days_and_gathers_the_most_frequent(tables):
    ax = plots.purchase_days_histogram(tables["purchase_days_histogram"])
    assert [bar.get_height() for bar in ax.patches] == [2, 1, *[0] * 7, 1]
    assert tick_texts(ax, "x")[-1] == "10+"
    assert bar_texts(ax)[0] == "50%"


def test_the_cohort_map_leaves_out_period_0_and_what_is_not_over(tables):
    ax = plots.cohort_heatmap(tables["cohort_heatmap"])
    assert bar_texts(ax) == ["15", "12", "10"]
    assert tick_texts(ax, "y") == ["Jan 1997", "Feb 1997"]


def test_a_cohort_map_with_too_many_cells_for_numbers_has_a_colour_key(tables):
    wide = tables["cohort_heatmap"].reindex(columns=range(30)).ffill(axis=1)
    ax = plots.cohort_heatmap(wide)
    assert not ax.texts
    assert len(ax.figure.axes) == 2


def test_segments_come_best_first_whatever_the_order_of_the_table(tables):
    ax = plots.segment_value(tables["segment_value"])
    assert tick_texts(ax, "y") == ["Champions", "Hibernating"]
    assert bar_texts(ax) == ["25%", "75%", "75%", "25%"]
    assert to_hex(ax.patches[2].get_facecolor()).upper() == style.SEGMENTS["champions"]


def test_the_grid_has_the_most_recent_buyers_on_top(tables):
    ax = plots.rfm_grid(tables["rfm_grid"])
    assert tick_texts(ax, "y") == ["5", "1"]
    assert bar_texts(ax) == ["", "583", "4,470", "241"]
