"""What the verbs on answers share: evaluating questions over draws, a run that holds the answers, and printing it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import Interrupted
from detente.verbs.frame.fitted import AS_OF, fitted_for
from detente.verbs.frame.printed import say, show_exact, show_table, show_text
from detente.words.numbers import value_text

if TYPE_CHECKING:
    from detente.answers import Answers
    from detente.case import Case
    from detente.draws import Settings
    from detente.run import Quantity, Run
    from detente.words.progress import Progress

# tables that are left to --json
LONG = ("risk_curve", "peace_curve", "tornado", "equilibria_values", "other_model_chances", "other_model_values")


def evaluated(
    case: Case,
    when: str,
    ids: Sequence[str] | None,
    settings: Settings,
    store: Path | None,
    progress: Progress | None,
    **asking: Any,
) -> Answers:
    """Answers to questions; None for all. `asking`: further arguments of `detente.answers.evaluate`.

    Raises:
        OptionError: a fit to the whole record is asked for and not there.
        Interrupted: stopped by the user.
    """
    from detente.answers import evaluate
    from detente.game.compile import compile_case

    fitted, said = fitted_for(case, when, settings.fit, asking.get("account"), settings.out)
    try:
        found = evaluate(
            compile_case(case),
            when,
            draws=settings.draws,
            seed=settings.seed,
            questions=ids,
            workers=settings.workers,
            executor=settings.executor,
            progress=progress,
            store=store,
            fitted=fitted,
            **asking,
        )
    except KeyboardInterrupt:
        kept = f"; finished draws are kept in {store}: run the same command to go on" if store else ""
        raise Interrupted(f"stopped{kept}") from None
    return replace(found, warnings=(*said, *found.warnings))


def run_of(
    case: Case, when: str, answers: Answers, settings: Settings, words: Sequence[str], actor: str | None = None
) -> Run:
    """A run that holds these answers; `words`: the command that makes it again, without draws and seed."""
    from detente.case.content import content_of
    from detente.case.head import run_head

    numbers = ["--draws", str(settings.draws), "--seed", str(settings.seed)]
    again = shlex.join(["detente", *words, *numbers, *fit_words(settings)])
    found = run_head(case, when, settings.seed, settings.draws, again, {"players": len(case.players)})
    about = answers if actor is None else answers.about(actor)
    return found.add(about.part(content_of(case), again))


def fit_words(settings: Settings) -> list[str]:
    """The option `--fit`, where it is not the usual one."""
    return ["--fit", settings.fit] if settings.fit != AS_OF else []


def show_run(found: Run, as_json: bool) -> None:
    """Print the numbers and tables of a run."""
    if as_json:
        show_exact(found.model_dump_json(by_alias=True, indent=1))
        return
    show_text(f"{found.title}, situation of {found.date}; ranges over {found.draws} draws {basis_text(found)}\n")
    for quantity in found.quantities:
        show_text(f"{quantity.label}\n    {_number(quantity)}{other_model_text(found, quantity)}  [{quantity.id}]")
    for name, table in found.tables.items():
        if name not in LONG and table.rows:
            show_text()
            show_table(table)
    show_warnings(found)


def basis_text(found: Run) -> str:
    """Where the draws behind a run's numbers come from."""
    return "of the fit to the record" if found.fitted else "from the stated assumptions only"


def show_warnings(found: Run) -> None:
    """Print what to distrust on stderr."""
    for warning in found.warnings:
        say(warning)


def _number(q: Quantity) -> str:
    if q.mid is None:
        return f"no number: {q.reason_no_interval}"
    nothing = q.signed and q.mid == 0 and q.sign_share is None
    words = "no effect" if nothing else f"{q.mid:.3g} {q.unit}".strip()
    if q.low is not None and q.high is not None:
        words += f" (range {q.low:.3g} to {q.high:.3g})"
        words += f", before the record {q.prior[1]:.3g} ({q.prior[0]:.3g} to {q.prior[2]:.3g})" if q.prior else ""
    else:
        words += f" (no range: {q.reason_no_interval})"
    if q.sign_share is not None:
        words += f"; same sign in {q.sign_share:.0%} of {q.draws} draws"
    if q.equilibria_share is not None:
        words += f"; holds in {q.equilibria_share:.0%} of the equilibria found"
    if q.assumptions:
        words += f"; hangs most on {', '.join(q.assumptions)}"
    return words


def other_model_text(found: Run, quantity: Quantity) -> str:
    """That a number depends on the model of choice, and what it would be under another; nothing where it does not."""
    if not quantity.depends_on_choice:
        return ""
    opinion = found.other_model.furthest(quantity.id) if found.other_model is not None else None
    if opinion is None or not opinion.moves:
        return "; its sign depends on the model of choice"
    here, there = (value_text(value, opinion.unit) for value in (opinion.own[1], opinion.mid))
    return f"; depends on the model of choice: under another {there} instead of {here}"
