"""Old runs go when they are asked to, and never one that is still needed."""

import json
import os

import pandas as pd
import pytest

from clv.runs import pruning, publishing, since


@pytest.fixture
def home(tmp_path):
    (tmp_path / "shop" / "runs").mkdir(parents=True)
    return tmp_path / "shop"


def add(home, name, published, compared_with=None, run_id=None):
    """A run that was published at a second, under its name."""
    folder = home / "runs" / name
    folder.mkdir()
    made = {"run_id": run_id or name, "compared_with": compared_with, "files": {}}
    (folder / "manifest.json").write_text(json.dumps(made))
    os.utime(folder / "manifest.json", (published, published))
    return folder


def left(home):
    return sorted(folder.name for folder in (home / "runs").iterdir())


def test_the_newest_stay_and_the_others_go(home):
    runs = [add(home, f"2024-0{n}-01-aaaa", published=n) for n in range(1, 6)]
    publishing.point_latest(home, runs[-1])
    (said,) = pruning.prune(home, 2, runs[-1])
    assert left(home) == ["2024-04-01-aaaa", "2024-05-01-aaaa"]
    assert (said.level, said.text) == ("info", "3 old runs taken away, as --keep 2 asks.")
    assert pruning.prune(home, 2, runs[-1]) == ()
    assert not (home / pruning.PLACE).exists()


def test_the_latest_and_what_it_is_compared_with_stay_however_old(home):
    first = add(home, "first", published=1)
    again = add(home, "first.2", published=2, run_id="first")
    whole = add(home, "whole", published=3, compared_with="first")
    add(home, "forgotten", published=4)
    part = add(home, "part", published=5, compared_with="base")
    add(home, "base", published=0)
    publishing.point_latest(home, whole)
    pruning.prune(home, 1, part)
    assert left(home) == ["base", "first", "first.2", "part", "whole"]
    assert (publishing.latest(home), first.exists(), again.exists()) == (whole, True, True)


def test_a_run_that_has_just_found_itself_done_stays(home):
    old, new = add(home, "old", published=1), add(home, "new", published=2)
    publishing.point_latest(home, new)
    pruning.prune(home, 1, old)
    assert left(home) == ["new", "old"]


def test_what_no_run_has_written_is_nobodys_to_take_away(home):
    new = add(home, "new", published=2)
    (home / "runs" / "notes").mkdir()
    (home / "runs" / "broken").mkdir()
    (home / "runs" / "broken" / "manifest.json").write_text("{")
    pruning.prune(home, 1, new)
    assert left(home) == ["broken", "new", "notes"]


def test_what_a_run_that_died_had_begun_to_take_away_goes_too(home):
    new = add(home, "new", published=2)
    (home / pruning.PLACE / "half").mkdir(parents=True)
    pruning.prune(home, 1, new)
    assert not (home / pruning.PLACE).exists()


def listed(home, name, until, **how):
    """A run with the watch list of its day."""
    run = add(home, name, **how)
    (run / "tables").mkdir()
    table = pd.DataFrame({"until": pd.to_datetime([until])})
    table.to_parquet(run / "tables" / since.WATCH_LIST)
    return run


def test_watch_lists_outlive_their_runs_as_long_as_a_report_may_need_them(home):
    days = {"1997-08-31": "1997-11-30", "1997-09-30": "1997-12-31", "1997-12-31": "1998-03-31",
            "1998-01-31": "1998-04-30"}  # fmt: skip
    runs = [listed(home, f"{day}-aa", until, published=n)
            for n, (day, until) in enumerate(days.items())]  # fmt: skip
    publishing.point_latest(home, runs[-1])
    before = [since.watch_list(home, day) for day in ("1998-01-31", "1998-03-31", "1998-04-30")]
    known = [path.read_bytes() for path in before]
    pruning.prune(home, 1, runs[-1])
    assert left(home) == ["1998-01-31-aa"]
    after = [since.watch_list(home, day) for day in ("1998-01-31", "1998-03-31", "1998-04-30")]
    assert [path.read_bytes() for path in after] == known
    assert sorted(path.stem for path in (home / since.LISTS).iterdir()) == [
        "1997-09-30-aa",  # used by this report
        "1997-12-31-aa",  # by one to come; that of August is of no use any more
    ]
    new = listed(home, "1998-04-30-aa", "1998-07-31", published=9)
    publishing.point_latest(home, new)
    pruning.prune(home, 1, new)
    assert [path.stem for path in (home / since.LISTS).iterdir()] == ["1998-01-31-aa"]


def test_the_watch_list_of_other_data_is_of_no_use_to_a_study(home):
    run = listed(home, "1997-09-30-aa", "1997-12-31", published=1)
    made = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps(made | {"by_hand": True}))
    assert since.watch_list(home, "1998-01-31") is None
    pruning.prune(home, 1, add(home, "1998-01-31-bb", published=2))
    assert not (home / since.LISTS).exists()


def test_a_run_that_cannot_be_taken_away_is_told_and_stays(home):
    old, new = add(home, "old", published=1), add(home, "new", published=2)
    (home / pruning.PLACE).write_text("a file where a folder should be")
    (said,) = pruning.prune(home, 1, new)
    assert (said.level, said.code) == ("warning", "not-pruned")
    assert old.exists()
