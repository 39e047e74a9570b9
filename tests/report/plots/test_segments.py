from matplotlib.colors import to_hex

from clv.report import plots, style


def bar_texts(ax):
    return [text.get_text() for text in ax.texts]


def tick_texts(ax, axis):
    return [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()]


def test_segments_come_best_first_whatever_the_order_of_the_table(tables):
    ax = plots.segment_value(tables["segment_value"])
    assert tick_texts(ax, "y") == ["Champions", "Hibernating"]
    assert bar_texts(ax) == ["25%", "75%", "75%", "25%"]
    assert to_hex(ax.patches[2].get_facecolor()).upper() == style.SEGMENTS["champions"]


def test_the_grid_has_the_most_recent_buyers_on_top(tables):
    ax = plots.rfm_grid(tables["rfm_grid"])
    assert tick_texts(ax, "y") == ["5", "1"]
    assert bar_texts(ax) == ["", "583", "4,470", "241"]


def test_moves_between_segments_are_counted_where_they_went(tables):
    ax = plots.segment_moves(tables["segment_moves"])
    assert tick_texts(ax, "y") == ["Not yet a customer", "Champions", "Hibernating"]
    assert bar_texts(ax) == ["–", "–", "80", "", "–", "–"]


def test_a_segment_that_holds_nobody_has_no_row(tables):
    matrix = tables["segment_stages"].copy()
    matrix.loc["promising"] = 0
    ax = plots.segment_stages(matrix)
    assert tick_texts(ax, "y") == ["Champions", "Hibernating"]
    assert tick_texts(ax, "x") == ["Active", "Churned"]
