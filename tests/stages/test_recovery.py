"""What is planted is found again: chances of moves, by an engine that sees only the tables."""

from datetime import timedelta
from functools import cache
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

import clv
from clv.stages import records
from clv.stages.lifecycle import Lifecycle
from clv.stages.stays import by_rule, success
from clv.tables.company import funnel
from clv.tables.company.world import LAST, World, dates
from clv.tables.optional import facts

WORLD = World()
DAYS = (30, 90, 150)  # since a lead was created: before any lead is lost to silence
LEADS = 400
END = dates([LAST])[0].item().date()
NOBODY = pd.DataFrame(
    {"customer_id": ["z"], "date": [pd.Timestamp(END)], "amount": [1.0]}
)  # of whom nothing else is known: a lifecycle needs a purchase


# Leads that become prospects --------------------------------------------------------------------


@cache
def all_leads():
    """As good as all the leads that there could be."""
    return funnel.draw(WORLD, 400_000, np.random.default_rng(7))


def truly_qualified(days):
    """Chance that any lead is qualified within so many days."""
    drawn = all_leads()
    forward = funnel.qualifying(WORLD, drawn.interest, drawn.response)
    every = forward + sum(WORLD.drops.values())
    left = np.maximum(days - drawn.response, 0)
    return (forward / every * -np.expm1(-every * left)).mean()


def apart(spells):
    """Spells of each company: those whose customers' names share what stands before the hyphen."""
    company = spells["customer_id"].str.extract(r"(\d+)-", expand=False)
    return [own for _, own in spells.groupby(company)]


def spells_of_leads(seeds, limits):
    """Spells of leads alone, company by company; they are read as one, so that it is done once."""
    tables = []
    for seed in range(seeds):
        rng = np.random.default_rng([seed, 1])
        drawn = funnel.draw(WORLD, LEADS, rng)
        table = funnel.leads(drawn, np.full(LEADS, None, dtype=object), rng)
        tables.append(table.assign(lead_id=f"{seed:03}-" + table["lead_id"]))
    known = {"leads": facts.load("leads", pd.concat(tables, ignore_index=True), as_of=END)}
    read = records.read(known, END, payment_grace=14)
    return apart(Lifecycle(NOBODY, END, limits(), records=read).spells)


def chances(spells):
    told = success(spells, END, days=DAYS)
    return told[(told["state"] == "lead") & (told["next_state"] == "prospect")].set_index("days")


def test_the_chance_to_become_a_prospect_is_found_again(limits):
    seeds = 6
    found = [chances(own)["share"] for own in spells_of_leads(seeds, limits)]
    mean = pd.concat(found, axis=1).mean(axis=1)
    for days in DAYS:
        truth = truly_qualified(days)
        error = np.sqrt(truth * (1 - truth) / (seeds * LEADS))
        assert abs(mean[days] - truth) < 4 * error


@pytest.mark.slow
def test_intervals_of_chances_hold_the_truth_as_often_as_they_say(limits):
    seeds, truth = 200, pd.Series({days: truly_qualified(days) for days in DAYS})
    told = [chances(own) for own in spells_of_leads(seeds, limits)]
    assert len(told) == seeds
    inside = sum((each["low"] <= truth).astype(int) * (truth <= each["high"]) for each in told)
    low, high = binom.ppf([0.001, 0.999], seeds, 0.90)
    assert inside.between(low, high).all(), inside / seeds


# Exits by rule ----------------------------------------------------------------------------------

RISK, DORMANT = 60, 120
BUYS = 1 / 50  # chance of a purchase on a day, the same for everybody on every day
HISTORY = 900  # days


def bought_by_chance(seed, customers):
    """Purchase days of customers who never leave."""
    rng = np.random.default_rng(seed)
    who, day = np.nonzero(rng.random((customers, HISTORY)) < BUYS)
    start = pd.Timestamp("2020-01-01")
    return pd.DataFrame(
        {
            "customer_id": np.char.mod("c%04d", who),
            "date": start + pd.to_timedelta(day, unit="D"),
            "amount": 1.0,
        }
    )


def spells_of(days, limits, on):
    bounds = limits(at_risk=RISK, dormant=DORMANT, churned=None)
    return Lifecycle(days, on(HISTORY - 1), bounds).spells


def return_share(spells, on):
    told = by_rule(spells, on(HISTORY - 1))
    return told[(told["state"] == "at_risk") & (told["next_state"] == "dormant")].iloc[0]


def counted(days, last):
    """Who came back before the limit, gap by gap and without the engine: of those seen that long.

    Silence of 60 days begins the risk on its day, unless a purchase on that day ends it; on day 120
    a purchase comes first, too.
    """
    returned = entered = 0
    for _, own in days.groupby("customer_id"):
        bought = [*own["date"].sort_values(), None]
        for before, after in pairwise(bought):
            if before + timedelta(DORMANT) > last:
                continue
            gap = HISTORY if after is None else (after - before).days
            entered += gap > RISK
            returned += RISK < gap <= DORMANT
    return returned / entered


def test_the_share_that_returns_before_a_limit_is_what_can_be_counted(limits, on):
    days = bought_by_chance(1, 150)
    told = return_share(spells_of(days, limits, on), on)
    assert told[["limits", "limit"]].tolist() == [1, DORMANT - RISK]
    plain = counted(days, pd.Timestamp(on(HISTORY - 1)))
    assert told["low"] < plain < told["high"]
    # Where nobody is still on the way, the two are the same number.
    ended = days[days["date"] <= pd.Timestamp(on(HISTORY - 1 - DORMANT))]
    assert return_share(spells_of(ended, limits, on), on)["share"] == pytest.approx(
        counted(ended, pd.Timestamp(on(HISTORY - 1)))
    )


def test_the_share_that_returns_before_a_limit_is_the_one_that_was_planted(limits, on):
    told = return_share(spells_of(bought_by_chance(2, 400), limits, on), on)
    truth = 1 - (1 - BUYS) ** (DORMANT - RISK)
    assert told["low"] < truth < told["high"]
    assert told["high"] - told["low"] < 0.05


@pytest.mark.slow
def test_intervals_of_return_shares_hold_the_truth_as_often_as_they_say(limits, on):
    seeds, truth = 200, 1 - (1 - BUYS) ** (DORMANT - RISK)
    shops = [
        days.assign(customer_id=f"{seed:03}-" + days["customer_id"])
        for seed, days in ((seed, bought_by_chance(seed, 100)) for seed in range(seeds))
    ]
    spells = spells_of(pd.concat(shops, ignore_index=True), limits, on)
    told = [return_share(own, on) for own in apart(spells)]
    assert len(told) == seeds
    inside = sum(each["low"] <= truth <= each["high"] for each in told)
    low, high = binom.ppf([0.001, 0.999], seeds, 0.90)
    assert low <= inside <= high, inside / seeds


def test_on_the_company_returns_before_a_limit_are_counted_right(limits):
    company = clv.samples.company(seed=3, customers=150)
    log = clv.load(company.transactions, as_of=END, births="observed")
    life = Lifecycle(log.purchase_days(), END, limits(at_risk=RISK, dormant=DORMANT, churned=None))
    told = by_rule(life.spells, END).set_index(["state", "next_state"])
    ruled = told.loc[("at_risk", "dormant")]
    assert ruled["low"] < counted(life.days, pd.Timestamp(END)) < ruled["high"]
