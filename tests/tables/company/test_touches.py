import numpy as np
import pandas as pd

from clv.tables.company import people
from clv.tables.company.world import LAST


def test_every_lead_was_called_so_many_days_after_its_form(invented):
    touches, leads = invented.tables["touchpoints"], invented.tables["leads"]
    call = touches[touches["type"] == "call"].set_index("customer_id")["timestamp"]
    form = touches[touches["type"] == "form"].set_index("customer_id")["timestamp"]
    assert call.index.is_unique
    days = np.floor(invented.truth.leads["response_days"])
    own = leads.set_index("lead_id").assign(days=days)
    assert (form[own["customer_id"]].dt.normalize().to_numpy() == own["created_at"]).all()
    reached = own["customer_id"].isin(call.index)
    due = own["created_at"] + pd.to_timedelta(days.where(reached), unit="D")
    assert (call[own["customer_id"][reached]].dt.normalize().to_numpy() == due[reached]).all()
    waited = own.loc[~reached, "days"]
    age = (pd.Timestamp("2024-12-31") - own.loc[~reached, "created_at"]).dt.days
    assert (np.isinf(waited) | (waited > age)).all()


def test_readers_were_reached_and_left_it_at_that(invented, lived):
    readers = lived.people.customer_id[lived.people.kind == people.READER]
    own = invented.tables["touchpoints"].query("customer_id in @readers")
    assert set(own["customer_id"]) == set(readers)
    assert set(own["type"]) == {"signup"}


def test_a_device_belongs_to_one_person_at_most(invented):
    touches, known = invented.tables["touchpoints"], invented.tables["id_map"]
    assert touches[["customer_id", "anonymous_id"]].notna().any(axis=1).all()
    web = known[known["source"] == "web"].set_index("source_id")["customer_id"]
    both = touches.dropna(subset=["customer_id", "anonymous_id"])
    assert (both["anonymous_id"].map(web) == both["customer_id"]).all()
    nameless = touches[touches["customer_id"].isna()]
    assert nameless["anonymous_id"].isin(web.index).any()  # the device tells who it was, later
    assert not nameless["anonymous_id"].isin(web.index).all()


def test_everyone_in_the_sales_system_is_one_customer(invented):
    known, leads = invented.tables["id_map"], invented.tables["leads"]
    crm = known[known["source"] == "crm"].set_index("source_id")["customer_id"]
    assert crm[leads["lead_id"]].tolist() == leads["customer_id"].tolist()
    assert not known.duplicated(["source", "source_id"]).any()


def test_who_has_left_browses_no_more(invented, lived):
    touches = invented.tables["touchpoints"]
    leaves = invented.truth.customers["leaves_at"]
    own = touches[touches["customer_id"].isin(lived.buyer_id) & touches["type"].eq("visit")]
    log = invented.transactions
    first = log.groupby("customer_id")["date"].min()
    later = own[own["timestamp"].dt.normalize() > own["customer_id"].map(first)]
    assert len(later) > 1000
    assert not (later["timestamp"].dt.normalize() > later["customer_id"].map(leaves)).any()


def test_machines_are_used_under_contract_only(invented):
    touches, terms = invented.tables["touchpoints"], invented.tables["subscriptions"]
    used = touches.loc[touches["type"] == "usage"].merge(terms, on="customer_id")
    assert len(used) == (touches["type"] == "usage").sum() > 500
    day = used["timestamp"].dt.normalize()
    assert (day >= used["start"]).all()
    assert not (day > used["end"]).any()


def test_touches_are_of_the_days_that_the_tables_know(invented):
    days = (invented.tables["touchpoints"]["timestamp"] - pd.Timestamp("2022-01-01")).dt.days
    assert days.is_monotonic_increasing
    assert days.between(0, LAST).all()
