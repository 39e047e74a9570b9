import pytest

from clv.errors import UsageError
from clv.runs import inputs
from clv.study import Study

LEADS = "lead_id,created_at,customer_id\nL1,2024-06-01,nobody\nL2,2024-06-02,nobody either\n"


@pytest.fixture
def study(tmp_path, orders_csv) -> Study:
    (tmp_path / "orders.csv").write_text(orders_csv)
    (tmp_path / "leads.csv").write_text(LEADS)
    given = {"transactions": "orders.csv", "tables": {"leads": "leads.csv"}}
    return Study.from_mapping({**given, "as_of": "2024-12-31"}, folder=tmp_path)


def test_all_that_a_study_names_is_read_for_one_day(study):
    found = inputs.read(study)
    assert found.tables["leads"].as_of == found.cleaned.as_of
    assert found.rows["leads"]["accepted"] == 2
    assert sorted(found.hashes) == ["leads: leads.csv", "orders.csv"]
    assert list(found.accounts) == ["account", "account_leads"]
    assert list(found.set_aside) == ["quarantine", "quarantine_leads"]


def test_ids_that_join_nothing_are_an_alert_of_their_table(study):
    found = inputs.read(study)
    assert "customer-id-joins-nothing" in {message.code for message in found.messages}
    told = {(alert.table, alert.code) for alert in found.alerts}
    assert ("leads", "customer-id-joins-nothing") in told
    assert ("", "stale") in told


def test_a_table_that_is_not_there_is_a_typing_error_that_names_it(study):
    (study.folder / "leads.csv").unlink()
    with pytest.raises(UsageError, match=r"leads: .*leads\.csv"):
        inputs.read(study)


def test_a_summary_may_have_optional_tables_too(study):
    (study.folder / "summary.csv").write_text(
        "customer_id,frequency,recency,T,monetary_value\na,1,2,9,5\nb,0,0,9,\n"
    )
    ready = {"summary": "summary.csv", "tables": {"leads": "leads.csv"}, "as_of": "2024-12-31"}
    found = inputs.read(Study.from_mapping(ready, folder=study.folder))
    assert found.rows["leads"]["accepted"] == 2
    assert found.links == ()
