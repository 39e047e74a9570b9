"""The guards of the house: what must stay true of its rooms however much is added."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(p.relative_to(ROOT) for p in (ROOT / "clv").rglob("*.py") if p.stem != "__init__")

# Third parties have their floor too: the first part of an import, and where it may stand.
HOME_OF = {
    "scipy": ("clv/models",),
    "ibis": ("clv/tables",),
    "duckdb": ("clv/tables",),
    "pandera": ("clv/tables",),
    "matplotlib": ("clv/report",),
    "seaborn": ("clv/report",),
    "papermill": ("clv/runs",),
    "nbconvert": ("clv/runs",),
    "nbformat": ("clv/runs",),
    "apprise": ("clv/runs",),
    "click": ("clv/cli.py", "clv/runs/door.py", "clv/runs/typed.py"),
}


def imported_by(module: Path) -> set[str]:
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    names += [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module]
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_has_its_test_beside_it(module):
    mirror = Path("tests", *module.parts[1:-1], f"test_{module.name}")
    assert (ROOT / mirror).exists(), f"{module} has no {mirror}"


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_file_stays_readable_in_one_sitting(module):
    assert len((ROOT / module).read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_third_party_is_used_on_its_own_floor_only(module):
    strays = {
        name
        for name in imported_by(module) & HOME_OF.keys()
        if not module.as_posix().startswith(HOME_OF[name])
    }
    assert strays == set()


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_function_fits_in_view(module):
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    assert [f.name for f in functions if body_lines(f) > 50] == []


def body_lines(function: ast.FunctionDef) -> int:
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def in_a_fresh_interpreter(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout


def test_importing_clv_imports_nothing_heavy():
    loaded = in_a_fresh_interpreter("import clv, sys; print(*sys.modules)").split()
    assert not {"numpy", "pandas", "ibis", "matplotlib"} & set(loaded)


def test_the_models_need_numpy_and_scipy_alone():
    code = """if True:
        import pkgutil, sys, importlib
        for name in ("pandas", "pyarrow", "ibis", "duckdb", "matplotlib", "yaml"):
            sys.modules[name] = None
        import clv.models
        for module in pkgutil.iter_modules(clv.models.__path__):
            importlib.import_module(f"clv.models.{module.name}")
    """
    in_a_fresh_interpreter(code)


def test_every_public_name_can_be_reached_and_says_what_it_is():
    code = "import clv; print(*[name for name in clv.__all__ if not getattr(clv, name).__doc__])"
    assert in_a_fresh_interpreter(code).split() == []


def test_an_unknown_name_is_an_attribute_error():
    assert "True" in in_a_fresh_interpreter("import clv; print(not hasattr(clv, 'predict'))")


def test_no_public_name_is_the_name_of_a_room():
    import clv

    rooms = {p.name for p in (ROOT / "clv").iterdir() if p.is_dir()}
    assert not rooms & set(clv.__all__)
