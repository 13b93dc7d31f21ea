"""The command line: thin; nothing heavy is imported before the verb is known.

Each module here adds one group of verbs to `app` through `register(app)` and imports the workflow inside its commands.
"""

import contextlib
import os
import sys

import typer

from detente.cli import analyze, answers, case, dossier, evidence, outside, record, settle, studio
from detente.cli.mistakes import Ending, ending_of
from detente.errors import UserError

app = typer.Typer(
    name="detente",
    help="An open workbench for mediated peace processes: record, game, intervals, what would hold.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

for _group in (analyze, case, record, answers, evidence, settle, outside, dossier, studio):
    _group.register(app)


def main() -> None:
    """Run the command line; whatever goes wrong ends in sentences, and in a traceback only if it is a fault of ours."""
    from detente.words.progress import progress_file

    notes = progress_file()
    if notes is not None:
        _serve_the_studio()
    ending = _run()
    for sentence in ending.sentences:
        _say(sentence)
    if notes is not None:
        with contextlib.suppress(OSError, UserError):  # no room for it: the studio sees that the process has ended
            notes.end(ending.state, ending.told)
    if ending.fault is not None:
        raise ending.fault
    raise SystemExit(ending.code)


def _run() -> Ending:
    """Run the verb; stdout has been written to its end when this returns, or nobody reads it any more."""
    try:
        try:
            app()
        except SystemExit as end:
            _flush()
            return Ending.of_exit(end.code)
    except BaseException as error:  # noqa: BLE001  (sorted into mistakes, interrupts and faults of ours)
        ending = ending_of(error)
        try:
            _flush()
        except OSError:  # what stdout still holds has no reader or no room: it is not tried again at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ending
    return Ending(0)


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _say(sentence: str) -> None:
    with contextlib.suppress(OSError, AttributeError):  # stderr is full or closed: there is nobody to tell
        print(sentence, file=sys.stderr)


def _serve_the_studio() -> None:
    """As a job of the studio: sliders come first, and when the studio is gone, stop in order."""
    import signal

    from detente.draws.orphans import end_without, stop_in_order

    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have had it ignored
    if os.name == "posix":
        os.nice(5)
    studio = os.environ.pop("DETENTE_STUDIO", "")  # its process number
    if studio:
        end_without(int(studio), end=stop_in_order)
