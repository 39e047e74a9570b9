"""A disk that is full, has no inodes or is read-only harms nothing that stands on it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

STEP = 4096  # bytes that a disk gives away at once


@pytest.fixture
def disk(tmp_path) -> Iterator[Callable[..., Path]]:
    """Mount small disks in memory; gone again at the end."""
    mounted = []

    def disk(options: str, place: Path = tmp_path / "disk") -> Path:
        place.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", place], check=True)
        mounted.append(place)
        return place

    yield disk
    for place in mounted:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path, left: int) -> Path:
    """Fill a disk but for some bytes."""
    filler = disk / "filler"
    free = os.statvfs(disk).f_bavail * STEP
    filler.write_bytes(b"\0" * (free - left))
    return filler


@pytest.mark.parametrize("left", [0, 12 * STEP, 45 * STEP], ids=lambda left: f"{left} bytes left")
def test_a_full_disk(shop, disk, left):
    full = disk("size=4m")
    shutil.copytree(shop.out, full / "reports", symlinks=True)
    shop = replace(shop, out=full / "reports")
    before, latest = shop.contents(), shop.latest
    filler = fill(full, left)
    ended = shop.run("--force") if not left else shop.run_warm("--force")
    assert ended.code == 5, ended.said
    assert "No space left on device" in ended.said
    shop.is_as_it_was(before, latest)
    if left:  # else nothing can be said on that disk
        assert (shop.last_run["state"], shop.last_run["exit_code"]) == ("failed", 5)
    filler.unlink()
    shop.runs_without_help()


@pytest.mark.parametrize("left", [0, 12])
def test_a_disk_without_inodes(shop, disk, left):
    full = disk("size=4m,nr_inodes=200")
    shutil.copytree(shop.out, full / "reports", symlinks=True)
    shop = replace(shop, out=full / "reports")
    before, latest = shop.contents(), shop.latest
    (full / "many").mkdir()
    for number in range(os.statvfs(full).f_favail - left):
        (full / "many" / str(number)).touch()
    ended = shop.run_warm("--force")
    assert ended.code == 5, ended.said
    assert "No space left on device" in ended.said
    shop.is_as_it_was(before, latest)
    shutil.rmtree(full / "many")
    shop.runs_without_help()


def test_a_disk_that_has_become_read_only(shop, disk):
    worn = disk("size=4m")
    shutil.copytree(shop.out, worn / "reports", symlinks=True)
    shop = replace(shop, out=worn / "reports")
    before, latest, said = shop.contents(), shop.latest, shop.last_run
    subprocess.run(["mount", "-o", "remount,ro", worn], check=True)
    ended = shop.run_warm("--force")
    assert ended.code == 5, ended.said
    assert "Read-only file system" in ended.said
    shop.is_as_it_was(before, latest)
    assert shop.last_run == said
    subprocess.run(["mount", "-o", "remount,rw", worn], check=True)
    shop.runs_without_help()


@pytest.mark.parametrize("left", [STEP, 2 * STEP], ids=lambda left: f"{left} bytes left")
def test_no_room_for_temporary_files(shop, disk, left):
    before, latest = shop.contents(), shop.latest
    filler = fill(disk("size=4m", shop.temporary), left)
    ended = shop.run("--force")
    filler.unlink()
    if ended.code == 0:
        shop.is_clean()
    else:
        assert ended.code in (1, 5), ended.said
        shop.is_as_it_was(before, latest)
    assert shop.last_run["exit_code"] == ended.code
    shop.runs_without_help()


def test_a_folder_that_may_not_be_written(shop, need):
    before, latest = shop.contents(), shop.latest
    subprocess.run(["chattr", "+i", shop.home], check=False)  # root may write where others may not
    try:
        ended = shop.run_warm("--force")
    finally:
        subprocess.run(["chattr", "-i", shop.home], check=False)
    need(ended.code != 0, "a disk whose folders can be made immutable")
    assert ended.code == 5, ended.said
    shop.is_as_it_was(before, latest)
    shop.runs_without_help()
