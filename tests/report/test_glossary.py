"""A page explains the words that stand on it, and no others."""

import pytest

from clv.report import glossary
from clv.report.words import Words, available

ENGLISH = Words.of("en")


def names(*texts: str) -> list[str]:
    return [term["name"] for term in glossary.explained(list(texts), ENGLISH)]


def test_only_terms_that_occur_are_explained():
    assert names("The newest cohort comes back less.", "<p>MBG/NBD was used</p>") == [
        "Cohort",
        "MBG/NBD",
    ]
    assert names("Nothing of the trade.") == []


def test_a_term_is_found_at_the_beginning_of_a_word_only():
    assert names("intervals of time") == ["Likely range"]
    assert names("Inactive, MBG/NBD") == ["MBG/NBD"]


def test_what_stands_in_a_tag_is_not_on_the_page():
    assert names('<img alt="cohort" src="data:cohort">') == []


def test_a_term_has_a_name_a_meaning_and_its_marks():
    assert len({term.name for term in glossary.TERMS}) == len(glossary.TERMS) >= 20
    for term in glossary.TERMS:
        assert term.meaning.endswith(".")
        assert names(*term.seen_as.split("|")[:1])[:1], term


@pytest.mark.parametrize("language", available())
def test_every_term_is_found_by_its_own_name_in_every_language(language):
    words = Words.of(language)
    for term in glossary.TERMS:
        name = words.text(term.name)
        marks = words.text(term.seen_as).split("|")
        assert all(marks), term
        if term.name in ("Likely range", "Purchase day", "BG/NBD"):
            found = glossary.explained([name], words)
            assert name in [each["name"] for each in found]
