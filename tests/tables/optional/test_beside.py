from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

import clv
from clv.errors import SourceUnreadable, UnknownParameter
from clv.tables import samples
from clv.tables.company import company as invention
from clv.tables.optional import facts, saved

ORDERS = pd.DataFrame({"customer_id": ["7", "8"], "date": "2024-03-01", "amount": [5.0, 6.0]})
LEADS = pd.DataFrame({"Id": ["L1", "L2"], "created_at": ["2024-02-01", "2024-07-01"]})


@pytest.fixture(scope="module")
def log():
    return clv.load(ORDERS, as_of="2024-06-30")


@pytest.fixture
def asked(monkeypatch):
    """What would be loaded, and until when."""

    def load_all(tables, **declared):
        return {"tables": tables} | declared

    monkeypatch.setattr(facts, "load_all", load_all)


def test_a_table_is_a_path_a_frame_or_a_mapping_that_says_how_it_is_written(asked, log):
    own = {"columns": {"lead_id": "Id"}}
    given = {
        "leads": "leads.csv",
        "surveys": LEADS,
        "reviews": {"path": "reviews.csv", **own},
        "payments": {"source": "payments.csv", **own},
        "targets": {"database": "plans.db", "table": "targets", **own},
    }
    found = clv.load_tables(given, log, run_date="2024-07-15", max_faulty=0.5)
    assert (found["as_of"], found["run_date"]) == (date(2024, 6, 30), "2024-07-15")
    assert (found["timezone"], found["max_faulty"]) == ("UTC", 0.5)
    assert found["tables"].pop("surveys")["source"] is LEADS
    assert found["tables"] == {
        "leads": {"source": "leads.csv"},
        "reviews": {"source": "reviews.csv", **own},
        "payments": {"source": "payments.csv", **own},
        "targets": {"source": {"database": "plans.db", "table": "targets"}, **own},
    }


def test_a_sample_brings_its_own_tables_along(asked, log, monkeypatch):
    small = invention.draw(customers=100)
    monkeypatch.setattr(samples, "_first", lambda: small)
    found = clv.load_tables({"targets": "mine.csv"}, replace(log, source="company"))["tables"]
    assert found.keys() == small.tables.keys()
    assert len(found["leads"]["source"]) == 200
    assert found["targets"] == {"source": "mine.csv"}  # one's own takes the place of the sample's


def test_purchases_of_ones_own_bring_no_tables(log):
    assert clv.load_tables({}, log) == {}


def test_a_table_that_nobody_knows_is_refused_with_the_near_one(log):
    with pytest.raises(UnknownParameter, match="Did you mean `leads`"):
        clv.load_tables({"lead": LEADS}, log)


def test_a_prepared_folder_gives_back_what_was_cleaned(tmp_path, log):
    before = clv.load_tables({"leads": LEADS.rename(columns={"Id": "lead_id"})}, log)
    log.save(tmp_path / "prepared")
    assert clv.load_tables(str(tmp_path / "prepared"), log) == {}
    saved.save(before, tmp_path / "prepared")
    after = clv.load_tables(tmp_path / "prepared", log)
    pd.testing.assert_frame_equal(after["leads"].frame(), before["leads"].frame())
    with pytest.raises(SourceUnreadable, match="holds no saved tables; name each table"):
        clv.load_tables(str(tmp_path), log)
