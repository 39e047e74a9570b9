import numpy as np
import pandas as pd

from clv.tables.company.world import FIRST, LAST


def test_plain_counting_finds_how_contracts_end(lived):
    who, renewal = lived.buyers, lived.world.renewal
    own = who.contract
    start, stay, survival = who.first[own], who.contract_end[own] - who.first[own], 1.0
    for period in range(1, 7):
        survival *= (renewal.beta + period - 1) / (renewal.alpha + renewal.beta + period - 1)
        mature = start + period * renewal.days <= LAST
        still = (stay > period * renewal.days)[mature].mean()
        assert abs(still - survival) < 4 * np.sqrt(survival * (1 - survival) / mature.sum())


def test_contracts_are_a_part_of_the_business_customers(invented):
    terms, customers = invented.tables["subscriptions"], invented.tables["customers"]
    assert terms["customer_id"].is_unique
    segment = customers.set_index("customer_id")["segment"][terms["customer_id"]]
    assert set(segment) == {"cafe", "office"}
    assert terms["end"].notna().any()
    assert terms["end"].isna().any()
    assert (invented.truth.customers["contract"].sum()) == len(terms)


def test_a_contract_starts_with_the_first_order_and_nothing_is_ordered_after_it(invented):
    log = invented.transactions
    bought = log[~log["is_refund"]].groupby("customer_id")["date"].agg(["min", "max"])
    terms = invented.tables["subscriptions"].set_index("customer_id")
    bought = bought.loc[terms.index]
    assert (bought["min"] == terms["start"]).all()
    window = invented.tables["experiments"]["outcome_until"].iloc[0]
    late = bought["max"] > terms["end"]
    assert (bought["max"][late] <= window).all()  # a voucher may bring a last order


def test_payments_are_due_every_30_days_until_the_end(invented):
    paid = invented.tables["payments"]
    terms = invented.tables["subscriptions"].set_index("customer_id")
    own = terms.loc[paid["customer_id"]].reset_index()
    days = (paid["due_at"] - own["start"]).dt.days
    assert (days % 30 == 0).all()
    assert (days > 0).all()
    last = own["end"].fillna(pd.Timestamp(FIRST) + pd.Timedelta(days=LAST))
    assert (paid["due_at"] <= last).all()
    assert (paid["amount"] == own["mrr"]).all()
    counts = paid.groupby("customer_id").size()
    stop = terms["end"].fillna(pd.Timestamp(FIRST) + pd.Timedelta(days=LAST))
    expected = (stop - terms["start"]).dt.days // 30
    assert counts.equals(expected[expected > 0].sort_index().rename(None))


def test_the_last_payment_fails_more_often(invented):
    paid = invented.tables["payments"]
    end = invented.tables["subscriptions"].set_index("customer_id")["end"]
    final = paid["due_at"] == paid["customer_id"].map(end)
    assert paid.loc[final, "failed"].mean() > 0.2
    assert paid.loc[~final, "failed"].mean() < 0.05
    assert paid.loc[paid["failed"], "paid_at"].isna().all()
    assert not (paid["paid_at"] < paid["due_at"]).any()
