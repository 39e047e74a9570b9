"""The keys of study.yml, one check each: a value comes out as the study holds it, or is refused."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from clv import study_lifecycle
from clv.errors import BadParameter, UnknownParameter
from clv.study_sources import FORMAT, Check, each, source, tables, texts

PURCHASE = ("customer_id", "date", "amount", "order_id", "currency", "known_at")
SUMMARY = ("customer_id", "frequency", "recency", "T", "monetary_value")
NOMINAL = "nominal"  # amounts as they were paid
PLAIN_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}"
ONLY_PURCHASES = (  # keys that say how purchases are read: a summary has none
    "timezone",
    "grain",
    "refunds",
    "zero_amounts",
    "births",
    "prices",
    "sector",
    "contractual",
    "lifecycle",
    "framework",
    "thresholds",
)
LOAD_KEYS = (
    "columns",
    "format",
    "as_of",
    "run_date",
    "currency",
    "timezone",
    "zero_amounts",
    "refunds",
    "max_faulty",
    "births",
    "grain",
    "prices",
    "margin",
)
DATA_KEYS = (  # which rows there are, and what they say
    *("transactions", "summary", "tables", "columns", "format", "timezone", "currency"),
    *("zero_amounts", "refunds", "births", "grain", "prices"),
)
SUMMARY_KEYS = (
    "columns",
    "format",
    "as_of",
    "run_date",
    "currency",
    "max_faulty",
    "unit",
)

_FIGURES = re.compile(r"(?P<number>[+-]?[0-9]*\.?[0-9]+)\s*(?P<percent>%)?")


def _one_of(*choices: str) -> Check:
    def check(key: str, value: object) -> str:
        if not (isinstance(value, str) and value in choices):
            raise BadParameter.from_value(key, value, f"one of {list(choices)}")
        return value

    return check


def _text(pattern: str, allowed: str) -> Check:
    def check(key: str, value: object) -> str:
        if not (isinstance(value, str) and re.fullmatch(pattern, value)):
            raise BadParameter.from_value(key, value, allowed)
        return value

    return check


def _share(*ends: int) -> Check:
    """A number between 0 and 1, with the ends that are allowed."""

    def check(key: str, value: object) -> float:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and (0 < value < 1 or value in ends):
            return float(value)
        meant = f" (did you mean {value / 100:.2f}?)" if number and 1 <= value < 100 else ""
        raise BadParameter.from_value(key, value, f"a share between 0 and 1{meant}")

    return check


def _day(key: str, value: object) -> str:
    """A calendar day, as YAML or text gives it, in ISO form."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise BadParameter.from_value(key, value, "a day such as 2024-12-31") from None


def _languages(key: str, value: object) -> tuple[str, ...]:
    """Codes of languages, without repetition."""
    codes = [value] if isinstance(value, str) else value
    if not isinstance(codes, (list, tuple)) or not codes:
        raise BadParameter.from_value(key, value, "a list such as [en, tr]")
    return tuple(dict.fromkeys(_one_of("en", "tr", "ar")(key, code) for code in codes))


def _seed(key: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise BadParameter.from_value(key, value, "a whole number from 0 on")
    return value


def margin(key: str, value: object) -> float | str:
    """The share of revenue that is kept, or the name of the column that holds it row by row."""
    if isinstance(value, str) and value.strip():
        figures = _FIGURES.fullmatch(value.strip())
        if not figures:
            return value
        value = float(figures["number"]) / (100 if figures["percent"] else 1)
    if isinstance(value, str):
        raise BadParameter.from_value(key, value, "a share such as 0.35, or a column's name")
    return _share(1)(key, value)


def prices(key: str, value: object) -> str | dict[str, str]:
    """Whether amounts stay as they were paid, or which table of prices restates them."""
    if value == NOMINAL:
        return NOMINAL
    file = value.get("cpi") if isinstance(value, dict) and len(value) == 1 else None
    if not isinstance(file, (str, Path)) or not str(file).strip() or "://" in str(file):
        allowed = f"{NOMINAL}, or {{cpi: FILE}}, a CSV file with the columns month and index"
        raise BadParameter.from_value(key, value, allowed)
    return {"cpi": str(file)}


def _parameters(key: str, value: object) -> dict[str, object]:
    """Values for what only notebooks know; whether there is such a thing, no study can tell."""
    return each(key, value, _parameter, (), such="{contact_cost: 4.50}")


def _parameter(name: str, value: object) -> object:
    own = name.rpartition(" ")[2]
    if own in CHECKS:
        raise BadParameter(f"`{own}` is a key of the study itself: it stands at the top.")
    if value is None:
        raise BadParameter.from_value(name, value, "a value")
    return value.isoformat() if isinstance(value, date) else value


def json_file(key: str, value: object) -> str:
    """The path of a file that was written by a run, or will be."""
    if not isinstance(value, str) or not value.endswith(".json") or "://" in value:
        raise BadParameter.from_value(key, value, "the path of a .json file")
    return value


CHECKS: dict[str, Check] = {
    "name": _text(PLAIN_NAME, "a plain name of letters, digits, '.', '_' and '-', not a path"),
    "transactions": source,
    "summary": source,
    "columns": texts(*dict.fromkeys((*PURCHASE, *SUMMARY)), such="{date: Buy Ts}"),
    "format": texts(*FORMAT, such='{delimiter: ";"}'),
    "timezone": _text(r"\S+", "a name such as Europe/Istanbul"),
    "zero_amounts": _one_of("set_aside", "purchase"),
    "refunds": _one_of("net", "set_aside", "refuse"),
    "max_faulty": _share(0, 1),
    "grain": _one_of("order", "order_line"),
    "births": _one_of("auto", "observed", "unknown"),
    "currency": _text("[A-Z]{3}", "three capital letters such as TRY (NO stands in quotes)"),
    "as_of": _day,
    "run_date": _day,
    "unit": _one_of("D", "W"),
    "horizon": _text(r".+", "a length such as 39W, 12M, 365D or 2Y, or an end date"),
    "annual_discount_rate": _share(0),
    "interval": _share(),
    "model": _one_of("auto", "bgnbd", "mbgnbd", "pareto_nbd"),
    "spend_basis": _one_of("auto", "repeat", "all"),
    "margin": margin,
    "prices": prices,
    "rfm_method": _one_of("quantile", "fixed", "jenks"),
    "rfm_cutoffs": json_file,
    "tables": tables,
    "sector": study_lifecycle.sector,
    "contractual": study_lifecycle.flag,
    "lifecycle": study_lifecycle.settings,
    "framework": study_lifecycle.framework,
    "thresholds": json_file,
    "parameters": _parameters,
    "languages": _languages,
    "excel": study_lifecycle.flag,
    "seed": _seed,
}
OPTIONAL = (  # null is their default
    "transactions",
    "summary",
    "timezone",
    "zero_amounts",
    "currency",
    "as_of",
    "run_date",
    "margin",
    "sector",
    "contractual",
    "thresholds",
    "rfm_cutoffs",
)
IN_TEXT = (  # never read as YAML
    *("name", "timezone", "currency", "horizon", "as_of", "run_date"),
    *("sector", "framework", "thresholds", "rfm_cutoffs"),
)


def checked(key: str, value: object) -> object:
    """A value that its key can take."""
    if key not in CHECKS:
        raise UnknownParameter.from_name("The study", str(key), CHECKS)
    return None if value is None and key in OPTIONAL else CHECKS[key](key, value)
