"""The published pages as a browser sees them: nothing asked for, nothing run, nothing cut off."""

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

REPORTS = Path(__file__).parents[2] / "reports"
CSP = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
LOOKS = [(width, scheme) for width in (1280, 320) for scheme in ("light", "dark")]
AXE = {"resultTypes": ["violations"]}  # all rules; what passed is not listed, which takes longest
UNFOLD = "() => document.querySelectorAll('details').forEach(d => { d.open = true })"
WIDTHS = "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"

# Of the first and the last number of a text: the line, and the places of first and last digit.
NUMBERS = """node => {
  const text = document.createTreeWalker(node, NodeFilter.SHOW_TEXT).nextNode();
  const found = [...text.data.matchAll(/\\p{Nd}[\\p{Nd}.,٫٬]*/gu)];
  const box = at => {
    const range = document.createRange();
    range.setStart(text, at); range.setEnd(text, at + 1);
    return range.getBoundingClientRect();
  };
  return [found[0], found.at(-1)].map(m => {
    const first = box(m.index), last = box(m.index + m[0].length - 1);
    return [Math.round(first.top), first.left, last.left];
  });
}"""


def named(page: Path) -> str:
    """A page's language and name: "ar-06_lifetime_value"."""
    return "-".join(page.relative_to(REPORTS).with_suffix("").parts[-2:])


def published(pattern: str = "*/latest/html/*/*.html") -> list[Path]:
    return [*sorted(REPORTS.glob(pattern)), *sorted(REPORTS.glob("index*.html"))]


def pages(pattern: str = "*/latest/html/*/*.html"):
    """Let a test see every published page, or be skipped by name where there is none."""
    found = published(pattern)
    return pytest.mark.parametrize(
        "page_file",
        found or [None],
        ids=[named(page) for page in found] or ["no report"],
        indirect=True,
    )


@pytest.fixture
def page_file(request, need) -> Path:
    need(request.param, "a published report (make report)")
    return request.param


@pytest.fixture
def tags(page_file, tags_of):
    return tags_of(page_file)


# As a file


def test_the_suite_published_nine_pages_and_an_index(need):
    need(published(), "a published report (make report)")
    names = {p.stem for p in REPORTS.glob("cdnow/latest/html/en/*.html")}
    assert len(names) == 9
    assert (REPORTS / "index.html").exists()


@pages("*/latest/html/**/*.html")
def test_a_page_forbids_itself_everything_first(tags):
    inside_head = tags[[name for name, _ in tags].index("head") + 1 :]
    policies = [a["content"] for name, a in inside_head[:3] if "http-equiv" in a]
    assert policies == [CSP]


@pages("*/latest/html/**/*.html")
def test_a_page_holds_no_script_and_no_address_outside(tags, page_file):
    assert "script" not in {name for name, _ in tags}
    handlers = [a for _, attributes in tags for a in attributes if a.startswith("on")]
    assert handlers == []
    targets = [a[k] or "" for _, a in tags for k in ("src", "href", "srcset", "action") if k in a]
    assert [
        t for t in targets if re.match(r"(?i)[a-z][a-z0-9+.-]*:|//", t) and t[:5] != "data:"
    ] == []
    styles = re.findall(r"url\(([^)]*)\)", page_file.read_text(encoding="utf-8"))
    assert [s for s in styles if not s.strip("'\"").startswith("data:")] == []


@pages("*/latest/html/**/*.html")
def test_every_link_leads_to_what_is_there(tags, page_file):
    links = [a["href"].split("#")[0] for name, a in tags if name == "a" and a.get("href")]
    here = page_file.resolve().parent  # pages link to each other by the name of their run
    assert [link for link in links if link and not (here / link).exists()] == []


@pages("*/latest/html/**/*.html")
def test_every_chart_says_what_it_shows(tags):
    images = [a for name, a in tags if name == "img"]
    assert [a["alt"] for a in images if len(a.get("alt") or "") < 20] == []


@pages("*/latest/html/**/*.html")
def test_a_page_is_light_enough_to_mail(page_file):
    assert page_file.stat().st_size <= 1_000_000


# In the browser


@pages()
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_a_page_is_accessible_fits_and_asks_for_nothing(tabs, page_file, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    tab = tabs(width=width, scheme=scheme)
    page = tab.open(page_file)
    assert page.title()
    assert (tab.outside, tab.complaints) == ([], [])
    page.evaluate(UNFOLD)  # what is folded away must hold too
    scrolled, seen = page.evaluate(WIDTHS)
    assert scrolled <= seen
    # The page's own policy forbids scripts: axe comes in through the debugger, past it.
    found = Axe().run(page, options=AXE).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []


@pages()
def test_a_page_needs_no_script_and_can_be_printed(tabs, page_file):
    tab = tabs(scripts=False)
    page = tab.open(page_file)
    printed = page.pdf(format="A4", print_background=True)
    assert printed.startswith(b"%PDF")
    assert len(printed) > 10_000
    assert (tab.outside, tab.complaints) == ([], [])


@pages("*/latest/html/ar/*.html")
def test_an_interval_reads_from_right_to_left_where_the_language_does(tabs, page_file):
    page = tabs().open(page_file)
    if page.evaluate("() => document.documentElement.dir") != "rtl":
        return
    for interval in page.query_selector_all(".clv-range bdi"):
        (line, low, low_end), (next_line, high, high_end) = interval.evaluate(NUMBERS)
        assert line < next_line or low > high  # the low one comes first: to the right
        assert low <= low_end  # and digits run from left to right in both
        assert high <= high_end
