"""Columns: which ones a table is read for, and what a source calls them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clv.errors import BadParameter, ColumnsMissing, UnknownParameter, listed


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns to read, by our names; any other of the source is not carried on."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()  # read where the source has them
    mapping: Mapping[str, str] = field(default_factory=dict)  # our names to the source's

    @classmethod
    def declared(
        cls, columns: Mapping[str, str] | None, needed: Sequence[str], optional: Sequence[str] = ()
    ) -> Wanted:
        """What is wanted under the names that a caller declares, if all of them are known."""
        names = (*needed, *optional)
        for name, theirs in (columns or {}).items():
            if name not in names:
                raise UnknownParameter.from_name("columns", name, names)
            if not isinstance(theirs, str):
                raise BadParameter.from_value(f"columns: {name}", theirs, "a column's name")
        return cls(tuple(needed), tuple(optional), dict(columns or {}))

    def named(self, found: Sequence[str], where: str) -> dict[str, str]:
        """Which column of a source with these columns holds what: our name to theirs."""
        names = (*self.needed, *self.optional, *self.mapping)
        wanted = {name: self.mapping.get(name, name) for name in names}
        must = {*self.needed, *self.mapping}  # an optional column that was declared is expected
        missing = [wanted[ours] for ours in wanted if ours in must and wanted[ours] not in found]
        if missing:
            raise ColumnsMissing.from_table(where, missing, found, mapping=self.mapping)
        named = {ours: theirs for ours, theirs in wanted.items() if theirs in found}
        twice = [theirs for theirs in named.values() if list(found).count(theirs) > 1]
        if twice:
            raise ColumnsMissing(
                f"{where} has two columns named {listed(twice)}; rename one of them."
            )
        return named
