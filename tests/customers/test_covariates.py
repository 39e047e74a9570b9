from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from clv.customers.covariates import effect, named, of_newcomer, read, side_by_side
from clv.errors import BadParameter, TableBroken

CUSTOMERS = pd.DataFrame(
    {"channel": ["web", "shop", "web"], "age": [30, 40, 50], "web": [True, False, True]},
    index=["Ada", "Bob", "Cem"],
)
ONES = np.ones(3, dtype=int)


def columns(values: list[list[float]], names: Iterable[str]) -> dict[str, np.ndarray]:
    return dict(zip(names, np.array(values, dtype=float).T, strict=True))


def refused(values: list[list[float]], names: list[str]) -> str:
    with pytest.raises(TableBroken) as refusal:
        side_by_side(columns(values, names), ONES)
    return str(refusal.value)


def test_numbers_and_booleans_become_a_column_each():
    values = read(CUSTOMERS, ["age", "web"])
    assert values.tolist() == [[30, 1], [40, 0], [50, 1]]
    assert read(CUSTOMERS, []).shape == (3, 0)


def test_text_is_refused_with_the_line_that_makes_it_numbers():
    with pytest.raises(TableBroken, match=r"pd\.get_dummies\(customers\[\['channel'\]\]") as said:
        read(CUSTOMERS, ["channel"])
    line = str(said.value).split("Make it numbers: ")[1].split(", and name")[0]
    CUSTOMERS.attrs["unit"] = "W"
    made = eval(line, {"pd": pd, "customers": CUSTOMERS})
    assert read(made, ["channel_web"])[:, 0].tolist() == [1, 0, 1]
    assert made.attrs == CUSTOMERS.attrs


@pytest.mark.parametrize("kind", ["category", "datetime64[ns]"])
def test_what_only_looks_like_numbers_is_refused_too(kind):
    with pytest.raises(TableBroken, match="not numbers"):
        read(CUSTOMERS.astype({"age": kind}), ["age"])


@pytest.mark.parametrize("hole", [np.nan, np.inf])
def test_a_missing_value_is_refused_with_its_customer(hole):
    with pytest.raises(TableBroken, match=r"`age` is missing or infinite in 1 of 3 rows.*Bob"):
        read(CUSTOMERS.assign(age=[30.0, hole, 50.0]), ["age"])


def test_a_missing_value_of_a_nullable_column_is_refused_too():
    holes = pd.array([True, None, False], dtype="boolean")
    with pytest.raises(TableBroken, match=r"first: Bob"):
        read(CUSTOMERS.assign(web=holes), ["web"])


def test_a_column_that_is_the_same_for_all_is_refused():
    assert "`age` is 30 for every customer" in refused([[1, 30], [0, 30], [1, 30]], ["web", "age"])


def test_a_column_that_follows_from_others_is_refused_by_name():
    said = refused([[1, 0], [0, 1], [1, 0]], ["web", "shop"])
    assert "`shop` follows from `web`" in said
    assert "drop_first=True" in said


def test_more_columns_than_histories_are_refused():
    assert "`w` follows from `u`, `v`" in refused(
        [[1, 0, 3], [0, 1, 1], [5, 2, 2]], ["u", "v", "w"]
    )


def test_a_column_that_counts_from_far_away_is_refused_with_the_line_that_moves_it():
    said = refused([[1, 1998], [0, 2002], [1, 2004]], ["web", "year"])
    assert "`year` runs from 1998 to 2004, far from 0" in said
    assert "customers.assign(year=customers['year'] - 2001)" in said
    assert "`loss` runs from -2004 to -1998" in refused([[-2004], [-1998], [-2000]], ["loss"])


def test_columns_far_apart_in_scale_are_not_taken_for_one_another():
    values = [[0, 1e9], [1, 2e9], [1, 3e9]]
    assert side_by_side(columns(values, ["web", "income"]), ONES).tolist() == values
    side_by_side(columns([[0, 1e-9], [1, -1e-9], [1, 0]], ["web", "share"]), ONES)


def test_without_customers_there_is_nothing_to_compare():
    assert side_by_side({"age": np.empty(0)}, np.empty(0, dtype=int)).shape == (0, 1)


def test_columns_are_compared_as_often_as_customers_share_a_row():
    values = columns([[0, 1], [1, 0], [1, 1]], ["web", "shop"])
    assert side_by_side(values, np.array([1000, 1000, 1])).shape == (3, 2)


def test_one_name_without_a_list_is_refused_with_the_list():
    with pytest.raises(BadParameter, match=r"such as \['age'\]; got 'age'"):
        named("age", taken=[])


def test_the_models_own_words_are_not_covariates():
    with pytest.raises(BadParameter, match=r"not called `frequency`, `r`.*got 'r'"):
        named(["age", "r"], taken=["frequency", "r"])


def test_a_column_named_twice_is_taken_once():
    assert named(["age", "web", "age"], taken=["r"]) == ("age", "web")
    assert named(None, taken=["r"]) == ()


def test_effects_add_up_on_the_log_of_a_rate():
    told = columns([[1, 0], [2, -4]], ["age", "web"])
    moved = effect({"age": 0.5, "web": 2.0}, told, CUSTOMERS.index, np.array([0, 1, 1]))
    assert moved.tolist() == [0.5, -7]


@pytest.mark.parametrize("far", [701.0, -701.0, 1e308, -1e308])
def test_an_effect_that_no_number_can_hold_is_refused_with_its_customers(far):
    told = columns([[700], [far]], ["age"])
    sentence = r"`age` moves the purchase rate of 2 of 3 customers .*\(first: Bob, Cem\)"
    with pytest.raises(TableBroken, match=sentence) as refusal:
        effect({"age": 1.0}, told, CUSTOMERS.index, np.array([0, 1, 1]))
    assert refusal.value.column == "age"


def test_a_newcomer_is_told_by_just_the_columns_that_count():
    assert of_newcomer({"web": True, "age": 30}, ["age", "web"]) == {"age": 30, "web": 1}
    assert of_newcomer(None, []) == {}
    with pytest.raises(BadParameter, match=r"`covariates` must be \{'age': …\}; got \{'web': 1\}"):
        of_newcomer({"web": 1}, ["age"])
    with pytest.raises(TableBroken, match="first: the new customer"):
        of_newcomer({"age": np.nan}, ["age"])
