import numpy as np
import pandas as pd
import pytest

from clv.stages.bottlenecks import leads_to_prospects
from clv.stages.obstacles import gap, incidence, mix_and_rate, pareto

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
    assert table["losses"].to_dict() == {"price": 3, "not_stated": 1, "rival": 1}
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
    assert set(table.index) == {"reached", "price", "rival", "silence", "not_stated", "still_open"}
    assert table["share"].sum() == pytest.approx(1)
    assert table.loc["price", "share"] == pytest.approx(70 / 300)
    assert table.loc["still_open", "share"] == pytest.approx(100 / 300)
    assert (table["low"] < table["share"]).all()
    assert (table["share"] < table["high"]).all()


def test_by_an_earlier_day_fewer_have_been_lost(pipeline, on):
    spells, reasons, _ = pipeline
    early = incidence(spells, on(200), leads_to_prospects(32), reasons)
    assert early.loc["price", "share"] == pytest.approx(10 / 300)
    assert early.loc["silence", "share"] == 0


def test_obstacles_divide_the_gap_between_groups_without_a_remainder(pipeline, on):
    spells, reasons, groups = pipeline
    table = gap(spells, on(200), LEADS, reasons, groups)
    fair = table.loc["fair"]
    assert fair.loc["reached", ["share", "elsewhere"]].tolist() == pytest.approx([0.5, 0.1])
    assert np.isnan(fair.loc["reached", "part"])
    assert fair["part"].sum() == pytest.approx(0.4)
    assert fair.loc["price", "part"] == pytest.approx(0.3 - 0.1)
    assert fair.loc["silence", "part"] == pytest.approx(-0.3)
    assert table.loc["web", "part"].sum() == pytest.approx(-0.4)
    parts = table.dropna()
    assert (parts["low"] < parts["part"]).all()
    assert (parts["part"] < parts["high"]).all()
    assert fair.loc["price", "low"] > 0  # 60 of 200 on the web, 10 of 100 at the fair


def test_without_groups_there_is_no_gap(pipeline, on):
    spells, reasons, _ = pipeline
    assert gap(spells, on(200), LEADS, reasons, pd.Series(dtype="str")).empty
    assert mix_and_rate(spells, on(200), LEADS, *[pd.Series(dtype="str")] * 2).empty


def test_kitagawas_parts_by_hand(spells_of, on):
    # Small firms become prospects more often; the fair brings more of them.
    plan = {("fair", "small"): (60, 30), ("fair", "large"): (20, 5),
            ("web", "small"): (30, 15), ("web", "large"): (90, 9)}  # fmt: skip
    histories, groups, segments = {}, {}, {}
    for (group, segment), (entries, won) in plan.items():
        for n in range(entries):
            customer = f"{group}{segment}{n}"
            won_or_lost = ("prospect", 9, "lead") if n < won else ("lost_lead", 9, "silence")
            histories[customer] = [("lead", 0), won_or_lost]
            groups[customer], segments[customer] = group, segment
    table = mix_and_rate(
        spells_of(histories), on(200), LEADS, pd.Series(groups), pd.Series(segments)
    )
    fair = table.loc["fair"]
    assert fair.loc["small", ["mix", "rate"]].tolist() == pytest.approx([(0.75 - 0.25) * 0.5, 0])
    mix, rate = (0.25 - 0.75) * (0.25 + 0.10) / 2, (0.25 + 0.75) / 2 * (0.25 - 0.10)
    assert fair.loc["large", ["mix", "rate"]].tolist() == pytest.approx([mix, rate])
    assert fair[["mix", "rate"]].to_numpy().sum() == pytest.approx(35 / 80 - 24 / 120)
    assert table.loc["web", ["mix", "rate"]].to_numpy().sum() == pytest.approx(24 / 120 - 35 / 80)


def test_a_segment_that_one_side_lacks_is_all_mix(spells_of, on):
    histories = {
        **{f"a{n}": [("lead", 0), ("prospect", 9, "lead")] for n in range(4)},
        **{f"b{n}": [("lead", 0), ("lost_lead", 9, "lead")] for n in range(4)},
    }
    groups = pd.Series({c: c[0] for c in histories})
    table = mix_and_rate(spells_of(histories), on(20), leads_to_prospects(10), groups, groups)
    assert table["rate"].tolist() == [0, 0, 0, 0]
    assert table.loc["a", "mix"].sum() == pytest.approx(1)
