"""The one thread that solves: the most urgent first, and of each page only its newest wish."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Superseded(Exception):
    """A newer wish of the same page came in; this one's answer would never be shown."""


class GaveWay(Exception):
    """Something that cannot wait came in while a task was running; the task is set aside and begun again later."""


class Urgency(IntEnum):
    """How soon a task is wanted; one that runs gives way to what is more urgent, and to a newer one of its page."""

    CHECK = 0  # a further look at what is shown already
    REST = 1
    DRAG = 2  # a slider moves


Task = Callable[[Callable[[], bool]], Any]


@dataclass(frozen=True)
class _Waiting:
    task: Task
    urgency: Urgency
    future: Future = field(default_factory=Future)


class Worker:
    """Runs tasks one after the other in a thread of its own.

    Every page (client) has at most one task waiting: a new one replaces it. A task that takes long asks now and then,
    through the callable it is given, whether it should give way, and may raise `GaveWay`.
    """

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, _Waiting] = OrderedDict()
        self._condition = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="studio-solver", daemon=True)
        self._thread.start()

    def submit(self, client: str, task: Task, urgency: Urgency = Urgency.REST) -> Future:
        """Queue a task for a page; its older task, if still waiting, ends with `Superseded`."""
        new = _Waiting(task, urgency)
        with self._condition:
            old = self._waiting.pop(client, None)
            self._waiting[client] = new
            self._condition.notify()
        if old is not None:
            _supersede(old.future)
        return new.future

    def stop(self) -> None:
        """End after the task that runs; those waiting end with `Superseded`."""
        with self._condition:
            self._stopped = True
            left = list(self._waiting.values())
            self._waiting.clear()
            self._condition.notify()
        for waiting in left:
            _supersede(waiting.future)

    def hurried(self, client: str, urgency: Urgency) -> bool:
        """Whether a running task of a page should give way."""
        with self._condition:
            urgent = any(waiting.urgency > urgency for waiting in self._waiting.values())
            return self._stopped or client in self._waiting or urgent

    def _run(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._stopped:
                    self._condition.wait()
                if self._stopped:
                    return
                client = max(self._waiting, key=lambda name: self._waiting[name].urgency)  # of equals the first
                now = self._waiting.pop(client)
            if not _begun(now.future):
                continue
            try:
                now.future.set_result(now.task(lambda: self.hurried(client, now.urgency)))  # noqa: B023  (called at once)
            except GaveWay:
                self._set_aside(client, now)
            except BaseException as error:  # noqa: BLE001  (the one who waits gets it)
                now.future.set_exception(error)

    def _set_aside(self, client: str, task: _Waiting) -> None:
        """Queue a task again, unless its page has a newer one or the worker ends."""
        with self._condition:
            again = client not in self._waiting and not self._stopped
            if again:
                self._waiting[client] = task
        if not again:
            _supersede(task.future)


def _begun(future: Future) -> bool:
    """Whether somebody still waits for it; from now on it cannot be cancelled any more. It may have begun before."""
    return future.running() or future.set_running_or_notify_cancel()


def _supersede(future: Future) -> None:
    """End a task that a newer one has replaced, unless nobody waits for it any more."""
    if _begun(future):
        future.set_exception(Superseded())
