import importlib.util
import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clv.customers.purchases import BetaGeoModel, Histories, ModifiedBetaGeoModel
from clv.errors import BadParameter, ColumnsMissing, DidNotConverge, TableBroken, UnitUnknown
from clv.models import bgnbd

COUNTS = Path(__file__).parents[1] / "models" / "cdnow_sample_counts.csv"
PAPER = BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
MODELS = [BetaGeoModel, ModifiedBetaGeoModel]


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    """The CDNOW sample at 1997-09-30, one row per customer, counted here with plain pandas."""
    folder = importlib.util.find_spec("lifetimes").submodule_search_locations[0]
    names = ["master", "customer_id", "date", "discs", "amount"]
    log = pd.read_csv(Path(folder, "datasets/CDNOW_sample.txt"), sep=r"\s+", names=names, dtype=str)
    log["date"] = pd.to_datetime(log["date"])
    end = pd.Timestamp("1997-09-30")
    dates = log[log["date"] <= end].groupby("customer_id")["date"]
    first, last = dates.min(), dates.max()
    customers = pd.DataFrame(
        {
            "frequency": dates.nunique() - 1,
            "recency": (last - first).dt.days / 7,
            "T": (end - first).dt.days / 7,
        }
    )
    customers.attrs = {"unit": "W", "as_of": "1997-09-30"}
    return customers


def table(*rows: tuple[float, float, float], unit: str | None = "W") -> pd.DataFrame:
    names = pd.Index(["Ada", "Bob", "Cem", "Dan", "Eva"][: len(rows)], name="customer_id")
    customers = pd.DataFrame(rows, names, columns=["frequency", "recency", "T"])
    if unit:
        customers.attrs["unit"] = unit
    return customers


def test_the_committed_counts_are_those_of_the_raw_file(cdnow):
    days = cdnow.assign(recency=cdnow["recency"] * 7, T=cdnow["T"] * 7).round().astype(int)
    counted = days.groupby(["frequency", "recency", "T"]).size().rename("customers").reset_index()
    pd.testing.assert_frame_equal(counted, pd.read_csv(COUNTS))


def test_the_fit_of_a_table_is_the_published_one(cdnow):
    model = BetaGeoModel.fit(cdnow)
    assert (model.r, model.alpha, model.a, model.b) == pytest.approx(
        (0.2425945, 4.4136019, 0.792922, 2.4259065), rel=1e-6
    )
    assert model.unit == "W"
    assert model.estimation.log_likelihood == pytest.approx(-9582.429207, abs=1e-5)
    assert model.log_likelihood(cdnow).sum() == pytest.approx(-9582.429207, abs=1e-5)


@pytest.mark.parametrize(
    ("model", "expected"), [(BetaGeoModel, 1653.4078), (ModifiedBetaGeoModel, 1576.7119)]
)
def test_the_forecast_of_the_sample_is_the_known_one(cdnow, model, expected):
    forecast = model.fit(cdnow).expected_purchases(cdnow, horizon="39W")
    assert forecast.sum() == pytest.approx(expected, rel=2e-5)
    assert forecast.index.equals(cdnow.index)
    assert forecast.name == "expected_purchases"


@pytest.mark.parametrize("ours", MODELS)
def test_lifetimes_expects_the_same_purchases_of_every_customer(cdnow, ours):
    theirs = lifetimes_model(ours)
    model = ours.fit(cdnow)
    theirs.params_ = pd.Series({"r": model.r, "alpha": model.alpha, "a": model.a, "b": model.b})
    history = (cdnow[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    expected = theirs.conditional_expected_number_of_purchases_up_to_time(39.0, *history)
    assert model.expected_purchases(cdnow, "39W").to_numpy() == pytest.approx(
        np.asarray(expected), rel=1e-6
    )


def lifetimes_model(ours):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.Pandas4Warning)
        import lifetimes
    return {
        BetaGeoModel: lifetimes.BetaGeoFitter,
        ModifiedBetaGeoModel: lifetimes.ModifiedBetaGeoFitter,
    }[ours]()


def test_each_customer_gets_what_the_mathematics_say_whatever_the_order_of_rows(cdnow):
    shuffled = cdnow.sample(frac=1, random_state=3)
    history = (shuffled[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    alive = PAPER.p_alive(shuffled)
    assert alive.to_numpy() == pytest.approx(bgnbd.p_alive(PAPER.params, *history), rel=1e-14)
    pd.testing.assert_series_equal(alive.sort_index(), PAPER.p_alive(cdnow).sort_index())


def test_a_table_has_far_fewer_histories_than_customers(cdnow):
    histories = Histories.of(cdnow)
    assert len(histories.customers) == 1016
    assert histories.customers.sum() == len(cdnow)
    for column, name in zip(histories.columns, ("frequency", "recency", "T"), strict=True):
        assert (column[histories.which] == cdnow[name].to_numpy()).all()


def test_a_table_without_rows_is_answered_without_rows():
    nobody = table()
    assert len(PAPER.p_alive(nobody)) == 0
    assert len(PAPER.expected_purchases(nobody, "12M")) == 0


def test_days_and_weeks_give_the_same_forecast(cdnow):
    days = cdnow.assign(recency=cdnow["recency"] * 7, T=cdnow["T"] * 7)
    days.attrs = cdnow.attrs | {"unit": "D"}
    weekly, daily = ModifiedBetaGeoModel.fit(cdnow), ModifiedBetaGeoModel.fit(days)
    assert daily.alpha == pytest.approx(7 * weekly.alpha, rel=1e-8)
    for ask in ("expected_purchases", "discounted_purchases", "p_purchase"):
        in_weeks, in_days = getattr(weekly, ask)(cdnow, "12M"), getattr(daily, ask)(days, "12M")
        pd.testing.assert_series_equal(in_days, in_weeks, rtol=1e-8)


def test_a_horizon_may_be_an_end_date_counted_from_the_tables_as_of(cdnow):
    by_date = PAPER.expected_purchases(cdnow, "1998-06-30")
    pd.testing.assert_series_equal(by_date, PAPER.expected_purchases(cdnow, "39W"))


def test_a_discount_makes_purchases_worth_less_and_none_leaves_them_alone(cdnow):
    expected = PAPER.expected_purchases(cdnow, "2Y")
    undiscounted = PAPER.discounted_purchases(cdnow, "2Y", annual_discount_rate=0.0)
    pd.testing.assert_series_equal(undiscounted, expected, check_names=False)
    assert (PAPER.discounted_purchases(cdnow, "2Y", annual_discount_rate=0.15) < expected).all()


def test_the_distribution_of_the_count_has_a_column_for_each_number():
    customers = table((2, 30.43, 38.86), (0, 0, 39))
    distribution = PAPER.purchase_count_distribution(customers, horizon="39W", most=3)
    assert list(distribution.columns) == [0, 1, 2, 3]
    assert distribution[0].to_dict() == pytest.approx({"Ada": 0.4453728621, "Bob": 0.8557675226})


def test_identical_customers_share_a_distribution_but_never_a_draw():
    twins = table(*[(9, 38.0, 39.0)] * 5)
    futures = PAPER.draws(twins, "39W", 200, np.random.default_rng(1))
    assert futures.shape == (5, 200)
    assert not (futures[0] == futures[1]).all()
    one = PAPER.simulate(twins, "39W", np.random.default_rng(1))
    assert one.index.equals(twins.index)
    assert one.dtype == np.int64


def test_new_customers_by_horizon_and_by_age():
    year = PAPER.expected_purchases_new_customer("52W")
    assert year == pytest.approx(1.446050595, rel=1e-9)
    by_age = PAPER.expected_after(np.array([[0.0, 1.0], [10.0, 52.0]]))
    assert by_age == pytest.approx(np.array([[0, 0.05326789117], [0.43241336223, year]]), rel=1e-9)


def test_an_end_date_is_counted_from_the_day_of_the_first_purchase():
    by_date = PAPER.expected_purchases_new_customer("1998-06-30", as_of="1997-09-30")
    assert by_date == PAPER.expected_purchases_new_customer("39W")
    with pytest.raises(BadParameter, match="where no as_of is known"):
        PAPER.expected_purchases_new_customer("1998-06-30")


def test_the_distribution_of_new_customers_has_a_row_for_each_age():
    distribution = PAPER.count_distribution_after(np.array([0.0, 39.0]), most=2)
    published = [[1, 0, 0], [0.573786352096, 0.199395280836, 0.085429759539]]
    assert distribution == pytest.approx(np.array(published), rel=1e-9, abs=1e-12)


def test_a_model_of_no_unit_takes_the_tables():
    unit_free = BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426)
    customers = table((2, 30.43, 38.86))
    pd.testing.assert_series_equal(
        unit_free.expected_purchases(customers, "39W"), PAPER.expected_purchases(customers, "39W")
    )
    with pytest.raises(UnitUnknown):
        unit_free.expected_purchases_new_customer("52W")


def test_a_table_in_another_unit_is_refused():
    with pytest.raises(UnitUnknown, match="The table counts in unit 'D', not 'W'"):
        PAPER.p_alive(table((2, 30, 38), unit="D"))


def test_a_table_of_no_unit_needs_one_to_be_fitted():
    customers = table((2, 30, 38), (0, 0, 39), unit=None)
    with pytest.raises(UnitUnknown, match="unit='D' or unit='W'"):
        BetaGeoModel.fit(customers)


def test_a_missing_column_is_named_with_its_near_one():
    customers = table((2, 30, 38)).rename(columns={"recency": "recencey"})
    customers.attrs["unit"] = "W"
    with pytest.raises(ColumnsMissing, match=r"lacks `recency`.* Did you mean `recencey`"):
        BetaGeoModel.fit(customers)


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ((1, 40.0, 39.0), "0 <= recency <= T"),
        ((1, -1.0, 39.0), "0 <= recency <= T"),
        ((1, 2.0, np.nan), "0 <= recency <= T"),
        ((1.5, 2.0, 39.0), "frequency is a whole number, 0 or more"),
        ((-1, 2.0, 39.0), "frequency is a whole number, 0 or more"),
        ((0, 2.0, 39.0), "recency is 0 exactly where frequency is"),
        ((3, 0.0, 39.0), "recency is 0 exactly where frequency is"),
    ],
)
def test_a_history_that_cannot_be_is_refused_with_its_customer(row, rule):
    with pytest.raises(TableBroken, match=rf"breaks `{rule}` in 1 of 2 rows \(first: Bob\)"):
        PAPER.p_alive(table((2, 30, 38), row))


def test_a_base_that_never_came_back_is_not_fitted():
    with pytest.raises(DidNotConverge, match="none of 2 customers has come back"):
        BetaGeoModel.fit(table((0, 0, 38), (0, 0, 39)))


def test_a_parameter_or_a_unit_that_cannot_be_is_refused():
    with pytest.raises(BadParameter, match="`alpha` must be a positive number"):
        BetaGeoModel(r=0.243, alpha=-4.414, a=0.793, b=2.426)
    with pytest.raises(BadParameter, match="`unit` must be one of"):
        BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="M")


@pytest.mark.parametrize("kind", MODELS)
def test_a_fitted_model_can_be_pickled(cdnow, kind):
    model = kind.fit(cdnow)
    copy = pickle.loads(pickle.dumps(model))
    assert copy == model
    assert copy.estimation.why == model.estimation.why
