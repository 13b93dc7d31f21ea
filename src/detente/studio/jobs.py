"""Long work beside the pages: started, watched and cancelled; what is known of it lies in folders and survives."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from detente.errors import OptionError
from detente.workflow.studio import KINDS, JobOrder

ID = re.compile(r"[a-z]+-[0-9]{4}")
AT_ONCE = 2  # jobs that run at the same time
LIMITS = {"draws": (1, 2000), "seed": (0, 2**31 - 1)}


@dataclass(frozen=True)
class Job:
    """A job as its folder tells."""

    id: str
    order: JobOrder
    state: str  # running, stopping, done, stopped, failed, lost
    share: float
    words: str

    def data(self) -> dict[str, Any]:
        """As plain data for the page; no path in it."""
        return {
            "id": self.id,
            "kind": self.order.kind,
            "date": self.order.date,
            "draws": self.order.draws,
            "quick": self.order.quick,
            "changed": bool(self.order.scenario),
            "state": self.state,
            "share": self.share,
            "words": self.words,
        }


class Jobs:
    """The jobs of a work folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "jobs"
        self._processes: dict[str, subprocess.Popen] = {}
        self._stopping: set[str] = set()
        self._lock = threading.Lock()

    def start(self, order: JobOrder) -> Job:
        """Begin a job in a process of its own.

        Raises:
            OptionError: an unknown kind, numbers out of bounds, or too many running already.
        """
        if order.kind not in KINDS:
            raise OptionError.of("unknown kind of job", f"one of {', '.join(KINDS)}")
        for name, (low, high) in LIMITS.items():
            value = getattr(order, name)
            if not low <= value <= high and not (name == "draws" and order.kind != "analyze" and value == 0):
                raise OptionError.of(f"{name} {value}", f"{low} to {high}")
        with self._lock:
            if sum(job.state in ("running", "stopping") for job in self._all()) >= AT_ONCE:
                raise OptionError.of("two jobs are running", "one at a time, or cancel one")
            id = self._new_id(order.kind)
            folder = self.folder / id
            order.write(folder)
            with (folder / "log.txt").open("wb") as log:
                self._processes[id] = subprocess.Popen(
                    [sys.executable, "-m", "detente.studio.job", str(folder)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            return self._read(id)

    def _new_id(self, kind: str) -> str:
        numbers = [int(p.name.rsplit("-", 1)[1]) for p in self.folder.glob("*-*") if ID.fullmatch(p.name)]
        return f"{kind}-{max(numbers, default=0) + 1:04d}"

    def get(self, id: str) -> Job:
        """One job.

        Raises:
            OptionError: there is none of this name.
        """
        if not ID.fullmatch(id) or not (self.folder / id / "job.json").is_file():
            raise OptionError.of("there is no such job")
        return self._read(id)

    def all(self) -> list[Job]:
        """All jobs, newest first."""
        with self._lock:
            return self._all()

    def _all(self) -> list[Job]:
        ids = [p.parent.name for p in self.folder.glob("*-*/job.json") if ID.fullmatch(p.parent.name)]
        return [self._read(id) for id in sorted(ids, key=lambda id: -int(id.rsplit("-", 1)[1]))]

    def cancel(self, id: str) -> Job:
        """Ask a job to stop; what it has finished is kept."""
        job = self.get(id)
        process = self._processes.get(id)
        if process is not None and process.poll() is None:
            self._stopping.add(id)
            with contextlib.suppress(ProcessLookupError):
                if os.name == "posix":
                    os.killpg(process.pid, signal.SIGINT)
                else:
                    process.terminate()
            threading.Timer(8.0, self._insist, (process,)).start()
        return self._read(id) if process is not None else job

    def _insist(self, process: subprocess.Popen) -> None:
        """End a process that did not stop when asked."""
        if process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                if os.name == "posix":
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()

    def stop_all(self) -> None:
        """Stop what runs, at the end of the studio."""
        running = [id for id, p in self._processes.items() if p.poll() is None]
        for id in running:
            self.cancel(id)
        for process in self._processes.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                self._insist(process)
                process.wait()

    def _read(self, id: str) -> Job:
        folder = self.folder / id
        order = JobOrder.read(folder)
        end = _json(folder / "end.json")
        if end is not None:
            return Job(id, order, str(end["state"]), 1.0 if end["state"] == "done" else 0.0, str(end.get("words", "")))
        progress = _json(folder / "progress.json") or {"share": 0.0, "words": "starting"}
        process = self._processes.get(id)
        if process is None:
            return Job(id, order, "lost", 0.0, "the studio was closed while this ran")
        if process.poll() is not None:
            end = _json(folder / "end.json")  # it may have ended between the two looks
            if end is not None:
                return Job(id, order, str(end["state"]), 1.0 if end["state"] == "done" else 0.0, str(end["words"]))
            state = "stopped" if id in self._stopping else "failed"
            words = "stopped" if id in self._stopping else "it ended without a word; see log.txt in the job's folder"
            return Job(id, order, state, 0.0, words)
        state = "stopping" if id in self._stopping else "running"
        return Job(id, order, state, float(progress["share"]), str(progress["words"]))

    def newest(self, kind: str, date: str) -> Job | None:
        """The newest finished job of a kind and date on the case as it stands."""
        for job in self.all():
            if job.state == "done" and job.order.kind == kind and job.order.date == date and not job.order.scenario:
                return job
        return None


def _json(path: Path) -> dict[str, Any] | None:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
