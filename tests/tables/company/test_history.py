import numpy as np

from clv.tables.company.world import NEVER


def test_a_lead_that_is_won_orders_on_that_day(lived):
    own = lived.people.first_order[: len(lived.funnel.won)]
    seen = own < NEVER
    assert (own[seen] == lived.funnel.won[seen]).all()


def test_there_are_two_leads_for_each_buyer(lived):
    assert len(lived.lead_customer_id) == 2 * len(lived.buyer_id) == 3000


def test_every_buyer_is_a_person(lived):
    assert np.isin(lived.buyer_id, lived.people.customer_id).all()
    assert len(lived.leaves) == len(lived.buyer_id)
