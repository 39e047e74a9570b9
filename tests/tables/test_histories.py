from datetime import date
from decimal import Decimal

import pyarrow as pa

from clv.tables import engine, histories


def test_a_history_is_what_purchase_days_come_to():
    days = engine.of_arrow(
        engine.connect(),
        "days",
        pa.table(
            {
                "customer_id": [7, 7, 8],
                "date": [date(2024, 2, 1), date(2024, 1, 1), date(2024, 3, 1)],
                "amount": [Decimal("2.5"), Decimal("0.1"), Decimal("4")],
            }
        ),
    )
    assert histories.of(days).order_by("customer_id").to_pyarrow().to_pylist() == [
        {
            "customer_id": 7,
            "purchase_days": 2,
            "first_purchase": date(2024, 1, 1),
            "last_purchase": date(2024, 2, 1),
            "total_spend": Decimal("2.6"),
            "first_spend": Decimal("0.1"),
        },
        {
            "customer_id": 8,
            "purchase_days": 1,
            "first_purchase": date(2024, 3, 1),
            "last_purchase": date(2024, 3, 1),
            "total_spend": Decimal("4.0"),
            "first_spend": Decimal("4.0"),
        },
    ]
