"""The paired bootstrap is what drawing customers and fitting again would give."""

import numpy as np
import pandas as pd
import pytest

from clv.customers import paired
from clv.customers.purchases import BetaGeoModel
from clv.customers.spend import GammaGammaModel
from clv.customers.value import value_customers
from clv.customers.value_bridge import Terms, Valued, value_bridge
from clv.models import simulate
from clv.models.bgnbd import BgNbd

TERMS = Terms("52W", 0.10)
LATER = 26.0  # weeks between the two reports


def histories(first, days, spent, T):
    """The summary of each customer who had bought by week T."""
    rows = {}
    for name, (start, times, mean) in enumerate(zip(first, days, spent, strict=True)):
        if start < T:
            seen = times[times <= T]
            last = seen[-1] - start if len(seen) else 0.0
            rows[f"{name:04d}"] = (len(seen), last, T - start, mean if len(seen) else np.nan)
    table = pd.DataFrame.from_dict(
        rows, "index", columns=["frequency", "recency", "T", "monetary_value"]
    ).rename_axis("customer_id")
    table.attrs = {"unit": "W", "as_of": "2024-01-01"}
    return table


@pytest.fixture(scope="module")
def shop():
    """Two summaries of one simulated shop, half a year apart."""
    rng = np.random.default_rng(7)
    first, days, spent = [], [], []
    for start in rng.uniform(0, 52 + LATER, 600):
        rate, leaves = rng.gamma(0.6, 1 / 5.0), rng.beta(0.9, 2.5)
        times, now = [], start
        while now < 52 + LATER:
            now += rng.exponential(1 / rate)
            times.append(now)
            if rng.random() < leaves:
                break
        first.append(start)
        days.append(np.array(times))
        spent.append(rng.gamma(6.0, 1.0) * rng.gamma(4.0, 1.5))
    return tuple(histories(first, days, spent, T) for T in (52.0, 52.0 + LATER))


def valued(table):
    purchases, spend = BetaGeoModel.fit(table), GammaGammaModel.fit(table)
    how = {"horizon": TERMS.horizon, "annual_discount_rate": 0.10, "interval": None}
    return Valued(value_customers(table, purchases, spend, **how), purchases, spend)


def drawn(table, names):
    """The same customers as often as they were drawn, each under a name of its own."""
    picked = table.reindex([name for name in names if name in table.index])
    numbers = pd.Series(picked.index).groupby(picked.index.to_numpy()).cumcount()
    picked.index = picked.index + "-" + numbers.astype(str).to_numpy()
    picked.attrs = table.attrs
    return picked.rename_axis("customer_id")


def test_without_any_customers_to_tell_apart_the_interval_is_a_point(shop):
    old, _ = shop
    base = valued(old)
    found = value_bridge(base, old, base, TERMS)
    assert found["amount"].eq(0).all()
    assert np.allclose(found[["low", "high"]], 0, atol=1e-6)


def test_the_interval_holds_the_change_and_is_the_same_each_time(shop):
    old, new = shop
    found = value_bridge(valued(old), old, valued(new), TERMS)
    again = value_bridge(valued(old), old, valued(new), TERMS)
    pd.testing.assert_frame_equal(found, again)
    assert (found["low"] <= found["amount"] + 0.01).all()
    assert (found["amount"] - 0.01 <= found["high"]).all()
    assert found.attrs["change_low"] < found["amount"].sum() < found.attrs["change_high"]


def test_what_both_reports_share_cancels_out(shop):
    """Two intervals of the totals are far wider than that of their difference."""
    old, _ = shop
    base = valued(old)
    dearer = Valued(base.customers.assign(clv=base.customers["clv"]), base.purchases, base.spend)
    worth, rows = base.customers[["clv"]].to_numpy(), np.arange(len(old))
    sums, _ = paired.sums(worth, lambda *_: 0 * worth, (base, dearer), (rows, rows))
    found = value_bridge(base, old, dearer, TERMS)
    assert np.ptp(sums[:, 0]) > 0.1 * base.customers["clv"].sum()
    assert found.attrs["change_high"] - found.attrs["change_low"] < 1e-6


def test_rows_drawn_again_vary_as_the_variance_of_a_sum_says():
    values = np.random.default_rng(1).gamma(2.0, 1.0, (500, 1))
    sums = paired.drawn_again(values, np.random.default_rng(2))
    assert sums.mean() == pytest.approx(values.sum(), rel=0.01)
    assert sums.std() == pytest.approx(np.sqrt(500) * values.std(), rel=0.1)


def test_a_weakly_identified_model_leaves_the_bounds_unknown_and_says_why():
    rng = np.random.default_rng(3)
    T = rng.uniform(10, 40, 60)
    params = BgNbd(0.25, 4.4, 0.8, 2.4)
    frequency, recency = simulate.draw_histories(params, T, rng)
    table = pd.DataFrame(
        {"frequency": frequency, "recency": recency, "T": T, "monetary_value": 20.0 + frequency},
        index=[str(n) for n in range(60)],
    ).rename_axis("customer_id")
    table["monetary_value"] = table["monetary_value"].where(table["frequency"] > 0)
    table.attrs = {"unit": "W", "as_of": "2024-01-01"}
    weak = BetaGeoModel.fit(table)
    assert not weak.estimation.identified
    known = GammaGammaModel(p=6.0, q=4.0, v=15.0)
    how = {"horizon": TERMS.horizon, "interval": None}
    base = Valued(value_customers(table, weak, known, **how), weak, known)
    found = value_bridge(base, table, base, TERMS)
    assert found[["low", "high"]].isna().all(axis=None)
    assert found.attrs["why"] == weak.estimation.why


@pytest.mark.slow
def test_it_tells_what_fitting_again_to_customers_drawn_again_tells(shop, monkeypatch):
    """Sixty refits tell a spread to an eighth: one that is off by half would be found out."""
    old, new = shop
    found = value_bridge(valued(old), old, valued(new), TERMS)
    monkeypatch.setattr(
        paired, "sums", lambda each, *_, **__: (np.zeros((2, each.shape[1] + 1)), "")
    )
    rng, refitted = np.random.default_rng(5), []
    for _ in range(60):
        names = rng.choice(new.index, len(new))
        before, now = valued(drawn(old, names)), valued(drawn(new, names))
        refitted.append(value_bridge(before, before.customers, now, TERMS)["amount"])
    refitted = pd.DataFrame(refitted).assign(change=lambda parts: parts.sum(axis=1))
    spread = refitted.quantile(0.95) - refitted.quantile(0.05)
    told = found["high"] - found["low"]
    told["change"] = found.attrs["change_high"] - found.attrs["change_low"]
    changing = spread.index[spread > 0]
    assert {"change", "models_anew", "lapsed_customers", "won_customers"} <= set(changing)
    assert (told[changing] / spread[changing]).between(0.7, 1.4).all()
