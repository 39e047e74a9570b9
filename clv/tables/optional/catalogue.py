"""The optional tables, each with its contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import ibis
import pandas as pd
from ibis import _

from clv.errors import UnknownParameter
from clv.tables.optional.kinds import (
    AMOUNT,
    FLAG,
    ID,
    NUMBER,
    PERIOD,
    STAMP,
    TEXT,
    number,
    one_of,
    word,
)
from clv.tables.optional.layouts import KNOWN_AT, Column, Layout
from clv.tables.rules import Rule

TRANSACTIONS = "transactions"
SCALES = {"nps": (0, 10), "csat": (1, 5), "review": (0, 5)}  # least and best score
TOUCHES = (
    *("impression", "visit", "signup", "email_open", "email_click", "form", "call", "webinar"),
    *("content", "usage", "invite", "share"),
)
CUSTOMER = Column(ID, needed=True, of=TRANSACTIONS)
ANY_CUSTOMER = replace(CUSTOMER, needed=False)
THE_DAY, A_DAY = Column(STAMP, needed=True), Column(STAMP)
PLANNED = Column(STAMP, ahead=True)
THE_ID, AN_ID = Column(ID, needed=True), Column(ID)
THE_TEXT, A_TEXT = Column(TEXT, needed=True), Column(TEXT)
THE_AMOUNT, AN_AMOUNT = Column(AMOUNT, needed=True), Column(AMOUNT)
A_FLAG = Column(FLAG)


def _on_scale(frame: pd.DataFrame) -> pd.Series:
    """Whether each score lies on the scale of its kind."""
    low, high = (
        frame["kind"].map({kind: ends[i] for kind, ends in SCALES.items()}) for i in (0, 1)
    )
    return frame["score"].between(low, high)


OFF_SCALE = Rule(
    "score-off-scale",
    "score",
    "is not on the scale of its kind: nps 0 to 10, csat 1 to 5, review 0 to 5",
    ~ibis.cases(*((_.kind == kind, _.score.between(*ends)) for kind, ends in SCALES.items())),
)
OWN = _.referred_id == _.referrer_id
OWN_REFERRAL = Rule("referred-id-own", "referred_id", "is `referrer_id` itself", OWN, quoted=False)

_LAYOUTS = {
    "customers": Layout(
        {
            "customer_id": CUSTOMER,
            "created_at": A_DAY,
            "account_id": AN_ID,
            "name": A_TEXT,
            "country": A_TEXT,
            "segment": A_TEXT,
            "age_band": A_TEXT,
            "gender": A_TEXT,
            "acquisition_channel": A_TEXT,
            "consent_email": A_FLAG,
            "consent_sms": A_FLAG,
            "consent_phone": A_FLAG,
            "email_hash": AN_ID,
            "phone_hash": AN_ID,
        },
        event="created_at",
        key=("customer_id",),
    ),
    "id_map": Layout(
        {
            "source": THE_TEXT,
            "source_id": THE_ID,
            "customer_id": CUSTOMER,
            "valid_from": A_DAY,
            "match_method": A_TEXT,
            "match_score": Column(NUMBER),
        },
        event="valid_from",
        key=("source", "source_id", "valid_from"),
    ),
    "touchpoints": Layout(
        {
            "customer_id": ANY_CUSTOMER,
            "anonymous_id": AN_ID,
            "timestamp": THE_DAY,
            "type": Column(word(*TOUCHES), needed=True),
            "channel": A_TEXT,
            "campaign_id": AN_ID,
            "cost": AN_AMOUNT,
            "value": Column(NUMBER),
            "session_id": AN_ID,
            "experiment_id": AN_ID,
        },
        event="timestamp",
        either=("customer_id", "anonymous_id"),
    ),
    "leads": Layout(
        {
            "lead_id": THE_ID,
            "created_at": THE_DAY,
            "customer_id": ANY_CUSTOMER,
            "account_id": AN_ID,
            "source": A_TEXT,
            "score": Column(NUMBER, since=("scored_at",)),
            "scored_at": A_DAY,
            "status": Column(TEXT, since=("status_at",)),
            "status_at": A_DAY,
            "qualified_at": A_DAY,
            "disqualified_at": A_DAY,
            "lost_reason": Column(TEXT, since=("disqualified_at", "status_at")),
        },
        event="created_at",
        key=("lead_id",),
        orders=(("created_at", "qualified_at"), ("created_at", "disqualified_at")),
        odd=(("created_at", "status_at"), ("created_at", "scored_at")),
    ),
    "opportunities": Layout(
        {
            "opportunity_id": THE_ID,
            "lead_id": Column(ID, of="leads"),
            "customer_id": ANY_CUSTOMER,
            "created_at": THE_DAY,
            "stage": Column(TEXT, since=(KNOWN_AT,)),
            "amount": AN_AMOUNT,
            "closed_at": A_DAY,
            "outcome": Column(one_of("won", "lost", "open"), since=("closed_at",), before="open"),
            "lost_reason": Column(TEXT, since=("closed_at",)),
            "owner": A_TEXT,
        },
        event="created_at",
        key=("opportunity_id",),
        either=("lead_id", "customer_id"),
        orders=(("created_at", "closed_at"),),
    ),
    "stage_history": Layout(
        {
            "opportunity_id": Column(ID, needed=True, of="opportunities"),
            "stage": THE_TEXT,
            "entered_at": THE_DAY,
        },
        event="entered_at",
        key=("opportunity_id", "stage", "entered_at"),
    ),
    "subscriptions": Layout(
        {
            "customer_id": CUSTOMER,
            "start": THE_DAY,
            "end": A_DAY,
            "plan": A_TEXT,
            "mrr": AN_AMOUNT,
            "is_trial": A_FLAG,
            "paused": Column(FLAG, since=(KNOWN_AT,)),
        },
        event="start",
        orders=(("start", "end"),),
    ),
    "payments": Layout(
        {
            "customer_id": CUSTOMER,
            "due_at": replace(THE_DAY, ahead=True),
            "paid_at": A_DAY,
            "amount": AN_AMOUNT,
            "failed": A_FLAG,
        },
        event="due_at",
        odd=(("due_at", "paid_at"),),
    ),
    "support_tickets": Layout(
        {
            "ticket_id": THE_ID,
            "customer_id": CUSTOMER,
            "created_at": THE_DAY,
            "first_response_at": A_DAY,
            "closed_at": A_DAY,
            "priority": A_TEXT,
            "reopened": Column(FLAG, since=("closed_at",)),
            "csat": Column(number(*SCALES["csat"]), since=("closed_at",)),
            "topic": A_TEXT,
        },
        event="created_at",
        key=("ticket_id",),
        orders=(("created_at", "first_response_at"), ("created_at", "closed_at")),
        odd=(("first_response_at", "closed_at"),),
    ),
    "referrals": Layout(
        {
            "referrer_id": CUSTOMER,
            "created_at": THE_DAY,
            "referred_id": ANY_CUSTOMER,
            "converted_at": A_DAY,
            "reward": Column(AMOUNT, since=("converted_at",)),
            "code": AN_ID,
        },
        event="created_at",
        orders=(("created_at", "converted_at"),),
        rules=(OWN_REFERRAL,),
    ),
    "surveys": Layout(
        {
            "customer_id": CUSTOMER,
            "timestamp": THE_DAY,
            "kind": Column(one_of(*SCALES), needed=True),
            "score": Column(NUMBER, needed=True),
            "text": A_TEXT,
            "product_id": AN_ID,
            "public": A_FLAG,
        },
        event="timestamp",
        rules=(OFF_SCALE,),
        keeps={"score is on the scale of its kind": _on_scale},
    ),
    "reviews": Layout(
        {
            "customer_id": CUSTOMER,
            "timestamp": THE_DAY,
            "score": Column(number(*SCALES["review"]), needed=True),
            "kind": Column(one_of("review")),
            "text": A_TEXT,
            "product_id": AN_ID,
            "public": A_FLAG,
        },
        event="timestamp",
    ),
    "marketing_costs": Layout(
        {
            "date": THE_DAY,
            "channel": THE_TEXT,
            "cost": THE_AMOUNT,
            "campaign_id": AN_ID,
            "impressions": AN_AMOUNT,
            "clicks": AN_AMOUNT,
            "kind": Column(one_of("acquisition", "retention")),
        },
        event="date",
    ),
    "service_costs": Layout(
        {
            "customer_id": ANY_CUSTOMER,
            "period": Column(PERIOD),
            "cost": THE_AMOUNT,
            "kind": A_TEXT,
        },
        event="period",
        either=("customer_id", "period"),
    ),
    "experiments": Layout(
        {
            "experiment_id": THE_ID,
            "unit_id": THE_ID,
            "arm": THE_TEXT,
            "assigned_at": THE_DAY,
            "outcome": Column(NUMBER, since=("outcome_until",)),
            "outcome_from": PLANNED,
            "outcome_until": PLANNED,
            "covariate": Column(NUMBER),
            "stratum": A_TEXT,
        },
        event="assigned_at",
        key=("experiment_id", "unit_id"),
        orders=(("assigned_at", "outcome_until"), ("outcome_from", "outcome_until")),
    ),
    "targets": Layout(
        {
            "metric": THE_TEXT,
            "stage": THE_TEXT,
            "period": Column(PERIOD, needed=True),
            "target": Column(NUMBER, needed=True),
            "owner": A_TEXT,
        },
        key=("metric", "stage", "period"),
    ),
}
LAYOUTS: Mapping[str, Layout] = {
    name: replace(layout, columns={**layout.columns, KNOWN_AT: PLANNED})
    for name, layout in _LAYOUTS.items()
}


def layout(name: str) -> Layout:
    """The contract of a table, by its name."""
    if name not in LAYOUTS:
        raise UnknownParameter.from_name("tables", name, LAYOUTS)
    return LAYOUTS[name]
