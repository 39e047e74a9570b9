"""How unlike customers are: quantiles of what the models take to differ from one to the next.

Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2),
assumptions (ii) and (iv); Schmittlein, Morrison & Colombo (1987), Management Science 33(1), for
lifetimes; Fader & Hardie (2013), note 025, for spend.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, gammainccinv, gammaincinv

from clv.models.beta_geometric import BetaGeometric
from clv.models.gamma_gamma import GammaGamma
from clv.models.pareto_nbd import ParetoNbd


def rate(params: BetaGeometric | ParetoNbd, level: float) -> float:
    """Purchases per period, while a customer, that a share `level` of customers stays below.

    >>> from clv.models.bgnbd import BgNbd
    >>> round(rate(BgNbd(r=1.0, alpha=2.0, a=1.0, b=1.0), 0.5), 4)  # ln 2 / 2
    0.3466
    """
    return float(gammaincinv(params.r, level) / params.alpha)


def dropout(params: BetaGeometric, level: float) -> float:
    """Chance of leaving after a purchase that a share `level` of customers stays below.

    >>> from clv.models.bgnbd import BgNbd
    >>> dropout(BgNbd(r=1.0, alpha=2.0, a=1.0, b=1.0), 0.25)
    0.25
    """
    return float(betaincinv(params.a, params.b, level))


def lifetime(params: ParetoNbd, level: float) -> float:
    """Periods after which a share `level` of new customers has left; infinite beyond any number.

    >>> lifetime(ParetoNbd(r=1.0, alpha=2.0, s=1.0, beta=10.0), 0.5)
    10.0
    """
    with np.errstate(over="ignore", divide="ignore"):
        return float(params.beta * np.expm1(-np.log1p(-np.float64(level)) / params.s))


def mean_spend(params: GammaGamma, level: float) -> float:
    """Mean spend per purchase that a share `level` of customers stays below.

    >>> round(mean_spend(GammaGamma(p=2.0, q=1.0, v=3.0), 0.5), 4)  # p v / ln 2
    8.6562
    """
    return float(params.p * params.v / gammainccinv(params.q, level))
