"""Rules by which a row is set aside: ordered, readable, first match wins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import ibis
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


def _differs(column: str, within: str) -> ibis.Deferred:
    """Whether a column has several values among the rows that share another one's."""
    window = ibis.window(group_by=within)
    return _[column].min().over(window) < _[column].max().over(window)


RULES = (
    Rule("customer-id-missing", "customer_id", "is missing or blank", _.customer_id == ""),
    Rule(
        "customer-id-control",
        "customer_id",
        "holds a NUL or another control character",
        _.customer_id.re_search(CONTROL),
    ),
    Rule(
        "customer-id-too-long",
        "customer_id",
        f"has more than {LONGEST_ID} characters",
        _.customer_id.length() > LONGEST_ID,
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
    Rule("amount-infinite", "amount", "is infinite", _.amount.isinf()),
    Rule("amount-too-large", "amount", "is beyond 1e15", _.amount.abs() > LARGEST_AMOUNT),
    Rule(
        "order-of-two-customers",
        "order_id",
        "stands under two customers",
        (_.order_id != "") & _differs("customer_id", within="order_id"),
    ),
    Rule("zero-amount", "amount", "is zero, so not a purchase", _.amount == 0, faulty=False),
    Rule("refund", "amount", "is negative, so a refund", _.amount < 0, faulty=False),
)
TORN = Rule(
    "row-torn", "", "a line does not have the header's number of fields", ibis.literal(False)
)
