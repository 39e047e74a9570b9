from clv.tables.company import people
from clv.tables.company.world import NEVER


def test_so_many_have_bought_as_was_asked(lived, invented):
    assert len(lived.people.buyers) == 1500
    log = invented.transactions
    assert log.loc[~log["is_refund"], "customer_id"].nunique() == 1500


def test_ids_follow_the_days_on_which_names_were_left(lived):
    own = lived.people
    assert len(set(own.customer_id)) == len(own.customer_id)
    since = own.since[own.customer_id.argsort()]
    assert (since[1:] >= since[:-1]).all()


def test_nobody_orders_before_their_name_is_known(lived):
    own = lived.people
    bought = own.first_order < NEVER
    assert (own.first_order[bought] >= own.since[bought]).all()


def test_customers_come_by_leads_and_without(lived):
    own = lived.people
    kinds = own.kind[own.buyers]
    assert (kinds == people.LEAD).sum() > 500
    assert (kinds == people.SHOPPER).sum() > 500
    assert (kinds != people.READER).all()


def test_a_lead_opens_an_account_with_the_first_order_and_a_reader_none(lived, invented):
    table = invented.tables["customers"].set_index("customer_id")
    own = lived.people
    opened = table["created_at"].reindex(own.customer_id)
    assert opened[own.kind == people.READER].isna().all()
    leads = own.kind == people.LEAD
    assert (opened[leads].notna().to_numpy() == (own.first_order[leads] < NEVER)).all()
    assert opened[own.kind == people.SHOPPER].notna().all()


def test_starts_are_spread_over_three_years(invented):
    log = invented.transactions
    first = log[~log["is_refund"]].groupby("customer_id")["date"].min()
    assert (first.dt.year.value_counts() > 300).all()
    assert sorted(first.dt.year.unique()) == [2022, 2023, 2024]
