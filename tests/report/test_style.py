from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from babel import Locale
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from clv.report import labels, style
from clv.report.words import Words, speaking

# Machado, Oliveira & Fernandes 2009, severity 1: what a colour looks like to a dichromat.
EYES = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}
TO_XYZ = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
TELLABLE = 12  # CIE76; 2.3 is a just noticeable difference of patches side by side


@pytest.fixture(autouse=True)
def _no_figure_left_open():
    plt.switch_backend("agg")
    yield
    plt.close("all")


def seen(colour, eye):
    """CIELAB coordinates of a colour as an eye sees it."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(EYES[eye] @ linear, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one, other):
    light, dark = sorted([style.luminance(one), style.luminance(other)], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize("colours", [style.STAGES, style.SEGMENTS], ids=["stages", "segments"])
def test_any_two_colours_can_be_told_apart_by_every_eye(colours, eye):
    pairs = combinations(colours.values(), 2)
    assert min(np.linalg.norm(seen(a, eye) - seen(b, eye)) for a, b in pairs) > TELLABLE


@pytest.mark.parametrize("eye", EYES)
def test_the_rest_is_told_from_the_accent_by_every_eye(eye):
    apart = seen(style.GREY, eye) - seen(style.ACCENT, eye)
    assert np.linalg.norm(apart) > 3 * TELLABLE


def test_a_heat_map_gets_darker_all_the_way():
    shades = [style.luminance(style.HEAT(x)) for x in np.linspace(0, 1, 20)]
    assert all(lighter > darker for lighter, darker in pairwise(shades))


@pytest.mark.parametrize("ink", [style.INK, style.MUTED, style.ACCENT])
def test_words_stand_out_from_paper(ink):
    assert contrast(ink, style.PAPER) > 4.5


@pytest.mark.parametrize("colour", [*style.STAGES.values(), *style.SEGMENTS.values(), "#777777"])
def test_words_on_a_colour_stand_out_from_it(colour):
    assert contrast(style.ink_on(colour), colour) > 4.5


def test_every_stage_and_segment_has_its_colour():
    assert [*style.STAGES] == [stage for stage in labels.STAGES if stage != "not_known"]
    assert [*style.SEGMENTS] == [*labels.SEGMENTS]


@pytest.mark.parametrize(
    ("values", "unit", "said"),
    [
        ([1234567, 12], "customers", ["1,234,567", "12"]),
        ([1234.5, 0.2], "USD", ["$1,234", "$0"]),
        ([12.5, 0.2], "USD", ["$12.50", "$0.20"]),
        ([0.512, 0.004, 0], "share", ["51%", "0.4%", "0%"]),
        ([float("nan"), 3], "days", ["", "3"]),
        ([], "", []),
    ],
)
def test_numbers_beside_marks_are_spoken_in_their_unit(values, unit, said):
    assert style.shown(values, unit) == said


def test_a_number_with_its_share_reads_as_one():
    assert style.with_shares(pd.Series([1210, 110]), "customers") == ["1,210 (92%)", "110 (8.3%)"]


def test_a_cell_that_could_name_somebody_shows_no_number():
    cells = style.people(pd.DataFrame([[0, 1, 4], [0, 1234, 7]]))
    assert cells.to_numpy().tolist() == [["", "–", "–"], ["", "–", "–"]]


def test_no_sum_of_a_row_or_a_column_gives_a_hidden_cell_away():
    cells = style.people(pd.DataFrame([[37, 1, 501], [20, 60, 30], [9, 80, 12]]))
    assert cells.to_numpy().tolist() == [["–", "–", "501"], ["20", "60", "30"], ["–", "–", "12"]]


@pytest.mark.parametrize(
    ("unit", "at", "said"),
    [
        ("", [0, 2.5, 5], ["0.0", "2.5", "5.0"]),
        ("", [0, 2000], ["0", "2,000"]),
        ("share", [0, 0.25, 0.5], ["0%", "25%", "50%"]),
        ("share", [0, 0.025], ["0.0%", "2.5%"]),
        ("EUR", [0, 0.5], ["€0.0", "€0.5"]),
    ],
)
def test_ticks_have_just_the_decimals_that_tell_them_apart(unit, at, said):
    assert style.Ticks(unit, Words.of("en")).format_ticks(at) == said


def test_a_scale_keeps_the_language_it_was_drawn_in():
    ax = style.axes(None)
    with speaking(Words("de", Locale.parse("de"), Words.of("en").catalogue)):
        style.scale(ax.yaxis)
    assert ax.yaxis.get_major_formatter().format_ticks([1000, 2000]) == ["1.000", "2.000"]


def test_months_are_short_and_of_the_language():
    assert style.month(pd.Period("1997-01")) == "Jan 1997"
    with speaking(Words("tr", Locale.parse("tr"), Words.of("en").catalogue)):
        assert style.month(pd.Timestamp("1997-01-01")) == "Oca 1997"


def test_a_long_title_is_broken_rather_than_cut():
    ax = style.say(style.axes(None), "A title that goes on and on " * 4)
    ax.figure.canvas.draw()
    title = next(text for text in ax.findobj(plt.Text) if text.get_text().startswith("A title"))
    edge = ax.figure.bbox.x1
    assert title.get_window_extent().x1 <= edge + 1


def test_a_single_bar_still_has_room_around_it():
    assert style.axes(None, height=0.5).figure.get_figheight() >= 2


@pytest.mark.parametrize(("names", "columns"), [(["On it", "Off it"], 2), (["x" * 15] * 6, 3)])
def test_a_key_that_is_wider_than_the_chart_takes_a_further_row(names, columns):
    ax = style.axes(None)
    style.say(ax, "Title", key={f"{name}{n}": style.ACCENT for n, name in enumerate(names)})
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.get_legend().get_texts()]
    assert len({round(box.x0) for box in boxes}) == columns
    assert max(box.x1 for box in boxes) <= ax.figure.bbox.width
    title = ax._left_title.get_window_extent()
    assert title.y0 >= max(box.y1 for box in boxes)
    plt.close(ax.figure)
