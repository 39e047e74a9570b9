import clv
from clv.customers import calibration, holdout, rolling
from clv.customers.choice import MODELS
from clv.customers.holdout import BASELINES
from clv.customers.rfm import SEGMENTS
from clv.report import labels
from clv.stages.rules import STATES
from clv.tables.cleaning import ALL_RULES, FATES

NEVER_SHOWN = {"error", "purchases_forecast", "purchases_came"}  # of earlier forecasts


def test_every_stage_has_a_name_in_lifecycle_order():
    assert [*labels.STAGES] == [*STATES, "not_yet"]


def test_every_segment_has_a_name_best_first():
    assert [*labels.SEGMENTS] == [*SEGMENTS]


def test_every_model_and_every_rule_it_must_beat_has_a_name():
    assert {*MODELS} <= {*labels.MODELS}
    assert {*BASELINES} == {*labels.BASELINES}


def test_every_fate_of_a_row_and_every_fault_has_a_name():
    assert {*FATES, *(rule.code for rule in ALL_RULES)} == {*labels.FATES}


def test_one_key_never_has_two_names():
    tables = (labels.STAGES, labels.SEGMENTS, labels.COLUMNS, labels.MODELS, labels.BASELINES)
    tables += (labels.CAUSES, labels.MEASURES, labels.FATES, labels.REST)
    assert all(labels.NAMES[key] == name for table in tables for key, name in table.items())


def test_an_unknown_key_is_shown_as_its_own_words():
    assert labels.english("2-3") == "2-3"
    assert labels.english("share_of_revenue") == "Share of revenue"


def test_every_measure_of_a_test_has_a_name():
    log = clv.load("cdnow-sample")
    test = holdout.backtest(log, "1997-09-30", "1998-06-30")
    measured = holdout.measures(test)
    over = holdout.over_baselines(measured, "mbgnbd")
    known = {*calibration.by_decile(test, "mbgnbd"), *rolling.COLUMNS} - NEVER_SHOWN
    assert {*measured, *over, *known, measured.index.name, over.index.name} <= {*labels.NAMES}
