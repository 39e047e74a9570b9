"""Rules by which a row is set aside: ordered, readable, first match wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
import numpy as np
from ibis import _

LARGEST_AMOUNT = 1e15
LONGEST_ID = 256  # characters
CONTROL = r"[\x00-\x1f\x7f]"


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to set a row aside."""

    code: str
    column: str
    says: str  # goes on after the column's name
    found: ibis.Deferred
    faulty: bool = True  # counts against max_faulty
    quoted: bool = True  # whether messages may repeat a value; not where it may name a customer


REFUND = Rule("refund", "amount", "is negative, so a refund", _.amount < 0, faulty=False)
RULES = (
    Rule(
        "customer-id-missing",
        "customer_id",
        "is missing or blank",
        _.customer_id_missing,
        quoted=False,
    ),
    Rule(
        "customer-id-control",
        "customer_id",
        "holds a NUL or another control character",
        _.odd & _.customer_id.re_search(CONTROL),  # `odd` is known, and the search is dear
        quoted=False,
    ),
    Rule(
        "customer-id-too-long",
        "customer_id",
        f"has more than {LONGEST_ID} characters",
        _.customer_id.length() > LONGEST_ID,
        quoted=False,
    ),
    Rule("date-missing", "date", "is missing", _.date_missing),
    Rule("date-not-a-date", "date", "cannot be read as a date", _.date.isnull()),
    Rule(
        "date-impossible",
        "date",
        "is on or before 1970-01-01, or in the year 9999",
        (_.date <= date(1970, 1, 1)) | (_.date >= date(9999, 1, 1)),
    ),
    Rule("date-in-the-future", "date", "lies in the future, after run_date", _.date > _.run_date),
    Rule("amount-missing", "amount", "is missing", _.amount_missing),
    Rule(
        "amount-not-a-number",
        "amount",
        "cannot be read as a number",
        _.amount.isnull(),
    ),
    Rule("amount-infinite", "amount", "is infinite", _.amount.abs() == np.inf),
    Rule("amount-too-large", "amount", "is beyond 1e15", _.amount.abs() > LARGEST_AMOUNT),
    Rule("currency-missing", "currency", "is missing", _.currency == ""),
    Rule(
        "currency-not-a-code",
        "currency",
        "is not a code of three letters such as TRY",
        ~_.currency.re_search("^[A-Z]{3}$"),
    ),
    Rule(
        "known-at-not-a-date",
        "known_at",
        "cannot be read as a date",
        _.known_at.isnull() & ~_.known_at_missing,
    ),
    Rule("zero-amount", "amount", "is zero, so not a purchase", _.amount == 0, faulty=False),
    REFUND,
    # A refund takes its purchase's margin with it and needs none of its own.
    Rule("margin-missing", "margin", "is missing", _.margin_missing & (_.amount >= 0)),
    Rule(
        "margin-not-a-share",
        "margin",
        "is not a share between 0 and 1",
        (_.margin.isnull() | ~_.margin.between(0, 1)) & (_.amount >= 0),
    ),
)
OF_TEXT = ("customer-id-control", "customer-id-too-long")  # what no whole number can be
# What no row shows by itself: judged where it is seen.
TORN = Rule(
    "row-torn",
    "",
    "a line does not have the header's number of fields",
    ibis.literal(False),
    quoted=False,
)
SHARED = Rule(
    "order-of-two-customers",
    "order_id",
    "stands under two customers",
    ibis.literal(False),
    quoted=False,
)
ALL_RULES = (TORN, *RULES, SHARED)
