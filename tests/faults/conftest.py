"""A shop whose report stands, and what may befall the next run of it.

Each run is a process of its own with a folder of its own for temporary files, so that whatever it
leaves behind, running or lying about, is found.
"""

import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest

from clv.runs import manifest

CLV = Path(sys.executable).with_name("clv")
LONG = 120  # seconds that nothing here takes on a busy machine


@pytest.fixture(scope="session", autouse=True)
def _root_on_linux(need):
    need(sys.platform == "linux" and os.geteuid() == 0, "root on Linux")


@dataclass(frozen=True)
class Ended:
    """What a command came to."""

    code: int
    said: str  # on stderr
    seconds: float
    writes: tuple[str, ...] = ()  # where they were counted


@dataclass(frozen=True)
class Forking:
    """A process that has everything imported, and forks off a run wherever one is asked for."""

    process: subprocess.Popen

    def run(self, shop: "Shop", *options: str, env=(), kernels=False, last=None) -> Ended:
        """Run to the end, or to the last of its writes; without kernels if not told otherwise."""
        asked = {
            "arguments": shop.command(*options)[1:],
            "environment": dict(env),
            "folders": [str(shop.out), str(shop.temporary)],
            "kernels": kernels,
            "last": last,
            "temporary": str(shop.temporary),
        }
        started = time.monotonic()
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answered, _, _ = select.select([self.process.stdout], [], [], LONG)
        if not answered:
            self.process.kill()
            pytest.fail(f"{asked['arguments']} has not ended")
        told = json.loads(self.process.stdout.readline())
        seconds = time.monotonic() - started
        return Ended(told["code"], told["said"], seconds, tuple(told["writes"]))


@dataclass(frozen=True)
class Shop:
    """A study folder with notebooks of its own, and where its reports go."""

    study: Path
    out: Path
    temporary: Path
    forking: Forking
    started: list[subprocess.Popen] = field(default_factory=list)

    @property
    def home(self) -> Path:
        return self.out / "shop"

    @property
    def latest(self) -> Path:
        return (self.home / "latest").resolve()

    @property
    def last_run(self) -> dict:
        return json.loads((self.home / "last_run.json").read_text(encoding="utf-8"))

    def command(self, *options: str) -> list[str]:
        return [str(CLV), "run", str(self.study), "--out", str(self.out), *options]

    def start(self, *options: str, before=(), **asked) -> subprocess.Popen:
        """Start a run; `before` stands before the command, `env` is added to the environment."""
        env = {**os.environ, "TMPDIR": str(self.temporary), **asked.pop("env", {})}
        asked = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True} | asked
        command = [*before, *self.command(*options)]
        process = subprocess.Popen(command, env=env, start_new_session=True, **asked)
        self.started.append(process)
        return process

    def run(self, *options: str, **asked) -> Ended:
        """Run to the end."""
        started = time.monotonic()
        process = self.start(*options, **asked)
        _, said = process.communicate(timeout=LONG)
        return Ended(process.returncode, said or "", time.monotonic() - started)

    def add(self, name: str, *cells: str) -> None:
        """Give the shop one more notebook."""
        code = ['language: str = "en"  # languages of the page', *cells]
        notebook = {
            "cells": [
                {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# What now?"},
                *(
                    {
                        "cell_type": "code",
                        "execution_count": None,
                        "id": f"cell-{number}",
                        "metadata": {"tags": ["parameters"]} if number == 0 else {},
                        "outputs": [],
                        "source": source,
                    }
                    for number, source in enumerate(code)
                ),
            ],
            "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": ""}},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        path = self.study.parent / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def processes(self) -> list[psutil.Process]:
        """Everything that runs for this shop: it inherits the folder of temporary files."""
        found = []
        for process in psutil.process_iter():
            try:
                # A kernel's own folder stands in that folder.
                folder = process.environ().get("TMPDIR", "")
                alive = process.status() != psutil.STATUS_ZOMBIE
            except psutil.Error:
                continue
            if alive and folder.startswith(str(self.temporary)):
                found.append(process)
        return found

    def contents(self) -> dict[str, str]:
        """Hash of every published file, by its path."""
        return contents(self.home / "runs")

    def is_as_it_was(self, before: dict[str, str], latest: Path) -> None:
        """Every published file is what it was, `latest` leads where it did, and nothing is left."""
        assert self.contents() == before
        assert self.latest == latest
        assert manifest.verifies(latest)
        self.is_clean()

    def is_clean(self) -> None:
        """Nothing runs any more, and nothing lies about."""
        until = time.monotonic() + 10
        while self.processes() and time.monotonic() < until:
            time.sleep(0.05)
        assert self.processes() == []
        assert list(self.temporary.iterdir()) == []
        assert [path.name for path in self.out.iterdir() if path.name.startswith(".")] == []
        hidden = {path.name for path in self.home.iterdir() if path.name.startswith(".")}
        assert hidden <= {".lock"}

    def run_warm(self, *options: str, **asked) -> Ended:
        """Run to the end, without starting anew and, if not told otherwise, without kernels."""
        return self.forking.run(self, *options, **asked)

    def runs_without_help(self) -> Ended:
        """The next run publishes, and nothing is left of what befell the one before."""
        ended = self.run_warm("--force")
        assert ended.code == 0, ended.said
        assert self.last_run["state"] == "ok"
        assert manifest.verifies(self.latest)
        self.is_clean()
        return ended


def contents(folder: Path) -> dict[str, str]:
    """Hash of every file below a folder, by its path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    hashed = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    return {name: hashlib.sha256(content).hexdigest() for name, content in hashed.items()}


@pytest.fixture(scope="session")
def hashes() -> Callable[[Path], dict[str, str]]:
    return contents


@pytest.fixture(scope="session")
def orders() -> str:
    """Purchases of forty customers."""
    days = [f"2024-{1 + n % 11:02d}-{1 + 3 * n % 28:02d}" for n in range(200)]
    rows = (f"{n % 40:03d},{day},{5 + 7 * n % 90}.50" for n, day in enumerate(days))
    return "\n".join(["customer_id,date,amount", *rows, ""])


@pytest.fixture(scope="session")
def standing(tmp_path_factory, orders) -> Shop:
    """A shop with a good report."""
    folder = tmp_path_factory.mktemp("standing")
    (folder / "shop" / "notebooks").mkdir(parents=True)
    (folder / "shop" / "orders.csv").write_text(orders, encoding="utf-8")
    study = folder / "shop" / "study.yml"
    study.write_text("name: shop\ntransactions: orders.csv\nas_of: 2024-12-31\n", encoding="utf-8")
    speaks = Path(__file__).parents[1] / "runs" / "notebooks" / "00_speaks.ipynb"
    shutil.copy(speaks, study.parent / "notebooks")
    command = [sys.executable, Path(__file__).with_name("forking.py"), study, folder / "reports"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with (
        tempfile.TemporaryDirectory(prefix="f-") as temporary,
        subprocess.Popen(command, **pipes) as process,
    ):
        shop = Shop(study, folder / "reports", Path(temporary), Forking(process))
        ended = shop.run_warm()
        assert ended.code == 0, ended.said
        shop.is_clean()
        yield shop


@pytest.fixture(scope="session")
def copied(standing) -> Callable[[Path], AbstractContextManager[Shop]]:
    """Copy that shop and its report into a folder, for something to befall it."""

    @contextmanager
    def copied(folder: Path) -> Iterator[Shop]:
        shutil.copytree(standing.study.parent, folder / "shop")
        shutil.copytree(standing.out, folder / "reports", symlinks=True)
        with tempfile.TemporaryDirectory(prefix="f-", ignore_cleanup_errors=True) as temporary:
            places = {"study": folder / "shop" / "study.yml", "out": folder / "reports"}
            shop = replace(standing, **places, temporary=Path(temporary), started=[])
            yield shop
            for process in shop.processes():  # where a test has failed
                process.kill()
            for process in shop.started:
                process.communicate()

    return copied


@pytest.fixture
def shop(copied, tmp_path) -> Iterator[Shop]:
    """A shop whose report stands."""
    with copied(tmp_path) as shop:
        yield shop


@pytest.fixture(scope="session")
def until() -> Callable[[subprocess.Popen, str], None]:
    """Read what a run says on stderr until it says something."""

    def until(process: subprocess.Popen, said: str) -> None:
        heard = []
        for line in process.stderr:
            heard.append(line)
            if said in line:
                return
        pytest.fail(f"it never said {said!r}: {''.join(heard)}")

    return until


@pytest.fixture(scope="session")
def locales(tmp_path_factory, need) -> Path:
    """A folder with the locales of a Turkish machine, of today and of long ago."""
    need(shutil.which("localedef"), "localedef")
    need(Path("/usr/share/i18n/locales/tr_TR").exists(), "Debian's package locales")
    folder = tmp_path_factory.mktemp("locales")
    for charset in ("UTF-8", "ISO-8859-9"):
        made = ["localedef", "-i", "tr_TR", "-f", charset, str(folder / f"tr_TR.{charset}")]
        subprocess.run(made, check=True)
    return folder


@pytest.fixture(scope="session")
def clock(tmp_path_factory, need) -> Callable[[int], dict[str, str]]:
    """The environment of a process whose clock is some days ahead."""
    need(shutil.which("cc"), "a C compiler")
    made = tmp_path_factory.mktemp("clock") / "ahead.so"
    source = Path(__file__).with_name("ahead.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", made, source, "-ldl"], check=True)
    return lambda days: {"LD_PRELOAD": str(made), "CLOCK_AHEAD": str(days * 24 * 3600)}
