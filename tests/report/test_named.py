from clv.report.named import Named
from clv.report.words import Words


def test_a_language_that_it_lacks_is_said_in_english():
    assert Named("fan", {"en": "Fan"}).render(Words.of("tr")) == "Fan"


def test_one_key_is_one_thing_whatever_it_is_called():
    assert Named("fan", {"en": "Fan"}) == Named("fan", {"en": "Admirer"})
