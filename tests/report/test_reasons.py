from datetime import date

import numpy as np
import pandas as pd
import pytest

from clv import scoring
from clv.customers import choice, minimum, scales, spend_basis
from clv.errors import TooLittleToModel
from clv.report.reasons import REASONS, found_again
from clv.report.words import Words
from clv.stages import aarrr, rules, silence
from clv.tables import births

ENGLISH = Words.of("en")


def scale(values, method="quantile"):
    return scales.fit("R", np.array(values, dtype=float), method)


def scores(mbgnbd):
    table = pd.DataFrame({"bgnbd": [-1.0, -2.0, -1.5], "mbgnbd": mbgnbd}, index=[1, 2, 3])
    return table.rename_axis("customer_id")


def spent(*expected):
    """Why a basis is chosen, where either foresaw these amounts and 10 was spent each time."""
    table = pd.DataFrame(
        {"purchases": 1, "spent": 10.0, **dict(zip(("repeat", "all"), expected, strict=True))}
    )
    return spend_basis.choose(table.rename_axis("customer_id"))[1]


def older(first, declared="auto", days=400):
    """Why customers are taken to be older than a log, or not."""
    told = {"start": date(2024, 1, 1), "days": days, "declared": declared}
    return births.judge(np.array(first), np.zeros(len(first), dtype=int), **told).reason


EVENLY, CROWDED = [*range(400)] * 3, [*range(20)] * 40 + [*range(400)]
LATE = [*range(40, 400)] * 3 + [0]


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
        scale([1, 1, 2, 3]).why,
        scale(range(100)).why,
        scale(range(100), "fixed").why,
        scale(range(100), "jenks").why,
        scale([1, 2], "jenks").why,
        aarrr.BUYERS,
        "the next best over the earlier origins",
        scoring.NAMED,
        "the only other basis",
        spent([9.0, 10, 11], [7.0, 12, 14]),
        spent([9.0, 12, 10], [12.01, 9, 10]),
        *[older(EVENLY, declared) for declared in ("observed", "unknown")],
        older(EVENLY, days=30),
        older(EVENLY),
        older(CROWDED),
        older(LATE),
        older([0, 0, 3], days=365),
        *silence.WHY.values(),
        *rules.NEEDS.values(),
        refusal([1] * 3),
        refusal([1] * 60),
    ],
)
def test_every_reason_of_the_floors_below_is_found_again_word_for_word(reason):
    assert found_again(reason).render(ENGLISH) == reason


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (
            f"{scoring.NAMED}: mbgnbd cannot be fitted on all customers",
            "named in the study: MBG/NBD cannot be fitted on all customers",
        ),
        (
            "within one standard error of pareto_nbd in mean log score over the earlier origins "
            "(-0.6759 against -0.6756), and it is simpler",
            "within one standard error of Pareto/NBD in mean log score over the earlier origins "
            "(-0.6759 against -0.6756), and it is simpler",
        ),
        (
            spent([14.0, 14, 14], [6.0, 9, 16]),
            "`Repeat` foresaw spend with a smaller log error (0.3365 against 0.4054), but missed "
            "its total by +40.0% against +3.3%",
        ),
    ],
)
def test_names_in_it_and_reasons_in_it_are_said_in_their_own_words(reason, said):
    assert found_again(reason).render(ENGLISH) == said


def test_its_values_are_numbers_of_the_language(catalogues):
    sentence = found_again("at most 1.1% of customers have the same: fifths of the customers")
    assert "%1,1" in sentence.render(Words.of("tr"))


def test_what_is_no_reason_of_ours_is_none():
    assert found_again("The top of the world") is None


def test_one_sentence_fits_one_template():
    assert len({*REASONS.values()}) == len(REASONS)
