import numpy as np
import pytest

from clv.tables.company import world
from clv.tables.company.world import LAST, NEVER, World


def test_what_comes_after_the_last_day_is_no_date():
    found = world.dates([0, LAST, LAST + 1, NEVER]).astype("datetime64[D]").astype(str)
    assert found.tolist() == ["2022-01-01", "2024-12-31", "NaT", "NaT"]


def test_clocks_show_hours_of_business():
    stamps = world.clocks(np.arange(1000), np.random.default_rng(1))
    seconds = (stamps - stamps.astype("datetime64[D]")).astype(int)
    assert (stamps.astype("datetime64[D]") == world.dates(np.arange(1000))).all()
    assert seconds.min() >= 8 * 3600
    assert seconds.max() < 20 * 3600


def test_there_are_36_months_and_every_day_is_in_one_of_them():
    ends = world.months()
    assert len(ends) == 36
    month = world.month_of(np.arange(LAST + 1))
    last_days = np.flatnonzero(np.diff(month, append=36))
    assert (world.dates(last_days) == ends.to_numpy()).all()


def test_names_are_drawn_by_their_shares():
    found = world.pick(np.random.default_rng(1), {"a": 3, "b": 1}, 10_000)
    assert (found == "a").mean() == pytest.approx(0.75, abs=0.02)


def test_ids_have_leading_zeros():
    assert world.numbered("L", [0, 99_998]).tolist() == ["L00001", "L99999"]


def test_a_year_as_a_whole_is_neither_busy_nor_quiet():
    assert np.mean(World().season) == pytest.approx(1)


def test_no_two_worlds_share_what_can_be_changed():
    assert World().losses is not World().losses
