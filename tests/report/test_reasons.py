import pandas as pd
import pytest

from clv.customers import choice, minimum, rfm
from clv.errors import TooLittleToModel
from clv.report.reasons import REASONS, found_again
from clv.report.words import Words
from clv.stages import rules, silence

ENGLISH = Words.of("en")


def scale(method):
    return rfm.Scale("R", method, (1.0, 2.0, 3.0, 4.0), 0.2451, (1, 1, 1, 1, 1))


def scores(mbgnbd):
    table = pd.DataFrame({"bgnbd": [-1.0, -2.0, -1.5], "mbgnbd": mbgnbd}, index=[1, 2, 3])
    return table.rename_axis("customer_id")


def refusal(frequency):
    customers = pd.DataFrame({"frequency": frequency, "monetary_value": 5.0})
    with pytest.raises(TooLittleToModel) as refused:
        minimum.enough_to_model(customers)
    return str(refused.value)


@pytest.mark.parametrize(
    "reason",
    [
        choice.chosen(pd.DataFrame(), "bgnbd").reason,
        choice.choose(pd.DataFrame()).reason,
        choice.choose(scores([-0.5, -1.0, -1.0])).reason,
        choice.choose(scores([-1.0, -2.0, -1.501])).reason,
        scale("fixed").why,
        scale("quantile").why,
        *silence.WHY.values(),
        *rules.NEEDS.values(),
        refusal([1] * 3),
        refusal([1] * 60),
    ],
)
def test_every_reason_of_the_floors_below_is_found_again_word_for_word(reason):
    assert found_again(reason).render(ENGLISH) == reason


def test_its_values_are_numbers_of_the_language(catalogues):
    sentence = found_again("at most 1.1% of customers have the same: fifths of the customers")
    assert "%1,1" in sentence.render(Words.of("tr"))


def test_what_is_no_reason_of_ours_is_none():
    assert found_again("The top of the world") is None


def test_one_sentence_fits_one_template():
    assert len({*REASONS.values()}) == len(REASONS)
