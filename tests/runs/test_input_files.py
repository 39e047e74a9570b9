"""A manifest knows how large each file was that a study has read."""

import sqlite3
from pathlib import Path

import pytest

from clv.errors import UsageError
from clv.runs import input_files
from clv.study import Study


@pytest.fixture
def folder(tmp_path):
    for name, size in {"a.csv": 3, "b.csv": 5, "leads.csv": 7, "cpi.csv": 11}.items():
        (tmp_path / name).write_bytes(b"x" * size)
    return tmp_path


def sizes(folder, **keys):
    return input_files.sizes(Study.from_mapping({"name": "shop", **keys}, folder))


def test_files_of_a_glob_of_tables_and_of_prices_each_have_their_size(folder):
    found = sizes(
        folder,
        transactions="[ab].csv",
        tables={"leads": "leads.csv"},
        prices={"cpi": "cpi.csv"},
    )
    assert found == {"a.csv": 3, "b.csv": 5, "cpi.csv": 11, "leads: leads.csv": 7}


def test_a_sample_and_a_database_in_a_file_have_one_too(folder):
    assert sizes(folder, transactions="cdnow")["CDNOW_master.txt"] > 1_000_000
    sqlite3.connect(folder / "shop.db").execute("create table orders (a)").connection.close()
    size = (folder / "shop.db").stat().st_size
    where = {"database": str(folder / "shop.db"), "table": "orders"}
    assert sizes(folder, transactions=where) == {"shop.db": size}


def test_what_a_server_holds_has_none(folder):
    where = {"database": "env:SHOP_DSN", "table": "orders"}
    assert sizes(folder, transactions=where) == {}


def test_no_file_that_a_study_reads_is_written_over(folder, monkeypatch):
    keys = {"transactions": "[ab].csv", "tables": {"leads": "leads.csv"}}
    study = Study.from_mapping({"name": "shop", "prices": {"cpi": "cpi.csv"}, **keys}, folder)
    (folder / "link.csv").symlink_to("b.csv")
    monkeypatch.chdir(folder)
    for name in ("a.csv", "b.csv", "link.csv", "leads.csv", "cpi.csv"):
        with pytest.raises(UsageError, match=f"The study reads {name}: name another file"):
            input_files.spare(Path(name), study)
    (folder / "customers.csv").write_text("last week's")
    input_files.spare(Path("customers.csv"), study)
    input_files.spare(folder / "new" / "customers.csv", study)
