"""How far sums over a base may be off because parameters are uncertain: draws of the factor.

Where the data say within a factor of e what each parameter is, the log of a sum moves by the delta
method. Where they do not, a normal distribution of the logs of parameters is no longer what is
known of them, and a parametric bootstrap takes its place (Efron & Tibshirani 1993, "An Introduction
to the Bootstrap", sections 6.5 and 13.3): the base is drawn again from the model as estimated, as
many customers seen for as long, and the model is fitted to each such base. What the sum of the
customers there are comes to under a refit, over what it comes to under the estimate, is a draw.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from clv.customers.histories import Histories
from clv.customers.purchases import PurchaseModel
from clv.customers.spend import GammaGammaModel, spending_of
from clv.customers.uncertainty import directions
from clv.errors import DidNotConverge, InputRefused
from clv.models import gamma_gamma, simulate
from clv.models.estimation import Array

REFITS = 200  # whose tails hold intervals up to 99 %; wider ones end at the farthest refit
SEED = 1  # the refits of a model and a base are always the same, whoever asks
KEPT = 8  # models and bases of which the refits are kept: several questions cost one bootstrap

Model = PurchaseModel | GammaGammaModel
Base = Histories | pd.DataFrame  # of a model of purchases; of a model of spend


def log_factors(
    log_sums: Callable[..., Array],
    model: Model,
    base: Base,
    draws: int,
    rng: np.random.Generator,
    *,
    by_refits: bool = True,
) -> Array:
    """Logarithms of what the uncertain parameters of a model multiply sums by, shape (…, draws).

    Parameters
    ----------
    log_sums
        Takes a model and returns the logarithms of sums over the base, of any shape.
    model
        The fitted model. Parameters that were given are certain: 0.
    base
        The customers it was fitted to: their histories for a model of purchases, a customer table
        for a model of spend. Of some of them, or of others, as many are drawn as it was fitted to.
    draws
        How many to draw.
    rng
        The chance.
    by_refits
        Whether a weakly identified model is fitted again, which takes seconds; else the delta
        method has to do.

    Returns
    -------
    The draws; NaN where more than half of the refits were refused, so that nobody can tell.

    """
    if not (by_refits and is_weak(model)):
        moves = directions(log_sums, model)
        return np.tensordot(moves, rng.standard_normal((len(moves), draws)), axes=(0, 0))
    apart = of_refits(log_sums, model, base)
    if not len(apart):
        return np.full((*apart.shape[1:], draws), np.nan)
    # Each refit as often as any other, but for the rest of a division.
    picked = rng.permutation(np.resize(np.arange(len(apart)), draws))
    return np.moveaxis(apart[picked], 0, -1)


def of_refits(log_sums: Callable[..., Array], model: Model, base: Base) -> Array:
    """The same for each refit that is usable, shape (refits, …); none where most were refused."""
    again = refits(model, base)
    here = np.asarray(log_sums(model))
    if 2 * len(again) < REFITS:
        return np.empty((0, *here.shape))
    return np.stack([log_sums(refit) - here for refit in again])


def is_weak(model: Model) -> bool:
    """Whether a model was estimated from data that hardly pin down its parameters."""
    return model.estimation is not None and not model.estimation.identified


def refits(model: Model, base: Base) -> tuple[Model, ...]:
    """The usable ones of the models fitted to bases drawn again; `base` as for `log_factors`."""
    if isinstance(model, PurchaseModel):
        columns = [base.columns[2], *(base.covariates[name] for name in model.coefficients)]
        rows, drawn_again = np.repeat(columns, base.customers, axis=1), _purchases_again
    else:
        count, mean = spending_of(base, model.basis).to_numpy().T
        rows, drawn_again = count[None, mean > 0], _spend_again
    given, fitted = replace(model, estimation=None), round(model.estimation.n_customers)
    if not rows.size:
        return (given,) * REFITS  # there is nobody like whom to draw, and no sum to be unsure of
    if rows.shape[1] != fitted:
        rows = rows[:, np.random.default_rng(SEED).integers(rows.shape[1], size=fitted)]
    return drawn_again(given, rows.tobytes())


@lru_cache(maxsize=KEPT)
def _purchases_again(model: PurchaseModel, base: bytes) -> tuple[PurchaseModel, ...]:
    """Refits, with parameters as if given, to customers with the same T and covariates."""
    T, *covariates = np.frombuffer(base).reshape(1 + len(model.coefficients), -1)
    table = pd.DataFrame({"T": T} | dict(zip(model.coefficients, covariates, strict=True)))
    table.attrs["unit"] = model.own_unit
    each = model.histories(table.assign(frequency=0, recency=0.0))
    params = model.params_of(each.distinct(each.which))

    def refit(rng: np.random.Generator) -> PurchaseModel:
        frequency, recency = simulate.draw_histories(params, T, rng)
        drawn = table.assign(frequency=frequency, recency=recency)
        return type(model).fit(drawn, covariates=[*model.coefficients])

    return _usable(refit)


@lru_cache(maxsize=KEPT)
def _spend_again(model: GammaGammaModel, base: bytes) -> tuple[GammaGammaModel, ...]:
    """Refits, with parameters as if given, to customers with as many purchases that count."""
    count = np.frombuffer(base)

    def refit(rng: np.random.Generator) -> GammaGammaModel:
        found = gamma_gamma.fit(count, simulate.draw_spend(model.params, count, rng))
        return replace(model, **asdict(found.params))

    return _usable(refit)


def _usable(refit: Callable[[np.random.Generator], Model]) -> tuple[Model, ...]:
    """The refits that are not refused, without the data that they were fitted to."""
    rng, usable = np.random.default_rng(SEED), []
    for _ in range(REFITS):
        with suppress(DidNotConverge, InputRefused):
            usable.append(replace(refit(rng), estimation=None))
    return tuple(usable)
