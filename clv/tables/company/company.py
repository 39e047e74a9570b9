"""The company itself: its tables and its truth, drawn from one seed, and a study of it on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import yaml

from clv.errors import BadParameter
from clv.tables.company import (
    agreements,
    funnel,
    history,
    money,
    orders,
    people,
    touches,
    truth,
    voices,
    vouchers,
)
from clv.tables.company.history import History
from clv.tables.company.truth import Truth
from clv.tables.company.world import LAST, World, dates

CUSTOMERS = 1500
LEAST = 100  # fewer may all have been leads
DECLARED = MappingProxyType(
    {
        "as_of": dates([LAST])[0].item().date(),
        "currency": "EUR",
        "births": "observed",  # the company opened on the first day
        "margin": 0.45,
    }
)
STREAMS = (  # of chance: a change in one part of the company leaves the others as they are
    *history.STREAMS,
    *("log", "customers", "touches", "leads", "opportunities", "contracts", "payments"),
    *("tickets", "referrals", "surveys", "reviews"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Company:
    """A whole invented company, and the truth about it."""

    transactions: pd.DataFrame  # orders and refunds
    tables: Mapping[str, pd.DataFrame]  # every optional table, by its name
    truth: Truth

    def __repr__(self) -> str:
        told = f"{len(self.truth.customers):,} customers, {len(self.truth.leads):,} leads"
        return f"<Company: {told}, until {DECLARED['as_of']}>"

    def study(self, folder: str | Path) -> Path:
        """Write the tables as CSV files and a study of them; the path of its study.yml."""
        folder = Path(folder)
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for name, table in {"transactions": self.transactions, **self.tables}.items():
            (folder / "data" / f"{name}.csv").write_bytes(written(table))
        known = {**DECLARED, "as_of": DECLARED["as_of"].isoformat()}
        study = {
            "name": "company",
            "transactions": "data/transactions.csv",
            **known,
            "tables": {name: f"data/{name}.csv" for name in self.tables},
        }
        path = folder / "study.yml"
        path.write_text(yaml.safe_dump(study, sort_keys=False), encoding="utf-8")
        return path


def draw(seed: int = 1, customers: int = CUSTOMERS, world: World = World()) -> Company:
    """A company in which so many have bought; the same seed gives the same bytes."""
    for name, value, least in (("seed", seed, 0), ("customers", customers, LEAST)):
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise BadParameter.from_value(name, value, f"a whole number from {least} on")
    rng = {name: np.random.default_rng([seed, i]) for i, name in enumerate(STREAMS)}
    found = history.draw(world, customers, rng)
    log = orders.transactions(found.orders, found.buyer_id, rng["log"])
    return Company(log, _tables(found, log, rng), truth.told(found))


def written(table: pd.DataFrame) -> bytes:
    """A table as the bytes of a CSV file; the time of day only where a column tells it."""
    stamps = table.select_dtypes("datetime")
    days = {
        name: (stamps[name].dropna().dt.normalize() == stamps[name].dropna()) for name in stamps
    }
    text = {
        name: stamps[name].dt.strftime("%Y-%m-%d" if whole.all() else "%Y-%m-%d %H:%M:%S")
        for name, whole in days.items()
    }
    return table.assign(**text).to_csv(index=False, lineterminator="\n").encode()


def _tables(
    found: History, log: pd.DataFrame, rng: Mapping[str, np.random.Generator]
) -> dict[str, pd.DataFrame]:
    """Every optional table."""
    world, leads, who, own = found.world, found.funnel, found.buyers, found.buyer_id
    ids = found.lead_customer_id
    terms = agreements.subscriptions(who, own, rng["contracts"])
    tickets = voices.support_tickets(found, rng["tickets"])
    return {
        "customers": people.customers(found.people, rng["customers"]),
        "id_map": touches.id_map(found),
        "touchpoints": touches.touchpoints(found, rng["touches"]),
        "leads": funnel.leads(leads, ids, rng["leads"]),
        "opportunities": funnel.opportunities(leads, ids, rng["opportunities"]),
        "stage_history": funnel.stage_history(leads),
        "subscriptions": terms,
        "payments": agreements.payments(world.renewal, who, terms, rng["payments"]),
        "support_tickets": tickets,
        "referrals": voices.referrals(found, rng["referrals"]),
        "surveys": voices.surveys(found, rng["surveys"]),
        "reviews": voices.reviews(found, rng["reviews"]),
        "marketing_costs": money.marketing_costs(world, leads),
        "service_costs": money.service_costs(log, tickets),
        "experiments": vouchers.experiments(world.voucher, found.trial, own),
        "targets": money.targets(),
    }
