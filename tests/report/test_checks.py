import pandas as pd
import pytest

import clv
from clv.customers import activity
from clv.report import checks


@pytest.fixture(scope="module")
def sample():
    return clv.load("cdnow-sample")


def test_every_row_of_a_log_has_one_fate(sample):
    check = checks.every_row(sample)
    assert check.passed
    assert str(check.detail) == "6,919 of 6,919 rows"


def test_a_model_needs_customers_who_came_back():
    few = checks.came_back(pd.DataFrame({"frequency": [0, 1, 2]}))
    assert not few.passed
    assert str(few.detail) == "<5 customers came back; a model needs 50"
    assert checks.came_back(pd.DataFrame({"frequency": [1] * 50})).passed


def test_an_empty_month_is_seen(sample):
    monthly = activity.purchases_per_month(sample)
    assert checks.no_empty_month(monthly).passed
    monthly.iloc[[3, 5]] = 0
    found = checks.no_empty_month(monthly)
    assert (found.passed, str(found.detail)) == (False, "2 months without a purchase")


def test_one_rule_that_is_better_is_enough_to_fail():
    over = pd.DataFrame({"beaten": [True, False]})
    assert not checks.beats_rules(over, "said").passed
    assert checks.beats_rules(over[:1], "said").passed


def test_stages_tell_customers_apart_where_better_ones_buy_more():
    behaviour = pd.DataFrame()
    behaviour.attrs["ordered"] = True
    check = checks.stages_tell_apart(behaviour, "said")
    assert (check.name, check.passed) == ("The stages tell customers apart", True)
    assert check.detail == "said"
    behaviour.attrs["ordered"] = False
    assert not checks.stages_tell_apart(behaviour, "said").passed
