"""The examples of examples/scheduling, each put to work as far as this machine can."""

import ast
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest
import yaml

from clv.runs import notebooks, parameters
from clv.tables.samples import SAMPLES

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "scheduling"
AIRFLOW = ROOT / ".venv-airflow" / "bin" / "airflow"
CLV = Path(sys.executable).with_name("clv")

ENDINGS = ("0", "1", "2", "3", "4", "5", "75", "130", "137", "143")


@pytest.fixture
def place(tmp_path):
    """The folders that the examples speak of, in a folder of the test's own."""
    for folder in ("srv/clv/.venv/bin", "srv/shop", "etc/clv"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "srv/clv/notebooks").symlink_to(ROOT / "notebooks")
    return tmp_path


@pytest.fixture
def stand_in(place):
    """A clv that writes down what it is asked, and ends as it is told."""
    clv = place / "srv/clv/.venv/bin/clv"

    def stand_in(ending: str = "0") -> Path:
        asked = place / "asked"
        clv.write_text(f'#!/bin/sh\necho "$@" >>{asked}\n[ "$1" = run ] && exit {ending}\nexit 5\n')
        clv.chmod(0o755)
        return asked

    return stand_in


@pytest.fixture
def installed(place):
    """The clv of these tests, where the examples look for it, and a small shop to report on."""
    (place / "srv/clv/.venv/bin/clv").symlink_to(CLV)
    shop = place / "srv/shop"
    start = datetime.now(UTC).date() - timedelta(days=150)
    rows = [
        f"{customer:03d},{start + timedelta(days=customer + 20 * times)},{10 + customer}.50"
        for customer in range(30)
        for times in range(1 + customer % 4)
    ]
    (shop / "orders.csv").write_text("\n".join(["customer_id,date,amount", *rows]) + "\n")
    (shop / "study.yml").write_text("name: shop\ntransactions: orders.csv\n")
    (shop / "notebooks").mkdir()
    shutil.copy(ROOT / "tests/runs/notebooks/01_says_where_it_runs.ipynb", shop / "notebooks")
    return shop


def of_real_customers(shop: Path) -> None:
    """Purchases that a model can be fitted on, the last of them yesterday."""
    log = SAMPLES["cdnow-sample"].read()
    day = pd.to_datetime(log["date"], format="%Y%m%d")
    yesterday = pd.Timestamp(datetime.now(UTC).date() - timedelta(days=1))
    log["date"] = day + (yesterday - day.max())
    log[["customer_id", "date", "amount"]].to_csv(shop / "orders.csv", index=False)


def example(name: str, place: Path) -> str:
    """An example, with the folders of this test in place of those it speaks of."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    return text.replace("/srv/", f"{place}/srv/").replace("/etc/clv", f"{place}/etc/clv")


# cron


def crontab(place: Path) -> tuple[dict[str, str], list[tuple[list[str], str]]]:
    """The variables and the lines of the crontab: five fields and a command each."""
    lines = [line for line in example("clv.cron", place).splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith("#")]
    given = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z]+=", line))
    jobs = [line.split(None, 5) for line in lines if not re.match(r"[A-Z]+=", line)]
    return given, [(job[:5], job[5]) for job in jobs]


def as_cron_does(command: str, place: Path, given: dict[str, str]) -> int:
    """A command with the little that cron gives: no terminal, no input, hardly a variable."""
    few = {"HOME": str(place), "LOGNAME": "clv", "PATH": "/usr/bin:/bin"} | given
    return subprocess.run(
        [given["SHELL"], "-c", command], env=few, cwd=place, stdin=subprocess.DEVNULL, check=False
    ).returncode


def test_a_line_of_the_crontab_says_when_and_needs_no_escape(place):
    _, ((when, command),) = crontab(place)
    assert all(re.fullmatch(r"\*|\d+(,\d+)*", part) for part in when)
    assert "%" not in command  # cron takes it for the end of the line


@pytest.mark.parametrize("ending", ENDINGS)
def test_crons_line_tells_how_the_run_has_ended(place, stand_in, ending):
    asked = stand_in(ending)
    (place / "srv/shop/secrets.env").touch()
    given, ((_, command),) = crontab(place)
    as_cron_does(command, place, given)
    assert asked.read_text() == f"run study.yml\ndeliver study.yml --after {ending} --only-new\n"


def test_crons_line_does_nothing_where_the_secrets_are_missing(place, stand_in):
    asked = stand_in()
    given, ((_, command),) = crontab(place)
    assert as_cron_does(command, place, given) != 0
    assert not asked.exists()


@pytest.mark.slow
def test_crons_line_makes_a_report_and_tells_it_once(place, installed, answering):
    given, ((_, command),) = crontab(place)
    with answering(204) as (url, posted):
        (installed / "secrets.env").write_text(f"CLV_DELIVER_TO='{url}'\n")
        assert as_cron_does(command, place, given) == 0
        assert as_cron_does(command, place, given) == 0
    log = (installed / "report.log").read_text()
    assert [got["state"] for got in posted] == ["ok"], log
    assert "Nothing sent, for it has been told already: shop: new report as of" in log
    assert url not in log
    assert (installed / "reports/shop/latest/html").is_dir()


@pytest.mark.slow
def test_crons_line_tells_of_a_report_when_the_mail_server_is_back(place, installed, answering):
    given, ((_, command),) = crontab(place)

    def posted_while(status: int) -> tuple[int, list[dict]]:
        with answering(status) as (url, posted):
            (installed / "secrets.env").write_text(f"CLV_DELIVER_TO='{url}'\n")
            return as_cron_does(command, place, given), posted

    assert posted_while(503)[0] == 5
    ended, posted = posted_while(204)
    assert (ended, [got["state"] for got in posted]) == (0, ["ok"])
    assert "A new report is published." in posted[0]["message"]
    assert posted_while(204) == (0, [])


def test_logrotate_takes_its_file(place, need, tmp_path):
    logrotate = shutil.which("logrotate", path="/usr/sbin:/usr/bin")
    need(logrotate, "logrotate")
    rules = place / "clv.logrotate"
    # Debian's logrotate knows no user clv here.
    rules.write_text(example("clv.logrotate", place).replace("    su clv clv\n", ""))
    rules.chmod(0o644)
    (place / "srv/shop/report.log").write_text("Published.\n")
    said = subprocess.run(
        [logrotate, "--force", "--state", tmp_path / "state", rules],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stderr == ""
    assert (place / "srv/shop/report.log.1.gz").is_file()


# systemd


@pytest.fixture
def units(place):
    """The service and the timer of the study `shop`."""
    written = []
    for kind in ("service", "timer"):
        path = place / f"clv-report@shop.{kind}"
        path.write_text(example(f"clv-report@.{kind}", place))
        written.append(path)
    return written


def test_systemd_finds_no_fault_in_the_units(units, stand_in, need):
    analyze = shutil.which("systemd-analyze")
    need(analyze, "systemd-analyze")
    stand_in()
    said = subprocess.run(
        [analyze, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.parametrize("ending", ["0", "3", "KILL"])
def test_the_service_tells_how_its_run_has_ended(units, stand_in, ending):
    asked = stand_in()
    lines = units[0].read_text().splitlines()
    (run,) = (line.partition("=")[2] for line in lines if line.startswith("ExecStart="))
    (tell,) = (line.partition("=")[2] for line in lines if line.startswith("ExecStopPost="))
    assert tell.startswith("-")  # a failed mail is no failed service
    for command in (run, tell[1:]):
        words = command.replace("${EXIT_STATUS}", ending).split()
        subprocess.run(words, check=False)
    assert asked.read_text() == f"run study.yml\ndeliver study.yml --after {ending} --only-new\n"


def setting(unit: Path, name: str) -> str:
    """What a unit sets, where it sets it once."""
    (value,) = re.findall(rf"^{name}=(.*)$", unit.read_text(), re.MULTILINE)
    return value


def test_the_service_gives_a_slow_mail_server_its_time(units):
    # systemd holds ExecStopPost to this as well, and Apprise waits 15 s for each of an address's
    # steps.
    assert re.fullmatch(r"\d+min", setting(units[0], "TimeoutStopSec"))


def test_the_service_does_not_repeat_what_is_not_to_be_repeated(units):
    assert setting(units[0], "Restart") == "on-failure"
    never = {*setting(units[0], "RestartPreventExitStatus").split()}
    well = {*setting(units[0], "SuccessExitStatus").split(), "0"}
    assert {*ENDINGS} - never - well == repeated()


@pytest.mark.slow
def test_the_pages_of_the_service_are_for_everybody_and_nothing_else_is(units, installed):
    mask = int(setting(units[0], "UMask"), 8)
    words = setting(units[0], "ExecStart").split()
    subprocess.run(words, cwd=installed, umask=mask, check=True, capture_output=True)
    reports = installed / "reports"

    def open_to_all(path: Path) -> bool:
        above = [path, *path.parents][: len(path.relative_to(reports).parts) + 1]
        return all(one.stat().st_mode & (0o001 if one.is_dir() else 0o004) for one in above)

    files = {path for path in reports.rglob("*") if path.is_file() and not path.is_symlink()}
    pages = {path for path in files if path.suffix == ".html" and "analyst" not in path.parts}
    assert pages
    shown = {path for path in files if open_to_all(path)}
    assert pages - shown == set()
    assert [path for path in shown if {"tables", "notebooks"} & {*path.parts}] == []
    closed = {reports / "shop" / name for name in ("last_run.json", "ledger.json")}
    assert closed & shown == set()


# GitHub


@pytest.fixture
def workflow():
    text = (EXAMPLES / "github-actions.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)  # as GitHub reads it: `on` is a word


def test_the_workflow_may_read_and_nothing_more_and_never_lasts_for_ever(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"] == "false"
    assert all(int(job["timeout-minutes"]) <= 60 for job in workflow["jobs"].values())
    for when in workflow["on"]["schedule"]:
        assert re.fullmatch(r"\d+ \d+ \* \* \d(,\d)*", when["cron"])


def test_what_the_workflow_remembers_is_read_more_often_than_github_forgets_it(workflow):
    weekly, between = (when["cron"] for when in workflow["on"]["schedule"])
    days = sorted(int(day) for when in (weekly, between) for day in when.split()[4].split(","))
    assert all(later - earlier <= 3 for earlier, later in pairwise([*days, days[0] + 7]))
    remember, report = (workflow["jobs"][name] for name in ("remember", "report"))
    assert remember["if"] == f"${{{{ github.event.schedule == '{between}' }}}}"
    assert report["if"] == f"${{{{ github.event.schedule != '{between}' }}}}"
    (read,) = (step["with"] for step in remember["steps"])
    (kept,) = (s["with"] for s in report["steps"] if s.get("uses", "").startswith("actions/cache"))
    assert read["path"] == kept["path"]
    assert read["key"] == kept["restore-keys"]
    assert kept["key"].startswith(read["key"])


@pytest.mark.parametrize("committed", [True, False])
def test_limits_that_are_committed_count_more_than_those_of_the_cache(workflow, place, committed):
    repository = place / "srv/clv"
    limits = repository / "shop/thresholds.json"
    limits.parent.mkdir()
    limits.write_text("committed")
    author = ["-c", "user.name=a", "-c", "user.email=a@shop.example"]
    for words in (["init", "-q"], ["add", "shop"] if committed else ["status"],
                  [*author, "commit", "-q", "--allow-empty", "-m", "Limits"]):  # fmt: skip
        subprocess.run(["git", *words], cwd=repository, check=True, capture_output=True)
    limits.write_text("of the cache")
    (step,) = (s for s in workflow["jobs"]["report"]["steps"] if s.get("name") == "Limits")
    assert in_bash(step["run"], place) == 0
    assert limits.read_text() == ("committed" if committed else "of the cache")


def test_what_the_workflow_uses_has_a_version_and_its_secrets_stand_in_variables(workflow):
    for step in (step for job in workflow["jobs"].values() for step in job["steps"]):
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"actions/[a-z-]+(/restore)?@v\d+", step.get("uses", "actions/x@v1"))
        assert "${{" not in step.get("run", "")  # nobody writes code into a command
        assert "secrets." not in json.dumps(step.get("with", {}))


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_workflow_ends_as_its_run_and_tells_it(workflow, place, stand_in, ending):
    asked = stand_in(ending)
    job = workflow["jobs"]["report"]
    run, tell = (next(s for s in job["steps"] if s.get("name") == n) for n in ("Run", "Tell"))
    output = place / "output"
    ended = in_bash(run["run"], place, GITHUB_OUTPUT=str(output))
    assert ended == int(ending)
    assert output.read_text() == f"code={ending}\n"
    in_bash(tell["run"], place, CODE=ending)
    assert asked.read_text() == (
        "run shop/study.yml --keep 12 --progress plain\n"
        f"deliver shop/study.yml --after {ending} --only-new\n"
    )
    assert tell["env"]["CODE"] == "${{ steps.run.outputs.code }}"
    assert tell["continue-on-error"] == "true"


def in_bash(script: str, place: Path, **variables: str) -> int:
    """A step's script as GitHub runs it, in the folder of the repository."""
    bash = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        bash, cwd=place / "srv/clv", env={"PATH": "/usr/bin:/bin"} | variables, check=False
    ).returncode


def test_the_workflow_hands_out_no_table_no_notebook_and_no_analysts_page(workflow):
    job = workflow["jobs"]["report"]
    (upload,) = (s["with"] for s in job["steps"] if s.get("uses", "").startswith("actions/upload"))
    paths = upload["path"].split()
    assert paths[-1] == "!reports/*/runs/*/html/*/analyst/"
    assert not [path for path in paths if "tables" in path or "notebooks" in path]
    assert "reports" not in paths


def test_what_the_workflow_sets_up_is_what_make_knows(workflow):
    job = workflow["jobs"]["report"]
    (made,) = (s["run"] for s in job["steps"] if s.get("name") == "Set up")
    dry = subprocess.run([*made.split(), "--dry-run"], cwd=ROOT, capture_output=True, check=False)
    assert dry.returncode == 0


# Airflow


@pytest.fixture(scope="module")
def airflow_home(tmp_path_factory, need):
    need(AIRFLOW.exists(), "Airflow in .venv-airflow, as `make airflow` installs it")
    return tmp_path_factory.mktemp("airflow")


def airflow(home: Path, place: Path, *arguments: str, **variables: str) -> str:
    """A command of Airflow, with a database of its own; what it has said."""
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(EXAMPLES),
        "CLV_HOME": str(place / "srv/clv"),
        "CLV_STUDY": str(place / "srv/shop"),
    }
    ran = subprocess.run(
        [AIRFLOW, *arguments],
        env=environment | variables, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-5000:]
    return ran.stdout + ran.stderr


@pytest.mark.slow
def test_airflow_runs_the_report_and_the_notebook(
    airflow_home, place, installed, tmp_path, answering
):
    subprocess.run(
        [sys.executable, "-m", "ipykernel", "install", "--prefix", tmp_path, "--name", "clv"],
        check=True, capture_output=True,
    )  # fmt: skip
    airflow(airflow_home, place, "db", "migrate")
    with answering(204) as (url, posted):
        airflow(airflow_home, place, "dags", "test", "clv_report", CLV_DELIVER_TO=url)
    yesterday = str(datetime.now(UTC).date() - timedelta(days=1))
    assert [(got["state"], got["as_of"]) for got in posted] == [("ok", yesterday)]
    of_real_customers(installed)
    kernels = {"JUPYTER_PATH": str(tmp_path / "share/jupyter")}
    airflow(airflow_home, place, "dags", "test", "clv_notebook", **kernels)
    made = json.loads((installed / f"06_lifetime_value-{yesterday}.ipynb").read_text())
    injected = next(
        cell for cell in made["cells"] if "injected-parameters" in cell["metadata"].get("tags", [])
    )
    assert 'horizon = "26W"' in "".join(injected["source"])


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "state"), [("3", "failed"), ("5", "up_for_retry")])
def test_airflow_tries_again_only_what_may_end_better(airflow_home, place, stand_in, ending, state):
    asked = stand_in(ending)
    airflow(airflow_home, place, "db", "migrate")
    # It ends well itself where its task has failed, and tells how in its log.
    said = airflow(airflow_home, place, "tasks", "test", "clv_report", "report", "2026-01-05")
    assert re.findall(r"new_state=(\w+)", said)[-1] == state
    day = "run study.yml --set as_of=2026-01-04 --progress plain"
    assert asked.read_text() == f"{day}\ndeliver study.yml --after {ending} --only-new\n"


def test_airflow_and_the_guide_agree_on_what_is_tried_again():
    (codes,) = re.findall(r"^AGAIN = \{(.*)\}", (EXAMPLES / "airflow_dags.py").read_text(), re.M)
    assert {*codes.split(", ")} == repeated()


# JupyterLab


def test_the_parameters_for_jupyterlab_are_python_that_the_notebook_takes():
    job = json.loads((EXAMPLES / "jupyter-scheduler.json").read_text(encoding="utf-8"))
    every = {one.path.name: one for one in notebooks.find(ROOT / "notebooks")}
    notebook = every[job["input_uri"]]
    given = {name: ast.literal_eval(text) for name, text in job["parameters"].items()}
    parameters.raise_all(parameters.faults(given, notebook.parameters, notebook.stem))


# What the guide shows


def test_the_lines_that_read_last_run_json_say_what_happened(tmp_path, need):
    need(shutil.which("jq"), "jq")
    (tmp_path / "reports/shop").mkdir(parents=True)
    message = {"level": "warning", "code": "stale", "text": "The newest purchase is old."}
    last = {"state": "ok", "exit_code": 4, "run_id": "2024-12-31-3f9a2c1b", "messages": [message]}
    (tmp_path / "reports/shop/last_run.json").write_text(json.dumps(last))
    shown = re.findall(r"^((?:jq|python3) .*last_run.*)$", guide(), re.MULTILINE)
    assert len(shown) == 2
    for line in shown:
        said = subprocess.run(
            ["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout
        assert said == "ok 4 2024-12-31-3f9a2c1b\nwarning stale: The newest purchase is old.\n"


def test_the_guide_names_every_file_beside_it_and_every_exit_code():
    files = {path.name for path in EXAMPLES.iterdir() if path.is_file()} - {"README.md"}
    assert [name for name in sorted(files) if name not in guide()] == []
    told = re.findall(r"^\| (\d+)(?:, (\d+))? \|", guide(), re.MULTILINE)
    assert {code for pair in told for code in pair if code} == {*ENDINGS} - {"137"} | {"137"}


def repeated() -> set[str]:
    """The exit codes after which the guide says to run again."""
    rows = re.findall(r"^\| (\d+)(?:, (\d+))? \|.*\| (?:yes|once)\b.*\|$", guide(), re.MULTILINE)
    return {code for row in rows for code in row if code}


def guide() -> str:
    return (EXAMPLES / "README.md").read_text(encoding="utf-8")
