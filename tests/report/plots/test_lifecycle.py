import numpy as np
import pandas as pd
from matplotlib.colors import to_hex

from clv.report import plots, style
from clv.report.privacy import safe


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_ladder_says_how_many_are_at_risk_and_what_cannot_be_seen(tables):
    ax = plots.ladder(tables["ladder"])
    assert texts(ax) == [
        "cannot be seen in these data",
        "80 (53%), of them 30 at risk",
        "20 (13%), of them <5 at risk",
        "a measure: nobody stands in it",
        "50",
    ]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        *("«lead»", "«buyer»", "«fan»", "«sales»", "«gone»")
    ]


def test_a_stage_that_is_measured_shows_its_rate_where_there_is_one(tables):
    measured = tables["ladder"].assign(measured=[np.nan, np.nan, np.nan, 0.27, np.nan])
    measured.attrs = tables["ladder"].attrs
    assert texts(plots.ladder(measured))[3] == "27% of new customers: nobody stands in it"


def test_who_is_off_the_ladder_is_grey_and_who_is_at_risk_is_marked(tables):
    ax = plots.ladder(tables["ladder"])
    on, risk = ax.containers
    colours = [to_hex(bar.get_facecolor()).upper() for bar in on]
    assert colours == [style.ACCENT] * 4 + [style.GREY]
    assert [round(bar.get_width()) for bar in risk] == [
        0,
        30,
        0,
        0,
        0,
    ]  # no length tells the handful
    assert [round(bar.get_x()) for bar in risk][1] == 50


def test_rungs_of_a_few_customers_are_drawn_as_others(tables):
    table = tables["ladder"].copy()
    table["customers"] = table["customers"].replace(20, 3)
    table.attrs = tables["ladder"].attrs
    ax = plots.ladder(safe(table))
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "Other"


def test_a_line_ends_where_nobody_was_followed_any_longer(tables):
    ax = plots.onward(tables["onward"])
    assert texts(ax) == ["At risk", "Lead"]
    ends = [line.get_ydata()[-1] for line in ax.lines[::2]]
    assert ends[0] == 0.3
    assert ends[1] != ends[1]  # NaN
    assert ax.lines[3].get_ydata()[1:].tolist() == [0.1, 0.1]  # dotted, up to the name


def test_a_band_has_its_name_where_it_is_wide_enough(tables):
    ax = plots.occupation(tables["occupation"])
    assert texts(ax) == ["Onboarding", "Active"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["Churned"]


def test_the_band_that_is_widest_at_the_end_has_its_name_where_there_is_room():
    days = np.arange(0, 366, 5)
    onboarding = np.where(days < 90, 1.0, 0.05)
    churned = np.clip((days - 200) / 250, 0, 1)
    shares = {"onboarding": onboarding, "active": 1 - onboarding - churned, "churned": churned}
    table = pd.concat(
        [pd.DataFrame({"days": days, "stage": s, "share": y}) for s, y in shares.items()]
    )
    ax = plots.occupation(table)
    names = {text.get_text(): text.get_position() for text in ax.texts}
    assert list(names) == ["Onboarding", "Active", "Churned"]
    day, height = names["Churned"]
    assert 300 < day < 360  # as far right as it is not cut off
    assert height > 0.7


def test_bands_move_on_the_day_on_which_a_rule_moves_customers(tables):
    onboarding = plots.occupation(tables["occupation"]).collections[0].get_paths()[0].vertices
    tops = {day: onboarding[onboarding[:, 0] == day, 1].max() for day in (0, 30, 60)}
    assert tops == {0: 1.0, 30: 1.0, 60: 0.6}  # what was true of the day before


def test_what_is_worth_fixing_is_in_the_currency_and_named_by_what_is_kept(tables):
    table = tables["worth_fixing"]
    ax = plots.worth_fixing(table, unit="EUR")
    assert texts(ax) == ["€45.50", "€12.00"]
    assert ax.get_title(loc="left") == "Revenue of one more buyer in a hundred"
    table.attrs["value"] = "margin"
    assert plots.worth_fixing(table).get_title(loc="left").startswith("Value")


def test_reasons_are_counted_with_their_share(tables):
    assert texts(plots.loss_reasons(tables["loss_reasons"])) == ["20 (74%)", "7 (26%)"]
