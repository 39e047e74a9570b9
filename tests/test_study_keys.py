from pathlib import Path

import pytest

from clv import study_keys
from clv.errors import BadParameter, UnknownParameter
from clv.study_keys import CHECKS, IN_TEXT, LOAD_KEYS, OPTIONAL


@pytest.mark.parametrize(
    ("key", "value", "held"),
    [
        ("as_of", "1998-06-30", "1998-06-30"),
        ("annual_discount_rate", 0, 0.0),
        ("max_faulty", 1, 1.0),
        ("languages", "tr", ("tr",)),
        ("languages", ["en", "tr", "en"], ("en", "tr")),
        ("model", "pareto_nbd", "pareto_nbd"),
        ("spend_basis", "all", "all"),
        ("margin", 0.35, 0.35),
        ("margin", 1, 1.0),
        ("margin", "0.35", 0.35),
        ("margin", "35 %", 0.35),
        ("margin", "Margin Pct", "Margin Pct"),
        ("prices", "nominal", "nominal"),
        ("prices", {"cpi": "data/cpi.csv"}, {"cpi": "data/cpi.csv"}),
        ("prices", {"cpi": Path("cpi.csv")}, {"cpi": "cpi.csv"}),
    ],
)
def test_a_value_comes_out_as_the_study_holds_it(key, value, held):
    assert study_keys.checked(key, value) == held


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("annual_discount_rate", 10, r"did you mean 0\.10\?"),
        ("annual_discount_rate", 1, "a share between 0 and 1"),
        ("annual_discount_rate", -0.1, "a share between 0 and 1"),
        ("annual_discount_rate", True, "a share between 0 and 1"),
        ("annual_discount_rate", float("nan"), "a share between 0 and 1"),
        ("interval", 90, r"did you mean 0\.90\?"),
        ("interval", 0, "a share between 0 and 1"),
        ("max_faulty", 5, r"did you mean 0\.05\?"),
        ("as_of", "2024-02-30", "`as_of` must be a day such as 2024-12-31"),
        ("horizon", 12, "`horizon` must be a length such as 39W"),
        ("currency", False, "`currency` must be three capital letters"),
        ("name", "../../etc", "a plain name .* not a path"),
        ("name", "/tmp/escape", "a plain name .* not a path"),
        ("columns", ["Uid"], "`columns` must be a mapping"),
        ("columns", {"date": 3}, "`columns: date` must be text"),
        ("languages", [], "a list such as"),
        ("seed", 1.5, "a whole number"),
        ("seed", True, "a whole number"),
        ("refunds", "keep", r"one of \['net', 'set_aside', 'refuse'\]"),
        ("model", "prophet", r"one of \['auto', 'bgnbd', 'mbgnbd', 'pareto_nbd'\]"),
        ("spend_basis", "first", r"one of \['auto', 'repeat', 'all'\]"),
        ("margin", 35, r"did you mean 0\.35\?"),
        ("margin", "35", r"did you mean 0\.35\?"),
        ("margin", 0, "a share between 0 and 1"),
        ("margin", "-0.2", "a share between 0 and 1"),
        ("margin", True, "a share between 0 and 1"),
        ("margin", " ", "a share such as 0.35, or a column's name"),
        ("margin", ["Margin"], "a share between 0 and 1"),
        ("prices", "real", r"nominal, or \{cpi: FILE\}"),
        ("prices", {"ppi": "ppi.csv"}, r"nominal, or \{cpi: FILE\}"),
        ("prices", {"cpi": ""}, r"nominal, or \{cpi: FILE\}"),
        ("prices", {"cpi": 3}, r"nominal, or \{cpi: FILE\}"),
        ("prices", {"cpi": "https://prices.example/cpi.csv"}, r"nominal, or \{cpi: FILE\}"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_with_what_would(key, value, told):
    with pytest.raises(BadParameter, match=told):
        study_keys.checked(key, value)


def test_null_is_a_value_only_where_there_is_a_default_for_it():
    assert study_keys.checked("margin", None) is None
    with pytest.raises(BadParameter, match="`unit`"):
        study_keys.checked("unit", None)


def test_a_key_that_nobody_knows_is_met_with_the_near_one():
    with pytest.raises(UnknownParameter, match="Did you mean `spend_basis`"):
        study_keys.checked("spent_basis", "all")


def test_every_group_of_keys_is_made_of_keys():
    assert {*OPTIONAL, *IN_TEXT, *LOAD_KEYS} <= CHECKS.keys()


@pytest.mark.parametrize("key", ["thresholds", "rfm_cutoffs"])
@pytest.mark.parametrize("value", ["kept.txt", "", 3, "s3://shop/kept.json"])
def test_what_a_run_has_written_is_a_json_file(key, value):
    assert study_keys.checked(key, "a/kept.json") == "a/kept.json"
    with pytest.raises(BadParameter, match=r"the path of a \.json file"):
        study_keys.checked(key, value)
