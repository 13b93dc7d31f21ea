"""The run folder: every verb adds its part to what is there, in any order, and nothing stale survives.

A part whose inputs have changed since is taken out, and a sentence says so; files that only it had brought are removed.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.case.head import changes_of, input_files, run_head
from detente.case.outputs import run_folder
from detente.checks.fresh import HEAD, key_now, keys
from detente.errors import OptionError
from detente.files.whole import sweep, write_bytes, write_text
from detente.run import Fit, Part, Run, read_run, write_run
from detente.run.tables import all_tables, table_csv
from detente.words.progress import Note

if TYPE_CHECKING:
    from detente.case import Case
    from detente.game.compile import Template


def folder_of(case: "Case", when: str, out: str | Path | None) -> Path:
    """Where a run is kept: `out`, else the case's folder of results (`detente.case.outputs`)."""
    return Path(out) if out is not None else run_folder(case, when)


def head_of(template: "Template", when: str, seed: int, draws: int, command: str) -> Run:
    """The run of a compiled case before a part is added."""
    size = {"states": template.space.size, "players": len(template.players)}
    return run_head(template.case, when, seed, draws, command, size)


def join(run: Run, case: "Case", folder: Path, note: Note | None = None) -> Run:
    """Take up what the folder holds besides a new run's parts, and write the folder.

    A whole analysis also takes up what the last `accounts`, `fit` and `backtest` left beside their draws.

    Args:
        run: what a verb found: a head with its parts.
        case: the case that it was found in.
        folder: the run folder. A run of another case or date there is replaced by a whole analysis, and is in the way
            of anything less.
        note: called with a sentence for whatever is taken out.

    Returns:
        The run as written.

    Raises:
        OptionError: the folder holds a run of another case or date.
    """
    from detente.answers.backtest_part import kept_scores
    from detente.evidence.kept import store_of
    from detente.evidence.part import kept_parts

    say = note or (lambda _sentence: None)
    before = _before(run, folder, say)
    beside = kept_parts(case, store_of(case), run.date) if HEAD in run.parts else ()
    scores = kept_scores(case) if HEAD in run.parts else None
    beside = (*beside, *([scores] if scores is not None else []))
    whole = combine(run, before, keys(case, run.date), beside, say)
    write_folder(whole, case, folder, before)
    return whole


def combine(
    run: Run, before: Run | None, now: Mapping[str, str], beside: Iterable[Part] = (), note: Note = print
) -> Run:
    """A new run's parts, then those of the run before that still hold, then those that were kept beside it.

    Args:
        run: what a verb found.
        before: what was there; a run of another case or date has nothing to add.
        now: the key that each part would have today; a part that is not named has that of `HEAD`.
        beside: parts that still hold.
        note: called with a sentence for each part that no longer holds.

    Returns:
        The whole, the same in whatever order its parts came. Its head is that of the analysis, if there is one.
    """
    found = {name: part_of(run, name) for name in run.parts}
    head = run
    if before is not None and (before.case, before.date) == (run.case, run.date):
        for name, stamp in before.parts.items():
            if name in found:
                continue
            if rests_on_fit(part_of(before, name)) and made_anew(before.fit, run.fit):
                note(f"{name}: made from the draws of an earlier fit and taken out; `{stamp.command}` makes it again")
            elif key_now(name, now) == stamp.key:
                found[name] = part_of(before, name)
                head = before if name == HEAD else head
            else:
                note(f"{name}: made from other inputs than today's and taken out; `{stamp.command}` makes it again")
    found = {part.name: part for part in beside} | found
    whole = _without_parts(head)
    for part in found.values():
        whole = whole.add(part)
    return whole


def made_anew(before: Fit | None, now: Fit | None) -> bool:
    """Whether a fit of the same kind has other draws than the one before."""
    if before is None or now is None or (before.account, before.whole) != (now.account, now.whole):
        return False
    return before != now


def rests_on_fit(part: Part) -> bool:
    """Whether a part's numbers come from the draws of a fit."""
    typed = [held.basis for held in (part.history, part.chances) if held is not None]
    return "posterior" in typed or any(q.basis == "posterior" for q in part.quantities)


def _before(run: Run, folder: Path, note: Note) -> Run | None:
    """The run that a folder holds already, None if there is none that can be read."""
    if not (folder / "run.json").is_file():
        return None
    whole = HEAD in run.parts
    try:
        before = read_run(folder)
    except OptionError as error:
        if not whole:
            raise
        note(f"{error}; replaced")
        return None
    if (before.case, before.date) != (run.case, run.date):
        what = f"{folder} holds a run of {before.case} at {before.date}"
        if not whole:
            raise OptionError.of(what, f"a folder for {run.case} at {run.date}", "name another with --out")
        note(f"{what}; replaced")
    return before


def part_of(run: Run, name: str) -> Part:
    """A part as it was added to a run."""
    stamp = run.parts[name]
    content: dict[str, Any] = {field: getattr(run, field) for field in stamp.content}
    return Part(
        name=name,
        key=stamp.key,
        command=stamp.command,
        quantities=tuple(q for q in run.quantities if q.id in stamp.quantities),
        tables={table: run.tables[table] for table in stamp.tables},
        sections=tuple(s for s in run.sections if s.part == name),
        warnings=stamp.warnings,
        public=run.public.get(name),
        **content,
    )


def _without_parts(run: Run) -> Run:
    for name in tuple(run.parts):
        run = run.without(name)
    return run


def write_folder(run: Run, case: "Case", folder: Path, before: Run | None = None) -> None:
    """Write the run folder: inputs, tables, `settlement.json`, then `run.json` and the dossier; each file whole.

    Args:
        run: what to write.
        case: whose files go along.
        folder: where.
        before: the run that the folder held; files that only it had are removed.
    """
    from detente.verbs import dossier

    sweep(folder)
    for name, path in input_files(case).items():
        write_bytes(folder / "inputs" / name, path.read_bytes())
    for name, content in changes_of(case).items():
        write_bytes(folder / "inputs" / name, content)
    tables = all_tables(run)
    for name, table in tables.items():
        write_text(folder / "tables" / f"{name}.csv", table_csv(table))
    settlement = folder / "settlement.json"
    if run.settlement is not None:
        warnings = run.parts["settlement"].warnings
        found = run.settlement.model_dump(mode="json")
        told = {"case": run.case, "date": run.date, **found, "warnings": list(warnings)}
        write_text(settlement, json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    if before is not None:
        gone = [folder / "inputs" / name for name in before.inputs.keys() - run.inputs.keys()]
        gone += [folder / "tables" / f"{name}.csv" for name in all_tables(before).keys() - tables.keys()]
        gone += [settlement] if run.settlement is None else []
        for path in gone:
            if path.resolve().is_relative_to(folder.resolve()):  # a run.json from elsewhere may name anything
                path.unlink(missing_ok=True)
    write_run(run, folder)
    dossier.run(folder, format="html")
