"""What a run keeps of a search for a settlement: data, tables, a section, warnings, and the key of what it rests on."""

from typing import TYPE_CHECKING

from detente.draws import reasons_in_words
from detente.files.keys import content_key, file_digest
from detente.run import Part, Picture, Section, Settlement
from detente.settlement.find import SearchResult
from detente.settlement.report import beyond, settlement_of
from detente.settlement.tables import frontier_table, relaxations_table

if TYPE_CHECKING:
    from detente.case import Case

NAME = "settlement"
RANK = 700  # of the section: after answers, accounts and claims, before the outside view


def settlement_key(case: "Case", date: str) -> str:
    """The content key of what a search rests on: the case's own file, what was changed in it since, and the date.

    Neither the record nor accounts nor claims count: no gain and no chance depends on them.
    """
    parameters = {
        name: [p.prior.kind, list(p.prior.numbers), p.low, p.mid, p.high] for name, p in case.parameters.items()
    }
    moves = {
        f"{actor}.{name}": [action.rate.text if action.rate else "", action.cost.text]
        for actor, actions in case.actions.items()
        for name, action in actions.items()
    }
    nature = {name: event.rate.text for name, event in case.nature.items()}
    situation = dict(case.situations[date])
    return content_key(file_digest(case.folder / "case.yaml"), parameters, moves, nature, situation, date)


def settlement_part(result: SearchResult, command: str) -> Part:
    """The part that `settle` adds to a run.

    Args:
        result: of the search.
        command: makes it again.
    """
    problem, settlement = result.draws.problem, settlement_of(result)
    changed = {name for lever in problem.levers.bound for name, _, _ in lever.changes}
    secret = any(problem.case.parameters[name].confidential for name in changed)
    settlement = settlement.model_copy(update={"confidential": secret})
    packages, fragile, near = settlement.packages, settlement.only_in_some_equilibria, settlement.near
    made = {
        "frontier": frontier_table([*packages, *beyond(result), *fragile, *near], problem.limits, len(result.draws)),
        "relaxations": relaxations_table([*packages, *fragile, *near]),
    }
    return Part(
        name=NAME,
        key=settlement_key(problem.case, problem.date),
        command=command,
        tables={n: t.model_copy(update={"confidential": (secret,) * len(t.rows)}) for n, t in made.items()},
        sections=(settlement_section(settlement),),
        warnings=tuple(_warnings(result)),
        settlement=settlement,
    )


def settlement_section(settlement: Settlement) -> Section:
    """How the settlement is told."""
    who = f"Signatories: {', '.join(settlement.signatories)}."
    blocks = [f"{name} can block ({how})." for name, how in settlement.can_block.items()]
    fades = (
        f"In peace, time alone moves: {', '.join(settlement.fades_with_time)}." if settlement.fades_with_time else ""
    )
    words = settlement.search.words
    picture = Picture(
        shape="scatter",
        title="Chance of no war against the smallest gain of a signatory, in its own stakes a year",
        table="frontier",
        roles={"x": "least_gain", "y": "no_war", "label": "id", "kind": "kind"},
    )
    several = bool(settlement.packages or settlement.only_in_some_equilibria or settlement.near)
    return Section(
        id="settlement",
        title="What would hold",
        rank=RANK,
        finding=settlement.finding,
        paragraphs=tuple(
            p for p in (" ".join([who, *blocks]), fades, f"{words.capitalize()}.", *settlement.notes) if p
        ),
        pictures=(picture,) if several else (),
        tables=("frontier", "relaxations"),
        confidential=settlement.confidential,
    )


def _warnings(result: SearchResult) -> list[str]:
    left_out = result.draws.left_out
    out: list[str] = []
    if left_out:
        reasons = reasons_in_words(left_out.values())
        out.append(
            f"settlement: {len(left_out)} of {len(result.draws)} draws have no certified solution without levers "
            f"({reasons}); they count as draws in which nothing holds"
        )
    if not result.found.exhaustive:
        out.append("settlement: the search did not look at every setting of the grid")
    return out
