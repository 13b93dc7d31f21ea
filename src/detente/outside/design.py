"""Covariates known on the day an episode ends, and the matrix that the hazard model sees.

Every effect has a prior: normal around zero with a stated standard deviation on the logit scale (a ridge penalty).
Numbers are standardised on the training rows and held within the range seen there; a missing number is put at the
training mean, an unseen or missing category at zero, the average of all categories: it then predicts with what else
is known. Outcome types are shrunk in two steps (partial pooling): towards their family (agreed, victory,
inconclusive), and the families towards the whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detente.errors import OptionError, suggest
from detente.outside.episodes import LABELS, Episodes

FAMILIES = {1: "agreed", 2: "agreed", 3: "victory", 4: "victory", 5: "inconclusive", 6: "inconclusive"}


@dataclass(frozen=True)
class Covariate:
    """How one covariate enters.

    `kind` is "category" (one effect per value), "family" (outcome types and their families) or "number"; `offset` is
    added before the logarithm where `kind` is "log". `spread` is the prior standard deviation of an effect (of one
    standard deviation of a number, of one category), `family_spread` that of a family's effect.
    """

    name: str
    kind: str
    spread: float
    offset: float = 0.0
    family_spread: float = 0.0


COVARIATES: dict[str, Covariate] = {
    c.name: c
    for c in (
        Covariate("outcome", "family", 0.4, family_spread=0.7),
        Covariate("duration_years", "log", 0.3, offset=0.1),
        Covariate("prior_episodes", "log", 0.3, offset=1.0),
        Covariate("country_history", "log", 0.35, offset=1.0),
        Covariate("region", "category", 0.25),
        Covariate("incompatibility", "category", 0.25),
        Covariate("intensity_level", "category", 0.25),
        Covariate("type", "category", 0.25),
        Covariate("peacekeepers", "number", 0.3),
        Covariate("third_party", "number", 0.3),
    )
}
# What forward validation on episodes ended 1970-1999 kept (docs/outside.md); the last two enter where a file has them.
DEFAULT = ("outcome", "duration_years", "country_history", "peacekeepers", "third_party")


@dataclass(frozen=True)
class Column:
    """One column of the matrix: an indicator of `values`, or a standardised number."""

    covariate: Covariate
    label: str
    spread: float
    values: tuple[float, ...] = ()
    mean: float = 0.0
    scale: float = 1.0
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True)
class Design:
    """The columns, learnt from training rows, that turn episodes into a matrix."""

    columns: tuple[Column, ...]
    unused: tuple[str, ...]  # covariates asked for that the training rows do not have, or that do not vary there

    @property
    def penalty(self) -> np.ndarray:
        """Ridge penalty per column: 1 / spread^2; shape (columns,)."""
        return np.array([1 / c.spread**2 for c in self.columns])

    def matrix(self, episodes: Episodes) -> np.ndarray:
        """Shape (rows, columns); finite whatever the rows lack."""
        result = np.zeros((len(episodes), len(self.columns)))
        for j, column in enumerate(self.columns):
            raw = episodes.column(column.covariate.name)
            if column.values:
                result[:, j] = np.isin(raw, column.values)
            else:
                held = np.clip(_transformed(raw, column.covariate), column.low, column.high)
                result[:, j] = np.where(np.isfinite(held), (held - column.mean) / column.scale, 0.0)
        return result


def learn_design(episodes: Episodes, covariates: Sequence[str] = DEFAULT) -> Design:
    """Choose columns from the training rows.

    Raises:
        OptionError: an unknown covariate, or one that is derived from the label.
    """
    for name in covariates:
        if name in LABELS:
            raise OptionError.of(f"'{name}' is derived from the label", "a covariate known when the episode ended")
        if name not in COVARIATES:
            raise OptionError.of(f"unknown covariate '{name}'", "", suggest(name, COVARIATES))
    columns: list[Column] = []
    unused: list[str] = []
    for name in covariates:
        covariate = COVARIATES[name]
        raw = episodes.column(name)
        raw = raw[np.isfinite(raw)]
        if np.unique(raw).size < 2:
            unused.append(name)
        elif covariate.kind == "family":
            columns += _family_columns(covariate, raw)
        elif covariate.kind == "category":
            columns += [
                Column(covariate, f"{name} {value:g}", covariate.spread, (float(value),)) for value in np.unique(raw)
            ]
        else:
            x = _transformed(raw, covariate)
            columns.append(
                Column(
                    covariate,
                    name,
                    covariate.spread,
                    mean=float(x.mean()),
                    scale=float(x.std()),
                    low=float(x.min()),
                    high=float(x.max()),
                )
            )
    return Design(tuple(columns), tuple(unused))


def _family_columns(covariate: Covariate, raw: np.ndarray) -> list[Column]:
    seen = [float(v) for v in np.unique(raw)]
    families: Mapping[str, tuple[float, ...]] = {
        family: tuple(float(v) for v, f in FAMILIES.items() if f == family)
        for family in dict.fromkeys(FAMILIES.values())
        if any(FAMILIES.get(int(v)) == family for v in seen)
    }
    wide = [Column(covariate, f"{covariate.name} {f}", covariate.family_spread, v) for f, v in families.items()]
    return wide + [Column(covariate, f"{covariate.name} {v:g}", covariate.spread, (v,)) for v in seen]


def _transformed(raw: np.ndarray, covariate: Covariate) -> np.ndarray:
    if covariate.kind != "log":
        return raw
    return np.log(np.maximum(raw, 0.0) + covariate.offset)
