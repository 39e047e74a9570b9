import pandas as pd
import pytest

import clv
from clv.report import frameworks
from clv.report.cells import table
from clv.report.words import Share, Words
from clv.stages import aarrr
from clv.stages import frameworks as read


@pytest.fixture(scope="module")
def life():
    return clv.lifecycle(clv.load("cdnow-sample"))


@pytest.mark.parametrize(
    ("language", "customer"), [("en", "Customer"), ("tr", "Müşteri"), ("ar", "العميل")]
)
def test_a_stage_is_called_as_its_framework_calls_it_in_each_language(language, customer):
    named = frameworks.stage(read.read("crm"), "customer")
    assert named.render(Words.of(language)) == customer


def test_the_ladder_stands_in_a_table_under_its_own_names(life):
    shown = frameworks.ladder(life.ladder(), life.framework)
    written = table(shown, Words.of("tr"))
    assert [row[0] for row in written["rows"]][:4] == ["Potansiyel", "Fırsat", "Müşteri", "Sadık"]
    assert written["rows"][0][1] == "–"
    assert shown.attrs["title"].render(Words.of("en")) == "Customer relationship"


def test_every_customer_stands_in_one_state_of_one_stage(life):
    held = frameworks.states(life.stages(), life.framework)
    assert held["customers"].sum() == len(life.stages())
    assert not held[["framework_stage", "stage"]].map(str).duplicated().any()


def test_who_was_loyal_once_and_has_lapsed_is_told_apart(life):
    stages = life.stages()
    gone = stages[stages["stage"] == "churned"]
    once = gone["max_depth"].astype(str).isin(["loyal", "advocate"]).sum()
    held = frameworks.states(stages, life.framework)
    named = [stage.render(Words.of("en")) for stage in held["stage"]]
    told = dict(zip(named, held["customers"], strict=True))
    assert told["Churned, once loyal or more"] == once > 0
    assert told["Churned"] == len(gone) - once


def ladder(**at_risk):
    """A ladder of stages of 90 customers each, with so many at risk."""
    rows = len(at_risk)
    counts = pd.DataFrame(
        {
            "customers": pd.array([90] * rows, dtype="Int64"),
            "at_risk": pd.array(list(at_risk.values()), dtype="Int64"),
            "bought": pd.array([90] * rows, dtype="Int64"),
            "on_ladder": True,
            "per_cohort": False,
        },
        index=pd.CategoricalIndex(at_risk, name="framework_stage"),
    )
    return frameworks.ladder(counts, read.read("crm"))


def test_a_handful_at_risk_is_not_what_a_stage_holds_besides_its_own_state():
    shown = ladder(customer=30, loyal=3, advocate=12)
    named = [name.render(Words.of("en")) for name in shown.index]
    assert dict(zip(named, shown["customers"], strict=True)) == {
        "Customer": 60,
        "Loyal": 87,
        "Advocate": 78,
        "At risk": 45,
    }
    assert not shown["at_risk"].any()
    assert shown["share_of_customers"].sum() == pytest.approx(1)
    assert not shown["on_ladder"].iloc[-1]


def test_those_at_risk_are_told_by_stage_where_they_are_no_handful():
    shown = ladder(customer=30, loyal=0, advocate=12)
    assert shown["at_risk"].tolist() == [30, 0, 12]
    assert shown["customers"].tolist() == [90, 90, 90]


def test_a_handful_is_told_with_the_rest_of_its_state(life):
    stages = life.stages()
    depth = stages["max_depth"].astype(str)
    once = depth.isin(["loyal", "advocate"])
    gone = stages["stage"].astype(str) == "churned"
    few = stages[~(gone & once) | (gone & once).cumsum().le(3)]
    held = frameworks.states(few, life.framework)
    named = [stage.render(Words.of("en")) for stage in held["stage"]]
    assert "Churned, once loyal or more" not in named
    assert held.loc[named.index("Churned"), "customers"] == (gone & ~once).sum() + 3
    assert held["customers"].sum() == len(few)


def test_revenue_that_is_measured_per_cohort_has_its_rate_under_one_name_in_turkish(life):
    own = read.read("personaclick")
    rates = aarrr.overall(life)
    shown = frameworks.ladder(own.counts(life.stages(), life.observable), own, rates)
    written = table(shown, Words.of("tr"))
    row = next(row for row in written["rows"] if row[0] == "Gelir")
    assert row[-2] == Share(rates.loc["revenue", "share"]).render(Words.of("tr"))
    assert row[-1].startswith("180. günden önce")
    assert all(other[-2:] == ["–", "–"] for other in written["rows"] if other is not row)


def test_a_rate_that_is_not_known_or_of_a_few_is_not_told(life):
    own = read.read("personaclick")
    counts, rates = own.counts(life.stages(), life.observable), aarrr.overall(life)
    of_few = rates.assign(customers=4)
    unknown = rates.assign(share=float("nan"))
    for found in (of_few, unknown, None):
        assert frameworks.ladder(counts, own, found)["measured"].isna().all()


def test_a_framework_that_measures_nothing_has_no_rates(life):
    assert "measured" not in frameworks.ladder(life.ladder(), life.framework, aarrr.overall(life))
