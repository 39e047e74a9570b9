"""The frozen numbers that stages rest on, how each was learned, and on how many customers.

They are labels' thresholds: both sides of any comparison use the same ones, and they are learned
again only on request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clv.errors import NoRows, SourceUnreadable
from clv.stages import signals
from clv.stages.settings import Settings
from clv.stages.silence import (
    MEANING,
    NEXT_TELLS,
    STRATA,
    WHY,
    Array,
    Limit,
    in_order,
    learn,
    stratum,
    stratum_name,
)

VERSION = 2
LEAST_LOYAL_DAYS = 3
USUAL = Settings()
SET = WHY["set"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What the stages of a study rest on: fitted once, used on every date that is compared."""

    fitted_at: str  # ISO text: nothing after this day was looked at
    customers: int
    repeat_buyers: int  # in the window
    return_horizon: int  # days within which a return counts
    gaps: int  # completed silences
    loyal_days: int  # purchase days in the window
    loyal_money: float  # money in the window
    limits: tuple[Limit, ...]  # by stratum, then at_risk, dormant, churned
    window_days: int = USUAL.window_days
    onboarding_days: int = USUAL.onboarding_days
    reentry_days: int = USUAL.reentry_days
    lead_ttl: int = USUAL.lead_ttl
    payment_grace: int = USUAL.payment_grace
    health_red: int = USUAL.health_red
    warm_up_end: str | None = None  # ISO text: who is first seen until then may be older
    declared: tuple[str, ...] = USUAL.declared  # what was set, not learned
    version: int = VERSION
    origin: Mapping[str, Any] = field(default_factory=dict, compare=False)  # as the study keeps it

    def after(self, state: str, purchase_days: ArrayLike) -> Array:
        """Day of silence on which a state begins; NaN where it does not exist, shape (n,)."""
        limits = [limit for limit in self.limits if limit.state == state]
        days = np.array([np.nan if limit.after is None else limit.after for limit in limits])
        return days[stratum(purchase_days)]

    def limited(self, purchase_days: ArrayLike) -> NDArray[np.bool_]:
        """Whether silence means something after so many purchase days, shape (n,).

        It does not where no limit says from which day on a customer is at risk: nobody can tell
        then whether one who is silent still buys.
        """
        days = np.array([self.after(state, STRATA) for state in MEANING])
        first = [limit for limit in self.limits if limit.state == "at_risk"]
        next_tells = np.array([limit.basis in NEXT_TELLS for limit in first])
        told = ~np.isnan(days[0]) | (next_tells & ~np.isnan(days).all(axis=0))
        return told[stratum(purchase_days)]

    def table(self) -> pd.DataFrame:
        """Every threshold with its unit, interval, support and reason.

        A state whose value is missing does not exist; what was set has no support.
        """
        rows = [*self._general(), *(_row(limit) for limit in self.limits)]
        columns = ["threshold", "purchase_days", "value", "unit", "low", "high", "support", "why"]
        return pd.DataFrame(rows, columns=columns).astype(
            {"value": float, "low": float, "high": float, "support": "Int64"}
        )

    def to_json(self, path: str | Path) -> None:
        """Write the thresholds to a file."""
        Path(path).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, path: str | Path) -> Self:
        """Read the thresholds that `to_json` wrote."""
        try:
            read = json.loads(Path(path).read_text(encoding="utf-8"))
            limits = tuple(Limit(**limit) for limit in read.pop("limits"))
            declared = tuple(read.pop("declared", ()))
            thresholds = cls(**read, limits=limits, declared=declared)
        except OSError as fault:
            raise SourceUnreadable(
                f"{path} cannot be read: {fault.strerror}. "
                "Name the file that thresholds.to_json(…) wrote."
            ) from fault
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise SourceUnreadable(
                f"{path} holds no thresholds ({fault}); write it with thresholds.to_json(…)."
            ) from fault
        if thresholds.version != VERSION:
            raise SourceUnreadable(
                f"{path} holds thresholds of version {thresholds.version}; this reads version "
                f"{VERSION}. Fit them again and write them with thresholds.to_json(…)."
            )
        return thresholds

    def _general(self) -> list[tuple]:
        """Rows of the thresholds that hold for all customers."""
        loyal = f"of customers with 2 or more purchase days in {self.window_days} days"
        learned = [
            ("return_horizon", self.return_horizon, "days", self.gaps,
             "three times the median completed gap, between 28 and 180"),
            ("loyal_days", self.loyal_days, "purchase days", self.repeat_buyers,
             f"75th percentile {loyal}, at least {LEAST_LOYAL_DAYS}"),
            ("loyal_money", self.loyal_money, "money", self.repeat_buyers, f"median {loyal}"),
        ]  # fmt: skip
        never_learned = [
            ("window", self.window_days, "days"),
            ("onboarding", self.onboarding_days, "days"),
            ("reentry", self.reentry_days, "days"),
            ("lead_ttl", self.lead_ttl, "days"),
            ("payment_grace", self.payment_grace, "days"),
            ("health_red", self.health_red, "points"),
        ]
        return [
            *(
                _of_all(*row) if row[0] not in self.declared else _of_all(*row[:3])
                for row in learned
            ),
            *(_of_all(*row) for row in never_learned),
        ]


def fit(
    days: pd.DataFrame,
    as_of: date,
    *,
    warm_up_end: date | None = None,
    settings: Settings = USUAL,
    draws: int = 100,
    seed: int = 1,
) -> Thresholds:
    """Learn every threshold that is not declared from the purchase days visible at `as_of`.

    `warm_up_end`: where births are unknown, the day until which who is first seen may be an older
    customer, as `clv.tables.births` finds it; of these the first purchase day counts as a second.
    """
    gaps = signals.gaps(days, as_of)
    if gaps.empty:
        raise NoRows(f"There is no purchase up to {as_of} to learn stages from; use a later date.")
    if warm_up_end is not None:
        first = days.groupby("customer_id")["date"].min()
        older = gaps["customer_id"].map(first) <= pd.Timestamp(warm_up_end)
        gaps["purchase_days"] = gaps["purchase_days"].clip(lower=older.map({True: 2, False: 1}))
    ended = gaps.loc[gaps["returned"], "days"]
    horizon = settings.return_horizon or _horizon(ended)
    recent = signals.in_window(days, as_of, settings.window_days)
    repeat = recent[recent["days_in_window"] >= 2]
    loyal_days, loyal_money = _loyal(repeat, settings)
    rng = np.random.default_rng(seed)
    limits = learn(gaps, horizon=horizon, cap=settings.window_days, draws=draws, rng=rng)
    return Thresholds(
        fitted_at=as_of.isoformat(),
        customers=int(gaps["customer_id"].nunique()),
        repeat_buyers=len(repeat),
        return_horizon=horizon,
        gaps=len(ended),
        loyal_days=loyal_days,
        loyal_money=loyal_money,
        limits=in_order(_declared(limit, settings) for limit in limits),
        window_days=settings.window_days,
        onboarding_days=settings.onboarding_days,
        reentry_days=settings.reentry_days,
        lead_ttl=settings.lead_ttl,
        payment_grace=settings.payment_grace,
        health_red=settings.health_red,
        warm_up_end=warm_up_end and warm_up_end.isoformat(),
        declared=settings.declared,
    )


def _horizon(ended: pd.Series) -> int:
    """Days within which a return counts, from the completed gaps."""
    return int(np.clip(round(3 * ended.median()), 28, 180)) if len(ended) else 180


def _loyal(repeat: pd.DataFrame, settings: Settings) -> tuple[int, float]:
    """Purchase days and money that the loyal rule asks for, from those who came back."""
    often = np.quantile(repeat["days_in_window"], 0.75, method="higher") if len(repeat) else 0
    money = float(repeat["money_in_window"].median()) if len(repeat) else 0.0
    return (
        max(LEAST_LOYAL_DAYS, int(often)) if settings.loyal_days is None else settings.loyal_days,
        money if settings.loyal_money is None else float(settings.loyal_money),
    )


def _declared(limit: Limit, settings: Settings) -> Limit:
    """A limit as it was declared; a learned one gives way to those declared around it."""
    days = {state: getattr(settings, f"{state}_after") for state in MEANING}
    if days[limit.state] is not None:
        unknown = dict.fromkeys(("low", "high", "cadence", "chance"))
        return replace(limit, after=days[limit.state], **unknown, silent=0, basis="set")
    if settings.contractual and limit.state == "churned":
        return replace(limit, after=None, basis="contract")
    place = list(MEANING).index(limit.state)
    milder, worse = list(days.values())[:place], list(days.values())[place + 1 :]
    if limit.after is not None and (
        any(day is not None and day >= limit.after for day in milder)
        or any(day is not None and day <= limit.after for day in worse)
    ):
        return replace(limit, after=None, basis="gives_way")
    return limit


def _of_all(
    name: str, value: float, unit: str, support: int | None = None, why: str = SET
) -> tuple:
    """One threshold that holds for all customers, as a row of the table."""
    return (name, "all", value, unit, None, None, support, why)


def _row(limit: Limit) -> tuple:
    """One state in one stratum, as a row of the table."""
    support = None if limit.basis == "set" else limit.silent
    numbers = (limit.after, "days", limit.low, limit.high, support)
    return (limit.state, stratum_name(limit.least), *numbers, limit.why)
