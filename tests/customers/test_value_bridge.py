"""The bridge adds up, and each cause lands in the part that is named for it."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv.customers import value_bridge as bridge
from clv.customers.purchases import BetaGeoModel, ModifiedBetaGeoModel
from clv.customers.spend import GammaGammaModel
from clv.customers.value import value_customers
from clv.customers.value_bridge import Terms, Valued, to_the_cent, value_bridge
from clv.errors import BadParameter

THEN = ModifiedBetaGeoModel(r=0.525, alpha=6.183, a=0.891, b=1.614, unit="W")
LEARNED = BetaGeoModel(r=0.3, alpha=5.0, a=0.7, b=2.5, unit="W")
SPEND = GammaGammaModel(p=6.25, q=3.74, v=15.44)
DEARER = GammaGammaModel(p=6.25, q=3.74, v=20.0)
TERMS = Terms("52W", 0.10)


def customers(histories, day="2024-01-01"):
    """A table of (id, frequency, recency, T, mean spend)."""
    columns = ["customer_id", "frequency", "recency", "T", "monetary_value"]
    table = pd.DataFrame(histories, columns=columns).set_index("customer_id")
    table.loc[table["frequency"] == 0, "monetary_value"] = np.nan
    table.attrs = {"unit": "W", "as_of": day, "currency": "USD"}
    return table


def valued(table, purchases=THEN, spend=SPEND, terms=TERMS):
    how = {"annual_discount_rate": terms.annual_discount_rate, "margin": terms.margin}
    done = value_customers(table, purchases, spend, horizon=terms.horizon, interval=None, **how)
    return Valued(done, purchases, spend)


def parts(before, again, now, **how):
    return value_bridge(before, again, now, **{"terms": TERMS} | how)["amount"]


def only(amounts, *names) -> bool:
    """Whether these parts alone have anything in them."""
    return set(amounts[amounts != 0].index) == set(names)


history = st.tuples(
    st.sampled_from("abcdefgh"),
    st.integers(0, 9),
    st.floats(0.1, 1.0),
    st.integers(1, 90),
    st.integers(1, 10**6).map(lambda cents: cents / 100),
).map(lambda h: (h[0], h[1], h[2] * h[3] if h[1] else 0.0, float(h[3]), h[4]))
bases = st.lists(history, min_size=1, max_size=8, unique_by=lambda h: h[0]).map(customers)


@settings(max_examples=30, deadline=None)
@given(bases, bases, bases, st.sampled_from([1.0, 1.37]))
def test_the_parts_add_up_to_the_cent_whatever_has_happened(old, again, now, restated):
    before, here = valued(old), valued(now, LEARNED, DEARER)
    found = value_bridge(before, again, here, TERMS, restated=restated)
    difference = found.attrs["after"] - found.attrs["before"]
    assert round(100 * found["amount"].sum()) == round(100 * difference)
    assert list(found.index) == list(bridge.PARTS)
    shapley = found.loc[[bridge.PURCHASES, bridge.SPEND], "customers"]
    assert shapley.nunique() == 1


@settings(max_examples=50)
@given(st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=9))
def test_cents_go_where_most_is_missing(amounts):
    rounded = to_the_cent(np.array(amounts), sum(amounts))
    assert round(rounded.sum() * 100) == round(sum(amounts) * 100)
    assert np.abs(rounded - amounts).max() < 0.0101


STAYED = ("stays", 4, 30.0, 32.0, 40.0)


def test_a_new_customer_is_new_and_worth_what_the_models_of_then_say():
    old = customers([STAYED])
    now = customers([STAYED, ("new", 0, 0.0, 3.0, 0.0)])
    found = parts(valued(old), old, valued(now))
    assert only(found, bridge.WON)
    assert found[bridge.WON] == pytest.approx(valued(now).customers.loc["new", "clv"], abs=0.01)


def test_who_was_thought_lost_and_bought_again_has_returned():
    old = customers([("lost", 5, 10.0, 60.0, 40.0)])
    now = customers([("lost", 6, 61.0, 62.0, 40.0)])
    assert THEN.p_alive(old).item() < 0.5 < THEN.p_alive(now).item()
    assert only(parts(valued(old), old, valued(now)), bridge.RETURNED)


def test_who_fell_silent_or_of_whom_no_purchase_stands_has_lapsed():
    old = customers([("silent", 5, 28.0, 30.0, 40.0), ("refunded", 1, 4.0, 30.0, 9.0)])
    now = customers([("silent", 5, 28.0, 90.0, 40.0)])
    found = parts(valued(old), old, valued(now))
    assert only(found, bridge.LAPSED)
    assert found[bridge.LAPSED] < 0


def test_a_change_of_prices_alone_lands_in_spend():
    old, now = (customers([("stays", 4, 30.0, 32.0, price)]) for price in (40.0, 50.0))
    assert only(parts(valued(old), old, valued(now)), bridge.SPEND)


def test_a_change_of_the_margin_of_a_customer_lands_in_spend_too():
    old, now = (customers([STAYED]).assign(margin=kept) for kept in (0.3, 0.4))
    terms = replace(TERMS, margin="margin")
    found = parts(valued(old, terms=terms), old, valued(now, terms=terms), terms=terms)
    assert only(found, bridge.SPEND)


def test_another_purchase_at_the_same_price_lands_in_purchases():
    old, now = customers([STAYED]), customers([("stays", 5, 31.0, 32.0, 40.0)])
    # The more purchases say so, the more the same mean is believed: that is spend.
    exact = replace(SPEND, p=1e9, v=1e-9)
    found = parts(valued(old, spend=exact), old, valued(now, spend=exact))
    assert found[bridge.PURCHASES] > 0
    assert abs(found[bridge.SPEND]) < 0.02
    assert found[bridge.MODELS] == found[bridge.DATA] == 0


def test_models_learned_anew_change_nothing_but_their_own_part():
    old = customers([STAYED])
    assert only(parts(valued(old), old, valued(old, LEARNED, DEARER)), bridge.MODELS)


def test_data_corrected_before_the_earlier_day_are_told_apart():
    old = customers([STAYED, ("twice", 2, 5.0, 9.0, 10.0)])
    corrected = customers([STAYED])
    found = parts(valued(old), corrected, valued(corrected))
    assert only(found, bridge.DATA)
    assert found[bridge.DATA] == pytest.approx(-valued(old).customers.loc["twice", "clv"], abs=0.01)


def test_another_way_to_calculate_counts_as_models():
    published = valued(customers([STAYED]))
    off = replace(published, customers=published.customers.assign(clv=1.0))
    assert only(parts(off, customers([STAYED]), published), bridge.MODELS)


def test_money_restated_and_nothing_else_lands_in_spend():
    old = customers([STAYED])
    dearer = old.assign(monetary_value=old["monetary_value"] * 2)
    spend = replace(SPEND, v=2 * SPEND.v)
    found = parts(valued(old), dearer, valued(dearer, spend=spend), restated=2.0)
    assert only(found, bridge.SPEND)
    assert found[bridge.SPEND] == pytest.approx(valued(old).customers["clv"].sum(), abs=0.01)


def test_customers_valued_on_other_terms_are_refused():
    old = customers([STAYED])
    with pytest.raises(BadParameter, match="valued on other terms"):
        value_bridge(valued(old), old, valued(old), replace(TERMS, horizon="26W"))


def test_a_bridge_is_handed_over_and_none_is_an_empty_one(tmp_path):
    old, now = customers([STAYED]), customers([("stays", 5, 31.0, 32.0, 40.0)], "2024-02-01")
    found = value_bridge(valued(old), old, valued(now), TERMS)
    bridge.save(found, tmp_path / "results")
    again = bridge.read(str(tmp_path / "results"))
    pd.testing.assert_frame_equal(again, found)
    assert again.attrs == found.attrs
    assert (again.attrs["start"], again.attrs["end"]) == ("2024-01-01", "2024-02-01")
    assert bridge.read("").empty
    assert bridge.read(str(tmp_path)).empty
