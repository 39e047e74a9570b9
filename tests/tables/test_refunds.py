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
        bought = [list(row) for row in own if row[1] >= 0]
        back = [[day, Fraction(-amount), order] for day, amount, order in own if amount < 0]
        back = paired(bought, back, lambda left, right: left[2] == right[2] != "")
        back = cancelled_orders(bought, back)
        back = paired(bought, [row for row in back if row[2] is not None], lambda *_: True) + [
            row for row in back if row[2] is None
        ]
        for day, amount in spread(bought, back).items():
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


def cancelled_orders(bought, back):
    """Take out orders that the refunds naming them cover; the refunds that are left."""
    for order in {row[2] for row in bought} - {""}:
        lines = [row for row in bought if row[2] == order]
        names = [row for row in back if row[2] == order and row[0] >= min(p[0] for p in lines)]
        beyond = sum(row[1] for row in names) - sum(row[1] for row in lines)
        if names and beyond >= 0:
            bought[:] = [row for row in bought if row[2] != order]
            rest = [[max(row[0] for row in names), beyond, None]] if beyond else []
            back = [row for row in back if row not in names] + rest
    return back


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


@pytest.mark.parametrize("until", [2, 5, 9])
def test_netting_agrees_with_a_plain_account_on_every_day(con, until):
    rows = random_rows(seed=until)
    expected = told_slowly([row for row in rows if row[1] <= until])
    found = netted(con, rows, until)
    assert found.keys() == expected.keys()
    for key, amount in expected.items():
        assert abs(Fraction(found[key]) - amount) < Fraction(1, 10**7)


@pytest.mark.parametrize("width", [3, 4])
def test_what_is_left_is_what_was_spent_less_what_was_given_back_to_the_last_digit(con, width):
    rows = [row[:width] for row in random_rows(seed=1)]
    found = netted(con, rows)
    for customer in {row[0] for row in rows}:
        own = [row for row in rows if row[0] == customer]
        left = sum(amount for (who, _), amount in found.items() if who == customer)
        assert left >= 0
        last = max((row[1] for row in own if row[2] > 0), default=None)
        early = [row for row in own if row[2] < 0 and (last is None or row[1] < last)]
        if not early:  # else a refund may have met less than it gave back
            assert left == max(sum(row[2] for row in own), 0)


def test_netting_does_not_depend_on_the_order_of_rows(con):
    rows = random_rows(seed=2)
    assert netted(con, rows) == netted(con, rows[::-1])


def test_netting_is_the_same_in_postgresql(con, postgres):
    from psycopg.conninfo import conninfo_to_dict

    from clv.tables.postgres import connect

    rows = random_rows(seed=3, customers=60)
    assert netted(connect(conninfo_to_dict(postgres), "env:SHOP"), rows) == netted(con, rows)


# The rule in single cases ------------------------------------------------------------------------


def one(con, *rows, until=10_000):
    return {day: float(amount) for (_, day), amount in netted(con, rows, until).items()}


def test_a_refund_that_equals_a_purchase_cancels_the_latest_one_before_it(con):
    rows = [("a", 0, 50), ("a", 5, 50), ("a", 7, -50), ("a", 9, 50)]
    assert one(con, *rows) == {0: 50, 9: 50}


def test_a_refund_cancels_a_purchase_of_its_own_day(con):
    assert one(con, ("a", 0, 20), ("a", 5, -50), ("a", 5, 50)) == {0: 20}


def test_two_refunds_never_cancel_one_purchase(con):
    assert one(con, ("a", 0, 50), ("a", 1, 30), ("a", 2, -30), ("a", 3, -30)) == {0: 20}


def test_a_refund_that_names_an_order_cancels_that_one_and_all_its_lines(con):
    rows = [("a", 0, 60.0, "1"), ("a", 0, 40.0, "1"), ("a", 5, 100.0, "2"), ("a", 9, -100.0, "1")]
    assert one(con, *rows) == {5: 100}


def test_a_refund_of_one_line_of_an_order_cancels_that_line(con):
    rows = [("a", 0, 60.0, "1"), ("a", 0, 40.0, "1"), ("a", 5, 60.0, "2"), ("a", 9, -60.0, "1")]
    assert one(con, *rows) == {0: 40, 5: 60}


def test_a_refund_of_a_part_of_an_order_moves_no_purchase_day(con):
    assert one(con, ("a", 0, 60.0, "1"), ("a", 5, 20.0, "2"), ("a", 9, -8.0, "2")) == {0: 54, 5: 18}


def test_an_order_cannot_be_given_back_before_it_was_placed(con):
    rows = [("a", 0, 10.0, "1"), ("a", 4, -5.0, "2"), ("a", 5, 5.0, "2")]
    assert one(con, *rows) == {0: 5, 5: 5}


def test_any_other_refund_reduces_earlier_spend_in_proportion_and_moves_no_day(con):
    rows = [("a", 0, 100), ("a", 5, 50), ("a", 7, -30), ("a", 9, 20)]
    assert one(con, *rows) == {0: 80, 5: 40, 9: 20}


def test_what_exceeds_the_spend_is_left_out_and_later_purchases_stay_whole(con):
    assert one(con, ("a", 0, 10), ("a", 5, -500), ("a", 9, 20)) == {0: 0, 9: 20}


def test_a_customer_who_only_gave_back_has_bought_nothing(con):
    assert one(con, ("a", 0, 10), ("b", 5, -500)) == {0: 10}


def test_an_earlier_day_sees_no_later_refund(con):
    rows = [("a", 0, 50), ("a", 5, 50), ("a", 7, -50), ("a", 9, -20)]
    assert one(con, *rows, until=6) == {0: 50, 5: 50}
    assert one(con, *rows, until=8) == {0: 50}
    assert one(con, *rows, until=9) == {0: 30}


def test_refunds_find_their_purchase_by_what_was_paid_then_not_by_restated_amounts(con):
    rows = table(con, [("a", 0, 50), ("a", 40, -50), ("a", 50, 70)])
    restated = rows.mutate(amount=rows["amount"] * (3 - rows["date"].month()))
    found = days.until(restated, date(2025, 1, 1)).to_pyarrow().to_pylist()
    assert [float(row["amount"]) for row in found] == [70]


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


def test_what_was_netted_is_told(csv):
    back = ("a,2024-03-01,-50,", "b,2024-03-02,-4,", "b,2024-03-03,-8,", "c,2024-03-03,-1,")
    (message,) = clv.load(csv(*GOOD, *back, header=HEADER)).messages
    assert (message.level, message.code) == ("info", "refunds-netted")
    assert (
        "in 4 rows `amount` is negative, so a refund, 63.00 in all (39.38% of revenue)"
        in message.text
    )
    assert "1 cancelled a purchase, 3 reduced" in message.text
    assert "3.00 were given back beyond that" in message.text


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
