from datetime import date

import pyarrow as pa

from clv.tables import engine
from clv.tables.sums import by_day


def test_amounts_of_a_day_are_added_exactly_and_their_margin_is_weighted():
    columns = {"customer_id": ["a", "a", "b"], "date": [date(2024, 1, 1)] * 3}
    columns |= {"amount": [0.1, 0.2, 5.0], "margin": [0.6, 0.3, 0.5]}
    rows = engine.of_arrow(engine.connect(), "rows", pa.table(columns))
    found = by_day(rows).order_by("customer_id").to_pyarrow().to_pylist()
    assert [str(row["amount"]) for row in found] == ["0.300000000", "5.000000000"]
    assert [round(row["margin"], 12) for row in found] == [0.4, 0.5]
    assert by_day(rows.drop("margin")).columns == ("customer_id", "date", "amount")
