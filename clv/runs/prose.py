"""What a page shows that is not ours: Markdown, formulas, foreign HTML, made safe to stand in it.

Raw HTML inside Markdown is shown as text, formulas become MathML, and HTML that some other
library made keeps its text and its tables and nothing that acts or loads.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from html import escape
from typing import Any
from xml.etree import ElementTree

import bleach
from bs4 import BeautifulSoup
from latex2mathml.converter import convert
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

TITLE = re.compile(r"^# +(?P<title>.+?) *#* *$", re.MULTILINE)
TABLES = ["table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"]
TEXTS = ["b", "blockquote", "br", "code", "dd", "div", "dl", "dt", "em", "i", "kbd", "li", "ol"]
TEXTS += ["p", "pre", "s", "small", "span", "strong", "sub", "sup", "ul"]
MATHML = {"math", "mi", "mn", "mo", "ms", "mtext", "mspace", "mrow", "mfrac", "msqrt", "mroot"}
MATHML |= {"mstyle", "mpadded", "mphantom", "menclose", "mfenced", "msub", "msup", "msubsup"}
MATHML |= {"munder", "mover", "munderover", "mmultiscripts", "mtable", "mtr", "mtd", "none"}
EMBEDDED = re.compile(r"data:image/(png|jpeg|svg\+xml);base64,[A-Za-z0-9+/=\s]+")


def split_title(source: str) -> tuple[str, str]:
    r"""The first heading of the first rank as plain words, and the Markdown without it.

    >>> split_title("# Who *buys*?\n\nFor marketing.")
    ('Who buys?', 'For marketing.')
    """
    found = TITLE.search(source)
    if not found:
        return "", source
    title = re.sub(r"(?<!\w)[*_`]+(?=\S)|(?<=\S)[*_`]+(?!\w)", "", found["title"])
    return title, (source[: found.start()] + source[found.end() :]).strip()


def formula(tex: str, *, display: bool = False) -> Markup:
    """A formula as MathML, which browsers draw without a script; where TeX is too much, as code."""
    try:
        mathml = convert(tex, display="block" if display else "inline")
        drawn = _is_only_mathml(mathml)
    except Exception:  # The converter raises whatever its parser trips over.
        drawn = False
    return Markup(mathml) if drawn else Markup("<code>{}</code>").format(tex)


def safe_html(html: str) -> Markup:
    """Foreign HTML without scripts, styles, images, forms and links: its text and its tables."""
    soup = BeautifulSoup(html, "html.parser")
    for acting in soup(["script", "style", "template", "noscript", "svg", "math", "iframe"]):
        acting.decompose()
    for corner in soup("th"):
        if not corner.get_text(strip=True):
            corner.name = "td"  # an empty heading is read aloud as one
    attributes = {"th": ["colspan", "rowspan", "scope"], "td": ["colspan", "rowspan"]}
    return Markup(bleach.clean(str(soup), tags=TABLES + TEXTS, attributes=attributes, strip=True))


def _is_only_mathml(mathml: str) -> bool:
    """Whether nothing else came in with a formula: the converter passes text on unescaped."""
    return all(
        element.tag.rpartition("}")[2] in MATHML
        and not any(name in ("href", "src", "style") or name[:2] == "on" for name in element.attrib)
        for element in ElementTree.fromstring(mathml).iter()
    )


@dataclass
class Prose:
    """The Markdown of one page: renders each cell and keeps the headings for the contents."""

    contents: list[dict[str, str]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    level: int = 1

    def html(self, source: str, attachments: dict[str, Any] | None = None) -> Markup:
        """Markdown as HTML that is safe to stand in the page."""
        renderer = _Renderer(self, attachments=attachments or {})
        return Markup(MarkdownWithMath(renderer=renderer).render(source))

    def heading(self, text: str, level: int) -> str:
        """A heading with an anchor, never more than one rank below the one before it."""
        self.level = min(max(level, 2), self.level + 1)
        plain = Markup(text).striptags()
        anchor = self.anchor(plain)
        if self.level == 2:
            self.contents.append({"anchor": anchor, "text": plain})
        return f'<h{self.level} id="{escape(anchor)}">{text}</h{self.level}>\n'

    def anchor(self, text: str) -> str:
        """An id made of a heading's letters, unique on the page."""
        letters = unicodedata.normalize("NFC", text).casefold()
        stem = "s-" + (re.sub(r"\W+", "-", letters).strip("-") or "section")
        number = 1
        anchor = stem
        while anchor in self.taken:
            number += 1
            anchor = f"{stem}-{number}"
        self.taken.add(anchor)
        return anchor


class _Renderer(IPythonRenderer):
    """nbconvert's renderer with formulas as MathML, raw HTML as text and no image from afar."""

    def __init__(self, prose: Prose, attachments: dict[str, Any]) -> None:
        super().__init__(
            escape=True, allow_harmful_protocols=False, exclude_anchor_links=True,
            attachments=attachments,
        )  # fmt: skip
        self.prose = prose

    def heading(self, text: str, level: int, **attrs: Any) -> str:  # noqa: ANN401
        return self.prose.heading(text, level)

    def block_html(self, html: str) -> str:
        return "" if html.lstrip().startswith("<!--") else super().block_html(html)

    def inline_html(self, html: str) -> str:
        return "" if html.startswith("<!--") else super().inline_html(html)

    def block_code(self, code: str, info: str | None = None) -> str:
        return f'<pre tabindex="0"><code>{escape(code)}</code></pre>\n'

    def block_math(self, body: str) -> str:
        return f'<span class="formula" tabindex="0">{formula(body, display=True)}</span>'

    def inline_math(self, body: str) -> str:
        return str(formula(body))

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def table(self, text: str) -> str:
        return f'<div class="clv-scroll" tabindex="0"><table>{text}</table></div>\n'

    def task_list_item(self, text: str, checked: bool = False) -> str:
        return f"<li>{'☑' if checked else '☐'} {text}</li>\n"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        # A notebook's neighbour is a page of the same name here.
        return super().link(text, re.sub(r"^([\w.-]+)\.ipynb\b", r"\1.html", url), title)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        source = self._embed_image_or_attachment(url)
        alt = Markup(text).striptags()
        if not EMBEDDED.fullmatch(source):
            return escape(alt)
        return f'<img src="{escape(source)}" alt="{escape(alt)}">'
