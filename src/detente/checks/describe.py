"""What `check` says of a case beside its mistakes: states, one solve, how much reasons weigh, what matters least."""

import itertools
import json
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from detente.checks.mirror import Asymmetry
from detente.errors import Diagnostic

if TYPE_CHECKING:
    from detente.checks.folder import FolderCheck
    from detente.game.compile import Template
    from detente.game.diagnose import AnyTemplate
    from detente.solver import Equilibrium

BAND_DRAWS = 8  # of the ranges, solved until one reaches the band of past cases
DRAWS = 3  # solved beside the middle of all ranges, to see what is never done and what never matters


@dataclass(frozen=True)
class Reasons:
    """What reasons that make up for unwelcome acts add to an actor's flow, as shares of its stake.

    The stake is the largest less the smallest payoff flow over states. Averages over time, discounted, from the case's
    date on; None where the phase is never entered, or the actor has no stake.
    """

    actor: str
    peace: float | None
    otherwise: float | None


@dataclass(frozen=True)
class CheckReport:
    """What `check` found."""

    case: str
    diagnostics: tuple[Diagnostic, ...]
    states: int = 0
    combinations: int = 0
    players: tuple[str, ...] = ()
    parameters: int = 0
    objections: int = 0  # of sides to the case
    notes: int = 0  # of what was tried
    seconds: float | None = None  # one solve, at the middle of every range
    certified: bool | None = None
    reasons: tuple[Reasons, ...] = ()
    asymmetries: tuple[Asymmetry, ...] = ()
    importance: dict[str, float] = field(default_factory=dict[str, float])
    entries: dict[str, int] = field(default_factory=dict[str, int])  # of a record without a case, by kind

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What stops the case from being used."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What to look at."""
        return tuple(d for d in self.diagnostics if d.severity != "error")

    def as_json(self) -> str:
        """The report for machines."""
        found = asdict(self)
        found["diagnostics"] = [asdict(d) for d in self.diagnostics]
        return json.dumps({"ok": not self.errors, **found}, indent=1, ensure_ascii=False)


def check(where: str | Path, solve: bool = True, mirror: tuple[str, str] | None = None) -> CheckReport:
    """Read every file of a folder, look at the states and ranges of its case, and report all that is wrong at once.

    Args:
        where: a folder, or the name of a shipped case; a folder with a record and no case is checked as a record.
        solve: also solve once, for the time it takes and for what matters least.
        mirror: two actors, to see what they do not have alike.

    Raises:
        CaseError: there is no such case at all.
        OptionError: `mirror` names no actors of the case.
    """
    from detente.checks.folder import check_folder
    from detente.checks.mirror import mirrored

    checked = check_folder(where)
    if checked.template is not None:
        differences, found = mirrored(checked.template.case, *mirror) if mirror else ([], [])
        report = _describe(checked.template, (*checked.diagnostics, *found), solve)
        return replace(report, asymmetries=tuple(differences))
    return CheckReport(checked.name, checked.diagnostics, entries=_entries(checked))


def _entries(checked: "FolderCheck") -> dict[str, int]:
    """What a record without a case holds: how many sources, actors, instruments, commitments, events, claims."""
    if checked.record is None or checked.case is not None:
        return {}
    kinds = ("sources", "actors", "instruments", "commitments", "events", "claims")
    return {kind: len(getattr(checked.record, kind)) for kind in kinds}


def _describe(template: "AnyTemplate", found: tuple[Diagnostic, ...], solve: bool) -> CheckReport:
    from math import prod

    from detente.game.compile import Template
    from detente.game.diagnose import importance

    case = template.case
    seconds, certified, matters = None, None, dict[str, float]()
    reasons: tuple[Reasons, ...] = ()
    if solve:
        from detente.solver import Equilibrium
        from detente.solver import solve as solve_game

        begin = time.perf_counter()
        equilibrium = solve_game(template.game())
        seconds, certified = time.perf_counter() - begin, equilibrium.certified
        if certified:
            matters = dict(importance(template, equilibrium.values))
            if isinstance(template, Template) and isinstance(equilibrium, Equilibrium):
                reasons = _reasons(template, equilibrium)
                known = {d.spot for d in found}
                asked = _asked(template, equilibrium, matters)
                found = (*found, *(d for d in asked if d.spot not in known))
    return CheckReport(
        case=case.name,
        diagnostics=found,
        states=template.space.size,
        combinations=prod(len(v.values) for v in case.states.values()),
        players=case.players,
        parameters=len(case.parameters),
        objections=len(case.objections),
        notes=len(case.notes),
        seconds=seconds,
        certified=certified,
        reasons=reasons,
        importance=dict(sorted(matters.items(), key=lambda item: item[1])),
    )


def _asked(template: "Template", middle: "Equilibrium", matters: dict[str, float]) -> list[Diagnostic]:
    """Questions that need solved games: the middle of all ranges, and a few draws."""
    from detente.checks.modelling import ask_class, ask_solved
    from detente.draws import uniforms
    from detente.game.diagnose import importance
    from detente.outside.past import past_cases
    from detente.solver import solve

    case = template.case
    points = uniforms(BAND_DRAWS, len(case.parameters), seed=0)
    solved = (e for e in (solve(template.game(case.drawn(point))) for point in points) if e.certified)
    drawn = list(itertools.islice(solved, DRAWS))
    shares = [matters, *(importance(template, e.values) for e in drawn)]
    most = {name: max(own[name] for own in shares) for name in matters}
    found = list(ask_solved(template, [middle, *drawn], most))
    return [*found, *ask_class(template, itertools.chain(drawn, solved), past_cases(case, case.as_of))]


def _reasons(template: "Template", equilibrium: "Equilibrium") -> tuple[Reasons, ...]:
    """Reasons beside the stake, over the time that follows the case's date."""
    from detente.case.head import situation_of

    game, peace = equilibrium.game, template.peace
    start, chain = template.state(situation_of(template.case, None)), equilibrium.chain()
    flows = equilibrium.operator.reasons(equilibrium.choice)
    result: list[Reasons] = []
    for i, player in enumerate(game.players):
        stake = float(np.ptp(game.payoff_flow[i]))
        columns = np.array([np.where(mask, flow, 0.0) for mask in (peace, ~peace) for flow in (flows[i], 1.0)])
        inside, time_inside, outside, time_outside = chain.discounted(columns, float(game.discount_rate[i]))[:, start]
        parts = [
            part / time / stake if time > 0 and stake > 0 else None
            for part, time in ((inside, time_inside), (outside, time_outside))
        ]
        result.append(Reasons(player, *parts))
    return tuple(result)
