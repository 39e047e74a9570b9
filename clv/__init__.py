"""Customer lifecycle management: who the customers are, what each is worth, who is leaving.

The public names stand here in the order in which a reader needs them. Each is imported when
it is first used, so that `import clv` costs nothing and `clv.models` needs only numpy and scipy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from clv.customers.choice import compare_models
    from clv.customers.cohorts import cohort_retention
    from clv.customers.holdout import backtest
    from clv.customers.purchases import BetaGeoModel, ModifiedBetaGeoModel, ParetoNBDModel
    from clv.customers.retention import ShiftedBetaGeoModel
    from clv.customers.rfm import rfm, rfm_cutoffs
    from clv.customers.spend import GammaGammaModel
    from clv.customers.value import value_customers
    from clv.stages.lifecycle import lifecycle
    from clv.tables import samples
    from clv.tables.optional.beside import load_tables
    from clv.tables.summary import customer_summary
    from clv.tables.transactions import load

__version__ = "0.1.0"

_HOMES = {
    "load": "clv.tables.transactions",
    "load_tables": "clv.tables.optional.beside",
    "customer_summary": "clv.tables.summary",
    "BetaGeoModel": "clv.customers.purchases",
    "ModifiedBetaGeoModel": "clv.customers.purchases",
    "ParetoNBDModel": "clv.customers.purchases",
    "GammaGammaModel": "clv.customers.spend",
    "value_customers": "clv.customers.value",
    "backtest": "clv.customers.holdout",
    "compare_models": "clv.customers.choice",
    "rfm_cutoffs": "clv.customers.rfm",
    "rfm": "clv.customers.rfm",
    "cohort_retention": "clv.customers.cohorts",
    "ShiftedBetaGeoModel": "clv.customers.retention",
    "lifecycle": "clv.stages.lifecycle",
}
_MODULES = {"samples": "clv.tables.samples"}  # public names of whole modules

__all__ = [  # noqa: RUF022 -- in the order in which a reader needs them
    "load",
    "load_tables",
    "customer_summary",
    "BetaGeoModel",
    "ModifiedBetaGeoModel",
    "ParetoNBDModel",
    "GammaGammaModel",
    "value_customers",
    "backtest",
    "compare_models",
    "rfm_cutoffs",
    "rfm",
    "cohort_retention",
    "ShiftedBetaGeoModel",
    "lifecycle",
    "samples",
    "__version__",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name in _MODULES:
        return import_module(_MODULES[name])
    raise AttributeError(f"module 'clv' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
