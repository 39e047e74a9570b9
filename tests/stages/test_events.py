import numpy as np
import pandas as pd
import pytest

from clv.stages.events import Events

CUSTOMERS = pd.Index(["a", "b"])
DAYS = np.arange(1, 700)
NOBODY = np.zeros(len(DAYS), dtype=np.int64)


def times(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "start", "stop"])


def moments(*rows):
    return pd.DataFrame(rows, columns=["customer_id", "start"])


RECORDS = {
    "leads": times(("a", 5, 300), ("b", 9, 20), ("nobody", 1, 2)),
    "qualified": times(("a", 40, 300)),
    "opportunities": times(("a", 60, 90)),
    "contacts": moments(("a", 5), ("a", 40), ("a", 290)),
    "touches": moments(("a", 200), ("b", 210)),
    "contracts": times(("a", 310, 380)),
    "overdue": times(("a", 330, 340)),
    "advocacy": times(("a", 350, 700)),
    "promoters": times(("a", 355, 400)),
    "due": moments(("a", 320)),
    "tickets": moments(("a", 100), ("a", 350)),
}


def bought(first=None, second=None, days=DAYS):
    """Signals of purchases on two days, as timelines give them."""
    firsts, seconds = (np.inf if day is None else day for day in (first, second))
    k = (days >= firsts).astype(int) + (days >= seconds)
    last = np.where(k == 2, seconds, firsts)
    return {
        "purchase_days": k,
        "since_last": np.where(k > 0, days - last, np.nan),
        "tenure": np.where(k > 0, days - firsts, np.nan),
        "second_after": np.where(k > 1, seconds - firsts, np.nan),
        "ended_gap": np.where(k > 1, seconds - firsts, np.nan),
    }


@pytest.fixture(scope="module")
def events():
    return Events.of(RECORDS, CUSTOMERS)


@pytest.fixture(scope="module")
def shown(events):
    return pd.DataFrame(events.at(NOBODY, DAYS, bought(315, 365)), index=DAYS)


def test_what_goes_on_counts_from_its_first_day_until_the_day_before_its_end(shown):
    assert shown.loc[[4, 5, 299, 300], "open_leads"].tolist() == [0, 1, 1, 0]
    assert shown.loc[[39, 40], "qualified"].tolist() == [0, 1]
    assert shown.loc[[59, 60, 89, 90], "opportunities"].tolist() == [0, 1, 1, 0]
    assert shown.loc[[329, 330, 339, 340], "overdue"].tolist() == [0, 1, 1, 0]


def test_who_was_once_a_lead_or_a_prospect_stays_known_as_that(shown):
    assert shown.loc[[4, 5, 699], "ever_lead"].tolist() == [False, True, True]
    assert shown.loc[[39, 40, 699], "ever_prospect"].tolist() == [False, True, True]


def test_time_since_contact_starts_again_with_each(shown):
    assert shown.loc[[39, 40, 289, 290], "since_contact"].tolist() == [34, 0, 249, 0]
    assert np.isnan(shown.loc[4, "since_contact"])


def test_a_touch_is_recent_for_thirty_days(shown):
    assert shown.loc[[199, 200, 229, 230], "touches_30d"].tolist() == [0, 1, 1, 0]


def test_an_advocate_has_bought_twice_and_has_been_one_since(shown):
    assert shown.loc[[364, 365, 699], "is_advocate"].tolist() == [False, True, True]
    assert shown.loc[[364, 365], "ever_advocate"].tolist() == [False, True]
    ended = Events.of({"advocacy": times(("a", 350, 360))}, CUSTOMERS)
    assert not ended.at(NOBODY, DAYS, bought(315, 365))["ever_advocate"].any()


def test_a_purchase_after_the_end_of_a_contract_ends_the_time_without_one(events):
    after = pd.DataFrame(events.at(NOBODY, DAYS, bought(315, 390)), index=DAYS)
    assert after.loc[[389, 390], "contract_ended_gap"].tolist() == [False, True]
    during = pd.DataFrame(events.at(NOBODY, DAYS, bought(315, 370)), index=DAYS)
    assert not during["contract_ended_gap"].any()


def test_events_of_one_customer_say_nothing_of_another(events):
    found = events.at(NOBODY + 1, DAYS, bought())
    assert found["open_leads"].sum() == 11
    assert not found["contracts"].any()


def test_without_tables_there_is_nothing():
    found = Events().at(NOBODY, DAYS, bought(5))
    assert not any(np.nan_to_num(values).any() for values in found.values())


def test_states_change_on_no_other_day_than_those_told(events, shown):
    told = {day for moments, _ in events.changes(180) for day in moments.day[moments.customer == 0]}
    counted = ["open_leads", "qualified", "opportunities", "contracts", "overdue", "advocacy"]
    fresh = (shown["since_contact"] < 180).astype(int)
    changes = shown[counted].diff().abs().sum(axis=1) + fresh.diff().abs()
    health = shown["health"].fillna(-1).diff() != 0
    assert set(DAYS[1:][(changes > 0)[1:] | health[1:]]) <= told
