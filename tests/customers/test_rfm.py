import re
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clv
from clv.customers.rfm import BINS, SEGMENTS, Cutoffs, rfm, rfm_cutoffs
from clv.errors import ColumnsMissing, NoRows, SourceUnreadable, TableBroken, UnitUnknown


def summary(frequency, since_last, cents, unit="W"):
    """A customer table in which everybody's first purchase was 700 days ago."""
    days = {"D": 1, "W": 7}[unit]
    since_last = np.asarray(since_last)
    customers = pd.DataFrame(
        {
            "frequency": np.asarray(frequency),
            "recency": (700 - since_last) / days,
            "T": np.full(len(since_last), 700 / days),
            "total_spend": np.asarray(cents) / 100,
        },
        index=pd.Index([f"c{i:03}" for i in range(len(since_last))], name="customer_id"),
    )
    customers.attrs["unit"] = unit
    return customers


HISTORIES = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 699), st.integers(0, 5_000)),
    min_size=1,
    max_size=60,
).map(lambda rows: tuple(zip(*rows, strict=True)))

# A hundred customers without a large group of equals, so that every score is a quantile.
SPREAD = summary(np.arange(100) % 50, np.arange(100) * 3, 100 + 7 * np.arange(100))


EVERY_METHOD = pytest.mark.parametrize("method", ["quantile", "fixed", "jenks"])


def scored(customers, method="quantile"):
    cutoffs = rfm_cutoffs(customers, method=method)
    return rfm(customers, cutoffs)[["R", "F", "M", "segment"]].sort_index()


def test_the_map_covers_each_of_its_25_cells_exactly_once():
    cells = ["".join(cell) for cell in product("12345", repeat=2)]
    covering = [sum(bool(re.fullmatch(p, cell)) for p in SEGMENTS.values()) for cell in cells]
    assert covering == [1] * 25


@pytest.mark.parametrize(
    ("since_last", "frequency", "segment"),
    [
        (0, 11, "champions"),
        (60, 5, "loyal_customers"),
        (0, 2, "potential_loyalists"),
        (0, 0, "new_customers"),
        (60, 0, "promising"),
        (150, 3, "need_attention"),
        (150, 1, "about_to_sleep"),
        (300, 2, "at_risk"),
        (500, 9, "cant_lose"),
        (500, 0, "hibernating"),
    ],
)
def test_every_segment_stands_where_the_standard_map_has_it(since_last, frequency, segment):
    fixed_by_ties = rfm_cutoffs(summary([0] * 3, [1] * 3, [100] * 3))
    one = summary([frequency], [since_last], [100])
    assert rfm(one, fixed_by_ties)["segment"].tolist() == [segment]


@pytest.mark.parametrize("score", ["R", "F", "M"])
def test_a_score_is_the_share_of_customers_who_are_strictly_worse(score):
    good = {
        "R": -(SPREAD["T"] - SPREAD["recency"]).round(9),
        "F": SPREAD["frequency"],
        "M": SPREAD["total_spend"],
    }[score]
    expected = [1 + BINS * int((good < own).sum()) // len(good) for own in good]
    assert getattr(rfm_cutoffs(SPREAD), score).method == "quantile"
    assert rfm(SPREAD)[score].tolist() == expected


@settings(deadline=None)
@given(HISTORIES)
def test_equal_customers_get_equal_scores(histories):
    customers = summary(*histories)
    scores = rfm(customers).groupby(["frequency", "recency", "total_spend"])[["R", "F", "M"]]
    assert (scores.nunique() == 1).all(axis=None)


@settings(deadline=None)
@given(HISTORIES)
def test_one_time_buyers_get_the_lowest_frequency_score(histories):
    customers = rfm(summary(*histories))
    assert (customers.loc[customers["frequency"] == 0, "F"] == 1).all()


@EVERY_METHOD
@settings(deadline=None, max_examples=40)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_customers_change_nothing(method, histories, random):
    customers = summary(*histories)
    order = random.sample(range(len(customers)), len(customers))
    shuffled = customers.iloc[order]
    renamed = customers.set_axis([f"x{i:03}" for i in order])
    expected = scored(customers, method)
    pd.testing.assert_frame_equal(scored(shuffled, method), expected)
    told = scored(renamed, method).loc[renamed.index, "segment"]
    assert told.tolist() == expected.loc[customers.index, "segment"].tolist()


@EVERY_METHOD
@settings(deadline=None, max_examples=40)
@given(HISTORIES, st.sampled_from([0.01, 0.3, 7.3, 100.0, 1e6]))
def test_the_currency_changes_no_score(method, histories, rate):
    customers = summary(*histories)
    exchanged = customers.assign(total_spend=customers["total_spend"] * rate)
    pd.testing.assert_frame_equal(scored(exchanged, method), scored(customers, method))


@settings(deadline=None)
@given(HISTORIES)
def test_the_unit_of_time_changes_no_score(histories):
    pd.testing.assert_frame_equal(
        scored(summary(*histories, unit="D")), scored(summary(*histories, unit="W"))
    )


def test_many_equal_customers_are_scored_by_fixed_cut_points_and_the_table_says_so():
    customers = summary([0, 0, 0, 1, 2, 3, 4, 8, 9, 20], range(10), 100 * np.arange(10))
    cutoffs = rfm_cutoffs(customers)
    assert rfm(customers)["F"].tolist() == [1, 1, 1, 2, 3, 3, 4, 4, 5, 5]
    assert (cutoffs.F.method, cutoffs.R.method) == ("fixed", "quantile")
    said = cutoffs.table().query("score == 'F'")["why"].unique().tolist()
    assert said == ["30% of customers have the same, over a fifth: fixed cut points"]


def test_fixed_money_bands_are_counted_in_the_median_of_those_who_spent():
    customers = summary([0] * 6, [1] * 6, [0, 900, 1000, 1000, 2000, 4000])
    assert rfm_cutoffs(customers).M.breaks == (5, 10, 20, 40)
    assert rfm(customers)["M"].tolist() == [1, 2, 3, 3, 4, 5]


def test_the_table_says_from_where_to_where_each_score_reaches():
    table = rfm_cutoffs(SPREAD).table()
    recency = table.query("score == 'R'").set_index("value")
    assert recency.loc[4, ["at_least", "below", "customers"]].tolist() == [60, 120, 20]
    assert recency.loc[5, "below"] == 60
    assert recency["at_least"].isna().sum() == recency["below"].isna().sum() == 1
    assert table.groupby("score")["customers"].sum().tolist() == [100, 100, 100]


def test_frozen_cutoffs_score_another_table_by_the_same_points():
    cutoffs = rfm_cutoffs(SPREAD)
    part = SPREAD.iloc[::3]
    pd.testing.assert_frame_equal(rfm(part, cutoffs), rfm(SPREAD).iloc[::3])


@EVERY_METHOD
def test_cutoffs_survive_being_written_and_read(tmp_path, method):
    cutoffs = rfm_cutoffs(SPREAD, method=method)
    cutoffs.to_json(tmp_path / "cutoffs.json")
    assert Cutoffs.from_json(tmp_path / "cutoffs.json") == cutoffs


@pytest.mark.parametrize("text", ["{}", "not json", '{"R": {"breaks": [1, 2]}}', "[]"])
def test_a_file_that_holds_no_cutoffs_is_refused(tmp_path, text):
    path = tmp_path / "cutoffs.json"
    path.write_text(text)
    with pytest.raises(SourceUnreadable, match=r"cutoffs\.json holds no RFM cut-offs"):
        Cutoffs.from_json(path)
    with pytest.raises(SourceUnreadable, match=r"none\.json cannot be read: No such file"):
        Cutoffs.from_json(tmp_path / "none.json")


def test_the_callers_table_is_left_as_it_was():
    before = SPREAD.copy()
    after = rfm(SPREAD)
    pd.testing.assert_frame_equal(SPREAD, before)
    assert list(after) == [*before, "R", "F", "M", "segment"]
    assert after.attrs["unit"] == "W"


def test_segments_are_ordered_from_champions_to_hibernating():
    segment = rfm(SPREAD)["segment"]
    assert segment.cat.ordered
    assert segment.cat.categories.tolist() == list(SEGMENTS)


def test_an_empty_table_has_no_cut_points():
    with pytest.raises(NoRows, match="no rows to score"):
        rfm_cutoffs(SPREAD.iloc[:0])


def test_a_missing_column_is_named():
    with pytest.raises(ColumnsMissing, match="lacks `total_spend`"):
        rfm(SPREAD.drop(columns="total_spend"))


def test_a_value_that_is_not_a_number_is_refused_by_row():
    broken = SPREAD.assign(total_spend=SPREAD["total_spend"].where(SPREAD["frequency"] != 3))
    with pytest.raises(TableBroken, match=r"`total_spend` is not a number in 2 of 100 rows .*c003"):
        rfm(broken)


def test_a_table_without_a_unit_asks_for_one():
    bare = SPREAD.copy()
    bare.attrs = {}
    with pytest.raises(UnitUnknown, match="unit='D' or unit='W'"):
        rfm(bare)
    assert rfm(bare, unit="W")["R"].tolist() == rfm(SPREAD)["R"].tolist()


def test_shuffling_the_rows_of_cdnow_changes_no_segment():
    cdnow = clv.load("cdnow")
    rows = cdnow.table.to_pyarrow().to_pandas().sample(frac=1, random_state=1)
    shuffled = clv.load(rows, zero_amounts="purchase", as_of=cdnow.as_of)
    segments, again = (rfm(clv.customer_summary(log))["segment"] for log in (cdnow, shuffled))
    assert len(segments) == 23_570
    pd.testing.assert_series_equal(segments, again)
