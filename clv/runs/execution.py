"""Notebooks executed by papermill in this process, and the truth about how far each came.

papermill calls a cell completed whose kernel was killed, and a notebook good that left by
`sys.exit(0)`. Here a notebook has succeeded when every code cell was answered with "ok".
"""

from __future__ import annotations

import asyncio
import errno
import logging
import math
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from clv.errors import DidNotConverge, NotebookFailed, TimeIsUp, TooLittleToModel
from clv.runs import notebooks, process
from clv.runs.kernels import Kernels
from clv.runs.notebooks import Notebook, is_injected, runs

if TYPE_CHECKING:
    import nbformat

# papermill and its kin take half a second to import: only where a notebook is executed.

CELL_TIMEOUT = 600  # seconds

# What a notebook may find out only when it fits a model to a part of the history: no failure.
REFUSALS = (TooLittleToModel.__name__, DidNotConverge.__name__)

DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)  # full, over quota, read-only, broken

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
        Seconds that one cell may take, rounded up: the client knows whole ones only.
    environment
        Variables of the kernels besides our own.
    progress
        Called with a Step, from several threads, whenever a cell has run.

    Raises
    ------
    NotebookFailed
        As soon as one notebook fails; no kernel is left behind, whatever happens.
    TimeIsUp
        Where `time_limit` ends the run, naming the notebooks and cells that it was at.
    """
    process.heed()
    notebooks.library()  # before papermill imports it
    _stand_somewhere(cwd)
    logging.getLogger("papermill").addHandler(_UNHEARD)
    kernels = Kernels(sockets, cwd, math.ceil(timeout), environment)
    trails = [_Trail(job.notebook, progress) for job in jobs]
    with ThreadPoolExecutor(at_once, thread_name_prefix="notebook") as pool:
        try:
            each = zip(jobs, trails, strict=True)
            return _results([pool.submit(_execute, job, kernels, trail) for job, trail in each])
        except TimeIsUp as up:
            running = ", ".join(trail.place for trail in trails if trail.runs)
            raise TimeIsUp(f"{up} It was at {running or 'no cell'}.") from up
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.end()


def _stand_somewhere(cwd: Path) -> None:
    """Go there if the folder that this process works in is gone: papermill asks where it is."""
    try:
        os.getcwd()
    except FileNotFoundError:
        os.chdir(cwd)


def _results(futures: Sequence[Future]) -> tuple[Executed | LeftOut, ...]:
    """What has come of all, or the first error as soon as there is one."""
    done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    for failed in (future for future in futures if future in done and future.exception()):
        raise failed.exception()
    return tuple(future.result() for future in futures)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Let what is done here take only so long; to be used in the main thread.

    Raises
    ------
    TimeIsUp
        When the seconds are over, wherever the run is then.
    """
    if seconds is None:
        yield
        return

    def heard(_signal: int, _frame: object) -> None:
        process.end(TimeIsUp(f"The run took longer than {seconds:g} seconds."))

    before = signal.signal(signal.SIGALRM, heard)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _execute(job: Job, kernels: Kernels, trail: _Trail) -> Executed | LeftOut:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    trail.started = time.perf_counter()  # until now it has waited for others to end
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
    except MemoryError:  # of this process, as is a full disk: no fault of a notebook
        raise
    except OSError as error:
        if error.errno in DISK:
            raise
        raise NotebookFailed(trail.sentence(_last_line(error, kernels.timeout))) from error
    except Exception as error:  # dead kernels, time limits and sockets fail in many ways
        raise NotebookFailed(trail.sentence(_last_line(error, kernels.timeout))) from error
    finally:
        trail.over = True
        _close_loop()
    trail.must_be_complete(node)
    return Executed(job.notebook, job.parameters, _without_clock(node), trail.seconds)


def _close_loop() -> None:
    """Close the event loop that the client opened for this thread, with what still waits in it."""
    from jupyter_core.utils import ensure_event_loop

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
    over: bool = False

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
            # Nobody may be listening any more; the run goes on.
            with suppress(OSError):
                self.progress(Step(self.notebook.stem, self.number, cells, self.seconds))

    def must_be_complete(self, node: nbformat.NotebookNode) -> None:
        """Raise unless every code cell, the injected one too, ran to its end."""
        if self.answered_ok < sum(map(runs, node.cells)):
            raise NotebookFailed(self.sentence("it left before its last cell"))

    @property
    def runs(self) -> bool:
        return self.number > 0 and not self.over

    @property
    def place(self) -> str:
        return f"{self.notebook.stem}, cell {self.number}"

    def sentence(self, why: str) -> str:
        return f"{self.notebook.stem} failed in cell {self.number}: {why}."


def _last_line(error: Exception, timeout: float) -> str:
    """What a person needs to know of an error, without its traceback."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

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
    return lines[-1].rstrip(".:") if lines else type(error).__name__


def _without_clock(node: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The notebook without what differs from run to run: times, durations and a random id."""
    node.metadata.pop("papermill", None)
    for cell in node.cells:
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if is_injected(cell):
            cell.id = "injected-parameters"
    return node
