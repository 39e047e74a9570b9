"""The frozen numbers that stages rest on, how each was learned, and on how many customers.

They are labels' thresholds: both sides of any comparison use the same ones, and they are learned
again only on request.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clv.errors import NoRows, SourceUnreadable
from clv.stages import signals
from clv.stages.silence import Array, Limit, learn, stratum, stratum_name

VERSION = 1
WINDOW_DAYS = 365  # of the loyal rule; also the longest silence that is judged
ONBOARDING_DAYS = 90
REENTRY_DAYS = 90
LEAST_LOYAL_DAYS = 3


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
    window_days: int = WINDOW_DAYS
    onboarding_days: int = ONBOARDING_DAYS
    reentry_days: int = REENTRY_DAYS
    version: int = VERSION

    def after(self, state: str, purchase_days: ArrayLike) -> Array:
        """Day of silence on which a state begins; NaN where it does not exist, shape (n,)."""
        limits = [limit for limit in self.limits if limit.state == state]
        days = np.array([np.nan if limit.after is None else limit.after for limit in limits])
        return days[stratum(purchase_days)]

    def table(self) -> pd.DataFrame:
        """Every threshold with its unit, interval, support and reason; NaN: does not exist."""
        rows = [*self._general(), *(_row(limit) for limit in self.limits)]
        columns = ["threshold", "purchase_days", "value", "unit", "low", "high", "support", "why"]
        return pd.DataFrame(rows, columns=columns).astype(
            {"value": float, "low": float, "high": float}
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
            thresholds = cls(**read, limits=limits)
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
        rows = [
            ("return_horizon", self.return_horizon, "days", self.gaps,
             "three times the median completed gap, between 28 and 180"),
            ("loyal_days", self.loyal_days, "purchase days", self.repeat_buyers,
             f"75th percentile {loyal}, at least {LEAST_LOYAL_DAYS}"),
            ("loyal_money", self.loyal_money, "money", self.repeat_buyers, f"median {loyal}"),
            ("window", self.window_days, "days", self.customers, "set, not learned"),
            ("onboarding", self.onboarding_days, "days", self.customers, "set, not learned"),
            ("reentry", self.reentry_days, "days", self.customers, "set, not learned"),
        ]  # fmt: skip
        return [
            (name, "all", value, unit, np.nan, np.nan, support, why)
            for name, value, unit, support, why in rows
        ]


def fit(days: pd.DataFrame, as_of: date, *, draws: int = 100, seed: int = 1) -> Thresholds:
    """Learn every threshold from the purchase days visible at `as_of`."""
    gaps = signals.gaps(days, as_of)
    if gaps.empty:
        raise NoRows(f"There is no purchase up to {as_of} to learn stages from; use a later date.")
    ended = gaps.loc[gaps["returned"], "days"]
    horizon = int(np.clip(round(3 * ended.median()), 28, 180)) if len(ended) else 180
    recent = signals.in_window(days, as_of, WINDOW_DAYS)
    repeat = recent[recent["days_in_window"] >= 2]
    often = np.quantile(repeat["days_in_window"], 0.75, method="higher") if len(repeat) else 0
    return Thresholds(
        fitted_at=as_of.isoformat(),
        customers=int(gaps["customer_id"].nunique()),
        repeat_buyers=len(repeat),
        return_horizon=horizon,
        gaps=len(ended),
        loyal_days=max(LEAST_LOYAL_DAYS, int(often)),
        loyal_money=float(repeat["money_in_window"].median()) if len(repeat) else 0.0,
        limits=learn(
            gaps, horizon=horizon, cap=WINDOW_DAYS, draws=draws, rng=np.random.default_rng(seed)
        ),
    )


def _row(limit: Limit) -> tuple:
    """One state in one stratum, as a row of the table."""
    numbers = (limit.after, "days", limit.low, limit.high, limit.silent)
    return (limit.state, stratum_name(limit.least), *numbers, limit.why)
