from importlib.resources import files
from itertools import product

import pandas as pd
import pytest

import clv
from clv.errors import BadParameter, SourceUnreadable, StudyInvalid
from clv.stages import framework_checks, frameworks
from clv.stages.rules import LOST, NEEDS, STATES
from clv.study_lifecycle import SECTORS

OWN = """
title: {en: Two steps}
ladder:
  buyer: {en: Buyer, tr: Alıcı}
  fan: {en: Fan}
off_ladder:
  gone: {en: Gone}
states:
  reached: gone
  lead: gone
  prospect: gone
  lost_lead: gone
  onboarding: buyer
  active: {once: buyer, again: {activated: fan, not_activated: buyer}}
  loyal: fan
  advocate: fan
  at_risk: {customer: buyer, loyal: fan, advocate: fan}
  dormant: gone
  churned: gone
  reactivated: buyer
"""


# Whatever a customer can be: state, depth, activated, purchase days (2 for more).
COMBINATIONS = list(product(STATES, framework_checks.QUESTIONS["depth"], (True, False), (1, 2)))


def text_of(name):
    return files("clv.stages").joinpath("ladders", f"{name}.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", frameworks.shipped())
def test_whatever_a_customer_is_there_is_one_stage_for_it(name):
    framework = frameworks.read(name)
    reached = {framework.stage(*each) for each in COMBINATIONS}
    assert reached == set(framework.stages) - set(framework.per_cohort)


@pytest.mark.parametrize("name", frameworks.shipped())
def test_who_has_lapsed_stands_off_the_ladder(name):
    framework = frameworks.read(name)
    for state in LOST:
        assert framework.stage(state, "loyal", activated=True, purchase_days=9) not in (
            framework.ladder
        )


@pytest.mark.parametrize("name", frameworks.shipped())
def test_every_stage_has_a_name_of_its_own_in_every_language(name):
    framework = frameworks.read(name)
    assert set(framework.title) == set(framework_checks.LANGUAGES)
    for language in framework_checks.LANGUAGES:
        labels = [framework.label(stage, language) for stage in framework.stages]
        assert len(set(labels)) == len(labels)
    for labels in (*framework.ladder.values(), *framework.off_ladder.values()):
        assert set(labels) == set(framework_checks.LANGUAGES)


@pytest.mark.parametrize(
    ("name", "customer", "stage"),
    [
        ("crm", ("at_risk", "loyal", True, 5), "loyal"),
        ("crm", ("reached", "reached", False, 0), "before"),
        ("clm", ("lead", "lead", False, 0), "consideration"),
        ("clm", ("at_risk", "advocate", True, 5), "advocacy"),
        ("personaclick", ("onboarding", "customer", False, 1), "acquisition"),
        ("personaclick", ("onboarding", "customer", True, 2), "activation"),
        ("personaclick", ("active", "customer", False, 1), "activation"),
        ("personaclick", ("active", "customer", False, 2), "engagement"),
        ("five-step", ("advocate", "advocate", True, 4), "loyalty"),
        ("hubspot", ("advocate", "advocate", True, 4), "evangelist"),
        ("hubspot", ("at_risk", "advocate", True, 4), "customer"),
        ("growth", ("churned", "loyal", True, 4), "dormant"),
        ("growth", ("reactivated", "customer", True, 4), "resurrected"),
    ],
)
def test_a_customer_stands_where_the_framework_says(name, customer, stage):
    assert frameworks.read(name).stage(*customer) == stage


def test_customers_are_placed_and_counted_with_those_at_risk():
    life = clv.lifecycle(clv.load("cdnow-sample"))
    stages, framework = life.stages(), frameworks.read("personaclick")
    placed, counts = framework.of(stages), framework.counts(stages)
    assert placed.index.equals(stages.index)
    assert placed["framework_stage"].notna().all()
    assert counts["customers"].sum() == len(stages)
    assert counts["at_risk"].sum() == (stages["stage"] == "at_risk").sum()
    assert pd.isna(counts.loc["revenue", "customers"])
    dormant = counts.loc["dormant", ["customers", "at_risk", "on_ladder"]].tolist()
    assert dormant == [(stages["stage"] == "dormant").sum(), 0, False]
    assert counts["per_cohort"].tolist() == [stage == "revenue" for stage in counts.index]


def test_a_stage_that_no_table_shows_is_not_known_and_says_what_would_show_it():
    life = clv.lifecycle(clv.load("cdnow-sample"), framework="crm")
    counts = life.ladder()
    hidden = counts[counts["needs"] != ""]
    assert hidden.index.tolist() == ["lead", "prospect", "advocate", "before", "lost_lead"]
    assert hidden[["customers", "at_risk"]].isna().all(axis=None)
    assert hidden.loc["prospect", "needs"] == NEEDS["prospect"]
    assert counts["customers"].sum() == len(life.stages())


def test_a_stage_that_is_seen_in_part_is_known_where_somebody_stands_in_it(cdnow_sample):
    life = clv.lifecycle(cdnow_sample, framework="personaclick")  # new customers are in acquisition
    assert life.ladder("1997-03-31").loc["acquisition", "customers"] > 0
    nobody = life.ladder().loc["acquisition"]
    assert pd.isna(nobody["customers"])
    assert nobody["needs"] == NEEDS["reached"]


def test_without_a_framework_there_is_no_ladder(cdnow_sample):
    with pytest.raises(BadParameter, match="framework"):
        clv.lifecycle(cdnow_sample, framework="").ladder()


def test_nobody_is_counted_as_nobody():
    stages = clv.lifecycle(clv.load("cdnow-sample")).stages().iloc[:0]
    assert frameworks.read("crm").counts(stages)["customers"].sum() == 0


def test_a_framework_of_ones_own_is_a_file(tmp_path):
    path = tmp_path / "two-steps.yml"
    path.write_text(OWN, encoding="utf-8")
    own = frameworks.read(path)
    assert (own.name, own.stages) == ("two-steps", ("buyer", "fan", "gone"))
    assert own.stage("active", "customer", activated=True, purchase_days=3) == "fan"
    assert (own.label("buyer", "tr"), own.label("fan", "tr")) == ("Alıcı", "Fan")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  loyal: fan\n", "", "`loyal` must name a stage"),
        ("  loyal: fan\n", "  loyal: fun\n", "line 15: `loyal` leads to `fun`.*Did you mean `fan`"),
        ("  loyal: fan\n", "  loyal: {once: fan}\n", "one for each answer of"),
        ("dormant: gone", "dormant: fan", "`dormant` must stand off the ladder"),
        ("  loyal: fan\n", "  loyal: fan\n  loayl: fan\n", "unknown state `loayl`"),
        ("fan: {en: Fan}", "fan: {tr: Fan}", "`fan` needs a name"),
        ("gone: {en: Gone}", "gone: {en: Gone}\n  fan: {en: Fan}", "on the ladder and off it"),
        (
            "title: {en: Two steps}",
            "titel: {en: Two steps}",
            "`title` must be there.* · line 2: unknown key `titel`.* Did you mean `title`",
        ),
        ("off_ladder:", "per_cohort: [sales]\noff_ladder:", "`per_cohort` must list stages of"),
        ("off_ladder:", "per_cohort: [[fan]]\noff_ladder:", "`per_cohort` must list stages of"),
        (
            "off_ladder:",
            "per_cohort: [fan]\noff_ladder:",
            "`loyal` leads to `fan`, in which nobody stands",
        ),
        ("fan: {en: Fan}", "fan: {en: Fan, tr: [a]}", "`fan` needs a name"),
        ("off_ladder:", "first_by_sector: {bakery: {en: A}}\noff_ladder:", "names by sector"),
        ("off_ladder:", "first_by_sector: {health: {tr: A}}\noff_ladder:", "`health` needs a name"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_with_its_line(old, new, told):
    assert old in OWN
    with pytest.raises(StudyInvalid, match=told):
        frameworks.parsed(OWN.replace(old, new), "own", "own.yml")


def test_all_faults_are_named_at_once():
    broken = OWN.replace("  loyal: fan\n", "").replace("fan: {en: Fan}", "fan: Fan")
    with pytest.raises(StudyInvalid, match=r"`fan` needs a name.* · .*`loyal` must name"):
        frameworks.parsed(broken, "own", "own.yml")


def test_a_name_that_is_none_and_a_file_that_is_not_there():
    with pytest.raises(BadParameter, match=r"one of \['clm', 'crm', .*\], or the path"):
        frameworks.read("crn")
    with pytest.raises(SourceUnreadable, match="cannot be read"):
        frameworks.read("nowhere.yml")


def test_a_sector_has_its_own_word_for_the_first_stage():
    plain = frameworks.read("crm")
    assert set(plain.first_by_sector) == set(SECTORS)
    for sector, first in plain.first_by_sector.items():
        spoken = plain.spoken_in(sector)
        for language in framework_checks.LANGUAGES:
            labels = [spoken.label(stage, language) for stage in spoken.stages]
            assert labels[0] == first[language]
            assert len(set(labels)) == len(labels)
    assert plain.spoken_in("") is plain
    log = clv.load("cdnow-sample")
    life = clv.lifecycle(log, sector="health")
    assert life.framework.label("lead", "tr") == "Başvuru"


def test_states_are_those_of_the_rules():
    for name in frameworks.shipped():
        assert set(frameworks.read(name).states) == set(STATES)
        assert text_of(name).startswith("#")
