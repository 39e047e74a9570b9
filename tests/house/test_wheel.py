"""The package as others get it: a wheel that holds all that it needs, wherever it is installed."""

import json
import os
import site
import subprocess
import sys
import venv
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def metadata(wheel):
    with zipfile.ZipFile(wheel) as held:
        (name,) = (n for n in held.namelist() if n.endswith(".dist-info/METADATA"))
        return Parser().parsestr(held.read(name).decode("utf-8"))


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package_and_every_notebook(wheel):
    with zipfile.ZipFile(wheel) as held:
        names = set(held.namelist())
    own = {p.relative_to(ROOT).as_posix() for p in (ROOT / "clv").rglob("*") if p.is_file()}
    shipped = {f"clv/notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    wanted = {name for name in own if "__pycache__" not in name and ".ipynb_checkp" not in name}
    assert names >= wanted | shipped
    strays = {name for name in names - wanted - shipped if ".dist-info/" not in name}
    assert strays == set()


@pytest.mark.slow
def test_its_metadata_say_what_it_is_under_which_licence(wheel, metadata):
    assert (metadata["Name"], metadata["License-Expression"]) == ("clv", "Apache-2.0")
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload().strip() == (ROOT / "README.md").read_text("utf-8").strip()
    with zipfile.ZipFile(wheel) as held:
        (name,) = (n for n in held.namelist() if n.endswith(".dist-info/licenses/LICENSE"))
        assert held.read(name) == (ROOT / "LICENSE").read_bytes()


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """An environment of its own with the wheel; what it needs is read from this environment."""
    folder = tmp_path_factory.mktemp("machine")
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    home = Path(site.getsitepackages([str(folder / "venv")])[0])
    (home / "locked.pth").write_text("\n".join(site.getsitepackages()))
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps"]
    quiet = ["--quiet", "--no-index", "--disable-pip-version-check", str(wheel)]
    subprocess.run([*install, *quiet], check=True)
    return folder


def typed(machine, *words, cwd=None):
    """What a command of the installed package came to, far from the repository."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(machine)}
    # The templates of nbconvert lie where the packages do that this environment borrows.
    environment["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")
    command = [str(machine / "venv" / "bin" / words[0]), *words[1:]]
    how = {"capture_output": True, "text": True, "check": False, "env": environment}
    return subprocess.run(command, cwd=cwd or machine, **how)


@pytest.mark.slow
def test_installed_elsewhere_it_is_not_the_repository(installed):
    told = typed(installed, "python", "-c", "import clv; print(clv.__file__)")
    assert Path(told.stdout.strip()).is_relative_to(installed)
    assert typed(installed, "clv", "--version").stdout.startswith("clv, version")


@pytest.mark.slow
def test_a_new_study_of_the_installed_package_publishes(installed):
    made = typed(installed, "clv", "init", "shop")
    assert (made.returncode, made.stderr) == (0, "")
    study = installed / "shop" / "study.yml"
    plain = study.read_text(encoding="utf-8")
    study.write_text(plain.replace("transactions: cdnow\n", "transactions: cdnow-sample\n"))
    run = typed(installed, "clv", "run", "--only", "00", cwd=installed / "shop")
    assert run.returncode == 0, run.stderr
    reports = installed / "shop" / "reports"
    assert (reports / "shop" / "latest" / "html" / "en" / "00_data_health.html").is_file()
    assert json.loads((installed / "shop" / "thresholds.json").read_text("utf-8"))["version"] >= 2
    assert typed(installed, "clv", "init", "shop").returncode == 2
