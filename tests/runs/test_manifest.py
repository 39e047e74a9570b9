"""The name of a run follows from all that it is made from, and from nothing else."""

import dataclasses
import json
from datetime import date
from types import SimpleNamespace

import numpy as np
import pytest

from clv.runs import manifest, notebooks

DAY = date(2024, 12, 31)


@pytest.fixture(scope="module")
def made_of(notebook_files):
    found = notebooks.find(notebook_files)[:2]
    return manifest.made_from({"unit": "W"}, found, ["en"], {"orders.csv": "ab"})


def test_the_same_run_has_the_same_name(made_of):
    again = json.loads(json.dumps(dict(reversed(made_of.items()))))
    assert manifest.run_id(DAY, made_of) == manifest.run_id(DAY, again)
    assert manifest.run_id(DAY, made_of).startswith("2024-12-31-")


@pytest.mark.parametrize(
    "change",
    [
        {"study": {"unit": "D"}},
        {"notebooks": {"00_speaks": "other bytes"}},
        {"languages": ["en", "tr"]},
        {"inputs": {"orders.csv": "cd"}},
        {"code": "another"},
        {"lock_file": None},
        {"compared_with": "2024-09-30-0123abcd"},
        {"versions": {"numpy": "0"}},
        {"forecasts": "ab"},
        {"watch_list": "cd"},
        {"by_hand": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_can_change_a_result_changes_the_name(made_of, change):
    assert change.keys() <= made_of.keys()
    assert manifest.run_id(DAY, made_of | change) != manifest.run_id(DAY, made_of)


def test_the_code_is_the_package_with_its_templates_and_without_caches(tmp_path, monkeypatch):
    monkeypatch.setattr(manifest, "_PACKAGE", tmp_path)
    (tmp_path / "page.html.j2").write_text("a")
    first = manifest.code_hash()
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "x.pyc").write_text("b")
    assert manifest.code_hash() == first
    (tmp_path / "page.html.j2").write_text("c")
    assert manifest.code_hash() != first
    assert manifest.lock_hash() is None
    assert manifest.git_commit() is None


def test_versions_are_those_of_everything_that_the_package_always_asks_for():
    assert {"python", "clv", "papermill", "ibis-framework"} <= manifest.versions().keys()


def test_a_manifest_verifies_only_the_files_it_names(tmp_path):
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "a.html").write_text("a")
    manifest.write(tmp_path, {"run_id": "x"})
    assert manifest.read(tmp_path)["files"].keys() == {"html/a.html"}
    assert manifest.verifies(tmp_path)
    (tmp_path / "html" / "b.html").write_text("b")
    assert not manifest.verifies(tmp_path)
    (tmp_path / "html" / "b.html").unlink()
    (tmp_path / "html" / "a.html").write_text("changed")
    assert not manifest.verifies(tmp_path)
    assert not manifest.verifies(tmp_path / "nowhere")


def test_estimates_are_plain_numbers_and_unknown_ones_are_null():
    found = SimpleNamespace(
        names=("r", "alpha"),
        estimates=np.array([0.2, 4.4]),
        standard_errors=np.array([0.01, np.nan]),
        log_likelihood=np.float64(-9582.4),
        n_customers=2357.0,
        evaluations=90,
        converged=True,
        identified=np.bool_(True),
        condition=np.nan,
        aic=19172.8,
        bic=np.float64(19195.9),
        why="converged",
    )
    scored = SimpleNamespace(purchases=SimpleNamespace(estimation=found), spend=None)
    estimates = json.loads(json.dumps(manifest.estimates(scored), allow_nan=False))
    assert estimates["purchases"]["parameters"] == {
        "r": {"estimate": 0.2, "error": 0.01},
        "alpha": {"estimate": 4.4, "error": None},
    }
    told = {"converged": True, "identified": True, "condition": None, "aic": 19172.8}
    assert estimates["purchases"] | told == estimates["purchases"]
    assert "spend" not in estimates


def test_a_notebook_of_other_bytes_is_another_notebook(notebook_files):
    found = notebooks.find(notebook_files)
    assert len({n.sha256 for n in found}) == len(found)
    changed = dataclasses.replace(found[0], sha256="other")
    made = [manifest.made_from({}, [n], ["en"], {}) for n in (found[0], changed)]
    assert manifest.run_id(DAY, made[0]) != manifest.run_id(DAY, made[1])


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"by_hand": False, "partial": False}, (True, True)),
        ({"by_hand": False, "partial": True}, (True, False)),
        ({"by_hand": True, "partial": False}, (False, True)),
        ({"partial": True}, (True, False)),  # of a version that did not write it down
    ],
)
def test_it_is_known_whose_data_and_how_many_notebooks_a_run_tells_of(tmp_path, facts, told):
    manifest.write(tmp_path, facts)
    assert manifest.tells(tmp_path) == told


def test_of_a_damaged_run_the_most_is_supposed(tmp_path):
    manifest.write(tmp_path, {"by_hand": True, "partial": True})
    (tmp_path / "litter").touch()
    assert manifest.tells(tmp_path) == (True, True)
