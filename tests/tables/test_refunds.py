"""Refunds against a plain account of them: one customer, refund after refund, in fractions."""

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import clv
from clv.errors import InputRefused, NoRows
from clv.tables import days, engine, refunds

START = date(2024, 1, 1)
HEADER = "customer_id,date,amount,order_id"


@pytest.fixture(scope="module")
def con():
    return engine.connect()


def table(con, rows):
    """Rows of customer, day, amount, order as the marked table that cleaning leaves."""
    names = ("customer_id", "date", "amount", "order_id")[: len(rows[0])]
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    columns["date"] = [START + timedelta(day) for day in columns["date"]]
    columns["amount"] = [float(amount) for amount in columns["amount"]]
    return refunds.mark(engine.of_arrow(con, "rows", pa.table(columns)))


def netted(con, rows, until=10_000):
    """Amount by customer and day."""
    found = days.until(table(con, rows), START + timedelta(until)).to_pyarrow().to_pylist()
    return {(row["customer_id"], (row["date"] - START).days): row["amount"] for row in found}


# A plain account ---------------------------------------------------------------------------------


def told_slowly(rows):
    """The same by loops, exactly."""
    answer = {}
    for customer in {row[0] for row in rows}:
        own = sorted((row[1], row[2], row[3]) for row in rows if row[0] == customer)
        bought = [[day, Fraction(amount), order] for day, amount, order in own if amount >= 0]
        back = [[day, Fraction(-amount), order] for day, amount, order in own if amount < 0]
        placed = {row[2]: row[0] for row in reversed(bought) if row[2]}
        names = [row for row in back if row[2] in placed and placed[row[2]] <= row[0]]
        others = [row for row in back if row not in names]
        names = paired(bought, names, lambda left, right: left[2] == right[2])
        reduced, beyond = [], []
        for order in {row[2] for row in names}:
            parts, more = taken(order, bought, [row for row in names if row[2] == order])
            bought = [row for row in bought if row[2] != order]
            reduced, beyond = reduced + parts, beyond + more
        bought += reduced
        others = paired(bought, others, lambda *_: True)
        for day, amount in spread(bought, others + beyond).items():
            answer[customer, day] = amount
    return answer


def paired(bought, back, fits):
    """Take out purchases that equal a refund, the latest first; what is left of the refunds."""
    left = []
    for refund in sorted(back, key=lambda row: row[0]):
        same = [p for p in bought if p[1] == refund[1] and p[0] <= refund[0] and fits(p, refund)]
        if same:
            bought.remove(max(same, key=lambda row: row[0]))
        else:
            left.append(refund)
    return left


def taken(order, bought, back):
    """What refunds leave of the lines of the order that they name, and what is beyond it."""
    lines = [row for row in bought if row[2] == order]
    worth, given = (sum(row[1] for row in rows) for rows in (lines, back))
    if given >= worth:
        rest = [max(row[0] for row in back), given - worth, ""]
        return [], [rest] if given > worth else []
    return [[day, amount * (worth - given) / worth, order] for day, amount, _ in lines], []


def spread(bought, back):
    """What each purchase day keeps after every other refund."""
    kept = {}
    for day, amount, _ in bought:
        kept[day] = kept.get(day, 0) + Fraction(amount)
    for day, amount, _ in sorted(back, key=lambda row: row[0]):
        spent = sum(value for when, value in kept.items() if when <= day)
        share = max(1 - amount / spent, 0) if spent else 1
        kept = {when: value * share if when <= day else value for when, value in kept.items()}
    return kept


def random_rows(seed, *, customers=400, most=14):
    """Short, tangled histories in which amounts and orders often meet."""
    rng = np.random.default_rng(seed)
    n = rng.integers(1, most, customers)
    size = n.sum()
    amounts = rng.choice([10, 20, 30, 40, -10, -20, -25, -60], size)
    columns = (np.repeat(np.arange(customers), n), rng.integers(0, 9, size), amounts)
    orders = rng.choice(["", "1", "2"], size)
    return [(f"c{c}", int(d), int(a), str(o)) for c, d, a, o in zip(*columns, orders, strict=True)]


def agrees_with_the_plain_account(con, rows, until):
    expected = told_slowly([row for row in rows if row[1] <= until])
    found = netted(con, rows, until)
    assert found.keys() == expected.keys()
    for key, amount in expected.items():
        assert abs(Fraction(found[key]) - amount) < Fraction(1, 10**7)


@pytest.mark.parametrize("until", [4, 9])
def test_netting_agrees_with_a_plain_account_on_every_day(con, until):
    agrees_with_the_plain_account(con, random_rows(seed=until), until)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 30))
def test_netting_agrees_with_a_plain_account_of_many_histories(con, seed):
    rows = random_rows(seed=seed, customers=1500, most=8 + seed)
    agrees_with_the_plain_account(con, rows, until=seed % 10)


TANGLED = random_rows(seed=1)


@pytest.fixture(scope="module")
def untangled(con):
    return netted(con, TANGLED)


def test_what_is_left_is_what_was_spent_less_what_was_given_back_to_the_last_digit(untangled):
    own, left = {}, {}
    for customer, day, amount, _ in TANGLED:
        own.setdefault(customer, []).append((day, amount))
    for (customer, _), amount in untangled.items():
        left[customer] = left.get(customer, 0) + amount
    assert all(amount >= 0 for amount in left.values())
    checked = 0
    for customer, rows in own.items():
        last = max((day for day, amount in rows if amount > 0), default=None)
        if last is None or any(day < last for day, amount in rows if amount < 0):
            continue  # a refund may have met less than it gave back
        assert left.get(customer, 0) == max(sum(amount for _, amount in rows), 0)
        checked += 1
    assert checked > 50


def test_netting_does_not_depend_on_the_order_of_rows(con, untangled):
    assert netted(con, TANGLED[::-1]) == untangled


def test_netting_is_the_same_in_postgresql(untangled, postgres):
    from psycopg.conninfo import conninfo_to_dict

    from clv.tables.postgres import connect

    assert netted(connect(conninfo_to_dict(postgres), "env:SHOP"), TANGLED) == untangled


# The rule in single cases ------------------------------------------------------------------------

CASES = {  # rows of day, amount, order, and what each purchase day keeps
    "a refund that equals a purchase cancels the latest one before it": (
        [(0, 50), (5, 50), (7, -50), (9, 50)],
        {0: 50, 9: 50},
    ),
    "a refund cancels a purchase of its own day": ([(0, 20), (5, -50), (5, 50)], {0: 20}),
    "two refunds never cancel one purchase": ([(0, 50), (1, 30), (2, -30), (3, -30)], {0: 20}),
    "a refund that names an order cancels that one and all its lines": (
        [(0, 60, "1"), (0, 40, "1"), (5, 100, "2"), (9, -100, "1")],
        {5: 100},
    ),
    "a refund of one line of an order cancels that line": (
        [(0, 60, "1"), (0, 40, "1"), (5, 60, "2"), (9, -60, "1")],
        {0: 40, 5: 60},
    ),
    "a refund of a part of an order reduces that order alone": (
        [(0, 60, "1"), (5, 20, "2"), (9, -8, "2"), (11, 5, "3")],
        {0: 60, 5: 12, 11: 5},
    ),
    "lines of an order share what is given back of it": (
        [(0, 60, "1"), (2, 30, "1"), (2, 7, "2"), (3, -45, "1")],
        {0: 30, 2: 22},
    ),
    "parts of an order that are all of it cancel it": (
        [(0, 60, "1"), (2, 7, "2"), (3, -45, "1"), (4, -15, "1")],
        {2: 7},
    ),
    "what exceeds an order is taken in proportion": (
        [(0, 60, "1"), (1, 10, "2"), (2, -30, "2"), (3, 5, "3")],
        {0: 40, 3: 5},
    ),
    "a line that comes late is a part of the order that was given back": (
        [(0, 60, "1"), (1, 10, "2"), (2, -30, "2"), (3, 40, "2")],
        {0: 60, 1: 4, 3: 16},
    ),
    "what is left of an order can be cancelled by a refund that equals it": (
        [(0, 20, "1"), (1, -5, "1"), (1, 40, "2"), (2, -15)],
        {1: 40},
    ),
    "an order of which a part was given back is no longer what it cost": (
        [(0, 20, "1"), (1, -5, "1"), (1, 40, "2"), (2, -20), (3, 20)],
        {0: 15 - 20 * 15 / 55, 1: 40 - 20 * 40 / 55, 3: 20},
    ),
    "an order cannot be given back before it was placed": (
        [(0, 10, "1"), (4, -5, "2"), (5, 5, "2")],
        {0: 5, 5: 5},
    ),
    "a refund that names no order we know is like one that names none": (
        [(0, 10, "1"), (4, 5, "2"), (5, -5, "R7")],
        {0: 10},
    ),
    "any other refund reduces earlier spend in proportion and moves no day": (
        [(0, 100), (5, 50), (7, -30), (9, 20)],
        {0: 80, 5: 40, 9: 20},
    ),
    "what exceeds the spend is left out and later purchases stay whole": (
        [(0, 10), (5, -500), (9, 20)],
        {0: 0, 9: 20},
    ),
    "a customer who only gave back has bought nothing": ([(5, -500)], {}),
}


@pytest.fixture(scope="module")
def all_cases(con):
    """What is left in every case, each of them a customer."""
    rows = [(case, *row, *[""] * (3 - len(row))) for case, (own, _) in CASES.items() for row in own]
    return netted(con, rows)


@pytest.mark.parametrize("case", CASES)
def test_the_rule_in_single_cases(all_cases, case):
    found = {
        day: float(amount) for (customer, day), amount in all_cases.items() if customer == case
    }
    assert found == pytest.approx(CASES[case][1])


def test_without_orders_the_rule_is_the_same(con, all_cases):
    without = [case for case, (rows, _) in CASES.items() if all(len(row) == 2 for row in rows)]
    found = netted(con, [(case, *row) for case in without for row in CASES[case][0]])
    assert found == {key: amount for key, amount in all_cases.items() if key[0] in without}


def test_an_earlier_day_sees_no_later_refund(con):
    rows = [("a", 0, 50, ""), ("a", 5, 50, "1"), ("a", 7, -50, "1"), ("a", 9, -20, "")]
    rows += [("b", 0, 60, "1"), ("b", 5, 20, "2"), ("b", 9, -8, "2")]
    early, late = (netted(con, rows, until) for until in (6, 8))
    assert early == {("a", 0): 50, ("a", 5): 50, ("b", 0): 60, ("b", 5): 20}
    assert late == {("a", 0): 50, ("b", 0): 60, ("b", 5): 20}
    assert netted(con, rows) == {("a", 0): 30, ("b", 0): 60, ("b", 5): 12}


def test_refunds_find_their_purchase_by_what_was_paid_then_not_by_restated_amounts(con):
    rows = [("a", 0, 50, ""), ("a", 40, -50, ""), ("a", 50, 70, "")]
    rows += [("b", 0, 50, "1"), ("b", 40, -25, "1"), ("b", 50, 70, "2")]
    paid = table(con, rows)
    restated = paid.mutate(amount=paid["amount"] * (3 - paid["date"].month()))
    found = days.until(restated, date(2025, 1, 1)).to_pyarrow().to_pylist()
    left = {(row["customer_id"], float(row["amount"])) for row in found}
    # Half of the order was given back, so half of what it is worth in the money of today.
    assert left == {("a", 70), ("b", 50), ("b", 70)}


# Through the door --------------------------------------------------------------------------------

GOOD = ("a,2024-01-01,100,1", "a,2024-02-01,50,2", "b,2024-02-01,10,3")


def test_a_refund_is_an_accepted_row_that_the_account_names(csv):
    log = clv.load(csv(*GOOD, "a,2024-03-01,-50,R1", header=HEADER))
    assert log.account.values.tolist() == [
        ["in", "", 4],
        ["accepted", "", 3],
        ["accepted", "refund", 1],
    ]
    assert len(log.table.to_pyarrow()) == log.rows["accepted"] == 4


def test_the_summary_of_an_earlier_day_does_not_see_a_later_refund(csv):
    log = clv.load(csv(*GOOD, "a,2024-03-01,-50,2", header=HEADER))
    assert clv.customer_summary(log)["frequency"].tolist() == [0, 0]
    early = clv.customer_summary(log, as_of="2024-02-29")
    assert early["frequency"].tolist() == [1, 0]
    again = clv.customer_summary(clv.load(csv(*GOOD, header=HEADER), as_of="2024-02-29"))
    pd.testing.assert_frame_equal(early, again)


def test_the_spend_of_an_order_is_what_is_left_of_it(csv):
    rows = ("a,2024-01-01,100,O1", "a,2024-02-01,50,O2", "a,2024-02-03,-25,O2")
    customer = clv.customer_summary(clv.load(csv(*rows, header=HEADER))).loc["a"]
    assert (customer["first_spend"], customer["monetary_value"]) == (100, 25)


def test_what_was_netted_is_told(csv):
    back = ("a,2024-03-01,-50,", "b,2024-03-02,-4,", "b,2024-03-03,-8,", "c,2024-03-03,-1,")
    (message,) = clv.load(csv(*GOOD, *back, header=HEADER)).messages
    assert (message.level, message.code) == ("info", "refunds-netted")
    assert (
        "in 4 rows `amount` is negative, so a refund, 63.00 in all (39.38% of revenue)"
        in message.text
    )
    assert "1 purchase was cancelled, the rest reduced" in message.text
    assert "3.00 were given back beyond that" in message.text


@pytest.mark.parametrize(("back", "level"), [("-79", "info"), ("-81", "warning")])
def test_more_refunds_than_half_of_revenue_are_a_warning(csv, back, level):
    (message,) = clv.load(csv(*GOOD, f"a,2024-03-01,{back},", header=HEADER)).messages
    assert (message.level, message.code) == (level, "refunds-netted")
    assert ("sign" in message.text) == (level == "warning")


def test_a_log_in_which_every_purchase_was_given_back_is_refused(csv):
    with pytest.raises(NoRows, match="Every purchase was cancelled by a refund"):
        clv.load(csv("a,2024-01-01,5", "a,2024-01-02,-5"))


def test_what_is_saved_still_nets_its_refunds(csv, tmp_path):
    log = clv.load(csv(*GOOD, "a,2024-03-01,-50,2", header=HEADER))
    back = clv.load(log.save(tmp_path / "prepared"))
    pd.testing.assert_frame_equal(back.purchase_days(), log.purchase_days())
    pd.testing.assert_frame_equal(back.purchase_days("2024-02-29"), log.purchase_days("2024-02-29"))


def test_a_refund_without_a_margin_takes_the_margin_of_its_purchase_with_it(csv):
    rows = ("a,2024-01-01,100,0.5", "a,2024-01-01,50,0.2", "a,2024-02-01,-50,")
    log = clv.load(csv(*rows, header="customer_id,date,amount,share"), margin="share")
    assert log.days().to_pyarrow()["margin"].to_pylist() == [0.5]


def test_refunds_can_be_set_aside_or_refused(csv):
    path = csv(*GOOD, "a,2024-03-01,-50,2", header=HEADER)
    assert clv.load(path, refunds="set_aside").quarantine["reason"].tolist() == ["refund"]
    with pytest.raises(InputRefused, match=r"in 1 row `amount` is negative.*line 5 '-50'"):
        clv.load(path, refunds="refuse")
