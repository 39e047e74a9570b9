from dataclasses import fields

import pytest

from clv import study_lifecycle
from clv.errors import BadParameter
from clv.stages import frameworks
from clv.stages.settings import Settings, sectors
from clv.stages.silence import MEANING
from clv.study_lifecycle import FRAMEWORKS, LIMITS, SECTORS, SETTINGS


def test_a_study_may_set_what_the_stages_know_and_nothing_else():
    assert {*SETTINGS} == {each.name for each in fields(Settings)}
    assert {*SECTORS} == {*sectors()}
    assert {*FRAMEWORKS} == {*frameworks.shipped()}
    assert tuple(f"{state}_after" for state in MEANING) == LIMITS


def test_every_default_that_is_not_learned_passes_its_own_check():
    for name in Settings().declared:
        SETTINGS[name](name, getattr(Settings(), name))


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (["lead_ttl"], "`lifecycle` must be a mapping such as {lead_ttl: 90}"),
        ({"lead_ttl": "90"}, "`lifecycle: lead_ttl` must be a whole number from 1 to 3650"),
        ({"loyal_money": float("nan")}, "an amount from 0 on"),
        ({"health_red": 101}, "from 1 to 100"),
        ({"contractual": 1}, "true or false"),
        ({"dormant_after": 90, "churned_after": 30}, "days that grow from each to the next"),
        ({"expectations": 0.2}, "must be a mapping such as {lead: 0.20, prospect: {rate: 0.30"),
        ({"expectations": {"leads": 0.2}}, "has no parameter `leads`.* Did you mean `lead`"),
        ({"expectations": {"lead": 20}}, "`lifecycle: expectations: lead` must be a share between"),
        ({"expectations": {"lead": {"rate": 0}}}, "rate` must be a share between 0 and 1"),
        ({"expectations": {"lead": {"days": 0.5}}}, "days` must be a whole number from 1"),
        ({"expectations": {"lead": {"date": 5}}}, "has no parameter `date`"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(value, told):
    with pytest.raises(BadParameter, match=told):
        study_lifecycle.settings("lifecycle", value)


@pytest.mark.parametrize(
    "said", [{}, {"lead": 0.25}, {"lead": 0.1, "prospect": {"rate": 0.3, "days": 90}}]
)
def test_what_is_expected_of_leads_and_prospects_is_said_as_a_share_or_with_its_days(said):
    assert study_lifecycle.settings("lifecycle", {"expectations": said}) == {"expectations": said}


@pytest.mark.parametrize("path", ["own.yml", "/words/own.yaml"])
def test_a_framework_is_a_known_name_or_a_file(path):
    assert study_lifecycle.framework("framework", path) == path
    assert study_lifecycle.framework("framework", "clm") == "clm"
    for value in ("crn", "own.json", "https://words.example/own.yml", None):
        with pytest.raises(BadParameter, match="`framework` must be one of"):
            study_lifecycle.framework("framework", value)
