"""Wherever and however a run is started, the same inputs give the same bytes."""

import os
import shutil
import stat
import subprocess
import sys
import time
from dataclasses import replace

import pytest

pytestmark = pytest.mark.slow

CLOCKED = ("manifest.json",)  # besides last_run.json and the index, which stand elsewhere


@pytest.fixture
def same_bytes(shop, hashes):
    """Run the shop anew in a way of its own, and compare every file that was published."""

    def same_bytes(*options: str, **asked) -> None:
        first = shop.latest
        ended = asked.pop("shop", shop).run("--force", *options, **asked)
        assert ended.code == 0, ended.said
        assert shop.latest != first
        mine, theirs = hashes(first), hashes(shop.latest)
        assert {name for name in mine | theirs if mine.get(name) != theirs.get(name)} <= {*CLOCKED}
        shop.is_clean()

    return same_bytes


@pytest.mark.parametrize(
    ("locale", "zone", "seed", "days"),
    [
        ("tr_TR.UTF-8", "Asia/Tokyo", "1", -400),
        ("tr_TR.ISO-8859-9", "America/St_Johns", "2", 400),
        ("C", "Pacific/Kiritimati", "random", 0),
    ],
)
def test_locale_time_zone_hash_seed_and_a_clock_that_is_far_off(
    same_bytes, locales, clock, locale, zone, seed, days
):
    ahead = clock(days)
    asked = [sys.executable, "-c", "import time; print(time.time())"]
    said = subprocess.run(asked, env=os.environ | ahead, stdout=subprocess.PIPE, check=True).stdout
    assert abs(float(said) - time.time() - days * 24 * 3600) < 3600
    env = {"LOCPATH": str(locales), "LC_ALL": locale, "LANG": locale, "LANGUAGE": "tr", **ahead}
    same_bytes(env={**env, "TZ": zone, "PYTHONHASHSEED": seed, "PYTHONUTF8": "0"})


@pytest.mark.parametrize("home", [None, "/proc/nobody"], ids=["unset", "not to be written"])
def test_no_network_and_no_home_folder(same_bytes, home):
    gone = ["env", "-u", "HOME", "-u", "XDG_CONFIG_HOME", "-u", "XDG_CACHE_HOME"]
    owned = gone if home is None else [*gone, f"HOME={home}"]
    same_bytes(before=["unshare", "--net", *owned])


def test_python_without_docstrings_and_with_startup_files(same_bytes, tmp_path):
    startup = tmp_path / "startup.py"
    startup.write_text("raise RuntimeError('this is for a Python of my own')")
    env = {"PYTHONOPTIMIZE": "2", "PYTHONSTARTUP": str(startup), "PYTHONWARNINGS": "always"}
    same_bytes(env={**env, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"})


@pytest.mark.parametrize("closed", [(0,), (0, 1, 2)], ids=["stdin", "all three"])
def test_closed_streams(same_bytes, shop, closed):
    shell = " ".join(f"{number}>&-" for number in closed)
    same_bytes(before=["sh", "-c", f'exec "$@" {shell}', "sh"], stderr=subprocess.DEVNULL)
    assert shop.last_run["state"] == "ok"


def test_a_working_folder_that_is_gone_and_a_long_path_for_temporary_files(
    same_bytes, shop, tmp_path
):
    gone, far = tmp_path / "gone", tmp_path / ("so-far-away-that-no-socket-can-be-there-" * 3)
    gone.mkdir()
    far.mkdir()
    away = ["sh", "-c", 'rmdir "$0" && exec "$@"', str(gone)]
    same_bytes(shop=replace(shop, temporary=far), before=away, cwd=gone)


def test_no_stranger_may_write_whatever_the_umask(shop):
    shutil.rmtree(shop.out)
    ended = shop.run(before=["sh", "-c", 'umask 000 && exec "$@"', "sh"])
    assert ended.code == 0, ended.said
    for path in [shop.out, *shop.out.rglob("*")]:
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert path.is_symlink() or not mode & stat.S_IWOTH, path
    for folder in ("tables", "notebooks", "html/en/analyst"):
        for path in [shop.latest / folder, *(shop.latest / folder).iterdir()]:
            assert not stat.S_IMODE(path.stat().st_mode) & (stat.S_IROTH | stat.S_IXOTH), path
    for page in [shop.out / "index.html", *(shop.latest / "html").glob("*/*.html")]:
        assert stat.S_IMODE(page.stat().st_mode) == 0o644


def test_what_is_being_built_is_nobody_elses_business(shop, until):
    shop.add("10_looks", "pass", "import time; time.sleep(600)")
    process = shop.start("--progress", "json", before=["sh", "-c", 'umask 000 && exec "$@"', "sh"])
    until(process, '"what": "10_looks", "done": 2')
    staging = shop.home / ".staging"
    assert stat.S_IMODE(staging.stat().st_mode) == 0o700
    sockets = (staging / "sockets").readlink()
    assert stat.S_IMODE(sockets.stat().st_mode) & 0o777 == 0o700
    assert sockets.parent == shop.temporary
    os.kill(process.pid, 15)
    process.communicate(timeout=10)
