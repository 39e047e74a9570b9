"""An exit is by rule where time alone made it, asked of data in which nothing happened that day."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv.stages.lifecycle import Lifecycle
from clv.stages.spells import BY_RULE

END = "2022-03-01"
DAYS = (290, 420, 446, 447, 474, 531, 645, 668, 692)  # on which limits and events fall together
BEGAN = pd.Timestamp("2020-01-01")
EVENT = {  # of every table: the day of the fact
    "customers": "created_at",
    "touchpoints": "timestamp",
    "support_tickets": "created_at",
    "leads": "created_at",
    "opportunities": "created_at",
    "subscriptions": "start",
    "payments": "due_at",
    "referrals": "created_at",
    "surveys": "timestamp",
}
LATER = ("qualified_at", "disqualified_at", "closed_at", "end", "paid_at")  # what follows it


def nothing_happens(bought, tables, day):
    """The same rows, as if nothing had happened on a day or after it."""
    seen = (bought["date"] < day) & (bought["known_at"] < day)
    found = {}
    for name, rows in tables.items():
        happened = rows[EVENT[name]]
        known = rows["known_at"].fillna(happened) if "known_at" in rows else happened
        own = rows[(happened < day) & (known < day)].copy()
        for column in {*LATER} & {*own}:
            future = own[column] >= day
            if column == "closed_at":
                own.loc[future, "outcome"] = "open"
            own[column] = own[column].mask(future)
        found[name] = own
    return bought[seen], found


def judged(spells, foreseen, day):
    """Exits of a day: whether they are by rule, and whether time alone would have made them."""
    ended = spells[(spells["stop"] == day) & spells["next_state"].notna()]
    alone = ended["customer_id"].map(foreseen.astype(str)) == ended["next_state"].astype(str)
    return ended["cause"].isin(BY_RULE).to_numpy(), alone.to_numpy(), ended


@pytest.fixture(scope="module")
def whole(tangled, told, limits):
    return told(*tangled, END, limits(loyal_money=50.0))


@pytest.mark.slow
@pytest.mark.parametrize("day", DAYS)
def test_an_exit_is_by_rule_where_it_would_have_come_had_nothing_happened(
    whole, tangled, told, limits, day
):
    day = BEGAN + pd.Timedelta(days=day)
    rows = nothing_happens(*tangled, day)
    foreseen = told(*rows, str(day.date()), limits(loyal_money=50.0)).stages()["stage"]
    by_rule, alone, ended = judged(whole.spells, foreseen, day)
    assert len(ended)
    assert by_rule.tolist() == alone.tolist(), ended


histories = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from([5.0, 30.0, 100.0])), min_size=1, max_size=9
)


@settings(deadline=None, max_examples=15)
@given(histories)
def test_an_exit_of_purchases_alone_is_by_rule_where_no_purchase_was_needed(limits, purchases):
    """Purchases in tens of days, and limits in tens of days: both often fall on one day."""
    rows = [(BEGAN + pd.Timedelta(days=10 * day), paid) for day, paid in dict(purchases).items()]
    days = pd.DataFrame(rows, columns=["date", "amount"])
    bounds, last = limits(60, 120, 200, window_days=360), BEGAN + pd.Timedelta(days=900)
    spells = Lifecycle(days.assign(customer_id="a"), last.date(), bounds).spells
    ended = spells.dropna(subset="next_state")
    # One customer for each exit, with what was known before it, moved so that all are on one day.
    before = [
        days[days["date"] < day].assign(customer_id=str(n), date=days["date"] + shift)
        for n, day in enumerate(ended["stop"])
        for shift in [last - day]
    ]
    if not before:
        return
    foreseen = Lifecycle(pd.concat(before), last.date(), bounds).stages()["stage"]
    alone = foreseen[[str(n) for n in range(len(ended))]].astype(str).to_numpy()
    by_rule = ended["cause"].isin(BY_RULE)
    assert by_rule.tolist() == (alone == ended["next_state"].astype(str)).tolist()
    assert set(ended.loc[~by_rule, "cause"]) <= {"purchase"}
    assert ended.loc[~by_rule, "stop"].isin(days["date"]).all()


# One day, two things ----------------------------------------------------------------------------


def ends(life):
    """How each spell ended: its state, the next one, the day number and the cause."""
    ended = life.spells.dropna(subset="stop")
    return [
        (row.state, row.next_state, (row.stop - BEGAN).days, row.cause)
        for row in ended.itertuples()
    ]


def test_a_purchase_on_the_day_on_which_onboarding_ends_did_not_end_it(bought, on, limits):
    life = Lifecycle(bought(a=[0, 50, 90]), on(100), limits(loyal_money=1000.0))
    assert ends(life) == [("onboarding", "active", 90, "window")]


def test_a_purchase_on_the_day_of_a_limit_did_bring_the_customer_back(bought, on, limits):
    """Time alone would have led elsewhere: to dormancy."""
    life = Lifecycle(bought(a=[0, 120]), on(125), limits())
    assert ends(life) == [
        ("onboarding", "at_risk", 60, "silence"),
        ("at_risk", "active", 120, "purchase"),
    ]


def of_records(bought, on, limits, purchases, last, **records):
    """The lifecycle of one customer with these records, days as numbers."""
    began = int((BEGAN - pd.Timestamp(0)).days)
    frames = {}
    for name, rows in records.items():
        table = pd.DataFrame(rows, columns=["start", "stop"][: len(rows[0])])
        frames[name] = (table + began).assign(customer_id="a")
    return Lifecycle(bought(a=purchases), on(last), limits(), records=frames)


def test_a_touch_on_the_day_of_a_limit_did_not_make_anybody_dormant(bought, on, limits):
    touches = {"touches": [[120]], "contacts": [[120]]}
    life = of_records(bought, on, limits, [0], 130, **touches)
    assert ends(life)[-1] == ("at_risk", "dormant", 120, "silence")


def test_use_on_the_day_on_which_onboarding_ends_did_not_end_it(bought, on, limits):
    life = of_records(bought, on, limits, [0, 50], 95, usage=[[day] for day in range(0, 91, 10)])
    assert ends(life) == [("onboarding", "active", 90, "window")]


def test_of_two_events_the_one_that_was_needed_is_the_cause(bought, on, limits):
    """A third purchase and a first referral on one day: only the referral makes an advocate."""
    life = of_records(bought, on, limits, [0, 40, 80], 85, advocacy=[(80, 445)])
    assert ends(life) == [("onboarding", "advocate", 80, "advocacy")]


def test_a_health_score_falls_by_rule_where_use_leaves_its_window_and_else_by_an_event(
    bought, on, limits
):
    # Use of two windows ago only: the score falls when the last of it is a window old. The ticket
    # table is known for long enough, and holds nothing of this customer lately.
    quiet = {"usage": [[20], [21]], "tickets": [[-200]]}
    life = of_records(bought, on, limits, [0, 55, 110], 140, **quiet)
    assert ("active", "at_risk", 111, "window") in ends(life)
    angry = {"usage": [[20], [21], [115], [116]], "tickets": [[-200], *[[118]] * 4]}
    life = of_records(bought, on, limits, [0, 55, 110], 140, **angry)
    assert ("active", "at_risk", 118, "health") in ends(life)


def test_a_grace_that_ends_is_a_rule_and_a_payment_is_an_event(bought, on, limits):
    owed = {"overdue": [(40, 55)], "grace_ends": [[40]], "due": [[26]]}
    life = of_records(bought, on, limits, [0], 58, **owed)
    assert ends(life) == [
        ("onboarding", "at_risk", 40, "window"),
        ("at_risk", "onboarding", 55, "payment"),
    ]


def test_what_is_learned_late_of_a_missing_payment_is_an_event(bought, on, limits):
    owed = {"overdue": [(40, 55)], "due": [[26]]}  # on day 39 nobody knew that it was due
    life = of_records(bought, on, limits, [0], 45, **owed)
    assert ends(life) == [("onboarding", "at_risk", 40, "payment")]
