"""What a state must not depend on, tried on a company with all its tables and on real purchases."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clv
from clv.stages import records
from clv.stages.lifecycle import Lifecycle, lifecycle
from clv.stages.spells import FLAGS
from clv.tables.optional import facts

LAST = date(2024, 12, 31)
DAYS = st.dates(date(2022, 4, 1), LAST)
FIRST_FULL = date(2022, 9, 17)  # every table holds something: an empty one is refused
LAPSE = {"at_risk": 1, "dormant": 2, "churned": 3}  # how lapsed; any other state: not at all
EVENTS = {  # of every table: the day of the fact, then the days of what may follow it
    "transactions": ["date"],
    "customers": ["created_at"],
    "touchpoints": ["timestamp"],
    "leads": ["created_at", "qualified_at", "disqualified_at", "status_at"],
    "opportunities": ["created_at", "closed_at"],
    "stage_history": ["entered_at"],
    "subscriptions": ["start", "end"],
    "payments": ["due_at", "paid_at"],
    "support_tickets": ["created_at", "first_response_at", "closed_at"],
    "referrals": ["created_at", "converted_at"],
    "surveys": ["timestamp"],
    "reviews": ["timestamp"],
}
WORDS = {"leads": ("status_at", "status"), "opportunities": ("closed_at", "outcome")}


@pytest.fixture(scope="module")
def raw():
    """Every table that states rest on, as a company would export it."""
    company = clv.samples.company(seed=2, customers=120)
    tables = {name: company.tables[name] for name in records.USED}
    assert set(EVENTS) == {"transactions", *tables}
    return {"transactions": company.transactions, **tables}


def life_of(raw, as_of=LAST, thresholds=None):
    """The lifecycle that the exports of a day tell."""
    tables = {name: {"source": raw[name]} for name in records.USED}
    known = facts.load_all(tables, as_of=as_of)
    log = clv.load(raw["transactions"], as_of=as_of, births="observed")
    return lifecycle(log, thresholds=thresholds, tables=known)


@pytest.fixture(scope="module")
def life(raw):
    return life_of(raw)


def until(spells, day):
    """Spells as they stood at the end of a day."""
    day = pd.Timestamp(day)
    known = spells[spells["start"] <= day].reset_index(drop=True)
    still = ~(known["stop"] <= day)
    known.loc[still, ["stop", "next_state", "cause"]] = [pd.NaT, None, None]
    return known


def same(one, other):
    pd.testing.assert_frame_equal(one, other, check_column_type=False)


# The future -------------------------------------------------------------------------------------
#
# Fifteen companies beside one another, each with customers of its own, are read in hardly more time
# than one; none has a part in what is said of another's customers.


def spread(number, rng):
    """Days from FIRST_FULL to the last, one drawn from each of so many equal parts."""
    parts = np.linspace(0, (LAST - FIRST_FULL).days, number + 1)
    return [FIRST_FULL + timedelta(int(n)) for n in np.ceil(rng.uniform(parts[:-1], parts[1:]))]


def side_by_side(companies):
    """Exports of several companies as one, each with customers of its own."""

    def renamed(rows, mark):
        return rows.assign(**{c: mark + rows[c] for c in rows if c.endswith("_id")})

    return {
        name: pd.concat([renamed(raw[name], mark) for mark, raw in companies.items()])
        for name in EVENTS
    }


def of_one(frame, mark):
    """What is said of the customers of one of them, under their own names."""
    frame = frame.reset_index()
    own = frame[frame["customer_id"].str.contains(mark)]
    return own.assign(customer_id=own["customer_id"].str.replace(mark, ""))


def visible(raw, day):
    """The rows that could be seen on a day."""
    return {name: rows[rows[EVENTS[name][0]] < day_after(day)] for name, rows in raw.items()}


def moved(tables, shift):
    """All that is dated, so much later."""
    return {
        name: rows.assign(**{c: rows[c] + shift for c in rows.select_dtypes("datetime")})
        for name, rows in tables.items()
    }


def day_after(day):
    return pd.Timestamp(day) + pd.Timedelta(days=1)


def another_future(raw, day, rng):
    """The same past: of what came later some is gone, all is moved, and it ended otherwise."""
    found = {}
    for name, rows in raw.items():
        event, *later = EVENTS[name]
        kept = rows[(rows[event] < day_after(day)) | (rng.random(len(rows)) < 0.5)].copy()
        if name in WORDS:
            stamp, word = WORDS[name]
            future = kept[stamp] >= day_after(day)
            kept.loc[future, word] = rng.permutation(kept.loc[future, word].to_numpy())
        shift = pd.to_timedelta(rng.integers(0, 200, len(kept)), unit="D")
        for column in (event, *later):
            future = kept[column] >= day_after(day)
            kept[column] = kept[column].where(~future, kept[column] + shift)
        found[name] = kept
    return found


def test_a_state_rests_on_nothing_that_could_not_be_seen_on_its_day(raw, life):
    day = date(2024, 3, 17)
    then = life_of(visible(raw, day), day, life.thresholds)
    same(life.stages(day), then.stages())
    same(until(life.spells, day), then.spells)


@pytest.mark.slow
def test_on_no_day_does_a_state_rest_on_what_could_not_be_seen(raw, life):
    """The company as it could be seen on each of 15 days, moved in time until that day is LAST."""
    days = {f"{n:02}-": day for n, day in enumerate(spread(15, np.random.default_rng(3)))}
    seen = {mark: moved(visible(raw, day), LAST - day) for mark, day in days.items()}
    then = life_of(side_by_side(seen), thresholds=life.thresholds)
    stages, spells = then.stages(), then.spells
    for mark, day in days.items():
        same(life.stages(day), of_one(stages, mark).set_index("customer_id"))
        own = moved({"spells": of_one(spells, mark)}, day - LAST)["spells"]
        same(until(life.spells, day), own.drop(columns="index").reset_index(drop=True))


@pytest.mark.slow
def test_no_future_changes_a_state(raw, life):
    """Each of 15 companies has another future, from a day of its own."""
    rng = np.random.default_rng(1)
    days = {f"{n:02}-": day for n, day in enumerate(spread(15, rng))}
    others = {mark: another_future(raw, day, rng) for mark, day in days.items()}
    found = life_of(side_by_side(others), thresholds=life.thresholds)
    now = found.stages()
    for mark, day in days.items():
        same(life.stages(day), of_one(found.stages(day), mark).set_index("customer_id"))
        assert not life.stages().equals(of_one(now, mark).set_index("customer_id"))


@pytest.fixture(scope="module")
def sample(cdnow_sample):
    return lifecycle(cdnow_sample)


@settings(deadline=None, max_examples=5)
@given(st.dates(date(1997, 1, 1), date(1998, 6, 30)))
def test_spells_of_real_purchases_up_to_a_day_are_those_of_a_log_that_ends_on_it(sample, day):
    seen = sample.days[sample.days["date"] <= pd.Timestamp(day)]
    same(until(sample.spells, day), Lifecycle(seen, day, sample.thresholds).spells)


# Tiles and snapshots ----------------------------------------------------------------------------


def test_spells_of_a_company_tile_the_time_without_gap_or_overlap(life):
    spells, end = life.spells, day_after(LAST)
    stop = spells["stop"].fillna(end)
    same_customer = spells["customer_id"].eq(spells["customer_id"].shift())
    vanished = (spells["stop"].notna() & spells["next_state"].isna()).shift(fill_value=False)
    before = stop.shift()
    touching = same_customer & ~vanished
    assert (spells.loc[touching, "start"] == before[touching]).all()
    assert (spells.loc[same_customer & vanished, "start"] >= before[same_customer & vanished]).all()
    assert (stop > spells["start"]).all()
    named = spells["state"].astype(str)
    assert (named[touching] != named.shift()[touching]).all()
    lasts = (stop - spells["start"]).dt.days.groupby(spells["customer_id"]).sum()
    gone = spells[spells["stop"].notna() & spells["next_state"].isna()]["customer_id"]
    entry = spells.groupby("customer_id")["start"].min()
    whole = (end - entry).dt.days.drop(gone.unique())
    pd.testing.assert_series_equal(lasts[whole.index], whole, check_names=False)


@settings(deadline=None, max_examples=8)
@given(DAYS)
def test_a_snapshot_of_a_company_is_the_rules_evaluated_on_its_day(life, day):
    direct = life.stages(day)
    there = (life.spells["start"] <= pd.Timestamp(day)) & ~(
        life.spells["stop"] <= pd.Timestamp(day)
    )
    snapshot = life.spells[there].set_index("customer_id")
    pd.testing.assert_series_equal(life.states(day), direct["stage"])
    assert snapshot.index.is_unique
    assert set(snapshot.index) == set(direct.index)
    begun = snapshot.loc[snapshot["start"] == pd.Timestamp(day), [*FLAGS]]
    pd.testing.assert_frame_equal(begun, direct.loc[begun.index, [*FLAGS]], check_names=False)


# Names, order, calendar -------------------------------------------------------------------------


@pytest.mark.slow
def test_neither_the_order_of_rows_nor_the_names_of_customers_matter(raw, life):
    rng = np.random.default_rng(5)
    ids = pd.unique(
        pd.concat([rows["customer_id"] for rows in raw.values() if "customer_id" in rows])
    )
    ids = [name for name in ids if isinstance(name, str)]
    other = dict(zip(ids, rng.permutation([f"x{n:05}" for n in range(len(ids))]), strict=True))
    columns = ("customer_id", "referrer_id", "referred_id")
    renamed = {
        name: rows.sample(frac=1, random_state=3).assign(
            **{c: rows[c].map(other) for c in columns if c in rows}
        )
        for name, rows in raw.items()
    }
    found = life_of(renamed, thresholds=life.thresholds)
    same(found.stages(), life.stages().rename(index=other).sort_index())
    columns = [name for name in life.spells if name != "customer_id"]
    mine = life.spells.assign(customer_id=life.spells["customer_id"].replace(other))
    mine = mine.sort_values(["customer_id", "start"], ignore_index=True)
    same(found.spells[columns], mine[columns])


@pytest.mark.slow
def test_the_calendar_of_a_company_does_not_matter(raw, life):
    shift = timedelta(days=400)
    found = life_of(moved(raw, shift), LAST + shift, life.thresholds)
    names = ["stage", "reason", "rule", "since_last", "purchase_days", "depth_now", "max_depth"]
    same(found.stages()[names], life.stages()[names])


# Purchases --------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=6)
@given(DAYS)
def test_a_purchase_never_makes_a_customer_of_a_company_more_lapsed(life, day):
    """On its own day, against the same day without it; for all whose past was never corrected."""
    today = pd.Timestamp(day)
    plain = life.stages(day)
    known = plain.index[plain["purchase_days"] >= 1]
    corrected = life.versions.known["customer_id"] if life.versions else []
    buyers = known[~known.isin(corrected)]
    bought = pd.DataFrame({"customer_id": buyers, "date": today, "amount": 25.0})
    rest = life.days[~((life.days["date"] == today) & life.days["customer_id"].isin(buyers))]
    with_it = Lifecycle(
        days=pd.concat([rest, bought], ignore_index=True),
        as_of=life.as_of,
        thresholds=life.thresholds,
        versions=life.versions,
        records=life.records,
        observable=life.observable,
    ).stages(day)
    lapsed = [
        each.loc[buyers, "stage"].astype(str).map(LAPSE).fillna(0) for each in (plain, with_it)
    ]
    assert (lapsed[1] <= lapsed[0]).all()
