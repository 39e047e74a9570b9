"""The process of a command: what it stands on, and how it heeds a wish to end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from clv.errors import Terminated
from clv.runs import publishing


def open_what_is_closed() -> None:
    """Let nothing else take the place of stdin, stdout or stderr where a daemon has closed them.

    A file or a socket of ours would, and a kernel inherits what stands there.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            os.set_inheritable(number, True)


@contextmanager
def ending_once() -> Iterator[None]:
    """Let SIGTERM and a closed terminal unwind a command as Ctrl-C does: its kernels end.

    Once only: a second wish must not break off what the first one has begun.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        for wish in publishing.ENDING:
            signal.signal(wish, signal.SIG_IGN)
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    wishes = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # Who started the command may have had it ignore some: nohup, or a shell in the background.
    heeded = [wish for wish in wishes if signal.getsignal(wish) not in (signal.SIG_IGN, None)]
    before = {wish: signal.signal(wish, end) for wish in heeded}
    try:
        yield
    finally:
        for wish, handler in before.items():
            signal.signal(wish, handler)
