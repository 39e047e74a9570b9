import numpy as np
import pandas as pd
import pytest

END = pd.Timestamp("2025-01-01")


def test_a_ticket_is_answered_and_then_closed(invented):
    tickets = invented.tables["support_tickets"]
    assert not (tickets["first_response_at"] < tickets["created_at"]).any()
    assert not (tickets["closed_at"] < tickets["first_response_at"]).any()
    for name in ("created_at", "first_response_at", "closed_at"):
        assert tickets[name].max() < END
    open_still = tickets["closed_at"].isna()
    assert tickets.loc[open_still, ["csat", "reopened"]].isna().all(axis=None)
    assert tickets["csat"].dropna().between(1, 5).all()


@pytest.mark.parametrize("name", ["support_tickets", "surveys", "reviews", "referrals"])
def test_nobody_speaks_before_the_first_order(invented, name):
    table = invented.tables[name]
    log = invented.transactions
    first = log[~log["is_refund"]].groupby("customer_id")["date"].min()
    who = table["referrer_id" if name == "referrals" else "customer_id"]
    day = table["timestamp" if "timestamp" in table else "created_at"]
    assert (day >= first[who].to_numpy()).all()


def test_who_is_likely_to_leave_has_more_trouble(invented):
    hidden = invented.truth.customers
    log = invented.transactions
    n_orders = log.loc[~log["is_refund"], "customer_id"].value_counts()
    tickets = invented.tables["support_tickets"]["customer_id"].value_counts()
    a_order = tickets.reindex(n_orders.index, fill_value=0) / n_orders
    likely = hidden["leaving"][n_orders.index] > 0.2
    assert a_order[likely].mean() > 1.5 * a_order[~likely].mean()
    nps = invented.tables["surveys"].query("kind == 'nps'").set_index("customer_id")["score"]
    likely = hidden.loc[nps.index, "leaving"].to_numpy() > 0.2
    assert nps[likely].mean() < nps[~likely].mean() - 1


def test_there_are_promoters_and_detractors(invented):
    nps = invented.tables["surveys"].query("kind == 'nps'")["score"]
    assert (nps >= 9).mean() > 0.3
    assert (nps <= 6).mean() > 0.05


def test_reviews_are_in_halves_of_a_star(invented):
    score = invented.tables["reviews"]["score"]
    assert (score * 2 % 1 == 0).all()
    assert score.between(0.5, 5).all()


def test_a_lead_by_referral_was_told_by_a_customer(invented):
    referrals, leads = invented.tables["referrals"], invented.tables["leads"]
    came = referrals.dropna(subset="referred_id")
    assert came["referred_id"].is_unique
    own = leads.set_index("customer_id").loc[came["referred_id"]]
    assert (own["source"] == "referral").all()
    assert (came["created_at"].to_numpy() <= own["created_at"].to_numpy()).all()
    assert (came["referrer_id"] != came["referred_id"]).all()
    assert len(came) > 0.9 * (leads["source"] == "referral").sum()
    won = came["converted_at"].notna()
    assert (own["status"].eq("converted").to_numpy() == won).all()
    assert referrals["reward"].notna().equals(referrals["converted_at"].notna())
    assert np.array_equal(referrals["code"], "FRIEND-" + referrals["referrer_id"])
