import pandas as pd
import pytest
from matplotlib.colors import to_hex

from clv.report import style
from clv.report.plots import marks

GRID = pd.DataFrame([[0.0, 0.5], [0.9, 1.0]], index=["active", "loyal"], columns=["a", "b"])


def test_bars_are_named_and_numbered_the_first_on_top():
    ax = style.axes(None)
    marks.bars(ax, pd.Series({"loyal": 3, "cant_lose": 1}), ["3", "1"])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["Loyal", "Can't lose"]
    assert [text.get_text() for text in ax.texts] == ["3", "1"]
    assert ax.yaxis_inverted()


def test_a_single_bar_does_not_fill_the_chart():
    ax = style.axes(None)
    marks.bars(ax, pd.Series({"accepted": 3}), ["3"])
    low, high = ax.get_ylim()
    assert abs(low - high) > 3 * ax.patches[0].get_height()


def test_bars_side_by_side_do_not_touch():
    ax = style.axes(None)
    marks.beside(ax, pd.DataFrame({"a": [1, 2], "b": [3, 4]}), {"a": "grey", "b": "blue"})
    bars = sorted(ax.patches, key=lambda bar: bar.get_x())
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert all(end < bar.get_x() for end, bar in zip(ends, bars[1:], strict=False))


def test_a_span_stands_on_zero_with_its_number():
    ax = style.axes(None)
    marks.spans(ax, pd.DataFrame({"mean": [35.0], "low": [30.0], "high": [41.0]}), "EUR")
    assert [text.get_text() for text in ax.texts] == ["€35.00"]
    assert ax.get_ylim()[0] == 0


def test_numbers_in_a_heat_map_are_dark_on_light_and_light_on_dark():
    ax = style.axes(None)
    marks.heat(ax, GRID, GRID.map("{:.1f}".format))
    inks = {text.get_text(): text.get_color() for text in ax.texts}
    assert (inks["0.0"], inks["1.0"]) == ("black", "white")


def test_a_cell_that_is_not_known_stays_paper():
    ax = style.axes(None)
    marks.heat(ax, GRID.where(GRID > 0), GRID.map("{:.1f}".format))
    assert len(ax.texts) == 3


def test_hidden_cells_are_all_of_one_grey_whatever_they_hold():
    ax = style.axes(None)
    hidden = GRID.isin([0.5, 1.0])
    marks.heat(ax, GRID, GRID.map("{:.1f}".format), hidden=hidden)
    shades, painted = ax.collections
    assert shades.get_array().tolist() == [[0, 0], [0.9, 0]]
    assert painted.get_array().count() == 2
    drawn = painted.to_rgba(painted.get_array())
    assert {to_hex(colour).upper() for colour in drawn[hidden.to_numpy()]} == {style.FAINT}


def test_shares_of_a_row_are_of_its_cells_that_are_shown():
    counts = pd.DataFrame([[60, 20, 3, 17], [4, 7, 0, 0]])
    hidden = pd.DataFrame([[False, False, True, True], [True, True, False, False]])
    assert marks.shares(counts, hidden).to_numpy().tolist() == [[0.75, 0.25, 0, 0], [0] * 4]


def test_a_colour_key_stands_beside_a_map_without_numbers():
    ax = style.axes(None)
    marks.heat(ax, GRID, None, high=1)
    marks.colour_key(ax, ax.collections[0], "share")
    ticks = ax.figure.axes[1].get_yticklabels()
    assert [tick.get_text() for tick in ticks][-1] == "100%"


@pytest.mark.parametrize(("shift", "side"), [((8, 0), "left"), ((-8, 0), "right")])
def test_a_note_keeps_clear_of_its_point(shift, side):
    ax = style.axes(None)
    marks.note(ax, "here", (0.5, 0.5), shift=shift)
    assert ax.texts[0].get_ha() == side


def test_names_of_lines_that_end_together_do_not_overlap():
    ax = style.axes(None)
    lines = pd.DataFrame({"actual": [0.0, 100], "expected": [0.0, 101]})
    ax.plot(lines)
    colours = {"actual": ("Counted", style.MUTED), "expected": ("Expected", style.ACCENT)}
    marks.line_names(ax, lines, colours)
    ax.figure.canvas.draw()
    lower, upper = (text.get_window_extent() for text in ax.texts)
    assert not lower.overlaps(upper)
    assert [to_hex(text.get_color()).upper() for text in ax.texts] == [style.MUTED, style.ACCENT]
