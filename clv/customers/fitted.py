"""What every model of a customer table shares: its parameters, their errors, its file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from clv.errors import BadParameter, SourceUnreadable
from clv.models.estimation import MaximumLikelihood
from clv.models.profile import Profile, within_reach

NO_COEFFICIENTS: Mapping[str, float] = {}


class FittedModel:
    """A frozen value: parameters under the papers' letters and how they were found.

    A model with covariates also has `coefficients`, one for each column that it weighs.
    """

    __slots__ = ()

    kind: ClassVar[type]  # the parameters, as the mathematics takes them
    estimation: MaximumLikelihood | None

    @property
    def params(self) -> Any:  # noqa: ANN401 -- each model's own dataclass
        """The parameters, as the functions of `clv.models` take them."""
        return self.kind(**{name: getattr(self, name) for name in self._letters})

    @property
    def names(self) -> tuple[str, ...]:
        """The parameters' letters, then the columns that have a coefficient.

        They stand in the order of every array of the estimation.
        """
        return (*self._letters, *self._coefficients)

    def nudged(self, name: str, step: float) -> Self:
        """The same model with one parameter moved by a step: how much do results depend on it.

        On the scale on which it was estimated: a parameter's logarithm, a coefficient itself.
        """
        if name in self._letters:
            return replace(self, **{name: getattr(self, name) * np.exp(step)})
        moved = {**self._coefficients, name: self._coefficients[name] + step}
        return replace(self, coefficients=moved)

    def summary(self, interval: float = 0.90) -> pd.DataFrame:
        """One row per parameter and coefficient: parameter, estimate, standard_error, low, high.

        Bounds are by profile likelihood; a side on which the data set none is infinite, or 0. What
        was given and not estimated has no error, and parameters that are only weakly identified
        have no bounds.
        """
        within_reach(interval)
        found = self.estimation
        unknown = np.full((len(self.names), 3), np.nan)
        errors = (
            unknown if found is None
            else np.column_stack([found.standard_errors, found.bounds(interval)])
        )  # fmt: skip
        values = [getattr(self, name) for name in self._letters]
        table = pd.DataFrame(errors, columns=["standard_error", "low", "high"])
        table.insert(0, "parameter", self.names)
        table.insert(1, "estimate", [*values, *self._coefficients.values()])
        return table

    def to_json(self, path: str | Path) -> None:
        """Write the model to a file that `from_json` reads."""
        content = {"model": type(self).__name__, **asdict(replace(self, estimation=None))}
        if self.estimation is not None:
            content["estimation"] = _content(self.estimation)
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
            return cls(**content, estimation=found and _estimation(found, cls.kind))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise SourceUnreadable(
                f"{path} holds no model ({fault}); write it with {cls.__name__}.to_json(…)."
            ) from fault

    @property
    def _letters(self) -> tuple[str, ...]:
        return tuple(each.name for each in fields(self.kind))

    @property
    def _coefficients(self) -> Mapping[str, float]:
        return getattr(self, "coefficients", NO_COEFFICIENTS)


def _content(found: MaximumLikelihood) -> dict[str, Any]:
    """An estimation in the words of JSON; its profiles are traced if they have not been."""
    content = {each.name: getattr(found, each.name) for each in fields(found)}
    tables = found.profile and [table.tolist() for table in found.profile.tables]
    return content | {
        "params": asdict(found.params),
        "covariance": found.covariance.tolist(),
        "profile": tables,
    }


def _estimation(read: dict[str, Any], kind: type) -> MaximumLikelihood:
    """The estimation that `_content` has written."""
    arrays = {
        "params": kind(**read["params"]),
        "covariance": np.array(read["covariance"]),
        "coefficients": tuple(read["coefficients"]),
        "profile": read["profile"] and Profile.of(read["profile"]),
    }
    return MaximumLikelihood(**read | arrays)
