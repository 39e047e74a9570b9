import re

import pytest

from clv import strict_yaml
from clv.errors import StudyInvalid
from clv.strict_yaml import Fault


def faults(text):
    return strict_yaml.entries(text, "study.yml")[1]


def test_every_value_comes_with_its_line():
    entries, found = strict_yaml.entries("unit: W\n\nseed: 1\ncolumns: {date: Day}\n", "study.yml")
    assert entries == {
        "unit": ("W", 1, {}),
        "seed": (1, 3, {}),
        "columns": ({"date": "Day"}, 4, {"date": 4}),
    }
    assert found == []


def test_a_key_that_stands_twice_is_a_fault_at_any_depth():
    assert faults("seed: 1\nseed: 2") == [Fault(2, "`seed` is a duplicate key")]
    assert faults("columns: {date: a, date: b}") == [Fault(1, "`date` is a duplicate key")]


def test_a_value_that_is_not_plain_is_a_fault_of_its_own_key(tmp_path):
    trap = tmp_path / "trap"
    (fault,) = faults(f"unit: W\nas_of: !!python/object/apply:os.mkdir ['{trap}']")
    assert fault.line == 2
    assert "`as_of` has a value that is not plain" in fault.text
    assert not trap.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("unit: W\n  horizon: 12M\n", r"study\.yml: line 2: no YAML"),
        ("columns: &names {date: Day}\nformat: *names\n", "line 2: no YAML: an alias"),
        ("- cdnow", "must be a mapping"),
        ("", "must be a mapping"),
    ],
)
def test_what_gives_no_value_at_all_is_refused(text, told):
    with pytest.raises(StudyInvalid, match=told):
        faults(text)


def test_faults_are_told_in_the_order_of_their_lines():
    told = strict_yaml.invalid("shop.yml", [Fault(4, "b"), Fault(2, "a"), Fault(None, "c")])
    assert str(told) == "shop.yml: c · line 2: a · line 4: b"
    assert told.line is None


def test_keys_that_are_unknown_missing_or_no_mappings_are_told_with_their_lines():
    entries, _ = strict_yaml.entries("stages: 3\nlable: {en: Shop}\n", "own.yml")
    told = strict_yaml.of_keys(entries, ("label", "stages", "states"), ("stages", "states"))
    assert told == [
        Fault(2, "unknown key `lable`. Did you mean `label`?"),
        Fault(1, "`stages` must be there, and be a mapping"),
        Fault(None, "`states` must be there, and be a mapping"),
    ]


@pytest.mark.parametrize(
    ("labels", "told"),
    [
        ({"en": "Lead"}, ""),
        ({"en": "Lead", "tr": "Aday"}, ""),
        ({"tr": "Aday"}, "needs words: .* at least in English"),
        ({"en": "Lead", "de": "Lead"}, "is said in `de`, which no page speaks; .* `en`, `tr`"),
        ({"en": "Lead", 3: "Lead"}, "is said in `3`"),
        ({"en": ""}, "needs words"),
        ({"en": " "}, "needs words"),
        ({"en": 3}, "needs words"),
        ("Lead", "needs words"),
    ],
)
def test_words_are_said_in_english_at_least(labels, told):
    found = strict_yaml.not_in_words(labels, ("en", "tr"), "words")
    assert re.match(told, found) if told else found == ""


def test_a_sign_that_no_text_has_is_told_with_its_line():
    with pytest.raises(StudyInvalid, match=r"own\.yml: line 2: no YAML: .*\(U\+0008\)"):
        strict_yaml.entries("name: shop\ntransactions: \b\n", "own.yml")


def test_what_is_no_mapping_is_told_by_what_it_should_be():
    with pytest.raises(StudyInvalid, match=r"own\.yml: line 1: a framework must be a mapping"):
        strict_yaml.entries("- a\n", "own.yml", "a framework")
