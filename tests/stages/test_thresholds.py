import dataclasses
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from clv.errors import NoRows, SourceUnreadable
from clv.stages import thresholds
from clv.stages.settings import Settings
from clv.stages.silence import Limit
from clv.stages.thresholds import Thresholds, fit

LAST = date(1998, 6, 30)


@pytest.fixture(scope="module")
def learned(sample_days):
    return fit(sample_days, LAST)


def test_the_horizon_of_a_return_is_three_median_gaps_between_28_and_180_days(bought, on):
    weekly, quarterly, yearly = ({"a": range(0, 400, step)} for step in (7, 50, 133))
    horizons = [
        fit(bought(**days), on(400), draws=0).return_horizon for days in (weekly, quarterly, yearly)
    ]
    assert horizons == [28, 150, 180]


def test_the_loyal_rule_is_learned_from_repeat_buyers_of_the_window(bought, on):
    days = bought(
        a=range(300, 350, 10),
        b={300: 30.0, 310: 40.0},
        c={300: 500.0},
        long_ago={0: 99.0, 10: 99.0},
    )
    learned = fit(days, on(400), draws=0)
    assert (learned.loyal_days, learned.loyal_money, learned.repeat_buyers) == (5, 60.0, 2)


def test_loyal_customers_have_at_least_three_purchase_days(bought, on):
    assert fit(bought(a=[0, 10], b=[0, 5]), on(20), draws=0).loyal_days == 3


def test_nothing_after_the_day_of_the_fit_is_looked_at(sample_days):
    day = date(1997, 12, 31)
    seen = sample_days[sample_days["date"] <= pd.Timestamp(day)]
    assert fit(sample_days, day) == fit(seen, day)


def test_the_calendar_does_not_matter(sample_days, learned):
    later = sample_days.assign(date=sample_days["date"] + pd.Timedelta(days=1000))
    shifted = fit(later, LAST + timedelta(days=1000))
    assert dataclasses.replace(shifted, fitted_at=learned.fitted_at) == learned


def test_the_currency_changes_the_money_of_the_loyal_rule_and_nothing_else(sample_days, learned):
    exchanged = fit(sample_days.assign(amount=sample_days["amount"] * 7.3), LAST)
    assert exchanged.loyal_money == pytest.approx(7.3 * learned.loyal_money)
    assert dataclasses.replace(exchanged, loyal_money=learned.loyal_money) == learned


def test_each_customer_is_judged_by_the_stratum_of_the_purchase_days(learned):
    days = {limit.least: limit.after for limit in learned.limits if limit.state == "at_risk"}
    expected = np.array([days[1], days[2], days[2], days[4], days[7]], dtype=float)
    np.testing.assert_array_equal(learned.after("at_risk", [1, 2, 3, 4, 50]), expected)


def test_the_table_gives_every_threshold_its_unit_support_and_reason(learned):
    table = learned.table()
    assert len(table) == 9 + 12
    was_set = table["why"] == "set, not learned"
    assert table.loc[was_set, "threshold"].tolist() == [
        *("window", "onboarding", "reentry", "lead_ttl", "payment_grace", "health_red")
    ]
    assert table.loc[was_set, "value"].tolist() == [365, 90, 90, 180, 14, 50]
    assert table["support"].isna().tolist() == was_set.tolist()
    assert table["support"].dropna().ge(0).all()
    assert (table["why"] != "").all()
    dated = table[table["threshold"].isin(["at_risk", "dormant", "churned"])]
    assert dated["purchase_days"].unique().tolist() == ["1", "2-3", "4-6", "7+"]
    assert (dated["value"].isna() == dated["why"].str.startswith("does not exist")).all()


def test_thresholds_survive_being_written_and_read(tmp_path, learned):
    learned.to_json(tmp_path / "thresholds.json")
    assert Thresholds.from_json(tmp_path / "thresholds.json") == learned


@pytest.mark.parametrize("text", ["{}", "not json", "[]", '{"limits": [{"state": "dormant"}]}'])
def test_a_file_that_holds_no_thresholds_is_refused(tmp_path, text):
    path = tmp_path / "thresholds.json"
    path.write_text(text)
    with pytest.raises(SourceUnreadable, match=r"thresholds\.json holds no thresholds"):
        Thresholds.from_json(path)


def test_thresholds_of_another_version_must_be_fitted_again(tmp_path, learned):
    path = tmp_path / "thresholds.json"
    dataclasses.replace(learned, version=0).to_json(path)
    with pytest.raises(SourceUnreadable, match=r"version 0; this reads version 2\. Fit them again"):
        Thresholds.from_json(path)


def test_thresholds_need_a_purchase(sample_days):
    with pytest.raises(NoRows, match="no purchase up to 1996-01-01"):
        fit(sample_days, date(1996, 1, 1))


def test_what_is_declared_is_used_and_said_to_be_set(sample_days):
    settings = Settings.of("manufacturing", {"loyal_money": 20.0, "churned_after": 400})
    found = fit(sample_days, LAST, settings=settings, draws=5)
    assert (found.return_horizon, found.loyal_days, found.loyal_money) == (180, 3, 20.0)
    assert (found.window_days, found.onboarding_days, found.lead_ttl) == (730, 180, 365)
    assert found.after("churned", [1, 9]).tolist() == [400, 400]
    why = found.table().set_index("threshold")["why"]
    assert set(why[["return_horizon", "loyal_days", "churned", "window"]]) == {"set, not learned"}
    assert why["at_risk"].iloc[0] == "learned in this stratum"


def test_a_learned_limit_gives_way_to_one_that_is_declared_before_it(sample_days):
    found = fit(sample_days, LAST, settings=Settings(churned_after=100), draws=5)
    assert np.isnan(found.after("dormant", [1, 2, 4, 7])).all()
    assert found.limited([1, 2]).all()  # who might be at risk by then is churned


def of(found, state, least=1):
    return next(each for each in found.limits if (each.state, each.least) == (state, least))


def test_what_is_declared_rests_on_nobody_and_what_gives_way_to_it_says_so(sample_days):
    found = fit(sample_days, LAST, settings=Settings(at_risk_after=300), draws=5)
    limit, dormant, churned = (of(found, state) for state in ("at_risk", "dormant", "churned"))
    assert (limit.after, limit.low, limit.high, limit.cadence, limit.chance) == (300, *[None] * 4)
    assert (limit.silent, limit.why) == (0, "set, not learned")
    assert dormant.after is None
    assert dormant.why == "does not exist: it gives way to a limit that was set"
    assert churned.after == 317  # not on day 300
    rows = found.table().set_index("threshold")
    assert rows.loc["at_risk", "support"].isna().all()
    assert rows.loc["churned", "support"].notna().all()


@pytest.mark.parametrize(
    ("settings", "used", "bases"),
    [
        ({}, [None, 130, 200], ["same_day", "learned", "learned"]),
        ({"dormant_after": 150}, [130, 150, 200], ["learned", "set", "learned"]),
        ({"dormant_after": 130}, [None, 130, 200], ["gives_way", "set", "learned"]),
        ({"at_risk_after": 60}, [60, 120, 200], ["set", "learned", "learned"]),
        ({"churned_after": 125}, [None, 120, 125], ["gives_way", "learned", "set"]),
    ],
)
def test_only_limits_that_are_used_put_others_off(monkeypatch, bought, on, settings, used, bases):
    days = {"at_risk": 130, "dormant": 120, "churned": 200}
    learned = [
        Limit(state, 1, day, day, day, day, day, 99, "learned") for state, day in days.items()
    ]
    monkeypatch.setattr(thresholds, "learn", lambda *_, **__: tuple(learned))
    found = fit(bought(a=[0, 10]), on(100), settings=Settings(**settings))
    assert [limit.after for limit in found.limits] == used
    assert [limit.basis for limit in found.limits] == bases


def test_a_limit_that_no_contract_allows_puts_no_other_off(monkeypatch, bought, on):
    days = {"at_risk": 90, "dormant": 200, "churned": 200}
    learned = [
        Limit(state, 1, day, day, day, day, day, 99, "learned") for state, day in days.items()
    ]
    monkeypatch.setattr(thresholds, "learn", lambda *_, **__: tuple(learned))
    found = fit(bought(a=[0, 10]), on(100), settings=Settings(contractual=True))
    assert [limit.after for limit in found.limits] == [90, 200, None]


def test_with_contracts_silence_is_never_churn(sample_days):
    found = fit(sample_days, LAST, settings=Settings.of("saas"), draws=5)
    assert np.isnan(found.after("churned", [1, 2, 4, 7])).all()
    assert "contract" in next(limit.why for limit in found.limits if limit.state == "churned")


def test_who_may_be_older_than_the_log_does_not_teach_what_a_first_purchase_means(bought, on):
    days = bought(
        **{f"old{i}": [0, 20] for i in range(400)},
        **{f"gone{i}": [100] for i in range(100)},
        **{f"back{i}": [100, 180] for i in range(100)},
    )
    counted = fit(days, on(500), draws=0)
    learned = fit(days, on(500), warm_up_end=on(10), draws=0)
    assert (counted.limits[0].cadence, learned.limits[0].cadence) == (20, 80)
    assert learned.warm_up_end == on(10).isoformat()
