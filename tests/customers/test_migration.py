from datetime import date

import pandas as pd
import pytest

import clv
from clv.customers.migration import NOT_YET_A_CUSTOMER, segment_moves
from clv.customers.rfm import SEGMENTS, rfm, rfm_cutoffs
from clv.errors import BadParameter


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def cutoffs(log):
    return rfm_cutoffs(clv.customer_summary(log), method="fixed")


@pytest.fixture(scope="module")
def bought():
    """A few customers, by fixed cut points: one of each fate."""
    days = {
        "stays": ["2024-05-20", "2024-06-20", "2024-09-20"],
        "falls": ["2024-05-20", "2024-06-20"],
        "comes": ["2024-09-25"],
    }
    rows = [(who, day, 10.0) for who, dates in days.items() for day in dates]
    frame = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return clv.load(frame, as_of="2024-09-30")


def test_who_stayed_fell_and_came_stand_where_they_belong(bought, cutoffs):
    moves = segment_moves(bought, cutoffs, "2024-06-30")
    moved = moves.stack()
    assert moved[moved > 0].to_dict() == {
        (NOT_YET_A_CUSTOMER, "new_customers"): 1,
        ("potential_loyalists", "potential_loyalists"): 1,
        ("potential_loyalists", "about_to_sleep"): 1,
    }
    assert moves.attrs == {"start": "2024-06-30", "end": "2024-09-30"}


def test_the_margins_are_the_segments_of_both_days(log, cutoffs):
    start, end = date(1998, 1, 31), date(1998, 4, 30)
    moves = segment_moves(log, cutoffs, start, end)
    then, now = (
        rfm(clv.customer_summary(log, day), cutoffs)["segment"].value_counts(sort=False)
        for day in (start, end)
    )
    assert moves.sum().to_dict() == now.to_dict()
    assert moves.drop(index=NOT_YET_A_CUSTOMER).sum(axis=1).to_dict() == then.to_dict()
    assert moves.index.tolist() == [NOT_YET_A_CUSTOMER, *SEGMENTS]


def test_nobody_moves_only_because_the_cuts_were_learned_again(log):
    """Everybody silent for as long: learned again, fifths would look the same; frozen, all fall."""
    cutoffs = rfm_cutoffs(clv.customer_summary(log, "1997-09-30"))
    seen = log.purchase_days("1997-09-30")
    later = clv.load(seen, zero_amounts="purchase", as_of="1998-09-30")
    moves = segment_moves(later, cutoffs, "1997-09-30")
    assert moves[["champions", "new_customers", "promising"]].to_numpy().sum() == 0
    relearned = rfm(clv.customer_summary(later))["segment"].value_counts()
    assert relearned["champions"] > 0


def test_within_a_day_nobody_moves(bought, cutoffs):
    moves = segment_moves(bought, cutoffs, "2024-09-30")
    assert moves.to_numpy().sum() == moves.drop(index=NOT_YET_A_CUSTOMER).to_numpy().trace() == 3


def test_moves_go_forward_in_time(bought, cutoffs):
    with pytest.raises(BadParameter, match="`start` must be a day until 2024-06-30"):
        segment_moves(bought, cutoffs, "2024-09-30", "2024-06-30")


def test_a_day_before_the_log_begins_is_refused(bought, cutoffs):
    with pytest.raises(BadParameter, match="within the days seen, 2024-05-20 to 2024-09-30"):
        segment_moves(bought, cutoffs, "2024-01-01")
