import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers import first_look

FEWEST = 5


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


def log_of(*rows: tuple[str, str, float]):
    return clv.load(pd.DataFrame(rows, columns=["customer_id", "date", "amount"]))


def test_every_gap_between_two_purchase_days_stands_on_one_step(log):
    found = first_look.gaps(log, fewest=FEWEST)
    days = log.purchase_days()
    assert found["purchase_days"].sum() == len(days) - days["customer_id"].nunique()
    assert found["at_least"].is_monotonic_increasing
    assert (found["customers"] <= found["purchase_days"]).all()


def test_a_gap_is_counted_in_days():
    rows = [(f"c{n}", day, 5.0) for n in range(6) for day in ("2024-01-01", "2024-01-08")]
    rows += [(f"d{n}", day, 5.0) for n in range(6) for day in ("2024-01-01", "2024-01-09")]
    found = first_look.gaps(log_of(*rows), fewest=FEWEST)
    assert found["at_least"].tolist() == [1, 8]  # an empty step is joined with the one below it
    assert found["below"].tolist() == [8, np.inf]
    assert found["purchase_days"].tolist() == [6, 6]


def test_every_amount_above_nothing_stands_on_one_step(log):
    found = first_look.amounts(log, fewest=FEWEST)
    days = log.purchase_days()
    assert found["purchase_days"].sum() == (days["amount"] > 0).sum()
    assert found["at_least"].iloc[0] <= days.loc[days["amount"] > 0, "amount"].min()
    assert days["amount"].max() < found["below"].iloc[-1]


@pytest.mark.parametrize("seed", range(5))
def test_no_step_points_at_somebody_and_none_is_lost(seed):
    rng = np.random.default_rng(seed)
    values = pd.Series(rng.lognormal(3, 2, 200))
    customers = pd.Series(rng.integers(0, 40, 200)).astype(str)
    found = first_look.steps(values, customers, first_look.rounded(values), FEWEST)
    assert (found["customers"] >= FEWEST).all()
    assert found["purchase_days"].sum() == len(values)
    for row in found.itertuples():
        assert row.purchase_days == ((values >= row.at_least) & (values < row.below)).sum()


def test_an_amount_that_one_customer_alone_pays_has_no_step_of_its_own():
    rows = [(f"c{n}", "2024-01-01", 12.0 + n) for n in range(6)] + [("rich", "2024-01-02", 9e5)]
    found = first_look.amounts(log_of(*rows), fewest=FEWEST)
    assert len(found) == 1
    assert found["purchase_days"].item() == 7


def test_a_log_without_a_second_purchase_has_no_gap():
    log = log_of(("a", "2024-01-01", 5.0), ("b", "2024-01-02", 5.0))
    assert first_look.gaps(log, fewest=FEWEST).empty


def test_amounts_over_many_powers_of_ten_come_in_whole_ones():
    edges = first_look.rounded(pd.Series([0.01, 5e6]))
    assert np.allclose(edges, 10.0 ** np.arange(-2, 8))
