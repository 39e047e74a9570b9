"""Customers whose ids are attacks: nobody is named, and nothing acts on any page."""

import json
import random
import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
import yaml

from clv.runs import suite
from clv.runs.orders import Request

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    r"$\href{javascript:alert(1)}{x}$",
)
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"

# Whatever an analyst may do with an id: show it, print it, call it Markdown, TeX or HTML.
SHOWS_IDS = [
    "import clv\nfrom IPython.display import HTML, Latex, Markdown\n"
    "ids = clv.load(prepared or transactions).purchase_days()['customer_id'].unique()\n"
    "hostile = [name for name in ids if not name.isdigit()]",
    "print(hostile)",
    "clv.load(prepared or transactions).purchase_days().tail()",
    *[f"display({kind}(hostile[{n}]))" for kind in ("Markdown", "Latex", "HTML") for n in range(3)],
]
ACTING = """() => document.querySelectorAll(
  "script, iframe, img:not([src^='data:']), [onerror], [href*='script:'], [*|href*='script:']"
).length"""


def orders() -> pd.DataFrame:
    """Purchases of sixty customers, three of them hostile."""
    rng = random.Random(1)
    rows = []
    for name in [*HOSTILE, *map(str, range(100, 157))]:
        day = date(2024, 1, 1) + timedelta(days=rng.randrange(60))
        for _ in range(rng.randrange(1, 8)):
            rows.append((name, day.isoformat(), rng.randrange(5, 90)))
            day += timedelta(days=rng.randrange(1, 40))
    return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])


def analyst_notebook() -> dict:
    """A notebook that shows ids in cells for analysts only."""

    def cell(number: int, source: str, tags: tuple[str, ...] = ("analyst-only",)) -> dict:
        metadata = {"tags": list(tags)}
        code = {"cell_type": "code", "execution_count": None, "outputs": [], "source": source}
        return {**code, "id": f"cell-{number}", "metadata": metadata}

    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# Who is who?"}
    told = 'transactions: str = "cdnow"\nprepared: str = ""\nlanguage: str = "en"'
    cells = [cell(n, source) for n, source in enumerate(SHOWS_IDS)]
    python = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": [title, cell(99, told, ("parameters",)), *cells],
        "metadata": {"kernelspec": python},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """The published run of a shop with hostile customers."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "notebooks").mkdir()
    for name in ("01_customer_base", "02_rfm_segments"):
        shutil.copy(NOTEBOOKS / f"{name}.ipynb", folder / "notebooks")
    listing = folder / "notebooks" / "08_lists_customers.ipynb"
    listing.write_text(json.dumps(analyst_notebook()), encoding="utf-8")
    orders().to_csv(folder / "orders.csv", index=False)
    study = {"name": "shop", "transactions": "orders.csv", "as_of": "2024-12-31"}
    (folder / "study.yml").write_text(yaml.safe_dump(study), encoding="utf-8")
    request = Request(folder / "study.yml", out=folder / "reports", languages=("en", "ar"))
    return suite.run(request).run


def test_no_stakeholder_page_names_a_customer(report):
    found = sorted(report.glob("html/*/*.html"))
    assert len(found) == 6
    for page in found:
        html = page.read_text(encoding="utf-8")
        assert "alert(1)" not in html
        assert "onerror" not in html
        assert "javascript:" not in html


def test_groups_of_a_few_are_merged_and_said_to_be(report):
    said = json.loads((report.parents[1] / "last_run.json").read_text(encoding="utf-8"))
    (merged,) = [m for m in said["messages"] if m["code"] == "small-groups-merged"]
    assert "fewer than 5" in merged["text"]
    page = (report / "html" / "en" / "02_rfm_segments.html").read_text(encoding="utf-8")
    assert "Groups of fewer than 5 customers are shown together as Other." in page


def test_nothing_acts_on_any_page_not_even_on_those_that_show_ids(report, tabs):
    shown = (report / "html" / "en" / "analyst" / "08_lists_customers.html").read_text("utf-8")
    assert "alert(1)" in shown
    for page in [*report.rglob("*.html"), *report.parents[2].glob("index*.html")]:
        tab = tabs()
        opened = tab.open(page)
        assert opened.evaluate(ACTING) == 0
        addresses = [url for url in tab.asked if not url.startswith("data:")]
        assert addresses == [page.resolve().as_uri()]
        assert tab.complaints == []
