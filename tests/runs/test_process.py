"""A command stands on three open files, unwinds once when it is to end, and ends by itself."""

import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from clv.errors import Terminated
from clv.runs import process

CLOSED = """
import os, sys
from clv.runs import process
os.close({number})
process.open_what_is_closed()
taken = os.open(os.devnull, os.O_RDONLY)
os._exit(0 if taken > 2 and os.get_inheritable({number}) else 1)
"""


@pytest.mark.parametrize("number", [0, 1, 2])
def test_nothing_else_takes_the_place_of_what_a_daemon_has_closed(number):
    code = CLOSED.format(number=number)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_open_stays_as_it_is():
    before = [os.fstat(number) for number in (0, 1, 2)]
    process.open_what_is_closed()
    assert [os.fstat(number) for number in (0, 1, 2)] == before


def unwind(number: int) -> None:
    """Be told to end, and again while the first wish is being heeded."""
    with process.ending_once():
        try:
            os.kill(os.getpid(), number)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)


def test_a_command_unwinds_once_when_it_is_told_to_end():
    with pytest.raises(Terminated):
        unwind(signal.SIGTERM)


def kept_to_itself() -> None:
    """What a library may do with an exception that comes out of a handler of ours."""
    try:
        os.kill(os.getpid(), signal.SIGTERM)
    except KeyboardInterrupt:
        return


def test_a_wish_that_a_library_keeps_to_itself_is_heeded_at_the_next_step():
    with process.ending_once():
        process.heed()
        kept_to_itself()
        with pytest.raises(Terminated):
            process.heed()


def test_whatever_a_library_makes_of_a_wish_the_wish_was_meant():
    other, said = RuntimeError("Query interrupted"), Terminated("with more to say")
    with process.ending_once():
        assert process.meant(other) is other
        kept_to_itself()
        assert isinstance(process.meant(other), Terminated)
        assert process.meant(said) is said
    assert process.meant(other) is other  # of the next command nothing has been wished


def test_a_wish_waits_until_somebody_can_tell_of_it():
    with process.ending_once():
        process.postpone()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Terminated):
            process.heed()


def test_what_a_command_has_come_to_no_wish_changes():
    with process.ending_once():
        process.settle()
        os.kill(os.getpid(), signal.SIGTERM)
        process.heed()


ENDED = """
import os, signal
from clv.runs import process
with process.ending_once():
    pass
os.kill(os.getpid(), signal.SIGTERM)
"""


def test_the_process_of_a_command_that_has_ended_heeds_no_wish():
    assert subprocess.run([sys.executable, "-c", ENDED], check=False).returncode == 0


HELD = """
from clv.runs import process
process.STUCK, process.BEAT = 0.5, 0.1
with process.ending_once():
    {does}
"""
# Nothing of Python is let on here, unlike in a loop that is written in Python.
HOLDS, COMPUTES = "sum(range(10**12))", "for _ in range(2 * 10**7): pass"


def ends(does: str, *before: str) -> int:
    code = HELD.format(does=does)
    return subprocess.run([*before, sys.executable, "-c", code], timeout=60, check=False).returncode


@pytest.mark.parametrize("kind", ["--as", "--data"])
def test_what_holds_the_interpreter_for_ever_short_of_memory_is_ended(need, kind):
    need(shutil.which("prlimit"), "prlimit")
    assert ends(HOLDS, "prlimit", f"{kind}={2**31}") == -signal.SIGPROF


def test_what_computes_long_short_of_memory_goes_on(need):
    need(shutil.which("prlimit"), "prlimit")
    assert ends(COMPUTES, "prlimit", f"--as={2**31}") == 0


def test_what_has_all_the_memory_of_the_machine_may_hold_the_interpreter(monkeypatch):
    monkeypatch.setattr(process, "may_be_refused_memory", lambda: False)
    with process.ending_once():
        assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_nothing_waits_for_a_command_that_has_ended(monkeypatch):
    monkeypatch.setattr(process, "may_be_refused_memory", lambda: True)
    with process.ending_once():
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 0
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
    assert "alive" not in {thread.name for thread in threading.enumerate()}
