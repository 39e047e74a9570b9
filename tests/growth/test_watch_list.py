import numpy as np
import pandas as pd
import pytest

from clv.customers.departure import value_at_risk
from clv.errors import BadParameter
from clv.growth.hold_out import held_out
from clv.growth.watch_list import COLUMNS, LONG_PAUSE, OWN_RHYTHM, by_stage, watch_list


@pytest.fixture(scope="module")
def made(valued, purchases, life):
    """The list, made with other wishes."""
    return lambda **wishes: watch_list(valued, purchases, life.thresholds, **wishes)


@pytest.fixture(scope="module")
def watched(made):
    return made()


def test_the_dearest_come_first_and_hold_half_of_what_is_at_risk(watched, valued, purchases):
    everyone = value_at_risk(valued, purchases)["value_at_risk"]
    assert list(watched.columns) == COLUMNS
    assert watched["value_at_risk"].is_monotonic_decreasing
    assert watched["value_at_risk"].min() >= everyone.drop(watched.index).max()
    assert watched["value_at_risk"].sum() >= everyone.sum() / 2
    assert watched["value_at_risk"].iloc[:-1].sum() < everyone.sum() / 2
    assert watched.attrs["value_at_risk"] == pytest.approx(everyone.sum())


def test_no_customer_is_placed_by_their_stage_nor_by_their_row(valued, purchases, life, watched):
    shuffled = valued.sample(frac=1, random_state=1).drop(columns=["stage", "reason"])
    again = watch_list(shuffled, purchases, life.thresholds)
    pd.testing.assert_frame_equal(again, watched[list(again)])


def test_a_list_can_be_as_long_as_customers_can_be_written_to(made, watched):
    assert len(made(most=7)) == 7
    assert made(most=7).index.equals(watched.index[:7])


def test_the_chance_to_buy_is_that_of_the_time_of_the_list(made, valued, purchases):
    listed = made(within="30D", most=5)
    expected = purchases.p_purchase(valued.loc[listed.index], "30D")
    assert listed["p_purchase"].tolist() == pytest.approx(expected.tolist())
    assert (listed["until"] - listed["listed_on"]).dt.days.eq(30).all()


def test_a_contact_pays_if_it_brings_as_many_purchases_as_it_costs(made):
    listed = made(contact_cost=2.0, margin=0.4, most=20)
    brought = listed["break_even_lift"] * 0.4 * listed["expected_spend"]
    assert brought.tolist() == pytest.approx([2.0] * 20)
    assert made(most=3)["break_even_lift"].tolist() == [0.0] * 3  # what costs nothing always pays


def test_a_margin_may_be_each_customers_own(valued, purchases, life):
    own = valued.assign(kept=np.where(valued.index < "1", 0.2, 0.5))
    own.attrs = valued.attrs
    listed = watch_list(own, purchases, life.thresholds, contact_cost=1.0, margin="kept", most=9)
    kept = own.loc[listed.index, "kept"]
    assert (listed["break_even_lift"] * kept * listed["expected_spend"]).tolist() == pytest.approx(
        [1.0] * 9
    )


def test_nobody_is_listed_of_whom_less_is_at_risk_than_a_contact_costs(made, watched):
    limit = watched["value_at_risk"].median()
    listed = made(contact_cost=limit)
    assert (listed["value_at_risk"] > limit).all()
    assert 0 < len(listed) < len(watched)
    assert made(contact_cost=1e9).empty


def test_a_negative_cost_is_refused(made):
    with pytest.raises(BadParameter, match="an amount from 0 on"):
        made(contact_cost=-1)


def test_nobody_held_out_has_a_day_of_contact(watched):
    assert watched["hold_out"].any()
    assert watched["next_contact"].isna().equals(watched["hold_out"])


def test_who_is_held_out_stays_so_on_the_next_list(made, watched):
    later = made(within="180D", most=400)
    both = later.index.intersection(watched.index)
    assert later.loc[both, "hold_out"].equals(watched.loc[both, "hold_out"])


def test_who_is_held_out_of_everybody_is_held_out_of_the_list(watched, life):
    """One draw: whom the list leaves alone, calls and plays leave alone as well."""
    everyone = life.stages().index
    alone = everyone[held_out(everyone, seed=watched.attrs["seed"])]
    assert watched.index.isin(alone).tolist() == watched["hold_out"].tolist()
    assert not watched.drop(alone, errors="ignore")["hold_out"].any()


def test_a_contact_waits_for_a_silence_that_says_something(made, valued, life):
    listed = made(share_held_out=0.0)
    rows = valued.loc[listed.index]
    limit = life.thresholds.after("at_risk", rows["frequency"] + 1)
    own = LONG_PAUSE * (rows["last_purchase"] - rows["first_purchase"]).dt.days / rows["frequency"]
    sooner = np.where(rows["frequency"] >= OWN_RHYTHM, np.minimum(limit, own), limit)
    waited = (listed["next_contact"] - rows["last_purchase"]).dt.days
    late = listed["next_contact"] == listed["listed_on"] + pd.Timedelta(days=1)
    assert (listed["next_contact"] > listed["listed_on"]).all()
    assert waited[~late].tolist() == np.ceil(sooner[~late]).tolist()
    assert (waited[late] >= np.ceil(sooner[late])).all()
    assert late.any()
    assert not late.all()


def test_the_stages_add_up_to_the_list(watched):
    stages = by_stage(watched)
    assert stages["customers"].sum() == len(watched)
    assert stages["hold_out"].sum() == watched["hold_out"].sum()
    assert stages["value_at_risk"].sum() == pytest.approx(watched["value_at_risk"].sum())
    assert (stages["customers"] > 0).all()


def test_an_empty_list_has_its_columns(made):
    empty = made(contact_cost=1e9)
    assert list(empty) == COLUMNS
    assert by_stage(empty).empty
