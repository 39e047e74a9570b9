import pandas as pd
import pytest

import clv
from clv.stages.rules import IN_RHYTHM, SILENT
from clv.stages.slipping import slipped


@pytest.fixture(scope="module")
def life(cdnow_sample):
    return clv.lifecycle(cdnow_sample)


def test_only_who_was_buying_then_and_is_silent_now_has_slipped(life):
    table = slipped(life, days=90)
    then, now = life.stages(table.attrs["then"])["stage"], life.stages()["stage"]
    silent = then.isin(IN_RHYTHM) & now.reindex(then.index).isin(SILENT)
    assert 0 < table["customers"].sum() < silent.sum()  # of all who slipped, those of value
    assert list(table.index) == list(SILENT)


def test_of_value_are_those_who_paid_most_in_the_year_before(life):
    table = slipped(life, days=90)
    end = pd.Timestamp(table.attrs["then"])
    year = life.days[life.days["date"].between(end - pd.Timedelta(days=364), end)]
    paid = year.groupby("customer_id")["amount"].sum().sort_values(ascending=False)
    assert table.attrs["of_value"] <= len(paid) / 5 + 1
    assert table["brought"].sum() < table.attrs["held"] <= paid.head(len(paid) // 5 + 1).sum()


def test_what_is_still_expected_is_summed_where_it_is_known(life):
    one_each = pd.Series(1.0, life.stages().index)
    table = slipped(life, days=90, values=one_each)
    assert table["expected"].tolist() == table["customers"].tolist()
    assert slipped(life, days=90)["expected"].isna().all()


def test_who_is_left_out_is_not_to_be_called(life):
    """Nobody who is held out may be called; who is of value does not depend on it."""
    alone = life.stages().index[::3]
    table, left = slipped(life, days=90), slipped(life, days=90, leave_out=alone)
    others = life.stages().index.difference(alone)
    rest = slipped(life, days=90, leave_out=others)
    assert 0 < left["customers"].sum() < table["customers"].sum()
    assert (left["customers"] + rest["customers"]).tolist() == table["customers"].tolist()
    assert left.attrs["of_value"] + rest.attrs["of_value"] == table.attrs["of_value"]


def test_looking_back_ends_at_the_first_purchase(life):
    table = slipped(life, days=10_000)
    assert table.attrs["then"] == life.days["date"].min().date().isoformat()


def test_the_earlier_day_knows_nothing_of_later_ones(life, cdnow_sample):
    day = slipped(life, days=90).attrs["then"]
    earlier = clv.lifecycle(cdnow_sample, as_of=day, thresholds=life.thresholds)
    assert earlier.stages()["stage"].equals(life.stages(day)["stage"])
