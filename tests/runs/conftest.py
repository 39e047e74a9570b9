"""What the tests of the runs share.

A small shop with notebooks of two or three cells, each named for what it does or does wrong; and an
executed notebook that has spoken with every verb.
"""

import random
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml
from matplotlib import pyplot as plt
from nbformat import NotebookNode, v4

from clv import report
from clv.report import verbs
from clv.report.findings import Finding
from clv.report.words import Share, Text

NOTEBOOKS = Path(__file__).parent / "notebooks"


@pytest.fixture(scope="session")
def notebook_files() -> Path:
    return NOTEBOOKS


@pytest.fixture(scope="session")
def orders_csv() -> str:
    """Purchases of forty customers: enough for segments and stages, too few for a model."""
    rng = random.Random(1)
    lines = ["customer_id,date,amount"]
    for customer in range(40):
        day = date(2024, 3, 1) + timedelta(days=rng.randrange(150))
        for _ in range(rng.randrange(1, 6)):
            lines.append(f"{customer:03d},{day},{rng.randrange(5, 90)}.50")
            day += timedelta(days=rng.randrange(1, 30))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def new_shop(orders_csv) -> Callable[..., Path]:
    """Make a study folder with some of the notebooks, and return its study file."""

    def new_shop(folder: Path, *notebooks: str, **keys: object) -> Path:
        (folder / "notebooks").mkdir(parents=True)
        for name in notebooks:
            shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder / "notebooks")
        (folder / "orders.csv").write_text(orders_csv, encoding="utf-8")
        study = {"name": "shop", "transactions": "orders.csv", "as_of": "2024-12-31"} | keys
        file = folder / "study.yml"
        file.write_text(yaml.safe_dump(study), encoding="utf-8")
        return file

    return new_shop


@pytest.fixture
def spoken(monkeypatch) -> Callable[..., NotebookNode]:
    """Make an executed code cell whose outputs are what some verbs display."""

    def spoken(*verbs_spoken: Callable[[], None], source: str = "secret_code = 1") -> NotebookNode:
        outputs = []

        def display(shown: object) -> None:
            outputs.append(v4.new_output("display_data", shown._repr_mimebundle_()))

        monkeypatch.setattr(verbs, "display", display)
        for speak in verbs_spoken:
            speak()
        return v4.new_code_cell(source, outputs=outputs)

    return spoken


def two_bars(table, *, ax=None):
    if ax is None:
        _, ax = plt.subplots()
    ax.bar(table.index, table["value"])
    return ax


@pytest.fixture
def notebook(spoken) -> NotebookNode:
    """An executed notebook that has said one thing with each verb, and two with some."""
    values = pd.DataFrame({"value": [41200, 7000]}, index=pd.Index(["a", "b"], name="segment"))
    lead = Finding(
        Text("The top {part} carry it.", {"part": Share(0.1)}), values, "act", Text("Call them.")
    )
    other = Finding(Text("Little else."), values)
    money = {"label": "Revenue", "unit": "USD", "low": 40000, "high": 50000}
    return v4.new_notebook(
        cells=[
            v4.new_markdown_cell("# Who carries it?\n\nA question."),
            v4.new_code_cell("import clv"),
            spoken(
                lambda: report.headline("clv", 48200.5, **money),
                lambda: report.check("rows", passed=True, detail="All there."),
            ),
            spoken(lambda: report.finding(lead, lead=True)),
            v4.new_markdown_cell("## Where it sits"),
            spoken(lambda: report.chart(two_bars, values, alt="Two bars.", caption="Two of them.")),
            v4.new_markdown_cell("## How\n\nWhere $a < b$."),
            spoken(
                lambda: report.table(values, caption="All segments"),
                lambda: report.check("spend", passed=False, detail="It is <not>."),
            ),
            spoken(lambda: report.finding(other)),
        ]
    )
