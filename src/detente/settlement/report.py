"""Findings as the `settlement` part of a run and as tables: plain data, in words that a reader can quote."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from detente.run import Settlement, Table
from detente.run import settlement as run
from detente.run.settlement import Combination, Spread
from detente.settlement.closed import covered_until
from detente.settlement.evaluate import NONE
from detente.settlement.explain import Departure, Separator
from detente.settlement.find import Findings, Point
from detente.settlement.frontier import level
from detente.settlement.relax import Relaxation, gains_of, margins_of
from detente.settlement.search import Candidate, Setting
from detente.settlement.split import adjusted_winner, best_pure, egalitarian, nash
from detente.settlement.tables import NOTE_SPREAD, NOTE_UNITS, frontier_table, relaxations_table


@dataclass(frozen=True)
class Report:
    """What goes into a run."""

    settlement: Settlement
    tables: dict[str, Table]
    warnings: tuple[str, ...]


def report(findings: Findings) -> Report:
    """The findings as plain data and tables."""
    return _Reporter(findings).report()


class _Reporter:
    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.draws = findings.draws
        self.problem = findings.draws.problem
        self.case = self.problem.case
        self.share = self.problem.limits.share

    def report(self) -> Report:
        f, limits = self.findings, self.problem.limits
        labels = self.labels()
        packages = [self.point(p, f"P{n}", labels) for n, p in enumerate(f.packages, start=1)]
        near = [self.point(p, f"N{n}", labels) for n, p in enumerate(f.near, start=1)]
        fragile = [self.point(p, f"F{n}", labels) for n, p in enumerate(f.fragile, start=1)]
        first = (packages or near or [None])[0]
        settlement = Settlement(
            finding=self.finding(packages, near),
            limits=run.Limits(risk=limits.risk, within=limits.within, share=limits.share),
            signatories=tuple(self.problem.label(p) for p in self.problem.signatories),
            can_block={
                self.problem.label(self.problem.players[b.player]): self.block_words(b) for b in self.problem.blocks
            },
            fades_with_time=tuple(c.replace("_", " ") for c in self.problem.clocks),
            binding=first and first.binding,
            relaxation=first and first.relaxation,
            payer=first and first.relaxation and first.relaxation.payer,
            packages=tuple(packages),
            near=tuple(near),
            only_in_some_equilibria=tuple(fragile),
            splits=self.splits(),
            search=self.search_words(),
            notes=(NOTE_SPREAD, NOTE_UNITS),
        )
        tables = {
            "frontier": frontier_table([*packages, *self.beyond(len(packages)), *fragile, *near], limits),
            "relaxations": relaxations_table([*packages, *fragile, *near]),
        }
        return Report(settlement, tables, tuple(self.warnings()))

    def beyond(self, before: int) -> list[Combination]:
        """Points of the frontier that were not explained, as far as the table needs them."""
        return [Combination(**self.numbers(c, f"P{n}")) for n, c in enumerate(self.findings.beyond, start=before + 1)]

    # ---- points ----------------------------------------------------------------------------------------------------

    def numbers(self, candidate: Candidate, id: str) -> dict[str, Any]:
        """What a point is and what it brings."""
        setting, option = candidate
        problem, levers = self.problem, self.problem.levers
        gains = gains_of(self.draws, candidate)
        safe = self.durability(candidate)
        least = self.least_favoured(gains)
        return {
            "id": id,
            "package": problem.packages[option],
            "terms": tuple(self.terms(candidate)),
            "levers": {lever.name: amount for lever, amount in levers.used(setting)},
            "in_force_before_signature": tuple(b.name for b, _ in levers.used(setting) if b.before),
            "durability": Spread(**_spread(safe, level(safe, self.share))),
            "cost": levers.cost(setting),
            "paid_by": self.paid_by(setting),
            "payers": tuple(problem.label(p) for p in levers.payers(setting)),
            "least_gain": run.LeastGain(who=problem.label(least), **self.gain_spread(gains, least)),
            "gains": {p: Spread(**self.gain_spread(gains, p)) for p in problem.players},
            "share_of_draws": float((margins_of(self.draws, candidate) >= 0).all(axis=1).mean()),
        }

    def point(self, point: Point, id: str, labels: dict[Candidate, list[str]]) -> Combination:
        """A point with everything that explains it."""
        found, binding = point.equilibria, point.binding
        return Combination(
            **self.numbers(point.candidate, id),
            equilibria=found and run.InEquilibria(draws=found.draws, found=found.found, hold=found.hold),
            constraints=self.constraints(point.candidate),
            binding=run.Binding(
                id=binding.constraint.id,
                words=binding.constraint.words,
                fails_in_share_of_draws=binding.fails_in,
                margin=_finite(binding.margin),
            ),
            relaxation=self.relaxation(point.relaxation, of_all=bool(self.findings.packages)),
            fails_when=tuple(self.separator(s) for s in point.separators),
            if_leaves=tuple(self.departure(d) for d in point.departures),
            covers_until=self.cover(point.candidate),
            labels=tuple(labels.get(point.candidate, [])),
        )

    def terms(self, candidate: Candidate) -> list[str]:
        setting, option = candidate
        name = self.problem.packages[option]
        package = self.case.packages.get(name, {})
        label = str(package.get("label") or name.replace("_", " "))
        numbers = [
            f"{k.replace('_', ' ')} {v:g}"
            for k, v in package.items()
            if isinstance(v, int | float) and not isinstance(v, bool)
        ]
        first = label + (f" ({', '.join(numbers)})" if numbers else "")
        return [first, *(self.problem.levers.words(setting) or ["no lever used"])]

    def durability(self, candidate: Candidate) -> np.ndarray:
        setting, option = candidate
        return np.array([self.draws.verdicts(setting, d)[option].objectives[0] for d in range(len(self.draws))])

    def least_favoured(self, gains: np.ndarray) -> str:
        players = self.problem.players
        return min(self.problem.signatories, key=lambda p: level(gains[:, players.index(p)], self.share))

    def gain_spread(self, gains: np.ndarray, player: str) -> dict[str, Any]:
        column = gains[:, self.problem.players.index(player)]
        return _spread(column, level(column, self.share))

    def paid_by(self, setting: Setting) -> dict[str, float]:
        bills: dict[str, float] = {}
        for payer, _, bill in self.problem.levers.bills(setting, self.problem.levers.base):
            bills[payer] = bills.get(payer, 0.0) + bill
        return bills

    def constraints(self, candidate: Candidate) -> tuple[run.Constraint, ...]:
        margins = margins_of(self.draws, candidate)
        return tuple(
            run.Constraint(
                id=c.id,
                words=c.words,
                holds_in_share_of_draws=float((column >= 0).mean()),
                margin=_finite(level(column, self.share)),
            )
            for c, column in zip(self.problem.constraints(candidate[0]), margins.T)
        )

    def relaxation(self, found: Relaxation, of_all: bool) -> run.Relaxation:
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
        if not words:
            words = ["nothing needs to be relaxed"]
        return run.Relaxation(
            words=tuple(words),
            so_that_it_holds_in="every draw" if of_all else f"a share {self.share:g} of the draws",
            payer=payer,
            payments=dict(found.payments),
            prices=dict(found.prices),
            risk=found.risk,
            price=found.price,
            solved_again=found.share is not None,
            then_holds_in_share_of_draws=found.share,
            works=found.works,
        )

    def separator(self, found: Separator) -> run.FailsWhen:
        parameter = self.case.parameters[found.parameter]
        name = parameter.label or found.parameter.replace("_", " ")
        side = "high" if found.high else "low"
        return run.FailsWhen(
            parameter=found.parameter,
            words=f"{name} is {side} (about {found.fails_at:.3g} rather than {found.holds_at:.3g} {parameter.unit})",
            strength=found.strength,
            beyond_chance=found.clear,
        )

    def departure(self, found: Departure) -> run.IfLeaves:
        name = self.problem.label(found.who)
        before, after = (f"{100 * x:.3g} %" for x in found.war)
        words = f"if {name} leaves, it {'still holds' if found.holds else 'fails'}"
        words += f" (chance of war within {self.problem.limits.within:g} years: {before} with, {after} without)"
        return run.IfLeaves(
            guarantor=found.who,
            holds=found.holds,
            share_of_draws=found.share,
            fails=tuple(found.fails),
            words=words,
        )

    def cover(self, candidate: Candidate) -> dict[str, float] | None:
        """Years until which fading leverage outweighs what tempts each player to leave (see `closed.covered_until`)."""
        setting, option = candidate
        rate = self.problem.levers.fading_rate(setting)
        if rate is None:
            return None
        reading = self.draws.readings[(0, setting, NONE)]["packages"][option]
        out = {}
        for player, full, faded in zip(self.problem.players, reading["leave"], reading["leave_faded"]):
            if full is not None and faded is not None and faded > 0 and faded > full:
                out[player] = covered_until(faded - full, rate, faded)
        return out or None

    # ---- whole -----------------------------------------------------------------------------------------------------

    def block_words(self, block: Any) -> str:
        parts = []
        for words, moves in (("before signature", (*block.refuse, *block.war)), ("after signature", block.leave)):
            if moves:
                parts.append(f"{words}: {', '.join(m.replace('_', ' ') for m in moves)}")
        return "; ".join(parts)

    def finding(self, packages: list[Combination], near: list[Combination]) -> str:
        limits = self.problem.limits
        asked = (
            f"all constraints in a share {limits.share:g} of {len(self.draws)} draws, with a chance of war within "
            f"{limits.within:g} years of at most {100 * limits.risk:.3g} %"
        )
        if packages:
            more = f" and {len(self.findings.beyond)} more in the table" if self.findings.beyond else ""
            return (
                f"{len(packages)} combinations of package and levers{more} satisfy {asked}; none of them is the best."
            )
        if not near:
            return f"No combination of package and levers was found that satisfies {asked}."
        best = near[0]
        assert best.binding is not None and best.relaxation is not None
        words = f"No combination of package and levers within the bounds satisfies {asked}."
        words += f" What comes closest ({best.package.replace('_', ' ')}; {'; '.join(best.terms[1:])})"
        words += f" fails most often on this: {best.binding.words}."
        if best.relaxation.works:
            payer = best.relaxation.payer
            words += f" It would hold if {'; and '.join(best.relaxation.words)}"
            words += f", paid by {payer}." if payer else "."
        return words

    def labels(self) -> dict[Candidate, list[str]]:
        """Which points Nash and egalitarian splits would pick among the explained ones: options, not advice."""
        points = [p.candidate for p in self.findings.packages]
        if len(points) < 2:
            return {}
        out: dict[Candidate, list[str]] = {}
        for name, k in best_pure(self._signatory_gains(points)).items():
            out.setdefault(points[k], []).append(f"{name} split of the signatories' gains among these")
        return out

    def _signatory_gains(self, points: list[Candidate]) -> np.ndarray:
        players = self.problem.players
        return np.array(
            [
                [float(np.median(gains_of(self.draws, c)[:, players.index(p)])) for c in points]
                for p in self.problem.signatories
            ]
        )

    def splits(self) -> run.Splits:
        """Fair-division splits as labelled options: over the frontier, and over issues where the case weighs them."""
        lotteries: dict[str, run.Lottery] = {}
        points = [p.candidate for p in self.findings.packages]
        if points:
            table = self._signatory_gains(points)
            for name, weights in (("egalitarian", egalitarian(table)), ("nash", nash(table))):
                if weights is not None:
                    parts = {f"P{k + 1}": round(float(w), 4) for k, w in enumerate(weights) if w > 5e-5}
                    option = "a lottery over the points, or terms between them"
                    lotteries[name] = run.Lottery(option=option, weights=parts)
        return run.Splits(
            egalitarian=lotteries.get("egalitarian"),
            nash=lotteries.get("nash"),
            adjusted_winner=self._adjusted_winner(),
        )

    def _adjusted_winner(self) -> run.Division | None:
        if len(self.problem.signatories) != 2:
            return None
        first, second = self.problem.signatories
        weights = {}
        for name, issue in self.case.issues.items():
            stands = [issue.positions[p].salience for p in (first, second) if p in issue.positions]
            exact = [low for low, high in filter(None, stands) if low == high]
            if len(exact) == 2:
                weights[name] = exact
        if len(weights) < 2:
            return None
        points = np.array(list(weights.values()), dtype=float).T
        if not (points.sum(axis=1) > 0).all():
            return None
        division = adjusted_winner(points[0], points[1])
        sides = f"{self.problem.label(first)} and {self.problem.label(second)}"
        return run.Division(
            option=f"issues divided by their salience to {sides}",
            share_of_first={name: round(float(x), 4) for name, x in zip(weights, division.first)},
            points={first: division.points[0], second: division.points[1]},
        )

    def search_words(self) -> run.Search:
        found = self.findings.found
        return run.Search(
            settings=len(found.records),
            solved=found.evaluations,
            draws=len(self.draws),
            exhaustive=found.exhaustive,
            words=(
                "every setting of the grid was looked at, and what could still hold was followed through all draws"
                if found.exhaustive
                else "not every setting of the grid was looked at: the search went outward from what looked best"
            ),
            resolution=self.findings.plan.resolution,
        )

    def warnings(self) -> list[str]:
        bad = self.draws.uncertified
        out = []
        if bad:
            out.append(
                f"settlement: {len(bad)} of {len(self.draws)} draws have no certified solution without levers; "
                "they count as draws in which nothing holds"
            )
        if not self.findings.found.exhaustive:
            out.append("settlement: the search did not look at every setting of the grid")
        return out


def _spread(values: np.ndarray, at_share: float) -> dict[str, Any]:
    low, mid, high = (float(np.quantile(values, q)) for q in (0.05, 0.5, 0.95))
    return {"low": low, "mid": mid, "high": high, "at_share": _finite(at_share)}


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
