"""A process that works for another ends when that other is gone, however it went (kill -9 tells nobody)."""

import os
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

PATIENCE = 5.0  # seconds to stop in order
EVERY = 1.0  # seconds between two looks; nobody is to outlive its parent by ten


def end_without(parent: int, over: Connection | None = None, end: Callable[[], None] | None = None) -> None:
    """Watch, in a thread of its own, whether the parent is still there; end this process when it is not.

    Args:
        parent: process number of the parent.
        over: reading end of a pipe of which the parent alone holds the other: it closes with the parent.
        end: how to end; default at once.
    """
    watch = threading.Thread(target=_watch, args=(parent, over, end or leave), name="parent-watch", daemon=True)
    watch.start()


def leave() -> None:
    """End this process at once, without a word: nobody listens any more."""
    os._exit(1)


def stop_in_order() -> None:
    """Interrupt this process as Ctrl-C would; end it at once if that is not enough."""
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(PATIENCE)
    leave()


def _watch(parent: int, over: Connection | None, end: Callable[[], None]) -> None:
    while os.getppid() == parent:
        if over is None:
            time.sleep(EVERY)
        elif over.poll(EVERY):
            break
    end()
