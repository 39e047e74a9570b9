"""YAML, read strictly: plain values, each with its line, and every fault named at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import yaml
from yaml.reader import ReaderError

from clv.errors import StudyInvalid, listed, near


class Entry(NamedTuple):
    """A value, its line, and those of the keys inside it."""

    value: Any
    line: int | None = None
    inner: Mapping[str, int] = MappingProxyType({})


class Fault(NamedTuple):
    """What is wrong with a study, and where."""

    line: int | None
    text: str


def entries(text: str, where: str, what: str = "a study") -> tuple[dict[str, Entry], list[Fault]]:
    """Values and lines of a YAML mapping, and the faults that make a value unusable.

    `what` the text should be, for the sentence that says it is none.
    """
    try:
        root = yaml.compose(text, Loader=_Strict)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise invalid(where, [Fault(mark and mark.line + 1, f"no YAML: {error.problem}")]) from None
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        told = f"no YAML: a sign that no text has (U+{error.character:04X})"
        raise invalid(where, [Fault(line, told)]) from None
    if not isinstance(root, yaml.MappingNode):
        raise invalid(where, [Fault(1, f"{what} must be a mapping of keys to values")])
    found, faults = {}, _repeated(root)
    for key, node in root.value:
        line = key.start_mark.line + 1
        try:
            value = _Strict("").construct_object(node, deep=True)
            found[key.value] = Entry(value, line, _lines(node))
        except (yaml.MarkedYAMLError, ValueError) as error:
            reason = getattr(error, "problem", None) or error
            faults.append(Fault(line, f"`{key.value}` has a value that is not plain: {reason}"))
    return found, faults


def of_keys(
    found: Mapping[str, Entry], known: Collection[str], mappings: Collection[str]
) -> list[Fault]:
    """Keys that are not known, and those of `mappings` that are missing or no mappings."""
    faults = [
        Fault(entry.line, f"unknown key `{key}`.{near(key, known)}")
        for key, entry in found.items()
        if key not in known
    ]
    for key in mappings:
        entry = found.get(key, Entry(None))
        if not isinstance(entry.value, dict):
            faults.append(Fault(entry.line, f"`{key}` must be there, and be a mapping"))
    return faults


def not_in_words(labels: object, languages: Collection[str], what: str = "a name") -> str:
    """Why labels are not words in English at least and in no language but these; "" if they are.

    >>> not_in_words({"en": "Lead", "de": "Anfrage"}, ("en", "tr"))
    'is said in `de`, which no page speaks; the languages are `en`, `tr`'
    """
    said = labels if isinstance(labels, dict) else {}
    if unknown := [each for each in said if each not in languages]:
        spoken = f"which no page speaks; the languages are {listed(languages)}"
        return f"is said in {listed(unknown)}, {spoken}"
    if "en" in said and all(isinstance(each, str) and each.strip() for each in said.values()):
        return ""
    return f"needs {what}: {{en: …, tr: …, ar: …}}, at least in English"


def _lines(node: yaml.Node) -> dict[str, int]:
    """The line of each key of a mapping."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    return {key.value: key.start_mark.line + 1 for key, _ in pairs}


def _repeated(node: yaml.Node) -> list[Fault]:
    """Keys that stand twice in one mapping, of which YAML would keep the last in silence."""
    faults, seen = [], set()
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if key.value in seen:
            faults.append(Fault(key.start_mark.line + 1, f"`{key.value}` is a duplicate key"))
        seen.add(key.value)
        faults += _repeated(value)
    return faults


class _Strict(yaml.SafeLoader):
    """YAML's plain values only: no objects, and no aliases, which can grow without bound."""

    def compose_node(self, parent: yaml.Node | None, index: object) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.MarkedYAMLError(problem="an alias (*) is not allowed", problem_mark=mark)
        return super().compose_node(parent, index)


def invalid(where: str, faults: list[Fault]) -> StudyInvalid:
    """One error for all faults, in the order of their lines."""
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    told = [f"line {f.line}: {f.text}" if f.line else f.text for f in ordered]
    return StudyInvalid(f"{where}: " + " · ".join(told), line=ordered[0].line)
