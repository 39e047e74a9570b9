"""The parameters and the log-likelihood that BG/NBD and MBG/NBD share."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clv.errors import BadParameter
from clv.models.beta_geometric import log_likelihood
from clv.models.bgnbd import BgNbd
from clv.models.mbgnbd import MbgNbd

BOTH = [BgNbd(0.243, 4.414, 0.793, 2.426), MbgNbd(0.525, 6.183, 0.891, 1.614)]
positive = st.floats(0.05, 20)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([BgNbd, MbgNbd]), st.tuples(positive, positive, positive, positive),
    st.integers(0, 40), st.floats(0.01, 1), st.floats(0.1, 200),
)  # fmt: skip
def test_days_and_weeks_differ_by_the_unit_of_the_density_alone(kind, values, x, share, T):
    r, alpha, a, b = values
    recency = share * T if x else 0.0
    weeks = log_likelihood(kind(r, alpha, a, b), x, recency, T) - x * np.log(7)
    days = log_likelihood(kind(r, 7 * alpha, a, b), x, 7 * recency, 7 * T)
    assert days == pytest.approx(weeks, rel=1e-11, abs=1e-9)


@pytest.mark.parametrize("params", BOTH)
def test_customers_with_an_alpha_of_their_own_are_each_a_model_of_one(params):
    alpha, x, recency = params.alpha * np.array([0.5, 1, 3]), [0, 2, 200], [0, 30, 38]
    together = log_likelihood(type(params)(params.r, alpha, params.a, params.b), x, recency, 39)
    alone = [
        log_likelihood(type(params)(params.r, own, params.a, params.b), *history, 39)[0]
        for own, *history in zip(alpha, x, recency, strict=True)
    ]
    assert together == pytest.approx(alone, rel=1e-14)


def test_the_parameters_of_some_customers_are_taken_where_they_differ():
    few = BgNbd(0.2, np.array([1.0, 2.0, 3.0]), 0.8, 2.4).of([2, 0])
    assert (few.r, few.alpha.tolist(), few.a) == (0.2, [3.0, 1.0], 0.8)


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_a_parameter_that_is_not_positive_is_refused_by_name(value):
    with pytest.raises(BadParameter, match="`alpha` must be a positive number; got"):
        BgNbd(r=0.2, alpha=value, a=0.8, b=2.4)
