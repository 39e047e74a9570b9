"""What a company may declare about its lifecycle, and what its sector declares for it.

A preset of a sector replaces the default, and what the study declares replaces the preset. What
nobody declares is learned where it can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from importlib.resources import files
from typing import Any, Self

import yaml

from clv import study_lifecycle
from clv.errors import BadParameter, UnknownParameter

PRESETS = "sectors.yml"
BESIDE = ("row_level_export", "expectations")  # no stage rests on them


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Numbers that are set, not learned; None: learned, or left to be learned."""

    contractual: bool = False  # customers leave when a contract ends, never by silence alone
    return_horizon: int | None = None  # days within which a return counts
    onboarding_days: int = 90
    reentry_days: int = 90
    window_days: int = 365  # of the loyal rule; also the longest silence that is judged
    loyal_days: int | None = None  # purchase days in the window
    loyal_money: float | None = None  # money in the window
    lead_ttl: int = 180  # days without contact or change, after which a lead is lost
    payment_grace: int = 14  # days past due before a missing payment counts
    health_red: int = 50  # of 100: a score up to which customers are at risk
    at_risk_after: int | None = None  # days of silence, for customers of every stratum
    dormant_after: int | None = None
    churned_after: int | None = None
    row_level_export: bool | None = None  # whether a run leaves tables of single customers
    expectations: Mapping[str, Any] | None = None  # of leads and prospects; None: one in five

    @classmethod
    def of(cls, sector: str | None = None, own: Mapping[str, object] | None = None) -> Self:
        """What is declared: by the study (`own`), else by its sector, else by default.

        >>> Settings.of("manufacturing", {"lead_ttl": 90}).lead_ttl
        90
        """
        declared = {**preset(sector), **(own or {})}
        known = {field.name: field.default for field in fields(cls)}
        for name, value in declared.items():
            if name not in known:
                raise UnknownParameter.from_name("lifecycle", name, known)
            study_lifecycle.SETTINGS[name](name, value)
        found = cls(**declared)
        study_lifecycle.grows(asdict(found))
        return found

    @property
    def exports_rows(self) -> bool:
        """Whether a run may leave tables of single customers: where nobody has said otherwise."""
        return self.row_level_export is not False

    @property
    def declared(self) -> tuple[str, ...]:
        """The names of those that are not left to be learned."""
        return tuple(name for name, value in self.of_thresholds.items() if value is not None)

    @property
    def of_thresholds(self) -> dict[str, object]:
        """What the stages rest on: all but what is done with them and expected of them."""
        return {name: value for name, value in asdict(self).items() if name not in BESIDE}


def sectors() -> dict[str, dict[str, object]]:
    """What each sector declares, by the sector's name."""
    text = files("clv.stages").joinpath(PRESETS).read_text(encoding="utf-8")
    return yaml.safe_load(text)


def preset(sector: str | None) -> dict[str, object]:
    """What a sector declares; nothing without one."""
    if sector is None:
        return {}
    known = sectors()
    if sector not in known:
        raise BadParameter.from_value("sector", sector, f"one of {list(known)}")
    return known[sector]
