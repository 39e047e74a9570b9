"""A notebook has succeeded when every code cell ran to its end; nothing stays behind."""

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import papermill
import psutil
import pytest

from clv.errors import NotebookFailed, Terminated, TimeIsUp
from clv.runs import execution, notebooks, process
from clv.runs.execution import Executed, Job


@pytest.fixture
def execute(notebook_files, tmp_path):
    """Execute notebooks by number, in a folder of their own."""

    def execute(*numbers: str, told: dict | None = None, **options):
        chosen = notebooks.choose(notebooks.find(notebook_files), numbers)
        jobs = [Job(notebook, told or {}) for notebook in chosen]
        with tempfile.TemporaryDirectory(prefix="clv-") as sockets:
            return execution.execute(jobs, cwd=tmp_path, sockets=Path(sockets), **options)

    yield execute
    children = psutil.Process().children(recursive=True)
    assert [child for child in children if "clv.runs.kernels" in " ".join(child.cmdline())] == []


def printed(executed) -> str:
    cells = [cell for cell in executed.node.cells if cell.cell_type == "code"]
    return "".join(output.get("text", "") for cell in cells for output in cell.outputs)


def test_notebooks_run_at_once_and_come_back_in_order(execute, tmp_path):
    steps = []
    first, second = execute("00", "01", told={"language": "en"}, progress=steps.append)
    assert (first.notebook.number, second.notebook.number) == ("00", "01")
    assert {(s.what, s.done) for s in steps if s.done == s.of} == {
        ("00_speaks", 3),
        ("01_says_where_it_runs", 2),
    }
    assert printed(second).split() == [str(tmp_path), "UTC", "0", sys.executable]


def test_the_seconds_of_a_notebook_are_its_own_and_not_those_it_waited_for_others(execute):
    started = time.perf_counter()
    first, second = execute("00", "01", told={"language": "en"}, at_once=1)
    assert first.seconds + second.seconds <= time.perf_counter() - started


def test_an_executed_notebook_holds_no_clock_reading(execute):
    (once,), (again,) = (
        execute("01", told={"language": "en"}),
        execute("01", told={"language": "en"}),
    )
    assert once.node == again.node
    assert [c.id for c in once.node.cells][2] == "injected-parameters"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("10", "10_divides_by_zero failed in cell 3: ZeroDivisionError: division by zero."),
        ("17", "17_claims_what_is_not_so failed in cell 3: AssertionError."),
        ("11", "11_leaves_early failed in cell 2: it left before its last cell."),
        ("12", "12_kills_its_kernel failed in cell 2: its kernel died, killed or out of memory."),
    ],
)
def test_a_notebook_that_did_not_run_its_last_cell_has_failed(execute, number, said):
    with pytest.raises(NotebookFailed) as caught:
        execute(number, told={"language": "en"})
    assert str(caught.value) == said


def test_memory_that_the_run_itself_lacks_is_no_fault_of_a_notebook(execute, monkeypatch):
    def lacking(*_, **__):
        raise MemoryError

    monkeypatch.setattr(papermill, "execute_notebook", lacking)
    with pytest.raises(MemoryError):
        execute("00")


def test_a_notebook_whose_data_cannot_carry_a_model_is_left_out_and_stops_no_other(execute):
    first, absent = execute("00", "16", told={"language": "en"})
    assert isinstance(first, Executed)
    assert absent.notebook.stem == "16_finds_too_little"
    assert absent.reason == "Only 3 repeat buyers."


def test_a_chart_without_alt_text_fails_with_its_notebook_its_cell_and_the_sentence(execute):
    with pytest.raises(NotebookFailed) as caught:
        execute("14", told={"language": "en"})
    assert str(caught.value) == (
        "14_lacks_an_alt failed in cell 3: PageIncomplete: The chart of `bars` has no alt text; "
        "write what the chart shows, in a sentence such as "
        "alt='Horizontal bars, the first on top, named by the index, each with its number at its "
        "end.'."
    )


def test_a_cell_has_a_time_limit(execute):
    with pytest.raises(
        NotebookFailed, match="13_sleeps failed in cell 3: it took longer than 1 sec"
    ):
        execute("13", timeout=1)


def test_a_part_of_a_second_is_a_whole_one_for_a_cell(execute):
    with pytest.raises(NotebookFailed, match="it took longer than 1 seconds"):
        execute("13", timeout=0.5)


def test_a_run_that_is_to_end_starts_no_kernel(execute):
    with process.ending_once():
        with pytest.raises(Terminated):
            os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Terminated):  # whoever has kept the first one to themselves
            execute("01")


def test_one_failure_ends_the_others(execute):
    with pytest.raises(NotebookFailed, match="10_divides_by_zero"):
        execute("10", "13")


@pytest.mark.usefixtures("_interruptible")
def test_an_interrupt_ends_the_kernels(execute):
    def interrupt(step):
        if step.done == step.of - 1:  # asleep in its last cell
            main = threading.main_thread().ident
            signal.pthread_kill(main, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        execute("13", progress=interrupt)


def test_the_order_of_a_run_changes_nothing_in_this_process(execute):
    before = dict(os.environ)
    execute("01")
    assert dict(os.environ) == before


def test_a_run_has_a_time_limit_and_says_where_it_was(execute):
    with pytest.raises(TimeIsUp) as caught, execution.time_limit(6):
        execute("13")
    assert str(caught.value).startswith("The run took longer than 6 seconds. It was at ")


def test_without_a_time_limit_nothing_is_set():
    before = signal.getsignal(signal.SIGALRM)
    with execution.time_limit(None):
        assert signal.getsignal(signal.SIGALRM) == before
    with execution.time_limit(60):
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    assert signal.getsignal(signal.SIGALRM) == before
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_run_goes_on_where_nobody_listens(execute):
    def gone(step):
        raise BrokenPipeError

    (executed,) = execute("01", told={"language": "en"}, progress=gone)
    assert executed.notebook.number == "01"
