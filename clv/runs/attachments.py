"""The pages that go with a letter: the summaries as they are, and all of them in one archive.

A page taken from its folder loses what its links lead to: those whose end is not attached go.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path
from urllib.parse import urlsplit

_LINK = re.compile(r'<a\b[^>]*\bhref="([^"#][^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def pack(
    run: Path,
    folder: Path,
    name: str,
    languages: Sequence[str],
    pages: Sequence[str],
    *,
    every: bool,
) -> list[Path]:
    """Write what is attached into a folder.

    Parameters
    ----------
    run
        The published report; only pages of its stakeholder edition are read.
    folder
        Where the attachments are written.
    name
        What they are called by, such as "shop-2024-12-31".
    languages, pages
        Editions, and files of each; the summary first.
    every
        Whether all pages go, in an archive, or the summaries alone.

    Returns
    -------
    list
        The summary in each language, then the archive.
    """
    written = []
    for language in languages:
        path = folder / f"{name}.{language}.html"
        path.write_text(_page(run, language, pages[0], ()), encoding="utf-8")
        written.append(path)
    if not every:
        return written
    files = [f"{language}/{page}" for language in languages for page in sorted(pages)]
    archive = folder / f"{name}.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in files:
            page = _page(run, *file.split("/"), files)
            packed.writestr(_entry(f"{name}/{file}"), page, zipfile.ZIP_DEFLATED)
    return [*written, archive]


def _page(run: Path, language: str, file: str, beside: Collection[str]) -> str:
    """A page of the stakeholder edition, with those links alone whose ends are attached too."""

    def kept(link: re.Match[str]) -> str:
        href, text = link.groups()
        if _leads_outside(href) or posixpath.normpath(f"{language}/{href}") in beside:
            return link.group()
        return "" if "/" in href else text  # another edition, or a question of this report

    page = (run / "html" / language / file).read_text(encoding="utf-8")
    return _LINK.sub(kept, page)


def _leads_outside(href: str) -> bool:
    """Whether a link ends outside the report, and so wherever its page is read."""
    whole = urlsplit(html.unescape(href))
    return bool(whole.scheme or whole.netloc)


def _entry(name: str) -> zipfile.ZipInfo:
    """A file in an archive, of the same day in every one: same report, same bytes."""
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o644 << 16
    return entry
