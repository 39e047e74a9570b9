"""A language nobody speaks, in Greek letters: what stays Latin on a page bypassed the catalogue."""

import json
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.text import Text

from clv.growth import playbook
from clv.report import catalogue, languages, verbs
from clv.runs import exporter, index
from clv.stages import aarrr, frameworks

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
LATIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
GREEK = "αβγδεζηθικλμνξοπρστυφχψωάέΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈ"
SYMBOLS = {"R", "F", "M", "T", "r", "alpha", "a", "b", "p", "q", "v"}  # the same in every language
ORIGIN = {  # the names that come from outside, in figures
    **dict.fromkeys(["study", "source", "home", "analyst", "stakeholder", "executed"], "1"),
    "as_of": "1998-06-30",
    "rows": dict.fromkeys(["in", "accepted", "quarantined", "duplicates", "outside_window"], 2),
    "parameters": {"horizon": {"value": "12M", "default": "6M"}},
}
# What is data and brings its own words: a playbook, the stages of a framework, rates.
BROUGHT = sorted(
    {
        labels["en"]
        for play in playbook.read().plays.values()
        for labels in (play.owner, play.aim, play.do, play.avoid, play.measure)
    }
    | {
        labels["en"]
        for framework in map(frameworks.read, frameworks.shipped())
        for labels in (
            framework.title,
            *framework.ladder.values(),
            *framework.off_ladder.values(),
        )
    }
    | {rate.label["en"] for rate in aarrr.rates().values()},
    key=len,
    reverse=True,
)
UNTOUCHED = re.compile(r"{\w+}|\$[^$]+\$|`[^`]+`|\]\([^)]+\)")


def greek(message: str) -> str:
    """A message in Greek letters, but for what a translator must leave alone."""
    letters = str.maketrans(LATIN, GREEK)
    parts = re.split(f"({UNTOUCHED.pattern})", message)
    return "".join(part if UNTOUCHED.fullmatch(part) else part.translate(letters) for part in parts)


@pytest.fixture(scope="module")
def spoken_in_greek_letters(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(languages, "LOCALES", tmp_path_factory.mktemp("locale"))
        languages._load.cache_clear()
        found = catalogue.collect()
        for message in found:
            one = isinstance(message.id, str)
            message.string = greek(message.id) if one else tuple(map(greek, message.id))
        catalogue.write("el", found)
        yield
    languages._load.cache_clear()


@pytest.fixture
def drawn(monkeypatch):
    """What stands written in the charts that are saved."""
    said, save = [], Figure.savefig

    def savefig(figure, *args, **options):
        save(figure, *args, **options)
        said.extend(text.get_text() for text in figure.findobj(Text) if text.get_visible())

    plt.switch_backend("agg")
    monkeypatch.setattr(Figure, "savefig", savefig)
    return said


@pytest.fixture
def executed(monkeypatch):
    """Execute a notebook in this process, in the language of Greek letters."""
    outputs = []
    monkeypatch.setattr(verbs, "display", lambda it: outputs.append(it._repr_mimebundle_()))

    def executed(path, **parameters):
        notebook, names = nbformat.read(path, as_version=4), {}
        for cell in (c for c in notebook.cells if c.cell_type == "code"):
            exec(cell.source, names)
            if "parameters" in cell.metadata.get("tags", []):
                names |= {k: v for k, v in parameters.items() if k in names} | {"language": "el"}
            cell.outputs = [nbformat.v4.new_output("display_data", data) for data in outputs]
            outputs.clear()
        return notebook

    return executed


def words_on(html: str) -> set[str]:
    """The Latin words that a reader, or a screen reader, meets on a page."""
    page = BeautifulSoup(html, "html.parser")
    for other in page(["style", "code", "math"]):
        other.decompose()
    read = [page.get_text(" ")]
    read += [
        tag[name] for tag in page() for name in ("alt", "aria-label", "title") if tag.get(name)
    ]
    return latin(read)


def latin(texts) -> set[str]:
    own = [re.sub("|".join(map(re.escape, BROUGHT)), "", one) for one in texts]
    return {text.strip() for one in own for text in re.findall(r"[A-Za-z][\w ,.;:-]+", one)}


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.usefixtures("spoken_in_greek_letters")
def test_no_sentence_of_a_page_bypasses_the_catalogue(path, executed, drawn):
    notebook = executed(path, transactions="cdnow-sample")
    pages = [
        exporter.page(notebook, language="el", edition=edition, provenance=ORIGIN)
        for edition in exporter.EDITIONS
    ]
    assert sorted(set().union(*map(words_on, pages), latin(drawn)) - SYMBOLS) == []


@pytest.mark.parametrize("state", ["ok", "failed", "refused", "interrupted"])
@pytest.mark.usefixtures("spoken_in_greek_letters")
def test_no_sentence_of_the_index_bypasses_the_catalogue(tmp_path, state):
    files = {
        "last_run.json": {"state": state},
        "runs/1998-06-30-1/html/el/99_1.html": {},
        "runs/1997-06-30-1/html/el/99_1.html": {},
        "runs/1998-06-30-1/results.json": {"languages": ["el"], "as_of": "1998-06-30"},
    }
    for name, content in files.items():
        path = tmp_path / "1" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "1" / "latest").symlink_to("runs/1998-06-30-1")
    assert words_on(index.write(tmp_path).read_text(encoding="utf-8")) == set()
