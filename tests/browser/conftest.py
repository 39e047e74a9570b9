"""A browser without a network, and what a page does in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest

REPORTS = Path(__file__).parents[2] / "reports"


@pytest.fixture(scope="session")
def reports() -> Path:
    return REPORTS


class Tags(HTMLParser):
    """Every opening tag with its attributes, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


@pytest.fixture(scope="session")
def tags_of():
    """Make a page's tags a list of names and attributes."""
    return lambda page: Tags(page.read_text(encoding="utf-8")).tags


@dataclass
class Tab:
    """A tab of the browser, with what its page asked for and what it complained about."""

    page: object
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, file: Path) -> object:
        self.asked.clear()
        self.complaints.clear()
        self.page.goto(file.resolve().as_uri())
        return self.page

    @property
    def outside(self) -> list[str]:
        """Addresses asked for that do not lie on this disk."""
        return [url for url in self.asked if not url.startswith(("file:", "data:"))]


@pytest.fixture(scope="session")
def browser(chromium) -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def tabs(browser):
    """One tab for each way of looking at pages: opening a new one for each page takes longer."""
    opened: dict[tuple, Tab] = {}

    def tab(*, width: int = 1280, scheme: str = "light", scripts: bool = True) -> Tab:
        key = (width, scheme, scripts)
        if key not in opened:
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                java_script_enabled=scripts,
                offline=True,
            )
            opened[key] = made = Tab(context.new_page())
            made.page.on("request", lambda request: made.asked.append(request.url))
            made.page.on("console", lambda line: made.complaints.append(line.text))
            made.page.on("pageerror", lambda error: made.complaints.append(str(error)))
            made.page.on("dialog", lambda dialog: made.complaints.append(dialog.message))
        return opened[key]

    yield tab
    for each in opened.values():
        each.page.context.close()
