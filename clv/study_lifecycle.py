"""What a study may declare about the lifecycle of its customers: names, and a check of each value.

Numbers that are set here are not learned. What nobody declares is learned where it can be.
"""

from __future__ import annotations

from collections.abc import Mapping

from clv.errors import BadParameter, near
from clv.study_sources import Check, each

SECTORS = ("ecommerce", "saas", "manufacturing", "consulting", "education", "health")
FRAMEWORKS = ("clm", "crm", "five-step", "growth", "hubspot", "personaclick")
OWN_FRAMEWORK = (".yml", ".yaml")
EXPECTED = ("lead", "prospect")  # stages of which it is expected that people go on
EXPECTATIONS = "{lead: 0.20, prospect: {rate: 0.30, days: 90}}"
LIMITS = ("at_risk_after", "dormant_after", "churned_after")  # days that grow


def flag(name: str, value: object) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise BadParameter.from_value(name, value, "true or false")
    return value


def _money(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e15:
        raise BadParameter.from_value(name, value, "an amount from 0 on")
    return value


def _count(least: int = 1, most: int = 3650) -> Check:
    def check(name: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadParameter.from_value(name, value, f"a whole number from {least} to {most}")
        return value

    return check


def _share(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
        raise BadParameter.from_value(name, value, "a share between 0 and 1, such as 0.20")
    return value


def _expectations(name: str, value: object) -> dict[str, object]:
    """What share of a stage should go on: by itself, or with the days until then."""
    return each(name, value, _expectation, EXPECTED, such=EXPECTATIONS)


def _expectation(name: str, value: object) -> object:
    if not isinstance(value, Mapping):
        return _share(name, value)
    checks = {"rate": _share, "days": _count()}
    return each(
        name, value, lambda at, entry: checks[at.rpartition(" ")[2]](at, entry), (*checks,), ""
    )


SETTINGS: dict[str, Check] = {  # what each means stands in `clv.stages.settings`
    "contractual": flag,
    "row_level_export": flag,
    "return_horizon": _count(),
    "onboarding_days": _count(),
    "reentry_days": _count(),
    "window_days": _count(),
    "loyal_days": _count(2),
    "loyal_money": _money,
    "lead_ttl": _count(),
    "payment_grace": _count(),
    "health_red": _count(most=100),
    "expectations": _expectations,
    **dict.fromkeys(LIMITS, _count()),
}


def settings(key: str, value: object) -> dict[str, object]:
    """The settings of the lifecycle, each under its name."""
    declared = each(key, value, _setting, tuple(SETTINGS), such="{lead_ttl: 90}")
    grows(declared)
    return declared


def _setting(name: str, value: object) -> object:
    return SETTINGS[name.rpartition(" ")[2]](name, value)


def grows(declared: Mapping[str, object]) -> None:
    """Refuse days of silence that do not grow from at risk to dormant to churned."""
    given = [declared[name] for name in LIMITS if declared.get(name) is not None]
    if given != sorted(set(given)):
        allowed = "days that grow from each to the next"
        raise BadParameter.from_value(", ".join(LIMITS), given, allowed)


def sector(key: str, value: object) -> str:
    """The name of a sector."""
    return _named(key, value, SECTORS, f"one of {list(SECTORS)}")


def framework(key: str, value: object) -> str:
    """The name of a framework, or the path of the YAML file of one of your own."""
    own = isinstance(value, str) and value.endswith(OWN_FRAMEWORK) and "://" not in value
    allowed = f"one of {list(FRAMEWORKS)}, or the path of a .yml file"
    return str(value) if own else _named(key, value, FRAMEWORKS, allowed)


def _named(key: str, value: object, known: tuple[str, ...], allowed: str) -> str:
    if not isinstance(value, str) or value not in known:
        hint = near(value, known) if isinstance(value, str) else ""
        raise BadParameter(f"`{key}` must be {allowed}; got {value!r}.{hint}")
    return value
