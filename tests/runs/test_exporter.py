import base64
import copy
import re
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from nbformat import v4
from traitlets.config import Config

from clv import report
from clv.errors import BadParameter, PageIncomplete
from clv.runs import exporter
from clv.runs.exporter import ReportExporter

POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'"
)
IPC = {"transport": "ipc"}
PYTHON = {"name": "python3", "display_name": "Python 3"}
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()
PROVENANCE = {
    "study": "shop <b>",
    "notebook": "02_second",
    "run_id": "1998-06-30-3f9a2c1b",
    "as_of": "1998-06-30",
    "source": "orders.csv",
    "rows": {"in": 12345, "accepted": 12340, "quarantined": 5},
    "inputs": {"orders.csv": "9f2c1b77"},
    "versions": {"clv": "0.1.0"},
    "parameters": {
        "horizon": {"value": "24M", "default": "12M"},
        "seed": {"value": 1, "default": 1},
    },
    "home": "../index.html",
    "analyst": "analyst/02_second.html",
    "languages": {"tr": "../tr/02_second.html"},
}
PAGES = [
    {"notebook": "01_first", "title": "First?", "file": "01_first.html", "answer": "Yes."},
    {"notebook": "02_second", "title": "Second?", "file": "02_second.html"},
]


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def of_outputs(*outputs, source="secret_code = 1"):
    """A notebook whose one cell has these outputs."""
    return v4.new_notebook(cells=[v4.new_code_cell(source, outputs=list(outputs))])


def shown(mime, content, alt=""):
    metadata = {mime: {"alt": alt}} if alt else {}
    return v4.new_output("display_data", {mime: content}, metadata=metadata)


# The whole page -----------------------------------------------------------------------------


def test_the_policy_is_the_first_thing_in_the_head(notebook):
    html = exporter.page(notebook)
    assert html.startswith("<!DOCTYPE html>")
    first = soup(html).head.find()
    assert first["http-equiv"] == "Content-Security-Policy"
    assert first["content"] == POLICY


def test_the_page_loads_and_runs_nothing(notebook):
    page = soup(exporter.page(notebook, provenance=PROVENANCE, pages=PAGES))
    assert page(["script", "link", "iframe", "object", "form", "input"]) == []
    sources = [tag["src"] for tag in page(src=True)]
    assert sources
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert "url(" not in page.style.text
    assert not [name for tag in page(True) for name in tag.attrs if name.startswith("on")]


def test_the_same_notebook_makes_the_same_bytes(notebook):
    before = copy.deepcopy(notebook)
    first = exporter.page(notebook, provenance=PROVENANCE, pages=PAGES)
    assert first == exporter.page(notebook, provenance=PROVENANCE, pages=PAGES)
    assert notebook == before


def test_nbconvert_makes_the_same_page(notebook):
    ours = exporter.page(notebook, provenance=PROVENANCE, pages=PAGES)
    notebook.metadata["clv"] = {"provenance": PROVENANCE, "pages": PAGES}
    html, resources = ReportExporter().from_notebook_node(notebook)
    assert html == ours
    assert resources["output_extension"] == ".html"


def test_there_is_one_title_and_headings_stand_in_order(notebook):
    page = soup(exporter.page(notebook, provenance=PROVENANCE, pages=PAGES))
    assert [h.text for h in page("h1")] == ["Who carries it?"]
    ranks = [int(h.name[1]) for h in page(re.compile("^h[1-6]$"))]
    assert all(after <= before + 1 for before, after in pairwise(ranks))
    assert page.title.text == "Who carries it? – shop <b>"


def test_a_page_without_anything_still_stands():
    page = soup(exporter.page(v4.new_notebook()))
    assert page.h1.text == "Report"
    assert page.footer is None


def test_an_unknown_language_is_refused(notebook):
    with pytest.raises(BadParameter, match="`language` must be one of"):
        exporter.page(notebook, language="xx")


# What stands at the top ---------------------------------------------------------------------


def test_the_answer_comes_first_and_only_once(notebook):
    page = soup(exporter.page(notebook))
    assert page.find(class_="lead").text == "The top 10% carry it."
    assert page.find(class_="next").text == "Next step Call them."
    body = page.find(class_="body").text
    assert "The top 10% carry it." not in body
    assert "Little else." in body


def test_headlines_show_their_interval_at_the_top(notebook):
    page = soup(exporter.page(notebook))
    card = page.find(class_="headlines")
    assert card.dt.text == "Revenue"
    assert [dd.text for dd in card("dd")] == ["$48,200", "Likely range$40,000 to $50,000"]
    assert "$48,200" not in page.find(class_="body").text


def test_the_strip_counts_the_checks_and_names_those_that_failed(notebook):
    strip = soup(exporter.page(notebook)).find(class_="strip")
    assert strip.a.text == "1 of 2 checks passed"
    assert strip.a["href"] == "#checks"
    assert [item.find(class_="clv-what").text for item in strip("li")] == ["spend It is <not>."]


def test_the_contents_lead_to_the_sections(notebook):
    page = soup(exporter.page(notebook))
    links = [(a.text, a["href"]) for a in page.find(class_="contents")("a")]
    assert links == [
        ("Where it sits", "#s-where-it-sits"),
        ("How", "#s-how"),
        ("Checks", "#checks"),
        ("Glossary", "#glossary"),
    ]
    assert all(page.find(id=href[1:]) for _, href in links)


# What stands around it ----------------------------------------------------------------------


def test_the_other_questions_are_linked_and_this_one_is_marked(notebook):
    others = soup(exporter.page(notebook, provenance=PROVENANCE, pages=PAGES)).find(class_="others")
    assert [(a.text, a["href"]) for a in others("a")] == [("First?", "01_first.html")]
    assert others.find(attrs={"aria-current": "page"}).text == "Second?"


def test_the_footer_says_what_the_numbers_stand_on(notebook):
    footer = soup(exporter.page(notebook, provenance=PROVENANCE)).footer
    assert {dt.text: [dd.text for dd in dt.parent("dd")] for dt in footer("dt")} == {
        "As of": ["June 30, 1998"],
        "Data": ["orders.csv"],
        "Rows": ["12,345 read", "12,340 accepted", "5 set aside as faulty"],
        "Data fingerprint": ["9f2c1b77"],
        "Versions": ["clv 0.1.0"],
        "Run": ["1998-06-30-3f9a2c1b"],
    }


def test_parameters_not_at_their_default_are_marked(notebook):
    footer = soup(exporter.page(notebook, provenance=PROVENANCE)).footer
    assert footer.summary.text == "Parameters: 1 of 2 not at their default"
    assert [row.th.text for row in footer("tr", class_="changed")] == ["horizon"]


def test_the_top_links_to_index_editions_and_languages(notebook):
    top = soup(exporter.page(notebook, provenance=PROVENANCE)).header
    assert [(a.text, a["href"]) for a in top("a")] == [
        ("All reports", "../index.html"),
        ("Analyst edition", "analyst/02_second.html"),
        ("Türkçe", "../tr/02_second.html"),
    ]


# The body -----------------------------------------------------------------------------------


def test_charts_have_alt_text_caption_and_their_numbers(notebook):
    chart = soup(exporter.page(notebook)).find(class_="clv-chart")
    assert chart.img["alt"] == "Two bars."
    assert chart.figcaption.text == "Two of them."
    assert chart.details.table.td.text == "41,200"


def test_formulas_are_mathml(notebook):
    assert soup(exporter.page(notebook)).math.find("mo").text == "<"


def test_the_stakeholder_sees_no_code(notebook):
    assert "secret_code" not in exporter.page(notebook)
    assert "secret_code" in exporter.page(notebook, edition="analyst")


def test_tags_say_who_sees_a_cell(spoken):
    def saying(word, *tags):
        return v4.new_markdown_cell(word, metadata={"tags": list(tags)})

    cells = [saying("everyone"), saying("insiders", "analyst-only"), saying("none", "remove-cell")]
    read = [exporter.page(v4.new_notebook(cells=cells), edition=e) for e in exporter.EDITIONS]
    assert ["everyone" in page for page in read] == [True, True]
    assert ["insiders" in page for page in read] == [False, True]
    assert ["<p>none" in page for page in read] == [False, False]


# Outputs that are not ours ------------------------------------------------------------------

EVERY_TYPE = {
    "text/html": ("<table><tr><td>cell</td></tr></table>", "<td>cell</td>"),
    "text/markdown": ("**bold**", "<strong>bold</strong>"),
    "text/latex": (r"$\alpha$", "<mi>&#x003B1;</mi>"),
    "text/plain": ("a < b", '<pre class="output" tabindex="0">a &lt; b</pre>'),
    "image/png": (PNG, f'<img class="picture" src="data:image/png;base64,{PNG}" alt="Alt &lt;">'),
    "image/jpeg": (PNG, f'src="data:image/jpeg;base64,{PNG}"'),
    "image/svg+xml": ("<svg/>", 'src="data:image/svg+xml;base64,PHN2Zy8+"'),
    "text/vnd.mermaid": ("graph", '<pre class="output" tabindex="0">graph</pre>'),
    "application/pdf": ("JVBERi0=", "This part can be seen in the notebook only."),
    "application/javascript": ("alert(1)", "This part can be seen in the notebook only."),
    "application/vnd.jupyter.widget-view+json": ({}, "can be seen in the notebook only."),
    "application/vnd.unheard-of": ("x", "can be seen in the notebook only."),
}


@pytest.mark.parametrize("edition", exporter.EDITIONS)
@pytest.mark.parametrize("mime", EVERY_TYPE)
def test_every_output_type_is_shown(mime, edition):
    content, written = EVERY_TYPE[mime]
    for output_type in ("display_data", "execute_result"):
        output = v4.new_output(output_type, {mime: content}, metadata={mime: {"alt": "Alt <"}})
        assert written in exporter.page(of_outputs(output), edition=edition)


@pytest.mark.parametrize(
    "output",
    [
        shown("text/html", "<script>alert(1)</script><b onclick='alert(1)'>b</b>"),
        shown("text/markdown", "<script>alert(1)</script> [x](javascript:alert(1))"),
        shown("text/latex", r"$\text{<script>alert(1)</script>}$"),
        shown("text/plain", "<script>alert(1)</script>"),
        shown("image/svg+xml", "<svg onload='alert(1)'/>", alt="<script>alert(1)</script>"),
        shown("image/png", '"><script>alert(1)</script>', alt="x"),
        v4.new_output("stream", name="stdout", text="<script>alert(1)</script>"),
        v4.new_output("stream", name="stderr", text="<script>alert(1)</script>"),
        v4.new_output(
            "error", ename="<script>", evalue="x", traceback=["<script>alert(1)</script>"]
        ),
    ],
)
@pytest.mark.parametrize("edition", exporter.EDITIONS)
def test_nothing_from_an_output_comes_alive(output, edition):
    page = soup(exporter.page(of_outputs(output), edition=edition))
    assert page(["script", "svg", "iframe"]) == []
    assert not [name for tag in page(True) for name in tag.attrs if name.startswith("on")]
    assert not [a for a in page("a") if a["href"].startswith("javascript")]


def test_data_in_our_own_pieces_is_escaped(notebook, spoken):
    evil = "</style><script>alert(1)</script>"
    notebook.cells.append(spoken(lambda: report.check(evil, passed=False, detail=evil)))
    notebook.cells[0].source = f"# {evil}"
    provenance = {
        "study": evil,
        "source": evil,
        "parameters": {evil: {"value": evil, "default": 1}},
    }
    pages = [{"notebook": "x", "title": evil, "file": f'"{evil}', "answer": evil}]
    page = soup(exporter.page(notebook, provenance=provenance, pages=pages))
    assert page("script") == []
    assert page.h1.text == evil


def test_streams_and_errors_are_for_the_right_readers():
    outputs = [
        v4.new_output("stream", name="stdout", text="\x1b[1mprinted\x1b[0m\n"),
        v4.new_output("stream", name="stderr", text="a warning"),
        v4.new_output("error", ename="Oops", evalue="x", traceback=["\x1b[31mTraceback\x1b[0m"]),
    ]
    stakeholder, analyst = (
        exporter.page(of_outputs(*outputs), edition=e) for e in exporter.EDITIONS
    )
    assert ">printed</pre>" in stakeholder
    assert "This part could not be computed." in stakeholder
    assert not re.search("a warning|Traceback|Oops", stakeholder)
    assert re.search("a warning", analyst)
    assert re.search("Oops.*Traceback", analyst, re.DOTALL)


def test_single_customers_are_withheld_from_stakeholders():
    table = "<table><tr><th>customer_id</th><td>00042</td></tr></table>"
    outputs = [
        shown("text/html", table),
        v4.new_output("stream", name="stdout", text="customer_id 00042"),
    ]
    stakeholder, analyst = (
        exporter.page(of_outputs(*outputs), edition=e) for e in exporter.EDITIONS
    )
    assert "00042" not in stakeholder
    assert "Single customers are shown in the analyst edition only." in stakeholder
    assert "00042" in analyst


def test_a_picture_without_alt_text_is_refused():
    with pytest.raises(PageIncomplete, match="Cell 1 shows a picture without alt text"):
        exporter.page(of_outputs(shown("image/png", PNG)))


@pytest.mark.slow
def test_nbconvert_may_execute_the_notebook_on_the_way():
    speak = "from clv import report\nreport.check('rows', passed=True, detail='All there.')"
    cells = [v4.new_markdown_cell("# Does it run?"), v4.new_code_cell(speak)]
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": PYTHON})
    config = Config({"ExecutePreprocessor": {"enabled": True}, "KernelManager": IPC})
    html, _ = ReportExporter(config=config).from_notebook_node(notebook)
    assert "All there." in soup(html).find(id="checks").parent.text
