"""Forecasts of an issue by every method, with intervals from the inputs' ranges, beside the game's packages."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from detente.draws import ends_in_words, spread
from detente.errors import check_number
from detente.outside.bargaining import compromise_mean, nash_bargaining, weighted_median
from detente.outside.challenge import ODDITIES, ChallengeRules, challenge
from detente.outside.issue import Inputs, Issue, issues_of
from detente.outside.view import OutsideView, together
from detente.run import Cell, Picture, Quantity, Section, Table

if TYPE_CHECKING:
    from detente.case import Case

QUESTION = "positions"
ROUNDS = 10  # of challenges: a convention (docs/outside.md); the table shows every round
METHODS: dict[str, tuple[str, Callable[[Inputs], float | None]]] = {
    "mean": ("compromise model (weighted mean)", compromise_mean),
    "median": ("weighted median", weighted_median),
    "nash": ("Nash bargaining", nash_bargaining),
    "challenge_1": ("challenge model, first round", lambda i: float(challenge(i, 1).medians[-1])),
    "challenge": (f"challenge model, {ROUNDS} rounds", lambda i: float(challenge(i, ROUNDS).medians[-1])),
    "challenge_pair": (
        f"challenge model, {ROUNDS} rounds, votes of the contest only",
        lambda i: float(challenge(i, ROUNDS, ChallengeRules(share="pair")).medians[-1]),
    ),
}
CAVEAT = (
    "Positions, capabilities and saliences are judgements. On past European Union issues the weighted mean was as good "
    "as or better than the more elaborate models (Achen 2006), so it is the one to beat."
)
RANK = 820  # of the sections: after the base rates


def forecast_issue(issue: Issue, draws: int = 200, seed: int = 0) -> dict[str, np.ndarray]:
    """Forecasts of every method for draws from the inputs' ranges; each (draws,), nan where there is no agreement.

    Args:
        issue: one draw only is made where every input is a single number.
        draws: number of draws.
        seed: of the draws.
    """
    check_number("draws", draws, 1, whole=True)
    check_number("seed", seed, 0, whole=True)
    rng = np.random.default_rng(seed)
    samples = [issue.middle()] if issue.exact else [issue.sample(rng) for _ in range(draws)]
    found = {name: [method(inputs) for inputs in samples] for name, (_, method) in METHODS.items()}
    return {name: np.array([np.nan if v is None else v for v in values]) for name, values in found.items()}


def quantities_of(issue: Issue, forecasts: dict[str, np.ndarray]) -> tuple[Quantity, ...]:
    """One quantity per method: its spread over the draws with an agreement."""
    result = []
    for name, values in forecasts.items():
        agreed = values[np.isfinite(values)]
        ends = spread(agreed) if agreed.size else (None, None, None)
        reason = None
        if not agreed.size:
            reason = "no point is better than failure for everyone"
        elif issue.exact:
            ends, reason = (None, ends[1], None), "every input is a single number"
        label = f"{issue.label}: {METHODS[name][0]}"
        if 0 < agreed.size < values.size:
            label += f" (an agreement in {agreed.size / values.size:.0%} of draws)"
        result.append(
            Quantity(
                id=f"{QUESTION}.{issue.name}.{name}",
                question=QUESTION,
                family=QUESTION,
                detail=f"{issue.name}.{name}",
                label=label,
                unit=issue.unit or "position",
                low=ends[0],
                mid=ends[1],
                high=ends[2],
                draws=None if issue.exact else int(agreed.size),
                reason_no_interval=reason,
            )
        )
    return tuple(result)


def positions_of_issue(
    issue: Issue, draws: int = 200, seed: int = 0, packages: dict[str, float] | None = None
) -> OutsideView:
    """Everything to print about one issue.

    Args:
        issue: positions of the actors.
        draws: draws from the ranges.
        seed: of the draws.
        packages: place of each package of the game on the issue's scale, where it has one.

    Raises:
        OptionError: draws below 1, a negative seed, or nobody with both capability and salience.
    """
    quantities = quantities_of(issue, forecast_issue(issue, draws, seed))
    by_method = dict(zip(METHODS, quantities, strict=True))
    rows: list[tuple[Cell, ...]] = [
        (METHODS[name][0], q.low, q.mid, q.high, "" if q.mid is None else issue.nearest(q.mid))
        for name, q in by_method.items()
    ]
    rows += [(f"package {name}", None, place, None, issue.nearest(place)) for name, place in (packages or {}).items()]
    ends = "" if issue.exact else f"Low and high are the {ends_in_words(draws)} over the inputs' ranges. "
    table = Table(
        title=f"{issue.label}: where simple models see the terms",
        columns=("forecast", "low", "mid", "high", "nearest option"),
        rows=tuple(rows),
        units=dict.fromkeys(("low", "mid", "high"), issue.unit or "position"),
        note=ends + CAVEAT,
    )
    rounds, settled = _rounds_table(issue)
    words = [CAVEAT, *(f"Challenge model: {oddity}" for oddity in ODDITIES)]
    if not settled:
        words.append(f"{issue.label}: the challenge model still moves after {ROUNDS} rounds; its last is arbitrary.")
    tables = {f"positions_{issue.name}": table, f"positions_{issue.name}_rounds": rounds}
    section = Section(
        id=f"positions_{issue.name}",
        title=table.title,
        rank=RANK,
        finding=_finding(issue, by_method["mean"]),
        paragraphs=tuple(words),
        quantities=tuple(q.id for q in quantities),
        pictures=(
            Picture(
                shape="intervals",
                title=table.title,
                quantities=tuple(q.id for q in quantities),
                unit=issue.unit or "position",
            ),
        ),
        tables=tuple(tables),
    )
    return OutsideView(tables, quantities, tuple(words), (section,))


def _finding(issue: Issue, mean: Quantity) -> str:
    if mean.mid is None:
        return f"{issue.label}: {mean.reason_no_interval}."
    option = issue.nearest(mean.mid)
    near = f", nearest to {option.replace('_', ' ')}" if option else ""
    ends = "" if mean.low is None or mean.high is None else f" ({mean.low:.3g} to {mean.high:.3g})"
    return f"{issue.label}: the weighted mean of positions is {mean.mid:.3g}{ends} {issue.unit}".rstrip() + f"{near}."


def _rounds_table(issue: Issue) -> tuple[Table, bool]:
    """The challenge model round by round at the middle of the ranges, and whether it settles."""
    course = challenge(issue.middle(), ROUNDS)
    return Table(
        title=f"{issue.label}: the challenge model round by round",
        columns=("round", "median", "mean", *(s.actor for s in issue.stands)),
        rows=tuple(
            (n, float(course.medians[n]), float(course.means[n]), *(float(x) for x in course.positions[n]))
            for n in range(course.medians.size)
        ),
        note="Inputs at the middle of their ranges." + ("" if course.settled else " It has not settled."),
    ), course.settled


def positions_of_case(case: "Case", draws: int = 200, seed: int = 0) -> OutsideView:
    """Forecasts for every issue of a case that carries positions; empty where none does.

    Raises:
        CaseError: mistakes in the issues, located.
        OptionError: see `positions_of_issue`.
    """
    return together(positions_of_issue(i, draws, seed, package_places(case, i)) for i in issues_of(case))


def package_places(case: "Case", issue: Issue) -> dict[str, float]:
    """Where the game's packages stand on an issue: their field of the issue's name, a number or a named option."""
    places: dict[str, float] = {}
    for name, package in case.packages.items():
        fields = package if isinstance(package, dict) else getattr(package, "fields", {})
        value = fields.get(issue.name)
        if isinstance(value, str) and issue.options:
            value = issue.options.get(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            places[name] = float(value)
    return places
