from datetime import date

import pytest

from clv.errors import BadParameter
from clv.report.languages import MISSING, Words, available, current, speaking


@pytest.fixture
def english():
    return Words.of("en")


def test_english_is_always_available_and_first():
    assert available()[0] == "en"


def test_an_unknown_language_is_refused_with_those_there_are():
    with pytest.raises(BadParameter, match=r"`language` must be one of `en`"):
        Words.of("tlh")


def test_english_reads_from_left_to_right_and_isolates_nothing(english):
    assert english.direction == "ltr"
    assert english.isolated("1.0") == "1.0"


@pytest.mark.parametrize(
    ("count", "said"), [(1, "day"), (2, "days"), (0, "days"), (1.5, "days"), (float("nan"), "days")]
)
def test_a_plural_goes_with_its_count(english, count, said):
    assert english.plural("day", "days", count) == said


def test_numbers_are_written_as_the_language_writes_them(english):
    assert english.number(1234.567, 1) == "1,234.6"
    assert english.share(0.0241, 1) == "2.4%"
    assert english.money(-1234.5, "USD", 2) == "-$1,234.50"
    assert english.day(date(1998, 6, 30)) == "June 30, 1998"


def test_a_number_that_is_none_is_a_dash_and_zero_has_no_sign(english):
    assert english.number(float("nan"), 2) == english.money(float("inf"), "USD", 0) == MISSING
    assert english.number(-0.001, 1) == "0.0"


def test_a_key_is_called_by_its_label(english):
    assert english.label("cant_lose") == "Can't lose"
    assert english.listing(["a", "b", "c"]) == "a, b, and c"


def test_a_message_without_a_translation_is_itself(english):
    assert english.text("Nobody has said this before.") == "Nobody has said this before."
    assert english.text("") == ""


def test_a_language_is_spoken_for_the_length_of_a_block_only():
    words = Words.of("en")
    with speaking(words) as spoken:
        assert current() is spoken is words
    assert current() == words
