import pytest

from clv import study_sources
from clv.errors import UnknownParameter
from clv.tables.optional import catalogue, facts
from clv.tables.optional.catalogue import LAYOUTS
from clv.tables.optional.kinds import PERIOD, STAMP

AS_OF = "2024-06-30"


def test_the_tables_are_those_that_a_study_may_name():
    assert set(LAYOUTS) == set(study_sources.TABLES)


def test_an_unknown_table_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownParameter, match="Did you mean `surveys`"):
        catalogue.layout("survey")


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_speaks_only_of_columns_that_it_has(name):
    layout = LAYOUTS[name]
    named = [*layout.key, *layout.either, *sum((*layout.orders, *layout.odd), ())]
    named += [since for column in layout.columns.values() for since in column.since]
    named += [layout.event] if layout.event else []
    assert set(named) <= layout.columns.keys()
    assert all(column.of in {None, "transactions", *LAYOUTS} for column in layout.columns.values())
    if layout.event:
        assert layout.columns[layout.event].kind in (STAMP, PERIOD)


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_two_reasons_of_a_table_have_one_name(name):
    codes = [rule.code for rule in LAYOUTS[name].judges(list(LAYOUTS[name].columns), None)]
    assert len(set(codes)) == len(codes)


def test_a_score_lies_on_the_scale_of_its_kind(written):
    path = written(
        "customer_id,timestamp,kind,score",
        *["a,2024-01-05,NPS,10", "a,2024-01-05,csat,5", "a,2024-01-05,review,4.5"],
        *["a,2024-01-05,csat,10", "a,2024-01-05,nps,-1"],
    )
    found = facts.load("surveys", path, as_of=AS_OF, max_faulty=0.5)
    assert found.frame()["kind"].tolist() == ["csat", "nps", "review"]
    assert set(found.quarantine["reason"]) == {"score-off-scale"}


def test_nobody_refers_himself(written):
    path = written("referrer_id,created_at,referred_id", "a,2024-01-05,b", "a,2024-01-05,a")
    found = facts.load("referrals", path, as_of=AS_OF, max_faulty=0.5)
    assert found.quarantine["reason"].tolist() == ["referred-id-own"]


def test_costs_of_a_period_are_known_when_it_is_over(written):
    path = written("period,cost", "2024-06,5", "2024-07,5", "2024,5")
    found = facts.load("service_costs", path, as_of=AS_OF)
    assert found.frame()["period"].tolist() == ["2024-06"]


def test_a_lost_deal_is_open_until_it_is_closed(written):
    path = written(
        "opportunity_id,customer_id,created_at,closed_at,outcome,lost_reason",
        "1,a,2024-01-05,2024-03-01,lost,price",
        "2,a,2024-01-05,,open,",
        "3,a,2024-01-05,,won,",
    )
    found = facts.load("opportunities", path, as_of=AS_OF)
    assert found.frame()["outcome"].fillna("").tolist() == ["lost", "open", ""]
    assert found.frame("2024-02-01")["outcome"].fillna("").tolist() == ["open", "open", ""]
    assert found.frame("2024-02-01")["lost_reason"].isna().all()
    assert [m.code for m in found.messages] == ["undated"]
