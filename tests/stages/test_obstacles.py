import numpy as np
import pandas as pd
import pytest

from clv.stages.bottlenecks import REACHED, leads_to_prospects
from clv.stages.obstacles import NOT_STATED, SILENCE, STILL_OPEN, gap, incidence, pareto

LEADS = leads_to_prospects(180)


@pytest.fixture
def pipeline(spells_of):
    """Leads of a fair and of the web; reasons under the labels of their spells."""
    plan = {  # group: outcome: (how many, the move that ended them, reason)
        "fair": {"won": (50, ("prospect", 20, "opportunity"), None),
                 "price": (10, ("lost_lead", 30, "lead"), "price"),
                 "silent": (30, ("lost_lead", 180, "silence"), None),
                 "unsaid": (10, ("lost_lead", 40, "lead"), None)},
        "web": {"won": (20, ("prospect", 25, "opportunity"), None),
                "price": (60, ("lost_lead", 35, "lead"), "price"),
                "rival": (20, ("lost_lead", 50, "lead"), "rival"),
                "open": (100, None, None)},
    }  # fmt: skip
    histories, why = {}, {}
    for group, outcomes in plan.items():
        for name, (number, move, reason) in outcomes.items():
            for n in range(number):
                customer = f"{group}-{name}-{n}"
                histories[customer] = [("lead", 0), *([move] if move else [])]
                why[customer] = reason
    spells = spells_of(histories)
    reasons = spells["customer_id"].map(why).where(spells["state"] == "lead")
    group = {customer: customer.split("-")[0] for customer in histories}
    return spells, reasons, pd.Series(group)


def test_the_most_frequent_reasons_come_first_and_add_up():
    table = pareto(pd.Series(["price", None, "price", "rival", "price"]))
    assert table["losses"].to_dict() == {"price": 3, NOT_STATED: 1, "rival": 1}
    assert table["part"].tolist() == [0.6, 0.2, 0.2]
    assert table["cumulative"].iloc[-1] == pytest.approx(1)
    assert table["worth"].isna().all()


def test_reasons_are_sorted_by_their_money_where_it_is_known():
    table = pareto(pd.Series(["price", "price", "rival"]), worth=pd.Series([1.0, 2.0, 9.0]))
    assert table.index.tolist() == ["rival", "price"]
    assert table["part"].tolist() == [0.75, 0.25]


def test_what_becomes_of_leads_sums_to_all_of_them(pipeline, on):
    spells, reasons, _ = pipeline
    table = incidence(spells, on(200), LEADS, reasons)
    assert set(table.index) == {REACHED, "price", "rival", SILENCE, NOT_STATED, STILL_OPEN}
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc["price", "share"] == pytest.approx(70 / 300)
    assert table.loc[STILL_OPEN, "share"] == pytest.approx(100 / 300)
    assert (table["low"] < table["share"]).all()
    assert (table["share"] < table["high"]).all()


def test_by_an_earlier_day_fewer_have_been_lost(pipeline, on):
    spells, reasons, _ = pipeline
    early = incidence(spells, on(200), leads_to_prospects(32), reasons)
    assert early.loc["price", "share"] == pytest.approx(10 / 300)
    assert early.loc[SILENCE, "share"] == 0


def test_obstacles_divide_the_gap_between_groups_without_a_remainder(pipeline, on):
    spells, reasons, groups = pipeline
    table = gap(spells, on(200), LEADS, reasons, groups)
    fair = table.loc["fair"]
    assert fair.loc[REACHED, ["share", "elsewhere"]].tolist() == pytest.approx([0.5, 0.1])
    assert np.isnan(fair.loc[REACHED, "part"])
    assert fair["part"].sum() == pytest.approx(0.4)
    assert fair.loc["price", "part"] == pytest.approx(0.3 - 0.1)
    assert fair.loc[SILENCE, "part"] == pytest.approx(-0.3)
    assert table.loc["web", "part"].sum() == pytest.approx(-0.4)
    parts = table.dropna()
    assert (parts["low"] < parts["part"]).all()
    assert (parts["part"] < parts["high"]).all()
    assert fair.loc["price", "low"] > 0  # 60 of 200 on the web, 10 of 100 at the fair


def test_without_groups_there_is_no_gap(pipeline, on):
    spells, reasons, _ = pipeline
    assert gap(spells, on(200), LEADS, reasons, pd.Series(dtype="str")).empty


def test_a_reason_called_like_an_outcome_of_ours_is_still_a_reason(spells_of, on):
    histories = {f"said{n}": [("lead", 0), ("lost_lead", 30, "lead")] for n in range(30)}
    histories |= {f"quiet{n}": [("lead", 0), ("lost_lead", 180, "silence")] for n in range(10)}
    histories |= {f"open{n}": [("lead", 0)] for n in range(10)}
    spells = spells_of(histories)
    words = ["silence", "reached", "not_stated", "still_open"]
    first = spells[spells["customer_id"].str.startswith("said") & (spells["state"] == "lead")]
    reasons = pd.Series(np.resize(words[:3], 30), first.index)
    table = incidence(spells, on(365), LEADS, reasons)
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc[words[:3], "share"].tolist() == pytest.approx([0.2] * 3)
    assert table.loc[[SILENCE, STILL_OPEN], "share"].tolist() == pytest.approx([0.2] * 2)
    assert table.loc[REACHED, "share"] == 0
