"""The whole suite gives the same bytes, with everything different that must make no difference."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

STUDY = """\
name: shop
transactions: cdnow-sample
as_of: 1998-06-30
languages: [tr]
"""

OTHERWISE = {
    "TZ": "Pacific/Kiritimati",
    "PYTHONHASHSEED": "7",
    "PYTHONOPTIMIZE": "1",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "2",
    "LC_ALL": "tr_TR.ISO-8859-9",
    "HOME": "/nonexistent",
    "COLUMNS": "40",
}


def run(folder: Path, *options: str, **asked) -> Path:
    """Run the suite in a folder of its own; the folder of its one run."""
    folder.mkdir(parents=True)
    (folder / "study.yml").write_text(STUDY, encoding="utf-8")
    command = [str(Path(sys.executable).with_name("clv")), "run", "study.yml", "--out", "out"]
    subprocess.run([*command, *options], cwd=folder, check=True, capture_output=True, **asked)
    (found,) = (folder / "out" / "shop" / "runs").iterdir()
    return found


def test_two_runs_of_the_whole_suite(tmp_path, hashes, locales, clock, monkeypatch):
    first = run(tmp_path / "first")
    for name, value in {**OTHERWISE, **clock(400), "LOCPATH": str(locales)}.items():
        monkeypatch.setenv(name, value)
    second = run(tmp_path / "second" / "elsewhere ü", "--jobs", "1")
    assert first.name == second.name
    mine, theirs = hashes(first), hashes(second)
    assert len(mine) > 40
    differing = {name for name in mine | theirs if mine.get(name) != theirs.get(name)}
    assert differing <= {"manifest.json"}
    said = [json.loads((run / "manifest.json").read_text("utf-8")) for run in (first, second)]
    assert {key for key in said[0] if said[0][key] != said[1].get(key)} <= {"seconds"}
