"""The main job: from a case folder to a run folder with a dossier.

The data flow, in one place: text -> Case + Record -> Game -> Equilibrium -> Chain -> answers -> run -> dossier.
"""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from detente import __version__
from detente.errors import Interrupted, OptionError, suggest
from detente.files.keys import content_key, digests
from detente.run import Assumption, Part, Public, Run, Table

if TYPE_CHECKING:
    from detente.case import Case
    from detente.record import CutRecord
    from detente.workflow.folder import Note

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Options:
    """How much to compute; everything here is part of the run's command."""

    date: str | None = None  # a situation of the case; default its `as_of`
    draws: int = 100
    seed: int = 0
    workers: int | None = None  # never changes a number
    equilibria: int | None = None  # random starts per search of further equilibria; None: nobody looks for them


def analyze(
    case: str | Path,
    date: str | None = None,
    out: str | Path | None = None,
    draws: int = 100,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
    equilibria: int | None = None,
    note: "Note | None" = None,
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
        equilibria: look for further equilibria from this many random starts, in one draw in ten.
        note: called with a sentence for each part that was in the folder and no longer holds.

    Returns:
        The run, as written, and its folder; what `settle`, `accounts` and `fit` had added before stays in it.

    Raises:
        CaseError, RecordError: located mistakes in the files, all at once.
        OptionError: an unknown date, draws or starts below 1.
        Interrupted: stopped by the user; finished draws are kept in the run folder and used again.
    """
    from detente.case import load_case
    from detente.workflow.folder import folder_of, join

    options = Options(date, draws, seed, workers, equilibria)
    if draws < 1:
        raise OptionError.of(f"{draws} draws", "at least 1 draw")
    loaded = load_case(case)
    when = situation_of(loaded, date)
    folder = folder_of(loaded, when, out)
    try:
        run = build_run(loaded, when, options, progress or (lambda _share, _words: None), store=folder / ".draws")
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; finished draws are kept in {folder}: run the same command to go on") from None
    return join(run, loaded, folder, note), folder


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
    from detente.outside.part import outlook_part
    from detente.verdicts.bench import Bench

    bench = Bench.of(case, when)
    progress(0.0, f"building the game of {case.name}")
    template = compile_case(case)
    answers = evaluate(
        template,
        when,
        draws=options.draws,
        seed=options.seed,
        at_least=bench.at_least if bench is not None else {},
        equilibria=options.equilibria,
        workers=options.workers,
        store=store,
        progress=lambda share, words: progress(0.02 + 0.85 * share, words),
    )
    size = {"states": template.space.size, "players": len(template.players)}
    command = command_of(case.name, when, options)
    run = run_head(case, when, options.seed, options.draws, command, size)
    run = run.add(answers.part(key_of(case), command))
    progress(0.88, "reading the record")
    run = run.add(record_part(case, when, command))
    run = run.add(outlook_part(case, when, key_of(case), command, inside=run.quantities, seed=options.seed))
    progress(0.93, "judging claims")
    claims = bench.judged(answers) if bench is not None else ()
    return run.add(Part(name="claims", key=key_of(case), command=command, claims=claims)) if claims else run


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
    words = ["detente", "analyze", name, "--date", when, "--draws", str(options.draws), "--seed", str(options.seed)]
    return shlex.join([*words, *(["--equilibria", str(options.equilibria)] if options.equilibria else [])])


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


def record_part(case: "Case", when: str, command: str) -> Part:
    """Ledger, forgotten commitments, timeline, responses and ceasefires as of the date, where the case has a record."""
    part = Part(name="record", key=key_of(case), command=command)
    if not has_record(case):
        words = "The case has no record folder: no ledger, no timeline, nothing to check the model against."
        return part.model_copy(update={"warnings": (words,)})
    from detente.record import load_record
    from detente.record.ledger import bars
    from detente.record.timeline import timeline

    record = load_record(case.folder / "record")
    known = record.as_of(when)
    public = known.public()
    return part.model_copy(
        update={
            "timeline": timeline(known) if known.events else None,
            "ledger": bars(known) if known.commitments else None,
            "tables": record_tables(known),
            "public": Public(tables=record_tables(public)) if public is not known else None,
        }
    )


def record_tables(record: "CutRecord") -> dict[str, Table]:
    """The tables that a run keeps of a record as it stood on a date."""
    from detente.record import ceasefires, queries, responses
    from detente.record.ledger import ledger

    tables: dict[str, Table] = {}
    if record.instruments:
        tables["ledger"] = ledger(record)
        tables["forgotten"] = ledger(record, forgotten=True)
    if record.responses:
        tables |= responses.responses(record)
    if record.ceasefires:
        tables["ceasefires"] = ceasefires.ceasefires(record)
    tables["sources"] = queries.sources(record)
    return tables


def has_record(case: "Case") -> bool:
    """Whether the case folder holds a record."""
    return (case.folder / "record").is_dir()
