"""Every published total is kept, and scored when its horizon closes; no number changes by it."""

import json
import os

import pandas as pd
import pytest

import clv
from clv.runs import ledger, manifest

STUDY = {"horizon": "12M", "interval": 0.9, "annual_discount_rate": 0.0, "unit": "W"}
TOTAL = {"name": "clv_total", "notebook": "06", "value": 100.0, "low": 80.0, "high": 120.0,
         "unit": "EUR"}  # fmt: skip


def publish(home, name, *, value=100.0, study=STUDY, state="fitted", headlines=None):
    """A published run that has said one total."""
    run = home / "runs" / name
    (run / "tables").mkdir(parents=True)
    pd.DataFrame({"customer_id": ["a", "b"]}).to_parquet(run / "tables" / "customers.parquet")
    said = [TOTAL | {"value": value}] if headlines is None else headlines
    results = {"headlines": said, "valued": {"margin": None, "prices": "nominal"}}
    (run / "results.json").write_text(json.dumps(results), encoding="utf-8")
    made = {"run_id": name.split(".")[0], "as_of": name[:10], "study": study}
    model = {"state": state, "purchases": "mbgnbd", "spend_basis": "repeat"}
    manifest.write(run, made | {"model": model})
    return run


def log(*rows, **how):
    rows = rows or (("a", "2024-01-10", 5.0), ("a", "2024-03-01", 95.0))
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return clv.load(frame.assign(date=pd.to_datetime(frame["date"])), **how)


def kept(home) -> list[dict]:
    return json.loads((home / ledger.NAME).read_text(encoding="utf-8"))["forecasts"]


def run_on(home, name, day, **said):
    """Publish a run and bring the ledger up to date by its day, as a run does."""
    run = publish(home, name, **said)
    entries, forecasts = ledger.held(
        ledger.earlier(ledger.read(home), name[:10]), log(as_of=day), {}
    )
    return ledger.keep(home, forecasts, entries, run)


def test_a_total_is_kept_with_all_that_it_takes_to_hold_it_to_its_word(tmp_path):
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31")
    (entry,) = kept(tmp_path)
    assert entry.keys() == set(ledger.SAID)
    assert entry | {"made_on": "2024-01-31", "until": "2025-01-30", "expected": 100.0} == entry
    assert entry | {"currency": "EUR", "customers": 2, "model": "mbgnbd"} == entry


def test_a_run_that_left_no_table_of_its_customers_has_spoken_too(tmp_path):
    run = publish(tmp_path, "2024-01-31-aa")
    (run / "tables" / "customers.parquet").unlink()
    assert ledger.of_run(run) is None  # it does not say how many there were
    manifest.write(run, manifest.read(run) | {"customers": 7})
    assert ledger.of_run(run)["customers"] == 7


def test_a_later_run_tells_what_has_come_so_far_and_then_the_verdict(tmp_path):
    study = STUDY | {"horizon": "8W"}
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31", study=study)
    run_on(tmp_path, "2024-02-15-bb", "2024-02-15", study=study)
    told = {entry["run_id"]: entry for entry in kept(tmp_path)}["2024-01-31-aa"]
    assert (told["came"], told["over"], told["inside"]) == (0.0, False, None)
    run_on(tmp_path, "2024-03-31-cc", "2024-03-31", study=study)
    told = {entry["run_id"]: entry for entry in kept(tmp_path)}["2024-01-31-aa"]
    assert (told["came"], told["over"], told["inside"]) == (95.0, True, True)
    assert (told["through"], told["told_by"]) == ("2024-03-27", "2024-03-31-cc")


def test_what_a_later_day_has_told_is_not_taken_back_by_an_earlier_one(tmp_path):
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31")
    run_on(tmp_path, "2024-03-31-cc", "2024-03-31")
    run_on(tmp_path, "2024-02-15-bb", "2024-02-15")
    told = {entry["run_id"]: entry for entry in kept(tmp_path)}["2024-01-31-aa"]
    assert (told["came"], told["told_by"]) == (95.0, "2024-03-31-cc")


def test_it_outlives_the_runs_that_it_is_about(tmp_path):
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31")
    for path in sorted((tmp_path / "runs").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    assert [entry["run_id"] for entry in ledger.read(tmp_path)] == ["2024-01-31-aa"]
    run_on(tmp_path, "2024-03-31-cc", "2024-03-31")
    assert [entry["run_id"] for entry in kept(tmp_path)] == ["2024-01-31-aa", "2024-03-31-cc"]


def test_one_that_was_lost_comes_back_from_the_runs_that_stand(tmp_path):
    publish(tmp_path, "2024-01-31-aa")
    assert [entry["run_id"] for entry in ledger.read(tmp_path)] == ["2024-01-31-aa"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"forecasts": 3}', '{"forecasts": {}}'])
def test_one_that_is_damaged_is_set_aside_and_said(tmp_path, text):
    (tmp_path / ledger.NAME).write_text(text, encoding="utf-8")
    (message,) = run_on(tmp_path, "2024-01-31-aa", "2024-03-31")
    assert message.code == "ledger-damaged"
    assert (tmp_path / ledger.DAMAGED).read_text(encoding="utf-8") == text
    assert [entry["run_id"] for entry in kept(tmp_path)] == ["2024-01-31-aa"]
    assert run_on(tmp_path, "2024-02-29-bb", "2024-03-31") == ()


ODD = [None, 3, {}, {"run_id": "2023-01-31-aa"}]


@pytest.mark.parametrize(
    "odd", [*ODD, "made_on", "until", "expected", "annual_discount_rate"], ids=str
)
def test_an_entry_that_cannot_be_read_costs_no_other_one_and_is_said(tmp_path, odd):
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31")
    (whole,) = kept(tmp_path)
    slip = whole | {"run_id": "2023-01-31-aa", odd: [1]} if isinstance(odd, str) else odd
    old = whole | {"run_id": "2022-12-31-aa", "made_on": "2022-12-31"}
    text = json.dumps({"forecasts": [slip, old, whole]})
    (tmp_path / ledger.NAME).write_text(text, encoding="utf-8")
    assert [entry["run_id"] for entry in ledger.read(tmp_path)] == [
        "2022-12-31-aa",
        "2024-01-31-aa",
    ]
    (message,) = run_on(tmp_path, "2024-02-29-bb", "2024-03-31")
    assert message.code == "ledger-damaged"
    assert (tmp_path / ledger.DAMAGED).read_text(encoding="utf-8") == text
    assert len(kept(tmp_path)) == 3
    assert run_on(tmp_path, "2024-03-31-cc", "2024-03-31") == ()


def test_what_another_version_did_not_say_is_unknown(tmp_path):
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31")
    (whole,) = kept(tmp_path)
    fewer = {name: value for name, value in whole.items() if name not in ("low", "spend_basis")}
    text = json.dumps({"forecasts": [fewer | {"run_id": "2023-01-31-aa"}]})
    (tmp_path / ledger.NAME).write_text(text, encoding="utf-8")
    assert run_on(tmp_path, "2024-03-31-cc", "2024-03-31") == ()
    told = {entry["run_id"]: entry for entry in kept(tmp_path)}["2023-01-31-aa"]
    assert (told["low"], told["expected"]) == (None, 100.0)


def test_what_data_named_by_hand_foresee_is_not_the_studys(tmp_path):
    run = publish(tmp_path, "2024-01-31-aa")
    made = manifest.read(run)
    manifest.write(run, made | {"by_hand": True})
    assert ledger.read(tmp_path) == []


def test_a_repeat_is_no_second_forecast(tmp_path):
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31")
    run_on(tmp_path, "2024-01-31-aa.2", "2024-03-31")
    assert len(kept(tmp_path)) == 1


def test_of_the_same_forecast_made_anew_the_last_one_counts(tmp_path):
    for name, value in (("2024-01-31-aa", 90.0), ("2024-01-31-bb", 110.0)):
        run_on(tmp_path, name, "2024-03-31", value=value)
    assert len(kept(tmp_path)) == 2
    (entry,) = ledger.earlier(kept(tmp_path), "2024-02-01")
    assert entry["expected"] == 110.0
    assert ledger.earlier(kept(tmp_path), "2024-01-31") == []


def test_the_last_one_is_the_last_one_made_whatever_its_name(tmp_path):
    for second, (name, value) in enumerate(
        [("2024-02-29-ee", 70.0), ("2024-01-31-ff", 100.0), ("2024-01-31-00", 200.0)]
    ):
        run_on(tmp_path, name, "2024-03-31", value=value)
        os.utime(tmp_path / "runs" / name / manifest.NAME, (second, second))
    before = ledger.earlier(ledger.read(tmp_path), "2024-03-31")
    assert [entry["expected"] for entry in before] == [200.0, 70.0]
    (tmp_path / ledger.NAME).unlink()  # it comes back in the same order
    again = ledger.earlier(ledger.read(tmp_path), "2024-03-31")
    assert ledger.fingerprint(again) == ledger.fingerprint(before)


def test_a_run_that_has_said_no_total_is_not_in_it(tmp_path):
    publish(tmp_path, "2024-01-31-aa", headlines=[])
    publish(tmp_path, "2024-01-31-bb", value=None)
    publish(tmp_path, "2024-01-31-cc", state="skipped")
    (publish(tmp_path, "2024-01-31-dd") / "results.json").write_text("{", encoding="utf-8")
    (tmp_path / "runs" / "lost+found").mkdir()
    assert ledger.read(tmp_path) == []


def test_without_a_forecast_no_ledger_is_written(tmp_path):
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31", headlines=[])
    assert not (tmp_path / ledger.NAME).exists()


def test_nothing_is_written_where_nothing_has_changed(tmp_path):
    run = publish(tmp_path, "2024-01-31-aa")
    ledger.keep(tmp_path, pd.DataFrame(), [], run)
    before = (tmp_path / ledger.NAME).stat()
    ledger.keep(tmp_path, pd.DataFrame(), [], run)
    after = (tmp_path / ledger.NAME).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert after.st_mode & 0o777 == 0o640


def test_what_forecasts_are_known_by_is_what_they_said_and_not_what_came(tmp_path):
    run_on(tmp_path, "2024-01-31-aa", "2024-03-31")
    before = ledger.fingerprint(ledger.earlier(ledger.read(tmp_path), "2024-03-31"))
    run_on(tmp_path, "2024-03-31-cc", "2024-03-31")
    assert ledger.fingerprint(ledger.earlier(ledger.read(tmp_path), "2024-03-31")) == before
    assert before != ledger.fingerprint(ledger.read(tmp_path))
    assert ledger.fingerprint([]) is None


def test_only_money_that_is_restated_is_told_in_that_of_its_day(tmp_path):
    publish(tmp_path, "2024-01-31-aa", study=STUDY | {"horizon": "8W"})
    entries = ledger.read(tmp_path)
    for prices, came in (("nominal", 95.0), ("real", 47.5)):
        said = [entry | {"prices": prices} for entry in entries]
        _, forecasts = ledger.held(said, log(as_of="2024-03-31"), {"2024-01-31": 2.0})
        assert forecasts["came"].tolist() == [came]
