from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers import choice
from clv.customers.holdout import BASELINES, MODELS
from clv.errors import BadParameter


def scores(bgnbd, mbgnbd, **others):
    rng = np.random.default_rng(7)
    noise = rng.normal(size=200)
    table = pd.DataFrame({"bgnbd": noise + bgnbd, "mbgnbd": noise[::-1] + mbgnbd})
    return table.assign(**{name: rng.permutation(noise) + by for name, by in others.items()})


def test_the_higher_log_score_wins():
    assert choice.choose(scores(bgnbd=0.0, mbgnbd=1.0)).name == "mbgnbd"
    assert choice.choose(scores(bgnbd=1.0, mbgnbd=0.0)).name == "bgnbd"


def test_what_is_within_one_standard_error_goes_to_mbgnbd():
    chosen = choice.choose(scores(bgnbd=0.01, mbgnbd=0.0))
    assert chosen.name == "mbgnbd"
    assert "within one standard error of bgnbd" in chosen.reason


def test_pareto_nbd_has_to_be_better_by_more_than_one_standard_error():
    best = choice.choose(scores(bgnbd=0.0, mbgnbd=0.0, pareto_nbd=1.0))
    assert best.name == "pareto_nbd"
    assert best.reason.startswith("highest mean log score")
    tied = choice.choose(scores(bgnbd=-1.0, mbgnbd=0.0, pareto_nbd=0.05))
    assert tied.name == "mbgnbd"
    assert "within one standard error of pareto_nbd" in tied.reason
    assert tied.reason.endswith("and it is simpler")
    assert choice.choose(scores(bgnbd=0.0, mbgnbd=-1.0, pareto_nbd=0.05)).name == "bgnbd"


def test_models_are_compared_where_all_could_be_fitted_that_could_be_lately():
    lacking = scores(bgnbd=0.0, mbgnbd=0.0, pareto_nbd=5.0)
    lacking.loc[100:, "pareto_nbd"] = np.nan  # no longer
    lacking.loc[:49, "mbgnbd"] = np.nan  # not yet
    rivals = choice.comparable(lacking)
    assert rivals.columns.tolist() == ["bgnbd", "mbgnbd"]
    assert rivals.index.tolist() == list(range(50, 200))


def test_seeing_every_customer_twice_proves_nothing_more():
    once = scores(bgnbd=0.0, mbgnbd=0.0)
    once["bgnbd"] += 0.9 * (once["bgnbd"] - once["mbgnbd"]).std() / np.sqrt(len(once))
    twice = pd.concat([once, once])
    assert choice.choose(once).name == choice.choose(twice).name == "mbgnbd"


def test_a_named_model_is_taken_as_named():
    comparison = pd.DataFrame({"chosen": [True], "why": ["best"]}, index=["bgnbd"])
    assert choice.chosen(comparison, "mbgnbd").reason == "named in the study"
    assert choice.chosen(comparison).name == "bgnbd"


@pytest.mark.parametrize("name", ["pareto", "auto"])
def test_only_a_models_own_name_has_a_class(name):
    sentence = rf"must be one of \['bgnbd', 'mbgnbd', 'pareto_nbd'\]; got '{name}'"
    with pytest.raises(BadParameter, match=sentence):
        choice.family(name)


def test_a_study_that_names_no_model_there_is_is_told_of_auto_too():
    comparison = pd.DataFrame({"chosen": [True], "why": ["best"]}, index=["bgnbd"])
    with pytest.raises(BadParameter, match=r"one of \['auto', 'bgnbd', .*\]; got 'pareto'"):
        choice.chosen(comparison, "pareto")


def test_a_few_days_leave_no_earlier_day_to_test_on():
    assert choice.origins(date(2024, 1, 1), date(2024, 1, 3)) == []
    pairs = choice.origins(date(2024, 1, 1), date(2024, 1, 5))
    assert all(start < end for start, end in pairs)


@pytest.fixture(scope="module")
def log():
    return clv.load("cdnow-sample")


@pytest.fixture(scope="module")
def compared(log):
    return clv.compare_models(log)


def test_one_model_is_chosen_and_says_why(compared):
    assert compared["chosen"].sum() == 1
    chosen = compared[compared["chosen"]].iloc[0]
    assert "log score" in chosen["why"]
    assert compared.loc[~compared["chosen"], "why"].eq("").all()


def test_every_model_and_every_baseline_has_its_row_and_its_measures(compared):
    assert compared.index.tolist() == [*MODELS, *BASELINES]
    scored = compared["choosing_score"].notna()
    assert scored[scored].index.tolist() == [*MODELS, "nbd"]
    assert {"log_score", "rps", "rmse", "mae", "bias", "gini", "coverage"} <= {*compared}
    assert compared.loc["mbgnbd", "choosing_score"] > compared.loc["nbd", "choosing_score"]


@pytest.mark.parametrize("days", [4, 6, 99, 545, 546, 1095, 5000])
def test_what_is_reported_shares_no_day_with_what_chose(days):
    first = date(2020, 1, 1)
    *earlier, (start, until) = choice.origins(first, first + timedelta(days))
    assert len(earlier) == 2
    assert all(end <= start for _, end in earlier)
    assert start < until <= first + timedelta(days)


def test_on_cdnow_the_simplest_model_is_as_good_as_the_best(compared):
    scores = compared.loc[[*MODELS], "choosing_score"].to_dict()
    known = {"bgnbd": -0.547974, "mbgnbd": -0.546897, "pareto_nbd": -0.546445}
    assert scores == pytest.approx(known, abs=1e-6)
    assert compared.index[compared["chosen"]].tolist() == ["mbgnbd"]


def test_the_last_origin_takes_no_part_in_choosing(log, compared):
    days = choice.origins(pd.Timestamp("1997-01-01").date(), log.as_of)
    earlier = [clv.backtest(log, *pair)["log_score_bgnbd"] for pair in days[:-1]]
    assert compared.loc["bgnbd", "choosing_score"] == pytest.approx(pd.concat(earlier).mean())


def test_a_history_too_short_to_compare_falls_back_to_mbgnbd_and_says_so(log):
    compared = clv.compare_models(log, as_of="1997-02-15")
    chosen = compared[compared["chosen"]].iloc[0]
    assert chosen.name == "mbgnbd"
    assert "too short" in chosen["why"]


def test_a_model_that_cannot_be_fitted_is_not_shown_beside_the_other(log):
    customers = clv.customer_summary(log, "1997-03-01")  # BG/NBD finds nobody who has left yet
    said = choice.side_by_side(customers, choice.Choice("mbgnbd", "named"), horizon="12M")
    assert "mbgnbd" in said.index
    assert "bgnbd" not in said.index
