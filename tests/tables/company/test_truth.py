import numpy as np
import pandas as pd


def test_three_things_are_planted(invented):
    truth = invented.truth
    assert (truth.bottleneck, truth.dip, truth.dear_to) == ("paid_ads", 8, "cafe")
    moves = truth.moves.set_index(["step", "group"])["probability"]
    assert moves["qualified"].idxmin() == truth.bottleneck
    assert moves["qualified", "paid_ads"] < 0.2 < moves["qualified"].drop("paid_ads").min()
    assert truth.loss_reasons["price"].idxmax() == truth.dear_to
    assert moves["won"].idxmin() == truth.dear_to


def test_what_is_planted_shows_in_the_tables(invented):
    deals = invented.tables["opportunities"]
    segment = invented.tables["customers"].set_index("customer_id")["segment"]
    lost = deals[deals["outcome"] == "lost"]
    price = lost["lost_reason"].eq("price").groupby(lost["customer_id"].map(segment)).mean()
    assert price["cafe"] > 0.5
    assert price.drop("cafe").max() < 0.45
    log = invented.transactions
    months = log.loc[~log["is_refund"], "date"].dt.to_period("M").value_counts().sort_index()
    for year in (2022, 2023, 2024):
        august, around = months[f"{year}-08"], months[[f"{year}-07", f"{year}-09"]].mean()
        assert august < 0.85 * around


def test_the_hidden_side_of_every_customer_and_lead_is_told(invented):
    truth, log = invented.truth, invented.transactions
    assert truth.customers.index.is_monotonic_increasing
    assert set(truth.customers.index) == set(log["customer_id"])
    assert list(truth.leads.index) == list(invented.tables["leads"]["lead_id"])
    assert set(truth.experiment.index) == set(invented.tables["experiments"]["unit_id"])


def test_who_is_alive_has_not_left_by_the_last_day(invented):
    own = invented.truth.customers
    left = own["leaves_at"] <= pd.Timestamp("2024-12-31")
    assert (own["alive"] == ~left).all()
    assert 0.2 < own["alive"].mean() < 0.8


def test_only_the_living_order_in_the_year_after(invented):
    own = invented.truth.customers
    assert not own.loc[~own["alive"], "orders_next"].any()
    assert own["orders_next"].sum() > 1000
    assert ((own["orders_next"] > 0) == (own["revenue_next"] > 0)).all()


def test_the_year_after_is_as_busy_as_the_rates_say(invented, lived):
    own = invented.truth.customers
    stop = own["leaves_at"].fillna(pd.Timestamp("2025-12-31"))
    weeks = (stop - pd.Timestamp("2024-12-31")).dt.days.clip(0, 365) / 7
    expected = (own["rate"] * weeks).sum()  # roughly: the season is averaged over the year
    assert abs(own["orders_next"].sum() - expected) < 6 * np.sqrt(expected)
