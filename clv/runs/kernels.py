"""The kernels of a run: how they start, in which environment, and how they end.

Kernels speak over IPC sockets in a private folder: nothing to listen to, no network needed. They
live no longer than the run that started them, and where memory runs out, they die before it.

`python -m clv.runs.kernels` is such a kernel.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_client import AsyncKernelManager

OUTPUT_TIMEOUT = 60  # seconds for the last outputs of a cell; a busy machine needs more than 4

# What a result could depend on but must not: the time zone, the locale, the order of sets, the
# number of threads that add floats up, and what somebody has set for a Python of their own. No
# kernel opens a window or writes into the home folder.
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONOPTIMIZE": "",
    "PYTHONSTARTUP": "",
    "PYTHONUTF8": "1",
    "PYTHONWARNINGS": "",
    "TZ": "UTC",
}

_SIGNAL_WHEN_PARENT_DIES = 1  # PR_SET_PDEATHSIG of Linux, see prctl(2)
_DIES_FIRST = "500"  # of 1000, see proc(5) about oom_score_adj


@dataclass
class Kernels:
    """The kernels of one run, and which of them are alive."""

    sockets: Path  # an empty private folder with a short path: a socket's has at most 107 bytes
    cwd: Path
    timeout: int  # seconds that one cell may take
    environment: Mapping[str, str] = field(repr=False)
    groups: set[int] = field(default_factory=set)  # process groups
    ending: bool = False

    def options(self, name: str) -> dict[str, Any]:
        """What the notebook client must know to start a kernel of ours."""
        from traitlets.config import Config

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
        from jupyter_client import AsyncKernelManager
        from jupyter_client.kernelspec import KernelSpec

        kernels = self
        # What a kernel leaves among temporary files goes with the folder of the sockets.
        own = {"IPYTHONDIR": str(self.sockets / "ipython"), "TMPDIR": str(self.sockets)}
        env = os.environ | ENVIRONMENT | own | self.environment
        command = [sys.executable, "-P", "-m", __name__, "-f", "{connection_file}"]

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


def die_with_the_run() -> None:
    """Let this process be killed with the thread that started it, and before it without memory.

    A kernel looks for its parent by itself, but not while a computation holds the interpreter.
    """
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(_SIGNAL_WHEN_PARENT_DIES, signal.SIGKILL)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_DIES_FIRST, encoding="ascii")


if __name__ == "__main__":
    die_with_the_run()
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()
