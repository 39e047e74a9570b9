from clv.report.answer import WITHHELD, Answer, Quoted
from clv.report.checks import Check
from clv.report.words import Words


def test_a_quotation_is_given_in_the_language_it_was_said_in():
    said = Quoted({"en": "Half.", "tr": "Yarısı."})
    assert said.render(Words.of("tr")) == "Yarısı."
    assert str(said) == "Half."


def test_in_another_language_the_first_one_is_given():
    assert Quoted({"tr": "Yarısı."}).render(Words.of("en")) == "Yarısı."
    assert Quoted({}).render(Words.of("en")) == ""


def test_an_answer_knows_which_of_its_checks_fail():
    good, bad = Check("rows", True, ""), Check("months", False, "2 empty")
    answer = Answer("00_data_health", "Data health", "It can.", "good", checks=(good, bad))
    assert answer.failed == (bad,)
    assert not answer.left_out
    assert Answer("03", "Purchases", "Too few.", WITHHELD).left_out
