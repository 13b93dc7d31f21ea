"""The one thread that solves: newest wish of each page first, older ones of the same page dropped unanswered."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


class Superseded(Exception):
    """A newer wish of the same page came in; this one's answer would never be shown."""


class Worker:
    """Runs tasks one after the other in a thread of its own.

    Every page (client) has at most one task waiting: a new one replaces it. A task that takes long asks now and then,
    through the callable it is given, whether somebody waits, and may give up.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, tuple[Callable[[Callable[[], bool]], Any], Future]] = OrderedDict()
        self._condition = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="studio-solver", daemon=True)
        self._thread.start()

    def submit(self, client: str, task: Callable[[Callable[[], bool]], Any]) -> Future:
        """Queue a task for a page; its older task, if still waiting, ends with `Superseded`."""
        future: Future = Future()
        with self._condition:
            old = self._waiting.pop(client, None)
            self._waiting[client] = (task, future)
            self._condition.notify()
        if old is not None:
            old[1].set_exception(Superseded())
        return future

    def stop(self) -> None:
        """End after the task that runs; those waiting end with `Superseded`."""
        with self._condition:
            self._stopped = True
            left = list(self._waiting.values())
            self._waiting.clear()
            self._condition.notify()
        for _, future in left:
            future.set_exception(Superseded())

    def hurried(self) -> bool:
        """Whether somebody waits."""
        with self._condition:
            return bool(self._waiting) or self._stopped

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._stopped:
                    self._condition.wait()
                if self._stopped:
                    return
                _, (task, future) = self._waiting.popitem(last=False)
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(task(self.hurried))
            except BaseException as error:  # noqa: BLE001  (the one who waits gets it)
                future.set_exception(error)
