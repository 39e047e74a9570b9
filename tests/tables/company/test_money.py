import pytest

from clv.tables.company import money


def test_each_lead_costs_what_its_source_does(invented):
    costs, leads = invented.tables["marketing_costs"], invented.tables["leads"]
    spent = costs.groupby("channel")["cost"].sum()
    for source, number in leads["source"].value_counts().items():
        assert spent[source] / number == invented.truth.world.sources[source].cost
    assert spent["email"] == 36 * money.NEWSLETTER
    assert (costs["kind"].eq("retention") == costs["channel"].eq("email")).all()


def test_every_month_has_its_costs_on_its_last_day(invented):
    costs = invented.tables["marketing_costs"]
    assert costs["date"].dt.is_month_end.all()
    assert (costs["date"].value_counts() == 6).all()
    assert costs["date"].nunique() == 36


def test_service_costs_are_those_of_tickets_and_parcels(invented):
    costs, log = invented.tables["service_costs"], invented.transactions
    total = costs.groupby("kind")["cost"].sum()
    assert total["support"] == money.A_TICKET * len(invented.tables["support_tickets"])
    assert total["parcels"] == pytest.approx(money.AN_ORDER * (~log["is_refund"]).sum())
    assert costs.loc[costs["kind"] == "support", "customer_id"].notna().all()


def test_targets_are_set_for_every_quarter():
    table = money.targets()
    assert (table.groupby(["metric", "stage"])["period"].nunique() == 12).all()
    assert table["period"].iloc[0] == "2022-Q1"
