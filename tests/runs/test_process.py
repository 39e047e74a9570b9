"""A command stands on three open files, and unwinds once when it is to end."""

import os
import signal
import subprocess
import sys

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
