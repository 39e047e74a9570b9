import numpy as np
import pandas as pd
import pytest

import clv
from clv.models.survival import kaplan_meier
from clv.stages.lifecycle import Lifecycle
from clv.stages.onward import LEAST, before_the_limit, onward, second_purchase
from clv.stages.stays import by_rule


def silent(back, gone, day=20):
    return {
        **{f"back{n}": [("at_risk", 0), ("active", day, "purchase")] for n in range(back)},
        **{f"gone{n}": [("at_risk", 0), ("dormant", 60, "silence")] for n in range(gone)},
    }


def test_who_moved_on_by_a_day_whichever_way(spells_of, on):
    ways = silent(15, 60) | {
        f"loyal{n}": [("at_risk", 0), ("loyal", 40, "purchase")] for n in range(5)
    }
    table = onward(spells_of(ways), on(100), days=[10, 30, 50])
    assert table["share"].tolist() == pytest.approx([0, 15 / 80, 20 / 80])
    assert table[["entries", "moved", "still_open"]].iloc[0].tolist() == [80, 20, 60]
    assert table["naive"].tolist() == [0.25] * 3


def test_a_limit_that_passes_does_not_end_the_wait(spells_of, on):
    gone = [("at_risk", 0), ("dormant", 60, "silence"), ("churned", 90, "silence")]
    ways = {
        **{f"late{n}": [*gone, ("reactivated", 110, "purchase")] for n in range(20)},
        **{f"gone{n}": gone for n in range(60)},
        **{f"ended{n}": [("at_risk", 0), ("churned", 50, "contract")] for n in range(20)},
    }
    table = onward(spells_of(ways), on(200), days=[20, 50, 109, 110])
    assert table.loc[table["stage"] == "at_risk", "share"].tolist() == [0, 0, 0, 0.2]
    assert table.loc[table["stage"] == "dormant", "share"].tolist() == [0, 0.25, 0.25, 0.25]
    assert table.loc[table["stage"] == "churned", "share"].tolist() == [0.2] * 4
    assert table.loc[table["stage"] == "at_risk", "still_open"].tolist() == [60] * 4


def test_a_lead_that_is_given_up_and_comes_again_has_not_moved_on(spells_of, on):
    lost = [("lead", 0), ("lost_lead", 60, "silence")]
    ways = {
        **{f"again{n}": [*lost, ("lead", 80, "lead")] for n in range(30)},
        **{f"asked{n}": [*lost, ("prospect", 80, "opportunity")] for n in range(30)},
    }
    table = onward(spells_of(ways), on(90), days=[79, 80])
    lead = table[table["stage"] == "lead"]
    # Of 90 leads 60 were followed so long, and half of these were worked on again.
    assert lead["share"].tolist() == [0, 0.5]
    assert lead["moved"].tolist() == [30, 30]


def test_those_of_cdnow_who_come_back_are_those_who_buy(cdnow_sample):
    life = clv.lifecycle(cdnow_sample)
    table = onward(life.spells, life.as_of, days=[90, 180, 365])
    silent = life.spells[life.spells["state"] == "at_risk"].sort_values("start")
    bought = life.days[["customer_id", "date"]].sort_values("date")
    then = pd.merge_asof(
        silent, bought, left_on="start", right_on="date", by="customer_id", direction="forward"
    )
    waited = (then["date"].fillna(pd.Timestamp(life.as_of)) - then["start"]).dt.days
    still = kaplan_meier(waited[waited > 0], then["date"].notna()[waited > 0]).at([90, 180, 365])
    told = table.loc[table["stage"] == "at_risk", "share"]
    assert told.tolist() == pytest.approx(1 - still)


def test_where_hardly_anybody_moved_on_nothing_is_told(spells_of, on):
    assert onward(spells_of(silent(LEAST - 1, 60)), on(100)).empty
    assert len(onward(spells_of(silent(LEAST, 60)), on(100), days=[30])) == 1


def test_who_buys_in_their_rhythm_is_not_waiting_for_anything(spells_of, on):
    ways = {f"c{n}": [("active", 0), ("loyal", 9, "purchase")] for n in range(50)}
    assert onward(spells_of(ways), on(100)).empty


def test_limits_at_which_customers_count_as_lost(spells_of, on):
    new = {f"new{n}": [("onboarding", 0), ("active", 90, "window")] for n in range(9)}
    quiet = {f"quiet{n}": [("active", 0), ("dormant", 150, "silence")] for n in range(9)}
    ruled = by_rule(spells_of(silent(3, 6) | new | quiet), on(200))
    assert set(ruled["state"]) == {"onboarding", "active", "at_risk"}
    assert before_the_limit(ruled)["state"].tolist() == ["at_risk"]


def test_a_second_purchase_is_counted_from_the_first(bought, limits, on):
    days = bought(a=[0, 10], b=[0, 50, 60], c=[0], d=[90])
    table = second_purchase(Lifecycle(days, on(100), limits()), days=[5, 20, 60])
    # d was seen for ten days only; then 1 of 3 and 1 of 2 came back.
    assert table["share"].tolist() == pytest.approx([0, 1 / 4, 1 / 4 + 3 / 4 / 2])
    assert table[["entries", "moved", "still_open"]].iloc[0].tolist() == [4, 2, 2]


def test_the_first_purchase_of_an_older_customer_is_not_known(bought, limits, on):
    days = bought(older=[0, 10], new=[30, 50])
    life = Lifecycle(days, on(100), limits(warm_up_end=on(20).isoformat()))
    assert second_purchase(life, days=[30])["entries"].tolist() == [1]


def test_without_new_customers_nothing_is_told(bought, limits, on):
    days = bought(older=[0])
    life = Lifecycle(days, on(0), limits())
    assert np.isnan(second_purchase(life, days=[30])["share"]).all()


def test_the_second_purchases_of_cdnow_are_those_of_its_log(cdnow_sample):
    life = clv.lifecycle(cdnow_sample)
    table = second_purchase(life, days=[365])
    purchases = life.days.groupby("customer_id").size()
    assert table["moved"].iloc[0] == (purchases > 1).sum()
    assert table["entries"].iloc[0] == len(purchases)
