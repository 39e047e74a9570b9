import pandas as pd
import pytest

import clv
from clv.customers import calibration


@pytest.fixture(scope="module")
def test():
    return clv.backtest(clv.load("cdnow-sample"), "1997-09-30", "1998-06-30")


def test_means_by_frequency_are_the_known_ones(test):
    # Forecasts and outcomes after 0 to 6 and 7 or more repeat purchases: BG/NBD, CDNOW sample.
    predicted = [
        0.2250904,
        0.5231358,
        1.0441246,
        1.5202532,
        2.1638204,
        2.653784,
        3.5039508,
        6.1570256,
    ]
    actual = [0.2367116, 0.6970387, 1.3925234, 1.56, 2.5322581, 2.9473684, 3.862069, 6.359375]
    table = calibration.by_frequency(test, "bgnbd")
    # The known means were computed a little beside the maximum of the likelihood.
    assert table["predicted"].tolist() == pytest.approx(predicted, rel=5e-5)
    assert table["actual"].tolist() == pytest.approx(actual, abs=5e-8)
    assert table["customers"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


def test_tenths_are_of_equal_size_and_the_highest_comes_first(test):
    table = calibration.by_decile(test, "mbgnbd")
    assert table.index.tolist() == list(range(1, 11))
    assert table["customers"].between(235, 236).all()
    assert table["predicted"].is_monotonic_decreasing
    assert (table["customers"] * table["predicted"]).sum() == pytest.approx(test["mbgnbd"].sum())
    assert (table["customers"] * table["actual"]).sum() == pytest.approx(1882)


def test_the_order_of_the_rows_decides_nothing(test):
    mixed = test.sample(frac=1, random_state=4)
    for table in (calibration.by_decile, calibration.by_frequency):
        pd.testing.assert_frame_equal(table(mixed, "nobody"), table(test, "nobody"))
