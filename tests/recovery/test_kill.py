"""Killed with signal 9 at any moment, a verb leaves nobody behind, goes on where it was, and ends as if undisturbed."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import descendants, survivors
from recorded_case import recorded_case

import detente
from detente.case import load_case
from detente.run import read_run
from detente.settlement.find import QUICK
from detente.settlement.problem import limits
from detente.settlement.settle import search_case

pytestmark = pytest.mark.slow

ACCOUNTS = """
from detente.evidence.recorded import RecordedCase
from detente.verbs.accounts import study_accounts, study_settings
_, part = study_accounts(RecordedCase.open(case), study_settings(True, records=3, workers=0), store, None, "")
"""
SETTLE = """
from detente.case import load_case
from detente.settlement.find import SearchPlan
from detente.settlement.part import settlement_part
from detente.settlement.problem import limits
from detente.settlement.settle import search_case
plan = SearchPlan(steps=1, first=1, budget=60, refined=0, near=1, explained=2, equilibria=0)
found = search_case(load_case(case), "2000-01-01", limits(0.3, 10.0, 0.5), plan, draws=2, workers=0, store=store)
part = settlement_part(found, "")
"""
HEAD = "import sys, pathlib; case, store, end = map(pathlib.Path, sys.argv[1:])\n"
END = "from detente.files.whole import write_text; write_text(end, part.model_dump_json())\n"
VERBS = {
    "analyze": ("--draws", "6"),
    "accounts": ("--quick",),
    "fit": ("--whole", "--chains", "2", "--steps", "100"),
    "settle": ("--quick", "--draws", "4", "--risk", "0.3", "--share", "0.5"),
}


def script(text, case, folder):
    """Only what is kept on disk: a study or a search, its part at the end."""
    return [sys.executable, "-c", HEAD + text + END, str(case), str(folder / "store"), str(folder / "part.json")]


def verb(name, case, folder, workers):
    """The whole command, with the run folder."""
    start = (sys.executable, "-m", "detente")
    return [*start, name, str(case), "--workers", str(workers), "--out", str(folder), *VERBS[name]]


def finished(folder):
    """Solved draws on disk: files of their own, as they are, and the lines of files that grow."""
    own = {path: path.stat().st_mtime_ns for path in folder.rglob("draws/*.npy")}
    grown = [path for name in (".draws", "design", "chains") for path in folder.rglob(f"{name}/*.jsonl")]
    return own.items() | {(path, line) for path in grown for line in path.read_bytes().splitlines()[:-1]}


def undisturbed(command):
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return time.monotonic() - begun


def killed(command, folder, kills, seconds, seed):
    """Start and kill so often, at random moments; solved draws stay, as they are, and no worker lives on."""
    moments = random.Random(seed)
    kept, ends = set(), (folder / "run.json", folder / "part.json")
    for _ in range(kills):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(moments.uniform(0.2, 1.0) * seconds)
        except subprocess.TimeoutExpired:
            below = descendants(process.pid)
            process.kill()
            process.wait()
            assert survivors(below) == set()
            now = finished(folder)
            assert kept <= now or any(end.is_file() for end in ends)
            kept = now
        for end in ends:  # what it was to go on from may be gone once this is written
            if end.is_file():
                end.unlink()
                kept = set()
    undisturbed(command)


@pytest.mark.parametrize(("text", "kills"), [(ACCOUNTS, 3), (SETTLE, 2)], ids=["accounts", "settle"])
def test_killed_five_times_the_end_is_the_same(text, kills, tmp_path):
    case = recorded_case(tmp_path / "settle_small")
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    seconds = undisturbed(script(text, case, whole))
    killed(script(text, case, cut), cut, kills, seconds, seed=1)
    assert (cut / "part.json").read_text("utf-8") == (whole / "part.json").read_text("utf-8")


@pytest.fixture(scope="module", params=VERBS)
def whole(request, tmp_path_factory):
    """A verb, its case, what it leaves when nobody disturbs it, and how long that takes."""
    folder = tmp_path_factory.mktemp(request.param)
    case = recorded_case(folder / "settle_small")
    seconds = undisturbed(verb(request.param, case, folder / "out", workers=2))
    return request.param, case, read_run(folder / "out"), seconds


@pytest.mark.hours
@pytest.mark.parametrize("seed", range(5))
def test_fifty_kills_of_every_verb(whole, tmp_path, seed):
    name, case, run, seconds = whole
    killed(verb(name, case, tmp_path, workers=2), tmp_path, 10, seconds, seed)
    assert read_run(tmp_path) == run


def test_an_analysis_that_died_after_its_draws_does_not_solve_them_again(tmp_path, monkeypatch):
    from detente.answers.job import Job
    from detente.outside import part

    class Killed(BaseException):
        pass

    def die(*_args, **_options):
        raise Killed

    solved, solve = [], Job.__call__

    def counted(self, spot):
        solved.append(spot)
        return solve(self, spot)

    monkeypatch.setattr(Job, "__call__", counted)
    case = recorded_case(tmp_path / "settle_small")
    with monkeypatch.context() as dying, pytest.raises(Killed):
        dying.setattr(part, "outlook_part", die)  # comes after the draws
        detente.analyze(case, draws=2, workers=0, out=tmp_path / "out")
    assert len(solved) == 7  # two draws, each under three models of choice, and the middle of all ranges
    detente.analyze(case, draws=2, workers=0, out=tmp_path / "out")
    assert len(solved) == 7
    assert not list((tmp_path / "out").rglob("*.jsonl"))  # used, and gone


def test_a_search_that_died_does_not_solve_again_what_it_had(tmp_path):
    case = load_case(recorded_case(tmp_path / "settle_small"))
    wanted = (case, "2000-01-01", limits(0.3, 10.0, 0.5), QUICK)
    fresh = search_case(*wanted, draws=4, workers=0)

    class Killed(BaseException):
        pass

    told = []

    def die(_share, words):
        told.append(words)
        if len(told) == 2:  # one round is done
            raise Killed

    with pytest.raises(Killed):
        search_case(*wanted, draws=4, workers=0, store=tmp_path / "store", progress=die)
    again = search_case(*wanted, draws=4, workers=0, store=tmp_path / "store")
    assert 0 < again.draws.solved < fresh.draws.solved
    assert again.draws.readings == fresh.draws.readings
    assert not Path(tmp_path / "store" / "partial.json").exists()
