import pytest

import clv
from clv.errors import NoRows, TooManyFaulty

HEADER = "customer_id,date,amount,order_id"


def test_the_account_says_how_many_rows_went_where_and_why(csv):
    path = csv(
        "a,2024-01-01,5,1",
        "a,2024-01-01,5,1",
        "b,2024-01-02,x,2",
        "b,2024-01-02,0,3",
        "b,2024-12-31,5,4",
        header=HEADER,
    )
    account = clv.load(path, as_of="2024-06-30", max_faulty=0.2).account
    assert account.values.tolist() == [
        ["in", "", 5],
        ["accepted", "", 1],
        ["quarantined", "amount-not-a-number", 1],
        ["quarantined", "zero-amount", 1],
        ["duplicates", "", 1],
        ["outside_window", "", 1],
    ]


def test_faulty_comes_before_duplicate_and_duplicate_before_outside_the_window(csv):
    path = csv(
        *["a,2024-12-31,5,1"] * 2, *["a,2024-12-31,x,2"] * 2, "a,2024-01-01,5,3", header=HEADER
    )
    rows = clv.load(path, as_of="2024-06-30", max_faulty=0.5).rows
    assert list(rows.values()) == [5, 1, 2, 1, 1]


def test_a_row_set_aside_keeps_its_line_its_column_and_its_text(csv):
    path = csv("a,2024-01-01,5", "b,2024-01-02,₺120")
    found = clv.load(path, max_faulty=0.5).quarantine.to_dict("records")
    assert found == [
        {
            "file": "orders.csv",
            "line": 3,
            "reason": "amount-not-a-number",
            "column": "amount",
            "text": "₺120",
            "amount": pytest.approx(float("nan"), nan_ok=True),
        }
    ]


def test_set_aside_refunds_and_zeros_do_not_count_against_max_faulty(csv):
    path = csv("a,2024-01-01,5", "a,2024-01-02,-1", "a,2024-01-03,0")
    assert clv.load(path, max_faulty=0.0).rows["quarantined"] == 2


def test_the_limit_itself_is_still_allowed(csv):
    path = csv(*["a,2024-01-01,5"] * 19, "a,2024-01-01,x")
    assert clv.load(path).rows["quarantined"] == 1
    with pytest.raises(TooManyFaulty, match=r"1 of 20 rows .* max_faulty allows \(0\.04\)"):
        clv.load(path, max_faulty=0.04)


def test_the_refusal_carries_the_column_and_the_line(csv):
    with pytest.raises(TooManyFaulty) as caught:
        clv.load(csv("a,2024-01-01,5", "a,2024-01-01,x"))
    assert (caught.value.column, caught.value.line) == ("amount", 3)


def test_a_file_of_faults_alone_has_no_last_day(csv):
    with pytest.raises(NoRows, match="None of the 1 rows is a purchase"):
        clv.load(csv("a,no,5"), max_faulty=1.0)
