"""A search as the `settlement` part of a run: plain data, in words that a reader can quote."""

import numpy as np

from detente.run import Settlement
from detente.run import settlement as run
from detente.settlement.combinations import Combinations
from detente.settlement.find import SearchResult
from detente.settlement.relax import gains_of
from detente.settlement.roles import Block
from detente.settlement.search import Candidate
from detente.settlement.split import adjusted_winner, best_pure, egalitarian, nash
from detente.settlement.tables import NOTE_UNITS, spread_note

LEAST_WEIGHT = 5e-5  # weights of a lottery below this are rounding
EGALITARIAN = " (it takes one own stake of each side for the same: a convention)"


def settlement_of(result: SearchResult) -> Settlement:
    """Everything that a search found, for a run."""
    combinations, problem = Combinations(result), result.draws.problem
    labels = _labels(result)
    packages, near, fragile = (
        [combinations.explained(p, f"{kind}{n}", labels.get(p.candidate, [])) for n, p in enumerate(points, start=1)]
        for kind, points in (("P", result.packages), ("N", result.near), ("F", result.fragile))
    )
    first = (packages or near or [None])[0]
    return Settlement(
        finding=_finding(result, packages, near),
        limits=problem.limits,
        signatories=tuple(problem.label(p) for p in problem.signatories),
        can_block={problem.label(problem.players[b.player]): _block_words(b) for b in problem.blocks},
        fades_with_time=tuple(c.replace("_", " ") for c in problem.clocks),
        binding=first and first.binding,
        relaxation=first and first.relaxation,
        payer=first and first.relaxation and first.relaxation.payer,
        packages=tuple(packages),
        near=tuple(near),
        only_in_some_equilibria=tuple(fragile),
        splits=_splits(result),
        search=_search(result),
        notes=(spread_note(len(result.draws)), NOTE_UNITS),
    )


def beyond(result: SearchResult) -> list[run.Combination]:
    """Points of the frontier that were not explained, as far as the table needs them."""
    combinations, before = Combinations(result), len(result.packages)
    return [combinations.numbered(c, f"P{n}") for n, c in enumerate(result.beyond, start=before + 1)]


def _block_words(block: Block) -> str:
    parts: list[str] = []
    for words, moves in (("before signature", (*block.refuse, *block.war)), ("after signature", block.leave)):
        if moves:
            parts.append(f"{words}: {', '.join(m.replace('_', ' ') for m in moves)}")
    return "; ".join(parts)


def _finding(result: SearchResult, packages: list[run.Combination], near: list[run.Combination]) -> str:
    limits = result.draws.problem.limits
    asked = (
        f"every condition in at least {100 * limits.share:g} % of {len(result.draws)} draws, with a chance of war "
        f"within {limits.within:g} years of at most {100 * limits.risk:.3g} %"
    )
    if packages:
        more = f" and {len(result.beyond)} more in the table" if result.beyond else ""
        one = len(packages) == 1 and not more
        return (
            f"{len(packages)} combination{'' if one else 's'} of package and levers{more} "
            f"{'meets' if one else 'meet'} {asked}{'' if one else '; none of them is the best'}."
        )
    if not near:
        return f"No combination of package and levers was found that meets {asked}."
    best = near[0]
    words = [f"No combination of package and levers within the bounds meets {asked}."]
    if best.binding is not None:
        terms = "; ".join((best.package.replace("_", " "), *best.terms[1:]))
        words.append(f"What comes closest ({terms}) fails most often on this: {best.binding.words}.")
    if best.relaxation is not None and best.relaxation.works:
        payer = f"; {best.relaxation.payer} could pay" if best.relaxation.payer else ""
        words.append(f"It would hold if {'; and '.join(best.relaxation.words)}{payer}.")
    return " ".join(words)


def _labels(result: SearchResult) -> dict[Candidate, list[str]]:
    """Which points Nash and egalitarian splits would pick among the explained ones: options, not advice."""
    points = [p.candidate for p in result.packages]
    if len(points) < 2:
        return {}
    out: dict[Candidate, list[str]] = {}
    for name, k in best_pure(_signatory_gains(result, points)).items():
        convention = EGALITARIAN if name == "egalitarian" else ""
        out.setdefault(points[k], []).append(f"{name} split of the signatories' gains among these{convention}")
    return out


def _signatory_gains(result: SearchResult, points: list[Candidate]) -> np.ndarray:
    """(signatories, points) median gain, own stake per year, over the draws with a certified solution."""
    problem = result.draws.problem
    mine = [problem.players.index(p) for p in problem.signatories]
    return np.array([np.nanmedian(gains_of(result.draws, c), axis=0)[mine] for c in points]).T


def _splits(result: SearchResult) -> run.Splits:
    """Fair-division splits as labelled options: over the frontier, and over issues where the case weighs them."""
    lotteries: dict[str, run.Lottery] = {}
    points = [p.candidate for p in result.packages]
    if points:
        gains = _signatory_gains(result, points)
        for name, weights in (("egalitarian", egalitarian(gains)), ("nash", nash(gains))):
            if weights is not None:
                parts = {f"P{k + 1}": round(float(w), 4) for k, w in enumerate(weights) if w > LEAST_WEIGHT}
                option = "a lottery over the points, or terms between them"
                option += EGALITARIAN if name == "egalitarian" else ""
                lotteries[name] = run.Lottery(option=option, weights=parts)
    return run.Splits(
        egalitarian=lotteries.get("egalitarian"), nash=lotteries.get("nash"), adjusted_winner=_adjusted_winner(result)
    )


def _adjusted_winner(result: SearchResult) -> run.Division | None:
    problem = result.draws.problem
    if len(problem.signatories) != 2:
        return None
    first, second = problem.signatories
    weights: dict[str, list[float]] = {}
    for name, issue in problem.case.issues.items():
        stands = [issue.positions[p].salience for p in (first, second) if p in issue.positions]
        given = [low for low, high in filter(None, stands) if low == high]
        pair = [float(x) for x in given if isinstance(x, int | float)]
        if len(pair) == len(given):
            weights[name] = pair
    if len(weights) < 2:
        return None
    points = np.array(list(weights.values()), dtype=float).T
    if not (points.sum(axis=1) > 0).all():
        return None
    division = adjusted_winner(points[0], points[1])
    return run.Division(
        option=f"issues divided by their salience to {problem.label(first)} and {problem.label(second)}",
        share_of_first={name: round(float(x), 4) for name, x in zip(weights, division.first)},
        points={first: division.points[0], second: division.points[1]},
    )


def _search(result: SearchResult) -> run.Search:
    found = result.found
    everywhere = "every setting of the grid was looked at, and what could still hold was followed through all draws"
    outward = "not every setting of the grid was looked at: the search went outward from what looked best"
    return run.Search(
        settings=len(found.results),
        solved=found.evaluations,
        draws=len(result.draws),
        exhaustive=found.exhaustive,
        words=everywhere if found.exhaustive else outward,
        resolution=result.plan.resolution,
    )
