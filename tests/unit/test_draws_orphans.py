"""A process that computes is killed: its workers end, and what was finished is on disk, whole."""

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import descendants, survivors, wait_for

from detente.draws import forget, map_draws
from detente.errors import OptionError

SCRIPT = """
import sys
from pathlib import Path
from detente.draws import map_draws
from slow_work import work
print(map_draws(work, range(40), workers=2, store=Path(sys.argv[1]), key="a"))
"""
WORK = """
import time
def work(item):
    time.sleep(0.05)
    return item / 7
"""


def started(folder: Path) -> subprocess.Popen:
    (folder / "slow_work.py").write_text(WORK, "utf-8")
    (folder / "script.py").write_text(SCRIPT, "utf-8")
    command = [sys.executable, "script.py", str(folder / "store")]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)


def finished(folder: Path) -> int:
    """How many results are on disk."""
    return sum(max(0, len(path.read_bytes().splitlines()) - 1) for path in (folder / "store").glob("*.jsonl"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "times"),
    [
        (signal.SIGKILL, 5),
        (signal.SIGTERM, 1),
        (signal.SIGINT, 1),
        *(pytest.param(how, 50, marks=pytest.mark.hours) for how in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)),
    ],
)
def test_whoever_is_killed_leaves_no_worker_and_loses_no_result(tmp_path, how, times):
    rng, kept = random.Random(how), 0
    for _ in range(times):
        process = started(tmp_path)
        wanted = min(kept + rng.randrange(1, 4), 39)
        wait_for(lambda p=process, k=wanted: p.poll() is not None or finished(tmp_path) >= k)
        below = descendants(process.pid)
        process.send_signal(how)
        process.communicate(timeout=20)
        assert survivors(below) == set()
        if process.returncode == 0:
            break
        now = finished(tmp_path)
        assert below or now >= 39, "there were workers to look for"  # the last draw is computed without any
        assert now >= kept
        kept = now
    last = started(tmp_path)
    out = last.communicate(timeout=60)[0]
    assert last.returncode == 0 and out == f"{[n / 7 for n in range(40)]}\n"


def half(item: int) -> float:
    if item == 3:
        raise ValueError("three")
    return item / 2


def test_two_jobs_in_one_folder_keep_what_each_has_finished(tmp_path):
    for key in "ab":
        with pytest.raises(ValueError, match="three"):
            map_draws(half, range(6), workers=0, store=tmp_path / "s", key=key)
    assert len(list((tmp_path / "s").iterdir())) == 2
    calls: list[int] = []
    map_draws(calls.append, range(6), workers=0, store=tmp_path / "s", key="a")
    assert calls == [3, 4, 5]
    forget(tmp_path / "s")
    assert len(list((tmp_path / "s").iterdir())) == 1


def test_a_folder_does_not_fill_with_unfinished_jobs(tmp_path):
    for key in range(12):
        with pytest.raises(ValueError, match="three"):
            map_draws(half, range(6), workers=0, store=tmp_path, key=str(key))
    assert len(list(tmp_path.iterdir())) <= 5


def test_one_job_is_computed_by_one_process_at_a_time(tmp_path):
    def again(_item: int) -> int:
        with pytest.raises(OptionError, match="another process is computing the same into"):
            map_draws(half, range(1), workers=0, store=tmp_path, key="a")
        return 1

    assert map_draws(again, range(1), workers=0, store=tmp_path, key="a") == [1]
