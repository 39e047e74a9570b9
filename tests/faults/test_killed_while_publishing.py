"""A run that is killed at any of its writes leaves the old report or the new one, never a mixture.

What a run writes is counted once; then it is made again for each of some writes that stand for
every step, and killed by itself, as `kill -9` does it, when that write is about to be done.
"""

import re
import signal
from dataclasses import dataclass

import pytest

from clv.runs import manifest

pytestmark = pytest.mark.slow

MORE = "041,2024-12-01,17.50\n"  # a purchase that the report which stands does not know of

# What is about to be done when the run is killed, as the path's end, and which of all such writes.
STEPS = {
    "the staging folder is made": ("os.mkdir", "/.staging/report", 0),
    "a table is written": ("open", "/tables/customers.csv", 0),
    "a page is written": ("open", "/analyst/00_speaks.html", 0),
    "the manifest gets its name": ("os.rename", "/report/manifest.json", 0),
    "the first file is waited for": ("os.fsync", "/report/results.json", 0),
    "the staged report is waited for": ("os.fsync", "/.staging/report", -1),
    "the run gets its name": ("os.rename", "/runs/{run}", 0),
    "the run has its name": ("os.fsync", "/runs", 0),
    "the new link is made": ("os.symlink", "/.latest", 0),
    "the new link takes its place": ("os.rename", "/latest", 0),
    "the new link has its place": ("os.fsync", "/shop", 0),
    "staging is cleared": ("os.remove", "/scratch/prepared/transactions.parquet", 0),
    "the result gets its name": ("os.rename", "/last_run.json", 0),
    "the front page gets its name": ("os.rename", "/index.html", 0),
    "all is done but to wait": ("os.fsync", "/reports", -1),
}
COMMITTED = list(STEPS).index("the new link has its place")


@dataclass(frozen=True)
class Undisturbed:
    """What a run comes to that nothing befalls."""

    writes: list[str]  # paths from the shop's folder on
    name: str
    contents: dict[str, str]  # hash of every file of the run


def sells(shop) -> None:
    """Let the shop sell something that the report which stands does not know of."""
    with shop.study.with_name("orders.csv").open("a", encoding="utf-8") as orders:
        orders.write(MORE)


def counted(shop, writes) -> list[str]:
    """Writes without what differs from run to run: where the shop stands, and temporary files."""
    below = [write.replace(f" {shop.out.parent}", " ") for write in writes]
    return [re.sub(f" {shop.temporary}.*", " temporary", write) for write in below]


@pytest.fixture(scope="module")
def undisturbed(copied, tmp_path_factory, hashes) -> Undisturbed:
    with copied(tmp_path_factory.mktemp("undisturbed")) as shop:
        before = shop.latest
        sells(shop)
        ended = shop.run_warm()
        assert ended.code == 0, ended.said
        assert shop.latest != before
        shop.is_clean()
        return Undisturbed(counted(shop, ended.writes), shop.latest.name, hashes(shop.latest))


def number(step: str, undisturbed: Undisturbed) -> int:
    """Which write of all it is."""
    what, ending, which = STEPS[step]
    ending = ending.format(run=undisturbed.name)
    found = [
        number
        for number, write in enumerate(undisturbed.writes, 1)
        if write.startswith(f"{what} ") and write.endswith(ending)
    ]
    return found[which]


def test_the_steps_stand_for_the_whole_run_in_its_order(undisturbed):
    numbers = [number(step, undisturbed) for step in STEPS]
    assert numbers == sorted(set(numbers))
    assert numbers[0] <= 5
    assert numbers[-1] == len(undisturbed.writes)
    assert {write.partition(" ")[0] for write in undisturbed.writes} == {
        "open", "os.fsync", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"
    }  # fmt: skip


@pytest.mark.parametrize("step", STEPS)
def test_a_run_is_killed_when(step, shop, undisturbed, hashes):
    old, before = shop.latest, shop.contents()
    sells(shop)
    last = number(step, undisturbed)
    killed = shop.run_warm(last=last)
    assert killed.code == -signal.SIGKILL, killed.said
    assert counted(shop, killed.writes) == undisturbed.writes[:last]
    committed = list(STEPS).index(step) >= COMMITTED
    assert shop.latest == (shop.home / "runs" / undisturbed.name if committed else old)
    assert before.items() <= shop.contents().items()
    for run in (shop.home / "runs").iterdir():  # also one that nothing leads to yet
        assert manifest.verifies(run)
        assert run == old or hashes(run) == undisturbed.contents
    ended = shop.run_warm()
    assert ended.code == 0, ended.said
    assert shop.last_run["state"] == "ok"
    assert shop.latest.name == undisturbed.name
    assert hashes(shop.latest) == undisturbed.contents
    assert before.items() <= shop.contents().items()
    assert len(list((shop.home / "runs").iterdir())) == 2
    assert undisturbed.name in (shop.out / "index.html").read_text(encoding="utf-8")
    shop.is_clean()
