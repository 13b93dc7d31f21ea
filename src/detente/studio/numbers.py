"""Numbers of a view as plain data for the page: light ones while a slider moves, all of them at rest.

Nothing here is a finding: it is what follows at one point of the assumptions. The spread over their ranges comes from
an analysis, and stands beside it where one has been made.
"""

from typing import Any

import numpy as np

from detente.answers import QUESTIONS, Question
from detente.answers.chances import GRID
from detente.answers.frame import frame_of
from detente.answers.settling import gain_from_settling
from detente.answers.solved import SolvedGame
from detente.chain.curves import quick_reach_curve
from detente.solver import Equilibrium
from detente.solver.linear import evaluate
from detente.studio.opened import DRAG_TOL, Wish
from detente.studio.view import situation

RISK_YEARS = (1, 2, 5, 10)
PEACE_YEARS = (5, 10, 20)
AT_REST = ("relapse", "peace", "trigger", "gain_from_settling", "delay", "loss")  # questions that one solution answers
REST_TOL = 1e-11


def light(wish: Wish) -> dict[str, Any]:
    """What is redrawn while dragging: both curves, gain from settling and value of delay."""
    equilibrium = wish.follow(DRAG_TOL)
    data = solution(wish, equilibrium)
    if equilibrium.certified:
        data |= pictures(wish, equilibrium)
    return data


def solution(wish: Wish, equilibrium: Equilibrium) -> dict[str, Any]:
    """Whether a solution may be shown, and why."""
    return {
        "certified": equilibrium.certified,
        "status": equilibrium.status.words,
        "try": equilibrium.status.try_,
        "residual": float(equilibrium.certificate.residual),
        "tol": equilibrium.certificate.tol,
        "branch": equilibrium.branch,
        "states": wish.template.space.size,
    }


def package_of(wish: Wish) -> str | None:
    """The package that gains are about: the one chosen, else the one the case names, else the first."""
    names = list(wish.template.packages)
    wanted = wish.view.package or wish.case.questions.package
    return wanted if wanted in names else names[0] if names else None


def pictures(wish: Wish, equilibrium: Equilibrium) -> dict[str, Any]:
    """Curves and bars of a certified solution."""
    template, x, chain = wish.template, wish.start, equilibrium.chain()
    war = quick_reach_curve(chain, template.war, GRID, x) if not template.war[x] else None
    peace = quick_reach_curve(chain, template.peace, GRID, x)
    data: dict[str, Any] = {
        "years": GRID.tolist(),
        "war": war.tolist() if war is not None else None,
        "peace": peace.tolist(),
        "risk": {str(y): _at(war, y) for y in RISK_YEARS},
        "peace_by": {str(y): _at(peace, y) for y in PEACE_YEARS},
    }
    package = package_of(wish)
    if package is not None and not template.peace[x]:
        gain = gain_from_settling(equilibrium.unknowns, template.settled(package))
        rho = equilibrium.game.discount_rate
        guess = wish.compiled.delay.get(package)
        start = guess if guess is not None else gain / rho[:, None]
        delay = evaluate(equilibrium.generator, rho, gain, start, tol=1e-6)
        wish.compiled.delay[package] = delay
        players = template.players
        data |= {
            "package": package,
            "gain": {p: float(gain[i, x]) for i, p in enumerate(players)},
            "delay": {p: float(-delay[i, x]) for i, p in enumerate(players)},
        }
    return data


def _at(curve: np.ndarray | None, years: float) -> float | None:
    return None if curve is None else float(curve[int(np.argmin(np.abs(GRID - years)))])


def full(wish: Wish) -> dict[str, Any]:
    """Everything at rest: the solution to the engine's tolerance, and the answers of the dossier's questions.

    Gives way between its pieces to what is more urgent.
    """
    equilibrium = wish.follow(REST_TOL)
    data = solution(wish, equilibrium)
    if not equilibrium.certified:
        return data
    wish.patience()
    data |= pictures(wish, equilibrium)
    wish.patience()
    solved = SolvedGame(frame_of(wish.template, situation(wish.view, wish.case)), equilibrium.game, equilibrium.values)
    data["answers"] = []
    for id in AT_REST:
        wish.patience()
        data["answers"] += answers(solved, QUESTIONS[id])
    data["parts"] = {}
    for i, player in enumerate(solved.frame.players):
        wish.patience()
        data["parts"][player] = {label: float(part[solved.x0]) for label, part in equilibrium.parts(i).items()}
    data["values"] = {p: float(solved.values[i, solved.x0]) for i, p in enumerate(solved.frame.players)}
    return data


def answers(solved: SolvedGame, question: Question) -> list[dict[str, Any]]:
    """The numbers of a question as the dossier labels them."""
    if question.missing(solved.frame):
        return []
    reply, found = question.ask(solved), []
    for spec in question.given(solved.frame):
        if spec.key not in reply.numbers:
            continue
        value, bare = reply.numbers[spec.key], reply.without_reasons.get(spec.key)
        found.append(
            {
                "id": spec.key.id,
                "question": question.id,
                "title": question.title,
                "label": spec.label,
                "unit": spec.unit,
                "actor": spec.key.actor,
                "value": value if np.isfinite(value) else None,
                "reasons_decide": bare is not None and spec.signed and bool(np.sign(bare) != np.sign(value)),
                "not_record": spec.assumption_not_record,
            }
        )
    return found


def check_branch(wish: Wish) -> dict[str, Any]:
    """Whether the solution shown is the one on the principal branch; gives way to everything else."""
    from detente.solver import solve
    from detente.solver.enumerate import same

    shown = wish.follow(REST_TOL)
    if not shown.certified:
        return {"checked": False}
    principal = solve(shown.game, progress=wish.patience)
    if not principal.certified:
        return {"checked": False}
    return {"checked": True, "same": same(principal, shown)}
