"""What is done once is handed over so that every notebook finds it."""

import json

import pandas as pd
import pytest

import clv
from clv import scoring
from clv.runs import inputs, orders, preparation, publishing
from clv.runs.orders import Request


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
def scored(order, cleaned):
    return preparation.score(order.study, cleaned)


@pytest.fixture
def staging(order, given, scored, tmp_path):
    with publishing.stage(tmp_path) as staging:
        preparation.hand_over(order.study, given, scored, staging)
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
    }


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
