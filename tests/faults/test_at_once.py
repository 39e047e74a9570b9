"""One run at a time for a report, and readers who never see half of one."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from clv.runs import manifest, publishing

pytestmark = pytest.mark.slow

PUBLISHES = 12

# Reads the latest report again and again; the link is followed once for each reading.
READER = """
import json, sys
from pathlib import Path
from clv.runs import manifest, publishing

home, done = Path(sys.argv[1]), Path(sys.argv[2])
print("ready", flush=True)
reads, faults = 0, []
while not done.exists():
    run = publishing.latest(home)
    if run is None or not manifest.verifies(run):
        faults.append(str(run))
        continue
    numbers = {path.read_text(encoding="utf-8").split()[0] for path in run.glob("html/en/*")}
    if numbers != {run.name.removeprefix("run-")}:
        faults.append(f"{run}: {numbers}")
    reads += 1
print(json.dumps({"reads": reads, "faults": faults}))
"""


def test_the_second_of_two_runs_is_turned_away_at_once_and_writes_nothing(shop, until, hashes):
    shop.add("10_sleeps", "pass", "import time; time.sleep(600)")
    first = shop.start("--progress", "json")
    until(first, '"what": "10_sleeps", "done": 2')
    before = hashes(shop.out)
    second = shop.run_warm("--force")
    assert second.code == 75, second.said
    assert "Another run holds" in second.said
    assert hashes(shop.out) == before
    assert second.seconds < 10
    first.send_signal(signal.SIGKILL)
    first.communicate(timeout=10)
    # A lock lives no longer than its holder: nobody has to remove a file.
    (shop.study.parent / "notebooks" / "10_sleeps.ipynb").unlink()
    shop.runs_without_help()


def test_two_studies_publish_beside_each_other(shop):
    other = shop.study.with_name("other.yml")
    text = shop.study.read_text(encoding="utf-8")
    other.write_text(text.replace("name: shop", "name: other"), encoding="utf-8")
    both = [shop.start("--force"), replace(shop, study=other).start()]
    assert [process.communicate(timeout=60) and process.returncode for process in both] == [0, 0]
    front = (shop.out / "index.html").read_text(encoding="utf-8")
    assert "shop/latest" in front or "shop/runs" in front
    assert "other/latest" in front or "other/runs" in front
    shop.is_clean()


def report(folder: Path, number: int) -> Path:
    """A staged report that says its number in every file."""
    for name in ("html/en/00_x.html", "tables/customers.csv", "results.json"):
        path = folder / "report" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number} " * 20_000, encoding="utf-8")
    manifest.write(folder / "report", {"run_id": f"run-{number}"})
    return folder / "report"


def test_a_reader_during_twelve_publishes_sees_a_whole_report_every_time(tmp_path):
    home, done = tmp_path / "home", tmp_path / "done"
    home.mkdir()
    run = publishing.publish(report(tmp_path, 0), home, "run-0")
    publishing.point_latest(home, run)
    command = [sys.executable, "-c", READER, str(home), str(done)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout.readline() == "ready\n"
        for number in range(1, PUBLISHES + 1):
            run = publishing.publish(report(tmp_path, number), home, f"run-{number}")
            publishing.point_latest(home, run)
            assert os.readlink(home / "latest") == f"runs/run-{number}"
            time.sleep(0.1)
        done.touch()
        said = json.loads(reader.stdout.read())
    assert said["faults"] == []
    assert said["reads"] > PUBLISHES
