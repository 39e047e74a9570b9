"""What holds for each chart of the house, whatever it shows."""

from gettext import NullTranslations

import pandas as pd
import pytest
from babel import Locale
from babel.dates import get_month_names
from matplotlib.figure import Figure
from matplotlib.text import Text

from clv.report import plots, suppression
from clv.report.words import Words, speaking

CROSSTABS = {  # the names of their rows and columns
    "rfm_grid": ([1, 3, 5], [1, 2, 4, 5]),
    "segment_moves": (["not_yet", "champions", "asleep"], ["champions", "loyal", "new", "asleep"]),
    "segment_stages": (["champions", "new", "asleep"], ["active", "loyal", "at_risk", "churned"]),
    "stage_moves": (["not_known", "active", "loyal"], ["active", "loyal", "at_risk", "churned"]),
}
EVERY = pytest.mark.parametrize("name", plots.__all__)


class Marked(NullTranslations):
    """A language in which every message stands between « and »."""

    def gettext(self, message):
        return f"«{message}»"

    def ngettext(self, one, many, count):
        return f"«{many}»"


def texts(ax):
    """What is written in the figure of an Axes, once drawn."""
    ax.figure.canvas.draw()
    found = (text for text in ax.figure.findobj(Text) if text.get_visible())
    return [text for text in found if text.get_text().strip()]


@EVERY
def test_a_plot_draws_on_the_axes_it_is_given(name, tables):
    given = Figure(layout="constrained").subplots()
    assert getattr(plots, name)(tables[name], ax=given) is given


@EVERY
def test_without_axes_a_plot_takes_a_fresh_figure(name, tables):
    plot = getattr(plots, name)
    assert plot(tables[name]).figure is not plot(tables[name]).figure


@EVERY
def test_title_and_both_axes_are_spoken_for(name, tables):
    ax = getattr(plots, name)(tables[name])
    assert ax.get_title(loc="left")
    assert ax.get_xlabel()
    assert ax.get_ylabel() or [label.get_text() for label in ax.get_yticklabels()]


@EVERY
def test_a_table_without_rows_says_so(name, tables):
    ax = getattr(plots, name)(tables[name].iloc[:0])
    assert [text.get_text() for text in ax.texts] == ["No data"]
    assert ax.get_title(loc="left")


@EVERY
def test_the_table_is_left_as_it_was(name, tables):
    before = tables[name].copy(deep=True)
    getattr(plots, name)(tables[name])
    assert tables[name].equals(before)


@EVERY
def test_nothing_is_written_smaller_than_ten_points(name, tables):
    written = texts(getattr(plots, name)(tables[name]))
    assert min(text.get_fontsize() for text in written) >= 10


@EVERY
def test_no_frame_is_drawn_around_the_plot(name, tables):
    spines = getattr(plots, name)(tables[name]).spines
    assert not spines["top"].get_visible()
    assert not spines["right"].get_visible()


@EVERY
def test_every_word_passes_through_the_translator(name, tables):
    with speaking(Words("xx", Locale.parse("en"), Marked())):
        written = [text.get_text() for text in texts(getattr(plots, name)(tables[name]))]
    months = tuple(get_month_names("abbreviated", locale="en").values())  # written by Babel
    plain = [text for text in written if not text.startswith(("«", *months))]
    assert not [text for text in plain if any(letter.isalpha() for letter in text)]


@EVERY
def test_a_right_to_left_language_puts_the_title_on_the_right(name, tables):
    with speaking(Words("ar", Locale.parse("ar"), NullTranslations())):
        ax = getattr(plots, name)(tables[name])
    assert ax.get_title(loc="right")
    assert not ax.get_title(loc="left")


def pixels(ax):
    """What a chart looks like, to the last dot."""
    ax.figure.canvas.draw()
    return bytes(ax.figure.canvas.buffer_rgba())


@pytest.mark.parametrize("name", CROSSTABS)
def test_no_dot_of_a_chart_depends_on_what_a_hidden_cell_holds(name):
    """Two crosstabs that differ where cells are hidden, and there only, look the same."""
    first = [[60, 3, 20, 70], [70, 12, 11, 90], [50, 55, 80, 0]]
    second = [[60, 1, 23, 70], [70, 14, 12, 90], [50, 55, 80, 0]]
    rows, columns = CROSSTABS[name]
    grids = [pd.DataFrame(counts, rows, columns) for counts in (first, second)]
    hidden = suppression.hidden(grids[0])
    assert hidden.to_numpy().tolist() == [[False, True, True, False]] * 2 + [[False] * 4]
    one, other = (pixels(getattr(plots, name)(grid)) for grid in grids)
    assert one == other
    seen = pixels(getattr(plots, name)(grids[0].replace(55, 5000)))
    assert seen != one
