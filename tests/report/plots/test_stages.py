import pytest
from matplotlib.colors import to_hex

from clv.report import plots, style


def names(ax, axis="y"):
    return [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()]


def texts(ax):
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("name", ["stage_sizes", "stage_value"])
def test_stages_keep_their_order_and_colours_however_the_table_is_sorted(name, tables):
    ax = getattr(plots, name)(tables[name].iloc[::-1])
    assert names(ax)[:2] == ["Onboarding", "Active"]
    colours = [to_hex(bar.get_facecolor()).upper() for bar in ax.patches[:2]]
    assert colours == [style.STAGES["onboarding"], style.STAGES["active"]]


def test_stages_that_hold_nobody_or_cannot_be_seen_are_left_out(tables):
    ax = plots.stage_sizes(tables["stage_sizes"])
    assert names(ax) == ["Onboarding", "Active", "At risk", "Dormant", "Churned", "Reactivated"]
    assert texts(ax)[1] == "1,200 (97%)"


def test_stage_value_is_in_the_currency_of_the_study(tables):
    assert texts(plots.stage_value(tables["stage_value"], unit="TRY"))[0].startswith("TRY")


def test_moves_are_numbered_and_nothing_stands_where_nobody_moved(tables):
    ax = plots.stage_moves(tables["stage_moves"])
    assert texts(ax)[:4] == ["7", "", "", "1,200"]
    assert names(ax)[0] == "Not yet a customer"
    assert names(ax, "x") == ["Active", "Loyal", "Churned"]


def test_limits_are_numbered_where_a_state_exists(tables):
    ax = plots.silence_limits(tables["silence_limits"])
    assert texts(ax) == ["93", "61", "211"]
    assert names(ax) == ["1", "2-3"]


def test_with_a_margin_stages_hold_value(tables):
    table = tables["stage_value"]
    table.attrs["value"] = "margin"
    ax = plots.stage_value(table)
    assert ax.get_title(loc="left") == "Expected value by stage of the lifecycle"
    assert ax.get_xlabel() == "expected value"
