import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def table(invented):
    return invented.tables["experiments"]


def test_the_difference_of_the_arms_is_the_effect(table, invented):
    for stratum in ("recent", "silent", "all"):
        own = table if stratum == "all" else table[table["stratum"] == stratum]
        arms = own.groupby("arm")["outcome"].agg(["mean", "var", "size"])
        error = np.sqrt((arms["var"] / arms["size"]).sum())
        effect = arms.loc["voucher", "mean"] - arms.loc["control", "mean"]
        assert abs(effect - invented.truth.effects[stratum]) < 4 * error


def test_the_voucher_moves_the_silent_and_hardly_the_others(invented):
    effects = invented.truth.effects
    assert effects["silent"] == pytest.approx(0.14, abs=0.04)
    assert 0 <= effects["recent"] < 0.05
    assert effects["recent"] < effects["all"] < effects["silent"]


def test_the_outcome_is_what_the_log_says(table, invented):
    log = invented.transactions
    bought = log[~log["is_refund"]]
    start, stop = table["outcome_from"].iloc[0], table["outcome_until"].iloc[0]
    within = bought.loc[bought["date"].between(start, stop), "customer_id"]
    assert (table["outcome"] == table["unit_id"].isin(within)).all()
    assigned = table["assigned_at"].iloc[0]
    assert assigned == pd.Timestamp("2024-05-01")
    before = bought.loc[bought["date"] < assigned]
    assert set(table["unit_id"]) == set(before["customer_id"])
    last = before.groupby("customer_id")["date"].max()[table["unit_id"]]
    silent = ((assigned - last).dt.days > 60).to_numpy()
    assert ((table["stratum"] == "silent").to_numpy() == silent).all()
    recent = before[before["date"] >= assigned - pd.Timedelta(days=90)]
    counts = recent["customer_id"].value_counts().reindex(table["unit_id"], fill_value=0)
    assert (counts.to_numpy() == table["covariate"]).all()


def test_one_of_both_outcomes_is_seen(table, invented):
    both = invented.truth.experiment.loc[table["unit_id"]]
    sent = (table["arm"] == "voucher").to_numpy()
    seen = np.where(sent, both["with_voucher"], both["without"])
    assert (seen == table["outcome"]).all()
    assert (both["with_voucher"] >= both["without"]).all()


def test_arms_are_drawn_by_a_fair_coin(table):
    heads = (table["arm"] == "voucher").sum()
    assert abs(heads - len(table) / 2) < 4 * np.sqrt(len(table)) / 2


def test_only_who_was_sent_one_orders_because_of_it(lived):
    induced = lived.trial.induced
    assert induced.any()
    assert lived.trial.sent[induced].all()
    assert lived.orders.induced.sum() == induced.sum()
