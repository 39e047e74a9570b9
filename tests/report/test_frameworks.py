import pytest

import clv
from clv.report import frameworks
from clv.report.cells import table
from clv.report.words import Words
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


def test_a_language_that_a_framework_lacks_is_said_in_english():
    assert frameworks.Named("fan", {"en": "Fan"}).render(Words.of("tr")) == "Fan"


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
