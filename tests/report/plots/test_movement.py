import pytest
from matplotlib.colors import to_hex

from clv.report import plots, style


@pytest.fixture
def ax(tables):
    return plots.revenue_movement(tables["revenue_movement"], unit="USD")


def test_each_step_begins_where_the_last_one_ended(ax):
    before, won, lost, after = ax.patches
    assert (before.get_x(), before.get_width()) == (0, 100)
    assert (won.get_x(), won.get_width()) == (100, 40)
    assert (lost.get_x(), lost.get_width()) == (140, -25)
    assert (after.get_x(), after.get_width()) == (0, 115)


def test_steps_are_signed_and_totals_are_not(ax):
    assert [text.get_text() for text in ax.texts] == ["$100", "+$40", "-$25", "$115"]


def test_gains_and_losses_have_a_colour_each_and_totals_none(ax):
    colours = [to_hex(bar.get_facecolor()).upper() for bar in ax.patches]
    assert colours == [style.GREY, style.ACCENT, style.LOSS, style.GREY]


def test_the_periods_stand_first_and_last(ax):
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert (names[0], names[-1]) == ("The period before", "This period")


def test_each_step_of_the_value_bridge_shows_how_sure_it_is(tables):
    ax = plots.value_bridge(tables["value_bridge"], unit="USD")
    ((start, _), (end, _)), ((low, _), (high, _)) = ax.collections[0].get_segments()
    assert (start, end) == (130, 155)  # 100 and what the first step may add
    assert (low, high) == (100, 130)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert (names[0], names[-1]) == ("The last report", "This report")


def test_a_step_whose_interval_is_not_known_is_drawn_without(tables):
    unknown = tables["value_bridge"].assign(low=float("nan"), high=float("nan"))
    unknown.attrs = tables["value_bridge"].attrs
    ax = plots.value_bridge(unknown, unit="USD")
    assert [text.get_text() for text in ax.texts] == ["$100", "+$40", "-$25", "$115"]
