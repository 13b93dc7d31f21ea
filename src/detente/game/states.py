"""Reachable states of a case: breadth first from its situations, many states at once.

A state is a column of value indices and, packed, one integer in mixed radix; packed states are kept sorted, so that the
order of states depends on the order of variables and values in the file and on nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detente.case import Case, Effect, Expr
from detente.case.parts import Effects
from detente.errors import CaseError, Diagnostic
from detente.files.yaml import At

MAX_STATES = 50_000  # a solve takes minutes there; a case with more is a slip


@dataclass(frozen=True)
class Radix:
    """Packs value indices into one integer."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    strides: tuple[int, ...]

    @staticmethod
    def of(case: Case) -> "Radix":
        """The packing of a case's state variables.

        Raises:
            CaseError: more combinations than a 64-bit integer can number.
        """
        sizes = [len(v.values) for v in case.states.values()]
        strides = [1] * len(sizes)
        for n in range(len(sizes) - 2, -1, -1):
            strides[n] = strides[n + 1] * sizes[n + 1]
        if strides[0] * sizes[0] >= 2**62:
            raise CaseError(case.remark(("states",), "too many combinations of values", "below 2^62", key=True))
        return Radix(tuple(case.states), tuple(sizes), tuple(strides))

    def unpack(self, packed: np.ndarray) -> dict[str, np.ndarray]:
        """Value indices per variable, each (states,)."""
        return {
            name: (packed // stride) % size
            for name, size, stride in zip(self.names, self.sizes, self.strides, strict=True)
        }

    def pack(self, case: Case, values: Mapping[str, str]) -> int:
        """The packed state with these values."""
        return sum(
            case.states[name].values.index(values[name]) * stride
            for name, stride in zip(self.names, self.strides, strict=True)
        )

    def moved(
        self, packed: np.ndarray, codes: Mapping[str, np.ndarray], effects: Effects
    ) -> tuple[np.ndarray, list[tuple[int, np.ndarray]]]:
        """Packed successors, and for each effect that leaves the scale its number and a mask of the states where."""
        result, bad = packed.copy(), list[tuple[int, np.ndarray]]()
        for n, effect in enumerate(effects):
            position = self.names.index(effect.variable)
            old = codes[effect.variable]
            if effect.code is not None:
                new = np.full_like(old, effect.code)
            else:
                free = old + effect.step
                new = np.clip(free, 0, self.sizes[position] - 1)
                if not effect.stop and (new != free).any():
                    bad.append((n, new != free))
            result += (new - old) * self.strides[position]
        return result, bad


def is_true(guard: Expr, codes: Mapping[str, np.ndarray], size: int) -> np.ndarray:
    """A condition on states as a mask (states,)."""
    return np.broadcast_to(np.asarray(guard.evaluate(codes, {}), dtype=bool), (size,))


def jumps(case: Case) -> list[tuple[Expr, tuple[Effects, ...]]]:
    """Condition and possible effects of everything that can change the state, settling among it."""
    found = [
        (action.when, tuple(effects for _, effects in action.outcomes))
        for actions in case.actions.values()
        for action in actions.values()
    ]
    found += [(event.when, tuple(effects for _, effects in event.outcomes)) for event in case.nature.values()]
    outcomes = case.outcomes
    return [*found, *((outcomes.open[name], (effects,)) for name, effects in outcomes.settle.items())]


def reachable(
    case: Case, radix: Radix, limit: int = MAX_STATES, start: np.ndarray | None = None
) -> tuple[np.ndarray, tuple[Diagnostic, ...]]:
    """States that can be reached from the situations (or from packed states `start`), also by settling.

    Returns:
        Packed states, sorted, (states,) int64; and a remark for every step that leaves its scale (it is taken to stop).

    Raises:
        CaseError: there are more states than `limit`.
    """
    search = _Search(case, radix)
    if start is None:
        start = np.array([radix.pack(case, s) for s in case.situations.values()], dtype=np.int64)
    frontier = known = np.unique(start)
    while frontier.size:
        frontier = np.setdiff1d(search.successors(frontier), known, assume_unique=True)
        known = np.union1d(known, frontier)
        if known.size > limit:
            what = f"more than {limit:,} states can be reached"
            hint = "merge values, or restrict actions by `when`"
            raise CaseError(case.remark(("states",), what, f"at most {limit:,}", hint, key=True))
    return known, tuple(search.problems.values())


class _Search:
    """One layer of the search at a time; remembers the first state in which each effect leaves its scale."""

    def __init__(self, case: Case, radix: Radix) -> None:
        self.case, self.radix = case, radix
        self.jumps = jumps(case)
        self.problems: dict[At, Diagnostic] = {}

    def successors(self, packed: np.ndarray) -> np.ndarray:
        """All states that one jump from these states can lead to, each once."""
        codes = self.radix.unpack(packed)
        found: list[np.ndarray] = []
        for guard, branches in self.jumps:
            mask = is_true(guard, codes, packed.size)
            if mask.any():
                here, local = packed[mask], {name: column[mask] for name, column in codes.items()}
                found += [self.branch(here, local, effects) for effects in branches]
        return np.unique(np.concatenate(found)) if found else packed[:0]

    def branch(self, packed: np.ndarray, codes: Mapping[str, np.ndarray], effects: Effects) -> np.ndarray:
        """Where one outcome leads."""
        target, bad = self.radix.moved(packed, codes, effects)
        for n, where in bad:
            effect = effects[n]
            if effect.at not in self.problems:
                first = {name: int(column[np.argmax(where)]) for name, column in codes.items()}
                self.problems[effect.at] = beyond(self.case, effect, first)
        return target


def beyond(case: Case, effect: Effect, codes: Mapping[str, int]) -> Diagnostic:
    """The remark about a step that leaves its scale in a state, given by value indices."""
    name, step = effect.variable, f"{effect.step:+d}"
    end = case.states[name].values[codes[name]]
    state = ", ".join(f"{n}: {v.values[codes[n]]}" for n, v in case.states.items())
    return case.remark(
        effect.at,
        f"'{name}: {step}' leaves the scale in a state that can be reached ({state})",
        f"a condition such as 'when: {name} != {end}', or a step that stops",
        f"write '{name}: {step} stop' if it may stay at the end",
    )
