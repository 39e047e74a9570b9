import pandas as pd
import pyarrow as pa
import pytest

from clv.errors import InputRefused
from clv.tables import dialects, engine
from clv.tables.formats import Format
from clv.tables.optional import kinds
from clv.tables.optional.kinds import AMOUNT, FLAG, ID, NUMBER, STAMP, TEXT, Written, number, one_of
from clv.tables.rules import LONGEST_ID


def judged(kind, values):
    """Each value as its kind reads it, and the reason against it."""
    rows = engine.of_arrow(engine.connect(), "rows", pa.table({"x": values}))
    written = Written(Format(), "UTC", dialects.of(rows))
    rows = rows.mutate(**kinds.converted("x", rows["x"], kind, written))
    reasons = {rule.code: rule.found for rule in kind.rules("x")}
    found = rows.mutate(**reasons).to_pyarrow().to_pylist()
    return [(row["x"], next((code for code in reasons if row[code]), None)) for row in found]


def test_ids_are_trimmed_text_and_na_is_one():
    assert judged(ID, [" 00012", "NA", "", None]) == [
        ("00012", None),
        ("NA", None),
        (None, None),
        (None, None),
    ]
    assert judged(ID, [12]) == [("12", None)]


def test_ids_with_control_characters_or_without_end_are_set_aside():
    found = judged(ID, ["a\tb", "x" * (LONGEST_ID + 1)])
    assert [reason for _, reason in found] == ["x-control", "x-too-long"]


def test_floats_are_no_ids():
    with pytest.raises(InputRefused, match="merges large ids"):
        judged(ID, [1.0, None])


def test_a_column_of_nothing_is_nothing_whatever_its_type():
    assert judged(ID, pa.array([None], pa.float64())) == [(None, None)]
    assert judged(STAMP, pa.array([None], pa.int32())) == [(None, None)]


def test_text_may_be_namibia():
    assert judged(TEXT, ["NA", " "]) == [("NA", None), (None, None)]


def test_words_of_a_list_are_found_whatever_their_case():
    assert judged(one_of("won", "lost"), ["Won ", "n/a", "gone"]) == [
        ("won", None),
        (None, None),
        ("gone", "x-unknown"),
    ]


@pytest.mark.parametrize("texts", [["TRUE", "y", "1"], [True, True, True], [1, 1, 1]])
def test_a_flag_is_true_in_every_spelling(texts):
    assert judged(FLAG, texts) == [(True, None)] * 3


def test_what_is_no_flag_is_set_aside():
    assert judged(FLAG, ["evet", "no", None]) == [
        (None, "x-not-a-flag"),
        (False, None),
        (None, None),
    ]


def test_numbers_outside_their_range_are_set_aside():
    found = judged(AMOUNT, ["0", "-1", "inf", "1e16", "x", "n/a"])
    assert [reason for _, reason in found] == [
        None,
        "x-out-of-range",
        "x-infinite",
        "x-too-large",
        "x-not-a-number",
        None,
    ]
    assert judged(number(1, 5), ["0", "5"]) == [(0.0, "x-out-of-range"), (5.0, None)]
    assert judged(NUMBER, ["-1"]) == [(-1.0, None)]


def test_impossible_days_are_set_aside():
    found = judged(STAMP, ["1970-01-01", "9999-12-31", "2024-31-01", "2024-01-31"])
    assert [reason for _, reason in found] == ["x-impossible"] * 2 + ["x-not-a-date", None]


def test_bare_numbers_are_no_days():
    with pytest.raises(InputRefused, match="from when it counts"):
        judged(STAMP, [1700000000])


def test_the_contract_of_a_kind_says_the_same_as_its_rules():
    assert AMOUNT.keeps(pd.Series([0.0, -1.0, 1e16])).tolist() == [True, False, False]
    assert STAMP.keeps(pd.to_datetime(pd.Series(["1970-01-01", "2024-01-01"]))).tolist() == [
        False,
        True,
    ]
    assert one_of("a").keeps(pd.Series(["a", "b"])).tolist() == [True, False]
