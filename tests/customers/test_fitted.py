import json
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from clv.customers.purchases import BetaGeoModel, ModifiedBetaGeoModel
from clv.customers.spend import GammaGammaModel
from clv.errors import BadParameter, SourceUnreadable

PAPER = BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")


def customers(effect: float) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    T, online = rng.uniform(20, 60, 3000), rng.integers(0, 2, 3000)
    life = T * np.minimum(rng.exponential(1, 3000), 1)
    frequency = rng.poisson(rng.gamma(0.8, 0.2, 3000) * np.exp(effect * online) * life)
    recency = np.where(frequency > 0, life * rng.beta(np.maximum(frequency, 1), 1), 0)
    return pd.DataFrame({"frequency": frequency, "recency": recency, "T": T, "online": online})


@pytest.fixture(scope="module")
def fitted() -> ModifiedBetaGeoModel:
    return ModifiedBetaGeoModel.fit(customers(effect=0), unit="W")


@pytest.fixture(scope="module")
def told() -> ModifiedBetaGeoModel:
    return ModifiedBetaGeoModel.fit(customers(effect=0.7), unit="W", covariates=["online"])


def test_the_summary_has_a_row_per_parameter_with_its_error_and_its_bounds(fitted):
    summary = fitted.summary(interval=0.95)
    columns = ["parameter", "estimate", "standard_error", "low", "high"]
    assert list(summary.columns) == columns
    assert summary["parameter"].tolist() == ["r", "alpha", "a", "b"]
    assert (summary["low"] < summary["estimate"]).all()
    assert (summary["estimate"] < summary["high"]).all()
    assert (summary[["low", "high"]] == fitted.estimation.bounds(0.95)).all(axis=None)


def test_parameters_that_were_given_have_no_error():
    summary = PAPER.summary()
    assert summary["estimate"].tolist() == [0.243, 4.414, 0.793, 2.426]
    assert summary[["standard_error", "low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize("interval", [0, 0.9995, 1, 90, float("nan")])
def test_an_interval_is_one_that_profiles_reach_whether_or_not_there_are_any(fitted, interval):
    for model in (PAPER, fitted):
        with pytest.raises(BadParameter, match=r"`interval` must be a share .* at most 0\.999"):
            model.summary(interval)


def test_a_fitted_model_comes_back_from_its_file_as_it_was(fitted, tmp_path):
    fitted.to_json(tmp_path / "model.json")
    back = ModifiedBetaGeoModel.from_json(tmp_path / "model.json")
    assert back == fitted
    assert back.estimation.params == fitted.estimation.params
    assert (back.estimation.covariance == fitted.estimation.covariance).all()
    assert back.estimation.why == fitted.estimation.why
    for interval in (0.80, 0.99):
        pd.testing.assert_frame_equal(back.summary(interval), fitted.summary(interval))


def test_a_pickle_keeps_the_bounds(fitted):
    copy = pickle.loads(pickle.dumps(fitted))
    pd.testing.assert_frame_equal(copy.summary(), fitted.summary())


def test_a_coefficient_has_its_error_and_bounds_under_its_columns_name(told, tmp_path):
    summary = told.summary().set_index("parameter")
    assert summary.index.tolist() == ["r", "alpha", "a", "b", "online"] == list(told.names)
    online = summary.loc["online"]
    assert online["estimate"] == told.coefficients["online"]
    assert online["low"] < 0.7 < online["high"]
    told.to_json(tmp_path / "told.json")
    back = ModifiedBetaGeoModel.from_json(tmp_path / "told.json")
    assert back == told
    pd.testing.assert_frame_equal(back.summary(), told.summary())


def test_known_parameters_come_back_from_their_file(tmp_path):
    spend = GammaGammaModel(p=6.25, q=3.74, v=15.44)
    spend.to_json(tmp_path / "spend.json")
    assert GammaGammaModel.from_json(tmp_path / "spend.json") == spend
    assert json.loads((tmp_path / "spend.json").read_text())["estimation"] is None


def test_the_file_of_another_model_is_refused(tmp_path):
    PAPER.to_json(tmp_path / "model.json")
    with pytest.raises(BadParameter, match="a file written by ModifiedBetaGeoModel"):
        ModifiedBetaGeoModel.from_json(tmp_path / "model.json")


@pytest.mark.parametrize(
    "text", ["not json", "[]", "{}", '{"model": "BetaGeoModel", "estimation": null, "rate": 1}']
)
def test_a_file_that_holds_no_model_is_refused(tmp_path, text):
    path = tmp_path / "model.json"
    path.write_text(text)
    with pytest.raises(SourceUnreadable, match=r"model\.json holds no model"):
        BetaGeoModel.from_json(path)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SourceUnreadable, match=r"nope\.json holds no model .*No such file"):
        BetaGeoModel.from_json(tmp_path / "nope.json")


def test_a_nudged_model_differs_in_one_parameter_by_a_step_of_its_logarithm():
    nudged = PAPER.nudged("alpha", np.log(2))
    assert nudged.alpha == pytest.approx(8.828)
    assert (nudged.r, nudged.unit) == (0.243, "W")


def test_a_nudged_coefficient_moves_by_the_step_itself(told):
    nudged = told.nudged("online", -0.25)
    assert nudged.coefficients == {"online": told.coefficients["online"] - 0.25}
    assert nudged.alpha == told.alpha


def test_parameters_that_are_weakly_identified_have_errors_and_no_bounds(fitted):
    broad = replace(fitted.estimation, covariance=100_000 * fitted.estimation.covariance)
    summary = replace(fitted, estimation=broad).summary()
    assert np.isfinite(summary["standard_error"]).all()
    assert summary[["low", "high"]].isna().all(axis=None)
