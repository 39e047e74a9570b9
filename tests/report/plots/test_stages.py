import pytest
from matplotlib.colors import to_hex, to_rgba

from clv.report import plots, style
from clv.stages.silence import WHY


def names(ax, axis="y"):
    return [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_stages_keep_their_order_and_colours_however_the_table_is_sorted(tables):
    ax = plots.stage_value(tables["stage_value"].iloc[::-1])
    assert names(ax)[:2] == ["Onboarding", "Active"]
    colours = [to_hex(bar.get_facecolor()).upper() for bar in ax.patches[:2]]
    assert colours == [style.STAGES["onboarding"], style.STAGES["active"]]


def test_stage_value_is_in_the_currency_of_the_study(tables):
    assert texts(plots.stage_value(tables["stage_value"], unit="TRY"))[0].startswith("TRY")


def test_moves_are_numbered_and_nothing_stands_where_nobody_moved(tables):
    ax = plots.stage_moves(tables["stage_moves"])
    assert texts(ax)[:4] == ["–", "", "", "–"]
    assert names(ax)[0] == "Not known yet"
    assert names(ax, "x") == ["Active", "Loyal", "Churned"]


def test_limits_are_numbered_where_a_state_exists(tables):
    ax = plots.silence_limits(tables["silence_limits"])
    assert texts(ax) == ["93", "61", "211"]
    assert names(ax) == ["1", "2-3"]


def test_where_nothing_is_foreseen_stages_hold_what_came(tables):
    table = tables["stage_value"].copy()
    table.attrs["value"] = "brought"
    ax = plots.stage_value(table)
    assert ax.get_title(loc="left") == "Revenue of the last year by stage of the lifecycle"
    assert ax.get_xlabel() == "revenue of the last year"


def test_with_a_margin_stages_hold_value(tables):
    table = tables["stage_value"]
    table.attrs["value"] = "margin"
    ax = plots.stage_value(table)
    assert ax.get_title(loc="left") == "Expected value by stage of the lifecycle"
    assert ax.get_xlabel() == "expected value"


@pytest.mark.parametrize(
    ("basis", "rows"), [("unstable", [1]), ("same_day", []), ("gives_way", [])]
)
def test_a_row_is_grey_where_nothing_tells_who_is_at_risk(tables, basis, rows):
    table = tables["silence_limits"].copy()
    table.loc[table.index[-1], ["value", "why"]] = [float("nan"), WHY[basis]]
    table.loc[len(table)] = ["dormant", "2-3", 110, ""]
    ax = plots.silence_limits(table)
    grey = [bar for bar in ax.patches if bar.get_facecolor() == to_rgba(style.GREY)]
    assert [round(bar.get_y() + bar.get_height() / 2) for bar in grey if bar.get_width()] == rows
