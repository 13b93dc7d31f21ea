"""The reachable combinations of a case's state variables, numbered."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Variable:
    """One state variable: its values in order; `ordered` ones move by steps, the others by name."""

    name: str
    values: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True)
class StateSpace:
    """The reachable combinations of the state variables; `codes[v, x]` is the value index of variable v in state x."""

    variables: tuple[Variable, ...]
    codes: np.ndarray  # (variables, states) int

    @property
    def size(self) -> int:
        """Number of reachable states K."""
        return self.codes.shape[1]

    @cached_property
    def _index(self) -> dict[tuple[int, ...], int]:
        return {tuple(column): x for x, column in enumerate(self.codes.T.tolist())}

    def variable(self, name: str) -> int:
        """Position of a state variable.

        Raises:
            KeyError: no such variable.
        """
        for position, variable in enumerate(self.variables):
            if variable.name == name:
                return position
        raise KeyError(name)

    def index(self, values: Mapping[str, str]) -> int:
        """The state with these values (all variables named).

        Raises:
            KeyError: an unknown variable or value, one left out, or a combination that cannot be reached.
        """
        try:
            key = tuple(variable.values.index(values[variable.name]) for variable in self.variables)
        except ValueError:
            raise KeyError(str(dict(values))) from None
        return self._index[key]

    def describe(self, state: int) -> dict[str, str]:
        """The values of all variables in a state."""
        return {v.name: v.values[int(self.codes[n, state])] for n, v in enumerate(self.variables)}

    def where(self, name: str, *values: str) -> np.ndarray:
        """Mask (states,) of the states in which the variable has one of the values.

        Raises:
            KeyError: no such variable or value.
        """
        known = self.variables[self.variable(name)].values
        unknown = [value for value in values if value not in known]
        if unknown:
            raise KeyError(unknown[0])
        return np.isin(self.codes[self.variable(name)], [known.index(value) for value in values])
