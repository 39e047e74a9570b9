"""The last good report stays as it was until the next one stands; one run at a time."""

import errno
import json
import os
import signal
import stat
import tempfile
import threading
from pathlib import Path

import pytest

from clv.errors import AnotherRunHolds, CouldNotPublish
from clv.runs import publishing


def new_report(folder: Path, text: str = "good") -> Path:
    for name in (
        "html/en/00_x.html",
        "html/en/analyst/00_x.html",
        "tables/customers.csv",
        "notebooks/00_x.ipynb",
        "manifest.json",
    ):
        path = folder / "report" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "report"


# Publishing


def test_a_report_is_moved_into_place_and_latest_leads_to_it(tmp_path):
    assert publishing.latest(tmp_path) is None
    for name in ("2024-01-01-aaaaaaaa", "2024-02-01-bbbbbbbb"):
        run = publishing.publish(new_report(tmp_path, name), tmp_path, name)
        publishing.point_latest(tmp_path, run)
        assert publishing.latest(tmp_path) == run
        assert (tmp_path / "latest" / "manifest.json").read_text() == name
    assert os.readlink(tmp_path / "latest") == "runs/2024-02-01-bbbbbbbb"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["latest", "runs"]


def test_pages_are_for_everybody_and_tables_are_not(tmp_path):
    run = publishing.publish(new_report(tmp_path), tmp_path, "a-run")
    modes = {p.relative_to(run).as_posix(): stat.S_IMODE(p.stat().st_mode) for p in run.rglob("*")}
    assert modes["html"] == modes["html/en"] == 0o755
    assert modes["html/en/00_x.html"] == 0o644
    assert modes["html/en/analyst"] == 0o750
    assert modes["html/en/analyst/00_x.html"] == 0o640
    assert modes["tables"] == modes["notebooks"] == 0o750
    assert modes["tables/customers.csv"] == modes["notebooks/00_x.ipynb"] == 0o640
    assert modes["manifest.json"] == 0o640


def test_a_name_that_is_taken_gets_a_number(tmp_path):
    names = []
    for _ in range(3):
        names.append(publishing.free_name(tmp_path, "a-run"))
        publishing.publish(new_report(tmp_path), tmp_path, names[-1])
    assert names == ["a-run", "a-run.2", "a-run.3"]


def test_repeats_are_counted_on_where_older_ones_were_pruned(tmp_path):
    for name in ("a-run", "a-run.9", "a-run.10", "a-run.x", "a-run-too"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    stand = [run.name for run in publishing.repeats(tmp_path, "a-run")]
    assert stand == ["a-run.10", "a-run.9", "a-run"]
    (tmp_path / "runs" / "a-run").rmdir()
    assert publishing.free_name(tmp_path, "a-run") == "a-run.11"
    assert publishing.free_name(tmp_path, "another") == "another"


def test_a_published_run_is_never_written_over(tmp_path):
    publishing.publish(new_report(tmp_path, "first"), tmp_path, "a-run")
    with pytest.raises(OSError, match="not empty"):
        publishing.publish(new_report(tmp_path, "second"), tmp_path, "a-run")
    assert (tmp_path / "runs" / "a-run" / "manifest.json").read_text() == "first"


# Building


def test_the_second_of_two_runs_is_turned_away(tmp_path):
    with (
        publishing.hold(tmp_path),
        pytest.raises(AnotherRunHolds, match="wait for its end"),
        publishing.hold(tmp_path),
    ):
        pass
    with publishing.hold(tmp_path):
        pass


def test_nothing_of_a_staging_folder_is_left_when_a_run_fails(tmp_path):
    def fail(staging):
        (staging.report / "half.html").write_text("half")
        (staging.sockets / "kernel").write_text("")
        raise RuntimeError

    with pytest.raises(RuntimeError), publishing.stage(tmp_path) as staging:
        fail(staging)
    assert list(tmp_path.iterdir()) == []
    assert not staging.sockets.exists()


def test_what_a_dead_run_left_is_cleared_and_noticed(tmp_path):
    killed = publishing.stage(tmp_path)  # never left
    dead = killed.__enter__()
    tempfile.tempdir = None  # it died in a process of its own
    (dead.report / "half.html").write_text("half")
    with publishing.stage(tmp_path) as staging:
        assert staging.cleared
        assert list(staging.report.iterdir()) == []
    assert not dead.sockets.exists()
    with publishing.stage(tmp_path) as staging:
        assert not staging.cleared


def test_a_link_that_somebody_planted_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (tmp_path / "home" / ".staging").mkdir(parents=True)
    (tmp_path / "home" / ".staging" / "sockets").symlink_to(victim)
    with publishing.stage(tmp_path / "home"):
        pass
    assert victim.exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_trouble_with_the_disk_becomes_a_sentence(tmp_path, code):
    with (
        pytest.raises(CouldNotPublish, match=f"Could not write {tmp_path}: {os.strerror(code)}"),
        publishing.disk_trouble(tmp_path),
    ):
        raise OSError(code, os.strerror(code))


def test_json_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "last_run.json"
    publishing.write_json(path, {"state": "ok", "name": "İş"})
    with pytest.raises(ValueError, match="JSON"):
        publishing.write_json(path, {"share": float("nan")})
    assert json.loads(path.read_text(encoding="utf-8")) == {"state": "ok", "name": "İş"}
    assert list(tmp_path.iterdir()) == [path]


def test_what_could_not_be_written_leaves_nothing(tmp_path, monkeypatch):
    path = tmp_path / "index.html"
    publishing.write_text(path, "good", mode=0o644)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        publishing.write_text(path, "half", mode=0o644)
    assert path.read_text() == "good"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_a_file_has_its_mode_whatever_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        publishing.write_json(tmp_path / "last_run.json", {})
        publishing.write_text(tmp_path / "index.html", "", mode=0o644)
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"last_run.json": 0o640, "index.html": 0o644}


def test_no_stranger_may_write_what_is_made(tmp_path):
    before = os.umask(0)
    try:
        with publishing.for_no_stranger_to_write():
            (tmp_path / "reports").mkdir()
        (tmp_path / "later").mkdir()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "reports").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "later").stat().st_mode) == 0o777


def test_a_folder_that_several_write_to_is_kept_for_a_moment(tmp_path):
    order = []

    def second() -> None:
        with publishing.locked(tmp_path):
            order.append("second")

    waiting = threading.Thread(target=second)
    with publishing.locked(tmp_path):
        waiting.start()
        waiting.join(0.1)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


def test_what_is_being_published_is_not_broken_off():
    before = {number: signal.getsignal(number) for number in publishing.ENDING}
    with publishing.undisturbed():
        for number in publishing.ENDING:
            os.kill(os.getpid(), number)
    assert {number: signal.getsignal(number) for number in publishing.ENDING} == before


def test_temporary_files_of_a_run_stand_in_its_private_folder(tmp_path):
    before = tempfile.gettempdir()
    with publishing.stage(tmp_path) as staging:
        assert Path(tempfile.mkdtemp()).parent == staging.sockets
        assert stat.S_IMODE(staging.report.parent.stat().st_mode) == 0o700
    assert tempfile.gettempdir() == before
    assert not staging.sockets.exists()


def test_a_run_to_which_nothing_leads_can_be_withdrawn(tmp_path):
    run = publishing.publish(new_report(tmp_path), tmp_path, "a-run")
    publishing.withdraw(run)
    assert list((tmp_path / "runs").iterdir()) == []


def test_who_hangs_up_is_no_trouble_of_the_disk(tmp_path):
    with pytest.raises(BrokenPipeError), publishing.disk_trouble(tmp_path):
        raise BrokenPipeError


def test_no_memory_is_no_trouble_of_the_disk(tmp_path):
    with pytest.raises(OSError, match="Cannot allocate"), publishing.disk_trouble(tmp_path):
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))


def test_a_latest_that_has_become_a_folder_is_named_as_the_cause(tmp_path):
    run = publishing.publish(new_report(tmp_path), tmp_path, "a-run")
    (tmp_path / "latest" / "html").mkdir(parents=True)
    with pytest.raises(
        CouldNotPublish, match=r"latest is a folder, and was to be a link to .*a-run"
    ):
        publishing.point_latest(tmp_path, run)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["latest", "runs"]
