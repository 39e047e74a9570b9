import pytest

import clv
from clv.errors import InputRefused, TooManyFaulty

HEADER = "customer_id,date,amount,currency"


def test_the_one_currency_of_a_column_is_taken(csv):
    path = csv("a,2024-01-01,5,TRY", "b,2024-01-02,5, try ", header=HEADER)
    log = clv.load(path)
    assert log.currency == "TRY"
    assert clv.customer_summary(log).attrs["currency"] == "TRY"


def test_more_than_one_currency_is_refused(csv):
    path = csv("a,2024-01-01,5,TRY", "b,2024-01-02,5,EUR", "b,2024-01-03,5,TRY", header=HEADER)
    with pytest.raises(InputRefused, match=r"2 currencies \(TRY in 2 rows, EUR in 1 row\)") as told:
        clv.load(path)
    assert told.value.column == "currency"


def test_a_currency_that_contradicts_the_declared_one_is_refused(csv):
    path = csv("a,2024-01-01,5,TRY", header=HEADER)
    with pytest.raises(InputRefused, match="is TRY in every purchase, but currency: EUR is"):
        clv.load(path, currency="EUR")


def test_another_currency_after_as_of_or_in_a_row_set_aside_is_no_matter(csv):
    rows = ("a,2024-01-01,5,TRY", "a,2024-01-02,0,EUR", "b,2025-01-01,5,USD")
    assert clv.load(csv(*rows, header=HEADER), as_of="2024-12-31").currency == "TRY"


@pytest.mark.parametrize(
    ("sign", "code"), [("TL", "TRY"), ("tl ", "TRY"), ("₺", "TRY"), ("€", "EUR")]
)
def test_a_sign_of_one_currency_alone_is_its_code(csv, sign, code):
    rows = (f"a,2024-01-01,5,{sign}", f"b,2024-01-02,5,{code}")
    assert clv.load(csv(*rows, header=HEADER)).currency == code


def test_a_sign_of_many_currencies_is_asked_back(csv):
    with pytest.raises(TooManyFaulty, match=r"not a code of three .*write codes of three letters"):
        clv.load(csv("a,2024-01-01,5,$", header=HEADER))


def test_a_column_that_is_not_there_leaves_what_was_declared(csv):
    assert clv.load(csv("a,2024-01-01,5"), currency="EUR").currency == "EUR"
