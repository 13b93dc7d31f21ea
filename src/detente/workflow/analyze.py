"""The main job: from a case folder to a run folder with a dossier.

The data flow, in one place: text -> Case + Record -> Game -> Equilibrium -> Chain -> answers -> run -> dossier.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente import __version__
from detente.errors import Interrupted, OptionError, suggest
from detente.files.keys import digests
from detente.files.whole import write_bytes, write_text
from detente.run import Assumption, Quantity, Run, Table, write_run
from detente.run.workbook import csv_text

if TYPE_CHECKING:
    from detente.case import Case
    from detente.record import Record

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Options:
    """How much to compute; everything here is part of the run's command."""

    date: str | None = None  # a situation of the case; default its `as_of`
    draws: int = 100
    seed: int = 0
    workers: int | None = None  # never changes a number


@dataclass
class Parts:
    """What the stages add to a run."""

    quantities: list[Quantity] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)


def analyze(
    case: str | Path,
    date: str | None = None,
    out: str | Path | None = None,
    draws: int = 100,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
) -> tuple[Run, Path]:
    """Analyse a case and leave a self-contained run folder with `run.json`, `inputs/`, `tables/` and `dossier.html`.

    Args:
        case: a folder, or the name of a shipped case.
        date: one of the case's situations, ISO date; default the case's `as_of`.
        out: folder to write to; default `./detente-out/CASE-DATE/`.
        draws: number of draws from the stated ranges.
        seed: seed of the draws; the same seed gives the same bytes on one machine.
        workers: processes; never changes a number.
        progress: called with the share done and what is being done.

    Returns:
        The run, as written, and its folder.

    Raises:
        CaseError, RecordError: located mistakes in the files, all at once.
        OptionError: an unknown date, or draws below 1.
        Interrupted: stopped by the user; finished draws are kept in the run folder and used again.
    """
    from detente.case import load_case

    options = Options(date, draws, seed, workers)
    if draws < 1:
        raise OptionError.of(f"{draws} draws", "at least 1 draw")
    loaded = load_case(case)
    when = situation_of(loaded, date)
    folder = Path(out) if out is not None else Path("detente-out") / f"{loaded.name}-{when}"
    try:
        run = build_run(loaded, when, options, progress or (lambda _share, _words: None), store=folder / ".draws")
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; finished draws are kept in {folder}: run the same command to go on") from None
    write_folder(run, loaded, folder)
    return run, folder


def situation_of(case: "Case", date: str | None) -> str:
    """The date of the situation to start from.

    Raises:
        OptionError: the case has no situation for that date.
    """
    when = date or case.as_of
    if when not in case.situations:
        raise OptionError.of(
            f"case '{case.name}' has no situation for {when}",
            f"one of {', '.join(case.situations)}",
            suggest(when, case.situations),
        )
    return when


def build_run(case: "Case", when: str, options: Options, progress: Progress, store: Path | None = None) -> Run:
    """Compute everything that the main job answers, without writing the run folder."""
    from detente.answers import evaluate
    from detente.game import compile_case
    from detente.workflow.answers import judge_for_run

    progress(0.0, f"building the game of {case.name}")
    template = compile_case(case)
    answers = evaluate(
        template,
        when,
        draws=options.draws,
        seed=options.seed,
        workers=options.workers,
        store=store,
        progress=lambda share, words: progress(0.02 + 0.85 * share, words),
    )
    parts = Parts(list(answers.quantities), dict(answers.tables), list(answers.warnings))
    progress(0.88, "reading the record")
    add_record(parts, case, when)
    outside = add_outside(parts, case, when, options.seed)
    accounts = add_accounts(parts, case)
    progress(0.93, "judging claims")
    claims = judge_for_run(case, when, answers)
    return Run(
        schema=1,
        version=__version__,
        case=case.name,
        title=case.title,
        date=when,
        seed=options.seed,
        draws=options.draws,
        command=command_of(case.name, when, options),
        inputs=digests(input_files(case)),
        model={"states": template.space.size, "players": len(template.players)},
        solution=answers.solution,
        situation=dict(case.situations[when]),
        actors={name: actor.label for name, actor in case.actors.items()},
        quantities=tuple(parts.quantities),
        tables=parts.tables,
        assumptions=assumptions_of(case),
        claims=tuple(claims),
        accounts=accounts,
        outside=outside,
        warnings=tuple(dict.fromkeys(parts.warnings)),
    )


def input_files(case: "Case") -> dict[str, Path]:
    """Every file of the case folder that an analysis may read, by name relative to it."""
    wanted = (".yaml", ".csv", ".parquet")
    found = sorted(p for p in case.folder.rglob("*") if p.suffix in wanted and p.is_file())
    return {p.relative_to(case.folder).as_posix(): p for p in found if not p.name.startswith(".")}


def command_of(name: str, when: str, options: Options) -> str:
    """The command that makes the run again, without paths or workers."""
    return shlex.join(
        ["detente", "analyze", name, "--date", when, "--draws", str(options.draws), "--seed", str(options.seed)]
    )


def add_accounts(parts: Parts, case: "Case") -> dict[str, Any] | None:
    """What the last `detente accounts` found, where the files it rests on are still the same."""
    from detente.workflow.evidence import latest

    found = latest(case)
    if found is None:
        return None
    accounts, tables = found
    parts.tables |= tables
    return accounts


def assumptions_of(case: "Case") -> tuple[Assumption, ...]:
    """The case's parameters as a run reports them."""
    return tuple(
        Assumption(
            name=p.name,
            label=p.label,
            unit=p.unit,
            low=p.low,
            mid=p.mid,
            high=p.high,
            why=p.why,
            basis=p.basis,
            sources=tuple(p.sources),
            contested=str(p.contested or ""),
            confidential=p.confidential,
        )
        for p in case.parameters.values()
    )


def add_record(parts: Parts, case: "Case", when: str) -> None:
    """Ledger, forgotten commitments, timeline, responses and ceasefires as of the date, where the case has a record."""
    if not has_record(case):
        parts.warnings.append(
            "The case has no record folder: no ledger, no timeline, nothing to check the model against."
        )
        return
    from detente.record import load_record, queries
    from detente.record.ledger import ledger
    from detente.record.timeline import timeline

    record = load_record(case.folder / "record")
    known = record.as_of(when)
    if known.events:
        parts.tables["timeline"] = timeline(record, when)
    if known.instruments:
        parts.tables["ledger"] = ledger(record, when)
        parts.tables["forgotten"] = ledger(record, when, forgotten=True)
    if known.responses:
        parts.tables |= queries.responses(record, when)
    if known.ceasefires:
        parts.tables["ceasefires"] = queries.ceasefires(record, when)
    parts.tables["sources"] = sources_table(known)


def has_record(case: "Case") -> bool:
    """Whether the case folder holds a record."""
    return (case.folder / "record").is_dir()


def sources_table(record: "Record") -> Table:
    """What the record rests on."""
    rows = tuple((s.id, s.title, s.publisher, s.date, s.url, s.reliability) for s in record.sources.values())
    return Table(title="Sources", columns=("id", "title", "publisher", "date", "url", "reliability"), rows=rows)


def add_outside(parts: Parts, case: "Case", when: str, seed: int) -> dict[str, list[str]] | None:
    """Base rates and simple forecasts beside the model; returns their sentences."""
    from detente.workflow.outside import for_run

    found, words = for_run(case, when, parts.quantities, seed=seed)
    parts.tables |= found.tables
    parts.quantities += found.quantities
    return dict(words) or None


def write_folder(run: Run, case: "Case", folder: Path) -> None:
    """Write the run folder: inputs, tables, `run.json` last but one, then the dossier; each file whole."""
    from detente.workflow.dossier import dossier

    for name, path in input_files(case).items():
        write_bytes(folder / "inputs" / name, path.read_bytes())
    for name, table in run.tables.items():
        write_text(folder / "tables" / f"{name}.csv", csv_text(table))
    write_run(run, folder)
    dossier(folder, format="html")
