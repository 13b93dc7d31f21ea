"""Long work beside the pages: a verb of the command line in a process of its own, watched and cancelled.

What a job finds goes where the same command would put it, and draws that another one has finished are used again. The
job's own folder holds the order, its progress, and what it printed.
"""

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

from detente.draws.settings import MOST_SEED, whole_number
from detente.errors import OptionError
from detente.files.access import read_bytes, unreadable
from detente.files.locks import lock
from detente.files.whole import write_text

ID = re.compile(r"[a-z]+-[0-9]{4,}")
KINDS = ("analyze", "accounts", "settle")
AT_ONCE = 2  # jobs that run at the same time
MOST_DRAWS = 2000  # of a job; more belong on the command line
PATIENCE = 8.0  # seconds that a job has to stop in order
CHANGES = "changes.yaml"


@dataclass(frozen=True)
class JobOrder:
    """A job as it stands in `job.json`: which verb, on which case, with which changes."""

    kind: str
    case: str
    date: str
    draws: int = 0  # 0: as many as the verb takes by itself
    seed: int = 0
    quick: bool = False
    scenario: str = ""  # YAML text of the changes, "" for none

    def check(self) -> None:
        """Refuse what cannot be done.

        Raises:
            OptionError: an unknown kind, numbers out of bounds, or accounts of a changed case.
        """
        if self.kind not in KINDS:
            raise OptionError.of("unknown kind of job", f"one of {', '.join(KINDS)}")
        whole_number("draws", self.draws, 1 if self.kind == "analyze" else 0, MOST_DRAWS)
        whole_number("seed", self.seed, 0, MOST_SEED)
        if self.kind == "accounts" and self.scenario:
            raise OptionError.of("rival accounts are tested on the case as it stands", "no changes")

    def arguments(self, folder: Path) -> list[str]:
        """The verb and its options, for a job in this folder."""
        words = [self.kind, self.case, "--seed", str(self.seed)]
        words += ["--date", self.date] if self.kind != "accounts" else []
        words += ["--draws", str(self.draws)] if self.draws and self.kind != "accounts" else []
        words += ["--quick"] if self.quick and self.kind != "analyze" else []
        words += ["--scenario", str(folder / CHANGES)] if self.scenario else []
        return words

    @staticmethod
    def read(folder: Path) -> "JobOrder":
        """The order in a job's folder.

        Raises:
            OptionError: there is none that can be read; the message says why.
        """
        path = folder / "job.json"
        try:
            data = json.loads(read_bytes(path))
            order = JobOrder(**data)
            order.check()
        except OSError as error:
            raise OptionError(unreadable(error, path.name)) from None
        except (ValueError, RecursionError, TypeError, OptionError):
            raise OptionError.of("job.json is not the order of a job") from None
        if not all(isinstance(text, str) for text in (order.case, order.date, order.scenario)):
            raise OptionError.of("job.json is not the order of a job")
        return order

    def write(self, folder: Path) -> None:
        """Leave the order, and the changes as a scenario file, in a job's folder."""
        if self.scenario:
            write_text(folder / CHANGES, self.scenario)
        write_text(folder / "job.json", json.dumps(self.__dict__, indent=1, ensure_ascii=False) + "\n")


@dataclass(frozen=True)
class JobStatus:
    """A job as its folder tells."""

    id: str
    order: JobOrder | None  # None where it cannot be read
    state: str  # running, stopping, done, stopped, failed, lost, broken
    share: float = 0.0
    words: str = ""

    def data(self) -> dict[str, Any]:
        """As plain data for the page; no path in it."""
        order = self.order or JobOrder(kind=self.id.rsplit("-", 1)[0], case="", date="")
        return {
            "id": self.id,
            "kind": order.kind,
            "date": order.date,
            "draws": order.draws,
            "quick": order.quick,
            "changed": bool(order.scenario),
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

    def start(self, order: JobOrder) -> JobStatus:
        """Begin a job in a process of its own.

        Raises:
            OptionError: an order that cannot be carried out, or too many jobs running already.
        """
        order.check()
        with self._lock:
            if sum(job.state in ("running", "stopping") for job in self._all()) >= AT_ONCE:
                raise OptionError.of("two jobs are running", "one at a time, or cancel one")
            id = self._new_id(order.kind)
            folder = self.folder / id
            order.write(folder)
            told = {"DETENTE_PROGRESS": str((folder / "progress.json").resolve()), "DETENTE_STUDIO": str(os.getpid())}
            with (folder / "log.txt").open("wb") as log:
                lock(log.fileno())  # the job holds it with the file until it ends, also for other studios
                self._processes[id] = subprocess.Popen(
                    [sys.executable, "-m", "detente", *order.arguments(folder)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env={**os.environ, **told},
                )
            return self._read(id)

    def _new_id(self, kind: str) -> str:
        return f"{kind}-{max(map(_number, self._ids()), default=0) + 1:04d}"

    def _ids(self) -> list[str]:
        return [path.name for path in self.folder.glob("*-*") if ID.fullmatch(path.name)]

    def get(self, id: str) -> JobStatus:
        """One job.

        Raises:
            OptionError: there is none of this name.
        """
        if not ID.fullmatch(id) or not (self.folder / id).exists():
            raise OptionError.of("there is no such job")
        return self._read(id)

    def all(self) -> list[JobStatus]:
        """All jobs, newest first."""
        with self._lock:
            return self._all()

    def _all(self) -> list[JobStatus]:
        return [self._read(id) for id in sorted(self._ids(), key=_number, reverse=True)]

    def cancel(self, id: str) -> JobStatus:
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
            insist = threading.Timer(PATIENCE, self._insist, (process,))
            insist.daemon = True
            insist.start()
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
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self._insist(process)
                process.wait()

    def _read(self, id: str) -> JobStatus:
        folder = self.folder / id
        try:
            order = JobOrder.read(folder)
        except OptionError as error:
            return JobStatus(id, None, "broken", words=error.diagnostics[0].what)
        process = self._processes.get(id)
        ended = process is not None and process.poll() is not None  # before its last word is read
        progress = _progress(folder / "progress.json")
        if isinstance(progress, str):
            return JobStatus(id, order, "broken", words=progress)
        state, share, words = progress
        if state != "running":
            return JobStatus(id, order, state, share, words)
        if process is None and not _runs_elsewhere(folder):
            return JobStatus(id, order, "lost", words="the studio was closed while this ran; what was finished is kept")
        if ended:
            stopped = id in self._stopping
            told = "stopped" if stopped else "it ended without a word; see log.txt in the job's folder"
            return JobStatus(id, order, "stopped" if stopped else "failed", words=told)
        return JobStatus(id, order, "stopping" if id in self._stopping else "running", share, words)


def _runs_elsewhere(folder: Path) -> bool:
    """Whether the process of a job that another studio has started is still there."""
    try:
        with (folder / "log.txt").open("ab") as log:
            return not lock(log.fileno())
    except OSError:
        return False  # there is no such file, or none that could be written


def _number(id: str) -> int:
    return int(id.rsplit("-", 1)[1])


def _progress(path: Path) -> tuple[str, float, str] | str:
    """State, share done and words of a job; a sentence where its file cannot be read."""
    try:
        data = json.loads(read_bytes(path))
        state, share, words = data["state"], float(data["share"]), data["words"]
    except FileNotFoundError:
        if not path.is_symlink():
            return "running", 0.0, "starting"
        return "progress.json is a link to a file that is gone"
    except OSError as error:
        return unreadable(error, path.name).what
    except (ValueError, RecursionError, TypeError, KeyError):
        state = words = None
        share = 0.0
    if state not in ("running", "done", "stopped", "failed") or not isinstance(words, str):
        return "progress.json is not what a job writes"
    return state, share, words
