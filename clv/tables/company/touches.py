"""Touches: visits, forms, calls and mails, and whose devices they came from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clv.tables.company import people as everyone
from clv.tables.company.funnel import Funnel
from clv.tables.company.history import History
from clv.tables.company.world import (
    LAST,
    Days,
    clocks,
    dates,
    month_of,
    months,
    numbered,
)

STRANGERS = 0.5  # visitors who never leave a name, for each buyer
VISITS = 1.5  # mean number before a lead is created
OFTEN = {"visit": 0.02, "usage": 0.07}  # a day: by who may still buy, and of a machine on contract
OPENS = 0.4  # share of the vouchers that are seen


def touchpoints(history: History, rng: np.random.Generator) -> pd.DataFrame:
    """The table of touches, by time; a visit before a name was left has its device's id alone."""
    world, who, people = history.world, history.buyers, history.people
    funnel, trial, leaves = history.funnel, history.trial, history.leaves
    leads = np.arange(len(funnel.created))
    named = np.flatnonzero(people.kind != everyone.LEAD)
    stay = np.minimum(leaves, LAST)
    end = np.minimum(np.where(who.contract, who.contract_end, who.first), LAST)
    called = np.isfinite(funnel.response)
    call = funnel.created[called] + funnel.response[called].astype(np.int64)
    told = trial.buyer[trial.sent & (rng.random(len(trial.buyer)) < OPENS)]
    mailed = np.full(len(told), world.voucher.assigned) + rng.integers(0, 3, len(told))
    channels = people.channel
    parts = [
        _strangers(len(who.person), rng),
        _visits(funnel, channels, rng),
        _touch(leads, funnel.created, "form", channel=channels[leads]),
        _touch(leads[called], call, "call", channel="phone"),
        _touch(named, people.since[named], "signup", channel=channels[named]),
        _spread(who.person, who.first, stay, "visit", rng),
        _spread(who.person, who.first, end, "usage", rng),
        _touch(
            who.person[told], mailed, "email_open", channel="email", experiment=world.voucher.name
        ),
    ]
    table = pd.concat([part for part in parts if len(part)])
    table = table[table["day"].between(0, LAST)]
    table = table.assign(timestamp=clocks(table["day"].to_numpy(), rng))
    table = table.sort_values("timestamp", kind="stable", ignore_index=True)
    ids = pd.Series(people.customer_id, dtype="str")
    month = months().strftime("%Y-%m").to_numpy()[month_of(table["day"].to_numpy())]
    paid = table["channel"] == "paid_ads"
    return pd.DataFrame(
        {
            "customer_id": table["person"].map(ids),
            "anonymous_id": table["device"],
            "timestamp": table["timestamp"],
            "type": table["type"],
            "channel": table["channel"],
            "campaign_id": pd.Series("paid_ads-" + month, dtype="str").where(paid),
            "experiment_id": table["experiment"],
        }
    )


def id_map(history: History) -> pd.DataFrame:
    """The table of who is who: leads of the sales system, and devices from the form on."""
    leads = np.arange(len(history.funnel.created))
    ids, since = history.lead_customer_id, dates(history.funnel.created)
    known = {"customer_id": ids, "valid_from": since, "match_score": 1.0}
    parts = [
        {"source": "crm", "source_id": numbered("L", leads), "match_method": "number", **known},
        {"source": "web", "source_id": numbered("V", leads), "match_method": "form", **known},
    ]
    names = ["source", "source_id", "customer_id", "valid_from", "match_method", "match_score"]
    return pd.concat([pd.DataFrame(part)[names] for part in parts], ignore_index=True)


def _touch(
    person: Days | None,
    day: Days,
    kind: str,
    *,
    channel: str | np.ndarray,
    device: np.ndarray | None = None,
    experiment: str | None = None,
) -> pd.DataFrame:
    """Touches of one kind."""
    return pd.DataFrame(
        {
            "person": pd.Series(person, dtype="Int64", index=range(len(day))),
            "day": day,
            "type": kind,
            "channel": channel,
            "device": pd.Series(device, dtype="str", index=range(len(day))),
            "experiment": pd.Series(experiment, dtype="str", index=range(len(day))),
        }
    )


def _strangers(n_buyers: int, rng: np.random.Generator) -> pd.DataFrame:
    """Visits of those who never left a name."""
    number = rng.integers(1, 5, int(STRANGERS * n_buyers))
    day = np.repeat(rng.integers(0, LAST + 1, len(number)), number)
    device = np.repeat(np.char.mod("W%05d", np.arange(len(number))), number)
    day = day + rng.integers(0, 30, len(day))
    channel = np.where(rng.random(len(day)) < 0.6, "website", "paid_ads")
    return _touch(None, day, "visit", channel=channel, device=device)


def _visits(funnel: Funnel, channels: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Visits of leads before they left a name: half of them by a link that told who they were."""
    number = rng.poisson(VISITS, len(funnel.created))
    lead = np.repeat(np.arange(len(number)), number)
    day = funnel.created[lead] - np.ceil(rng.exponential(15.0, len(lead))).astype(np.int64)
    own = _touch(lead, day, "visit", channel=channels[lead], device=numbered("V", lead))
    return own.assign(person=own["person"].where(rng.random(len(lead)) < 0.5))


def _spread(
    person: Days, start: Days, stop: Days, kind: str, rng: np.random.Generator
) -> pd.DataFrame:
    """Touches of one kind between two days."""
    length = np.maximum(stop - start, 0)
    number = rng.poisson(OFTEN[kind] * length)
    who = np.repeat(np.arange(len(number)), number)
    day = start[who] + (rng.random(len(who)) * length[who]).astype(np.int64)
    return _touch(person[who], day, kind, channel="website" if kind == "visit" else "machine")
