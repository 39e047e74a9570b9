"""Encodings: the bytes of a text file as plain UTF-8, unpacked; what is not text is refused."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from clv.errors import SourceUnreadable
from clv.tables import contents

CHUNK = 1 << 20  # bytes
MARKS = {  # byte order marks; the longer first, because UTF-32's begins like UTF-16's
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text as plain UTF-8, and whether there is any quote in it."""

    path: Path
    quoted: bool


def plain_text(path: Path, encoding: str, copy: Path) -> Text:
    """The file itself if it is plain UTF-8 throughout, else a copy that is."""
    plain = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig") and not contents.is_packed(path)
    quoted = False
    with nullcontext() if plain else copy.open("w", encoding="utf-8", newline="") as target:
        for piece in _decoded(path, encoding):
            quoted = quoted or '"' in piece
            if target:
                target.write(piece)
    return Text(path if plain else copy, quoted)


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    """The text of a plain or packed file, piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)()
    position, chunk = 0, b""  # bytes read so far
    try:
        with (gzip.open if contents.is_packed(path) else open)(path, "rb") as source:
            _refuse_other_mark(path.name, source.read(4), encoding)
            source.seek(0)
            while chunk := source.read(CHUNK):
                position += len(chunk)
                yield decoder.decode(chunk)
            yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        at = position - len(error.object) + error.start
        raise SourceUnreadable(
            f"{path.name} is not {encoding} text: byte {at} is 0x{error.object[error.start]:02x}; "
            "declare format: {encoding: …}, for instance cp1254 or utf-16."
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceUnreadable(
            f"{path.name} is a gzip file that is cut or damaged ({error}); fetch it again."
        ) from None


def _refuse_other_mark(name: str, start: bytes, encoding: str) -> None:
    """Refuse bytes whose own mark contradicts the encoding that was declared or assumed."""
    mark = next((MARKS[mark] for mark in MARKS if start.startswith(mark)), None)
    family = codecs.lookup(encoding).name.removesuffix("-sig")
    if mark and not family.startswith(mark):
        raise SourceUnreadable(
            f"{name} begins with the byte order mark of {mark}, but was to be read as {encoding}; "
            f"declare format: {{encoding: {mark}}}."
        )
    order = {start[1::2]: "le", start[::2]: "be"}.get(b"\0\0")  # where Latin letters have a NUL
    if order and not family.startswith(("utf-16", "utf-32")):
        raise SourceUnreadable(
            f"{name} looks like UTF-16 without a byte order mark; declare format: "
            f"{{encoding: utf-16-{order}}}."
        )
