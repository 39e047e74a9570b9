import hashlib
import subprocess
import sys

import pytest

import clv
from clv import study_sources
from clv.errors import BadParameter, SourceUnreadable
from clv.tables import samples
from clv.tables.company import company
from clv.tables.optional import facts


def test_the_samples_are_found_without_importing_their_package():
    code = (
        "import sys; from clv.tables.samples import SAMPLES\n"
        "for name in ('cdnow', 'cdnow-sample'): assert SAMPLES[name].path.is_file()\n"
        "assert 'lifetimes' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_column_of_a_sample_is_text():
    rows = samples.SAMPLES["cdnow"].read()
    assert rows.iloc[0].tolist() == ["00001", "19970101", "1", "11.77"]


def test_a_sample_that_is_not_installed_is_told_how_to_get(monkeypatch):
    monkeypatch.setattr(samples, "find_spec", lambda _: None)
    with pytest.raises(SourceUnreadable, match="pip install lifetimes"):
        samples.SAMPLES["cdnow"].read()


def test_a_study_knows_the_samples_by_name():
    assert tuple(samples.SAMPLES) == study_sources.SAMPLES


@pytest.mark.parametrize("name", ["cdnow", "cdnow-sample", "company"])
def test_a_sample_is_known_by_the_digest_of_its_bytes(name):
    sample = samples.SAMPLES[name]
    assert sample.sha256() == hashlib.sha256(sample.content()).hexdigest()


def test_cdnow_has_purchases_alone():
    assert samples.SAMPLES["cdnow"].tables() == {}


def test_the_company_is_loaded_by_its_name():
    found = clv.load("company")
    drawn = clv.samples.company(seed=1)
    assert found.rows["accepted"] == found.rows["in"] == len(drawn.transactions)
    assert (found.currency, found.margin, found.births) == ("EUR", 0.45, "observed")
    assert str(found.as_of) == "2024-12-31"
    assert list(found.input_hashes) == ["company.csv"]
    assert found.input_hashes["company.csv"] == samples.SAMPLES["company"].sha256()


def test_the_company_that_was_written_is_the_one_that_is_named(tmp_path):
    path = clv.samples.company(seed=1).study(tmp_path).parent / "data" / "transactions.csv"
    assert path.read_bytes() == samples.SAMPLES["company"].content()


def test_the_tables_of_the_company_come_with_it():
    found = samples.SAMPLES["company"].tables()
    leads = facts.load_all({"leads": found["leads"]}, as_of="2024-12-31")["leads"]
    assert leads.rows["accepted"] == 3000
    assert set(found) == set(company.draw(seed=1).tables)


def test_whoever_changes_a_table_of_the_company_changes_their_own():
    own = samples.SAMPLES["company"].tables()["leads"]["source"]
    own.loc[0, "lead_id"] = "mine"
    assert samples.SAMPLES["company"].tables()["leads"]["source"].loc[0, "lead_id"] == "L00001"


def test_a_day_after_the_companys_end_is_refused():
    with pytest.raises(BadParameter, match="2024-12-31"):
        clv.load("company", as_of="2025-01-01")


def test_the_samples_are_a_public_name():
    assert clv.samples is samples
    assert "samples" in dir(clv)
