"""The verbs about answers: `ask`, `claims`, `compare`, `sensitivity`; each gives a run, or a list for machines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import Interrupted, OptionError, suggest
from detente.run import Claim, Part, Public, Run, Table, write_run

if TYPE_CHECKING:
    from detente.answers import Answers
    from detente.case import Case
    from detente.verdicts.bench import Bench

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Draws:
    """How much to compute and where; only `count` and `seed` change a number."""

    count: int = 100
    seed: int = 0
    workers: int | None = None
    executor: str | None = None


def listed() -> Table:
    """All questions: id, title, what each reads from the case."""
    from detente.answers import QUESTIONS

    rows = tuple((q.id, q.title, ", ".join(q.reads)) for q in QUESTIONS.values())
    return Table(title="Questions", columns=("id", "question", "reads"), rows=rows)


def ask(
    case: str | Path,
    question: str,
    date: str | None = None,
    account: str | None = None,
    actor: str | None = None,
    package: str | None = None,
    draws: Draws = Draws(),
    out: str | Path | None = None,
    progress: Progress | None = None,
    equilibria: int | None = None,
) -> Run:
    """Answer one question, or several, with all draws.

    `all` asks every question; questions that need many solves use fewer draws, and a warning says how many.

    Args:
        case: a folder, or the name of a shipped case.
        question: ids of questions joined by commas, or `all`; see `listed`.
        date: a situation of the case; default its `as_of`.
        account: draw from a rival account's ranges.
        actor: keep only quantities about this actor.
        package: settle under this package only.
        draws: how many, and by whom computed.
        out: folder in which to leave `run.json`; None leaves nothing but finished draws after an interrupt.
        progress: called with (share done, words).
        equilibria: look for further equilibria from this many random starts, in one draw in ten.

    Raises:
        CaseError: located mistakes in the case.
        OptionError: unknown question, date, account, actor or package; fewer than 1 start.
        Interrupted: stopped by the user.
    """
    from detente.case import load_case
    from detente.case.outputs import results_folder
    from detente.draws import forget

    loaded = load_case(case)
    if actor is not None and actor not in loaded.actors:
        raise OptionError.of(f"unknown actor '{actor}'", "an actor of the case", suggest(actor, loaded.actors))
    ids = None if question.strip() == "all" else tuple(part.strip() for part in question.split(",") if part.strip())
    when = _when(loaded, date)
    store = Path(out or results_folder(loaded.name, loaded.folder, f"{when}-ask")) / ".draws"
    asking = {"account": account, "package": package, "equilibria": equilibria}
    answers = _evaluate(loaded, when, ids, draws, store, progress, **asking)
    command = ["ask", loaded.name, "all" if ids is None else ",".join(ids), "--date", when]
    options = (("--account", account), ("--actor", actor), ("--package", package), ("--equilibria", equilibria))
    for name, value in options:
        command += [name, str(value)] if value else []
    run = run_of(loaded, when, answers, draws, command, actor)
    if out is not None:
        write_run(run, Path(out))
    forget(store)
    return run


def _when(case: "Case", date: str | None) -> str:
    from detente.workflow.analyze import situation_of

    return situation_of(case, date)


def _evaluate(
    case: "Case",
    when: str,
    ids: Sequence[str] | None,
    draws: Draws,
    store: Path | None,
    progress: Progress | None,
    **asking: Any,
) -> "Answers":
    from detente.answers import evaluate
    from detente.game.compile import compile_case

    try:
        return evaluate(
            compile_case(case),
            when,
            draws=draws.count,
            seed=draws.seed,
            questions=ids,
            workers=draws.workers,
            executor=draws.executor,
            progress=progress,
            store=store,
            **asking,
        )
    except KeyboardInterrupt:
        kept = f"; finished draws are kept in {store}: run the same command to go on" if store else ""
        raise Interrupted(f"stopped{kept}") from None


def run_of(
    case: "Case", when: str, answers: "Answers", draws: Draws, command: Sequence[str], actor: str | None = None
) -> Run:
    """A run that holds these answers."""
    import shlex

    from detente.workflow.analyze import key_of, run_head

    words = ["detente", *command, "--draws", str(draws.count), "--seed", str(draws.seed)]
    said = shlex.join(words)
    run = run_head(case, when, draws.seed, draws.count, said, {"players": len(case.players)})
    about = answers if actor is None else answers.about(actor)
    return run.add(about.part(key_of(case), said))


def compare(
    case: str | Path,
    scenarios: Sequence[str],
    question: str | None = None,
    date: str | None = None,
    draws: Draws = Draws(),
    progress: Progress | None = None,
) -> Run:
    """Answers under scenarios, side by side with the case as it stands, with differences on common draws.

    Args:
        case: a folder, or the name of a shipped case.
        scenarios: names of the case's scenarios.
        question: ids of questions, joined by commas; default risk, peace, gain and delay.
        date: a situation of the case; default its `as_of`.
        draws: how many; the same draws are used throughout.
        progress: called with (share done, words).

    Returns:
        A run whose quantities are those of the case as it stands, with a table `comparison`.

    Raises:
        CaseError: located mistakes in the case or a scenario.
        OptionError: unknown scenario, question or date.
    """
    from detente.answers.compare import comparison
    from detente.case import load_case
    from detente.workflow.analyze import key_of

    loaded = load_case(case)
    if not scenarios:
        raise OptionError.of(
            "no scenario is named", f"one or more of {', '.join(loaded.scenarios) or '(the case has none)'}"
        )
    for name in scenarios:
        loaded.scenario(name)  # refuses an unknown name before anything is computed
    ids = tuple((question or "relapse,peace,gain_from_settling,delay").split(","))
    when = _when(loaded, date)
    cases = {"": loaded, **{name: loaded.override(scenario=name) for name in scenarios}}
    found: dict[str, Answers] = {}
    report = progress or (lambda _share, _words: None)
    for n, (name, changed) in enumerate(cases.items()):
        part = partial(_part, report, n, len(cases), name or "as it stands")
        found[name] = _evaluate(changed, when, ids, draws, None, part)
    run = run_of(loaded, when, found[""], draws, ["compare", loaded.name, *scenarios, "--date", when])
    part = Part(name="comparison", key=key_of(loaded), command=run.command, tables={"comparison": comparison(found)})
    return run.add(part)


def _part(report: Progress, done: int, of: int, name: str, share: float, words: str) -> None:
    report((done + share) / of, f"{name}: {words}")


def claims(
    case: str | Path,
    date: str | None = None,
    draws: Draws = Draws(),
    progress: Progress | None = None,
) -> "tuple[Claim, ...]":
    """Judge every claim of the record that the case ties to answers and record queries.

    Args:
        case: a folder, or the name of a shipped case.
        date: only what was known by then is used; default the case's `as_of`.
        draws: for the answers that the rules name; with the draws and seed of `analyze`, the verdicts are the same.
        progress: called with (share done, words).

    Returns:
        One claim with its verdict, and the numbers behind it, for every claim of the record; all without a rule where
        the case has no rules.

    Raises:
        CaseError: located mistakes in the case or its rules.
        RecordError: located mistakes in the record.
        OptionError: unknown date, or a case without record.
    """
    from detente.case import load_case
    from detente.record import load_record
    from detente.verdicts.bench import Bench
    from detente.verdicts.rules import ClaimRules

    loaded = load_case(case)
    when = _when(loaded, date)
    if not (loaded.folder / "record").is_dir():
        raise OptionError.of(f"case '{loaded.name}' has no record", "a folder 'record' with claims.yaml")
    bench = Bench.of(loaded, when)
    if bench is None:
        record = load_record(loaded.folder / "record").as_of(when)
        return Bench(ClaimRules({}), record, {}).judged(None)
    least = bench.at_least
    if not least:
        return bench.judged(None)
    asking = {"capped": True, "at_least": least, "tornado": False}
    return bench.judged(_evaluate(loaded, when, tuple(least), draws, None, progress, **asking))


def claims_part(bench: "Bench", answers: "Answers", key: str, command: str) -> Part:
    """Claims judged with answers that have been computed already.

    Where the record has marked entries, the claims are judged once more on what is public, for redacted copies.
    """
    from dataclasses import replace

    public = bench.record.public()
    again = None if public is bench.record else Public(claims=replace(bench, record=public).judged(answers))
    return Part(name="claims", key=key, command=command, claims=bench.judged(answers), public=again)


def sensitivity(
    case: str | Path,
    quantity: str,
    date: str | None = None,
    pair: tuple[str, str] | None = None,
    draws: Draws = Draws(1),
    progress: Progress | None = None,
) -> Run:
    """What one number hangs on: derivatives, bars by solving again, what you would have to believe, a map of two.

    Args:
        case: a folder, or the name of a shipped case.
        quantity: id of the number, such as `gain_from_settling.armenia.phased`.
        date: a situation of the case; default its `as_of`.
        pair: two assumptions for the map; default the two that move the number most.
        draws: only its workers are used.
        progress: called with (share done, words).

    Raises:
        CaseError: located mistakes in the case.
        OptionError: unknown quantity, assumption or date.
    """
    from detente.answers.explore import explore
    from detente.case import load_case
    from detente.game.compile import compile_case

    loaded = load_case(case)
    when = _when(loaded, date)
    answers = explore(compile_case(loaded), when, quantity, pair, workers=draws.workers, progress=progress)
    return run_of(
        loaded, when, answers, draws, ["ask", loaded.name, "sensitivity", "--quantity", quantity, "--date", when]
    )
