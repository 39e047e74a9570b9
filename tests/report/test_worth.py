import pandas as pd
import pytest

from clv.report import worth


@pytest.mark.parametrize(
    ("kind", "noun", "to_come", "label"),
    [
        ("revenue", "revenue", "expected revenue", "Expected revenue"),
        ("margin", "value", "expected value", "Expected value"),
        ("brought", "revenue", "revenue of the last year", "Revenue"),
    ],
)
def test_money_is_revenue_until_a_margin_is_known(kind, noun, to_come, label, english):
    assert str(worth.noun(kind)) == noun
    assert str(worth.to_come(kind)) == to_come
    assert worth.label(kind).render(english) == label


def test_a_table_knows_what_its_money_is():
    table = pd.DataFrame({"clv": [1.0], "segment": ["promising"]})
    table.attrs["value"] = "margin"
    assert worth.of(table.groupby("segment")[["clv"]].sum()) == "margin"
    assert worth.of(pd.DataFrame()) == "revenue"
