"""The door: what is typed, what is said, and the exit code that a scheduler sees."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from clv.cli import main
from clv.errors import NotebookFailed

NOTEBOOKS = Path(__file__).parent / "runs" / "notebooks"


@pytest.fixture
def clv(tmp_path, monkeypatch):
    """Type a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()

    def clv(*arguments: str):
        return runner.invoke(main, arguments)

    return clv


@pytest.fixture
def shop(tmp_path) -> Path:
    """A study of thirty customers with one quick notebook, in the current folder."""
    (tmp_path / "notebooks").mkdir()
    add_notebook(tmp_path, "01_says_where_it_runs")
    start = date(2024, 3, 1)
    rows = [
        f"{customer:03d},{start + timedelta(days=customer + 20 * times)},{10 + customer}.50"
        for customer in range(30)
        for times in range(1 + customer % 4)
    ]
    text = "\n".join(["customer_id,date,amount", *rows, "x,2024-99-99,1.00"])
    (tmp_path / "orders.csv").write_text(text + "\n")
    (tmp_path / "study.yml").write_text(
        "name: shop\ntransactions: orders.csv\nas_of: 2024-07-31\nmax_faulty: 0.5\n"
    )
    return tmp_path


def add_notebook(folder: Path, name: str) -> None:
    text = (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    (folder / "notebooks" / f"{name}.ipynb").write_text(text, encoding="utf-8")


def last_run(folder: Path) -> dict:
    return json.loads((folder / "last_run.json").read_text(encoding="utf-8"))


# Help


def test_help_names_every_command(clv):
    said = clv("--help")
    assert said.exit_code == 0
    for command in ("run", "check", "score", "list"):
        assert f"\n  {command} " in said.output


def test_help_does_not_wait_for_what_commands_need():
    code = "import clv.cli, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "pandas", "papermill", "rich", "matplotlib"} & set(run.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--frobnicate"], "No such option"),
        (["run", "--set", "horizon"], "write key=value"),
        (["run", "--jobs", "0"], "--jobs"),
        (["run", "nowhere.yml"], "There is no study file nowhere.yml"),
        (["score"], "Missing option '--out'"),
        (["frobnicate"], "No such command"),
    ],
)
def test_what_cannot_be_followed_is_exit_2(clv, tmp_path, arguments, said):
    result = clv(*arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--set", "postgresql://u:S3CRET@h/db"],
        ["check", "--set", "postgresql://u:S3CRET@h/db?sslmode=require"],
        ["check", "--set", "transactions=postgresql://u:S3CRET@h/db"],
        ["check", "--set", "prices={cpi: 'https://u:S3CRET@h/x.csv'}"],
        ["check", "--set", "margin=postgresql://u:S3CRET@h/db"],
        ["check", "--set", "name=postgresql://u:S3CRET@h/db"],
        ["check", "postgresql://u:S3CRET@h/db"],
        ["run", "postgresql://u:S3CRET@h/db"],
    ],
)
def test_a_password_that_is_typed_where_none_belongs_is_never_repeated(clv, tmp_path, arguments):
    result = clv(*arguments)
    assert result.exit_code in (2, 3)
    written = [path.read_text() for path in tmp_path.rglob("*") if path.is_file()]
    assert "S3CRET" not in "".join([result.output, result.stderr, *written])


def test_faults_inside_a_mapping_that_was_typed_are_exit_2(clv):
    for typed in ("format={delim: ';'}", "columns={foo: a}"):
        result = clv("check", "--set", typed)
        assert result.exit_code == 2
        assert "has no parameter" in result.stderr


def test_data_named_by_hand_have_neither_the_day_nor_the_name_of_the_sample(clv, tmp_path):
    rows = [f"{customer},2024-0{month}-11,5" for customer in range(9) for month in (3, 4, 5)]
    (tmp_path / "own.csv").write_text("\n".join(["customer_id,date,amount", *rows]) + "\n")
    result = clv("check", "--set", "unit=D", "--set", "transactions=own.csv")
    assert result.exit_code == 0, result.stderr
    said = last_run(tmp_path / "reports" / "study" / "check")
    assert (said["as_of"], said["rows"]["accepted"]) == ("2024-05-11", 27)
    assert clv("check", "--set", "transactions=own.csv", "--set", "as_of=2024-04-30").exit_code == 0
    assert last_run(tmp_path / "reports" / "study" / "check")["rows"]["outside_window"] == 9


# clv run


def test_run_publishes_and_says_where(clv, shop):
    result = clv("run", "--progress", "plain")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("Published 2024-07-31-")
    assert "01_says_where_it_runs: 2 cells" in result.stderr
    assert "Warning: " in result.stderr  # the row set aside
    assert (shop / "reports" / "shop" / "latest" / "manifest.json").exists()
    assert last_run(shop / "reports" / "shop")["state"] == "ok"


@pytest.mark.parametrize("typed", [["--lang", "en,tr"], ["--lang", "en", "--lang", "tr"]])
def test_names_stand_in_one_option_or_in_several(clv, shop, typed):
    assert clv("run", *typed).exit_code == 0
    pages = (shop / "reports/shop/latest/html").glob("*/01_says_where_it_runs.html")
    assert {page.parent.name for page in pages} == {"en", "tr"}


def test_a_misspelt_parameter_is_exit_2_with_a_suggestion_and_no_traceback(clv, shop):
    result = clv("run", "--set", "horizont=52W")
    assert result.exit_code == 2
    assert "Did you mean `horizon`?" in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert last_run(shop / "reports" / "shop")["state"] == "refused"
    assert not (shop / "reports" / "shop" / "runs").exists()


def test_a_failed_notebook_is_exit_1_and_named(clv, shop):
    add_notebook(shop, "11_leaves_early")
    result = clv("run")
    assert result.exit_code == 1
    assert "11_leaves_early failed in cell 2" in result.stderr


def test_a_broken_study_file_is_exit_2_and_leaves_its_trace(clv, shop):
    (shop / "study.yml").write_text("name: shop\ntransactions: orders.csv\nhorizont: 52W\n")
    result = clv("run")
    assert result.exit_code == 2
    assert "`horizont`" in result.stderr
    assert last_run(shop / "reports" / "shop")["exit_code"] == 2


def test_a_second_run_of_one_report_is_exit_75(clv, shop):
    from clv.runs import publishing

    with publishing.hold(shop / "reports" / "shop"):
        result = clv("run")
    assert result.exit_code == 75
    assert "Another run holds" in result.stderr
    assert not (shop / "reports" / "shop" / "last_run.json").exists()


def test_an_unforeseen_fault_is_one_sentence_and_exit_1(clv, shop, monkeypatch):
    from clv.runs import preparation

    monkeypatch.setattr(preparation, "score", lambda *_: 1 / 0)
    result = clv("run")
    assert result.exit_code == 1
    assert "Error: Unforeseen: ZeroDivisionError in test_cli.py" in result.stderr


def test_who_names_no_study_is_told_which_one_is_run(clv, tmp_path, monkeypatch):
    from clv.runs import suite

    def refuse(request, _show):
        raise NotebookFailed("01 failed in cell 2.")

    monkeypatch.setattr(suite, "run", refuse)
    said = "There is no study.yml here: the sample cdnow is run"
    assert clv("run").stderr.startswith(said)
    assert said not in clv("run", "--progress", "json").stderr
    assert said not in clv("run", "--set", "transactions=company").stderr
    (tmp_path / "study.yml").write_text("transactions: cdnow\n")
    assert said not in clv("run").stderr


@pytest.mark.parametrize(
    "command",
    [
        ["run", "--out", "orders.csv"],
        ["run", "--out", "orders.csv/reports"],
        ["check", "--out", "orders.csv"],
        ["score", "--out", "orders.csv/customers.csv"],
        ["score", "--out", "notebooks"],
    ],
    ids=" ".join,
)
def test_a_place_where_nothing_can_stand_is_exit_2_before_anything_is_written(clv, shop, command):
    before = sorted(shop.rglob("*"))
    result = clv(*command)
    assert result.exit_code == 2
    assert re.search("(is a file; name a folder|is a folder; name a file)", result.stderr)
    assert sorted(shop.rglob("*")) == before


# clv check


def test_check_accounts_for_every_row(clv, shop):
    result = clv("check")
    assert result.exit_code == 0, result.stderr
    folder = shop / "reports" / "shop" / "check"
    rows = last_run(folder)["rows"]
    assert rows["in"] == rows["accepted"] + rows["quarantined"]
    assert rows["quarantined"] == 1
    with (folder / "quarantine.csv").open(encoding="utf-8", newline="") as lines:
        (row,) = csv.DictReader(lines)
    assert row["text"] == "2024-99-99"
    assert "quarantined" in result.stdout


def test_check_speaks_json(clv, shop):
    result = clv("check", "--json", "--out", "checked")
    said = json.loads(result.stdout)
    account = said.pop("account")
    assert said == last_run(shop / "checked")
    assert sum(line["rows"] for line in account[1:]) == account[0]["rows"] == said["rows"]["in"]


def test_check_speaks_json_also_when_it_refuses(clv, shop):
    (shop / "orders.csv").write_text("customer_id,date,amount\n")
    result = clv("check", "--json", "--out", "checked")
    assert result.exit_code == 3
    assert json.loads(result.stdout) == last_run(shop / "checked")


def test_a_study_file_that_is_not_there_is_told_beside_the_output_too(clv, tmp_path):
    for command, out in (("check", "checked"), ("score", "checked/customers.csv")):
        assert clv(command, "nowhere.yml", "--out", out).exit_code == 2
        assert last_run(tmp_path / "checked")["state"] == "refused"
        (tmp_path / "checked" / "last_run.json").unlink()


def test_check_leaves_the_rows_for_which_data_is_refused_and_none_of_last_week(clv, shop):
    folder = shop / "reports" / "shop" / "check"
    assert clv("check").exit_code == 0
    log = shop / "orders.csv"
    log.write_text(log.read_text() + "y,2024-77-01,1.00\n")
    assert clv("check", "--set", "max_faulty=0.01").exit_code == 3
    with (folder / "quarantine.csv").open(encoding="utf-8", newline="") as lines:
        assert [row["text"] for row in csv.DictReader(lines)] == ["2024-99-99", "2024-77-01"]
    log.write_text("customer_id,date,amount\n")
    assert clv("check").exit_code == 3
    assert not (folder / "quarantine.csv").exists()


def test_check_takes_nothing_away_that_it_has_not_made(clv, shop):
    own = shop / "d" / "quarantine_leads.csv"
    own.parent.mkdir()
    own.write_text("lead_id,why\nL1,ill\n")
    for typed, code in (("unit=X", 2), ("unit=W", 0)):
        assert clv("check", "--set", typed, "--out", "d").exit_code == code
        assert own.exists()


def test_score_does_not_write_over_what_it_reads(clv, shop):
    before = (shop / "orders.csv").read_bytes()
    result = clv("score", "--out", "orders.csv")
    assert result.exit_code == 2
    assert "The study reads orders.csv" in result.stderr
    assert (shop / "orders.csv").read_bytes() == before


@pytest.mark.parametrize("seconds", ["nan", "inf", "1e300", "0"])
@pytest.mark.parametrize("option", ["--timeout", "--cell-timeout"])
def test_a_time_that_no_clock_can_be_set_to_is_refused(clv, shop, option, seconds):
    assert clv("run", option, seconds).exit_code == 2


# Optional tables


@pytest.fixture
def with_leads(shop) -> Path:
    """The shop, with leads of which one is dated to no day."""
    leads = ["L1,2024-03-01,000", "L2,2024-03-02,001", "L3,2024-02-30,002"]
    (shop / "leads.csv").write_text("\n".join(["lead_id,created_at,customer_id", *leads]) + "\n")
    study = shop / "study.yml"
    study.write_text(study.read_text() + "tables: {leads: leads.csv}\n")
    return shop


def test_check_accounts_for_optional_tables_too(clv, with_leads):
    result = clv("check")
    assert result.exit_code == 0, result.stderr
    folder = with_leads / "reports" / "shop" / "check"
    said = last_run(folder)
    assert said["tables"]["leads"] == {
        "in": 3, "accepted": 2, "quarantined": 1, "duplicates": 0, "outside_window": 0
    }  # fmt: skip
    assert "Warning: leads: Set aside" in result.stderr
    assert "account_leads" in result.stdout
    with (folder / "quarantine_leads.csv").open(encoding="utf-8", newline="") as lines:
        assert [row["reason"] for row in csv.DictReader(lines)] == ["created-at-not-a-date"]


def test_check_speaks_json_of_optional_tables(clv, with_leads):
    said = json.loads(clv("check", "--json").stdout)
    assert said["account_leads"][0] == {"what": "in", "reason": "", "rows": 3}


@pytest.mark.parametrize("command", [["check"], ["run"], ["score", "--out", "customers.csv"]])
def test_an_optional_table_that_is_not_there_is_exit_2(clv, with_leads, command):
    (with_leads / "leads.csv").unlink()
    result = clv(*command)
    assert result.exit_code == 2
    assert "leads: " in result.stderr
    assert "leads.csv" in result.stderr


def test_a_run_carries_optional_tables_in_its_tables_and_its_manifest(clv, with_leads):
    result = clv("run")
    assert result.exit_code == 0, result.stderr
    home = with_leads / "reports" / "shop"
    made = json.loads((home / "latest" / "manifest.json").read_text())
    assert made["tables"]["leads"]["accepted"] == last_run(home)["tables"]["leads"]["accepted"] == 2
    assert any(name.startswith("leads: ") for name in made["inputs"])
    assert (home / "latest" / "tables" / "quarantine_leads.csv").exists()
    alerts = json.loads((home / "latest" / "results.json").read_text())["alerts"]
    assert "Leads" in {alert["label"] for alert in alerts}
    (with_leads / "leads.csv").write_text("lead_id,created_at\nL9,2024-03-01\n")
    assert clv("run").stdout.startswith("Published")


def test_alerts_are_told_and_a_failure_only_where_that_is_asked_for(clv, shop):
    told = clv("run")  # the purchases end long before as_of, and few are repeat buyers
    assert told.exit_code == 0, told.stderr
    assert re.search(r"Published \S+ with \d+ alerts?: open", told.stdout)
    again = clv("run", "--fail-on-alert")
    assert again.exit_code == 4
    said = last_run(shop / "reports" / "shop")
    assert (said["state"], said["exit_code"]) == ("ok", 4)
    assert clv("run").exit_code == 0
    assert last_run(shop / "reports" / "shop")["exit_code"] == 0


def test_old_runs_go_where_only_some_are_to_be_kept(clv, shop):
    days = ["2024-05-31", "2024-06-30", "2024-07-31"]
    for day in days:
        assert clv("run", "--set", f"as_of={day}", "--keep", "1").exit_code == 0
    left = sorted(path.name[:10] for path in (shop / "reports" / "shop" / "runs").iterdir())
    assert left == days[1:]  # the newest, and the one that it is compared with
    assert clv("run", "--keep", "0").exit_code == 2


# clv init


def test_init_makes_a_folder_that_runs_and_is_made_once(clv, tmp_path):
    made = clv("init", "new")
    assert made.exit_code == 0, made.stderr
    assert "cd new && clv run" in made.stdout
    assert clv("check", "new/study.yml").exit_code == 0
    again = clv("init", "new")
    assert again.exit_code == 2
    assert "new is not empty" in again.stderr
    assert not (tmp_path / "last_run.json").exists()


# clv score


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_score_writes_one_table_with_its_account_beside_it(clv, shop, ending):
    import pandas as pd

    result = clv("score", "--set", "unit=D", "--out", f"scored/customers.{ending}")
    assert result.exit_code == 0, result.stderr
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    table = read(shop / "scored" / f"customers.{ending}")
    assert list(table)[:5] == ["customer_id", "frequency", "recency", "T", "unit"]
    assert set(table["unit"]) == {"D"}
    assert len(table) == 30
    said = last_run(shop / "scored")
    assert said["model"]["state"] == "skipped"
    assert said["messages"][-2]["text"] == said["model"]["reason"]
    assert said["model"]["reason"] in result.stderr


def test_score_keeps_what_the_stages_rest_on_and_uses_it_again(clv, shop):
    kept = shop / "thresholds.json"
    assert clv("score", "--out", "first.csv").exit_code == 0
    before = kept.read_bytes()
    assert clv("score", "--out", "again.csv", "--set", "as_of=2024-06-15").exit_code == 0
    assert kept.read_bytes() == before
    assert clv("score", "--out", "again.csv", "--set", "sector=health").exit_code == 2
    refit = clv("score", "--out", "again.csv", "--set", "sector=health", "--refit")
    assert refit.exit_code == 0, refit.stderr
    assert kept.read_bytes() != before


def test_an_unknown_ending_is_refused_before_anything_is_read(clv, shop):
    (shop / "orders.csv").unlink()
    result = clv("score", "--out", "scored/customers.xlsx")
    assert result.exit_code == 2
    assert "`.csv`, `.parquet`" in result.stderr
    assert last_run(shop / "scored")["state"] == "refused"


def test_bad_input_is_exit_3_and_keeps_the_table_of_last_week(clv, shop):
    assert clv("score", "--out", "customers.csv").exit_code == 0
    before = (shop / "customers.csv").read_bytes()
    (shop / "orders.csv").write_text("customer_id,date,amount\n")
    result = clv("score", "--out", "customers.csv")
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1
    assert (shop / "customers.csv").read_bytes() == before
    assert last_run(shop)["state"] == "refused"


# A ready-made summary


@pytest.fixture
def ready(tmp_path) -> Path:
    """A study of a summary, in the current folder."""
    import clv
    from clv.tables.summaries import NUMBERS

    customers = clv.customer_summary(clv.load("cdnow-sample"), unit="D")[list(NUMBERS)]
    paid = (customers["frequency"] == 0) | (customers["monetary_value"] > 0)
    text = customers[paid].head(600).to_csv(lineterminator="\n")
    (tmp_path / "summary.csv").write_text(f"{text}x,1,99,9,5\n")
    (tmp_path / "study.yml").write_text(
        "name: ready\nsummary: summary.csv\nunit: D\nas_of: 1998-06-30\n"
    )
    return tmp_path


def test_a_summary_is_checked_and_scored_like_transactions(clv, ready):
    checked = clv("check", "--json")
    assert checked.exit_code == 0, checked.stderr
    assert json.loads(checked.stdout)["rows"]["quarantined"] == 1
    scored = clv("score", "--out", "customers.csv")
    assert scored.exit_code == 0, scored.stderr
    with (ready / "customers.csv").open(encoding="utf-8", newline="") as lines:
        first = next(csv.DictReader(lines))
    assert (first["customer_id"], first["unit"]) == ("00004", "D")
    assert {"segment", "clv"} <= first.keys()
    assert "stage" not in first
    assert last_run(ready)["model"]["state"] == "fitted"
    assert "summary-only" in {message["code"] for message in last_run(ready)["messages"]}


def test_a_report_of_a_summary_without_a_page_is_refused_with_what_to_do(clv, ready):
    (ready / "notebooks").mkdir()
    add_notebook(ready, "00_speaks")
    result = clv("run", "--progress", "plain")
    assert result.exit_code == 2
    assert "has no pages: every notebook" in result.stderr
    assert "clv score --out customers.csv" in result.stderr
    assert not (ready / "reports" / "ready" / "runs").exists()


def test_a_report_of_a_summary_leaves_out_by_name_what_needs_purchases(clv, ready):
    (ready / "notebooks").mkdir()
    add_notebook(ready, "00_speaks")
    add_notebook(ready, "01_says_where_it_runs")
    result = clv("run", "--progress", "plain")
    assert result.exit_code == 0, result.stderr
    assert "Left out 00_speaks: They need `transactions`" in result.stderr
    assert (ready / "reports/ready/latest/html/en/01_says_where_it_runs.html").exists()
    assert (ready / "reports/ready/latest/tables/customers.csv").exists()


# clv list


def test_list_shows_questions_and_parameters(clv, shop):
    add_notebook(shop, "00_speaks")
    said = clv("list").stdout
    assert "00_speaks: How many customers are there?" in said
    assert "horizon: str = '12M'" in said
    assert "how far ahead: 39W, 12M, 365D, 2Y" in said


# Signals that come while a library computes


@pytest.fixture
def endless(monkeypatch):
    """Let data take for ever to read, and a wish to end come meanwhile if one is named.

    DuckDB keeps what a handler raises to itself, and says this instead.
    """
    from clv.runs import inputs

    def endless(wish: signal.Signals | None = None) -> None:
        def read(_study):
            try:
                if wish:
                    os.kill(os.getpid(), wish)
                time.sleep(30)
            except BaseException:
                raise RuntimeError("Query interrupted") from None

        monkeypatch.setattr(inputs, "read", read)

    return endless


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        (["run"], "reports/shop"),
        (["check"], "reports/shop/check"),
        (["score", "--out", "scored/customers.csv"], "scored"),
    ],
    ids=["run", "check", "score"],
)
def test_a_wish_to_end_is_granted_while_data_are_read(clv, shop, endless, command, folder):
    endless(signal.SIGTERM)
    result = clv(*command)
    assert result.exit_code == 143
    assert result.stderr.splitlines()[-1].startswith("Error: Interrupted: ")
    said = last_run(shop / folder)
    assert (said["state"], said["exit_code"]) == ("interrupted", 143)
    assert [message["code"] for message in said["messages"]] == ["interrupted"]


def test_a_run_has_a_time_limit_while_data_are_read(clv, shop, endless):
    endless()
    result = clv("run", "--timeout", "0.5")
    assert result.exit_code == 1
    assert "Error: The run took longer than 0.5 seconds." in result.stderr
    assert last_run(shop / "reports" / "shop")["messages"][-1]["code"] == "time-is-up"


def test_check_says_in_json_that_it_was_interrupted(clv, endless, shop):
    endless(signal.SIGTERM)
    said = json.loads(clv("check", "--json", "--out", "checked").stdout)
    assert said == last_run(shop / "checked")
    assert said["state"] == "interrupted"


# Signals, in a process of its own


EARLY = """
import os, signal, sys
from clv.cli import main
class Early:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas":
            os.kill(os.getpid(), signal.SIGTERM)
sys.meta_path.insert(0, Early())
main(["check", "--out", "checked"])
"""


def test_a_wish_that_comes_while_a_command_is_still_loaded_is_told(shop):
    command = [sys.executable, "-c", EARLY]
    assert subprocess.run(command, cwd=shop, capture_output=True, check=False).returncode == 143
    assert last_run(shop / "checked")["state"] == "interrupted"


@pytest.fixture
def sleeping(shop, _interruptible):
    """A run in a process of its own whose kernel is asleep."""
    add_notebook(shop, "13_sleeps")
    command = [
        sys.executable,
        "-c",
        "from clv.cli import main; main()",
        "run",
        "--progress",
        "json",
    ]
    with subprocess.Popen(command, cwd=shop, stderr=subprocess.PIPE, text=True) as run:
        try:
            next(line for line in run.stderr if '"13_sleeps", "done": 1' in line)
            time.sleep(0.3)  # into the sleep
            yield run, [child.pid for child in psutil.Process(run.pid).children(recursive=True)]
        finally:
            run.kill()


def gone(pids: list[int], seconds: float) -> bool:
    """Whether all processes have ended within a time."""
    _, alive = psutil.wait_procs([psutil.Process(p) for p in pids if psutil.pid_exists(p)], seconds)
    return alive == []


@pytest.mark.slow
@pytest.mark.parametrize(("signum", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_kernels_and_leaves_nothing_behind(sleeping, shop, signum, code):
    run, kernels = sleeping
    run.send_signal(signum)
    assert run.wait(timeout=60) == code
    assert gone(kernels, 1)
    home = shop / "reports" / "shop"
    assert not (home / ".staging").exists()
    assert (last_run(home)["state"], last_run(home)["exit_code"]) == ("interrupted", code)


@pytest.mark.slow
def test_after_kill_9_the_next_run_needs_no_help(sleeping, shop, clv):
    run, kernels = sleeping
    sockets = (shop / "reports" / "shop" / ".staging" / "sockets").readlink()
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    assert gone(kernels, 10)
    result = clv("run", "--only", "01")
    assert result.exit_code == 0, result.stderr
    home = shop / "reports" / "shop"
    assert not (home / ".staging").exists()
    assert not sockets.exists()
    assert "An earlier run died" in (home / "last_run.json").read_text(encoding="utf-8")
