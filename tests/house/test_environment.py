"""One environment, written down three times: pyproject.toml, requirements.lock, environment.yml."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REQUIREMENTS = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
EXTRAS = PROJECT["project"]["optional-dependencies"]
GROUPS = PROJECT["dependency-groups"]
DEVELOPMENT = [
    Requirement(line)
    for lines in (*GROUPS.values(), EXTRAS["deliver"], EXTRAS["postgres"])
    for line in lines
]
# Spark is locked apart: it takes 400 MB that few need. So is Airflow, which wants other versions.
LOCK = "".join(
    (ROOT / name).read_text(encoding="utf-8")
    for name in ("requirements.lock", "requirements-spark.lock", "requirements-airflow.lock")
)

# conda-forge splits ibis by engine and calls DuckDB's Python package by another name.
CONDA_NAMES = {"duckdb": "python-duckdb", "ibis-framework": "ibis-duckdb"}


def locked_versions() -> dict[str, list[Version]]:
    versions: dict[str, list[Version]] = {}
    for name, version in re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", LOCK, re.M):
        versions.setdefault(name, []).append(Version(version))
    return versions


def test_conda_users_get_the_same_packages_and_ranges():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    written = {line for line in environment["dependencies"] if isinstance(line, str)}
    expected = {f"{CONDA_NAMES.get(r.name, r.name)}{r.specifier}" for r in REQUIREMENTS}
    expected |= {f"python{PROJECT['project']['requires-python']}", "pip"}
    assert written == expected


def test_the_spark_that_is_locked_is_the_one_of_the_extra():
    assert set(GROUPS["spark"]) < set(EXTRAS["spark"])


@pytest.mark.parametrize("requirement", REQUIREMENTS + DEVELOPMENT, ids=lambda r: r.name)
def test_the_lock_file_holds_every_requirement_within_its_range(requirement):
    versions = locked_versions()[requirement.name]
    assert all(requirement.specifier.contains(version) for version in versions)


def test_every_locked_package_has_a_hash():
    packages = re.split(r"^(?=[a-z0-9])", LOCK, flags=re.M)[1:]
    assert packages
    assert [p.split("==")[0] for p in packages if "--hash=sha256:" not in p] == []


def test_the_lock_file_names_no_address():
    assert re.findall(r"https?://|--index|--find-links", LOCK) == []
