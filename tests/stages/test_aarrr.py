from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import clv
from clv.report.aarrr import labels
from clv.report.words import Words
from clv.stages import aarrr
from clv.stages.lifecycle import Lifecycle
from clv.stages.timelines import SPAN

DAY_0 = 18_262  # 2020-01-01, in days from 1970-01-01
ONLY_PURCHASES = ["activation", "retention", "revenue"]


@pytest.fixture(scope="module")
def sample():
    return clv.lifecycle(clv.load("cdnow-sample"))


@pytest.fixture
def company(bought, on, limits):
    """Five leads and four customers, as known after 400 days; loyal from 100 of money on."""

    def records(rows):
        frame = pd.DataFrame(rows, columns=["customer_id", "start"])
        return frame.assign(start=frame["start"] + DAY_0, stop=SPAN - 1)

    days = bought(
        a={10: 60.0, 50: 60.0},  # activated, and enough money
        b={12: 60.0, 102: 30.0},  # not activated, retained
        c={14: 200.0},  # nothing but money
        d={16: 10.0, 16 + 180: 500.0},  # too late for everything
    )
    leads = records([("a", 0), ("b", 0), ("c", 20), ("x", 5), ("y", 5)])
    advocacy = records([("a", 100), ("d", 300)])
    life = Lifecycle(days, on(400), limits(), records={"leads": leads, "advocacy": advocacy})
    return replace(life, observable=(*life.observable, "lead", "advocate"))


def test_each_rate_counts_what_its_name_says(company):
    told = aarrr.overall(company)
    assert told.index.tolist() == ["acquisition", *ONLY_PURCHASES, "referral"]
    # Of four leads to be won (c had bought before) two bought.
    assert told["customers"].tolist() == [4, 4, 4, 4, 4]
    assert told["share"].tolist() == [0.5, 0.25, 0.25, 0.5, 0.25]
    assert (told["needs"] == "").all()
    assert told.loc["retention", ["after", "until"]].tolist() == [90, 180]


def test_only_who_is_old_enough_is_judged(company, on):
    young = replace(company, as_of=on(12 + 90 - 1))
    told = aarrr.overall(young)
    assert told.loc["activation", "customers"] == 2
    assert told.loc["activation", "share"] == 0.5
    assert told.loc["retention", "customers"] == 0
    assert told.loc["retention", ["share", "low"]].isna().all()


def test_a_cohort_is_unknown_until_its_last_customer_is_old_enough(company, on):
    end_of_month = 30
    day_before = aarrr.by_cohort(replace(company, as_of=on(end_of_month + 88)))
    assert np.isnan(day_before.loc["2020-01", "activation"].item())
    that_day = aarrr.by_cohort(replace(company, as_of=on(end_of_month + 89)))
    assert that_day.loc["2020-01", "activation"].item() == 0.25
    assert that_day.attrs["sizes"]["activation"] == {"2020-01": 4}


def test_a_cohort_of_leads_is_as_large_as_its_leads_also_where_nobody_bought(company):
    early = company.records["leads"].query("customer_id in ['x', 'y']").assign(start=DAY_0 - 40)
    leads = pd.concat([company.records["leads"].query("customer_id in ['a', 'b']"), early])
    found = aarrr.by_cohort(replace(company, records={**company.records, "leads": leads}))
    assert found.attrs["sizes"]["acquisition"] == {"2019-11": 2, "2020-01": 2}
    assert found["acquisition"].tolist() == [0.0, 1.0]
    assert found.attrs["sizes"]["activation"] == {"2020-01": 4}
    assert np.isnan(found.loc["2019-11", "activation"].item())


def test_without_their_tables_rates_are_unknown_and_say_what_they_need(sample):
    told = aarrr.overall(sample)
    assert told.loc["acquisition", "needs"] == "leads, or customers with created_at"
    assert told.loc["referral", "needs"] == "referrals, reviews or surveys"
    assert told["share"].notna().to_dict() == {
        name: name in ONLY_PURCHASES for name in aarrr.rates()
    }
    assert aarrr.by_cohort(sample)[["acquisition", "referral"]].isna().all(axis=None)


def test_activation_is_what_the_lifecycle_calls_activated(sample):
    flags = sample.stages()["activated"]
    assert aarrr.overall(sample).loc["activation", "share"] == pytest.approx(flags.mean())


def test_the_rates_of_cohorts_that_are_old_enough_make_up_those_of_all(sample):
    cohorts = aarrr.by_cohort(sample)[ONLY_PURCHASES]
    sizes = np.array([*aarrr.by_cohort(sample).attrs["sizes"]["activation"].values()])
    overall = aarrr.overall(sample)["share"][ONLY_PURCHASES]
    np.testing.assert_allclose(np.average(cohorts, weights=sizes, axis=0), overall)


def test_nothing_after_as_of_is_counted(sample):
    log = clv.load("cdnow-sample")
    early = clv.lifecycle(log, as_of="1997-07-31", thresholds=sample.thresholds)
    late = replace(sample, as_of=early.as_of, days=sample.days)
    pd.testing.assert_frame_equal(
        aarrr.by_cohort(early)[["activation"]], aarrr.by_cohort(late)[["activation"]]
    )


def test_who_may_be_older_than_the_log_is_in_no_cohort(company):
    bounds = replace(company.thresholds, warm_up_end="2020-01-13")
    told = aarrr.overall(replace(company, thresholds=bounds))
    assert told.loc["activation", "customers"] == 2


def test_without_repeat_buyers_nobody_knows_what_loyal_customers_bring(company):
    bounds = replace(company.thresholds, loyal_money=0.0)
    told = aarrr.overall(replace(company, thresholds=bounds)).loc["revenue"]
    assert told["needs"] == aarrr.BUYERS
    assert np.isnan(told["share"])


@pytest.mark.parametrize("language", ["en", "tr", "ar"])
@pytest.mark.parametrize("name", aarrr.rates())
def test_pages_call_the_rates_by_the_names_of_the_file(name, language):
    said = labels()[name].render(Words.of(language))
    assert said == aarrr.rates()[name].label[language]


def test_who_has_only_a_customer_record_is_no_lead_where_leads_are_known(company):
    leads = company.records["leads"]
    marked = leads.assign(is_lead=leads["customer_id"].isin(["a", "x"]))
    rate = aarrr.overall(replace(company, records={**company.records, "leads": marked}))
    assert rate.loc["acquisition", ["customers", "share"]].tolist() == [2, 0.5]
    nobody = replace(company, records={**company.records, "leads": leads.assign(is_lead=False)})
    assert aarrr.overall(nobody).loc["acquisition", "customers"] == 4
