import importlib.util
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.spend import GammaGammaModel
from clv.errors import BadParameter, ColumnsMissing, TableBroken, TooLittleToModel

SPENDING = Path(__file__).parents[1] / "models" / "cdnow_sample_spend.csv"
NOTE = GammaGammaModel(p=6.25, q=3.74, v=15.44)


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    """The CDNOW sample at 1997-09-30, one row per customer, counted here with plain pandas."""
    folder = importlib.util.find_spec("lifetimes").submodule_search_locations[0]
    names = ["master", "customer_id", "date", "discs", "amount"]
    log = pd.read_csv(Path(folder, "datasets/CDNOW_sample.txt"), sep=r"\s+", names=names)
    days = log[log["date"] <= 19970930].groupby(["customer_id", "date"])["amount"].sum()
    repeats = days[days.groupby("customer_id").cumcount() > 0].groupby("customer_id")
    customers = pd.DataFrame(index=days.index.unique("customer_id"))
    return customers.assign(
        frequency=repeats.size().reindex(customers.index, fill_value=0),
        monetary_value=repeats.mean(),
    )


@pytest.fixture(scope="module")
def history() -> pd.DataFrame:
    """The same customers with what they have spent in all."""
    return clv.customer_summary(clv.load("cdnow-sample"), "1997-09-30")


def test_the_committed_spending_is_that_of_the_raw_file(cdnow):
    repeat = cdnow[cdnow["frequency"] > 0].sort_values(["frequency", "monetary_value"])
    pd.testing.assert_frame_equal(repeat.reset_index(drop=True), pd.read_csv(SPENDING), rtol=1e-9)


def test_the_fit_of_a_table_is_the_published_one(cdnow):
    model = GammaGammaModel.fit(cdnow)
    assert (model.p, model.q, model.v) == pytest.approx((6.249349, 3.744256, 15.444307), rel=6e-5)
    assert model.estimation.log_likelihood == pytest.approx(-4055.917695, abs=1e-6)
    assert model.log_likelihood(cdnow).sum() == pytest.approx(-4055.917695, abs=1e-6)


def test_one_time_buyers_get_the_populations_mean(cdnow):
    model = GammaGammaModel.fit(cdnow)
    spend = model.expected_spend(cdnow)
    assert model.population_mean == pytest.approx(35.17037, rel=1e-4)
    assert (spend[cdnow["frequency"] == 0] == model.population_mean).all()
    assert spend.mean() == pytest.approx(35.252364, rel=1e-5)
    assert spend.index.equals(cdnow.index)


def test_expected_spend_is_the_scale_times_the_mean_of_a_draw(cdnow):
    customers = cdnow[cdnow["frequency"] == 2].head(3)
    factors = NOTE.draw_factors(np.full((3, 1), 2), np.ones((3, 100_000)), np.random.default_rng(2))
    drawn = factors.mean(axis=1) * NOTE.scale(customers)
    assert drawn.to_numpy() == pytest.approx(NOTE.expected_spend(customers).to_numpy(), rel=0.02)


def test_a_handful_of_repeat_buyers_is_too_little():
    customers = pd.DataFrame({"frequency": [1] * 9 + [0], "monetary_value": [20.0] * 9 + [np.nan]})
    with pytest.raises(TooLittleToModel, match="Only 9 customers have paid for a repeat"):
        GammaGammaModel.fit(customers)


@pytest.mark.parametrize("amount", [-5.0, np.nan, np.inf])
def test_money_that_cannot_be_is_named_by_rows_and_counts(amount):
    customers = pd.DataFrame(
        {"frequency": [1, 2, 3, 0], "monetary_value": [10.0, amount, amount, np.nan]},
        index=["Ada", "Bob", "Cem", "Dan"],
    )
    with pytest.raises(TableBroken, match=r"in 2 of 3 rows .*\(first: Bob, Cem\)"):
        GammaGammaModel.fit(customers)
    with pytest.raises(TableBroken, match="Set refunds aside"):
        NOTE.expected_spend(customers)


def test_a_customer_of_free_orders_is_expected_to_spend_little_and_takes_no_part_in_the_fit(cdnow):
    free = pd.DataFrame({"frequency": [3], "monetary_value": [0.0]}, index=["Ada"])
    assert NOTE.expected_spend(free)["Ada"] == pytest.approx(6.25 * 15.44 / (3 * 6.25 + 2.74))
    assert GammaGammaModel.fit(pd.concat([cdnow, free])) == GammaGammaModel.fit(cdnow)


def test_all_purchases_count_if_they_are_to(history):
    # Known from another implementation: p 9.881241, q 3.39875, v 7.928588; ours is higher.
    model = GammaGammaModel.fit(history, basis="all")
    assert (model.p, model.q, model.v) == pytest.approx((9.881241, 3.39875, 7.928588), rel=1e-5)
    assert model.estimation.log_likelihood == pytest.approx(-9898.450937, abs=1e-5)
    assert model.counted(np.array([0, 2])).tolist() == [1, 3]


def test_the_first_purchase_tells_one_time_buyers_apart(history):
    once = history[history["frequency"] == 0]
    assert GammaGammaModel.fit(history).expected_spend(once).nunique() == 1
    spend = GammaGammaModel.fit(history, basis="all").expected_spend(once)
    paid = once["total_spend"] > 0
    assert spend.rank().corr(once["total_spend"].rank()) == pytest.approx(1)
    assert spend[paid].between(*once.loc[paid, "total_spend"].agg(["min", "max"])).all()


def test_with_all_purchases_a_draw_has_the_expected_mean_too(history):
    model, some = GammaGammaModel.fit(history, basis="all"), history.head(3)
    counts, rng = some["frequency"].to_numpy()[:, None], np.random.default_rng(2)
    drawn = model.draw_factors(counts, np.ones((3, 100_000)), rng).mean(axis=1) * model.scale(some)
    assert drawn.to_numpy() == pytest.approx(model.expected_spend(some).to_numpy(), rel=0.02)


def test_a_basis_that_does_not_exist_is_refused(history):
    with pytest.raises(BadParameter, match=r"`basis` must be one of \['repeat', 'all'\]"):
        GammaGammaModel.fit(history, basis="first")


def test_all_purchases_need_what_was_spent_on_them(cdnow):
    with pytest.raises(ColumnsMissing, match="lacks `total_spend`"):
        GammaGammaModel.fit(cdnow, basis="all")
    broken = cdnow.assign(total_spend=-1.0).head(4)
    with pytest.raises(TableBroken, match="`total_spend >= 0` in 4 of 4 rows"):
        GammaGammaModel.fit(broken, basis="all")


def test_a_file_remembers_the_basis(history, tmp_path):
    model = GammaGammaModel.fit(history, basis="all")
    model.to_json(tmp_path / "spend.json")
    assert GammaGammaModel.from_json(tmp_path / "spend.json") == model


def test_a_missing_column_is_named():
    with pytest.raises(ColumnsMissing, match="lacks `monetary_value`; it has `frequency`"):
        GammaGammaModel.fit(pd.DataFrame({"frequency": [1]}))


def test_a_fitted_model_can_be_pickled(cdnow):
    model = GammaGammaModel.fit(cdnow)
    assert pickle.loads(pickle.dumps(model)) == model


@pytest.mark.parametrize("column", ["frequency", "monetary_value"])
def test_a_column_that_holds_no_numbers_is_named(column):
    customers = pd.DataFrame({"frequency": [0, 7], "monetary_value": [np.nan, 73.74]})
    text = customers.assign(**{column: ["none", "seven"]})
    with pytest.raises(
        TableBroken, match=rf"`{column}` of the customer table holds .* not numbers"
    ):
        NOTE.expected_spend(text)
