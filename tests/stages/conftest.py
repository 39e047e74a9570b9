"""Purchases that the tests of the stages share."""

import pandas as pd
import pytest

import clv
from clv.stages.rules import STATES
from clv.stages.silence import MEANING, STRATA, Limit
from clv.stages.spells import CAUSES
from clv.stages.thresholds import Thresholds


@pytest.fixture(scope="session")
def cdnow_sample():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="session")
def sample_days(cdnow_sample):
    return cdnow_sample.purchase_days()


@pytest.fixture
def bought():
    """Purchase days from day numbers: bought(a=[0, 30]) or, with money, bought(a={0: 5.0})."""

    def bought(**customers):
        rows = [
            (name, pd.Timestamp("2020-01-01") + pd.Timedelta(days=day), amount)
            for name, purchases in customers.items()
            for day, amount in (
                purchases if isinstance(purchases, dict) else dict.fromkeys(purchases, 10.0)
            ).items()
        ]
        return pd.DataFrame(rows, columns=["customer_id", "date", "amount"])

    return bought


@pytest.fixture
def on():
    """The calendar day of a day number."""
    return lambda day: (pd.Timestamp("2020-01-01") + pd.Timedelta(days=day)).date()


@pytest.fixture(scope="session")
def limits():
    """Hand-made thresholds, the same in every stratum; loyal from 3 purchase days and 100 on."""

    def limits(at_risk=60, dormant=120, churned=200, **others):
        days = dict(zip(MEANING, (at_risk, dormant, churned), strict=True))
        found = tuple(
            Limit(state, least, after, after, after, after, after, 99, "learned")
            for least in STRATA
            for state, after in days.items()
        )
        others = {"loyal_days": 3, "loyal_money": 100.0} | others
        return Thresholds("2020-01-01", 9, 9, 90, 9, limits=found, **others)

    return limits


@pytest.fixture
def spells_of():
    """Spells written by hand: spells_of({"a": [("lead", 0), ("prospect", 9, "opportunity")]}).

    Each entry is a state, the day number on which it begins and what brought it about; the last is
    open, and a state of None is a vanishing. Customers named in `uncertain` came in the warm-up.
    """

    def spells_of(histories, uncertain=()):
        rows = []
        for name, entries in histories.items():
            following = [*entries[1:], (None, None, None)]
            for (state, start, *_), (then, stop, cause) in zip(entries, following, strict=True):
                if state is not None:
                    rows.append((name, state, start, stop, then, cause, name in uncertain))
        columns = ["customer_id", "state", "start", "stop", "next_state", "cause"]
        table = pd.DataFrame(rows, columns=[*columns, "entry_uncertain"])
        days = {
            name: pd.Timestamp("2020-01-01") + pd.to_timedelta(table[name].astype(float), unit="D")
            for name in ("start", "stop")
        }
        states = {
            name: pd.Categorical(table[name], categories=STATES, ordered=True)
            for name in ("state", "next_state")
        }
        cause = pd.Categorical(table["cause"], categories=CAUSES)
        return table.assign(**days, **states, cause=cause)

    return spells_of
