import numpy as np
import pandas as pd
import pytest

from clv.stages.health import Health, bands
from clv.stages.moments import Moments, Times

DAYS = np.arange(1, 900)


def moments(*days):
    return Moments.of(np.zeros(len(days), dtype=np.int64), np.array(days, dtype=np.int64))


def times(*spans):
    start, stop = np.array(spans, dtype=np.int64).T
    return Times.of(np.zeros(len(spans), dtype=np.int64), start, stop)


def of(day, **known):
    found = Health(**known).at(np.array([0]), np.array([day]))
    return {name: values[0] for name, values in found.items()}


@pytest.mark.parametrize(
    ("days", "score"), [([20, 30, 120, 130], 50), ([20, 30, 120], 25), ([20, 120, 121, 122], 100)]
)
def test_use_is_compared_with_that_of_the_window_before(days, score):
    assert of(180, usage=moments(*days))["usage"] == score


def test_use_that_never_was_is_not_use_that_ended():
    assert np.isnan(of(400, usage=moments(20))["usage"])
    assert of(150, usage=moments(20))["usage"] == 0


def test_each_ticket_is_a_burden_for_ninety_days():
    tickets = moments(5, 100, 110)
    assert [of(day, tickets=tickets)["support"] for day in (99, 110, 189, 190, 200)] == [
        100,
        50,
        50,
        75,
        100,
    ]


def test_without_tickets_for_a_whole_window_no_ticket_says_nothing():
    assert np.isnan(of(94, tickets=moments(5))["support"])
    assert np.isnan(of(400)["support"])


def test_payments_count_by_the_share_made_in_time():
    found = of(200, due=moments(10, 50, 100, 150), overdue=times((64, 80)))
    assert found["payment"] == 75


def test_one_measure_alone_is_no_score():
    known = {"tickets": moments(5, 100, 110)}
    assert np.isnan(of(150, **known)["health"])
    assert of(150, **known)["coverage"] == pytest.approx(1 / 3)
    both = of(150, due=moments(120), **known)
    assert (both["health"], both["coverage"]) == (75, pytest.approx(2 / 3))


def test_what_each_measure_adds_or_takes_makes_the_score():
    known = {"tickets": moments(0, 140), "due": moments(120)}
    found = of(150, **known)
    assert (found["support_part"], found["payment_part"]) == (12.5, 25)
    assert np.isnan(found["usage_part"])
    assert found["health"] == 50 + 12.5 + 25
    alone = of(150, tickets=moments(0, 140))
    assert np.isnan(alone["support_part"])  # of no score, nothing is a part


def test_the_score_changes_on_no_other_day_than_those_told():
    health = Health(
        usage=moments(20, 30, 35, 140, 300),
        tickets=moments(15, 33, 200, 210, 400),
        due=moments(10, 50, 300),
        overdue=times((64, 80), (314, 330)),
    )
    score = health.at(np.zeros(len(DAYS), dtype=np.int64), DAYS)["health"]
    known = np.concatenate([moments.day for moments in [*health.news(), *health.changes()]])
    changed = DAYS[1:][~np.isclose(score[1:], score[:-1], equal_nan=True)]
    assert len(changed) > 5
    assert set(changed) <= set(known)


def test_bands_are_red_to_fifty_and_green_from_seventy_six():
    found = pd.Series(bands(pd.Series([0.0, 50.0, 50.1, 75.0, 76.0, 100.0, np.nan])))
    assert found.astype(object).where(found.notna(), None).tolist() == [
        *["red"] * 2,
        *["amber"] * 2,
        *["green"] * 2,
        None,
    ]
