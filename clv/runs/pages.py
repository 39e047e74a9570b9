"""The pages of a run: every executed notebook, in each language and edition, with its links."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clv.errors import PageIncomplete
from clv.runs import comparison, index, publishing
from clv.runs.comparison import Earlier
from clv.runs.execution import Executed
from clv.runs.harvest import harvest

EDITIONS = {"stakeholder": "", "analyst": publishing.ANALYSTS}  # and the folder of its pages
RUN = "/out/study/runs/id"  # a run as links see it; where it really stands makes no difference


def write(
    executed: Sequence[Executed],
    report: Path,
    languages: Sequence[str],
    origin: Mapping[str, Any],
    before: Earlier | None = None,
) -> None:
    """Write `html/<language>/<notebook>.html` and, beside it, the analyst's edition.

    Parameters
    ----------
    executed
        The notebooks, in the order of the navigation.
    report
        The folder of the run: pages link to its notebooks, to each other and to the index.
    languages
        Those that the notebooks were started with.
    origin
        What the numbers stand on, as `exporter.page` takes it.
    before
        The run that this one is compared with.
    """
    from clv.runs import exporter  # with nbconvert: half a second, and only who writes needs it

    for language in languages:
        listed = [entry(one, language) for one in executed]
        for edition in EDITIONS:
            folder = report / _folder(language, edition)
            folder.mkdir(parents=True)
            for one in executed:
                links = _links(one.notebook.stem, language, edition, languages)
                with _named(one.notebook.stem):
                    html = exporter.page(
                        one.node,
                        language=language,
                        edition=edition,
                        provenance={**origin, **_own(one, before), **links},
                        pages=listed,
                    )
                (folder / f"{one.notebook.stem}.html").write_text(html, encoding="utf-8")


@contextmanager
def _named(notebook: str) -> Iterator[None]:
    """Let a page that lacks something say which one it is."""
    try:
        yield
    except PageIncomplete as error:
        raise PageIncomplete(f"{notebook}: {error}") from error


def entry(one: Executed, language: str) -> dict[str, Any]:
    """A page as others speak of it: its question, its answer and what follows from it."""
    found = harvest(one.node, language)
    lead = found.lead or {}
    return {
        "notebook": one.notebook.stem,
        "title": found.title,
        "file": f"{one.notebook.stem}.html",
        "answer": lead.get("headline", ""),
        "next_step": lead.get("next_step", ""),
    }


def _own(one: Executed, before: Earlier | None) -> dict[str, Any]:
    """What a page says of its own notebook; what was handed over is no choice of anybody."""
    used = {
        p.name: {"value": one.told.get(p.name, p.default), "default": p.default}
        for p in one.notebook.parameters
        if p.name not in ("prepared", "results", "language")
    }
    stem = one.notebook.stem
    changes = comparison.of_page(harvest(one.node).headlines, stem, before)
    own = {"notebook": stem, "parameters": used, "changes": changes}
    # Doubts about the models are none about what is told without them.
    return own if one.notebook.needs_model else own | {"doubts": []}


def _links(stem: str, language: str, edition: str, languages: Sequence[str]) -> dict[str, Any]:
    """Links from a page to the index, to its other editions and languages and to its notebook."""

    def link(target: str) -> str:
        return posixpath.relpath(f"{RUN}/{target}", start=f"{RUN}/{_folder(language, edition)}")

    others = {name: _folder(language, name) for name in EDITIONS if name != edition}
    spoken = {name: _folder(name, edition) for name in languages if name != language}
    links = {
        # Through `latest`, one folder higher than the run, it is the index that this leads to.
        "home": link(f"../../{index.name_of(language)}"),
        "languages": {name: link(f"{folder}/{stem}.html") for name, folder in spoken.items()},
        **{name: link(f"{folder}/{stem}.html") for name, folder in others.items()},
    }
    executed = {"executed": link(f"notebooks/{stem}.ipynb")}
    return links | executed if edition == "analyst" else links


def _folder(language: str, edition: str) -> str:
    """Where pages stand in the folder of their run."""
    return posixpath.normpath(f"html/{language}/{EDITIONS[edition]}")
