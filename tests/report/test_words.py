import math
from datetime import date

import pytest

from clv.errors import BadParameter, PageIncomplete
from clv.report.words import (
    Count,
    Day,
    Interval,
    Label,
    Money,
    Month,
    Names,
    Number,
    Quantity,
    Share,
    Text,
    Words,
    available,
    current,
    decimals,
    noun,
    of_unit,
    said,
    speaking,
)

ENGLISH = Words.of("en")

# Languages ----------------------------------------------------------------------------------


def test_english_needs_no_catalogue():
    assert available()[0] == "en"
    assert ENGLISH.text("Next step") == "Next step"


def test_an_unknown_language_names_those_there_are():
    with pytest.raises(BadParameter, match=r"`language` must be one of `en`.*got 'xx'"):
        Words.of("xx")


def test_a_catalogue_makes_a_language_available(catalogues):
    assert available() == ("en", "ar", "tr")


def test_the_same_sentence_is_rendered_in_each_language(catalogues):
    sentence = Text("The top {part} hold {held}.", {"part": Share(0.1), "held": Share(0.6)})
    assert str(sentence) == "The top 10% hold 60%."
    assert sentence.render(Words.of("tr")) == "%60: %10"


def test_an_untranslated_sentence_stays_english(catalogues):
    assert said("Never translated", Words.of("tr")) == "Never translated"


def test_arabic_isolates_its_numbers_left_to_right(catalogues):
    arabic = Words.of("ar")
    assert arabic.direction == "rtl"
    assert Number(1.5).render(arabic) == "\u20661.50\u2069"


def test_turkish_puts_the_signs_where_turkish_puts_them(catalogues):
    turkish = Words.of("tr")
    assert Share(0.12).render(turkish) == "%12"
    assert Money(12345.0, "TRY").render(turkish) == "₺12.345"
    assert Day("2024-12-31").render(turkish) == "31 Aralık 2024"
    assert Month(12).render(turkish) == "Aralık"


def test_the_current_language_ends_with_its_block(catalogues):
    with speaking(Words.of("tr")):
        assert current().language == "tr"
    assert current().language == "en"


# Sentences ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 customer left."), (1200, "1,200 customers left.")]
)
def test_a_plural_sentence_takes_the_form_of_its_count(count, said):
    sentence = Text("{count} customer left.", plural="{count} customers left.", count=count)
    assert str(sentence) == said


def test_each_language_has_its_own_plural(catalogues):
    sentence = Text("{count} customer left.", plural="{count} customers left.", count=3)
    assert sentence.render(Words.of("tr")) == "3 giden"


def test_a_value_is_never_read_as_a_sentence():
    assert str(Text("Source: {name}.", {"name": "{0} {oops}"})) == "Source: {0} {oops}."


def test_braces_without_values_are_only_braces():
    assert str(Text(r"\frac{a}{b}")) == r"\frac{a}{b}"


def test_a_missing_value_is_named():
    with pytest.raises(PageIncomplete, match=r"names `held`, but its values are `part`"):
        str(Text("The top {part} hold {held}.", {"part": Share(0.1)}))


# Values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Share(0.598), "60%"),
        (Share(0.0241), "2.4%"),
        (Share(0.996), "99.6%"),
        (Share(1.0), "100%"),
        (Share(-0.0001), "0.0%"),
        (Money(1234567.8, "USD"), "$1,234,568"),
        (Money(12.5, "USD"), "$12.50"),
        (Money(12.5), "12.50"),
        (Money(-31.2, "EUR"), "-€31.20"),
        (Count(23570), "23,570"),
        (Number(0.2426), "0.243"),
        (Number(12.34), "12.3"),
        (Number(3.0), "3"),
        (Number(math.nan), "–"),
        (Number(math.inf), "–"),
        (Number(0.0), "0"),
        (Day(date(1998, 6, 30)), "June 30, 1998"),
        (Day("1998-06-30", short=True), "Jun 30, 1998"),
        (Month(7), "July"),
        (Interval(Share(0.29), Share(0.33)), "29% to 33%"),
        (Quantity(1, "weeks"), "1 week"),
        (Quantity(1.5, "purchases"), "1.50 purchases"),
        (Quantity(39, "weeks"), "39 weeks"),
        (Label("at_risk"), "At risk"),
        (Names([Label("champions"), "loyal"]), "Champions and loyal"),
    ],
)
def test_a_value_is_written_as_its_kind(value, written):
    assert value.render(ENGLISH) == written


@pytest.mark.parametrize(
    ("unit", "kind"),
    [("", Number), ("share", Share), ("customers", Count), ("days", Number), ("USD", Money)],
)
def test_a_unit_makes_the_kind_of_value(unit, kind):
    assert isinstance(of_unit(1.0, unit), kind)


def test_only_counted_units_have_a_noun():
    assert noun("customers", 1).render(ENGLISH) == "customer"
    assert noun("USD", 2).render(ENGLISH) == ""


def test_decimals_follow_the_middle_number():
    assert decimals([0.0312]) == 4
    assert decimals([1234.5, 3000.25]) == 0
    assert decimals([]) == 0
