import clv
from clv.customers import calibration, holdout, rolling
from clv.customers.choice import MODELS
from clv.customers.holdout import BASELINES
from clv.report import labels, measures

NEVER_SHOWN = {"error", "purchases_forecast", "purchases_came"}  # of earlier forecasts


def test_every_model_and_every_rule_it_must_beat_has_a_name():
    assert {*MODELS} <= {*measures.MODELS}
    assert {*BASELINES} == {*measures.BASELINES}


def test_every_measure_of_a_test_has_a_name():
    log = clv.load("cdnow-sample")
    test = holdout.backtest(log, "1997-09-30", "1998-06-30")
    measured = holdout.measures(test)
    over = holdout.over_baselines(measured, "mbgnbd")
    known = {*calibration.by_decile(test, "mbgnbd"), *rolling.COLUMNS} - NEVER_SHOWN
    assert {*measured, *over, *known, measured.index.name, over.index.name} <= {*labels.NAMES}
