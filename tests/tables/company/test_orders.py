import numpy as np
import pytest

from clv.tables.company import orders
from clv.tables.company.world import END, FIRST, LAST, NEVER


def test_traits_have_the_means_of_their_distributions(lived):
    world, who = lived.world, lived.buyers
    free = ~who.contract
    means = {
        "rate": (who.rate, world.buying.r / world.buying.alpha),
        "leaving": (who.leaving[free], world.buying.a / (world.buying.a + world.buying.b)),
        "price": (who.price, world.spending.p * world.spending.v / (world.spending.q - 1)),
    }
    for name, (drawn, mean) in means.items():
        assert abs(drawn.mean() - mean) < 4 * drawn.std() / np.sqrt(len(drawn)), name


def test_plain_counting_finds_the_season_and_its_dip(lived):
    who, made = lived.buyers, lived.orders
    own = ~made.induced & (made.day > who.first[made.buyer])
    day = np.arange(END + 1)
    month = (FIRST.astype("datetime64[D]") + day).astype("datetime64[M]").astype(int) % 12
    counted, expected = np.zeros(12), np.zeros(12)
    np.add.at(counted, month[made.day[own]], 1)
    there = (who.first[:, None] < day) & (day <= np.minimum(lived.leaves, END)[:, None])
    np.add.at(expected, month, who.rate @ there / 7)
    factor = orders.season(lived.world)[:365]
    of_month = np.array([factor[month[:365] == m][0] for m in range(12)])
    assert (abs(counted / expected - of_month) < 4 * of_month / np.sqrt(counted)).all()
    assert (counted / expected).argmin() == 7
    assert factor.mean() == pytest.approx(1)


def test_who_has_left_orders_nothing_of_their_own_accord(lived):
    made, leaves = lived.orders, lived.leaves
    late = made.day > leaves[made.buyer]
    assert made.induced[late].all()
    free = ~lived.buyers.contract & (leaves < NEVER)
    last = np.zeros(len(leaves), dtype=int)
    own = ~made.induced
    np.maximum.at(last, made.buyer[own], made.day[own])
    assert (last[free] == leaves[free]).all()  # without a contract the last order is the farewell


def test_the_chance_to_leave_after_an_order_is_the_buyers_own(lived):
    who, made = lived.buyers, lived.orders
    counted = np.bincount(made.buyer[~made.induced], minlength=len(who.first))
    free = ~who.contract
    left = free & (lived.leaves < NEVER)
    expected = (who.leaving * counted)[free].sum()  # each order is a chance
    spread = np.sqrt((who.leaving * (1 - who.leaving) * counted)[free].sum())
    assert abs(left.sum() - expected) < 4 * spread


def test_an_order_is_worth_what_its_buyer_pays_on_average(lived):
    made, p = lived.orders, lived.world.spending.p
    share = made.amount / lived.buyers.price[made.buyer]
    assert share.mean() == pytest.approx(1, abs=4 / np.sqrt(p * len(share)))
    assert share.var() == pytest.approx(1 / p, rel=0.1)
    assert abs(np.corrcoef(made.amount, lived.buyers.rate[made.buyer])[0, 1]) < 0.1


def test_everyone_orders_on_their_first_day(lived):
    made = lived.orders
    first = np.full(len(lived.buyers.first), NEVER)
    np.minimum.at(first, made.buyer, made.day)
    assert (first == lived.buyers.first).all()


def test_the_log_ends_on_the_last_day_and_numbers_its_orders(invented, lived):
    log = invented.transactions
    bought = log[~log["is_refund"]]
    assert bought["order_id"].is_unique
    assert log["date"].is_monotonic_increasing
    assert len(bought) == (lived.orders.day <= LAST).sum()
    assert (bought["amount"] > 0).all()


def test_what_is_sent_back_was_bought_before(invented):
    log = invented.transactions
    bought, back = log[~log["is_refund"]], log[log["is_refund"]]
    assert (back["amount"] < 0).all()
    assert back["order_id"].isna().any()
    named = back.dropna(subset="order_id").merge(bought, on="order_id", suffixes=("", "_then"))
    assert len(named) == back["order_id"].notna().sum()
    assert (named["customer_id"] == named["customer_id_then"]).all()
    assert (named["date"] > named["date_then"]).all()
    assert (-named["amount"] <= named["amount_then"]).all()
    assert (-named["amount"] < named["amount_then"]).any()
    assert (-named["amount"] == named["amount_then"]).any()
    assert set(back["customer_id"]) <= set(bought["customer_id"])


def test_customers_have_a_channel_of_their_own(invented):
    counts = invented.transactions.groupby("customer_id")["channel"].value_counts().unstack()
    often = counts[counts.sum(axis=1) >= 10]
    assert (often.max(axis=1) / often.sum(axis=1)).mean() > 0.75
