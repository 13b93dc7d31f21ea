"""`detente settle`: what would hold."""

import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from detente.run import Settlement
    from detente.run.settlement import Combination

CaseArgument = Annotated[str, typer.Argument(help="A case folder, or the name of a shipped case.")]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command()(settle)


def settle(
    case: CaseArgument,
    *,
    date: Annotated[str | None, typer.Option(help="A situation of the case (ISO date); default its as_of.")] = None,
    risk: Annotated[
        float, typer.Option(help="Largest chance of war after signature that is accepted (0.05 = one in twenty).")
    ] = 0.05,
    within: Annotated[float, typer.Option(help="Years for which that chance is taken.")] = 10.0,
    share: Annotated[
        float,
        typer.Option(
            help="A settlement counts as holding if every condition is met in at least this share of the draws "
            "(0.9 = nine of ten)."
        ),
    ] = 0.9,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer draws, coarser amounts.")] = False,
    draws: Annotated[int | None, typer.Option(help="Draws from the stated ranges.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 0,
    out: Annotated[str | None, typer.Option(help="Folder to write; default ./detente-out/CASE-DATE/.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes; never changes a number.")] = None,
    scenario: Annotated[
        str | None, typer.Option(help="Search in the case with this scenario of it, or with a scenario file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """What would hold: packages, mandates and guarantees under which signing and staying is everybody's choice."""
    from detente.words.progress import note, progress_bar
    from detente.workflow.settle import settle as work

    with progress_bar() as progress:
        part = work(
            case,
            date,
            risk=risk,
            within=within,
            share=share,
            quick=quick,
            draws=draws,
            seed=seed,
            workers=workers,
            out=out,
            progress=progress,
            note=note,
            scenario=scenario,
        )
    settlement = part.settlement
    assert settlement is not None
    if as_json:
        found = settlement.model_dump(mode="json")
        print(json.dumps({**found, "warnings": list(part.warnings)}, indent=1, ensure_ascii=False))
        return
    for line in lines(settlement):
        print(line)
    for warning in part.warnings:
        note(f"warning: {warning}")


def lines(settlement: "Settlement") -> list[str]:
    """The result in plain text, a point a paragraph."""
    out = [settlement.finding, ""]
    out.append(f"Signatories: {', '.join(settlement.signatories)}.")
    out += [f"{who} can block ({how})." for who, how in settlement.can_block.items()]
    if settlement.fades_with_time:
        out.append(f"In peace, time alone moves: {', '.join(settlement.fades_with_time)}.")
    for point in (*settlement.packages, *settlement.only_in_some_equilibria, *settlement.near):
        out += ["", *_point(point, settlement.limits.within)]
    out += ["", settlement.search.words.capitalize() + ".", *settlement.notes]
    return out


def _point(point: "Combination", years: float) -> list[str]:
    from detente.words.numbers import percent

    safe, gain = point.durability, point.least_gain
    out = [f"{point.id}  {'; '.join(point.terms)}"]
    out += [f"    {label}" for label in point.labels]
    out.append(
        f"    no war within {years:g} years: {percent(safe.mid)} ({percent(safe.low)} to {percent(safe.high)});"
        f" cost {point.cost:.3g} a year; smallest gain, each in its own stake a year: {gain.who}, {gain.mid:.2f}"
        f" ({gain.low:.2f} to {gain.high:.2f})"
    )
    held = f"    all holds in {percent(point.share_of_draws)} of draws"
    if point.equilibria:
        held += f", in {point.equilibria.hold} of {point.equilibria.found} equilibria found"
    out.append(held)
    if point.binding is not None:
        out.append(f"    binding: {point.binding.words}")
    if point.relaxation is not None:
        relaxation = point.relaxation
        payer = f"; {relaxation.payer} could pay" if relaxation.payer else ""
        verified = "" if relaxation.solved_again else " (to first order)"
        words = "; ".join(relaxation.words)
        out.append(f"    to hold in {relaxation.so_that_it_holds_in}{verified}: {words}{payer}")
    clear = [s for s in point.fails_when if s.beyond_chance]
    out += [f"    weakest where {separator.words}" for separator in clear]
    if point.fails_when and not clear:
        names = ", ".join(s.parameter for s in point.fails_when)
        out.append(f"    no single assumption separates failing draws beyond chance (nearest: {names})")
    out += [f"    {departure.words}" for departure in point.if_leaves]
    return out
