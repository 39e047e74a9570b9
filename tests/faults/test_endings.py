"""However a run ends, the last good report stays, nothing runs on and nothing lies about."""

import os
import signal
import subprocess
import time

import pytest

pytestmark = pytest.mark.slow

ASLEEP = '"what": "10_sleeps", "done": 2'  # of three cells: the last one sleeps

# A cell that asks nobody: it neither sleeps nor lets another thread of its kernel run.
CELLS = {"sleeps": "import time; time.sleep(600)", "holds the interpreter": "sum(range(10**12))"}


@pytest.fixture
def asleep(shop, until):
    """Start a run and wait until a notebook of it is in its last cell."""

    def asleep(cell: str = "sleeps", **asked) -> subprocess.Popen:
        shop.add("10_sleeps", "pass", CELLS[cell])
        # Tests in the background, or under nohup, have what they start ignore these.
        heeding = ["env", "--default-signal=INT,HUP"]
        process = shop.start("--progress", "json", before=heeding, **asked)
        until(process, ASLEEP)
        return process

    return asleep


def ended(process: subprocess.Popen) -> int:
    _, _ = process.communicate(timeout=10)
    return process.returncode


@pytest.mark.parametrize(
    ("wish", "code"),
    [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 143)],
    ids=["SIGTERM", "SIGINT", "SIGHUP"],
)
def test_a_wish_to_end_is_granted_within_ten_seconds(shop, asleep, wish, code):
    before, latest = shop.contents(), shop.latest
    process = asleep("holds the interpreter")
    process.send_signal(wish)
    process.send_signal(wish)  # whoever wishes twice must not break off the clearing away
    assert ended(process) == code
    shop.is_as_it_was(before, latest)
    assert (shop.last_run["state"], shop.last_run["exit_code"]) == ("interrupted", code)
    assert "The last run was interrupted" in (shop.out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("cell", CELLS)
def test_a_run_that_is_killed_leaves_nothing_running_and_the_next_one_clears_it(shop, asleep, cell):
    before, latest = shop.contents(), shop.latest
    process = asleep(cell)
    assert len(shop.processes()) > 1
    process.kill()
    assert ended(process) == -signal.SIGKILL
    until = time.monotonic() + 10
    while shop.processes() and time.monotonic() < until:
        time.sleep(0.05)
    assert shop.processes() == []
    assert shop.contents() == before
    assert shop.latest == latest
    (shop.study.parent / "notebooks" / "10_sleeps.ipynb").unlink()
    said = shop.runs_without_help().said
    assert "An earlier run died; what it left was cleared." in said
    assert before.items() <= shop.contents().items()


def test_a_run_whose_terminal_is_gone_still_publishes(shop):
    reading, writing = os.pipe()
    os.close(reading)
    ended = shop.run("--force", stdout=writing, stderr=writing)
    os.close(writing)
    assert shop.last_run["state"] == "ok"
    assert ended.code in (0, 1)  # nobody hears what was published, as `head` has it
    shop.is_clean()


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("import sys; sys.exit(0)", "it left before its last cell"),
        ("import os; os._exit(0)", "its kernel died, killed or out of memory"),
        ("import os; os.kill(os.getpid(), 9)", "its kernel died, killed or out of memory"),
        ("import time; time.sleep(600)", "it took longer than 2 seconds"),
    ],
    ids=["sys.exit(0)", "os._exit(0)", "killed", "too slow"],
)
def test_a_notebook_that_did_not_run_its_last_cell_publishes_nothing(shop, cell, why):
    before, latest = shop.contents(), shop.latest
    shop.add("10_leaves", "pass", cell, "pass")
    ended = shop.run_warm("--only", "10", "--cell-timeout", "2", kernels=True)
    assert ended.code == 1, ended.said
    assert f"10_leaves failed in cell 3: {why}." in ended.said
    shop.is_as_it_was(before, latest)
    assert (shop.last_run["state"], shop.last_run["exit_code"]) == ("failed", 1)
    assert shop.last_run["messages"][-1]["code"] == "notebook-failed"


def test_a_run_has_a_time_limit(shop):
    before, latest = shop.contents(), shop.latest
    shop.add("10_sleeps", "pass", CELLS["sleeps"])
    ended = shop.run_warm("--only", "10", "--timeout", "5", kernels=True)
    assert ended.code == 1, ended.said
    assert "The run took longer than 5 seconds." in ended.said
    shop.is_as_it_was(before, latest)
    assert shop.last_run["messages"][-1]["code"] == "time-is-up"
