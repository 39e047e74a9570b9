"""From an executed notebook to a page that anybody can read: one file, no script, no request.

nbconvert's template machinery does the work, with a template of our own (`clv/report/template`).
`jupyter nbconvert --to clv_report` and `page(…)` make the same bytes from the same notebook.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from babel import Locale
from jinja2 import Environment
from markupsafe import Markup
from nbconvert.exporters import TemplateExporter
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from traitlets import Enum, Unicode, default

from clv.errors import PageIncomplete
from clv.report import glossary, markup, privacy
from clv.report.languages import Words
from clv.runs import around
from clv.runs.harvest import Harvest, first_language, harvest, pieces
from clv.runs.notebooks import is_injected, runs
from clv.runs.prose import EMBEDDED, Prose, formula, safe_html, split_title

PICTURES = ("image/png", "image/jpeg", "image/svg+xml")
# What is shown of an output that comes in several types: the first of these that it has.
RICHEST = ("text/html", *PICTURES, "text/markdown", "text/latex", "text/vnd.mermaid")
RICHEST += ("application/vnd.jupyter.widget-view+json", "application/javascript", "text/plain")
EDITIONS = ("stakeholder", "analyst")
HOISTED = ("headline", "check")  # shown at the top of the page, and so not where they were spoken


class ReportExporter(TemplateExporter):
    """nbconvert's way to the page: `jupyter nbconvert --to clv_report notebook.ipynb`."""

    export_from_notebook = "Report (clv)"
    output_mimetype = "text/html"

    language = Unicode("", help="Language of the page; default: the notebook's own").tag(
        config=True
    )
    edition = Enum(EDITIONS, EDITIONS[0], help="Without code, or with code and warnings").tag(
        config=True
    )

    @default("file_extension")
    def _html(self) -> str:
        return ".html"

    @default("template_name")
    def _our_template(self) -> str:
        return markup.PAGE_TEMPLATE

    @default("extra_template_basedirs")
    def _our_templates(self) -> list[str]:
        return [str(markup.TEMPLATES)]

    def _preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Prepare the notebook for the template, once nbconvert has done its part (`--execute`).

        `resources["clv"]`, or else the notebook's metadata, may hold its `provenance` and `pages`.
        """
        nb, resources = super()._preprocess(nb, resources)
        context = nb.metadata.get("clv", {}) | resources.get("clv", {})
        words = Words.of(self.language or first_language(nb))
        found = harvest(nb, words.language)
        shown = _edited(nb, found, self.edition, words)
        self.environment.globals.update(markup.globals_of(words), prose=Prose(), own_name=_own_name)
        self.environment.globals["explained"] = partial(glossary.explained, words=words)
        resources["clv"] = around.described(found, context, self.edition, words)
        return shown, resources

    def _create_environment(self) -> Environment:
        environment = super()._create_environment()
        environment.autoescape = True
        environment.trim_blocks = environment.lstrip_blocks = True
        return environment

    def default_filters(self) -> list[tuple[str, Any]]:
        """The filters of nbconvert and ours; only ours return markup."""
        ours = {
            "filter_data_type": _richest,
            "prose": self._prose,
            "plain": lambda text: strip_ansi(text).rstrip(),
            "safe_html": safe_html,
            "formula": lambda tex: formula(tex.strip().strip("$").strip(), display=True),
            "picture": _picture,
            "or_only_live": self._or_only_live,
        }
        return [*super().default_filters(), *ours.items()]

    def _prose(self, source: str, attachments: dict[str, Any] | None = None) -> Markup:
        return self.environment.globals["prose"].html(source, attachments)

    def _or_only_live(self, html: Markup | str) -> Markup:
        """Foreign markup, or a note where nothing of it can be shown without a running notebook."""
        if Markup(html).striptags():
            return Markup('<div class="foreign clv-scroll" tabindex="0">{}</div>').format(html)
        words = self.environment.globals["words"]
        note = words.text("This part can be seen in the notebook only.")
        return Markup('<p class="note">{}</p>').format(note)


def page(
    notebook: NotebookNode,
    *,
    language: str = "en",
    edition: str = "stakeholder",
    provenance: Mapping[str, Any] | None = None,
    pages: Sequence[Mapping[str, Any]] | None = None,
) -> str:
    """The page of an executed notebook, as HTML.

    Parameters
    ----------
    notebook
        Executed; its `metadata["clv"]` may hold the two contexts below, for plain nbconvert.
    language
        One of the languages that the notebook was started with.
    edition
        "stakeholder" or "analyst" (with code, warnings and tracebacks).
    provenance
        What the numbers stand on; every key may be missing.
        study, notebook (the stem of its file), run_id, source: text · as_of: ISO date ·
        rows: {"in", "accepted", "quarantined", "duplicates", "outside_window"} counts ·
        inputs: {name: sha256} · versions: {name: version} ·
        parameters: {name: {"value", "default"}} as used ·
        home, analyst, stakeholder, executed: links, relative to this page, to the index, the
        other edition and the executed notebook · languages: {code: link} to other languages ·
        doubts: codes of the alerts about the models that the page stands on ·
        compared_with: a run_id · changes: {name of a headline: as `comparison.of_page` has it}.
    pages
        The pages of the suite in order, this one too: {"notebook", "title", "file", "answer"};
        `file` is a link relative to this page, `answer` may be missing.
    """
    given = {"provenance": provenance, "pages": pages}
    context = {key: value for key, value in given.items() if value is not None}
    html, _ = _exporter(language, edition).from_notebook_node(notebook, {"clv": context})
    return html


@lru_cache
def _exporter(language: str, edition: str) -> ReportExporter:
    """One exporter for all pages of a kind: reading its templates takes most of its time."""
    return ReportExporter(language=language, edition=edition)


def _edited(notebook: NotebookNode, found: Harvest, edition: str, words: Words) -> NotebookNode:
    """A copy with what this edition shows, in this language, and nothing that stands at the top."""
    placed = {(piece["cell"], piece["output"]): piece for piece in pieces(notebook, words.language)}
    hidden = {"remove-cell"} | ({"analyst-only"} if edition == "stakeholder" else set())
    cells, titled, counted = [], False, 0
    for number, cell in enumerate(notebook.cells):
        counted += runs(cell) and not is_injected(cell)
        if hidden & set(cell.metadata.get("tags", [])):
            continue
        edited = NotebookNode(cell)
        if cell.cell_type == "markdown":
            edited.source = words.text(cell.source)
            if not titled:
                title, rest = split_title(edited.source)
                titled = bool(title)
                edited.source = rest
        elif cell.cell_type == "code":
            outputs = [
                _output(output, placed.get((number, position)), edition, counted)
                for position, output in enumerate(cell.outputs)
            ]
            edited.outputs = [output for output in outputs if not _is_hoisted(output, found)]
        cells.append(edited)
    return NotebookNode({**notebook, "cells": cells})


def _output(
    output: NotebookNode, piece: dict[str, Any] | None, edition: str, cell: int
) -> NotebookNode:
    """One output as this edition shows it: a piece of ours in place of its payload."""
    if piece:
        return NotebookNode(output_type="display_data", data={}, metadata={}, piece=piece)
    if edition == "analyst":
        return output
    if privacy.names_somebody(json.dumps([output.get("text"), output.get("data")])):
        withheld = NotebookNode(kind="withheld")
        return NotebookNode(output_type="display_data", data={}, metadata={}, piece=withheld)
    pictured = [mime for mime in PICTURES if mime in output.get("data", {})]
    if pictured and not any(_alt(output, mime) for mime in pictured):
        raise PageIncomplete(
            f"Cell {cell} shows a picture without alt text; show it with report.chart(…, "
            "alt='what the chart shows, in a sentence')."
        )
    return output


def _is_hoisted(output: NotebookNode, found: Harvest) -> bool:
    piece = output.get("piece")
    return bool(piece) and (piece["kind"] in HOISTED or piece == found.lead)


def _richest(data: Mapping[str, Any]) -> list[str]:
    """The one type that an output is shown in; nbconvert's own choice leaves out what is rare."""
    return [mime for mime in (*RICHEST, *data) if mime in data][:1]


def _alt(output: NotebookNode, mime: str) -> str:
    metadata = output.get("metadata", {})
    return (metadata.get(mime) or {}).get("alt", "") or metadata.get("alt", "")


def _picture(output: NotebookNode, mime: str) -> Markup:
    """A picture that is not ours, inside the page; as an image even SVG cannot act."""
    data = output.data[mime]
    if mime == "image/svg+xml":
        data = base64.b64encode(data.encode("utf-8")).decode("ascii")
    source = f"data:{mime};base64,{''.join(data.split())}"
    if not EMBEDDED.fullmatch(source):
        return Markup("")
    return Markup('<img class="picture" src="{}" alt="{}">').format(source, _alt(output, mime))


def _own_name(language: str) -> str:
    """What a language calls itself."""
    return Locale.parse(language).display_name
