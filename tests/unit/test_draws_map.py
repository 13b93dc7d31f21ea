"""map_draws: order, workers, resume, interrupts, executors; uniforms."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from detente.draws import forget, map_draws, uniforms
from detente.errors import OptionError


def square(item: int) -> dict[str, float]:
    return {"square": item**2 / 7}


class Counter:
    """Counts its calls in this process, and fails at one item when told to."""

    def __init__(self, fail_at: int | None = None) -> None:
        self.fail_at = fail_at
        self.calls: list[int] = []

    def __call__(self, item: int) -> float:
        self.calls.append(item)
        if item == self.fail_at:
            raise ValueError(f"item {item} is bad")
        return item / 3


def test_results_in_order_and_independent_of_workers():
    here = map_draws(square, range(9), workers=0)
    assert here == [square(n) for n in range(9)]
    assert map_draws(square, range(9), workers=2) == here


def test_any_executor():
    with ThreadPoolExecutor(3) as pool:
        assert map_draws(square, range(20), executor=pool) == [square(n) for n in range(20)]


def test_resume_computes_only_what_is_missing(tmp_path: Path):
    first = Counter(fail_at=5)
    with pytest.raises(ValueError, match="item 5 is bad"):
        map_draws(first, range(8), workers=0, store=tmp_path / "s", key="a")
    second = Counter()
    results = map_draws(second, range(8), workers=0, store=tmp_path / "s", key="a")
    assert second.calls == [5, 6, 7]
    assert results == [n / 3 for n in range(8)]  # bit for bit, through the file
    third = Counter()
    assert map_draws(third, range(8), workers=0, store=tmp_path / "s", key="a") == results
    assert third.calls == []  # kept until the caller has used them
    forget(tmp_path / "s")
    assert not (tmp_path / "s").exists()
    forget(tmp_path / "s")  # nothing there is nothing to do


def test_what_is_unfinished_or_under_way_is_not_forgotten(tmp_path: Path):
    with pytest.raises(ValueError, match="item 5 is bad"):
        map_draws(Counter(fail_at=5), range(8), workers=0, store=tmp_path, key="a")
    map_draws(Counter(), range(8), workers=0, store=tmp_path, key="b")

    def under_way(item: int) -> int:
        forget(tmp_path)
        return item

    assert map_draws(under_way, range(3), workers=0, store=tmp_path, key="c") == [0, 1, 2]
    forget(tmp_path)
    (left,) = tmp_path.iterdir()
    rest = Counter()
    map_draws(rest, range(8), workers=0, store=tmp_path, key="a")
    assert rest.calls == [5, 6, 7]
    assert left.is_file()


def test_another_job_computes_anew_and_a_cut_line_is_ignored(tmp_path: Path):
    with pytest.raises(ValueError, match="bad"):
        map_draws(Counter(fail_at=3), range(6), workers=0, store=tmp_path, key="a")
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-4])
    again = Counter(fail_at=4)
    with pytest.raises(ValueError, match="bad"):
        map_draws(again, range(6), workers=0, store=tmp_path, key="a")
    assert again.calls == [2, 3, 4]
    other = Counter()
    map_draws(other, range(6), workers=0, store=tmp_path, key="b")
    assert other.calls == list(range(6))


def test_progress_reaches_one():
    seen: list[float] = []
    map_draws(square, range(4), workers=0, progress=lambda share, words: seen.append(share))
    assert seen == [0, 0.25, 0.5, 0.75, 1]


def test_script_without_main_guard(tmp_path: Path):
    script = tmp_path / "plain.py"
    script.write_text(
        "import os\nfrom detente.draws import map_draws\nprint(map_draws(os.path.basename, ['a/b', 'c'], workers=2))\n",
        "utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "['b', 'c']\n"


def test_errors():
    with pytest.raises(OptionError, match="--workers -1"):
        map_draws(square, [1], workers=-1)
    with pytest.raises(OptionError, match="--executor mpi://x"):
        map_draws(square, [1], executor="mpi://x")
    with pytest.raises(OptionError, match="--draws 0"):
        uniforms(0, 3, 1)


def test_uniforms_are_seeded_and_have_the_prefix_property():
    long, short = uniforms(100, 5, 3), uniforms(20, 5, 3)
    assert np.array_equal(long[:20], short)
    assert not np.array_equal(long, uniforms(100, 5, 4))
    assert (long > 0).all() and (long < 1).all()
    counts = np.array([np.histogram(uniforms(64, 5, 3)[:, d], bins=8, range=(0, 1))[0] for d in range(5)])
    assert (counts == 8).all()  # a net: each eighth holds an eighth


@pytest.mark.slow
def test_dask_local():
    pytest.importorskip("distributed")
    assert map_draws(square, range(6), executor="dask://local", workers=1) == [square(n) for n in range(6)]
