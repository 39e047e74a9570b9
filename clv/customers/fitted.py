"""What every model of a customer table shares: its parameters, their errors, its file."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from clv.errors import BadParameter, SourceUnreadable
from clv.models.estimation import MaximumLikelihood


class FittedModel:
    """A frozen value: parameters under the papers' letters and how they were found."""

    __slots__ = ()

    kind: ClassVar[type]  # the parameters, as the mathematics takes them
    estimation: MaximumLikelihood | None

    @property
    def params(self) -> Any:  # noqa: ANN401 -- each model's own dataclass
        """The parameters, as the functions of `clv.models` take them."""
        return self.kind(**{name: getattr(self, name) for name in self.names})

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' letters."""
        return tuple(each.name for each in fields(self.kind))

    def nudged(self, name: str, factor: float) -> Self:
        """The same model with one parameter multiplied: how much do results depend on it."""
        return replace(self, **{name: getattr(self, name) * factor})

    def summary(self, interval: float = 0.90) -> pd.DataFrame:
        """One row per parameter: parameter, estimate, standard_error, low, high.

        Bounds are Wald's on the log scale, so that they stay positive; with few customers they are
        somewhat too narrow. Parameters that were given and not estimated have none.
        """
        if not 0 < interval < 1:
            raise BadParameter.from_value("interval", interval, "between 0 and 1")
        found = self.estimation
        unknown = np.full((len(self.names), 3), np.nan)
        errors = (
            unknown if found is None
            else np.column_stack([found.standard_errors, found.bounds(interval)])
        )  # fmt: skip
        table = pd.DataFrame(errors, columns=["standard_error", "low", "high"])
        table.insert(0, "parameter", self.names)
        table.insert(1, "estimate", [getattr(self, name) for name in self.names])
        return table

    def to_json(self, path: str | Path) -> None:
        """Write the model to a file that `from_json` reads."""
        content = {"model": type(self).__name__, **asdict(replace(self, estimation=None))}
        if self.estimation is not None:
            content["estimation"] = {
                **asdict(self.estimation),
                "covariance": self.estimation.covariance.tolist(),
            }
        Path(path).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")

    @classmethod
    def from_json(cls, path: str | Path) -> Self:
        """Read a model that `to_json` has written."""
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            model, found = content.pop("model"), content.pop("estimation")
            if model != cls.__name__:
                allowed = f"a file written by {cls.__name__}"
                raise BadParameter.from_value("path", str(path), allowed)
            return cls(**content, estimation=found and _estimation_from(found, cls.kind))
        except (ValueError, KeyError, TypeError, AttributeError) as fault:
            raise SourceUnreadable(
                f"{path} holds no model ({fault}); write it with {cls.__name__}.to_json(…)."
            ) from fault


def _estimation_from(read: dict, kind: type) -> MaximumLikelihood:
    params, covariance = kind(**read["params"]), np.array(read["covariance"])
    return MaximumLikelihood(**read | {"params": params, "covariance": covariance})
