"""Purchases that the tests of the stages share."""

import numpy as np
import pandas as pd
import pytest

import clv
from clv.stages.lifecycle import lifecycle
from clv.stages.rules import STATES
from clv.stages.silence import MEANING, STRATA, Limit
from clv.stages.spells import CAUSES
from clv.stages.thresholds import Thresholds
from clv.tables.optional import facts


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


@pytest.fixture(scope="session")
def tangled():
    """A company in which everything happens: rows of transactions and of every other table."""
    rng, began = np.random.default_rng(11), pd.Timestamp("2020-01-01")

    def days(n, until=700):
        return began + pd.to_timedelta(rng.integers(0, until, n), unit="D")

    def after(first, share, most=120):
        gone = pd.Series(first) + pd.to_timedelta(rng.integers(0, most, len(first)), unit="D")
        return gone.where(rng.random(len(first)) < share)

    def who(n):
        return rng.choice([f"c{i}" for i in range(60)], n)

    n = 300
    amounts = rng.choice([10.0, 20.0, 35.0, -10.0, -6.0], n, p=[0.4, 0.25, 0.2, 0.1, 0.05])
    bought = {"customer_id": who(n), "date": days(n), "amount": amounts}
    bought["known_at"] = after(bought["date"], 0.1, 30).fillna(pd.Series(bought["date"]))
    made, deal, term, due = days(80), days(40), days(40), days(90)
    closed = after(deal, 0.7)
    tables = {
        "customers": {"customer_id": [f"c{i}" for i in range(0, 60, 4)], "created_at": days(15)},
        "touchpoints": {
            "customer_id": who(200),
            "timestamp": days(200),
            "type": rng.choice(["visit", "usage"], 200),
        },
        "support_tickets": {
            "ticket_id": [f"t{i}" for i in range(120)],
            "customer_id": who(120),
            "created_at": days(120),
        },
        "leads": {
            "lead_id": [f"l{i}" for i in range(80)],
            "customer_id": pd.Series(who(80)).where(rng.random(80) < 0.7),
            "created_at": made,
            "qualified_at": after(made, 0.5),
            "disqualified_at": after(made, 0.3),
            "known_at": after(made, 0.2, 60),
        },
        "opportunities": {
            "opportunity_id": [f"o{i}" for i in range(40)],
            "lead_id": pd.Series([f"l{i}" for i in rng.integers(0, 80, 40)]).where(
                np.arange(40) % 3 > 0
            ),
            "customer_id": pd.Series(who(40)).where(np.arange(40) % 3 == 0),
            "created_at": deal,
            "closed_at": closed,
            "outcome": np.where(closed.isna(), "open", rng.choice(["won", "lost"], 40)),
        },
        "subscriptions": {"customer_id": who(40), "start": term, "end": after(term, 0.6, 300)},
        "payments": {"customer_id": who(90), "due_at": due, "paid_at": after(due, 0.8, 60)},
        "referrals": {"referrer_id": who(40), "created_at": days(40)},
        "surveys": {
            "customer_id": who(60),
            "timestamp": days(60),
            "kind": rng.choice(["nps", "review"], 60),
            "score": rng.choice([3.0, 4.5, 5.0], 60),
        },
    }
    return pd.DataFrame(bought), {name: pd.DataFrame(table) for name, table in tables.items()}


@pytest.fixture(scope="session")
def told():
    """The lifecycle of the rows that were known on a day: told(bought, tables, day, bounds)."""

    def told(bought, tables, day, bounds):
        log = clv.load(bought, as_of=day, max_faulty=0.9, births="observed")
        sources = {name: {"source": table} for name, table in tables.items()}
        loaded = facts.load_all(sources, as_of=day, max_faulty=0.9)
        return lifecycle(log, thresholds=bounds, tables=loaded)

    return told
