import pickle
import warnings
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

import clv
from clv.customers.purchases import (
    BetaGeoModel,
    ModifiedBetaGeoModel,
    ParetoNBDModel,
    PurchaseModel,
)
from clv.customers.spend import GammaGammaModel
from clv.errors import BadParameter, ColumnsMissing, DidNotConverge, TableBroken, UnitUnknown
from clv.models import bgnbd, mbgnbd, simulate

PAPER = BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
MODELS = [BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel]
# The reference discounts by ln 1.1 / 52 a week, and a year here has 365.25 / 7 of them.
PER_364_DAYS = 1.1 ** (365.25 / 364) - 1


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    """The CDNOW sample at 1997-09-30, one row per customer, as anyone would summarise it."""
    return clv.customer_summary(clv.load("cdnow-sample"), as_of="1997-09-30", unit="W")


@pytest.fixture(scope="module")
def fitted(cdnow) -> dict[type, PurchaseModel]:
    return {kind: kind.fit(cdnow) for kind in MODELS}


def table(*rows: tuple[float, float, float], unit: str | None = "W") -> pd.DataFrame:
    names = pd.Index(["Ada", "Bob", "Cem", "Dan", "Eva"][: len(rows)], name="customer_id")
    customers = pd.DataFrame(rows, names, columns=["frequency", "recency", "T"])
    if unit:
        customers.attrs["unit"] = unit
    return customers


# Published numbers --------------------------------------------------------------------------

# Parameters, log-likelihood and standard errors that other packages found on the sample.
FOUND = {
    BetaGeoModel: (
        (0.2425945, 4.4136019, 0.792922, 2.4259065),
        -9582.429207,
        (0.012557, 0.378224, 0.185734, 0.705414),
    ),
    ModifiedBetaGeoModel: (
        (0.5248431, 6.1830852, 0.8913594, 1.6140023),
        -9582.135716,
        (0.083268, 0.695621, 0.154790, 0.537495),
    ),
    ParetoNBDModel: (
        (0.55327, 10.5778007, 0.60602, 11.6639145),
        -9594.976181,
        (0.047620, 0.842700, 0.187053, 6.203674),
    ),
}


def as_found(kind: type[PurchaseModel]) -> PurchaseModel:
    names = (field.name for field in fields(kind.kind))
    return kind(**dict(zip(names, FOUND[kind][0], strict=True)), unit="W")


@pytest.mark.parametrize("kind", MODELS)
def test_the_fit_of_a_table_is_the_published_one(cdnow, fitted, kind):
    parameters, log_likelihood, errors = FOUND[kind]
    model, found = fitted[kind], fitted[kind].estimation
    # Theirs of Pareto/NBD stops short of the top, by a millionth of the log-likelihood.
    assert found.estimates == pytest.approx(np.array(parameters), rel=5e-4)
    assert [getattr(model, name) for name in model.names] == found.estimates.tolist()
    assert model.unit == "W"
    assert found.log_likelihood == pytest.approx(log_likelihood, abs=2e-5)
    assert found.log_likelihood > as_found(kind).log_likelihood(cdnow).sum() - 1e-9
    assert model.log_likelihood(cdnow).sum() == pytest.approx(found.log_likelihood, abs=1e-8)
    assert found.standard_errors == pytest.approx(np.array(errors), rel=5e-3)


@pytest.mark.parametrize(
    ("kind", "alive", "purchases"),
    [
        (BetaGeoModel, 1917.277, 1653.4078),
        (ModifiedBetaGeoModel, 1057.632, 1576.728),
        (ParetoNBDModel, 1051.971, 1665.688),
    ],
)
def test_the_forecast_of_the_sample_is_the_known_one(cdnow, kind, alive, purchases):
    model = as_found(kind)
    assert model.p_alive(cdnow).sum() == pytest.approx(alive, rel=5e-6)
    forecast = model.expected_purchases(cdnow, horizon="39W")
    assert forecast.sum() == pytest.approx(purchases, rel=2e-6)
    assert forecast.index.equals(cdnow.index)
    assert forecast.name == "expected_purchases"


@pytest.mark.parametrize(
    ("kind", "purchases"), [(BetaGeoModel, 1.444011), (ParetoNBDModel, 1.473498)]
)
def test_a_new_customer_of_the_sample_buys_as_often_as_is_known(kind, purchases):
    found = as_found(kind).expected_purchases_new_customer("52W")
    assert found == pytest.approx(purchases, rel=2e-6)


def test_the_residual_lifetime_of_the_sample_is_worth_what_is_known(cdnow):
    model = as_found(ParetoNBDModel)
    worth = model.discounted_purchases(cdnow, annual_discount_rate=PER_364_DAYS)
    assert worth.sum() == pytest.approx(9012.3006, rel=2e-6)
    spend = GammaGammaModel(p=6.24934918, q=3.744256334, v=15.444306682)
    assert (worth * spend.expected_spend(cdnow)).sum() == pytest.approx(327110.4, rel=2e-6)


@pytest.mark.parametrize("ours", [BetaGeoModel, ModifiedBetaGeoModel])
def test_lifetimes_expects_the_same_purchases_of_every_customer(cdnow, fitted, ours):
    theirs, model = lifetimes_model(ours), fitted[ours]
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


# The same customers, told differently -------------------------------------------------------


def answers(model: PurchaseModel, customers: pd.DataFrame) -> pd.DataFrame:
    """Everything that a model says of each customer, a column each."""
    counts = model.purchase_count_distribution(customers, "90D", most=2)
    return pd.DataFrame(
        {
            "p_alive": model.p_alive(customers),
            "p_alive_in_a_year": model.p_alive(customers, "12M"),
            "p_purchase": model.p_purchase(customers, "90D"),
            "expected_purchases": model.expected_purchases(customers, "12M"),
            "discounted_purchases": model.discounted_purchases(customers, "12M"),
            "residual_lifetime": model.discounted_purchases(customers),
            **{f"buys_{n}": counts[n] for n in counts},
        }
    )


@pytest.mark.parametrize("kind", MODELS)
def test_days_and_weeks_are_the_same_customers(cdnow, fitted, kind):
    days = cdnow.assign(recency=cdnow["recency"] * 7, T=cdnow["T"] * 7)
    days.attrs = cdnow.attrs | {"unit": "D"}
    daily = kind.fit(days)
    pd.testing.assert_frame_equal(answers(daily, days), answers(fitted[kind], cdnow), rtol=1e-9)
    assert daily.estimation.log_errors == pytest.approx(fitted[kind].estimation.log_errors)


@pytest.mark.parametrize("kind", MODELS)
def test_the_order_of_rows_decides_nothing(cdnow, fitted, kind):
    shuffled = cdnow.sample(frac=1, random_state=3)
    again = kind.fit(shuffled)
    assert again.estimation.estimates == pytest.approx(fitted[kind].estimation.estimates, rel=1e-12)
    pd.testing.assert_frame_equal(
        answers(fitted[kind], shuffled).sort_index(), answers(fitted[kind], cdnow), rtol=1e-12
    )


@pytest.mark.parametrize("kind", MODELS)
def test_twice_the_same_customers_are_the_same_model_and_surer_of_it(cdnow, fitted, kind):
    twice = kind.fit(pd.concat([cdnow, cdnow]), unit="W")
    once = fitted[kind].estimation
    assert twice.estimation.estimates == pytest.approx(once.estimates, rel=1e-9)
    assert twice.estimation.standard_errors == pytest.approx(once.standard_errors / np.sqrt(2))
    assert twice.estimation.log_likelihood == pytest.approx(2 * once.log_likelihood)


def test_dollars_and_cents_are_the_same_money(cdnow, fitted):
    cents = cdnow.assign(monetary_value=cdnow["monetary_value"] * 100)
    worth = fitted[ModifiedBetaGeoModel].discounted_purchases(cdnow, "12M")
    in_dollars = worth * GammaGammaModel.fit(cdnow).expected_spend(cdnow)
    in_cents = worth * GammaGammaModel.fit(cents).expected_spend(cents)
    pd.testing.assert_series_equal(in_cents, 100 * in_dollars, rtol=1e-9)


@pytest.mark.parametrize("kind", MODELS)
def test_histories_computed_once_answer_as_the_table_does(cdnow, fitted, kind):
    histories = fitted[kind].histories(cdnow)
    pd.testing.assert_frame_equal(
        answers(fitted[kind], histories), answers(fitted[kind], cdnow), rtol=1e-15
    )


def test_each_distinct_history_is_answered_once(cdnow):
    histories = PAPER.histories(cdnow)
    distinct = histories.distinct()
    alive = PAPER.p_alive(distinct)
    assert len(alive) == 1016
    each = histories.spread(alive.to_numpy(), "p_alive")
    pd.testing.assert_series_equal(each, PAPER.p_alive(cdnow))
    history = (cdnow[name].to_numpy(float) for name in ("frequency", "recency", "T"))
    assert each.to_numpy() == pytest.approx(bgnbd.p_alive(PAPER.params, *history), rel=1e-14)


def test_a_table_without_rows_is_answered_without_rows():
    nobody = table()
    assert len(PAPER.p_alive(nobody)) == 0
    assert len(PAPER.expected_purchases(nobody, "12M")) == 0


# What is asked ------------------------------------------------------------------------------


def test_a_horizon_may_be_an_end_date_counted_from_the_tables_as_of(cdnow):
    by_date = PAPER.expected_purchases(cdnow, "1998-06-30")
    pd.testing.assert_series_equal(by_date, PAPER.expected_purchases(cdnow, "39W"))


@pytest.mark.parametrize("kind", MODELS)
def test_fewer_are_still_there_after_a_while(cdnow, fitted, kind):
    now, later = fitted[kind].p_alive(cdnow), fitted[kind].p_alive(cdnow, "39W")
    assert (later < now).all()
    much_later = fitted[kind].p_alive(cdnow, "20Y")
    assert (much_later < later).all()


def test_one_who_bought_once_leaves_as_the_paper_says():
    alive = PAPER.p_alive(table((0, 0, 39), (2, 30.43, 38.86)), horizon="39W")
    assert alive.to_dict() == pytest.approx({"Ada": 0.9557642568, "Bob": 0.5671380356})


def test_a_discount_makes_purchases_worth_less_and_none_leaves_them_alone(cdnow):
    expected = PAPER.expected_purchases(cdnow, "2Y")
    undiscounted = PAPER.discounted_purchases(cdnow, "2Y", annual_discount_rate=0.0)
    pd.testing.assert_series_equal(undiscounted, expected, check_names=False)
    assert (PAPER.discounted_purchases(cdnow, "2Y", annual_discount_rate=0.15) < expected).all()


@pytest.mark.parametrize("kind", MODELS)
def test_a_longer_horizon_comes_closer_to_the_whole_residual_lifetime(cdnow, fitted, kind):
    whole = fitted[kind].discounted_purchases(cdnow)
    ten, fifty = (fitted[kind].discounted_purchases(cdnow, h) for h in ("10Y", "50Y"))
    assert (ten < fifty).all()
    assert (fifty < whole).all()
    assert fifty.sum() == pytest.approx(whole.sum(), rel=0.02)


def test_an_endless_lifetime_without_a_discount_is_refused_where_it_is_worth_endlessly_much():
    with pytest.raises(BadParameter):
        PAPER.discounted_purchases(table((2, 30, 38)), annual_discount_rate=0.0)


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


@pytest.mark.parametrize("kind", MODELS)
def test_the_order_of_rows_decides_no_total_of_draws(cdnow, fitted, kind):
    shuffled = cdnow.sample(frac=1, random_state=3)
    one, other = (
        fitted[kind].draws(each, "39W", 8, np.random.default_rng(1)) for each in (cdnow, shuffled)
    )
    assert (one.sum(axis=0) == other.sum(axis=0)).all()
    frequencies = cdnow["frequency"].to_numpy(), shuffled["frequency"].to_numpy()
    assert (one[frequencies[0] == 2].sum(axis=0) == other[frequencies[1] == 2].sum(axis=0)).all()


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


# As a user would mistype it -----------------------------------------------------------------


def test_a_horizon_that_is_a_bare_number_is_refused_with_what_to_write():
    with pytest.raises(BadParameter, match="did you mean '39W' or '39M'; got 39"):
        PAPER.expected_purchases(table((2, 30, 38)), 39)


@pytest.mark.parametrize("most", [-1, 2.5, "3", None])
def test_counts_go_up_to_a_whole_number(most):
    with pytest.raises(BadParameter, match="`most` must be a whole number from 0; got"):
        PAPER.purchase_count_distribution(table((2, 30, 38)), "39W", most)


def test_a_model_of_no_unit_takes_the_tables():
    unit_free = BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426)
    customers = table((2, 30.43, 38.86))
    pd.testing.assert_series_equal(
        unit_free.expected_purchases(customers, "39W"), PAPER.expected_purchases(customers, "39W")
    )
    with pytest.raises(UnitUnknown, match=r"The model does not say .* its parameters are given"):
        unit_free.expected_purchases_new_customer("52W")


def test_a_table_in_another_unit_is_refused_and_so_are_its_histories():
    in_days = table((2, 30, 38), unit="D")
    with pytest.raises(UnitUnknown, match="The table counts in unit 'D', not 'W'"):
        PAPER.p_alive(in_days)
    with pytest.raises(UnitUnknown, match="The table counts in unit 'D', not 'W'"):
        PAPER.p_alive(BetaGeoModel(r=1, alpha=2, a=1, b=2).histories(in_days))


def test_a_table_of_no_unit_needs_one_to_be_fitted():
    customers = table((2, 30, 38), (0, 0, 39), unit=None)
    with pytest.raises(UnitUnknown, match="unit='D' or unit='W'"):
        BetaGeoModel.fit(customers)


def test_a_missing_column_is_named_with_its_near_one():
    customers = table((2, 30, 38)).rename(columns={"recency": "recencey"})
    customers.attrs["unit"] = "W"
    with pytest.raises(ColumnsMissing, match=r"lacks `recency`.* Did you mean `recencey`"):
        BetaGeoModel.fit(customers)


def test_a_history_that_cannot_be_is_refused():
    with pytest.raises(TableBroken, match=r"breaks `0 <= recency <= T` in 1 of 1 rows"):
        PAPER.p_alive(table((2, 40, 38)))


@pytest.mark.parametrize("kind", MODELS)
def test_a_base_that_never_came_back_is_not_fitted(kind):
    with pytest.raises(DidNotConverge, match="none of 2 customers has come back"):
        kind.fit(table((0, 0, 38), (0, 0, 39)))


def test_a_parameter_or_a_unit_that_cannot_be_is_refused():
    with pytest.raises(BadParameter, match="`alpha` must be a positive number"):
        BetaGeoModel(r=0.243, alpha=-4.414, a=0.793, b=2.426)
    with pytest.raises(BadParameter, match="`unit` must be one of"):
        BetaGeoModel(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="M")


# Kept ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", MODELS)
def test_a_model_comes_back_from_its_pickle_and_its_file_as_it_was(cdnow, fitted, kind, tmp_path):
    model = fitted[kind]
    model.to_json(tmp_path / "model.json")
    for copy in (pickle.loads(pickle.dumps(model)), kind.from_json(tmp_path / "model.json")):
        assert copy == model
        assert hash(copy) == hash(model)
        assert copy.estimation.why == model.estimation.why
        pd.testing.assert_frame_equal(copy.summary(), model.summary())
        pd.testing.assert_series_equal(
            copy.expected_purchases(cdnow, "39W"), model.expected_purchases(cdnow, "39W")
        )


# Covariates ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def channels() -> pd.DataFrame:
    """Customers of a web shop that sells twice as often, and of some age."""
    rng = np.random.default_rng(5)
    n = 4000
    web, age, T = rng.random(n) < 0.4, rng.integers(18, 80, n), rng.integers(20, 80, n) * 1.0
    alpha = 6 * np.exp(-np.log(2) * web + 0.02 * (age - 40))
    frequency, recency = simulate.draw_histories(mbgnbd.MbgNbd(0.9, alpha, 0.8, 2.0), T, rng)
    customers = pd.DataFrame({"frequency": frequency, "recency": recency, "T": T})
    customers = customers.assign(web=web, age=age, channel=np.where(web, "web", "shop"))
    customers.attrs = {"unit": "W", "as_of": "2024-12-31"}
    return customers


@pytest.fixture(scope="module")
def weighed(channels) -> ModifiedBetaGeoModel:
    return ModifiedBetaGeoModel.fit(channels, covariates=["web", "age"])


def test_the_fit_recovers_how_purchases_answer_to_the_covariates(weighed):
    assert list(weighed.coefficients) == ["web", "age"]
    summary = weighed.summary(interval=0.99).set_index("parameter")
    assert summary.index.tolist() == ["r", "alpha", "a", "b", "web", "age"]
    assert summary.loc["web", "low"] < np.log(2) < summary.loc["web", "high"]
    assert summary.loc["age", "low"] < -0.02 < summary.loc["age", "high"]


def test_covariates_that_matter_make_the_data_likelier(channels, weighed):
    plain = ModifiedBetaGeoModel.fit(channels)
    assert weighed.estimation.aic < plain.estimation.aic - 10
    total = weighed.log_likelihood(channels).sum()
    assert total == pytest.approx(weighed.estimation.log_likelihood, abs=1e-6)


@pytest.mark.parametrize("kind", [BetaGeoModel, ModifiedBetaGeoModel])
def test_coefficients_of_zero_give_back_the_plain_model(channels, kind):
    letters = {"r": 0.5, "alpha": 6.0, "a": 0.9, "b": 1.6, "unit": "W"}
    zero = kind(**letters, coefficients={"web": 0.0, "age": 0.0})
    pd.testing.assert_frame_equal(
        answers(zero, channels), answers(kind(**letters), channels), rtol=1e-12
    )


def test_customers_equal_but_for_a_covariate_are_valued_differently():
    model = BetaGeoModel(
        r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W", coefficients={"web": np.log(2)}
    )
    customers = table((2, 30.43, 38.86), (2, 30.43, 38.86)).assign(web=[False, True])
    plain = PAPER.expected_purchases(customers, "39W")
    twice = BetaGeoModel(r=0.243, alpha=4.414 / 2, a=0.793, b=2.426, unit="W")
    expected = {
        "Ada": plain["Ada"],
        "Bob": twice.expected_purchases(customers, "39W")["Bob"],
    }
    assert model.expected_purchases(customers, "39W").to_dict() == pytest.approx(expected)
    futures = model.draws(customers, "39W", 4000, np.random.default_rng(2)).mean(axis=1)
    assert futures == pytest.approx(np.array(list(expected.values())), rel=0.1)


def test_a_new_customer_is_told_with_the_covariates():
    model = BetaGeoModel(
        r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W", coefficients={"web": np.log(2)}
    )
    on_the_web = model.expected_purchases_new_customer("52W", covariates={"web": 1})
    twice = BetaGeoModel(r=0.243, alpha=4.414 / 2, a=0.793, b=2.426, unit="W")
    assert on_the_web == pytest.approx(twice.expected_purchases_new_customer("52W"))
    with pytest.raises(BadParameter, match=r"`covariates` must be \{'web': …\}; got None"):
        model.expected_purchases_new_customer("52W")
    with pytest.raises(BadParameter, match="`covariates` must be left out"):
        PAPER.expected_purchases_new_customer("52W", covariates={"web": 1})


def test_covariates_far_beyond_those_of_the_fit_are_refused_by_name():
    model = BetaGeoModel(
        r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W", coefficients={"age": 0.5, "web": 1.0}
    )
    customers = table((2, 30, 38), (0, 0, 39), (2, 30, 38))
    far = customers.assign(age=[40, 40, 4e6], web=0)
    for values in (far, far.assign(age=-far["age"]), far.assign(age=[0, 0, 1e308], web=1e308)):
        wrong = len(values) if (values["web"] > 0).any() else 1
        sentence = rf"`age`, `web` move the purchase rate of {wrong} of 3 customers by a factor"
        with pytest.raises(TableBroken, match=sentence):
            model.expected_purchases(values, "39W")
    with pytest.raises(TableBroken, match=r"of 1 of 1 customers .*first: the new customer"):
        model.expected_purchases_new_customer("39W", covariates={"age": 4e6, "web": 0})


def test_a_table_without_the_models_covariates_is_refused(channels, weighed):
    with pytest.raises(ColumnsMissing, match="lacks `age`"):
        weighed.p_alive(channels.drop(columns="age"))
    with pytest.raises(ColumnsMissing, match="read without `age`, `web`, which the model"):
        weighed.p_alive(PAPER.histories(channels))


def test_text_constants_and_copies_are_refused_as_covariates(channels):
    with pytest.raises(TableBroken, match="drop_first=True"):
        ModifiedBetaGeoModel.fit(channels, covariates=["channel"])
    with pytest.raises(TableBroken, match="`one` is 1 for every customer"):
        ModifiedBetaGeoModel.fit(channels.assign(one=1), covariates=["web", "one"])
    both = channels.assign(shop=~channels["web"])
    with pytest.raises(TableBroken, match="`shop` follows from `web`"):
        ModifiedBetaGeoModel.fit(both, covariates=["web", "shop"])


def test_pareto_nbd_takes_no_covariates(channels):
    with pytest.raises(BadParameter, match="ParetoNBDModel takes no covariates"):
        ParetoNBDModel.fit(channels, covariates=["web"])


def test_a_model_with_coefficients_comes_back_from_its_file(channels, weighed, tmp_path):
    weighed.to_json(tmp_path / "model.json")
    back = ModifiedBetaGeoModel.from_json(tmp_path / "model.json")
    assert back == weighed
    pd.testing.assert_frame_equal(back.summary(), weighed.summary())
    pd.testing.assert_series_equal(back.p_alive(channels), weighed.p_alive(channels))


def test_a_coefficient_is_nudged_by_its_column(weighed):
    nudged = weighed.nudged("web", 0.5)
    assert nudged.coefficients["web"] == weighed.coefficients["web"] + 0.5
    assert nudged.coefficients["age"] == weighed.coefficients["age"]
