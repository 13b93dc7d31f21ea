"""`detente analyze`: the main job, from a case folder to a run folder with a dossier.

The data flow, in one place: text -> Case + Record -> Game -> Equilibrium -> Chain -> answers -> run -> dossier.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from detente.errors import Interrupted
from detente.verbs.frame.options import (
    CaseArgument,
    Date,
    Draws,
    Equilibria,
    Fit,
    Json,
    Out,
    Scenario,
    Seed,
    Where,
    Workers,
)

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from detente.case import Case
    from detente.draws import Settings
    from detente.run import Quantity, Run
    from detente.words.progress import Note, Progress

PANEL = "Answers"
EDITED = "Files of the case changed while this was computed: run the command again."
HEADLINES = (
    "relapse", "fighting", "peace", "peace_time", "base_rate", "gain_from_settling", "delay_per_time", "prolongation",
    "loss_share",
)  # fmt: skip
LEFT_OUT = ("prolongation_variants",)  # questions whose numbers would crowd the summary out


def run(
    case: str | Path,
    date: str | None = None,
    out: str | Path | None = None,
    draws: int = 100,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress | None = None,
    *,
    executor: Executor | str | None = None,
    equilibria: int | None = None,
    scenario: str | None = None,
    fit: str = "as-of",
    note: Note | None = None,
) -> Run:
    """Analyse a case and leave a self-contained run folder with `run.json`, `inputs/`, `tables/` and `dossier.html`.

    Args:
        case: a folder, or the name of a shipped case.
        date: one of the case's situations, ISO date; default the case's `as_of`.
        out: folder to write to; default `./detente-out/CASE-DATE/` (docs/results.md).
        draws: number of draws.
        seed: seed of the draws; the same seed gives the same bytes on one machine.
        workers: processes; never changes a number.
        progress: called with the share done and what is being done.
        executor: where draws are computed: processes here by default, else dask://HOST:PORT or an executor.
        equilibria: look for further equilibria from this many random starts, in one draw in ten.
        scenario: analyse the case with these changes: the name of one of its scenarios, or a scenario file.
        fit: which fit to the record the draws come from, see `detente.ask`.
        note: called with a sentence for each part that was in the folder and no longer holds.

    Returns:
        The run, as written; what `settle`, `accounts` and `fit` had added before stays in it.

    Raises:
        CaseError, RecordError: located mistakes in the files, all at once.
        OptionError: an unknown date, scenario or fit, draws or starts below 1.
        Interrupted: stopped by the user; finished draws are kept in the run folder and used again.
    """
    from detente.draws import Settings

    settings = Settings(draws, seed, workers, executor, date, out, fit)
    return analyzed(case, settings, equilibria, scenario, progress, note)[0]


def analyzed(
    case: str | Path,
    settings: Settings,
    equilibria: int | None = None,
    scenario: str | None = None,
    progress: Progress | None = None,
    note: Note | None = None,
) -> tuple[Run, Path]:
    """The run of `run`, and its folder."""
    from detente.case import load_case
    from detente.case.head import situation_of
    from detente.case.scenarios import changed_case
    from detente.draws import forget
    from detente.verbs.frame.folder import folder_of, join

    loaded = changed_case(load_case(case), scenario)
    when = situation_of(loaded, settings.date)
    folder = folder_of(loaded, when, settings.out)
    try:
        found = computed(loaded, when, settings, equilibria, progress, folder / ".draws")
    except KeyboardInterrupt:
        raise Interrupted(f"stopped; finished draws are kept in {folder}: run the same command to go on") from None
    joined = join(found, loaded, folder, note)
    forget(folder / ".draws")
    return joined, folder


def computed(
    case: Case,
    when: str,
    settings: Settings,
    equilibria: int | None = None,
    progress: Progress | None = None,
    store: Path | None = None,
) -> Run:
    """Everything that the main job answers; no run folder is written."""
    from detente.answers import evaluate
    from detente.case.content import content_of, content_of_folder
    from detente.case.head import changes_part, heard_part, record_of, run_head
    from detente.game import compile_case
    from detente.outside.part import outlook_part
    from detente.record.part import record_part
    from detente.run import Part
    from detente.verbs.frame.fitted import fitted_for
    from detente.verbs.frame.judged import beside_of
    from detente.verdicts.bench import Bench

    tell = progress or (lambda _share, _words: None)
    bench, key = Bench.of(case, when), content_of(case)
    tell(0.0, f"building the game of {case.name}")
    template = compile_case(case)
    fitted, said = fitted_for(case, when, settings.fit, out=settings.out)
    answers = evaluate(
        template,
        when,
        draws=settings.draws,
        seed=settings.seed,
        at_least=bench.at_least if bench is not None else {},
        fitted=fitted,
        equilibria=equilibria,
        workers=settings.workers,
        executor=settings.executor,
        store=store,
        progress=lambda share, words: tell(0.02 + 0.85 * share, words),
    )
    answers = replace(answers, warnings=(*said, *answers.warnings))
    size = {"states": template.space.size, "players": len(template.players)}
    command = command_of(case, replace(settings, date=when), equilibria)
    found = run_head(case, when, settings.seed, settings.draws, command, size)
    found = found.add(changes_part(case, command)) if case.changes else found
    heard = heard_part(case, key, command)
    found = found.add(heard) if heard is not None else found
    found = found.add(answers.part(key, command))
    found = found.add(fitted.part) if fitted is not None else found
    tell(0.88, "reading the record")
    found = found.add(record_part(record_of(case, when), key, command))
    found = found.add(outlook_part(case, when, key, command, inside=found.quantities, seed=settings.seed))
    tell(0.93, "judging claims")
    if bench is not None:
        beside = beside_of(bench, case, when, settings, lambda share, words: tell(0.93 + 0.06 * share, words))
        found = found.add(bench.part(answers, key, command, beside))
    if case.content != content_of_folder(case.folder):
        found = found.add(Part(name="edited", key=key, command=command, warnings=(EDITED,)))
    return found


def command_of(case: Case, settings: Settings, equilibria: int | None = None) -> str:
    """The command that makes the run again, without paths or workers."""
    from detente.verbs.frame.answered import fit_words

    words = ["detente", "analyze", case.name, "--date", str(settings.date)]
    words += ["--draws", str(settings.draws), "--seed", str(settings.seed)]
    words += [*fit_words(settings), *(["--equilibria", str(equilibria)] if equilibria else [])]
    return shlex.join([*words, *(["--scenario", case.changes[-1].name] if case.changes else [])])


def command(
    case: CaseArgument,
    *,
    date: Date = None,
    out: Out = None,
    draws: Draws = 100,
    seed: Seed = 0,
    fit: Fit = "as-of",
    workers: Workers = None,
    executor: Where = None,
    equilibria: Equilibria = None,
    scenario: Scenario = None,
    as_json: Json = False,
) -> None:
    """Analyse a case: who gains from delay, how likely war is to resume, what settling brings; writes a dossier."""
    from detente.draws import Settings
    from detente.verbs.frame.printed import show_exact, show_text
    from detente.words.progress import note, progress_bar

    settings = Settings(draws, seed, workers, executor, date, out, fit)
    with progress_bar() as progress:
        found, folder = analyzed(case, settings, equilibria, scenario, progress, note)
    if as_json:
        show_exact(found.model_dump_json(by_alias=True, indent=1))
    else:
        show_text(summary(found, folder))


def summary(run: Run, folder: Path) -> str:
    """What is printed: the headline numbers with their intervals, what to distrust, and where the dossier is."""
    from detente.run.history import standing
    from detente.verbs.frame.answered import basis_text, other_model_text

    lines = [
        f"{run.title}, {run.date}",
        f"{run.model.get('states')} states, {run.model.get('players')} players, {run.draws} draws",
    ]
    if run.solution is not None:
        found = run.solution
        lines.append(
            f"equilibrium certified: residual {found.residual:.0e}"
            + (f", gap {found.gap:.0e}; " if found.gap is not None else "; ")
            + f"{found.draws_left_out} draws left out"
        )
        if found.equilibria_found is not None:
            lines.append(f"at most {found.equilibria_found} equilibria found in one draw; there may be more")
    shown = [q for head in HEADLINES for q in run.family(head) if q.question not in LEFT_OUT]
    stands = {q.id: standing(run.history, q, run.quantities) for q in shown}
    shown = [q for q in shown if stands[q.id][0] is q]
    lines += [f"! {why}" for why in dict.fromkeys(why for _, why in stands.values() if why)]
    width = max((len(q.label) for q in shown), default=0)
    lines += [_line(q, min(width, 96)) + other_model_text(run, q) for q in shown]
    verdicts: dict[str, int] = {}
    for claim in run.claims:
        verdicts[claim.verdict] = verdicts.get(claim.verdict, 0) + 1
    if verdicts:
        lines.append("claims: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items())))
    lines += [f"! {warning}" for warning in run.warnings]
    lines.append(f"ranges are the 5th to 95th percentile over draws {basis_text(run)}")
    lines.append(f"dossier: {folder / 'dossier.html'}")
    return "\n".join(lines)


def _line(quantity: Quantity, width: int) -> str:
    middle = "-" if quantity.mid is None else _number(quantity.mid)
    if quantity.low is None or quantity.high is None:
        spread = f"({quantity.reason_no_interval})"
    else:
        spread = f"[{_number(quantity.low)} to {_number(quantity.high)}]"
    if quantity.signed and quantity.mid == 0 and quantity.sign_share is None:
        return f"  {quantity.label:<{width}}  no effect {spread}"
    sign = "" if quantity.sign_share is None else f"  same sign in {quantity.sign_share:.0%} of draws"
    if quantity.prior is not None:
        low, mid, high = map(_number, quantity.prior)
        spread += f", before the record {mid} [{low} to {high}]"
    return f"  {quantity.label:<{width}}  {middle:>7} {spread}{sign}"


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}" if abs(value) < 10 else f"{value:.1f}"
