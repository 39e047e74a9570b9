import pandas as pd

import clv
from clv.tables.optional import facts, links

AS_OF = "2024-06-30"
PURCHASES = pd.DataFrame(
    {"customer_id": ["a", "b"], "date": ["2024-01-05", "2024-06-30"], "amount": [5.0, 6.0]}
)


def told(**tables):
    loaded = facts.load_all(
        {name: {"source": pd.DataFrame(table)} for name, table in tables.items()}, as_of=AS_OF
    )
    return links.messages(loaded, clv.load(PURCHASES, as_of=AS_OF))


def tickets(*customers):
    days = ["2024-01-05"] * len(customers)
    return {"ticket_id": range(len(customers)), "customer_id": customers, "created_at": days}


def test_customers_that_no_purchase_knows_are_counted_and_kept():
    (message,) = told(support_tickets=tickets("a", "a", "x", "y"))
    assert (message.level, message.code) == ("info", "customer-id-not-there")
    assert message.text == (
        "support_tickets: 2 of 3 ids in `customer_id` do not stand in transactions."
    )


def test_ids_of_which_none_is_known_are_a_warning():
    (message,) = told(support_tickets=tickets("A-1", "B-2"))
    assert (message.level, message.code) == ("warning", "customer-id-joins-nothing")
    assert "A-1" not in message.text


def test_ids_that_are_all_known_are_not_spoken_of():
    assert told(support_tickets=tickets("a", "b")) == ()


def test_tables_are_linked_to_each_other_and_gaps_are_no_ids():
    leads = {"lead_id": ["L1", "L2"], "created_at": ["2024-01-01"] * 2, "customer_id": ["a", None]}
    deals = {
        "opportunity_id": ["O1", "O2"],
        "created_at": ["2024-01-01"] * 2,
        "lead_id": ["L1", "L9"],
    }
    (message,) = told(leads=leads, opportunities=deals)
    assert message.text == "opportunities: 1 of 2 ids in `lead_id` do not stand in leads."
