"""The main job: from a case folder to a run folder with a dossier.

The data flow, in one place: text -> Case + Record -> Game -> Equilibrium -> Chain -> answers -> run -> dossier.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente import __version__
from detente.errors import Interrupted, OptionError, suggest
from detente.files.keys import content_key, digests
from detente.files.whole import write_bytes, write_text
from detente.run import Assumption, Part, Public, Quantity, Ref, Run, Section, Table, write_run
from detente.run.tables import all_tables, table_csv

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
    from detente.workflow.answers import claims_part

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
    size = {"states": template.space.size, "players": len(template.players)}
    command = command_of(case.name, when, options)
    record = record_of(case)
    run = run_head(case, when, options.seed, options.draws, command, size)
    run = run.model_copy(update={"marked": marked_of(case, record)})
    run = run.add(answers.part(key_of(case), command))
    progress(0.88, "reading the record")
    run = run.add(record_part(case, when, command, record))
    run = run.add(outlook_part(case, when, run.quantities, command, options.seed))
    accounts = accounts_part(case)
    if accounts is not None:
        run = run.add(accounts)
    progress(0.93, "judging claims")
    claims = claims_part(case, when, answers, command, record)
    return run.add(claims) if claims is not None else run


def run_head(case: "Case", when: str, seed: int, draws: int, command: str, model: dict[str, int]) -> Run:
    """A run of a case and date before anything was added to it."""
    return Run(
        version=__version__,
        case=case.name,
        title=case.title,
        date=when,
        seed=seed,
        draws=draws,
        command=command,
        inputs=digests(input_files(case)),
        model=model,
        situation=dict(case.situations[when]),
        actors={name: actor.label for name, actor in case.actors.items()},
        assumptions=assumptions_of(case),
    )


def key_of(case: "Case") -> str:
    """The content key of everything in a case's folder that an analysis may read."""
    return content_key(digests(input_files(case)))


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


def accounts_part(case: "Case") -> Part | None:
    """What the last `detente accounts` found, where the files it rests on are still the same."""
    from detente.workflow.evidence import latest

    return latest(case)


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
            contested=p.contested.get("view", "") if isinstance(p.contested, Mapping) else p.contested or "",
            contested_by=tuple(p.contested.get("by", ())) if isinstance(p.contested, Mapping) else (),
            confidential=p.confidential,
        )
        for p in case.parameters.values()
    )


def record_part(case: "Case", when: str, command: str, record: "Record | None") -> Part:
    """Ledger, timeline, responses and ceasefires as of the date, where the case has a record."""
    part = Part(name="record", key=key_of(case), command=command)
    if record is None:
        words = "The case has no record folder: no ledger, no timeline, nothing to check the model against."
        return part.model_copy(update={"warnings": (words,)})
    known = record.as_of(when)
    public = known.public()
    told = told_of(known, when)
    update: dict[str, Any] = {name: getattr(told, name) for name in Public.model_fields}
    return part.model_copy(update={**update, "public": told_of(public, when) if public != known else None})


def told_of(record: "Record", when: str) -> Public:
    """What a run tells of a record as it stood on a date: timeline, ledger, tables, and the sections of the tables."""
    from detente.record.ledger import bars
    from detente.record.timeline import timeline

    tables = record_tables(record, when)
    return Public(
        timeline=timeline(record, when) if record.events else None,
        ledger=bars(record, when) if record.commitments else None,
        tables=tables,
        sections=tuple(s for s in RECORD_SECTIONS if any(name in tables for name in s.tables)),
    )


RECORD_SECTIONS = (
    Section(
        id="ceasefires",
        title="How long ceasefires held",
        rank=70,
        paragraphs=("Each ceasefire on the record, to its first lesser breach, its first large one, and its end.",),
        tables=("ceasefires",),
    ),
    Section(
        id="responses",
        title="Who spoke after violations",
        rank=80,
        paragraphs=(
            "Whether mediators reacted to violations, how soon, and whom they named, as it was written down. "
            "A few namings are too few to read a bias from.",
        ),
        tables=("response", "statements", "escalations"),
    ),
)


def record_tables(record: "Record", when: str) -> dict[str, Table]:
    """The tables that a run keeps of a record as it stood on a date."""
    from detente.record import queries

    tables: dict[str, Table] = {}
    if record.responses:
        tables |= queries.responses(record, when)
    if record.ceasefires:
        tables["ceasefires"] = queries.ceasefires(record, when)
    if record.sources:
        tables["sources"] = queries.sources(record)
    return {name: table for name, table in tables.items() if table.rows}


def marked_of(case: "Case", record: "Record | None") -> tuple[Ref, ...]:
    """What of a case is not public: parameters and entries marked confidential, and entries that rest on such."""
    marked = [Ref(kind="parameter", id=p.name) for p in case.parameters.values() if p.confidential]
    if record is not None:
        from detente.record.told import Told

        marked += Told(record).marked()
    return tuple(marked)


def record_of(case: "Case") -> "Record | None":
    """The record in the case folder; None where there is none.

    Raises:
        RecordError: located mistakes in its files, all at once.
    """
    from detente.record import load_record

    folder = case.folder / "record"
    return load_record(folder) if folder.is_dir() else None


def outlook_part(case: "Case", when: str, inside: tuple[Quantity, ...], command: str, seed: int) -> Part:
    """Base rates and simple forecasts beside the model."""
    from detente.workflow.outside import for_run

    found, outlook = for_run(case, when, inside, seed=seed)
    return Part(
        name="outlook",
        key=key_of(case),
        command=command,
        quantities=found.quantities,
        tables=found.tables,
        outlook=outlook,
    )


def write_folder(run: Run, case: "Case", folder: Path) -> None:
    """Write the run folder: inputs, tables, `run.json` last but one, then the dossier; each file whole."""
    from detente.workflow.dossier import dossier

    for name, path in input_files(case).items():
        write_bytes(folder / "inputs" / name, path.read_bytes())
    for name, table in all_tables(run).items():
        write_text(folder / "tables" / f"{name}.csv", table_csv(table))
    write_run(run, folder)
    dossier(folder, format="html")
