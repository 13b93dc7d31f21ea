"""Rendering and exporting a run folder, without solving; exporting a case's model, which is solved for it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import OptionError
from detente.files.whole import write_bytes
from detente.run import Run, read_run
from detente.words.forms import form_of

if TYPE_CHECKING:
    from detente.report.export import PrismModel
    from detente.run import Table

Note = Callable[[str], None]
FORMATS = {"html": ".html", "docx": ".docx", "pdf": ".pdf", "md": ".md"}  # each with the ending of its file
PAPERS = ("a4", "letter")
TARGETS = {"prism": "", "csv": "", "xlsx": ".xlsx", "netcdf": ".nc"}  # the first two write a folder


def dossier(
    run_folder: str | Path,
    format: str | None = None,
    redact: bool = False,
    out: str | Path | None = None,
    paper: str = "a4",
    note: Note | None = None,
) -> Path:
    """Render the dossier of a run folder.

    Args:
        run_folder: a folder that `detente analyze` wrote, or its `run.json`.
        format: "html", "docx", "pdf" or "md"; default what the ending of `out` says, else "html".
        redact: leave out what is marked confidential and what would reveal it.
        out: file to write; default `dossier.FORMAT` in the run folder (`dossier-shared.FORMAT` where redacted).
        paper: "a4" or "letter", for Word and PDF; the page prints on either.
        note: called with what a user should be told beside the result.

    Returns:
        The file written.

    Raises:
        OptionError: no run there, an unknown format or paper, or a name whose ending is another format's.
        MissingExtra: the format needs an extra that is not installed.
    """
    form = form_of(format, out, FORMATS, "html")
    if paper not in PAPERS:
        raise OptionError.of(f"unknown paper '{paper}'", f"one of {', '.join(PAPERS)}")
    where = Path(run_folder)
    run = _read(where, redact, note)
    folder = where if where.is_dir() else where.parent
    path = Path(out) if out is not None else folder / f"dossier{'-shared' if redact else ''}{FORMATS[form]}"
    write_bytes(path, render(run, form, paper))
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
    to: str | None = None,
    out: str | Path | None = None,
    redact: bool = False,
    date: str | None = None,
    note: Note | None = None,
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

    target = form_of(to, out, TARGETS)
    folder = Path(where)
    is_run = folder.name == "run.json" or (folder / "run.json").exists()
    run = _read(folder, redact, note) if is_run else None
    if run is not None and target != "prism":
        attributes: dict[str, str | int] = {"case": run.case, "date": run.date, "seed": run.seed}
        return _write_tables(run_tables(run), attributes, target, out, f"{run.case}-{run.date}")
    if redact:
        what = "--redact works on the tables of a run, not on a case or its model"
        hint = "run `detente analyze` first and export the folder that it wrote"
        raise OptionError.of(what, "a run folder, and --to csv, xlsx or netcdf", hint)
    if run is not None:
        folder = (folder if folder.is_dir() else folder.parent) / "inputs"
        date = date or run.date
    model, tables = solved_model(folder if run is not None else where, date)
    if target == "prism":
        return write_prism(model, Path(out) if out is not None else Path(f"{model.name}-prism"))
    return _write_tables(tables(), {"case": model.name}, target, out, model.name)


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


def _read(where: Path, redact: bool, note: Note | None) -> Run:
    """A run, or a redacted copy of it; that nothing was marked is said."""
    from detente.report import redact as copy_of

    run = read_run(where)
    if not redact:
        return run
    copy = copy_of(run)
    if note is not None and len(copy.removed) == 1:
        note(copy.removed[0])
    return copy
