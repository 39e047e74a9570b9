"""What all tests share. Models are tested with numpy and scipy alone: import nothing else here."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def need():
    """Skip by name what this machine cannot show; where nothing may be skipped, fail instead."""

    def need(there: object, name: str) -> None:
        if there:
            return
        if os.environ.get("CLV_NOTHING_IS_SKIPPED"):
            pytest.fail(f"{name} is not here, and nothing may be skipped")
        pytest.skip(f"needs {name}")

    return need


@pytest.fixture(scope="session")
def chromium(need) -> str:
    """The path of Debian's chromium."""
    path = shutil.which("chromium")
    need(path, "chromium")
    return path
