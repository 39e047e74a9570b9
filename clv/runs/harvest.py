"""What the verbs of an executed notebook have shown, read back from its outputs as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clv.errors import PageIncomplete, listed
from clv.report.languages import Words
from clv.report.verbs import MIME

if TYPE_CHECKING:
    from nbformat import NotebookNode

Piece = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Harvest:
    """One notebook's title, and its pieces in the order in which they were shown.

    A piece is one output of a verb in one language: `kind`, `cell` and `output` (its place in the
    notebook), the facts of its kind, and their wording.

    - headline: name, value, unit, low, high, better · label, text, noun, interval
    - finding:  severity, lead · tone (the severity in words), headline, next_step, table
    - chart:    alt, caption, png (base64), width and height (pixels), table
    - table:    caption, table
    - check:    name, passed · label, detail
    """

    title: str
    language: str
    lead: Piece | None  # the finding that answers the title: the first one shown with lead=True
    headlines: list[Piece] = field(default_factory=list)
    findings: list[Piece] = field(default_factory=list)
    charts: list[Piece] = field(default_factory=list)
    tables: list[Piece] = field(default_factory=list)
    checks: list[Piece] = field(default_factory=list)

    @property
    def alerts(self) -> list[Piece]:
        """The checks that failed."""
        return [check for check in self.checks if not check["passed"]]

    @property
    def merged(self) -> bool:
        """Whether groups were too small to be shown one by one."""
        grouped = [*self.findings, *self.charts, *self.tables]
        return any(piece.get("merged") for piece in grouped)


def harvest(notebook: NotebookNode, language: str | None = None) -> Harvest:
    """Everything that a notebook has shown, in one language (default: the one it ran in first)."""
    language = language or first_language(notebook)
    shown = list(pieces(notebook, language))
    kinds = {
        f"{kind}s": [piece for piece in shown if piece["kind"] == kind]
        for kind in ("headline", "finding", "chart", "table", "check")
    }
    lead = next((finding for finding in kinds["findings"] if finding["lead"]), None)
    return Harvest(title=title(notebook, language), language=language, lead=lead, **kinds)


def pieces(notebook: NotebookNode, language: str) -> Iterator[Piece]:
    """Each verb's output in one language, with its place in the notebook."""
    for cell, output, payload in _payloads(notebook):
        variants = payload["variants"]
        if language not in variants:
            raise PageIncomplete(
                f"The notebook was run in {listed(variants)}, not in `{language}`; run it again "
                f"with language='{','.join([*variants, language])}'."
            )
        facts = {key: value for key, value in payload.items() if key != "variants"}
        yield {**facts, **variants[language], "cell": cell, "output": output}


def first_language(notebook: NotebookNode) -> str:
    """The language that JupyterLab showed; English for a notebook that has shown nothing."""
    return next((next(iter(payload["variants"])) for *_, payload in _payloads(notebook)), "en")


def title(notebook: NotebookNode, language: str = "en") -> str:
    """The question a notebook asks: its first heading of the first rank, or ""."""
    from clv.runs.prose import split_title  # with nbconvert: only where there is a notebook

    words = Words.of(language)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found, _ = split_title(words.text(cell.source))
            if found:
                return found
    return ""


def _payloads(notebook: NotebookNode) -> Iterator[tuple[int, int, Piece]]:
    for cell_number, cell in enumerate(notebook.cells):
        for output_number, output in enumerate(cell.get("outputs", [])):
            if MIME in output.get("data", {}):
                yield cell_number, output_number, output["data"][MIME]
