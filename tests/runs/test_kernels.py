"""Kernels start in our environment, live no longer than their run, and die before it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clv.runs import kernels
from clv.runs.kernels import Kernels


@pytest.fixture
def some(tmp_path) -> Kernels:
    return Kernels(tmp_path, tmp_path, 600, {"CLV_PSEUDONYM_KEY": "scoped"})


def test_a_kernel_is_this_interpreter_and_speaks_over_sockets_in_a_private_folder(some, tmp_path):
    options = some.options("00_speaks")
    assert options["config"].KernelManager.transport == "ipc"
    assert options["config"].KernelManager.connection_file == str(tmp_path / "00_speaks.json")
    assert options["kernel_manager_class"].kernel_spec.argv[0] == sys.executable
    assert options["execution_timeout"] == 600


def test_what_a_result_could_depend_on_is_the_same_for_every_kernel():
    assert kernels.ENVIRONMENT["TZ"] == "UTC"
    assert kernels.ENVIRONMENT["LC_ALL"] == "C.UTF-8"
    assert kernels.ENVIRONMENT["PYTHONHASHSEED"] == "0"
    assert kernels.ENVIRONMENT["OMP_NUM_THREADS"] == "1"
    for own in ("PYTHONSTARTUP", "PYTHONWARNINGS", "PYTHONOPTIMIZE"):
        assert kernels.ENVIRONMENT[own] == ""


def test_the_values_of_the_environment_are_not_shown(some):
    assert "scoped" not in repr(some)


def test_a_kernel_is_killed_with_its_children_and_once_only(some):
    command = "import subprocess, time; print(flush=True); subprocess.run(['sleep', '600'])"
    kernel = subprocess.Popen(
        [sys.executable, "-c", command], start_new_session=True, stdout=subprocess.PIPE
    )
    kernel.stdout.readline()
    some.groups.add(kernel.pid)
    some.end()
    assert kernel.wait(10) == -signal.SIGKILL
    assert kernel.stdout.read() == b""  # which the child would have kept open
    kernel.stdout.close()
    assert some.ending
    some.kill(kernel.pid)  # its number may be somebody else's by now


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_a_kernel_dies_before_its_run_where_memory_ends():
    said = "from clv.runs import kernels; kernels.die_with_the_run()"
    look = "print(open('/proc/self/oom_score_adj').read(), end='')"
    command = [sys.executable, "-c", f"{said}; {look}"]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert int(found) > int(Path("/proc/self/oom_score_adj").read_text())
