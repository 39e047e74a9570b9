import pandas as pd
import pytest

import clv


def messages(csv, *ids, code="id-look-alike"):
    log = clv.load(csv(*(f"{name},2024-01-{n % 28 + 1:02},5" for n, name in enumerate(ids, 1))))
    return log, [m for m in log.messages if m.code == code]


@pytest.mark.parametrize(
    "pair",
    [
        ("00012", "12"),
        ("Ada", "ADA"),
        ("a 1", "a1"),
        ("0", "000"),
        ("ş\u00a0x", "ŞX"),
        ("12.0", "012"),
        ('"=""12"""', "12"),
        ("1\u200e2", "12"),
    ],
)
def test_ids_that_look_alike_are_counted_and_never_merged_or_told(csv, pair):
    log, (message,) = messages(csv, *pair, "other")
    assert message.level == "warning"
    assert message.text.startswith("2 ids look like another one")
    assert "Ada" not in message.text
    assert len(clv.customer_summary(log)) == 3


def test_all_ids_are_counted(csv):
    _, (message,) = messages(csv, "x", "X", "7", "07", "007", "y")
    assert message.text.startswith("5 ids look like another one")


def test_ids_of_one_length_with_leading_zeros_are_in_order(csv):
    assert messages(csv, "00012", "00013", "x0001", "x1", "NA", "1.05", "1")[1] == []


@pytest.mark.parametrize("cut", ["1.20E+11", "1E+11", '"1,2E+11"', "1.2e11"])
def test_numbers_that_a_spreadsheet_cut_are_told(csv, cut):
    _, (message,) = messages(csv, *[cut] * 30, "other", code="id-scientific")
    assert message.level == "warning"
    assert message.text.startswith("1 ids with 28 purchases are numbers such as 1.2E+11")


def test_ids_with_an_e_within_are_no_cut_numbers(csv):
    assert messages(csv, "12E4A", "E11", "1E", "12.5E", "0x1e3", code="id-scientific")[1] == []


def equal(log):
    return [m for m in log.messages if m.code == "equal-rows"]


def test_a_log_that_is_there_twice_is_told_where_no_order_shows_it(csv):
    lines = [f"c{n},2024-01-{n % 28 + 1:02},{n},{n}" for n in range(40)]
    header = "customer_id,date,amount"
    purchases = [line.rpartition(",")[0] for line in lines]
    (message,) = equal(clv.load(csv(*purchases, *purchases, header=header)))
    assert message.text.startswith("100% of the rows are equal to another one")
    assert not equal(clv.load(csv(*purchases, *purchases[:13], header=header)))
    assert not equal(clv.load(csv(*lines, *lines, header=f"{header},order_id")))


def test_of_a_large_log_some_days_are_looked_at(monkeypatch):
    monkeypatch.setattr("clv.tables.lookalikes.LARGE", 50)
    days = pd.date_range("2024-01-01", periods=64)
    log = pd.DataFrame({"customer_id": "a", "date": days, "amount": 5.0})
    assert not equal(clv.load(log))
    (message,) = equal(clv.load(pd.concat([log, log])))
    assert message.text.startswith("100% of the rows")
