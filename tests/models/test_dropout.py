import mpmath as mp
import numpy as np
import pytest

from clv.models.dropout import beta_sharpness, mean_over_dropout

# Shapes of the beta from all but two points to all but one.
A = np.array([0.01, 0.05, 0.8, 1.0, 2.0, 30.0, 1000.0, 1000.0, 0.5])
B = np.array([0.02, 5.0, 2.4, 1.0, 1e6, 100.0, 1000.0, 0.01, 3e9])
SHARPNESS = beta_sharpness(A, B)


def test_the_moments_are_those_of_a_beta():
    none = np.zeros(len(A))
    first = mean_over_dropout(lambda p: p, A, B, gap=none, sharpness=SHARPNESS)
    square = mean_over_dropout(lambda p: p**2, A, B, gap=none, sharpness=SHARPNESS)
    assert first == pytest.approx(A / (A + B), rel=1e-12)
    assert square == pytest.approx(A / (A + B) * (A + 1) / (A + B + 1), rel=1e-12)


def test_a_quantity_may_bend_far_below_the_density():
    """1 / (1 + w p) bends at p = 1 / w, whether the density is there or not."""
    some = B < 1e3  # mpmath takes minutes over the others
    a, b, sharpness = A[some], B[some], SHARPNESS[some]
    for w in (1.0, 1e3, 1e9):
        gap = np.maximum(np.log1p(a) - np.log1p(b) + np.log(w), 0)
        ours = mean_over_dropout(lambda p, w=w: 1 / (1 + w * p), a, b, gap=gap, sharpness=sharpness)
        exact = [float(mp.hyp2f1(1, *shapes, -w)) for shapes in zip(a, a + b, strict=True)]
        assert ours == pytest.approx(exact, rel=1e-11)


def test_many_shapes_are_computed_together_as_they_are_alone():
    def mean(rows):
        zero = np.zeros(len(A[rows]))
        return mean_over_dropout(lambda p: p, A[rows], B[rows], gap=zero, sharpness=SHARPNESS[rows])

    together = mean(slice(None))
    alone = np.concatenate([mean(slice(i, i + 1)) for i in range(len(A))])
    assert together == pytest.approx(alone, rel=1e-12)
