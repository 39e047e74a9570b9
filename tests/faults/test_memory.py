"""Where memory runs out, it is said where, and the report that stands goes on standing."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

EATS = "eaten = [bytearray(2**24) for _ in range(2**14)]"  # touches every page: 256 GB
MB = 2**20
MEANT = (0, 2, 3, 4, 5, 75, -signal.SIGINT, 130, -signal.SIGTERM, 143)  # exit codes that say else


def test_a_cell_that_asks_for_more_than_there_is(shop):
    before, latest = shop.contents(), shop.latest
    shop.add("10_eats", "pass", "eaten = bytearray(2**45)")
    ended = shop.run("--only", "10", before=["prlimit", f"--as={8192 * MB}"])
    assert ended.code == 1, ended.said
    assert "10_eats failed in cell 3: MemoryError" in ended.said
    shop.is_as_it_was(before, latest)


@pytest.mark.parametrize("megabytes", [300, 1000])
def test_a_run_without_memory_for_itself(shop, megabytes):
    before, latest = shop.contents(), shop.latest
    ended = shop.run("--force", before=["prlimit", f"--as={megabytes * MB}"])
    # Where nothing is heard any more the system ends it; some libraries end it in their own words.
    assert ended.code not in MEANT, ended.said
    if ended.code == 1:
        assert "memory" in ended.said.lower()
    assert shop.contents() == before
    assert shop.latest == latest
    shop.runs_without_help()


@pytest.fixture
def fenced(need) -> Iterator[list[str]]:
    """What to put before a command so that all its processes share 1 GB of memory."""
    folder, limit = _group()
    need(folder, "control groups that may be written")
    limit.write_text(str(1024 * MB))
    members = folder / "cgroup.procs"
    yield ["sh", "-c", f'echo $$ > {members} && exec "$@"', "sh"]
    folder.rmdir()


def _group() -> tuple[Path | None, Path]:
    """A control group of our own and the file with its limit, in either version of them."""
    root = Path("/sys/fs/cgroup")
    for place, name in ((root / "memory", "memory.limit_in_bytes"), (root, "memory.max")):
        folder = place / f"clv-{os.getpid()}"
        try:
            folder.mkdir()
        except OSError:
            continue
        if (folder / name).exists():
            return folder, folder / name
        folder.rmdir()
    return None, root


def test_a_kernel_that_eats_the_memory_of_the_machine(shop, fenced):
    before, latest = shop.contents(), shop.latest
    shop.add("10_eats", "pass", EATS)
    ended = shop.run("--only", "10", before=fenced)
    assert ended.code == 1, ended.said
    assert "10_eats failed in cell 3: its kernel died, killed or out of memory." in ended.said
    shop.is_as_it_was(before, latest)
    assert shop.last_run["state"] == "failed"


def test_kernels_die_before_the_run_that_must_tell_of_it(shop, until):
    shop.add("10_sleeps", "pass", "import time; time.sleep(600)")
    process = shop.start("--progress", "json")
    until(process, '"what": "10_sleeps", "done": 2')
    scores = {
        other.pid: int(Path(f"/proc/{other.pid}/oom_score_adj").read_text())
        for other in shop.processes()
    }
    process.terminate()
    process.communicate(timeout=10)
    assert scores.pop(process.pid) < min(scores.values())
