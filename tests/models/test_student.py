import numpy as np
import pytest

from clv.models import student


@pytest.mark.parametrize(("trials", "table"), [(1, 6.314), (5, 2.015), (12, 1.782), (120, 1.658)])
def test_the_quantile_is_the_one_of_the_printed_tables(trials, table):
    assert student.quantile(0.95, trials) == pytest.approx(table, abs=5e-4)


def test_the_median_is_zero_and_the_tails_are_alike():
    assert student.quantile(0.5, 7) == pytest.approx(0, abs=1e-12)
    assert student.quantile(0.05, 7) == pytest.approx(-student.quantile(0.95, 7))


def test_it_holds_the_next_miss_as_often_as_promised():
    rng = np.random.default_rng(8)
    seen, following = rng.normal(size=(20_000, 6)), rng.normal(size=20_000)
    reach = student.quantile(0.95, 6) * np.sqrt((seen**2).mean(axis=1))
    assert (np.abs(following) <= reach).mean() == pytest.approx(0.90, abs=0.0064)
