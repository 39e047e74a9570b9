"""Agreement: files read as one table must have the same columns, and be different files."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from clv.errors import InputRefused, listed


def refuse_unlike(files: Mapping[str, Mapping[str, str]]) -> None:
    """Refuse files of which one has another column, or another type of values, than the first.

    `files` are the columns of each file by its name, with their types. An engine would read all of
    them as it reads the first: fractions are cut off, ids merge, columns are dropped.
    """
    (first, expected), *others = files.items()
    for name, columns in others:
        for one, other, own in ((first, name, expected), (name, first, columns)):
            only = [column for column in own if column not in files[other]]
            if only:
                raise InputRefused(
                    f"{one} and {other} differ: only {one} has {listed(only)}; give both the same "
                    "columns.",
                    column=only[0],
                )
        for column, kind in columns.items():
            if kind != expected[column]:
                raise InputRefused(
                    f"{first} and {name} differ: `{column}` is {expected[column]} and {kind}; "
                    "write both with one type.",
                    column=column,
                )


def refuse_copies(hashes: Mapping[str, str], rows: ir.Table) -> None:
    """Refuse files of which two are the same, byte for byte; two without a row do no harm.

    `rows` have the column file, the position of a row's file among the digests.
    """
    seen: dict[str, str] = {}
    for place, (name, digest) in enumerate(hashes.items()):
        first = seen.setdefault(digest, name)
        if first != name and rows.filter(rows["file"] == place).count().to_pyarrow().as_py():
            raise InputRefused(
                f"{first} and {name} are the same, byte for byte, so each purchase would count "
                "twice; take one of them away."
            )
