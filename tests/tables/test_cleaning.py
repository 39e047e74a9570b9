from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pytest

import clv
from clv.errors import InputRefused, NoRows, TooManyFaulty

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
        }
    ]


def test_set_aside_refunds_and_zeros_do_not_count_against_max_faulty(csv):
    path = csv("a,2024-01-01,5", "a,2024-01-02,-1", "a,2024-01-03,0")
    assert clv.load(path, max_faulty=0.0, refunds="set_aside").rows["quarantined"] == 2


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


# What is known when ------------------------------------------------------------------------------

LATE = "customer_id,date,amount,known_at"


def test_a_row_that_became_known_after_as_of_is_not_seen(csv):
    rows = ("a,2024-01-01,5,2024-01-02", "a,2024-01-03,7,2024-02-01", "b,2024-01-04,9,")
    path = csv(*rows, header=LATE)
    log = clv.load(path, as_of="2024-01-31")
    assert (log.rows["accepted"], log.rows["outside_window"]) == (2, 1)
    assert [m.text for m in log.messages] == [
        "Left out: 1 row after as_of 2024-01-31, or known only then."
    ]
    whole = clv.load(path)
    assert whole.as_of == date(2024, 2, 1)  # the last day on which something became known
    assert len(whole.purchase_days()) == 3
    pd.testing.assert_frame_equal(whole.purchase_days("2024-01-31"), log.purchase_days())


def test_without_a_day_a_row_is_known_on_its_own(csv):
    log = clv.load(csv("a,2024-01-01,5,", "a,2024-01-03,7,NULL", header=LATE))
    assert log.as_of == date(2024, 1, 3)


@pytest.mark.parametrize("far", ["2031-01-01", "9999-12-31"])
def test_what_is_known_only_after_the_run_does_not_move_as_of(csv, far):
    path = csv("a,2024-01-01,5,", f"a,2024-01-03,7,{far}", header=LATE)
    log = clv.load(path, run_date="2024-06-30")
    assert (log.as_of, log.rows["outside_window"]) == (date(2024, 1, 1), 1)


def test_the_default_as_of_is_a_day_of_a_purchase_not_of_a_row_set_aside(csv):
    path = csv("a,2024-01-01,5", "a,2024-06-01,0")
    assert clv.load(path).as_of == date(2024, 1, 1)


# A last day that stands alone -------------------------------------------------------------------


def mistyped(day, n=300):
    """A row a day, and the last but one of another day."""
    rows = [f"c{n % 40},{date(2023, 1, 1) + timedelta(n)},5" for n in range(n)]
    return [*rows[:-1], f"c1,{day},5", rows[-1]]


@pytest.mark.parametrize("n", [20, 300])
def test_a_date_mistyped_cannot_set_the_default_as_of(csv, n):
    path = csv(*mistyped("2025-10-05", n))
    told = rf"would be 2025-10-05, .*1 row, of 2025-10-05, .*line {n + 1}.*name as_of"
    with pytest.raises(InputRefused, match=told) as caught:
        clv.load(path, run_date="2025-12-31")
    assert (caught.value.column, caught.value.line) == ("date", n + 1)
    named = clv.load(path, as_of="2023-12-31")
    assert (named.rows["accepted"], named.rows["outside_window"]) == (n, 1)
    assert "isolated-days" in {
        message.code for message in clv.load(path, as_of="2025-11-01").messages
    }


def test_a_day_on_which_a_row_became_known_can_be_mistyped_too(csv):
    rows = [f"{row},{row.split(',')[1]}" for row in mistyped("2023-02-01")]
    rows[7] = rows[7].rpartition(",")[0] + ",2025-10-05"
    with pytest.raises(InputRefused, match=r"1 row, of 2025-10-05, .*line 9\)"):
        clv.load(csv(*rows, header=LATE), run_date="2025-12-31")


def test_a_first_day_that_stands_alone_is_told(csv):
    log = clv.load(csv(*mistyped("1980-01-01")))
    (message,) = log.messages
    assert (message.level, message.code, message.column) == ("warning", "isolated-days", "date")
    assert "1 row, of 1980-01-01, 15,706 days away" in message.text


def test_years_of_two_digits_are_asked_back_with_their_letter(csv):
    with pytest.raises(TooManyFaulty, match=r"where years have two digits.*%y"):
        clv.load(csv("a,05.01.24,5", "a,06.01.24,5"), format={"date_format": "%d.%m.%Y"})


@pytest.mark.slow
def test_one_bad_amount_in_five_million_rows_is_named_with_its_line(tmp_path):
    path, n = tmp_path / "orders.csv", 5_000_000
    number = np.arange(n)
    columns = {
        "customer_id": number % 500_000,
        "date": np.datetime64("2024-01-01") + number % 300,
        "amount": (number % 900 + 1) / 4,
    }
    csv_options = pyarrow.csv.WriteOptions(quoting_style="none")
    pyarrow.csv.write_csv(pa.table(columns), path, csv_options)
    with path.open("r+b") as file:
        content = file.read(80_000_000)
        at = content.index(b"\n", 79_999_000) + 1
        end = content.index(b"\n", at)
        line = content.count(b"\n", 0, at) + 1
        file.seek(end - 1)
        file.write(b"x")
    loaded = clv.load(path)
    assert loaded.rows["in"] == n
    assert loaded.quarantine["line"].tolist() == [line]
    assert loaded.quarantine["text"].str.endswith("x").all()
    assert f"in 1 row `amount` cannot be read as a number (first: line {line} " in (
        loaded.messages[0].text
    )
