"""The command line: thin; nothing heavy is imported before a command runs.

Every module of `detente.verbs` is a verb: its function `command` becomes `detente NAME`, or its Typer `app` a group of
commands. The name is that of the module, `import_` without its stroke; `PANEL` says under which heading it is listed.
"""

import contextlib
import os
import sys
from types import ModuleType
from typing import Annotated

import typer

from detente.errors import UserError
from detente.verbs import all_verbs
from detente.verbs.frame.endings import Ending, ending_of
from detente.verbs.frame.options import Verb
from detente.verbs.frame.printed import show_text
from detente.words.progress import note, progress_file
from detente.words.version import VERSION

PANELS = ("Begin", "Record", "Answers", "Evidence", "Settlement", "Results", "Help")  # headings, in this order


def build(modules: tuple[ModuleType, ...]) -> typer.Typer:
    """The command line of these verbs.

    Raises:
        ValueError: a module that is no verb.
    """
    app = typer.Typer(
        name="detente",
        help="An open workbench for mediated peace processes: record, game, intervals, what would hold.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_options)
    for module in sorted(modules, key=_place):
        name = module.__name__.rpartition(".")[2].strip("_").replace("_", "-")
        group, command = getattr(module, "app", None), getattr(module, "command", None)
        if isinstance(group, typer.Typer):
            app.add_typer(group, name=name, rich_help_panel=module.PANEL)
        elif callable(command):
            app.command(name, cls=Verb, rich_help_panel=module.PANEL)(command)
        else:
            raise ValueError(f"{module.__name__} has neither a function 'command' nor a Typer 'app'")
    return app


def _place(module: ModuleType) -> int:
    panel = getattr(module, "PANEL", None)
    if panel not in PANELS:
        raise ValueError(f"{module.__name__}.PANEL is {panel!r}; expected one of {', '.join(PANELS)}")
    return PANELS.index(panel)


def _version(asked: bool) -> None:
    if asked:
        show_text(f"detente {VERSION}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options of the whole program."""


app = build(all_verbs())


def main() -> None:
    """Run the command line; whatever goes wrong ends in sentences, and in a traceback only if it is a fault of ours."""
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
        note(sentence)


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
