"""Vouchers: an experiment on buyers, of each of whom both outcomes are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clv.tables.company.orders import Wishes
from clv.tables.company.world import Days, Flags, Texts, Voucher, dates

CONTROL, SENT = "control", "voucher"
RECENT, SILENT = "recent", "silent"
BEFORE = 90  # days before the experiment whose orders are its covariate


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Who took part, what they were sent, and what they did and would have done, shape (u,)."""

    buyer: Days  # their places among the buyers
    sent: Flags
    silent: Flags
    before: Days  # number of orders in the days before
    without: Flags  # whether they order within the window without a voucher
    sent_would: Flags  # whether they do with one
    day: Days  # of the order that a voucher brings about

    @property
    def induced(self) -> Flags:
        """Whose order was made because of the voucher."""
        return self.sent & self.sent_would & ~self.without


def draw(plan: Voucher, own: Wishes, n_buyers: int, rng: np.random.Generator) -> Trial:
    """The experiment among all who had ordered before it, from their orders of own accord."""
    buyer, day = own
    earlier = day < plan.assigned
    last = np.full(n_buyers, -1)
    np.maximum.at(last, buyer[earlier], day[earlier])
    unit = np.flatnonzero(last >= 0)
    silent = plan.assigned - last[unit] > plan.silent_after
    within = (day > plan.assigned) & (day <= plan.assigned + plan.days)
    recent = earlier & (day >= plan.assigned - BEFORE)
    without = np.bincount(buyer[within], minlength=n_buyers)[unit] > 0
    chance = np.where(silent, plan.silent, plan.recent)
    return Trial(
        buyer=unit,
        sent=rng.random(len(unit)) < 0.5,
        silent=silent,
        before=np.bincount(buyer[recent], minlength=n_buyers)[unit],
        without=without,
        sent_would=without | (rng.random(len(unit)) < chance),
        day=plan.assigned + rng.integers(1, plan.days + 1, len(unit)),
    )


def experiments(plan: Voucher, trial: Trial, customer_id: Texts) -> pd.DataFrame:
    """The table of the experiment; the outcome is whether there was an order in the window."""
    n = len(trial.buyer)
    outcome = np.where(trial.sent, trial.sent_would, trial.without)
    return pd.DataFrame(
        {
            "experiment_id": plan.name,
            "unit_id": customer_id[trial.buyer],
            "arm": np.where(trial.sent, SENT, CONTROL),
            "assigned_at": dates(np.full(n, plan.assigned)),
            "outcome": outcome.astype(float),
            "outcome_from": dates(np.full(n, plan.assigned + 1)),
            "outcome_until": dates(np.full(n, plan.assigned + plan.days)),
            "covariate": trial.before.astype(float),
            "stratum": np.where(trial.silent, SILENT, RECENT),
        }
    )


def outcomes(trial: Trial, customer_id: Texts) -> pd.DataFrame:
    """Both outcomes of everyone who took part: arm, stratum, without, with_voucher, by unit_id."""
    return pd.DataFrame(
        {
            "arm": np.where(trial.sent, SENT, CONTROL),
            "stratum": np.where(trial.silent, SILENT, RECENT),
            "without": trial.without.astype(float),
            "with_voucher": trial.sent_would.astype(float),
        },
        index=pd.Index(customer_id[trial.buyer], name="unit_id"),
    )
