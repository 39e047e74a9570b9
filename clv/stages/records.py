"""What the optional tables say, as days of customers: when it began to be known, and when it ended.

A row acts from the day on which it was known, and a later state of the same fact takes its place.
So nothing that was not known on a day has a part in any state on it. Who a lead is stands in the
lead's own row (`customer_id`); a lead without is a person of its own, `lead:` and its id. Touches
of nobody in particular are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from clv.stages.timelines import SPAN, whole_days
from clv.tables.optional import catalogue
from clv.tables.optional.facts import Facts
from clv.tables.optional.layouts import KNOWN_AT

YEAR = 365  # days in which a signal of an advocate counts
PROMOTER = 9  # NPS, of 10
WELL_RATED = 4.5  # of 5
LOST = ("lost", "disqualified")  # words of a lead's status
QUALIFIED = ("qualified",)
USAGE = "usage"  # a type of touchpoints
USED = {  # what is read of each table
    "customers": ("customer_id", "created_at"),
    "touchpoints": ("customer_id", "timestamp", "type"),
    "leads": (
        *("lead_id", "customer_id", "created_at", "status", "status_at"),
        *("qualified_at", "disqualified_at"),
    ),
    "opportunities": (
        *("opportunity_id", "lead_id", "customer_id", "created_at", "closed_at", "outcome"),
    ),
    "stage_history": ("opportunity_id", "entered_at"),
    "subscriptions": ("customer_id", "start", "end", "is_trial"),
    "support_tickets": ("ticket_id", "customer_id", "created_at"),
    "payments": ("customer_id", "due_at", "paid_at", "failed"),
    "referrals": ("referrer_id", "created_at"),
    "reviews": ("customer_id", "timestamp", "score", "public"),
    "surveys": ("customer_id", "timestamp", "kind", "score", "public"),
}

Rows = Mapping[str, pd.DataFrame]
Frames = dict[str, pd.DataFrame]


def read(tables: Mapping[str, Facts], as_of: date, payment_grace: int) -> Frames:
    """Everything that states rest on besides purchases, by the names of `events.Events`.

    Parameters
    ----------
    tables
        As `facts.load_all` returns them; those that no state rests on are passed over.
    as_of
        The last day looked at.
    payment_grace
        Days past due before a missing payment counts.

    Returns
    -------
    dict
        Frames of customer_id, start and, but of what is a moment (`events.MOMENTS`), stop: whole
        days from 1970-01-01. What has not ended stops beyond all days. Leads have is_lead: False
        of those who are known by a customer record only.
    """
    last = int(whole_days([np.datetime64(as_of)])[0])
    rows = {name: states(facts, last) for name, facts in tables.items() if _dated(facts)}
    found = _before_a_purchase(rows, last)
    if "subscriptions" in rows:
        terms = rows["subscriptions"]
        found["contracts"] = _times(terms[~_is(terms, "is_trial")], "start", _of(terms, "end"))
    if "payments" in rows:
        found["overdue"], found["grace_ends"] = _overdue(rows["payments"], payment_grace)
        found["due"] = _moments(rows["payments"], "due_at")
    if "support_tickets" in rows:
        first = rows["support_tickets"].sort_values("seen").drop_duplicates("ticket_id")
        found["tickets"] = _moments(first, "created_at")
    if "touchpoints" in rows:
        used = rows["touchpoints"]["type"] == USAGE
        found["usage"] = _moments(rows["touchpoints"][used], "timestamp")
    found["advocacy"] = _advocacy(rows)
    if "surveys" in rows:
        found["promoters"] = _promoters(rows["surveys"])
    return {name: frame for name, frame in found.items() if len(frame)}


# Reading ----------------------------------------------------------------------------------------


def _dated(facts: Facts) -> bool:
    """Whether states rest on a table, and its facts have a day."""
    return facts.name in USED and catalogue.layout(facts.name).event in facts.table.columns


def states(facts: Facts, last: int = SPAN, others: tuple[str, ...] = ()) -> pd.DataFrame:
    """Every state of every fact with stamps as whole days (NaN: none), and the days it was known.

    `seen` is the first day on which a row was known, `until` the one on which another state of the
    same fact took its place.
    """
    layout = catalogue.layout(facts.name)
    names = [n for n in (*USED[facts.name], *others, KNOWN_AT) if n in facts.table.columns]
    columns = {n: facts.table[n] for n in names}
    dates = {n: c.date() for n, c in columns.items() if c.type().is_timestamp()}
    table = facts.table.select(**{**columns, **dates}).distinct().to_pyarrow()
    rows = table.to_pandas(date_as_object=False)
    rows = rows.assign(**{name: _numbers(rows[name]) for name in dates})
    known = rows[KNOWN_AT] if KNOWN_AT in rows else rows[layout.event]
    rows = rows.assign(seen=np.fmax(rows[layout.event], known), until=float(SPAN))
    rows = rows[rows["seen"] <= last]
    key = [name for name in layout.key if name in rows]
    if key and KNOWN_AT in rows:
        rows = rows.sort_values([*key, "seen", KNOWN_AT])
        rows["until"] = rows.groupby(key)["seen"].shift(-1).fillna(SPAN)
    return rows


def _numbers(dates: pd.Series) -> pd.Series:
    """Dates as whole days; NaN where there is none."""
    return pd.Series(whole_days(dates), dates.index).where(dates.notna()).astype(float)


def _of(rows: pd.DataFrame, name: str) -> pd.Series:
    """A column of days or words, without values where the table has none."""
    return rows[name] if name in rows else pd.Series(np.nan, rows.index)


def _is(rows: pd.DataFrame, name: str, what: bool = True) -> pd.Series:
    """Whether a flag is there and says so."""
    return _of(rows, name).eq(what).fillna(False).astype(bool)


def _times(rows: pd.DataFrame, start: str, stop: pd.Series | int = SPAN) -> pd.DataFrame:
    """Times from a column of days until other days, as far as they were known."""
    begun = np.maximum(rows[start], rows["seen"])  # NaN where it never began
    ended = np.fmin(pd.Series(stop, rows.index).fillna(SPAN), rows["until"])
    return _whole(pd.DataFrame({"customer_id": rows["customer_id"], "start": begun, "stop": ended}))


def _moments(rows: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Moments on the days of some columns, or on which they became known."""
    own = [name for name in names if name in rows]
    days = [rows[["customer_id"]].assign(start=rows[n].clip(lower=rows["seen"])) for n in own]
    return _whole(pd.concat(days))


def _whole(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows that have everything, days as whole numbers."""
    frame = frame.dropna().drop_duplicates()
    days = [name for name in ("start", "stop") if name in frame]
    return frame.astype(dict.fromkeys(days, np.int64))


# Before a purchase ------------------------------------------------------------------------------


def _before_a_purchase(rows: Rows, last: int) -> Frames:
    """Leads, opportunities and touches, and when each customer was last in contact."""
    found: dict[str, list[pd.DataFrame]] = {name: [] for name in ("leads", "contacts")}
    if "customers" in rows:
        found["leads"].append(_times(rows["customers"], "created_at").assign(is_lead=False))
    if "touchpoints" in rows:
        found["touches"] = [_moments(rows["touchpoints"], "timestamp")]
        found["contacts"] += found["touches"]
    leads = named(rows["leads"]) if "leads" in rows else None
    deals = _deals(rows["opportunities"], leads, last) if "opportunities" in rows else None
    if leads is not None:
        leads = leads.assign(closed=_closed(leads, deals), chosen=_chosen(leads))
        found["leads"].append(_times(leads, "created_at", leads["closed"]).assign(is_lead=True))
        found["qualified"] = [_times(leads, "chosen", leads["closed"])]
        days = ("created_at", "status_at", "qualified_at", "disqualified_at")
        found["contacts"].append(_moments(leads, *days))
    if deals is not None:
        found["opportunities"] = [_times(deals, "created_at", deals["closed"])]
        found["contacts"].append(_moments(deals, "created_at", "closed_at"))
    if deals is not None and "stage_history" in rows:
        who = deals.drop_duplicates("opportunity_id")[["opportunity_id", "customer_id"]]
        steps = rows["stage_history"].merge(who, on="opportunity_id")
        found["contacts"].append(_moments(steps, "entered_at"))
    if found["contacts"] and "customers" in rows:
        found["contacts"].append(_moments(rows["customers"], "created_at"))
    return {name: pd.concat(frames) for name, frames in found.items() if frames}


def named(leads: pd.DataFrame) -> pd.DataFrame:
    """Leads with the customer each is; one without is a person of its own."""
    own = _of(leads, "customer_id").astype(object)
    return leads.assign(customer_id=own.where(own.notna(), "lead:" + leads["lead_id"]))


def _chosen(leads: pd.DataFrame) -> pd.Series:
    """The day on which a person or the CRM said that a lead is qualified."""
    return np.fmin(_of(leads, "qualified_at"), _said(leads, QUALIFIED))


def _said(leads: pd.DataFrame, words: tuple[str, ...]) -> pd.Series:
    """The day from which a lead's status is one of some words."""
    since = _of(leads, "status_at").fillna(leads["seen"])
    return since.where(_of(leads, "status").astype(object).isin(words))


def _deals(rows: pd.DataFrame, leads: pd.DataFrame | None, last: int) -> pd.DataFrame:
    """Opportunities with their customer and the days on which they were closed and lost.

    One that was won stays open: what follows is the purchase.
    """
    rows = whose(rows, leads)
    outcome = _of(rows, "outcome").astype(object)
    # An outcome without a day was not known before the table was exported.
    undated = rows["seen"] if KNOWN_AT in rows else pd.Series(float(last), rows.index)
    closed = _of(rows, "closed_at").fillna(undated.where(outcome.isin(["won", "lost"])))
    closed = closed.clip(lower=rows["seen"])
    return rows.assign(
        closed=closed.where(outcome != "won"),
        lost=closed.where(outcome == "lost"),
    )


def whose(rows: pd.DataFrame, leads: pd.DataFrame | None) -> pd.DataFrame:
    """Opportunities with their customer: the one they name, or that of the lead they name.

    Who a lead is shows in each of its states, so that an opportunity acts while its lead is known.
    """
    rows = rows.assign(**{n: _of(rows, n).astype(object) for n in ("customer_id", "lead_id")})
    if leads is None:
        return rows.assign(customer_id=rows["customer_id"].fillna("lead:" + rows["lead_id"]))
    named = rows["customer_id"].notna()
    lead = leads[["lead_id", "customer_id", "seen", "until"]]
    theirs = rows[~named].drop(columns="customer_id").merge(lead, on="lead_id", suffixes=("", "_l"))
    theirs = theirs.assign(
        seen=np.fmax(theirs["seen"], theirs["seen_l"]),
        until=np.fmin(theirs["until"], theirs["until_l"]),
    )
    theirs = theirs[theirs["seen"] < theirs["until"]]
    return pd.concat([rows[named], theirs[rows.columns]], ignore_index=True)


def _closed(leads: pd.DataFrame, deals: pd.DataFrame | None) -> pd.Series:
    """The day on which each lead was lost: disqualified, or with its opportunity."""
    closed = np.fmin(_of(leads, "disqualified_at"), _said(leads, LOST))
    if deals is None:
        return closed
    lost = deals.dropna(subset="lost")
    named = lost["lead_id"].notna()
    by = {"lead_id": lost[named], "customer_id": lost[~named]}  # who names no lead means them all
    for key, own in by.items():
        pairs = leads[[key, "created_at"]].reset_index().merge(own[[key, "lost"]], on=key)
        pairs = pairs[pairs["lost"] >= pairs["created_at"]]
        closed = np.fmin(closed, pairs.groupby("index")["lost"].min().reindex(leads.index))
    return closed


# After a purchase -------------------------------------------------------------------------------


def _overdue(rows: pd.DataFrame, grace: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """From the end of the grace after the due day until this payment, or a later one, was made.

    And the ends of graces by themselves: of what was due, known and not made the day before.
    """
    made = rows["due_at"].where(~_is(rows, "failed"))
    paid = rows.get("paid_at", made)
    owed = rows.assign(paid=np.fmax(paid, rows["seen"].where(paid.notna())))
    by = ["customer_id", "due_at", "paid"]  # of two due on one day, neither stands for the other
    owed = owed.sort_values(by, ascending=False, na_position="first")
    owed = owed.assign(made=owed.groupby("customer_id")["paid"].cummin())
    made = owed.groupby("customer_id")["made"].ffill()
    known = _is(owed, "failed") | owed["paid"].notna() | ~_is(owed, "failed", what=False)
    owed = owed.assign(late=owed["due_at"] + grace, made=made)[known]
    missed = (owed["seen"] < owed["late"]) & ~(owed["made"] < owed["late"])
    times = _times(owed, "late", owed["made"]).groupby(["customer_id", "start"], as_index=False)
    return times["stop"].max(), _moments(owed[missed], "late")


def _advocacy(rows: Rows) -> pd.DataFrame:
    """A year from each referral and each public review that praises."""
    praise = []
    if "referrals" in rows:
        praise.append(rows["referrals"].rename(columns={"referrer_id": "customer_id"}))
    for name in {"reviews", "surveys"} & rows.keys():
        own = rows[name]
        good = _of(own, "score") >= WELL_RATED
        public = _is(own, "public") if "public" in own else good
        review = own["kind"].eq("review") if name == "surveys" else good
        praise.append(own[good & public & review].rename(columns={"timestamp": "created_at"}))
    times = [_times(own, "created_at", own["created_at"] + YEAR) for own in praise]
    return pd.concat(times) if times else pd.DataFrame()


def _promoters(surveys: pd.DataFrame) -> pd.DataFrame:
    """A year from each NPS of 9 or 10, or until the next answer."""
    answers = surveys[surveys["kind"] == "nps"].sort_values(["customer_id", "seen"])
    following = answers.groupby("customer_id")["seen"].shift(-1)
    ends = np.fmin(answers["timestamp"] + YEAR, following)
    glad = answers["score"] >= PROMOTER
    return _times(answers[glad], "timestamp", ends[glad])
