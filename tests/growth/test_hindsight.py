from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.departure import value_at_risk
from clv.growth import hindsight
from clv.growth.hindsight import LISTS, YEAR, beside_simpler, calibration, earlier_list


@pytest.fixture(scope="module")
def found(sample):
    return earlier_list(sample, "mbgnbd", spend_basis="all")


def test_the_list_knew_nothing_of_what_came_after(sample, found):
    day = found.attrs["listed_on"]
    log = sample.purchase_days(day)
    before = clv.load(log, as_of=day, zero_amounts="purchase")
    purchases = clv.ModifiedBetaGeoModel.fit(clv.customer_summary(before))
    assert found["p_purchase"].tolist() == pytest.approx(
        purchases.p_purchase(clv.customer_summary(before).loc[found.index], "90D").tolist(),
        rel=1e-6,
    )


def test_who_stayed_away_is_counted_afterwards(sample, found):
    days = sample.purchase_days()
    later = days[days["date"] > pd.Timestamp(found.attrs["listed_on"])]
    assert found["stayed_away"].tolist() == (~found.index.isin(later["customer_id"])).tolist()
    assert (found["since_last"] < YEAR).all()


def test_every_list_is_as_long_as_ours(sample, found):
    lengths = found[list(LISTS)].sum()
    assert lengths["watch_list"] > 50
    assert lengths.nunique() == 1
    cut = earlier_list(sample, "mbgnbd", spend_basis="all", most=10)
    assert cut[list(LISTS)].sum().eq(10).all()


def test_the_measures_are_what_they_say(found):
    table = beside_simpler(found)
    ours = found[found["watch_list"]]
    row = table.loc["watch_list"]
    assert row["precision"] == ours["stayed_away"].mean()
    assert row["low"] < row["precision"] < row["high"]
    assert row["expected"] == pytest.approx((1 - ours["p_purchase"]).mean())
    assert row["recall"] == ours["stayed_away"].sum() / found["stayed_away"].sum()
    away = ours[ours["stayed_away"]]
    assert row["brought"] == pytest.approx(away["brought"].sum())
    assert row["lead_days"] == (90 - away["since_last"]).median()


def test_everybody_stands_beside_the_lists(found):
    row = beside_simpler(found).loc["all_of_them"]
    assert row["customers"] == len(found)
    assert row["precision"] == found["stayed_away"].mean()
    assert row["recall"] == 1


def test_the_model_is_chosen_on_the_day_of_the_list(sample, monkeypatch):
    """Nor is it chosen by what came after that day."""
    asked = []

    def compared(_, as_of, *, unit):
        asked.append((as_of.isoformat(), unit))
        return pd.DataFrame({"chosen": [True], "why": [""]}, index=["mbgnbd"])

    def based(_, as_of, *, unit):
        asked.append((as_of.isoformat(), unit))
        return SimpleNamespace(name="all")

    monkeypatch.setattr(hindsight.choice, "compare_models", compared)
    monkeypatch.setattr(hindsight, "choose_basis", based)
    table = earlier_list(sample, unit="W")
    assert asked == [(table.attrs["listed_on"], "W")] * 2


def test_who_is_silent_already_is_right_most_often_and_too_late(found):
    """Why precision alone would choose the wrong list."""
    table = beside_simpler(found)
    assert table["precision"].idxmax() == "longest_silent"
    assert table["lead_days"].idxmax() == "watch_list"
    assert table.loc["silent", "lead_days"] <= 0 < table.loc["watch_list", "lead_days"]


def test_the_groups_of_the_calibration_hold_the_list_and_rise(found):
    groups = calibration(found)
    assert groups["customers"].sum() == found["watch_list"].sum()
    assert groups["expected"].is_monotonic_increasing
    assert groups.index.tolist() == [1, 2, 3, 4, 5]


def test_a_history_that_is_too_short_lists_nobody():
    dates = ["2024-01-05", "2024-03-01", "2024-06-01"] * 2
    days = pd.DataFrame({"customer_id": ["a"] * 3 + ["b"] * 3, "date": dates, "amount": 5.0})
    found = earlier_list(clv.load(days, as_of="2024-06-30"))
    assert found.empty
    assert beside_simpler(found).empty
    assert calibration(found).empty
    assert found.attrs["days"] == 90


@pytest.mark.slow
def test_where_it_is_known_who_leaves_the_list_holds_most_of_what_they_take_along():
    """Invented companies, whose customers' departures are written down; they are read as one."""
    companies = {f"{seed}-": clv.samples.company(seed=seed) for seed in range(1, 7)}
    named = ("order_id", "customer_id")
    log = clv.load(
        pd.concat(
            each.transactions.assign(**{name: mark + each.transactions[name] for name in named})
            for mark, each in companies.items()
        )
    )
    customers, days, held = clv.customer_summary(log), log.purchase_days(), []
    for mark, each in companies.items():
        truth = each.truth.customers.rename(mark.__add__)
        own = customers[customers.index.str.startswith(mark)]
        held.append(what_leaves(own, days, truth, pd.Timestamp(log.as_of)))
    mean = pd.DataFrame(held).mean()
    assert mean["watch_list"] > 0.35
    assert mean["watch_list"] > mean["top_spenders"] > mean["silent"]
    assert mean["silent"] < 0.15


def what_leaves(customers, days, truth, day) -> dict[str, float]:
    """Share of the yearly spend that really leaves within 90 days, held by each list."""
    customers = customers[~truth["contract"].reindex(customers.index).astype(bool)]
    purchases = clv.ModifiedBetaGeoModel.fit(customers)
    spend = clv.GammaGammaModel.fit(customers, "all")
    valued = clv.value_customers(customers, purchases, spend, interval=None)
    truth = truth.reindex(valued.index)
    leaves = (truth["leaves_at"] > day) & (truth["leaves_at"] <= day + pd.Timedelta(days=90))
    lost = (truth["rate"] * 52 * truth["price"]).where(leaves, 0.0)
    since = (day - valued["last_purchase"]).dt.days
    year = days[days["date"] > day - pd.Timedelta(days=YEAR)]
    brought = year.groupby("customer_id")["amount"].sum().reindex(valued.index, fill_value=0.0)
    at_risk = value_at_risk(valued, purchases)["value_at_risk"].sort_values(ascending=False)
    most = int(np.searchsorted(at_risk.cumsum(), at_risk.sum() / 2)) + 1
    ranked = {
        "watch_list": at_risk,
        "top_spenders": brought.sort_values(ascending=False),
        "silent": brought[since >= 90].sort_values(ascending=False),
    }
    return {name: lost[order.index[:most]].sum() / lost.sum() for name, order in ranked.items()}
