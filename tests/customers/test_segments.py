import pandas as pd
import pytest

import clv
from clv.customers.segments import grid, segments


@pytest.fixture(scope="module")
def scored():
    customers = clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-09-30")
    return clv.rfm(customers)


def test_segments_add_up_to_the_base(scored):
    table = segments(scored)
    assert table["customers"].sum() == len(scored) == 2357
    assert table["total_spend"].sum() == pytest.approx(173115.55)
    assert table[["customer_share", "spend_share"]].sum().tolist() == pytest.approx([1, 1])


def test_an_empty_segment_is_a_row_of_zeros_without_a_mean(scored):
    champions = scored[scored["segment"] == "champions"]
    hibernating = segments(champions).loc["hibernating"]
    assert hibernating["customers"] == hibernating["total_spend"] == 0
    assert pd.isna(hibernating["mean_spend"])


def test_the_share_of_a_segments_largest_customer_is_known(scored):
    champions = scored[scored["segment"] == "champions"]["total_spend"]
    share = segments(scored).loc["champions", "largest_share"]
    assert share == pytest.approx(champions.max() / champions.sum())


def test_value_to_come_is_summed_where_it_is_known(scored):
    table = segments(scored.assign(clv=1.0))
    assert table["clv"].tolist() == table["customers"].tolist()
    assert "clv" not in segments(scored)


def test_segments_know_what_their_money_is(scored):
    assert scored.attrs["currency"] == "USD"
    assert segments(scored).attrs == scored.attrs


def test_the_grid_holds_every_pair_of_scores(scored):
    counts = grid(scored)
    assert counts.shape == (5, 5)
    assert counts.to_numpy().sum() == len(scored)
    assert counts.loc[5, 1] == ((scored["R"] == 5) & (scored["F"] == 1)).sum()
