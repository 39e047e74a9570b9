"""Notebooks executed by papermill in this process, and the truth about how far each came.

papermill calls a cell completed whose kernel was killed, and a notebook good that left by
`sys.exit(0)`. Here a notebook has succeeded when every code cell was answered with "ok".
Kernels speak over IPC sockets in a private folder: nothing to listen to, no network needed.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import nbformat
import papermill
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec
from jupyter_core.utils import ensure_event_loop
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError
from traitlets.config import Config

from clv.errors import DidNotConverge, NotebookFailed, TooLittleToModel
from clv.runs.notebooks import Notebook, is_injected, runs

CELL_TIMEOUT = 600  # seconds
OUTPUT_TIMEOUT = 60  # seconds for the last outputs of a cell; a busy machine needs more than 4

# What a result could depend on but must not: the time zone, the locale, the order of sets and the
# number of threads that add floats up. No kernel opens a window or writes into the home folder.
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}

# What a notebook may find out only when it fits a model to a part of the history: no failure.
REFUSALS = (TooLittleToModel.__name__, DidNotConverge.__name__)

_UNHEARD = logging.NullHandler()  # an error is told once, by us: the sentence of NotebookFailed


@dataclass(frozen=True, slots=True)
class Job:
    """A notebook and what it is told."""

    notebook: Notebook
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Executed:
    """A notebook that ran its last cell."""

    notebook: Notebook
    told: Mapping[str, Any]
    node: nbformat.NotebookNode  # with its outputs and without clock readings
    seconds: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A notebook without a page, because the data cannot carry the model that it needs."""

    notebook: Notebook
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """How far a part of a run has come."""

    what: str  # the name of a notebook, or what is being done
    done: int  # code cells that have run; 0 or 1 where there are no cells
    of: int
    seconds: float


Progress = Callable[[Step], None]


def execute(
    jobs: Sequence[Job],
    *,
    cwd: Path,
    sockets: Path,
    at_once: int = 2,
    timeout: float = CELL_TIMEOUT,
    environment: Mapping[str, str] = MappingProxyType({}),
    progress: Progress = lambda step: None,
) -> tuple[Executed | LeftOut, ...]:
    """Execute the notebooks, some at once, and return them in the order of the jobs.

    Parameters
    ----------
    jobs
        What to execute.
    cwd
        Working folder of the kernels; relative paths among the parameters start there.
    sockets
        An empty private folder with a short path: that of a socket has at most 107 bytes.
    at_once
        Kernels that run at the same time.
    timeout
        Seconds that one cell may take.
    environment
        Variables of the kernels besides our own.
    progress
        Called with a Step, from several threads, whenever a cell has run.

    Raises
    ------
    NotebookFailed
        As soon as one notebook fails; no kernel is left behind, whatever happens.
    """
    logging.getLogger("papermill").addHandler(_UNHEARD)
    kernels = _Kernels(sockets, cwd, timeout, environment)
    with ThreadPoolExecutor(at_once, thread_name_prefix="notebook") as pool:
        try:
            futures = [pool.submit(_execute, job, kernels, progress) for job in jobs]
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for failed in (f for f in futures if f in done and f.exception()):
                raise failed.exception()
            return tuple(future.result() for future in futures)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.end()


def _execute(job: Job, kernels: _Kernels, progress: Progress) -> Executed | LeftOut:
    trail = _Trail(job.notebook, progress)
    try:
        node = papermill.execute_notebook(
            job.notebook.node(),
            None,
            parameters=dict(job.parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            coalesce_streams=True,
            on_cell_start=trail.starts,
            on_cell_executed=trail.answered,
            **kernels.options(job.notebook.stem),
        )
    except PapermillExecutionError as error:
        if error.ename in REFUSALS:
            return LeftOut(job.notebook, str(error.evalue))
        raise NotebookFailed(trail.sentence(_last_line(error, kernels.timeout))) from error
    except Exception as error:  # dead kernels, time limits and sockets fail in many ways
        raise NotebookFailed(trail.sentence(_last_line(error, kernels.timeout))) from error
    finally:
        _close_loop()
    trail.must_be_complete(node)
    return Executed(job.notebook, job.parameters, _without_clock(node), trail.seconds)


def _close_loop() -> None:
    """Close the event loop that the client opened for this thread, with what still waits in it."""
    loop = ensure_event_loop()
    waiting = asyncio.all_tasks(loop)
    for task in waiting:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
    loop.close()


@dataclass
class _Trail:
    """What the kernel has answered so far."""

    notebook: Notebook
    progress: Progress
    started: float = field(default_factory=time.perf_counter)
    number: int = 0  # of the code cell that runs, as JupyterLab would count it
    answered_ok: int = 0

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def starts(self, cell: nbformat.NotebookNode, **_: Any) -> None:  # noqa: ANN401
        if runs(cell) and not is_injected(cell):
            self.number += 1

    def answered(self, cell: nbformat.NotebookNode, execute_reply: Any, **_: Any) -> None:  # noqa: ANN401
        if execute_reply["content"]["status"] != "ok":
            return
        self.answered_ok += 1
        if not is_injected(cell):
            cells = self.notebook.code_cells
            self.progress(Step(self.notebook.stem, self.number, cells, self.seconds))

    def must_be_complete(self, node: nbformat.NotebookNode) -> None:
        """Raise unless every code cell, the injected one too, ran to its end."""
        if self.answered_ok < sum(map(runs, node.cells)):
            raise NotebookFailed(self.sentence("it left before its last cell"))

    def sentence(self, why: str) -> str:
        return f"{self.notebook.stem} failed in cell {self.number}: {why}."


def _last_line(error: Exception, timeout: float) -> str:
    """What a person needs to know of an error, without its traceback."""
    match error:
        case PapermillExecutionError():
            text = f"{error.ename}: {error.evalue}"
        case DeadKernelError():
            text = "its kernel died, killed or out of memory"
        case CellTimeoutError():
            text = f"it took longer than {timeout:g} seconds"
        case _:
            text = f"{type(error).__name__}: {error}"
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__


def _without_clock(node: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without what differs from run to run: times, durations and a random id."""
    node.metadata.pop("papermill", None)
    for cell in node.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if is_injected(cell):
            cell.id = "injected-parameters"
    return node


@dataclass
class _Kernels:
    """The kernels of one run: how they are started, and which of them are alive."""

    sockets: Path
    cwd: Path
    timeout: float
    environment: Mapping[str, str] = field(repr=False)
    groups: set[int] = field(default_factory=set)  # process groups
    ending: bool = False

    def options(self, name: str) -> dict[str, Any]:
        """What the notebook client must know to start a kernel of ours."""
        connection = {"transport": "ipc", "connection_file": str(self.sockets / f"{name}.json")}
        return {
            "config": Config({"KernelManager": connection}),
            "kernel_manager_class": self.manager(),
            "shutdown_kernel": "immediate",
            "execution_timeout": self.timeout,
            "iopub_timeout": OUTPUT_TIMEOUT,
        }

    def end(self) -> None:
        """Kill every kernel that is alive, and let none start any more."""
        self.ending = True
        for group in tuple(self.groups):
            self.kill(group)

    def kill(self, group: int) -> None:
        """Kill a kernel with its children; once only, for the number may be given away again."""
        if group in self.groups:
            self.groups.discard(group)
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)

    def manager(self) -> type[AsyncKernelManager]:
        """The class of kernel managers that start this interpreter in our environment."""
        kernels = self
        env = os.environ | ENVIRONMENT | {"IPYTHONDIR": str(self.sockets / "ipython")}
        env |= self.environment
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]

        class Manager(AsyncKernelManager):
            # Not whichever kernel is installed under the name that the notebook asks for.
            kernel_spec = KernelSpec(argv=command, language="python")

            async def start_kernel(self, **options: Any) -> None:  # noqa: ANN401
                await super().start_kernel(cwd=str(kernels.cwd), env=env, **options)
                kernels.groups.add(self.provisioner.pgid)
                if kernels.ending:
                    kernels.end()

            async def cleanup_resources(self, restart: bool = False) -> None:
                if self.provisioner:
                    kernels.kill(self.provisioner.pgid)
                await super().cleanup_resources(restart=restart)

        return Manager
