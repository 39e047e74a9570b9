"""Every page leads to the index, to its other editions and to its notebook."""

import re
from pathlib import PurePosixPath

import pytest

from clv.errors import PageIncomplete
from clv.runs import notebooks, pages
from clv.runs.execution import Executed

LANGUAGES = ("en", "tr", "ar")
EDITIONS = ("", "/analyst")


@pytest.fixture(scope="module")
def written(tmp_path_factory, notebook_files):
    """The pages of two notebooks that have shown nothing."""
    report = tmp_path_factory.mktemp("out") / "shop" / "runs" / "a-run"
    report.mkdir(parents=True)
    found = notebooks.choose(notebooks.find(notebook_files), ["00", "01", "02"])
    executed = [
        Executed(one, {"horizon": "26W", "prepared": "x"}, one.node(), 1.0) for one in found
    ]
    origin = {"study": "shop", "run_id": "a-run", "doubts": ["small-sample"]}
    pages.write(executed, report, LANGUAGES, origin)
    return report


def test_both_editions_of_every_notebook_are_there_in_every_language(written):
    names = ["00_speaks", "01_says_where_it_runs", "02_needs_a_model"]
    folders = [f"html/{language}{edition}" for language in LANGUAGES for edition in EDITIONS]
    pages = {p.relative_to(written).as_posix() for p in written.rglob("*.html")}
    assert pages == {f"{folder}/{name}.html" for folder in folders for name in names}


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("tr", "ltr"), ("ar", "rtl")])
def test_a_page_says_its_language_and_reads_in_its_direction(written, language, direction):
    html = (written / f"html/{language}/00_speaks.html").read_text(encoding="utf-8")
    assert f'<html lang="{language}" dir="{direction}">' in html
    links = re.findall(r'href="([^"]+)" lang="(\w+)" hreflang="(\w+)"', html)
    others = [code for code in LANGUAGES if code != language]
    assert links == [(f"../{code}/00_speaks.html", code, code) for code in others]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_what_a_published_run_holds(written, language, edition):
    page = f"html/{language}{edition}/00_speaks.html"
    html = (written / page).read_text(encoding="utf-8")
    targets = re.findall(r'href="([^"#]+)"', html)
    assert targets
    for target in targets:
        led_to = (written / PurePosixPath(page).parent / target).resolve()
        there = led_to.exists() or led_to.parent == written.parents[1].resolve()
        assert there or led_to.suffix == ".ipynb", target


def test_a_page_shows_what_was_chosen_and_not_what_was_handed_over(written):
    html = (written / "html/en/00_speaks.html").read_text(encoding="utf-8")
    assert "26W" in html
    assert "prepared" not in html


def test_doubts_about_the_models_stand_on_the_pages_that_need_them_and_on_no_other(written):
    doubtful = [
        page.name
        for page in sorted((written / "html" / "en").glob("*.html"))
        if "Fewer than 300 customers have come back" in page.read_text(encoding="utf-8")
    ]
    assert doubtful == ["02_needs_a_model.html"]


def test_links_between_languages_keep_the_edition():
    links = pages._links("00_x", "en", "analyst", ["en", "tr"])
    assert links["languages"] == {"tr": "../../tr/analyst/00_x.html"}
    assert links["stakeholder"] == "../00_x.html"
    assert links["executed"] == "../../../notebooks/00_x.ipynb"
    assert (
        links["home"] == "../../../../../index.html"
    )  # of the study, which leads on to that of all


def test_a_language_that_was_not_run_has_no_page(tmp_path, notebook_files):
    (one,) = notebooks.choose(notebooks.find(notebook_files), ["00"])
    node = one.node()
    payload = {"kind": "check", "name": "x", "passed": True, "variants": {"en": {}}}
    data = {"application/vnd.clv.v1+json": payload}
    node.cells[-1].outputs = [{"output_type": "display_data", "data": data, "metadata": {}}]
    with pytest.raises(PageIncomplete, match="not in `tr`"):
        pages.write([Executed(one, {}, node, 1.0)], tmp_path, ["tr"], {})
