"""`detente export`: a run's tables, or a case's model, which is solved for it, for other programs."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detente.errors import OptionError
from detente.files.whole import write_bytes
from detente.verbs.frame.options import Date, Json
from detente.words.forms import form_of
from detente.words.numbers import listed

if TYPE_CHECKING:
    from detente.report.export import PrismModel
    from detente.run import Table
    from detente.words.progress import Note

PANEL = "Results"
TARGETS = {"prism": "", "csv": "", "xlsx": ".xlsx", "netcdf": ".nc"}  # the first two write a folder


def run(
    where: str | Path,
    to: str | None = None,
    out: str | Path | None = None,
    redact: bool = False,
    date: str | None = None,
    note: "Note | None" = None,
) -> list[Path]:
    """Write a run, or a case's solved model, for other programs.

    A run folder gives its tables. A case gives its model at the middle of every range: states, rates, values, actions.
    PRISM files always come from a case; for a run folder, from the case files kept in it.

    Args:
        where: a run folder, a case folder, or the name of a shipped case.
        to: "prism", "csv", "xlsx" or "netcdf"; default what the ending of `out` says.
        out: folder (prism, csv) or file (xlsx, netcdf) to write.
        redact: leave out what is marked confidential; only for a run.
        date: a situation of the case, for the initial state; default its `as_of`, or the run's date.
        note: called with what a user should be told beside the result.

    Returns:
        The files written.

    Raises:
        OptionError: an unknown target or date, a name whose ending is another target's, or a redacted model.
        CaseError: located mistakes in the case's files.
        UncertifiedError: the model has no certified solution.
    """
    from detente.report.export import write_prism
    from detente.run.tables import all_tables
    from detente.verbs.dossier import read

    target = form_of(to, out, TARGETS)
    folder = Path(where)
    is_run = folder.name == "run.json" or (folder / "run.json").exists()
    found = read(folder, redact, note) if is_run else None
    if found is not None and target != "prism":
        attributes: dict[str, str | int] = {"case": found.case, "date": found.date, "seed": found.seed}
        name = f"{found.case}-{found.date}{'-shared' * redact}"  # a public copy never lies among what is not public
        return _write_tables(all_tables(found), attributes, target, out, name)
    if redact:
        what = "--redact works on the tables of a run, not on a case or its model"
        hint = "run `detente analyze` first and export the folder that it wrote"
        raise OptionError.of(what, "a run folder, and --to csv, xlsx or netcdf", hint)
    if found is not None:
        folder = (folder if folder.is_dir() else folder.parent) / "inputs"
        date = date or found.date
    model, tables = solved_model(folder if found is not None else where, date)
    if target == "prism":
        return write_prism(model, Path(out) if out is not None else Path(f"{model.name}-prism"))
    return _write_tables(tables(), {"case": model.name}, target, out, model.name)


def solved_model(where: str | Path, date: str | None) -> "tuple[PrismModel, Callable[[], dict[str, Table]]]":
    """The chain of a case at the middle of every range, and a function that gives it as tables.

    Args:
        where: a case folder or the name of a shipped case.
        date: a situation of the case; default its `as_of`.
    """
    from detente.case import load_case
    from detente.case.head import situation_of
    from detente.game import compile_case
    from detente.report.export import PrismModel, model_tables
    from detente.solver import solve

    case = load_case(where)
    template = compile_case(case)
    game = template.game()
    found = solve(game).require()
    model = PrismModel(
        name=case.name,
        variables=tuple((v.name, v.values) for v in template.space.variables),
        codes=template.space.codes,
        generator=found.generator,
        initial=int(template.state(situation_of(case, date))),
        labels={name: template.mask(getattr(case.outcomes, name)) for name in ("peace", "war")},
        rewards={player: game.payoff_flow[i] for i, player in enumerate(game.players)},
    )
    values = {player: found.values[i] for i, player in enumerate(game.players)}
    rates = {
        player: {name: rate for name, rate in zip(game.moves[i].names, found.rates(i), strict=True) if name != "wait"}
        for i, player in enumerate(game.players)
    }
    return model, lambda: model_tables(model, values, rates)


def _write_tables(
    tables: "dict[str, Table]", attributes: dict[str, str | int], to: str, out: str | Path | None, name: str
) -> list[Path]:
    from detente.report.export import netcdf_bytes, write_csv, write_xlsx

    if to == "csv":
        folder = Path(out) if out is not None else Path(f"{name}-csv")
        _refuse_others(folder, tables)
        return write_csv(tables, folder)
    if to == "xlsx":
        return [write_xlsx(tables, Path(out) if out is not None else Path(f"{name}.xlsx"))]
    path = Path(out) if out is not None else Path(f"{name}.nc")
    write_bytes(path, netcdf_bytes(tables, attributes))
    return [path]


def _refuse_others(folder: Path, tables: "dict[str, Table]") -> None:
    """Refuse a folder with tables that this export does not have: they would be given away, or read, with it.

    Raises:
        OptionError: with their names.
    """
    others = sorted(path.name for path in folder.glob("*.csv") if path.stem not in tables)
    if others:
        what = f"{folder} holds tables that are not of this export: {listed(others)}"
        raise OptionError.of(what, "an empty folder", "name another with --out, or take them away")


def command(
    where: Annotated[str, typer.Argument(metavar="CASE", help="A run folder, a case folder, or a shipped case.")],
    *,
    to: Annotated[str | None, typer.Option(help="prism, csv, xlsx or netcdf; default the ending of --out.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder (prism, csv) or file (xlsx, netcdf) to write.")] = None,
    redact: Annotated[bool, typer.Option("--redact", help="Leave out what is confidential; for a run.")] = False,
    date: Date = None,
    as_json: Json = False,
) -> None:
    """Write a run's tables, or a case's solved model, for other programs."""
    from detente.verbs.frame.printed import say, show_paths

    show_paths(run(where, to, out, redact, date, say), as_json)
