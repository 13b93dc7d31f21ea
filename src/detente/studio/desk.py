"""The case on the desk: read, compiled and solved in the background while pages are already served."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detente.errors import OptionError, UserError
from detente.studio.view import View, parameters_of, situation
from detente.studio.worker import Superseded, Worker

if TYPE_CHECKING:
    from detente.case import Case, Scenario
    from detente.game.compile import Template
    from detente.record import Record
    from detente.studio.follow import Follower

DRAG_TOL = 1e-7  # scaled relative residual while a slider moves; at rest the engine's own default

FIRST_PAGE = 2.0  # seconds that solving waits for the first page


class NotReady(Exception):
    """The case is still being read."""


@dataclass
class Ground:
    """A compiled case (with a scenario where that changes more than numbers) and the solver that follows it."""

    case: "Case"
    template: "Template"
    follower: "Follower"
    principal: dict[tuple, Any] = field(default_factory=dict)  # parameters -> equilibrium from nothing


class Desk:
    """What the pages read: case, record, scenarios, template; and the thread that solves."""

    def __init__(self, where: str, into: str | None = None) -> None:
        self.where, self.into = where, into
        self.worker = Worker()
        self.stage, self.words = "reading", ""
        self.failure: UserError | None = None
        self._case: Case | None = None
        self._case_ready = threading.Event()
        self.shown = threading.Event()  # a page of the case has been sent
        self._grounds: dict[str, Ground] = {}
        self._scenarios: tuple[tuple, dict[str, Scenario]] | None = None
        self._record_lock = threading.Lock()

    # ---- opening ---------------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Begin to read, compile and solve; returns at once."""
        threading.Thread(target=self._read, name="studio-reader", daemon=True).start()

    def _read(self) -> None:
        try:
            from detente.case import load_case

            self._case = load_case(self.where)
            self.stage = "solving"
            self._case_ready.set()
            self.shown.wait(FIRST_PAGE)  # the first page comes before the heavy imports of the engine
            self.worker.submit("opening", lambda _hurried: self._warm())
        except UserError as error:
            self.failure, self.stage = error, "failed"
            self._case_ready.set()

    def _warm(self) -> None:
        try:
            ground = self.ground("")
            if not ground.follower.points:  # the first page may have asked already
                ground.follower.base(ground.template.game())
            self.stage = "ready"
        except UserError as error:
            self.failure, self.stage = error, "failed"

    @property
    def where_name(self) -> str:
        """What is being opened, without its folder."""
        return Path(self.where).name

    def wait(self, seconds: float) -> bool:
        """Whether the case has been read, after waiting at most so long."""
        return self._case_ready.wait(seconds)

    @property
    def case(self) -> "Case":
        """The case.

        Raises:
            NotReady: it is still being read.
            UserError: it cannot be read.
        """
        if self.failure is not None:
            raise self.failure
        if self._case is None:
            raise NotReady
        return self._case

    # ---- files beside the case -------------------------------------------------------------------------------------

    @cached_property
    def scenario_folder(self) -> Path:
        """Where scenarios are saved."""
        from detente.workflow.studio import scenario_folder

        return scenario_folder(self.case, self.into)

    @cached_property
    def work_folder(self) -> Path:
        """Where drafts and jobs are kept."""
        from detente.workflow.studio import work_folder

        return work_folder(self.case)

    def scenarios(self) -> dict[str, "Scenario"]:
        """All scenarios that can be used, as the files say now; files that did not change are not read again."""
        from detente.workflow.studio import read_scenarios

        folder = self.scenario_folder
        files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
        stamp = tuple((f.name, (s := f.stat() if f.exists() else f.lstat()).st_mtime_ns, s.st_size) for f in files)
        known = self._scenarios
        if known is None or known[0] != stamp:
            known = self._scenarios = (stamp, read_scenarios(self.case, folder)[0])
        return known[1]

    def case_with(self, scenario: str) -> "Case":
        """The case with a scenario's changes."""
        if not scenario:
            return self.case
        scenarios = self.scenarios()
        if scenario not in scenarios:
            raise OptionError.of(f"unknown scenario '{scenario}'")
        return self.case.override(scenario=scenarios[scenario])

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

    # ---- solving (in the worker's thread) --------------------------------------------------------------------------

    def ground(self, scenario: str) -> Ground:
        """The compiled case for a scenario; scenarios that only move numbers share the case's own."""
        from detente.game import compile_case
        from detente.studio.follow import Follower

        changes = self.scenarios()[scenario] if scenario else None
        if changes is None or not (changes.rates or changes.costs or changes.situations):
            key = ""
        else:
            key = repr(changes)
        if key not in self._grounds:
            case = self.case_with(scenario) if key else self.case
            self._grounds[key] = Ground(case, compile_case(case), Follower())
            for old in [k for k in self._grounds if k][:-4]:
                del self._grounds[old]
        return self._grounds[key]

    def solve(self, client: str, view: View, task: Callable[["Sight"], Any]) -> Future:
        """Queue a computation about a view for a page; see `Worker.submit`."""

        def work(hurried: Callable[[], bool]) -> Any:
            case = self.case_with(view.scenario)
            return task(Sight(self.ground(view.scenario), view, case, hurried))

        return self.worker.submit(client, work)


@dataclass
class Sight:
    """One view, about to be solved in the worker's thread."""

    ground: Ground
    view: View
    case: "Case"  # with the view's scenario
    hurried: Callable[[], bool]

    @property
    def template(self) -> "Template":
        """The compiled case."""
        return self.ground.template

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

    def patience(self, _share: float, _words: str) -> None:
        """As a solver's progress: gives up as soon as somebody waits."""
        if self.hurried():
            raise Superseded

    def follow(self, tol: float) -> Any:
        """The equilibrium near those solved before; check `certified`."""
        return self.ground.follower.at(self.template.game(self.parameters), tol, self.patience)
