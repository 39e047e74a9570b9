from clv.customers.rfm import SEGMENTS
from clv.report import labels
from clv.stages.rules import STATES
from clv.tables.cleaning import ALL_RULES, FATES


def test_every_stage_has_a_name_in_lifecycle_order():
    assert [*labels.STAGES] == [*STATES, "not_known"]


def test_every_segment_has_a_name_best_first():
    assert [*labels.SEGMENTS] == [*SEGMENTS]


def test_every_fate_of_a_row_and_every_fault_has_a_name():
    assert {*FATES, *(rule.code for rule in ALL_RULES)} == {*labels.FATES}


def test_one_key_never_has_two_names():
    tables = (labels.STAGES, labels.SEGMENTS, labels.COLUMNS, labels.MODELS, labels.BASELINES)
    tables += (labels.CAUSES, labels.MEASURES, labels.FATES, labels.REST)
    assert all(labels.NAMES[key] == name for table in tables for key, name in table.items())


def test_an_unknown_key_is_shown_as_its_own_words():
    assert labels.english("2-3") == "2-3"
    assert labels.english("share_of_revenue") == "Share of revenue"
