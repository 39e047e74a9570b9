import gzip
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clv
from clv.errors import (
    BadParameter,
    ColumnsMissing,
    InputRefused,
    NoRows,
    SourceUnreadable,
    TooManyFaulty,
    UsageError,
)
from clv.tables import declared

GOOD = ("00012,2024-01-03,10.50", "12,2024-01-03,7", "12,2024-02-01,8.25")


@pytest.fixture(scope="module")
def cdnow():
    return clv.load("cdnow")


def rows_add_up(rows):
    return rows["in"] == sum(rows[fate] for fate in rows if fate != "in")


# The samples -----------------------------------------------------------------------------------


def test_cdnow_holds_every_purchase_of_its_customers(cdnow):
    days = cdnow.purchase_days()
    assert cdnow.rows["accepted"] == 69_659  # equal lines are genuine purchases
    assert days["customer_id"].nunique() == 23_570
    assert days["amount"].sum() == pytest.approx(2_500_315.63)
    assert (cdnow.as_of, cdnow.currency, cdnow.births) == (date(1998, 6, 30), "USD", "observed")


def test_the_cdnow_sample_names_customers_as_the_whole_of_cdnow_does(cdnow):
    sample = clv.load("cdnow-sample")
    own = sample.purchase_days()
    whole = cdnow.purchase_days().set_index("customer_id").loc[own["customer_id"].unique()]
    assert sample.rows["accepted"] == 6_919
    assert own["customer_id"].iloc[0] == "00004"
    pd.testing.assert_frame_equal(whole.reset_index(), own)


def test_a_sample_says_nothing_of_days_after_its_end():
    with pytest.raises(BadParameter, match="until 1998-06-30, where this sample ends"):
        clv.load("cdnow-sample", as_of="1998-07-01")


def test_what_a_sample_declares_can_be_overruled():
    kept = clv.load("cdnow-sample", zero_amounts="set_aside", as_of="1997-09-30", currency="EUR")
    assert kept.account["reason"].tolist() == ["", "", "zero-amount", ""]
    assert kept.currency == "EUR"


# The way in ------------------------------------------------------------------------------------


def test_ids_are_text_so_that_leading_zeros_tell_customers_apart(csv):
    loaded = clv.load(csv(*GOOD))
    assert set(loaded.purchase_days()["customer_id"]) == {"00012", "12"}


def test_columns_may_have_any_name_once_it_is_declared(csv):
    path = csv("a,2024-01-03,x,5", header="Uid,Buy Ts,note,Revenue")
    mapping = {"customer_id": "Uid", "date": "Buy Ts", "amount": "Revenue"}
    assert clv.load(path, columns=mapping).purchase_days()["amount"].tolist() == [5.0]


def test_csv_gzip_parquet_a_glob_and_a_frame_give_the_same_purchases(csv, tmp_path):
    path = csv(*GOOD)
    expected = clv.load(path).purchase_days()
    packed = tmp_path / "orders.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    frame = pd.read_csv(path, dtype={"customer_id": str}, parse_dates=["date"])
    for part in (0, 1):
        frame.iloc[part::2].to_parquet(tmp_path / f"part_{part}.parquet")
    for source in (packed, str(tmp_path / "part_*.parquet"), frame):
        pd.testing.assert_frame_equal(clv.load(source).purchase_days(), expected)


def test_purchases_on_one_day_are_one_purchase_day(csv):
    days = clv.load(csv("a,2024-01-03T09:00,0.1", "a,2024-01-03T21:00,0.2")).purchase_days()
    assert days.to_dict("records") == [
        {"customer_id": "a", "date": pd.Timestamp("2024-01-03"), "amount": 0.3}
    ]


def test_transactions_come_back_as_they_are(cdnow):
    assert clv.load(cdnow) is cdnow


def test_an_empty_text_stands_for_the_default_as_in_a_notebook(csv):
    loaded = clv.load(csv(*GOOD), as_of="", run_date="", currency="")
    assert loaded.as_of == date(2024, 2, 1)
    assert loaded.currency is None


# The window ------------------------------------------------------------------------------------


def test_the_default_as_of_is_the_last_day_that_is_not_in_the_future(csv):
    loaded = clv.load(csv(*GOOD, "a,2031-06-01,5"), run_date="2024-12-31", max_faulty=0.5)
    assert loaded.as_of == date(2024, 2, 1)
    assert loaded.quarantine["reason"].tolist() == ["date-in-the-future"]


def test_the_clock_is_never_read_once_as_of_is_named(csv, monkeypatch):
    class NoClock(date):
        @classmethod
        def today(cls):
            raise AssertionError

    monkeypatch.setattr(declared, "date", NoClock)
    assert clv.load(csv(*GOOD), as_of="2024-01-31").rows["outside_window"] == 1
    assert clv.load(csv(*GOOD), run_date="2024-12-31").rows["accepted"] == 3


def test_the_day_as_of_counts_to_its_last_minute(csv):
    path = csv("a,2024-01-31T23:59:59,5", "a,2024-02-01T00:00,5")
    rows = clv.load(path, as_of="2024-01-31").rows
    assert (rows["accepted"], rows["outside_window"]) == (1, 1)


def test_as_of_after_run_date_would_be_a_claim_about_the_future(csv):
    with pytest.raises(BadParameter, match="a day that is over on run_date 2024-03-01"):
        clv.load(csv(*GOOD), as_of="2024-03-02", run_date="2024-03-01")


# The account -----------------------------------------------------------------------------------

CELLS = {
    "customer_id": ["a", "b", "", "\u00a0", "c ", "x" * 300],
    "date": ["2024-01-01", "2024-02-03", "2024-12-31", "", "no", "1900-01-01", "2031-01-01"],
    "amount": ["1", "0", "-2.5", "", "inf", "1e20", "12,5", "3.75"],
    "order_id": ["1", "2", ""],
}


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=st.lists(
        st.tuples(*(st.sampled_from(cells) for cells in CELLS.values())), min_size=1, max_size=30
    ),
    torn=st.integers(0, 3),
)
def test_rows_in_are_accepted_quarantined_duplicates_or_outside_the_window(tmp_path, rows, torn):
    path = tmp_path / "orders.csv"
    lines = [",".join(f'"{cell}"' for cell in row) for row in rows] + ["torn"] * torn
    path.write_text("\n".join([",".join(CELLS), "z,2024-01-01,5,99", *lines, ""]))
    loaded = clv.load(path, as_of="2024-06-30", max_faulty=1.0)
    assert loaded.rows["in"] == len(rows) + torn + 1
    assert rows_add_up(loaded.rows)
    assert len(loaded.quarantine) == loaded.rows["quarantined"]
    assert loaded.account["rows"].iloc[1:].sum() == loaded.rows["in"]
    table, out = loaded.table.to_pyarrow().to_pandas(), set(loaded.quarantine["line"])
    if (table["amount"] < 0).any():  # where nothing is refunded, a day's purchases are one row
        assert len(table) == loaded.rows["accepted"]
    assert set(zip(table["customer_id"], table["date"].astype(str), strict=True)) == {
        ("z", "2024-01-01"),
        *(
            (customer.strip(), day)
            for line, (customer, day, *_) in enumerate(rows, start=3)
            if line not in out and day <= "2024-06-30"
        ),
    }


def test_zero_amounts_are_set_aside_unless_they_are_declared_purchases(csv):
    path = csv(*GOOD, "a,2024-01-05,0")
    assert clv.load(path).quarantine["reason"].tolist() == ["zero-amount"]
    assert clv.load(path, zero_amounts="purchase").rows["accepted"] == 4


def test_refunds_are_netted_unless_something_else_is_declared(csv):
    loaded = clv.load(csv("a,2024-01-01,200", "a,2024-01-05,-5"))
    assert loaded.rows["accepted"] == 2
    assert loaded.purchase_days()["amount"].tolist() == [195]


def test_refunds_set_aside_are_told_as_a_share_of_revenue(csv):
    loaded = clv.load(csv("a,2024-01-01,200", "a,2024-01-05,-5"), refunds="set_aside")
    (message,) = loaded.messages
    assert message.code == "refund"
    assert "2.50% of revenue" in message.text


def test_refunds_can_be_refused(csv):
    with pytest.raises(InputRefused, match=r"in 1 row `amount` is negative.*line 3 '-5'"):
        clv.load(csv("a,2024-01-01,200", "a,2024-01-05,-5"), refunds="refuse")


def test_what_is_offered_for_refunds_is_told():
    with pytest.raises(BadParameter, match=r"`refunds` must be one of \['net', 'set_aside', 'r"):
        clv.load("cdnow-sample", refunds="keep")


def test_too_many_faulty_rows_are_a_misread_format(csv):
    with pytest.raises(TooManyFaulty, match=r"2 of 5 rows .*line 5 '03/04/2024'.*date_format"):
        clv.load(csv(*GOOD, "a,03/04/2024,5", "a,04/04/2024,5"))


# Refusals --------------------------------------------------------------------------------------


def test_a_path_that_is_not_there_is_a_typing_error():
    with pytest.raises(UsageError, match=r"There is no file nowhere\.csv") as caught:
        clv.load("nowhere.csv")
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("source", [3, None, ["cdnow"]])
def test_a_source_that_is_nothing_to_read_is_refused(source):
    with pytest.raises(BadParameter, match="`source` must be a path"):
        clv.load(source)


def test_missing_columns_are_named_with_those_found_and_the_nearest(csv):
    with pytest.raises(ColumnsMissing, match=r"lacks `amount`; it has .*Did you mean `Amount`"):
        clv.load(csv("a,2024-01-01,5", header="customer_id,date,Amount"))


def test_a_file_without_a_purchase_is_refused_with_the_reasons(csv):
    with pytest.raises(NoRows, match=r"None of the 2 rows is a purchase: in 1 row .*; 1 row after"):
        clv.load(csv("a,2024-01-01,0", "a,2025-01-01,5"), as_of="2024-06-30")


def test_a_time_zone_must_be_known(csv):
    with pytest.raises(BadParameter, match="`timezone` must be a name such as 'Europe/Istanbul'"):
        clv.load(csv(*GOOD), timezone="Mars/Olympus")


# Saving ----------------------------------------------------------------------------------------


def test_what_is_saved_comes_back_whole(csv, tmp_path):
    saved = clv.load(csv(*GOOD, "a,2024-01-05,0", "ü,2024-01-05,-1"), currency="TRY")
    back = clv.load(saved.save(tmp_path / "prepared"), as_of="2024-02-01")
    pd.testing.assert_frame_equal(back.purchase_days(), saved.purchase_days())
    pd.testing.assert_frame_equal(back.quarantine, saved.quarantine)
    pd.testing.assert_frame_equal(back.account, saved.account)
    settled = ("as_of", "currency", "prices", "margin", "births", "source", "rows", "messages")
    for name in (*settled, "input_hashes"):
        assert getattr(back, name) == getattr(saved, name)


def test_equal_purchases_are_saved_as_equal_bytes_whatever_their_order(csv, tmp_path):
    one = clv.load(csv(*GOOD, name="one.csv")).save(tmp_path / "1")
    two = clv.load(csv(*reversed(GOOD), name="two.csv")).save(tmp_path / "2")
    assert (one / "transactions.parquet").read_bytes() == (
        two / "transactions.parquet"
    ).read_bytes()
    assert json.loads((one / "transactions.json").read_text())["rows"]["accepted"] == 3


def test_a_saved_folder_cannot_be_read_for_another_day(csv, tmp_path):
    folder = clv.load(csv(*GOOD)).save(tmp_path / "prepared")
    with pytest.raises(BadParameter, match=r"'2024-02-01', the day that .* was cleaned for"):
        clv.load(folder, as_of="2024-01-31")


def test_a_damaged_folder_is_refused(csv, tmp_path):
    folder = clv.load(csv(*GOOD)).save(tmp_path / "prepared")
    (folder / "transactions.json").write_text("{")
    with pytest.raises(SourceUnreadable, match="prepared was not saved whole"):
        clv.load(folder)


def test_inputs_are_known_by_their_digest(csv):
    path = csv(*GOOD)
    hashes = clv.load(path).input_hashes
    assert hashes.keys() == {"orders.csv"}
    frame = pd.DataFrame({"customer_id": ["a"], "date": [pd.Timestamp("2024-01-01")], "amount": 1})
    again = clv.load(frame.copy()).input_hashes
    assert clv.load(frame).input_hashes == again
    assert clv.load(frame.assign(amount=2)).input_hashes != again


def test_money_is_added_exactly_so_that_no_order_of_threads_shows():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {"customer_id": "a", "date": pd.Timestamp("2024-01-01"), "amount": rng.uniform(0, 9, 2000)}
    )
    frame["amount"] = frame["amount"].round(2)
    cents = (frame["amount"] * 100).round().astype(int).sum()
    assert clv.load(frame).purchase_days()["amount"].tolist() == [cents / 100]
