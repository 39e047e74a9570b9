"""The parameters of a notebook, read as Python and checked before any kernel starts.

papermill reads them by a regular expression that drops half of Python, runs on with a name that
nobody knows, and guesses types from the text. Here an annotation decides, and a fault is a refusal.
"""

from __future__ import annotations

import ast
import io
import json
import math
import re
import tokenize
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clv.errors import BadParameter, UnknownParameter, UsageError, listed
from clv.study_sources import Faults
from clv.tables import periods

KINDS = {"str": str, "int": int, "float": float, "bool": bool, "list": list, "dict": dict}

WIDEST_INTERVAL = 0.999  # that of `clv.models.profile`, which takes half a second to import

_FORM = "`name: type = value  # help`, where type is one of " + listed(KINDS)
_CHOICES = re.compile(r"one of:\s*(?P<choices>.+)")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of the cell tagged `parameters`."""

    name: str
    kind: str  # a key of KINDS: the annotation
    default: Any
    help: str = ""

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that the help allows: `one of: a, b`; none for any value."""
        found = _CHOICES.search(self.help)
        return tuple(c.strip() for c in found["choices"].split(",")) if found else ()


# Reading ------------------------------------------------------------------------------------


def read(source: str, where: str = "The notebook") -> tuple[Parameter, ...]:
    """Parameters that a cell declares, in its order.

    >>> read('horizon: str = "12M"  # how far ahead')
    (Parameter(name='horizon', kind='str', default='12M', help='how far ahead'),)
    """
    try:
        lines = ast.parse(source).body
        comments = _comments(source)
    except (SyntaxError, tokenize.TokenError) as error:
        raise BadParameter(f"{where}: its parameters cell is not Python: {error}.") from None
    return tuple(_parameter(line, comments, where) for line in lines)


def _comments(source: str) -> dict[int, str]:
    """Comments by line number, without their hash."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {t.start[0]: t.string.lstrip("#").strip() for t in tokens if t.type == tokenize.COMMENT}


def _parameter(line: ast.stmt, comments: Mapping[int, str], where: str) -> Parameter:
    match line:
        case ast.AnnAssign(
            target=ast.Name(id=name), annotation=ast.Name(id=kind), value=ast.expr()
        ):
            parameter = Parameter(
                name, kind, _literal(line.value), comments.get(line.end_lineno, "")
            )
            if kind in KINDS and fits(parameter, parameter.default):
                return parameter
    raise BadParameter(
        f"{where}: line {line.lineno} of its parameters cell must read {_FORM}; "
        f"got `{ast.unparse(line)}`."
    )


def _literal(value: ast.expr) -> Any:  # noqa: ANN401 -- whatever the cell holds
    """The value of a literal; what must be computed is None, which no parameter may be."""
    try:
        return ast.literal_eval(value)
    except ValueError:
        return None


# Converting ---------------------------------------------------------------------------------


def from_text(parameter: Parameter, text: str) -> Any:  # noqa: ANN401 -- as annotated
    """A value typed on the command line, as the annotation says and never by guess.

    >>> from_text(Parameter("customer", "str", ""), "007")
    '007'
    """
    try:
        return _CONVERTERS[parameter.kind](text)
    except (KeyError, ValueError):
        raise BadParameter.from_value(parameter.name, text, _READABLE[parameter.kind]) from None


def _number(text: str, form: re.Pattern[str], kind: type) -> float:
    if not form.fullmatch(text):  # float() and int() also read "nan", "1_000" and "١٢"
        raise ValueError(text)
    return kind(text)


def _from_json(text: str, kind: type) -> Any:  # noqa: ANN401 -- a list or a dict
    value = json.loads(text)
    if not isinstance(value, kind):
        raise ValueError(text)  # noqa: TRY004 -- a text that reads as another kind
    return value


_CONVERTERS: Mapping[str, Callable[[str], Any]] = {
    "str": str,
    "int": lambda text: _number(text, _INTEGER, int),
    "float": lambda text: _number(text, _NUMBER, float),
    "bool": lambda text: {"true": True, "false": False}[text.lower()],
    "list": lambda text: _from_json(text, list),
    "dict": lambda text: _from_json(text, dict),
}
_READABLE = {
    "str": "text",
    "int": "a whole number",
    "float": "a number such as 0.10",
    "bool": "true or false",
    "list": 'a list as JSON, such as ["a", "b"]',
    "dict": 'a mapping as JSON, such as {"date": "Buy Ts"}',
}


# Checking -----------------------------------------------------------------------------------


def faults(
    given: Mapping[str, Any], parameters: Iterable[Parameter], where: str
) -> list[UsageError]:
    """What is wrong with the given values: unknown names, wrong types, choices and ranges."""
    known = {p.name: p for p in parameters}
    unknown = [UnknownParameter.from_name(where, n, known) for n in given if n not in known]
    of_kind = {n: v for n, v in given.items() if n in known and fits(known[n], v)}
    wrong = [
        BadParameter.from_value(name, value, _READABLE[known[name].kind])
        for name, value in given.items()
        if name in known and name not in of_kind
    ]
    strange = [
        BadParameter.from_value(name, value, f"one of {listed(known[name].choices)}")
        for name, value in of_kind.items()
        if known[name].choices and str(value) not in known[name].choices
    ]
    return [*unknown, *wrong, *strange, *out_of_range(of_kind)]


def raise_all(found: Iterable[UsageError]) -> None:
    """Raise the faults as one error that names each of them once."""
    by_text = {str(fault): fault for fault in found}
    if by_text:
        first = type(next(iter(by_text.values())))
        # Faults inside a mapping are told with their inner keys, of which one sentence has none.
        raise (BadParameter if issubclass(first, Faults) else first)(" ".join(by_text))


def fits(parameter: Parameter, value: Any) -> bool:  # noqa: ANN401 -- that is the question
    """Whether a value is of the annotated type; a whole number is a float, a bool is no number."""
    if isinstance(value, bool) or parameter.kind == "bool":
        return isinstance(value, bool) and parameter.kind == "bool"
    if parameter.kind == "float":
        return isinstance(value, (int, float)) and math.isfinite(value)
    return isinstance(value, KINDS[parameter.kind])


def out_of_range(given: Mapping[str, Any]) -> list[UsageError]:
    """Faults of the values that mean the same everywhere; "" stands for a default."""
    found = []
    for name in RANGES.keys() & given.keys():
        try:
            if given[name] != "":
                RANGES[name](given[name], given)
        except UsageError as fault:
            found.append(fault)
    return sorted(found, key=str)


def _horizon(horizon: str, given: Mapping[str, Any]) -> None:
    try:
        periods.as_date(horizon)
    except BadParameter:
        periods.horizon_days(horizon)
        return
    if given.get("as_of"):  # an end date is long enough or not only from a known as_of
        periods.horizon_days(horizon, periods.as_date(given["as_of"]))


def _annual_discount_rate(rate: float, _given: Mapping[str, Any]) -> None:
    if not 0 <= rate < 1:
        meant = f"; did you mean {rate / 100:.2f}" if 1 <= rate < 100 else ""
        allowed = f"an effective yearly rate, 0 <= rate < 1{meant}"
        raise BadParameter.from_value("annual_discount_rate", rate, allowed)


def _interval(share: float, _given: Mapping[str, Any]) -> None:
    if not 0 < share <= WIDEST_INTERVAL:
        allowed = f"a share above 0 and at most {WIDEST_INTERVAL}, such as 0.90"
        raise BadParameter.from_value("interval", share, allowed)


def _seed(seed: int, _given: Mapping[str, Any]) -> None:
    if seed < 0:
        raise BadParameter.from_value("seed", seed, "a whole number from 0")


RANGES: Mapping[str, Callable[[Any, Mapping[str, Any]], object]] = {
    "as_of": lambda day, _given: periods.as_date(day),
    "unit": lambda unit, _given: periods.known_unit(unit),
    "horizon": _horizon,
    "annual_discount_rate": _annual_discount_rate,
    "interval": _interval,
    "seed": _seed,
}
