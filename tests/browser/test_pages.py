"""The published pages as a browser sees them: nothing asked for, nothing run, nothing cut off."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser

REPORTS = Path(__file__).parents[2] / "reports"
CSP = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)


def published() -> list[Path]:
    return [*sorted(REPORTS.glob("*/latest/html/*/*.html")), *REPORTS.glob("index.html")]


@pytest.fixture(params=published() or [None], ids=lambda p: p.stem if p else "no report")
def page_file(request, need) -> Path:
    need(request.param, "a published report (make report)")
    return request.param


class Tags(HTMLParser):
    """Every opening tag with its attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.fixture
def tags(page_file):
    return Tags(page_file.read_text(encoding="utf-8")).tags


@pytest.fixture(scope="module")
def browser(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def opened(browser, page_file, request):
    """A page in the browser, with what it asked for and what it complained about."""
    context = browser.new_context(viewport=getattr(request, "param", None), offline=True)
    page = context.new_page()
    page.asked, page.complaints = [], []
    page.on("request", lambda r: page.asked.append(r.url))
    page.on("console", lambda m: page.complaints.append(m.text))
    page.on("pageerror", lambda e: page.complaints.append(str(e)))
    page.goto(page_file.resolve().as_uri())
    yield page
    context.close()


def test_the_suite_published_nine_pages_and_an_index(need):
    need(published(), "a published report (make report)")
    names = {p.stem for p in REPORTS.glob("cdnow/latest/html/en/*.html")}
    assert len(names) == 9
    assert (REPORTS / "index.html").exists()


def test_a_page_forbids_itself_everything_first(tags):
    inside_head = tags[[name for name, _ in tags].index("head") + 1 :]
    policies = [a["content"] for name, a in inside_head[:3] if "http-equiv" in a]
    assert policies == [CSP]


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


def test_every_link_leads_to_a_page_that_is_there(tags, page_file):
    links = [a["href"].split("#")[0] for name, a in tags if name == "a" and a.get("href")]
    assert [link for link in links if link and not (page_file.parent / link).exists()] == []


def test_every_chart_says_what_it_shows(tags):
    images = [a for name, a in tags if name == "img"]
    assert [a for a in images if len(a.get("alt") or "") < 20] == []


def test_a_page_is_light_enough_to_mail(page_file):
    assert page_file.stat().st_size <= 1_000_000


def test_a_page_asks_nothing_and_complains_of_nothing(opened, page_file):
    outside = [url for url in opened.asked if not url.startswith(("file:", "data:"))]
    assert outside == []
    assert opened.complaints == []
    assert opened.title()


@pytest.mark.parametrize("opened", [{"width": 320, "height": 640}], indirect=True)
def test_a_page_fits_a_narrow_phone(opened):
    widths = opened.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert widths[0] <= widths[1]


@pytest.mark.parametrize(
    "opened", [{"width": 1280, "height": 900}, {"width": 320, "height": 640}], indirect=True
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_is_accessible(opened, scheme):
    from axe_playwright_python.sync_playwright import Axe

    opened.emulate_media(color_scheme=scheme)
    # The page's own policy forbids scripts: axe comes in through the debugger, past it.
    found = Axe().run(opened).response["violations"]
    assert [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found] == []
