"""What `clv history` tells is read from folders, whatever has happened to them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from clv.cli import main
from clv.errors import UsageError
from clv.runs import history, manifest

TOTAL = {"name": "clv_total", "label": "Expected revenue", "value": 930.0, "unit": "USD",
         "low": 800.0, "high": 990.0, "better": "up", "text": "$930", "interval": "$800 to $990",
         "notebook": "06", "previous": 1000.0, "previous_as_of": "2024-09-30",
         "change": -70.0}  # fmt: skip
PART = {"name": "lapsed_customers", "amount": -120.0, "low": -150.0, "high": -90.0, "customers": 9}
BRIDGE = {"before": 1000.0, "after": 930.0, "currency": "USD", "start": "2024-09-30",
          "parts": [PART]}  # fmt: skip
ALERT = {"label": "Data", "detail": "Old.", "passed": False, "notebook": ""}


def publish(home, name, *, latest=False, partial=False, by_hand=False, **results):
    run = home / "runs" / name
    run.mkdir(parents=True)
    said = {"as_of": name[:10], "headlines": [TOTAL], "alerts": [ALERT], "pages": []} | results
    (run / "results.json").write_text(json.dumps(said), encoding="utf-8")
    made = {"run_id": name, "as_of": name[:10], "partial": partial, "by_hand": by_hand}
    manifest.write(run, made)
    if latest:
        (home / "latest").symlink_to(f"runs/{name}")
    return run


@pytest.fixture
def out(tmp_path) -> Path:
    """A study with four runs, of which one is damaged, after a run that failed."""
    home = tmp_path / "reports" / "shop"
    publish(home, "2024-06-30-aa", partial=True)
    (publish(home, "2024-09-30-bb") / "results.json").write_text("{", encoding="utf-8")
    publish(home, "2024-12-31-cc", latest=True, bridge=BRIDGE, compared_with="2024-06-30-aa")
    (home / "runs" / "2025-01-31-dd").mkdir()
    last = {"state": "failed", "exit_code": 1, "run_id": "2025-01-31-ee", "messages": [
        {"level": "error", "code": "notebook-failed", "text": "06 failed in cell 7."},
        {"level": "info", "code": "left-out", "text": "Not this."}]}  # fmt: skip
    (home / "last_run.json").write_text(json.dumps(last), encoding="utf-8")
    return tmp_path / "reports"


def typed(*words) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["history", *map(str, words)])
    return done.exit_code, done.output


def test_every_run_is_listed_with_its_state_the_newest_first(out):
    (shop,) = history.read(out)
    assert [(run.run_id, run.state) for run in shop.runs] == [
        ("2025-01-31-dd", "damaged"),
        ("2024-12-31-cc", "latest"),
        ("2024-09-30-bb", "damaged"),
        ("2024-06-30-aa", "stands, a part"),
    ]
    assert (shop.state, shop.exit_code, shop.run_id) == ("failed", 1, "2025-01-31-ee")
    assert [message["code"] for message in shop.messages] == ["notebook-failed"]


def test_a_run_of_data_that_were_named_by_hand_says_so(out):
    publish(out / "shop", "2024-03-31-ff", by_hand=True, partial=True)
    (shop,) = history.read(out)
    assert shop.runs[-1].state == "stands, other data, a part"


def test_the_headline_and_what_changed_stand_in_a_line_each(out):
    code, said = typed("--out", out)
    assert code == 0
    rows = said.splitlines()
    assert rows[0].startswith("shop: The last run failed on ")
    assert rows[0].endswith("Exit code 1.")
    assert rows[1] == "  06 failed in cell 7."
    assert "run            as of       published" in rows[2]
    latest = next(number for number, row in enumerate(rows) if "2024-12-31-cc" in row)
    assert "latest, 1 alert" in rows[latest]
    assert "$930 ($800 to $990)" in rows[latest]
    assert rows[latest].endswith("▼ down 7.0% since September 30, 2024")
    assert rows[latest + 1] == "    ▼ Probably lost since -$120.00"
    assert "Not this." not in said


@pytest.mark.parametrize("width", [20, 40, 79, 120])
def test_no_line_is_wider_than_the_terminal(out, width):
    told = history.lines(history.read(out), width)
    assert max(map(len, told)) <= width
    assert all(run in "\n".join(told) for run in ("2024-12-31-cc", "2024-06-30-aa"))


def test_machines_read_it_as_json(out):
    code, said = typed("--json", "--out", out)
    (shop,) = json.loads(said)
    assert code == 0
    assert (shop["study"], shop["runs"][1]["headlines"][0]["value"]) == ("shop", 930.0)
    assert shop["runs"][1]["bridge"]["parts"][0]["amount"] == -120.0


def test_forecasts_of_the_ledger_are_told_with_their_verdict(out):
    entry = {"run_id": "2023-06-30-zz", "made_on": "2023-06-30", "until": "2024-06-30",
             "expected": 100.0, "low": 80.0, "high": 120.0, "interval": 0.9, "currency": "USD",
             "worth": "revenue", "prices": "nominal", "annual_discount_rate": 0.1, "margin": None,
             "model": "mbgnbd", "spend_basis": "all", "customers": 9}  # fmt: skip
    told = entry | {"through": "2024-06-30", "came": 130.0, "over": True, "inside": False}
    content = {"forecasts": [entry | {"run_id": "2023-09-30-yy"}, told]}
    (out / "shop" / "ledger.json").write_text(json.dumps(content), encoding="utf-8")
    _, said = typed("shop", "--out", out)
    assert "  0 of 1 published total held\n" in said
    assert "until June 30, 2024: $130.00 came, outside the interval" in said


def test_a_study_is_named_by_its_file_or_its_name(out, tmp_path, monkeypatch):
    study = tmp_path / "study.yml"
    study.write_text("name: shop\ntransactions: a.csv\n", encoding="utf-8")
    other = out / "other"
    publish(other, "2024-06-30-aa", latest=True)
    assert typed(study, "--out", out)[1] == typed("shop", "--out", out)[1]
    monkeypatch.chdir(out)
    assert {one.study for one in history.read(out, history.name_of(None, out))} == {"other", "shop"}
    monkeypatch.chdir(tmp_path)
    assert history.name_of(None, out) == "shop"


@pytest.mark.parametrize("named", ["nobody", "nobody.yml", "no/body"])
def test_a_study_that_is_not_there_is_refused(out, named):
    code, said = typed(named, "--out", out)
    assert code == 2
    assert "nobody" in said or "no/body" in said


def test_without_any_report_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert typed() == (0, "There is no report in reports yet.\n")
    with pytest.raises(UsageError, match="`clv run` makes one"):
        history.read(tmp_path, "shop")


def test_a_folder_without_a_last_run_is_told_as_it_is(tmp_path):
    publish(tmp_path / "shop", "2024-06-30-aa", latest=True)
    assert typed("--out", tmp_path)[1].startswith("shop: What became of the last run is not known.")
