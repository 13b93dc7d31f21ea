"""Points of a search as combinations of a run: terms, levers, what they bring, what binds them, who pays."""

import math
from collections.abc import Sequence

import numpy as np

from detente.draws import spread
from detente.run import settlement as run
from detente.settlement.cover import covered_until
from detente.settlement.explain import Departure, Separator
from detente.settlement.find import ExplainedPoint, SearchResult
from detente.settlement.frontier import level
from detente.settlement.relax import NeededMeasures, gains_of, margins_of
from detente.settlement.search import Candidate, Setting


class Combinations:
    """Describes points of one search."""

    def __init__(self, result: SearchResult) -> None:
        self.draws, self.problem = result.draws, result.draws.problem
        self.share = self.problem.limits.share
        self.holds_somewhere = bool(result.packages)

    def numbered(self, candidate: Candidate, id: str) -> run.Combination:
        """What a point is and what it brings, without what explains it."""
        setting, option = candidate
        problem, levers = self.problem, self.problem.levers
        gains = gains_of(self.draws, candidate)
        safe = np.array([self.draws.judged(setting, d)[option].objectives[0] for d in range(len(self.draws))])
        least = min(problem.signatories, key=lambda p: level(gains[:, problem.players.index(p)], self.share))
        by_player = {p: self.spread(column) for p, column in zip(problem.players, gains.T)}
        return run.Combination(
            id=id,
            package=problem.packages[option],
            terms=tuple(self.terms(candidate)),
            levers={lever.name: amount for lever, amount in levers.used(setting)},
            in_force_before_signature=tuple(b.name for b, _ in levers.used(setting) if b.before),
            durability=self.spread(safe),
            cost=levers.cost(setting),
            paid_by=self.paid_by(setting),
            payers=tuple(problem.label(p) for p in levers.payers(setting)),
            least_gain=run.LeastGain(who=problem.label(least), **by_player[least].model_dump()),
            gains=by_player,
            share_of_draws=float((margins_of(self.draws, candidate) >= 0).all(axis=1).mean()),
        )

    def explained(self, point: ExplainedPoint, id: str, labels: Sequence[str]) -> run.Combination:
        """A point with everything that explains it."""
        found, binding = point.equilibria, point.binding
        explanation = {
            "equilibria": found and run.InEquilibria(draws=found.draws, found=found.found, hold=found.hold),
            "constraints": self.constraints(point.candidate),
            "binding": run.Binding(
                id=binding.constraint.id,
                words=binding.constraint.words,
                fails_in_share_of_draws=binding.fails_in,
                margin=finite(binding.margin),
            ),
            "relaxation": self.relaxation(point.relaxation),
            "fails_when": tuple(self.separator(s) for s in point.separators),
            "if_leaves": tuple(self.departure(d) for d in point.departures),
            "covers_until": self.cover(point.candidate),
            "labels": tuple(labels),
        }
        return self.numbered(point.candidate, id).model_copy(update=explanation)

    def spread(self, values: np.ndarray) -> run.Spread:
        """The spread of a number over the draws, and the level that it reaches in the wanted share; values (draws,)."""
        low, mid, high = spread(values)
        return run.Spread(low=low, mid=mid, high=high, at_share=finite(level(values, self.share)))

    def terms(self, candidate: Candidate) -> list[str]:
        """The package with its numbers, then the levers, each in words."""
        setting, option = candidate
        name = self.problem.packages[option]
        package = self.problem.case.packages.get(name, {})
        label = str(package.get("label") or name.replace("_", " "))
        numbers = [
            f"{k.replace('_', ' ')} {v:g}"
            for k, v in package.items()
            if isinstance(v, int | float) and not isinstance(v, bool)
        ]
        first = label + (f" ({', '.join(numbers)})" if numbers else "")
        return [first, *(self.problem.levers.words(setting) or ["no lever used"])]

    def paid_by(self, setting: Setting) -> dict[str, float]:
        """What each payer pays a year, in its own unit."""
        bills: dict[str, float] = {}
        for payer, _, bill in self.problem.levers.bills(setting, self.problem.levers.base):
            bills[payer] = bills.get(payer, 0.0) + bill
        return bills

    def constraints(self, candidate: Candidate) -> tuple[run.Constraint, ...]:
        """How a point meets each constraint."""
        margins = margins_of(self.draws, candidate)
        return tuple(
            run.Constraint(
                id=c.id,
                words=c.words,
                holds_in_share_of_draws=float((column >= 0).mean()),
                margin=finite(level(column, self.share)),
            )
            for c, column in zip(self.problem.requirements(candidate[0]), margins.T)
        )

    def relaxation(self, found: NeededMeasures) -> run.Relaxation:
        """What would have to be paid, added or accepted, in words; the payer pays one own unit for one received."""
        label = self.problem.label
        payer = label(found.payer) if found.payer else "an actor outside the case" if found.payments else None
        words = [
            f"{label(p)} receives a flow worth {x:.3g} of its own stake a year while peace lasts"
            for p, x in found.payments.items()
        ]
        words += [f"a guarantor adds {x:.3g} to {label(p)}'s price of breaking it" for p, x in found.prices.items()]
        if found.risk is not None:
            years = self.problem.limits.within
            words.append(f"a chance of war within {years:g} years of up to {100 * found.risk:.3g} % is accepted")
        return run.Relaxation(
            words=tuple(words or ["nothing needs to be relaxed"]),
            so_that_it_holds_in="every draw" if self.holds_somewhere else f"{100 * self.share:g} % of the draws",
            payer=payer,
            payments=dict(found.payments),
            prices=dict(found.prices),
            risk=found.risk,
            price=finite(found.price),
            solved_again=found.share is not None,
            then_holds_in_share_of_draws=found.share,
            works=found.works,
        )

    def separator(self, found: Separator) -> run.FailsWhen:
        """An assumption that separates failing from holding draws, in words."""
        parameter = self.problem.case.parameters[found.parameter]
        name = parameter.label or found.parameter.replace("_", " ")
        side = "high" if found.high else "low"
        return run.FailsWhen(
            parameter=found.parameter,
            words=f"{name} is {side} (about {found.fails_at:.3g} rather than {found.holds_at:.3g} {parameter.unit})",
            strength=found.strength,
            beyond_chance=found.clear,
        )

    def departure(self, found: Departure) -> run.IfLeaves:
        """What becomes of a point when a payer leaves, in words."""
        name = self.problem.label(found.who)
        before, after = (f"{100 * x:.3g} %" if math.isfinite(x) else "not known" for x in found.war)
        words = f"if {name} leaves, it {'still holds' if found.holds else 'fails'}"
        words += f" (chance of war within {self.problem.limits.within:g} years: {before} with, {after} without)"
        return run.IfLeaves(
            guarantor=found.who, holds=found.holds, share_of_draws=found.share, fails=tuple(found.fails), words=words
        )

    def cover(self, candidate: Candidate) -> dict[str, float] | None:
        """Years until which fading leverage outweighs what tempts each player to leave (see `cover.covered_until`)."""
        setting, option = candidate
        rate, known = self.problem.levers.fading_rate(setting), self.draws.certified(setting)
        if rate is None or not known:
            return None
        reading = known[0]["packages"][option]  # of the middle of all ranges, where that has a solution
        out: dict[str, float] = {}
        for player, full, faded in zip(self.problem.players, reading["leave"], reading["leave_faded"]):
            if full is not None and faded is not None and faded > 0 and faded > full:
                out[player] = covered_until(faded - full, rate, faded)
        return out or None


def finite(value: float) -> float | None:
    """The number, None where it is not finite."""
    return float(value) if math.isfinite(value) else None
