"""Levers of a case, bound to its parameters: what they set, when they are in force, who pays, what they exclude.

A lever *sets* the parameters that it names while it is used. Its amount is the value of the first parameter with a
range; further ranges move along in proportion. It comes with the settlement if a signatory must consent to it; a lever
that needs no signatory's consent (a change of the mandate) is in force before signature too, and then changes what
going on is worth to those who have no say in it.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from detente.errors import CaseError, Diagnostic
from detente.settlement.search import LeverGrid, Setting

if TYPE_CHECKING:
    from detente.case import Case, Lever


@dataclass(frozen=True)
class BoundLever:
    """One lever as the search uses it; amounts are values of its first ranged parameter (if none, of its first)."""

    name: str
    label: str
    changes: tuple[tuple[str, float, float], ...]  # parameter, from, to
    paid_by: tuple[str, ...]
    consent: tuple[str, ...]
    half_life: float | None  # years; None: does not fade, or fades by the case's own clock
    clock: tuple[str, ...]  # the case's own clocks by which it fades
    before: bool  # in force before signature
    why: str
    unit: str

    @property
    def fades(self) -> bool:
        """Whether its strength is lost with time."""
        return self.half_life is not None or bool(self.clock)

    @property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest amount."""
        return next(((low, high) for _, low, high in self.changes if low < high), self.changes[0][1:])

    def values(self, amount: float) -> dict[str, float]:
        """What the parameters become at this amount."""
        low, high = self.bounds
        part = (amount - low) / (high - low) if high > low else 1.0
        return {name: a + part * (b - a) for name, a, b in self.changes}

    def grid(self, steps: int, base: Mapping[str, float]) -> tuple[float | None, ...]:
        """None and the amounts to try; the low end is left out where it changes nothing."""
        low, high = self.bounds
        amounts = np.linspace(low, high, steps + 1) if high > low else np.array([low])
        kept = [
            float(a)
            for a in amounts
            if any(not math.isclose(v, base[name]) for name, v in self.values(float(a)).items())
        ]
        return (None, *kept)


class Levers:
    """The levers of a case, in file order; a setting gives an amount or None to each."""

    def __init__(self, bound: Iterable[BoundLever], costs: Mapping[str, "Lever"], base: Mapping[str, float]) -> None:
        self.bound = tuple(bound)
        self._levers = dict(costs)
        self.base = dict(base)

    def __len__(self) -> int:
        return len(self.bound)

    def used(self, setting: Setting) -> list[tuple[BoundLever, float]]:
        """The levers in use with their amounts."""
        return [(lever, amount) for lever, amount in zip(self.bound, setting) if amount is not None]

    def parameters(self, setting: Setting) -> dict[str, float]:
        """The parameters that a setting sets."""
        values: dict[str, float] = {}
        for lever, amount in self.used(setting):
            values.update(lever.values(amount))
        return values

    def cost_of(self, lever: BoundLever, amount: float, parameters: Mapping[str, float] | None = None) -> float:
        """What a lever costs its payers together, value/year, in their own units."""
        known = {**self.base, **(parameters or {}), "amount": amount}
        return float(np.real(self._levers[lever.name].cost.evaluate({}, known)))

    def cost(self, setting: Setting) -> float:
        """Sum of the costs of a setting at the middle parameters, value/year."""
        return sum(self.cost_of(lever, amount) for lever, amount in self.used(setting))

    def bills(self, setting: Setting, parameters: Mapping[str, float]) -> list[tuple[str, BoundLever, float]]:
        """(payer, lever, value/year) for every payer; several payers of a lever share alike."""
        return [
            (payer, lever, self.cost_of(lever, amount, parameters) / len(lever.paid_by))
            for lever, amount in self.used(setting)
            for payer in lever.paid_by
        ]

    def only(self, setting: Setting, keep: Iterable[BoundLever]) -> Setting:
        """The setting with all other levers not used."""
        names = {lever.name for lever in keep}
        return tuple(a if lever.name in names else None for lever, a in zip(self.bound, setting))

    def without_fading(self, setting: Setting) -> Setting:
        """What is left of the setting when levers with a half-life of their own have faded."""
        return self.only(setting, [lever for lever in self.bound if lever.half_life is None])

    def fading_rate(self, setting: Setting) -> float | None:
        """Rate at which leverage fades, 1/year: that of the shortest half-life in use; None where none fades."""
        lives = [lever.half_life for lever, _ in self.used(setting) if lever.half_life is not None]
        return math.log(2) / min(lives) if lives else None

    def going_on(self, setting: Setting, player: str) -> Setting:
        """What `player` goes on under if it does not sign: the levers in force before, in which it has no say."""
        return self.only(
            setting,
            [b for b, _ in self.used(setting) if b.before and player not in b.consent and player not in b.paid_by],
        )

    def without_payer(self, setting: Setting, payer: str) -> Setting:
        """The setting after a guarantor or payer has left: its levers not used."""
        return self.only(setting, [b for b, _ in self.used(setting) if payer not in b.paid_by])

    def payers(self, setting: Setting) -> tuple[str, ...]:
        """Who pays, in file order."""
        return tuple(dict.fromkeys(p for lever, _ in self.used(setting) for p in lever.paid_by))

    def space(self, steps: int) -> LeverGrid:
        """The grid with `steps` intervals per range."""
        names = tuple(lever.name for lever in self.bound)
        pairs = {
            frozenset({n, names.index(other)})
            for n, name in enumerate(names)
            for other in self._levers[name].excludes
            if other in names
        }
        return LeverGrid(names, tuple(lever.grid(steps, self.base) for lever in self.bound), frozenset(pairs))

    def words(self, setting: Setting) -> list[str]:
        """The levers in use, a sentence each."""
        out = []
        for lever, amount in self.used(setting):
            text = lever.label or lever.name.replace("_", " ")
            if lever.bounds[0] < lever.bounds[1]:
                text += f" ({amount:.3g} {lever.unit or ''}".rstrip() + f" of at most {lever.bounds[1]:.3g})"
            out.append(text)
        return out


def bind(case: "Case", signatories: Iterable[str], own_clock: Mapping[str, tuple[str, ...]] | None = None) -> Levers:
    """Bind the levers of a case.

    Args:
        case: the case.
        signatories: who signs; decides which levers are in force before signature.
        own_clock: levers that fade by the case's own clocks, see `detente.settlement.problem`.

    Raises:
        CaseError: levers that contradict each other or cannot be used, all at once.
    """
    problems = check_levers(case)
    if problems:
        raise CaseError(problems)
    signing, clocks = set(signatories), own_clock or {}
    base = case.defaults()
    bound = []
    for name, lever in case.levers.items():
        own = clocks.get(name, ())
        changes = tuple((p, low, high) for p, (low, high) in lever.change.items())
        ranged = next((p for p, low, high in changes if low < high), changes[0][0])
        bound.append(
            BoundLever(
                name,
                lever.label,
                changes,
                lever.paid_by,
                lever.consent,
                None if own else lever.decays,
                own,
                before=not signing & set(lever.consent),
                why=lever.why,
                unit=case.parameters[ranged].unit,
            )
        )
    return Levers(bound, case.levers, base)


def check_levers(case: "Case") -> list[Diagnostic]:
    """What makes levers contradictory or useless, each with its place."""
    found: list[Diagnostic] = []
    for name, lever in case.levers.items():
        found += _check_one(case, name, lever)
    found += _check_pairs(case)
    return found


def _check_one(case: "Case", name: str, lever: "Lever") -> list[Diagnostic]:
    at = ("levers", name)
    found = []
    if not lever.change:
        found.append(case.remark((*at, "change"), f"lever '{name}' changes nothing", "parameter: value or [from, to]"))
    for parameter, (low, high) in lever.change.items():
        found += _check_change(case, name, parameter, low, high)
    for key, names in (("paid_by", lever.paid_by), ("consent", lever.consent)):
        for actor in names:
            if actor not in case.players:
                what = f"'{actor}' has no payoffs in this case, so whether it gains cannot be said"
                found.append(case.remark((*at, key), what, "an actor with payoffs", "give it payoffs, or name another"))
    if not lever.paid_by:
        found.append(case.remark(at, f"nobody pays for lever '{name}'", "paid_by: an actor"))
    if name in lever.excludes:
        found.append(case.remark((*at, "excludes"), f"lever '{name}' excludes itself", "another lever"))
    return found + _check_cost(case, name, lever)


def _check_change(case: "Case", name: str, parameter: str, low: float, high: float) -> list[Diagnostic]:
    what = case.parameters[parameter]
    place = ("levers", name, "change", parameter)
    found = []
    if low == high == what.mid and what.low == what.high:
        found.append(case.remark(place, f"lever '{name}' changes nothing: '{parameter}' is {what.mid:g} already"))
    if what.unit == "probability" and not (low >= 0 and high <= 1):
        found.append(case.remark(place, f"'{parameter}' is a probability; {low:g} to {high:g}", "numbers from 0 to 1"))
    if what.unit.replace(" ", "") == "1/year" and low < 0:
        found.append(case.remark(place, f"'{parameter}' is a rate; {low:g} is negative", "at least 0"))
    return found


def _check_cost(case: "Case", name: str, lever: "Lever") -> list[Diagnostic]:
    place = ("levers", name, "cost")
    if lever.cost.variables:
        what = f"the cost of lever '{name}' depends on {', '.join(sorted(lever.cost.variables))}"
        return [case.remark(place, what, "parameters and 'amount' only")]
    ends = next(((a, b) for a, b in lever.change.values() if a < b), next(iter(lever.change.values()), (0.0, 0.0)))
    for amount in ends:
        value = float(np.real(lever.cost.evaluate({}, {**case.defaults(), "amount": amount})))
        if not (math.isfinite(value) and value >= 0):
            return [case.remark(place, f"the cost of lever '{name}' at amount {amount:g} is {value:g}", "at least 0")]
    return []


def _check_pairs(case: "Case") -> list[Diagnostic]:
    found = []
    names = list(case.levers)
    for n, first in enumerate(names):
        for second in names[n + 1 :]:
            one, other = case.levers[first], case.levers[second]
            if second in one.excludes or first in other.excludes:
                continue
            for parameter in sorted(set(one.change) & set(other.change)):
                what = f"levers '{first}' and '{second}' both set '{parameter}'"
                hint = f"add 'excludes: [{first}]', or let them change different parameters"
                place = ("levers", second, "change", parameter)
                found.append(case.remark(place, what, "levers that can be used together to agree", hint))
    return found
