"""The examples of examples/scheduling, each put to work as far as this machine can."""

import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml

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
    assert asked.read_text() == f"run\ndeliver --after {ending} --only-new\n"


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
    assert "Nothing sent: nothing has changed since the last report." in log
    assert url not in log
    assert (installed / "reports/shop/latest/html").is_dir()


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
    assert asked.read_text() == f"run\ndeliver --after {ending}\n"


# GitHub


@pytest.fixture
def workflow():
    text = (EXAMPLES / "github-actions.yml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=yaml.BaseLoader)  # as GitHub reads it: `on` is a word


def test_the_workflow_may_read_and_nothing_more_and_never_lasts_for_ever(workflow):
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["cancel-in-progress"] == "false"
    (job,) = workflow["jobs"].values()
    assert int(job["timeout-minutes"]) <= 60
    assert re.fullmatch(r"(\d+|\*)( (\d+|\*)){4}", workflow["on"]["schedule"][0]["cron"])


def test_what_the_workflow_uses_has_a_version_and_its_secrets_stand_in_variables(workflow):
    (job,) = workflow["jobs"].values()
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/x@v1"))
        assert "${{" not in step.get("run", "")  # nobody writes code into a command
        assert "secrets." not in json.dumps(step.get("with", {}))


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_workflow_ends_as_its_run_and_tells_it(workflow, place, stand_in, ending):
    asked = stand_in(ending)
    (job,) = workflow["jobs"].values()
    run, tell = (next(s for s in job["steps"] if s.get("name") == n) for n in ("Run", "Tell"))
    output = place / "output"
    ended = in_bash(run["run"], place, GITHUB_OUTPUT=str(output))
    assert ended == int(ending)
    assert output.read_text() == f"code={ending}\n"
    in_bash(tell["run"], place, CODE=ending)
    assert asked.read_text() == (
        f"run shop/study.yml --progress plain\ndeliver shop/study.yml --after {ending}\n"
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
    (job,) = workflow["jobs"].values()
    (upload,) = (s["with"] for s in job["steps"] if s.get("uses", "").startswith("actions/upload"))
    paths = upload["path"].split()
    assert paths[-1] == "!reports/*/runs/*/html/*/analyst/"
    assert not [path for path in paths if "tables" in path or "notebooks" in path]
    assert "reports" not in paths


def test_what_the_workflow_sets_up_is_what_make_knows(workflow):
    (job,) = workflow["jobs"].values()
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


def guide() -> str:
    return (EXAMPLES / "README.md").read_text(encoding="utf-8")
