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
from clv.runs import manifest, publishing

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


# A report as it stands when a run has ended, for those who tell of it.

PAGE = """<nav><a href="../../../../../index.html">All reports</a> <a href="analyst/{own}">Code</a>
<a href="../en/{own}">English</a> <a href="../tr/{own}">Türkçe</a></nav><a href="#answer">Skip</a>
<a href="{other}"><b>Further on</b></a>"""
REVENUE = {
    "name": "revenue", "label": "Revenue", "value": 1030.0, "unit": "USD", "low": 900.0,
    "high": 1100.0, "text": "$1,030", "interval": "$900 to $1,100", "better": "up",
    "notebook": "99_executive_summary", "previous": 1000.0, "previous_as_of": "1998-03-31",
    "change": 30.0,
}  # fmt: skip
ANSWERS = [
    {"notebook": "01_customer_base", "title": "Who buys?", "file": "01_customer_base.html",
     "answer": "Many.", "next_step": "Write."},
    {"notebook": "99_executive_summary", "title": "What should we do?",
     "file": "99_executive_summary.html", "answer": "Call 12 customers & wait.",
     "next_step": "Begin on Monday."},
]  # fmt: skip
SAID = {"pages": ANSWERS, "headlines": [REVENUE], "alerts": []}


@pytest.fixture
def ended(tmp_path) -> Callable[..., Path]:
    """Lay out the folder of a study whose last run has ended in some way."""

    def ended(*, alerts: list[dict] | tuple = (), published: bool = True, **last: object) -> Path:
        home = tmp_path / "reports" / "shop"
        run = home / "runs" / "1998-06-30-3f9a"
        (run if published else home).mkdir(parents=True)
        if published:
            _publish(run, SAID | {"alerts": list(alerts)})
            (home / "latest").symlink_to("runs/1998-06-30-3f9a")
        told = {"state": "ok", "exit_code": 0, "run_id": "1998-06-30-3f9a", "as_of": "1998-06-30"}
        publishing.write_json(home / "last_run.json", told | {"messages": []} | last)
        return home

    return ended


def _publish(run: Path, said: dict) -> None:
    stems = ("01_customer_base", "99_executive_summary")
    for language in ("en", "tr"):
        (run / "html" / language / "analyst").mkdir(parents=True)
        for own, other in (stems, stems[::-1]):
            page = PAGE.format(own=f"{own}.html", other=f"{other}.html")
            (run / "html" / language / f"{own}.html").write_text(page, encoding="utf-8")
    turkish = [answer | {"title": "Ne yapmalı?"} for answer in ANSWERS]
    origin = {"study": "shop", "as_of": "1998-06-30", "languages": ["en", "tr"]}
    translations = {"tr": said | {"pages": turkish}}
    publishing.write_json(run / "results.json", origin | said | {"translations": translations})
    manifest.write(run, {})
