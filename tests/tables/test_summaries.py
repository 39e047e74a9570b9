"""A ready-made summary passes the same kind of door as transactions."""

import pandas as pd
import pytest

import clv
from clv.errors import BadParameter, ColumnsMissing, NoRows, TooManyFaulty, UnitUnknown
from clv.tables import contracts, summaries

HEADER = "customer_id,frequency,recency,T,monetary_value"
GOOD = [f"c{n},{n % 4},{30 * (n % 4)},{200 + n},{10 * (n % 4)}.5" for n in range(1, 60)]
GOOD = [line if int(line.split(",")[1]) else ",".join([*line.split(",")[:4], ""]) for line in GOOD]


@pytest.fixture
def load(csv):
    """Load lines under a header of the summary, by default beside good ones."""

    def load(*lines, header=HEADER, good=GOOD, **options):
        path = csv(*good, *lines, header=header, name="summary.csv")
        return summaries.load(path, **{"as_of": "2024-12-31", "unit": "D"} | options)

    return load


def test_good_rows_become_a_customer_table_that_keeps_its_contract(load):
    found = load()
    contracts.check(found.customers, contracts.SUMMARY)
    assert found.customers.attrs == {"unit": "D", "as_of": "2024-12-31", "currency": None}
    assert found.rows["in"] == found.rows["accepted"] == len(found.customers) == len(GOOD)
    assert (
        found.customers.loc["c4", "monetary_value"] != found.customers.loc["c4", "monetary_value"]
    )


@pytest.mark.parametrize(
    ("line", "reason", "column"),
    [
        (",1,5,9,3", "customer-id-missing", "customer_id"),
        ("x,,5,9,3", "frequency-missing", "frequency"),
        ("x,one,5,9,3", "frequency-not-a-number", "frequency"),
        ("x,inf,5,9,3", "frequency-not-a-number", "frequency"),
        ("x,-1,5,9,3", "frequency-negative", "frequency"),
        ("x,1.5,5,9,3", "frequency-not-whole", "frequency"),
        ("x,1,-5,9,3", "recency-negative", "recency"),
        ("x,1,5,-9,3", "t-negative", "T"),
        ("x,1,5,,3", "t-missing", "T"),
        ("x,1,10,9,3", "recency-beyond-t", "recency"),
        ("x,0,5,9,", "recency-without-repeat", "recency"),
        ("x,1,0,9,3", "repeat-without-recency", "recency"),
        ("x,6,5,9,3", "frequency-exceeds-days", "frequency"),
        ("x,1,5,9,", "monetary-value-missing", "monetary_value"),
        ("x,1,5,9,three", "monetary-value-not-a-number", "monetary_value"),
        ("x,1,5,9,0", "monetary-value-not-positive", "monetary_value"),
        ("x,0,0,9,-3", "monetary-value-not-positive", "monetary_value"),
        ("x,1,5,9,1e16", "monetary-value-too-large", "monetary_value"),
        ("x,1,5,9", "row-torn", ""),
    ],
)
def test_what_cannot_be_true_is_set_aside_with_its_line(load, line, reason, column):
    found = load(line)
    (row,) = found.quarantine.to_dict("records")
    assert (row["line"], row["reason"], row["column"]) == (len(GOOD) + 2, reason, column)
    assert found.rows == {
        "in": len(GOOD) + 1, "accepted": len(GOOD), "quarantined": 1,
        "duplicates": 0, "outside_window": 0,
    }  # fmt: skip
    assert found.account["rows"].iloc[1:].sum() == found.rows["in"]
    assert any(message.code == reason for message in found.messages)


def test_of_equal_rows_one_counts_and_of_different_ones_none(load):
    found = load("c1,1,30,201,10.5", "c2,1,30,201,10.5")
    assert {"c1"} == {"c1", "c2"} & set(found.customers.index)
    assert found.quarantine["reason"].tolist() == [
        "customer-id-ambiguous", "customer-id-duplicate", "customer-id-ambiguous",
    ]  # fmt: skip


def test_the_unit_decides_how_many_days_there_were(load):
    assert load("x,6,5,9,3", unit="W").rows["quarantined"] == 0
    with pytest.raises((BadParameter, UnitUnknown), match="unit"):
        load(unit="M")


def test_days_read_as_weeks_reach_back_beyond_1970(load):
    found = load("x,1,30,4000,3", unit="W")
    assert found.quarantine[["line", "reason"]].values.tolist() == [[len(GOOD) + 2, "t-too-long"]]
    with pytest.raises(TooManyFaulty, match="reaches back beyond 1970: is it counted in another u"):
        load(*(f"x{n},1,30,4000,3" for n in range(9)), unit="W")
    assert load("x,1,30,4000,3", unit="D").rows["quarantined"] == 0


def test_columns_and_marks_are_declared_as_for_transactions(csv):
    lines = [line.replace(",", ";").replace(".", ",") for line in GOOD]
    path = csv(*lines, header="Uid;x;t_x;T;m", name="summary.csv")
    columns = {"customer_id": "Uid", "frequency": "x", "recency": "t_x", "monetary_value": "m"}
    form = {"delimiter": ";", "decimal": ","}
    found = summaries.load(path, columns=columns, format=form, unit="D")
    assert found.customers["monetary_value"].max() == 30.5


def test_a_table_without_a_column_is_refused(load):
    with pytest.raises(ColumnsMissing, match="lacks `T`"):
        load(header=HEADER.replace("T", "age"))


def test_a_misread_table_and_one_without_customers_are_refused(load):
    with pytest.raises(TooManyFaulty, match="rows are faulty"):
        load(*(f"x{n},1,10,9,3" for n in range(9)))
    with pytest.raises(NoRows, match=r"No row is a customer.*larger than `T`"):
        load("x,1,10,9,3", good=[], max_faulty=1)


def test_money_without_a_repeat_purchase_is_left_out_and_told(load):
    found = load("x,0,0,9,70")
    assert pd.isna(found.customers.loc["x", "monetary_value"])
    assert "spend-without-repeat" in {message.code for message in found.messages}


def test_the_summary_of_transactions_comes_back_as_it_went(tmp_path):
    made = clv.customer_summary(clv.load("cdnow-sample"))
    made[list(summaries.NUMBERS)].to_parquet(tmp_path / "summary.parquet")
    frame = made.reset_index()
    for source in (tmp_path / "summary.parquet", frame):
        found = summaries.load(source, as_of="1998-06-30", unit="W").customers
        expected = made.loc[found.index, list(summaries.NUMBERS)]
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_the_same_customers_have_the_same_digest_wherever_they_come_from(load):
    assert load().input_hashes == load().input_hashes


def test_the_day_is_that_of_the_run_where_none_is_named(load):
    assert str(load(as_of=None, run_date="2025-01-15").as_of) == "2025-01-15"
    with pytest.raises(BadParameter, match="as_of"):
        load(as_of="2025-02-01", run_date="2025-01-15")
