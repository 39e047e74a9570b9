import numpy as np
import pandas as pd
import pytest

from clv.errors import BadParameter
from clv.stages.lifecycle import Lifecycle
from clv.stages.worth_fixing import at_stake, margin_of, worth_fixing


@pytest.fixture
def customers():
    return pd.DataFrame(
        {
            "stage": ["loyal"] * 2 + ["at_risk"] * 100,
            "p_purchase": [0.9, 0.7] + [0.3] * 100,
            "expected_spend": [200.0, 100.0] + [40.0, 60.0] * 50,
        }
    )


def test_one_more_in_a_hundred_buys_once(customers):
    table = worth_fixing(customers, margin=0.4)
    assert table.index.tolist() == ["at_risk", "loyal"]
    assert table["one_point"].tolist() == pytest.approx(
        [100 * 0.01 * 50 * 0.4, 2 * 0.01 * 150 * 0.4]
    )
    assert table["p_purchase"].tolist() == pytest.approx([0.3, 0.8])
    assert table["effort"].tolist() == pytest.approx([0.01 / 0.3, 0.01 / 0.8])


def test_without_a_margin_the_money_is_revenue(customers):
    assert worth_fixing(customers)["one_point"].iloc[0] == pytest.approx(50)
    assert worth_fixing(customers).attrs["margin"] is None


def test_how_a_stage_is_divided_changes_nothing_of_its_money(customers):
    whole = worth_fixing(customers.assign(stage="active"))["one_point"].sum()
    parts = worth_fixing(customers)["one_point"].sum()
    assert whole == pytest.approx(parts)


def test_spend_that_is_not_known_counts_as_the_mean_of_the_stage(customers):
    customers.loc[0, "expected_spend"] = np.nan
    assert worth_fixing(customers).loc["loyal", "one_point"] == pytest.approx(2 * 0.01 * 100)


@pytest.mark.parametrize("margin", [40, 0])
def test_a_margin_that_cannot_be_is_refused(customers, margin):
    with pytest.raises(BadParameter, match="`margin` must be"):
        worth_fixing(customers, margin=margin)


@pytest.fixture
def life(bought, limits):
    days = bought(often={0: 10.0, 20: 30.0}, once={5: 50.0})
    return Lifecycle(days, days["date"].max().date(), limits())


def test_what_a_purchase_brings_is_what_the_customers_own_have_brought(life):
    stake = at_stake(life, pd.Series({"onboarding": 0.2}))
    assert stake["expected_spend"].to_dict() == {"often": 20.0, "once": 50.0}
    assert stake["p_purchase"].tolist() == [0.2, 0.2]


def test_the_margin_of_rows_is_that_of_their_money(life):
    life = Lifecycle(life.days.assign(margin=[0.5, 0.5, 0.2]), life.as_of, life.thresholds)
    assert margin_of(life, "margin") == pytest.approx((5 + 15 + 10) / 90)
    assert margin_of(life, 0.3) == 0.3
    assert margin_of(life, None) is None
