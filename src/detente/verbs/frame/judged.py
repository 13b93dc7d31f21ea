"""What claims rest on beside the answers at hand: answers under scenarios, and kept runs of other dates."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from detente.errors import OptionError
from detente.verbs.frame.answered import evaluated

if TYPE_CHECKING:
    from detente.answers import Answers
    from detente.case import Case
    from detente.draws import Settings
    from detente.run import Quantity
    from detente.verdicts.bench import Bench
    from detente.verdicts.judge import Beside
    from detente.words.progress import Progress


def beside_of(
    bench: Bench, case: Case, when: str, settings: Settings, progress: Progress | None = None, missing: str = ""
) -> Beside:
    """What the rules of a case rest on beside the answers of a date.

    Args:
        bench: the rules of the case.
        case: the case as it stands.
        when: the date at hand.
        settings: the draws; each scenario is asked in the same ones.
        progress: called with (share done, words).
        missing: why there are no answers at hand; then no scenario is asked either.
    """
    from detente.verdicts.judge import Beside

    elsewhere = {day: kept_quantities(case, day) for day in bench.dates}
    if missing:
        return Beside(elsewhere=elsewhere, missing=missing)
    asked, at_least = bench.scenarios(case, when), bench.at_least
    found: dict[str, Answers] = {}
    for n, (name, (changed, ids)) in enumerate(asked.items()):
        tell = partial(_told, progress or (lambda _share, _words: None), n, len(asked), name)
        least = {id: at_least[id] for id in ids}
        asking = {"capped": True, "at_least": least, "tornado": False}
        found[name] = evaluated(changed, when, ids, settings, None, tell, **asking)
    return Beside(scenarios=found, elsewhere=elsewhere)


def kept_quantities(case: Case, day: str) -> Mapping[str, Quantity] | str:
    """The quantities of the run that is kept of a date, by id; or why there are none, with the command that helps."""
    from detente.case.content import content_of
    from detente.case.outputs import run_folder
    from detente.checks.fresh import HEAD
    from detente.run import read_run

    command = shlex.join(["detente", "analyze", case.name, "--date", day])
    folder = run_folder(case, day, take=False)
    if not (folder / "run.json").is_file():
        return f"it is asked of {day}: `{command}` first"
    try:
        run = read_run(folder)
    except OptionError:
        return f"the kept run of {day} cannot be read: `{command}` again"
    stamp = run.parts.get(HEAD)
    if (run.case, run.date) != (case.name, day) or stamp is None or stamp.key != content_of(case):
        return f"the kept run of {day} was made from other inputs than today's: `{command}` again"
    return {quantity.id: quantity for quantity in run.quantities}


def _told(progress: Progress, done: int, of: int, name: str, share: float, words: str) -> None:
    progress((done + share) / of, f"claims, {name}: {words}")
