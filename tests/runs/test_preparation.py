"""What is done once is handed over so that every notebook finds it."""

import json
from dataclasses import replace

import pandas as pd
import pytest

import clv
from clv import scoring
from clv.customers.rfm import Cutoffs
from clv.growth.hold_out import held_out
from clv.runs import inputs, orders, preparation, publishing
from clv.runs.orders import Request
from clv.stages.thresholds import Thresholds


@pytest.fixture(scope="module")
def order(tmp_path_factory, new_shop):
    folder = tmp_path_factory.mktemp("prepared") / "shop"
    return orders.order(Request(new_shop(folder, "00_speaks", "02_needs_a_model", "99_sums_up")))


@pytest.fixture(scope="module")
def given(order):
    return inputs.read(order.study)


@pytest.fixture(scope="module")
def cleaned(given):
    return given.cleaned


@pytest.fixture(scope="module")
def scored(order, given):
    return preparation.score(order.study, given)


@pytest.fixture
def staging(order, given, scored, tmp_path):
    with publishing.stage(tmp_path) as staging:
        preparation.hand_over(order, given, scored, staging)
        yield staging


def test_the_prepared_folder_holds_the_same_transactions(staging, cleaned):
    prepared = clv.load(staging.scratch / preparation.PREPARED, as_of="2024-12-31")
    assert prepared.rows == cleaned.rows
    pd.testing.assert_frame_equal(prepared.purchase_days(), cleaned.purchase_days())


def test_the_tables_hold_every_customer_and_the_account(staging, scored):
    tables = staging.report / "tables"
    customers = pd.read_parquet(tables / "customers.parquet")
    assert list(customers["customer_id"]) == list(scored.customers.index)
    assert {path.name for path in tables.iterdir()} == {
        "customers.csv",
        "customers.parquet",
        "account.csv",
        "quarantine.csv",
        "spells.csv",
        "spells.parquet",
        "transitions.csv",
        "thresholds.json",
        "rfm_cutoffs.json",
    }


def test_who_is_held_out_is_marked_and_the_same_on_the_watch_list(order, given, scored):
    """Whoever plays and calls must leave alone is found in the table of all customers."""
    customers = preparation._tables(order, given, scored)["customers.csv"]
    seed = order.study.seed
    assert customers["hold_out"].tolist() == held_out(customers["customer_id"], seed=seed).tolist()


def test_where_rows_must_not_go_out_no_table_of_single_customers_is_left(order, given, scored):
    quiet = replace(order, study=replace(order.study, sector="health"))
    kept = preparation._tables(quiet, given, scored)
    assert set(kept) == {"account.csv", "transitions.csv"}
    assert not any("customer_id" in table.columns for table in kept.values())
    asked = replace(quiet.study, lifecycle={"row_level_export": True})
    assert "customers.csv" in preparation._tables(replace(quiet, study=asked), given, scored)


def test_cut_points_of_an_earlier_run_segment_later_customers(
    order, given, scored, staging, tmp_path
):
    kept = staging.report / "tables" / preparation.CUTOFFS
    assert Cutoffs.from_json(kept) == scored.cutoffs
    fixed = replace(order.study, rfm_method="fixed")
    told = preparation.score(fixed, given)
    assert told.cutoffs != scored.cutoffs
    told.cutoffs.to_json(tmp_path / "fixed.json")
    again = replace(order.study, folder=tmp_path, rfm_cutoffs="fixed.json")
    assert preparation.score(again, given).cutoffs == told.cutoffs
    assert preparation.file_hashes(order.study) == {}
    assert list(preparation.file_hashes(again)) == ["rfm_cutoffs: fixed.json"]


def test_the_moves_of_every_customer_are_told_as_the_lifecycle_tells_them(staging, scored):
    tables = staging.report / "tables"
    spells = pd.read_parquet(tables / "spells.parquet")
    assert len(spells) == len(scored.life.spells) > 0
    told = pd.read_csv(tables / "spells.csv", dtype="str")
    assert told["state"].tolist() == spells["state"].astype("str").tolist()
    assert told["stop"].isna().sum() == scored.customers.shape[0]  # everyone stands somewhere
    moves = pd.read_csv(tables / "transitions.csv")
    assert moves["moves"].sum() == len(spells)


def test_whom_to_watch_is_told_where_there_is_a_model(order, given, scored, monkeypatch):
    asked = {}

    def watch_list(customers, purchases, thresholds, **how):
        asked.update(how, thresholds=thresholds)
        return customers[["stage"]].head(2)

    monkeypatch.setattr(preparation, "watch_list", watch_list)
    fitted = replace(scored, purchases=object())
    told = replace(order, told={"contact_cost": 2.5, "watch": 0})
    found = preparation._tables(told, given, fitted)
    assert list(found["watch_list.csv"]) == ["customer_id", "stage"]
    assert found["watch_list.parquet"] is found["watch_list.csv"]
    assert (asked["contact_cost"], asked["most"], asked["seed"]) == (2.5, None, 1)
    assert asked["thresholds"] == scored.life.thresholds
    assert "watch_list.csv" not in preparation._tables(order, given, scored)


def test_the_kernels_find_the_thresholds_that_the_scores_rest_on(staging, scored):
    path = staging.scratch / preparation.PREPARED / preparation.THRESHOLDS
    assert Thresholds.from_json(path) == scored.life.thresholds


def test_the_results_folder_holds_the_scores_and_what_others_showed(staging, scored):
    preparation.hand_over_results({"headlines": []}, staging.scratch)
    handed = staging.scratch / preparation.RESULTS
    assert json.loads((handed / "results.json").read_text(encoding="utf-8")) == {"headlines": []}
    assert scoring.read(handed).reason == scored.reason
    pd.testing.assert_frame_equal(scoring.read(handed).customers, scored.customers)


def test_a_notebook_is_told_only_what_it_has_a_parameter_for(order, cleaned, scored):
    told = {
        job.notebook.number: dict(job.parameters)
        for job in preparation.jobs(order, cleaned, scored)
    }
    assert told["99"] == {"results": "results", "language": "en"}
    assert told["00"] == {
        "transactions": "orders.csv",
        "as_of": "2024-12-31",
        "horizon": "12M",
        "model": "auto",
        "language": "en",
        "prepared": "prepared",
    }


def test_without_a_model_the_notebooks_that_need_one_are_left_out(order, cleaned, scored):
    assert scored.model["state"] == "skipped"
    (absent,) = preparation.left_out(order.notebooks, cleaned, scored)
    assert (absent.notebook.stem, absent.reason) == ("02_needs_a_model", scored.reason)
    numbers = [job.notebook.number for job in preparation.jobs(order, cleaned, scored)]
    assert numbers == ["00", "99"]
