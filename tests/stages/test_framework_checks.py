import pytest

from clv.errors import StudyInvalid
from clv.stages import frameworks
from clv.stages.rules import LOST, STATES

OWN = """\
title: {en: Two steps}
ladder:
  early: {en: Early, tr: Erken}
  late: {en: Late, tr: Geç}
off_ladder:
  gone: {en: Gone, tr: Giden}
states:
""" + "".join(f"  {state}: {'gone' if state in LOST else 'early'}\n" for state in STATES)


def refused(old, new, told):
    assert old in OWN
    with pytest.raises(StudyInvalid, match=told):
        frameworks.parsed(OWN.replace(old, new), "own", "own.yml")


def test_the_file_that_the_faults_are_put_into_is_a_framework():
    assert frameworks.parsed(OWN, "own", "own.yml").stages == ("early", "late", "gone")


@pytest.mark.parametrize("text", ["", "- early\n- late\n"])
def test_a_file_that_is_no_mapping_is_told_to_be_no_framework(text):
    with pytest.raises(StudyInvalid, match="a framework must be a mapping of keys to values"):
        frameworks.parsed(text, "own", "own.yml")


def test_a_language_that_no_page_speaks_is_named():
    told = r"line 3: `early` is said in `de`, .* the languages are `en`, `tr`, `ar`\.?$"
    refused("{en: Early, tr: Erken}", "{en: Early, de: Früh}", told)


def test_a_ladder_without_a_stage_is_none():
    ladder = OWN[OWN.index("ladder:") : OWN.index("off_ladder:")]
    refused(ladder, "ladder: {}\n", "line 2: `ladder` must hold one stage or more")


def test_two_stages_have_two_names_in_every_language():
    refused("en: Late", "en: Early", "line 4: `late` is called 'Early' as `early` is")
    refused("tr: Giden", "tr: Geç", "line 6: `gone` is called 'Geç' as `late` is")


def test_a_branch_asks_for_each_thing_once():
    inner = "active: {once: {once: early, again: late}, again: late}"
    refused("active: early", inner, "line 13: `active` asks for purchases again below")
    deep = "{activated: {once: {activated: early, not_activated: late}, again: late}, "
    refused(
        "active: early",
        f"active: {deep}not_activated: late}}",
        "line 13: `active` asks for activated again below an answer to it",
    )


def test_a_branch_may_ask_for_different_things_one_below_the_other():
    tree = "active: {once: {activated: early, not_activated: late}, again: late}"
    found = frameworks.parsed(OWN.replace("active: early", tree), "own", "own.yml")
    assert found.stage("active", "customer", activated=False, purchase_days=1) == "late"
