"""The case that is open: read, compiled and solved in the background, and read again when its files change.

Pages see one `CaseNow`: the case as its files stood at one moment. A file that is changed makes another one; what is
under way still ends on the one that it began with. A case with mistakes is shown with them until they are mended.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.case.content import content_of_folder, files_of
from detente.case.load import find_case
from detente.case.outputs import results_folder
from detente.errors import CaseError, Diagnostic, OptionError, UserError
from detente.files.access import unreadable
from detente.studio.scenarios import Scenarios, stamp
from detente.studio.view import View, parameters_of, situation
from detente.studio.worker import GaveWay, Urgency, Worker

if TYPE_CHECKING:
    from detente.case import Case
    from detente.game.compile import Template
    from detente.record import Record
    from detente.solver.follow import Follower

DRAG_TOL = 1e-7  # scaled relative residual while a slider moves; at rest the engine's own default
FIRST_PAGE = 2.0  # seconds that solving waits for the first page
LOOK = 0.5  # seconds between two looks at the files of the case
COMPILED = 4  # scenarios that change more than numbers, kept compiled


class NotReady(Exception):
    """The case is still being read."""


class Changed(Exception):
    """The files of the case are others than those that a page was made from."""


@dataclass
class Compiled:
    """A compiled case (with a scenario where that changes more than numbers) and the solver that follows it."""

    template: "Template"
    follower: "Follower"
    delay: dict[str, Any] = field(default_factory=dict)  # package -> where the next computation of delay starts


class CaseNow:
    """The case as its files stood at one moment."""

    def __init__(self, case: "Case", content: str, scenarios: Scenarios, worker: Worker) -> None:
        self.case, self.content, self.worker = case, content, worker
        self._scenarios = scenarios
        self._compiled: dict[str, Compiled] = {}
        self._record_lock = threading.Lock()

    @property
    def scenarios(self) -> Mapping[str, Any]:
        """All scenarios that can be used, as the files say now."""
        return self._scenarios.read(self.case)

    @property
    def scenario_problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with files that hold no scenario that can be used."""
        self._scenarios.read(self.case)
        return self._scenarios.problems

    @property
    def scenario_folder(self) -> Path:
        """Where scenarios are saved."""
        return self._scenarios.folder

    def case_with(self, scenario: str) -> "Case":
        """The case with a scenario's changes.

        Raises:
            OptionError: no such scenario.
        """
        if not scenario:
            return self.case
        known = self.scenarios
        if scenario not in known:
            raise OptionError.of(f"unknown scenario '{scenario}'")
        return self.case.override(scenario=known[scenario])

    @property
    def record(self) -> "Record | None":
        """The record of the case, or None where it has none.

        Raises:
            UserError: located mistakes in its files.
        """
        with self._record_lock:
            return self._record

    @cached_property
    def _record(self) -> "Record | None":
        from detente.record import load_record

        folder = self.case.folder / "record"
        return load_record(folder) if folder.is_dir() else None

    def compiled(self, scenario: str) -> Compiled:
        """The case compiled for a scenario; scenarios that only move numbers share the case's own. For the worker."""
        from detente.game import compile_case
        from detente.solver.follow import Follower

        changes = self.scenarios[scenario] if scenario else None
        moves = changes is not None and (changes.rates or changes.costs or changes.situations)
        key = repr(changes) if moves else ""
        if key not in self._compiled:
            case = self.case_with(scenario) if moves else self.case
            self._compiled[key] = Compiled(compile_case(case), Follower())
            for old in [k for k in self._compiled if k][:-COMPILED]:
                del self._compiled[old]
        return self._compiled[key]

    def warm(self) -> None:
        """Solve the case once, so that sliders have a point to start from. For the worker."""
        own = self.compiled("")
        if not own.follower.points:  # a page may have asked already
            own.follower.base(own.template.game())

    def solve(self, client: str, view: View, task: Callable[["Wish"], Any], urgency: Urgency = Urgency.REST) -> Future:
        """Queue a computation about a view for a page; see `Worker.submit`."""

        def work(hurried: Callable[[], bool]) -> Any:
            case = self.case_with(view.scenario)
            return task(Wish(self.compiled(view.scenario), view, case, hurried))

        return self.worker.submit(client, work, urgency)


class OpenCase:
    """A case folder under watch: what its files say now, and the thread that solves."""

    def __init__(self, where: str, into: str | None = None) -> None:
        """Open a case.

        Args:
            where: a folder, or the name of a shipped case.
            into: where scenarios are saved; default beside the case, or `./CASE-scenarios` for a shipped one.

        Raises:
            CaseError: there is no such case.
        """
        self.folder, self.into = find_case(where), into
        self.worker = Worker()
        self.stage = "reading"
        self.shown = threading.Event()  # a page of the case has been sent
        self._lock = threading.Lock()
        self._now: CaseNow | None = None
        self._failure: UserError | None = None
        self._stamp: tuple | None = None
        self._content = ""
        self._looked = 0.0
        self._ready = threading.Event()

    @property
    def name(self) -> str:
        """What is being opened, without its folder."""
        return self.folder.resolve().name

    def open(self) -> None:
        """Begin to read, compile and solve; returns at once."""
        threading.Thread(target=self._look, name="studio-reader", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Whether the case has been read, after waiting at most so long."""
        return self._ready.wait(seconds)

    def now(self) -> CaseNow:
        """The case as its files stand.

        Raises:
            NotReady: it is being read for the first time.
            UserError: it cannot be read.
        """
        if not self._ready.is_set():
            raise NotReady
        self._look()
        if self._failure is not None:
            raise type(self._failure)(self._failure.diagnostics)  # anew: one that is raised again and again grows
        assert self._now is not None
        return self._now

    @property
    def content(self) -> str:
        """The content key of the files as they stand, whether they can be read or not; "" before the first reading."""
        if self._ready.is_set():
            self._look()
        return self._content

    def _look(self) -> None:
        """Read the case again if its files have changed."""
        with self._lock:
            if time.monotonic() - self._looked < LOOK and self._ready.is_set():
                return
            self._looked = time.monotonic()
            stamp = stamp_of(self.folder)
            if stamp != self._stamp:
                self._stamp = stamp
                self._read()

    def _read(self) -> None:
        from detente.case import load_case

        try:
            content = content_of_folder(self.folder)
            if content == self._content and self._failure is None and self._ready.is_set():
                return  # touched, not changed
            self._content = content
            case = load_case(self.folder)
            scenarios = Scenarios(case, self.into)
            self._now, self._failure = CaseNow(case, content, scenarios, self.worker), None
            self.stage = "solving"
        except UserError as error:
            self._failure, self.stage = error, "broken"
        except OSError as error:
            self._failure, self.stage = CaseError(unreadable(error, error.filename or self.folder)), "broken"
        self._ready.set()
        if self._failure is None:
            threading.Thread(target=self._warm, args=(self._now,), name="studio-opener", daemon=True).start()

    def _warm(self, now: CaseNow) -> None:
        self.shown.wait(FIRST_PAGE)  # the first page comes before the heavy imports of the engine
        self.worker.submit("opening", lambda _hurried: self._solve_first(now))

    def _solve_first(self, now: CaseNow) -> None:
        try:
            now.warm()
        except UserError as error:
            if now is self._now:
                self._failure, self.stage = error, "broken"
        else:
            if now is self._now:
                self.stage = "ready"

    @property
    def work_folder(self) -> Path:
        """Where drafts and jobs are kept; known as soon as the case could be read once.

        Raises:
            NotReady, UserError: it could not be read yet.
        """
        last = self._now or self.now()
        return results_folder(last.case.name, self.folder, "studio")


def stamp_of(folder: Path) -> tuple:
    """What tells that a file that counts may have changed."""
    return tuple((name, stamp(path)) for name, path in files_of(folder).items())


@dataclass
class Wish:
    """A view that a page wants solved, in the worker's thread."""

    compiled: Compiled
    view: View
    case: "Case"  # with the view's scenario
    hurried: Callable[[], bool]

    @property
    def template(self) -> "Template":
        """The compiled case."""
        return self.compiled.template

    @cached_property
    def parameters(self) -> Mapping[str, float]:
        """The value of every parameter."""
        return parameters_of(self.view, self.case)

    @cached_property
    def start(self) -> int:
        """The state that the view starts from.

        Raises:
            OptionError: it cannot be reached.
        """
        return self.template.state(situation(self.view, self.case))

    def patience(self, _share: float = 0.0, _words: str = "") -> None:
        """As a solver's progress: gives way to what is more urgent.

        Raises:
            GaveWay: the worker begins the computation again later.
        """
        if self.hurried():
            raise GaveWay

    def follow(self, tol: float) -> Any:
        """The equilibrium near those solved before; check `certified`."""
        return self.compiled.follower.at(self.template.game(self.parameters), tol, self.patience)
