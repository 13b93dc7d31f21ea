"""Rendering and exporting a run folder, without solving; exporting a case's model, which is solved for it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import OptionError
from detente.files.whole import write_bytes
from detente.run import Run, read_run

if TYPE_CHECKING:
    from detente.report.export import PrismModel
    from detente.run import Table

FORMATS = ("html", "docx", "pdf", "md")
PAPERS = ("a4", "letter")
TARGETS = ("prism", "csv", "xlsx", "netcdf")


def dossier(
    run_folder: str | Path,
    format: str = "html",
    redact: bool = False,
    out: str | Path | None = None,
    paper: str = "a4",
) -> Path:
    """Render the dossier of a run folder.

    Args:
        run_folder: a folder that `detente analyze` wrote, or its `run.json`.
        format: "html", "docx", "pdf" or "md".
        redact: leave out confidential entries and the numbers that would reveal them.
        out: file to write; default `dossier.FORMAT` in the run folder (`dossier-shared.FORMAT` where redacted).
        paper: "a4" or "letter", for Word and PDF; the page prints on either.

    Returns:
        The file written.

    Raises:
        OptionError: no run there, or an unknown format or paper.
        MissingExtra: the format needs an extra that is not installed.
    """
    _one_of("format", format, FORMATS)
    _one_of("paper", paper, PAPERS)
    where = Path(run_folder)
    run = _read(where, redact)
    folder = where if where.is_dir() else where.parent
    path = Path(out) if out is not None else folder / f"dossier{'-shared' if redact else ''}.{format}"
    write_bytes(path, render(run, format, paper))
    return path


def render(run: Run, format: str, paper: str = "a4") -> bytes:
    """The dossier of a run in one of the formats."""
    from detente import report as renderer

    if format == "docx":
        return renderer.render_word(run, paper)
    if format == "pdf":
        return renderer.render_pdf(run, paper)
    text = renderer.render_html(run) if format == "html" else renderer.render_markdown(run)
    return text.encode("utf-8")


def export(
    where: str | Path,
    to: str,
    out: str | Path | None = None,
    redact: bool = False,
    date: str | None = None,
) -> list[Path]:
    """Write a run, or a case's solved model, for other programs.

    A run folder gives its tables. A case gives its model at the middle of every range: states, rates, values, actions.
    PRISM files always come from a case; for a run folder, from the case files kept in it.

    Args:
        where: a run folder, a case folder, or the name of a shipped case.
        to: "prism", "csv", "xlsx" or "netcdf".
        out: folder (prism, csv) or file (xlsx, netcdf) to write.
        redact: leave out confidential entries; only for a run.
        date: a situation of the case, for the initial state; default its `as_of`, or the run's date.

    Returns:
        The files written.

    Raises:
        OptionError: an unknown target or date, or a redacted export of a model.
        CaseError: located mistakes in the case's files.
        UncertifiedError: the model has no certified solution.
    """
    from detente.report.export import write_prism

    _one_of("target", to, TARGETS)
    folder = Path(where)
    is_run = folder.name == "run.json" or (folder / "run.json").is_file()
    run = _read(folder, redact) if is_run else None
    if run is not None and to != "prism":
        name = f"{run.case}-{run.date}"
        return _write_tables(run_tables(run), {"case": run.case, "date": run.date, "seed": run.seed}, to, out, name)
    if redact:
        raise OptionError.of("a redacted export of a model", "--redact with the tables of a run")
    if run is not None:
        folder = (folder if folder.is_dir() else folder.parent) / "inputs"
        date = date or run.date
    model, tables = solved_model(folder if run is not None else where, date)
    if to == "prism":
        return write_prism(model, Path(out) if out is not None else Path(f"{model.name}-prism"))
    return _write_tables(tables(), {"case": model.name}, to, out, model.name)


def run_tables(run: Run) -> "dict[str, Table]":
    """Every table of a run, quantities and assumptions first."""
    from detente.run.tables import all_tables

    return all_tables(run)


def solved_model(where: str | Path, date: str | None) -> "tuple[PrismModel, Callable[[], dict[str, Table]]]":
    """The chain of a case at the middle of every range, and a function that gives it as tables.

    Args:
        where: a case folder or the name of a shipped case.
        date: a situation of the case; default its `as_of`.
    """
    from detente.case import load_case
    from detente.game import compile_case
    from detente.report.export import PrismModel, model_tables
    from detente.solver import solve
    from detente.workflow.analyze import situation_of

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
        return write_csv(tables, Path(out) if out is not None else Path(f"{name}-csv"))
    if to == "xlsx":
        return [write_xlsx(tables, Path(out) if out is not None else Path(f"{name}.xlsx"))]
    path = Path(out) if out is not None else Path(f"{name}.nc")
    write_bytes(path, netcdf_bytes(tables, attributes))
    return [path]


def _read(where: Path, redact: bool) -> Run:
    from detente.report import redact as without_secrets

    run = read_run(where)
    return without_secrets(run) if redact else run


def _one_of(what: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise OptionError.of(f"{what} '{value}'", f"one of {', '.join(choices)}")
