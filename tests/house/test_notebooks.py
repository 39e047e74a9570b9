"""The notebook lint: every notebook asks, shows and decides, and holds nothing that goes stale."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NAMES = [
    "00_data_health",
    "01_customer_base",
    "02_rfm_segments",
    "03_purchase_model",
    "04_spend_model",
    "05_holdout_check",
    "06_lifetime_value",
    "07_lifecycle_stages",
    "99_executive_summary",
]
TAGS = {"parameters", "setup"}
LOGIC = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.For, ast.While, ast.Try, ast.comprehension),
)


@pytest.fixture(params=NAMES)
def notebook(request):
    return nbformat.read(FOLDER / f"{request.param}.ipynb", as_version=4)


def code_cells(notebook) -> list[tuple[int, str]]:
    return [(i, c.source) for i, c in enumerate(notebook.cells) if c.cell_type == "code"]


def tagged(notebook, tag: str) -> list[int]:
    return [i for i, c in enumerate(notebook.cells) if tag in c.metadata.get("tags", [])]


def test_the_suite_is_these_nine():
    assert sorted(p.stem for p in FOLDER.glob("*.ipynb")) == NAMES


def test_it_is_a_valid_notebook_with_cell_ids(notebook):
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


def test_nothing_is_left_of_a_run(notebook):
    left = [i for i, c in enumerate(notebook.cells) if c.get("outputs") or c.get("execution_count")]
    assert left == []
    assert set(notebook.metadata) <= {"kernelspec", "language_info", "clv"}
    assert notebook.metadata.kernelspec.name == "python3"


def test_it_opens_with_one_question_and_the_decision_it_serves(notebook):
    headings = re.findall(
        r"^# .+$", "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown"), re.M
    )
    assert len(headings) == 1
    assert headings[0].endswith("?")
    assert notebook.cells[0].source.startswith(headings[0])
    assert "**Decision.**" in notebook.cells[0].source


def test_parameters_come_second_and_the_setup_third(notebook):
    assert tagged(notebook, "parameters") == [1]
    assert tagged(notebook, "setup") == [2]
    assert {t for c in notebook.cells for t in c.metadata.get("tags", [])} <= TAGS


def test_every_parameter_is_annotated_and_has_its_help(notebook):
    lines = notebook.cells[1].source.splitlines()
    assert lines
    annotated = re.compile(r"^\w+: (str|int|float|bool|list|dict) = [^#=]+  # [^=|]+$")
    assert [line for line in lines if not annotated.match(line)] == []


def test_cells_are_short_and_hold_no_logic(notebook):
    for index, source in code_cells(notebook):
        nodes = list(ast.walk(ast.parse(source)))
        assert not any(isinstance(node, LOGIC) for node in nodes), f"cell {index}"
        assert index == 1 or len(source.splitlines()) <= 10, f"cell {index}"


def test_it_breathes(notebook):
    kinds = "".join("c" if c.cell_type == "code" else "m" for c in notebook.cells)
    assert "ccc" not in kinds[3:]
    assert kinds.startswith("mccm")


def test_one_chart_a_cell(notebook):
    for index, source in code_cells(notebook):
        assert source.count("report.chart(") <= 1, f"cell {index}"


def test_it_has_one_answer_and_ends_in_its_decision(notebook):
    code = [source for _, source in code_cells(notebook)]
    assert sum("lead=True" in source for source in code) == 1
    headings = [c.source for c in notebook.cells if c.cell_type == "markdown"]
    assert headings[-1].startswith("## Decision")
    assert "report.finding(" in code[-1]


def test_markdown_holds_no_result(notebook):
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    without_formulas = re.sub(r"\$[^$]*\$|`[^`]*`", "", prose)
    assert re.findall(r"\d+[.,]\d+|\d+ ?%", without_formulas) == []


def summary_calls(*names: str) -> list[ast.Call]:
    """Where the summary calls functions, such as `playbook.plays`."""
    summary = nbformat.read(FOLDER / "99_executive_summary.ipynb", as_version=4)
    trees = [ast.parse(source) for _, source in code_cells(summary)]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if ast.unparse(call.func) in names]


def test_the_summary_asks_for_nothing_from_those_held_out():
    """Whoever calls or asks leaves them out: without them nobody knows what helped."""
    asks = ("slipping.slipped", "loyalty.silent_loyal")
    asked = summary_calls(*asks)
    assert {ast.unparse(call.func) for call in asked} == set(asks)
    for call in asked:
        assert "alone" in {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}


def test_the_plays_of_the_summary_are_counted_for_whole_stages():
    """How many stand in each stage is told too: who has no play would be the rest, and few.

    That those held out are left alone all the same is said where the plays begin.
    """
    (call,) = summary_calls("playbook.plays")
    assert len(call.args) == 2
    assert not call.keywords
    summary = nbformat.read(FOLDER / "99_executive_summary.ipynb", as_version=4)
    (plays,) = [c.source for c in summary.cells if c.source.startswith("## What to do in each")]
    assert "who is held out is left alone" in plays
