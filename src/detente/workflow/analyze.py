"""The main job: from a case folder to a run folder with a dossier.

The data flow, in one place: text -> Case + Record -> Game -> Equilibrium -> Chain -> answers -> run -> dossier.
"""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente import __version__
from detente.case.content import content_of, content_of_folder, files_of
from detente.case.scenarios import scenario_text
from detente.errors import Interrupted, OptionError, suggest
from detente.files.keys import digest, digests
from detente.run import Assumption, Part, Public, Ref, Run, Section, Table

if TYPE_CHECKING:
    from detente.case import Case
    from detente.record import CutRecord
    from detente.workflow.folder import Note

Progress = Callable[[float, str], None]
EDITED = "Files of the case changed while this was computed: run the command again."


@dataclass(frozen=True)
class Options:
    """How much to compute; everything here is part of the run's command."""

    date: str | None = None  # a situation of the case; default its `as_of`
    draws: int = 100
    seed: int = 0
    workers: int | None = None  # never changes a number
    equilibria: int | None = None  # random starts per search of further equilibria; None: nobody looks for them
    scenario: str | None = None  # a scenario of the case, or a file with one


def analyze(
    case: str | Path,
    date: str | None = None,
    out: str | Path | None = None,
    draws: int = 100,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
    equilibria: int | None = None,
    scenario: str | None = None,
    note: "Note | None" = None,
) -> Run:
    """Analyse a case and leave a self-contained run folder with `run.json`, `inputs/`, `tables/` and `dossier.html`.

    Args:
        case: a folder, or the name of a shipped case.
        date: one of the case's situations, ISO date; default the case's `as_of`.
        out: folder to write to; default `./detente-out/CASE-DATE/`, see `detente.case.outputs`.
        draws: number of draws from the stated ranges.
        seed: seed of the draws; the same seed gives the same bytes on one machine.
        workers: processes; never changes a number.
        progress: called with the share done and what is being done.
        equilibria: look for further equilibria from this many random starts, in one draw in ten.
        scenario: analyse the case with these changes: the name of one of its scenarios, or a scenario file.
        note: called with a sentence for each part that was in the folder and no longer holds.

    Returns:
        The run, as written; what `settle`, `accounts` and `fit` had added before stays in it.

    Raises:
        CaseError, RecordError: located mistakes in the files, all at once.
        OptionError: an unknown date or scenario, draws or starts below 1.
        Interrupted: stopped by the user; finished draws are kept in the run folder and used again.
    """
    return analyzed(case, Options(date, draws, seed, workers, equilibria, scenario), out, progress, note)[0]


def analyzed(
    case: str | Path,
    options: Options,
    out: str | Path | None = None,
    progress: Progress | None = None,
    note: "Note | None" = None,
) -> tuple[Run, Path]:
    """The run of `analyze`, and its folder."""
    from detente.case import load_case
    from detente.case.scenarios import changed_case
    from detente.draws import forget
    from detente.workflow.folder import folder_of, join

    if options.draws < 1:
        raise OptionError.of(f"{options.draws} draws", "at least 1 draw")
    loaded = changed_case(load_case(case), options.scenario)
    when = situation_of(loaded, options.date)
    folder = folder_of(loaded, when, out)
    try:
        run = build_run(loaded, when, options, progress or (lambda _share, _words: None), store=folder / ".draws")
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; finished draws are kept in {folder}: run the same command to go on") from None
    joined = join(run, loaded, folder, note)
    forget(folder / ".draws")
    return joined, folder


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
    from detente.workflow.answers import claims_part

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
    changes = case.changes[-1].name if case.changes else None
    command = command_of(case.name, when, replace(options, scenario=changes))
    run = run_head(case, when, options.seed, options.draws, command, size)
    run = run.add(changes_part(case, command)) if case.changes else run
    run = run.add(answers.part(key_of(case), command))
    progress(0.88, "reading the record")
    run = run.add(record_part(case, when, command))
    run = run.add(outlook_part(case, when, key_of(case), command, inside=run.quantities, seed=options.seed))
    progress(0.93, "judging claims")
    if bench is not None:
        run = run.add(claims_part(bench, answers, key_of(case), command))
    if case.content != content_of_folder(case.folder):
        run = run.add(Part(name="edited", key=key_of(case), command=command, warnings=(EDITED,)))
    return run


def run_head(case: "Case", when: str, seed: int, draws: int, command: str, model: dict[str, int]) -> Run:
    """A run of a case and date before anything was added to it."""
    return Run(
        version=__version__,
        case=case.name,
        title=" · ".join([case.title, *(s.title or s.name for s in case.changes)]),
        date=when,
        seed=seed,
        draws=draws,
        command=command,
        inputs={**digests(input_files(case)), **{n: digest(text) for n, text in changes_of(case).items()}},
        model=model,
        situation=dict(case.situations[when]),
        actors={name: actor.label for name, actor in case.actors.items()},
        assumptions=assumptions_of(case),
        marked=marked_of(case, when),
    )


def key_of(case: "Case") -> str:
    """The content key of what an analysis may read: the case's folder as it was read, and scenarios applied to it."""
    return content_of(case)


def input_files(case: "Case") -> dict[str, Path]:
    """Every file of the case folder that an analysis may read, by name relative to it."""
    return files_of(case.folder)


def changes_of(case: "Case") -> dict[str, bytes]:
    """The scenarios that were applied to a case, as files of its folder."""
    return {f"scenarios/{s.name}.yaml": scenario_text(s).encode("utf-8") for s in case.changes}


def changes_part(case: "Case", command: str) -> Part:
    """A note that the case was changed, and where the changes stand."""
    files = ", ".join(f"inputs/{name}" for name in changes_of(case))
    words = f"This is not the case as it stands: it was changed by {files}."
    return Part(name="changes", key=key_of(case), command=command, warnings=(words,))


def command_of(name: str, when: str, options: Options) -> str:
    """The command that makes the run again, without paths or workers."""
    words = ["detente", "analyze", name, "--date", when, "--draws", str(options.draws), "--seed", str(options.seed)]
    words += ["--equilibria", str(options.equilibria)] if options.equilibria else []
    return shlex.join([*words, *(["--scenario", options.scenario] if options.scenario else [])])


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


def record_part(case: "Case", when: str, command: str) -> Part:
    """Ledger, timeline, responses and ceasefires as of the date, where the case has a record."""
    part, record = Part(name="record", key=key_of(case), command=command), record_of(case, when)
    if record is None:
        words = "The case has no record folder: no ledger, no timeline, nothing to check the model against."
        return part.model_copy(update={"warnings": (words,)})
    public, told = record.public(), told_of(record)
    update: dict[str, Any] = {name: getattr(told, name) for name in Public.model_fields}
    return part.model_copy(update={**update, "public": told_of(public) if public is not record else None})


def told_of(record: "CutRecord") -> Public:
    """What a run tells of a record as it stood on a date: timeline, ledger, tables, and the sections of the tables."""
    from detente.record.ledger import bars
    from detente.record.timeline import timeline

    tables = record_tables(record)
    return Public(
        timeline=timeline(record) if record.events else None,
        ledger=bars(record) if record.commitments else None,
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


def record_tables(record: "CutRecord") -> dict[str, Table]:
    """The tables that a run keeps of a record as it stood on a date."""
    from detente.record import ceasefires, queries, responses

    tables: dict[str, Table] = {}
    if record.responses:
        tables |= responses.responses(record)
    if record.ceasefires:
        tables["ceasefires"] = ceasefires.ceasefires(record)
    if record.sources:
        tables["sources"] = queries.sources(record)
    return {name: table for name, table in tables.items() if table.rows}


def marked_of(case: "Case", when: str) -> tuple[Ref, ...]:
    """What of a case is not public: parameters and entries marked confidential, and entries that rest on such."""
    from detente.record.told import Told

    marked = [Ref(kind="parameter", id=p.name) for p in case.parameters.values() if p.confidential]
    record = record_of(case, when)
    return tuple(marked) if record is None else (*marked, *Told(record).marked())


def record_of(case: "Case", when: str) -> "CutRecord | None":
    """The record in the case folder as it stood on a date; None where there is none.

    Raises:
        RecordError: located mistakes in its files, all at once.
    """
    from detente.record import load_record

    folder = case.folder / "record"
    return load_record(folder).as_of(when) if folder.is_dir() else None
