"""What a run hands over about the time since an earlier one, and leaves for the next."""

import json
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest

import clv
from clv.customers import drift, kept_forecasts, value_bridge
from clv.runs import ledger, manifest, results, since
from clv.runs.comparison import Earlier
from clv.scoring import Scored
from clv.study import Study

THEN, NOW = "1997-09-30", "1998-06-30"


def study(**keys):
    return Study.from_mapping({"name": "shop", "transactions": "cdnow-sample", **keys})


def scored(log, day):
    customers = clv.customer_summary(log, day)
    purchases, spend = clv.BetaGeoModel.fit(customers), clv.GammaGammaModel.fit(customers)
    valued = clv.value_customers(customers, purchases, spend, interval=None)
    rolling = pd.DataFrame({"error": [0.1, -0.2, 0.3], "inside": [True, False, True]})
    return Scored(valued, purchases, spend, None, "the best", "the best", rolling)


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def now(log):
    return scored(log, NOW)


@pytest.fixture(scope="module")
def earlier(tmp_path_factory, log) -> Earlier:
    """A published run of an earlier day, with its models."""
    run = tmp_path_factory.mktemp("home") / "runs" / f"{THEN}-aa"
    (run / "tables").mkdir(parents=True)
    old = scored(log, THEN)
    results.write(results.customer_table(old.customers, "W"), run / "tables" / "customers.parquet")
    since.keep_models(old, run)
    (run / "results.json").write_text('{"headlines": []}', encoding="utf-8")
    manifest.write(run, {"run_id": run.name, "as_of": THEN})
    return Earlier.read(run)


def test_a_run_that_left_no_rows_of_customers_has_no_base_to_compare_with(earlier, tmp_path):
    quiet = tmp_path / earlier.folder.name
    shutil.copytree(earlier.folder, quiet)
    (quiet / "tables" / "customers.parquet").unlink()
    assert since.read_models(earlier.folder) is not None
    assert since.read_models(quiet) is None


ENTRY = {"run_id": "x", "made_on": THEN, "until": "1998-03-31", "expected": 50000.0, "low": 1.0,
         "high": 90000.0, "interval": 0.9, "currency": "USD", "worth": "revenue",
         "prices": "nominal", "annual_discount_rate": 0.1, "margin": None, "model": "bgnbd",
         "spend_basis": "repeat", "customers": 2357}  # fmt: skip


@pytest.fixture(scope="module")
def past(log, now, earlier):
    return since.told(study(), log, now, earlier, [ENTRY])


def test_the_bridge_leads_from_what_was_published_to_what_is_told_now(past, earlier, now):
    table = pd.read_parquet(earlier.folder / "tables" / "customers.parquet")
    facts = past.bridge.attrs
    assert facts["before"] == pytest.approx(table["clv"].sum())
    assert facts["after"] == pytest.approx(now.customers["clv"].sum())
    assert past.bridge["amount"].sum() == pytest.approx(facts["after"] - facts["before"], abs=0.011)
    assert (facts["start"], facts["end"]) == (THEN, NOW)
    assert past.bridge.loc[value_bridge.DATA, "amount"] == 0
    assert "no-bridge" not in {message.code for message in past.messages}


def test_drift_and_forecasts_are_told_beside_it(past):
    assert list(past.drift.index) == list(drift.MEASURES)
    assert [message.code for message in past.messages] == [
        f"drift-{name.replace('_', '-')}" for name in past.drift.index[past.drift["large"]]
    ]
    assert past.forecasts["over"].tolist() == [True]
    assert past.entries == [ENTRY]
    assert past.tested == {"origins": 3, "missed": pytest.approx(0.221, abs=0.001), "inside": 2}
    assert past.valued == {"margin": None, "prices": "nominal"}


def test_it_is_handed_over_to_the_notebooks(past, tmp_path):
    past.hand_over(tmp_path / "results")
    folder = str(tmp_path / "results")
    pd.testing.assert_frame_equal(value_bridge.read(folder), past.bridge)
    pd.testing.assert_frame_equal(kept_forecasts.published(folder), past.forecasts)


def test_results_hold_it_as_plain_values(past):
    told = json.loads(json.dumps(past.as_dict(), allow_nan=False))
    assert [part["name"] for part in told["bridge"]["parts"]] == list(value_bridge.PARTS)
    assert told["drift"]["measures"][0]["name"] == drift.ROWS
    assert told["forecasts"][0]["until"] == "1998-03-31"
    assert since.Since().as_dict()["bridge"] is None


def test_without_an_earlier_run_only_forecasts_are_told(log, now):
    alone = since.told(study(), log, now, None, [ENTRY])
    assert (alone.bridge, alone.drift) == (None, None)
    assert len(alone.forecasts) == 1
    assert alone.as_dict()["bridge"] is None


def test_a_summary_tells_nothing_of_it(now):
    assert since.told(study(), SimpleNamespace(), now, None, [ENTRY]).forecasts.empty


def test_a_run_without_models_is_no_beginning_of_a_bridge(log, now, earlier, tmp_path):
    skipped = Scored(now.customers, None, None, None, "too little")
    since.keep_models(skipped, tmp_path)
    assert since.read_models(tmp_path) is None
    assert since.told(study(), log, skipped, earlier, []).bridge is None


def test_models_that_cannot_be_read_are_said(log, now, earlier, tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    for name in (since.FAMILY, since.PURCHASES):
        text = (earlier.folder / "models" / name).read_text("utf-8")
        (tmp_path / "models" / name).write_text(text.replace("BetaGeo", "Other"), encoding="utf-8")
    monkeypatch.setattr(since.manifest, "read", lambda _: {"as_of": THEN})
    (tmp_path / "tables").symlink_to(earlier.folder / "tables")
    broken = Earlier(earlier.run_id, THEN, {}, tmp_path)
    message, *_ = since.told(study(), log, now, broken, []).messages
    assert message.code == "no-bridge"
    assert "cannot be told part by part" in message.text


def test_the_models_are_left_for_the_owner_and_their_group(earlier):
    assert sorted(path.name for path in (earlier.folder / "models").iterdir()) == [
        "model.json",
        "purchases.json",
        "spend.json",
    ]


def test_restated_money_is_told_in_that_of_each_day(tmp_path):
    (tmp_path / "cpi.csv").write_text(
        "month,index\n" + "".join(f"2024-{m:02d},{100 + 10 * m}\n" for m in range(1, 13)), "utf-8"
    )
    asked = Study.from_mapping(
        {"name": "shop", "transactions": "a.csv", "prices": {"cpi": "cpi.csv"}}, tmp_path
    )
    cleaned = SimpleNamespace(prices="real", as_of=pd.Timestamp("2024-12-31"))
    assert since._restated(asked, cleaned, {"2024-02-29", "2019-01-01"}) == {
        "2024-02-29": 220 / 120
    }


def test_the_watch_list_of_an_earlier_run_is_handed_over_once_its_time_is_over(tmp_path):
    for name, until in (("2024-01-31-aa", "2024-03-31"), ("2024-03-31-bb", "2024-05-31")):
        tables = tmp_path / "runs" / name / "tables"
        tables.mkdir(parents=True)
        listed = pd.DataFrame({"until": pd.to_datetime([until])})
        listed.to_parquet(tables / since.WATCH_LIST)
    found = since.watch_list(tmp_path, "2024-04-30")
    assert found.parts[-3] == "2024-01-31-aa"
    assert since.watch_list(tmp_path, "2024-05-31").parts[-3] == "2024-03-31-bb"
    assert since.watch_list(tmp_path, "2024-01-31") is None
    since.Since().hand_over(tmp_path / "results", found)
    assert (tmp_path / "results" / since.WATCH_LIST).read_bytes() == found.read_bytes()


def test_an_entry_of_the_ledger_is_all_that_a_forecast_needs():
    assert ENTRY.keys() == set(ledger.SAID)
