"""The process of a command: what it stands on, how it heeds a wish to end, and that it ends."""

from __future__ import annotations

import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from clv.errors import Terminated

STUCK = 20  # seconds of computing in which no thread of ours was let on
BEAT = 1  # seconds between two signs that one was


# What the command stands on ------------------------------------------------------------------


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


# That it is wished to end ---------------------------------------------------------------------


@dataclass
class _Command:
    """The first wish that the command at hand should end, and whether it is heeded."""

    wish: BaseException | None = None
    postponed: bool = False  # until somebody can tell of it
    settled: bool = False  # what the command has come to stands


_at_hand: list[_Command] = []  # at most one: wishes come to the process


@contextmanager
def command() -> Iterator[None]:
    """Remember here which wish to end has come, in a command or in what is a part of one."""
    if _at_hand:
        yield
        return
    _at_hand.append(_Command())
    try:
        yield
    finally:
        _at_hand.clear()


def end(wish: BaseException) -> None:
    """End the command at hand as wished; to be called by a handler of a signal.

    Once only: a second wish must not break off what the first one has begun.
    """
    for command in _at_hand:
        if command.wish or command.settled:
            return
        command.wish = wish
        if command.postponed:
            return
    raise wish


def postpone() -> None:
    """Let a wish wait until the command says `heed`: there is nobody yet to tell of it."""
    for command in _at_hand:
        command.postponed = True


def heed() -> None:
    """End the command here if that was wished: libraries may keep an exception to themselves."""
    for command in _at_hand:
        command.postponed = False
        if command.wish and not command.settled:
            raise command.wish


def settle() -> None:
    """Heed no wish any more: what the command has come to is about to be told."""
    for command in _at_hand:
        command.settled = True


def meant(error: BaseException) -> BaseException:
    """The wish to end, where one has come, whatever a library has made of it; else the error."""
    for command in _at_hand:
        if command.wish and not isinstance(error, type(command.wish)):
            return command.wish
    return error


@contextmanager
def ending_once() -> Iterator[None]:
    """Let SIGTERM and a closed terminal unwind a command as Ctrl-C does: its kernels end.

    When it has ended, its process heeds no wish any more: its exit code says what it came to. One
    that can heed none, short of memory, is ended by the system.
    """

    def heard(number: int, _frame: FrameType | None) -> None:
        end(KeyboardInterrupt() if number == signal.SIGINT else Terminated())

    wishes = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    # Who started the command may have had it ignore some: nohup, or a shell in the background.
    heeded = [wish for wish in wishes if signal.getsignal(wish) not in (signal.SIG_IGN, None)]
    with command():
        try:
            for wish in heeded:
                signal.signal(wish, heard)
            with _ended_if_stuck():
                yield
        finally:
            for wish in heeded:
                signal.signal(wish, signal.SIG_IGN)


# That it ends by itself -----------------------------------------------------------------------


@contextmanager
def _ended_if_stuck() -> Iterator[None]:
    """Let the system's own timer end this process where it computes for ever.

    Refused memory, OpenBLAS asks again until it gets some, and so does Python 3.11 on its way out
    of an exception. Both hold the interpreter, so that no thread and no handler of ours is heard.
    """
    if not may_be_refused_memory():
        yield
        return
    over = threading.Event()

    def live() -> None:
        while not over.is_set():
            with suppress(MemoryError):  # while there is none; there may be some again
                over.wait(BEAT)
                signal.setitimer(signal.ITIMER_PROF, STUCK)

    alive = threading.Thread(target=live, name="alive", daemon=True)
    signal.setitimer(signal.ITIMER_PROF, STUCK)
    alive.start()
    try:
        yield
    finally:
        over.set()
        alive.join()
        signal.setitimer(signal.ITIMER_PROF, 0)


def may_be_refused_memory() -> bool:
    """Whether this process asks in vain before the machine is full, which then kills somebody."""
    limits = (resource.getrlimit(kind) for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA))
    strict = Path("/proc/sys/vm/overcommit_memory")  # 2 where no more is promised than there is
    return any(soft != resource.RLIM_INFINITY for soft, _ in limits) or (
        strict.exists() and strict.read_text(encoding="ascii").strip() == "2"
    )
