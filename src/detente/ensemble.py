"""Many independent computations in order: draws, executors, progress, resume.

Draws come from a scrambled Sobol sequence and are attached to parameters by position. Every item is computed on its own
(no warm start across items) in a process with one numerical thread, so results depend neither on the number of workers
nor on the order in which they finish. With a `store`, finished results are appended to a file; an interrupted
job, given the same key, reads them back and goes on.

Source: Owen 1998, Journal of Complexity 14 (scrambled nets).
"""

import hashlib
import json
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from detente.errors import MissingExtra, OptionError

Progress = Callable[[float, str], None]
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
AHEAD = 2  # tasks handed to an executor per worker at a time


def uniforms(draws: int, dimensions: int, seed: int) -> Any:
    """Points in (0, 1), shape (draws, dimensions); the first n of a longer set are the set of n.

    Args:
        draws: number of points.
        dimensions: one per parameter, by its position in the case file.
        seed: of the scrambling.

    Raises:
        OptionError: draws below 1.
    """
    import numpy as np
    from scipy.stats import qmc

    if draws < 1:
        raise OptionError.of(f"{draws} draws", "at least 1")
    if dimensions == 0:
        return np.zeros((draws, 0))
    points = qmc.Sobol(dimensions, scramble=True, seed=np.random.default_rng(seed))
    found = points.random_base2(max(0, (draws - 1).bit_length()))[:draws]
    return np.clip(found, 2.0**-40, 1 - 2.0**-40)


def map_draws(
    function: Callable[[Any], Any],
    items: Sequence[Any],
    *,
    executor: Executor | str | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    store: Path | None = None,
    key: str = "",
    words: str = "draw",
) -> list[Any]:
    """Apply a function to every item; results in the order of the items.

    Args:
        function: picklable, from a module (a worker may be a fresh process or another machine).
        items: picklable arguments.
        executor: None for processes here, `dask://HOST:PORT`, `dask://local`, or a concurrent.futures executor.
        workers: processes on this machine; default one per core; 0 computes in this process. Never changes a result.
        progress: called with (share done, words) from this process.
        store: folder in which finished results are kept until all are done; they must then be plain JSON data.
        key: names the job; stored results of another job are dropped.
        words: what an item is called in progress.

    Raises:
        OptionError: fewer than 0 workers, or an unknown executor.
        MissingExtra: dask is not installed.
        Exception: whatever the function raises, for the first item that fails.
    """
    items = list(items)
    results: dict[int, Any] = {}
    ledger = _Ledger(store, f"{key}|{len(items)}") if store is not None else None
    if ledger is not None:
        results.update((n, value) for n, value in ledger.read().items() if n < len(items))
    waiting = [n for n in range(len(items)) if n not in results]
    report = progress or (lambda _share, _words: None)
    report(len(results) / max(1, len(items)), f"{words} {len(results)} of {len(items)}")
    try:
        with _opened(executor, workers, function, len(waiting)) as submit:
            for n, value in submit(function, [(n, items[n]) for n in waiting]):
                results[n] = value
                if ledger is not None:
                    ledger.add(n, value)
                report(len(results) / len(items), f"{words} {len(results)} of {len(items)}")
    finally:
        if ledger is not None:
            ledger.close(remove=len(results) == len(items))
    return [results[n] for n in range(len(items))]


def code_fingerprint() -> str:
    """Digest of the package's source: results stored by other code are not used again."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _Ledger:
    """Finished results, a JSON line each after a first line with the job's key; a line cut short is ignored."""

    def __init__(self, folder: Path, key: str) -> None:
        self.path = folder / "results.jsonl"
        self.key = hashlib.sha256(key.encode()).hexdigest()

    def read(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        good = 0
        if self.path.is_file():
            content = self.path.read_bytes()
            for line in content.splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    break
                entry = _entry(line)
                if good == 0:
                    if entry != {"job": self.key}:
                        break
                elif entry is None:
                    break
                else:
                    found[entry["item"]] = entry["result"]
                good += len(line)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.stream = self.path.open("r+b" if good else "wb")
        self.stream.truncate(good)
        self.stream.seek(good)
        if good == 0:
            self._write({"job": self.key})
        return found

    def add(self, item: int, result: Any) -> None:
        self._write({"item": item, "result": result})

    def _write(self, entry: dict[str, Any]) -> None:
        self.stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
        self.stream.flush()

    def close(self, remove: bool) -> None:
        """Close the file, and remove it once everything is done."""
        self.stream.close()
        if remove:
            self.path.unlink()
            if not any(self.path.parent.iterdir()):
                self.path.parent.rmdir()


def _entry(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


# ---- executors -------------------------------------------------------------------------------------------------------

Pairs = list[tuple[int, Any]]
Submit = Callable[[Callable[[Any], Any], Pairs], Iterator[tuple[int, Any]]]


@contextmanager
def _opened(executor: Executor | str | None, workers: int | None, function: Callable, count: int) -> Iterator[Submit]:
    if workers is not None and workers < 0:
        raise OptionError.of(f"{workers} workers", "0 (this process) or more")
    if count == 0 or (executor is None and workers == 0):
        yield lambda function, pairs: ((n, function(item)) for n, item in pairs)
    elif executor is None:
        size = min(workers or os.cpu_count() or 1, count)
        with _local_pool(function, size) as pool:
            yield lambda _function, pairs: _through(pool, _call_held, pairs, size)
    elif isinstance(executor, str):
        with _dask(executor, workers) as (pool, size):
            blob = pickle.dumps(function)
            yield lambda _function, pairs: _through(pool, _call_sent, [(n, (blob, item)) for n, item in pairs], size)
    else:
        blob = pickle.dumps(function)
        yield lambda _function, pairs: _through(
            executor, _call_sent, [(n, (blob, item)) for n, item in pairs], workers or 4
        )


def _through(pool: Executor, call: Callable, pairs: Pairs, size: int) -> Iterator[tuple[int, Any]]:
    """Keep the executor busy without queueing everything, so that an interrupt waits for little."""
    queue = iter(pairs)
    running: dict[Any, int] = {}
    try:
        while True:
            while len(running) < AHEAD * size and (pair := next(queue, None)) is not None:
                running[pool.submit(call, pair[1])] = pair[0]
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda f: running[f]):
                yield running.pop(future), future.result()
    finally:
        for future in running:
            future.cancel()


@contextmanager
def _local_pool(function: Callable, size: int) -> Iterator[Executor]:
    import multiprocessing

    pool = ProcessPoolExecutor(
        size, multiprocessing.get_context("spawn"), initializer=_receive, initargs=(pickle.dumps(function),)
    )
    try:
        with _hidden_main(function):  # workers are started when they are first needed
            yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


@contextmanager
def _hidden_main(function: Callable) -> Iterator[None]:
    """Start workers without running the user's script in them, unless the function itself lives there.

    A spawned process runs the main script again to find what was defined in it; a script that calls Detente at top
    level would then start workers of its own.
    """
    main = sys.modules["__main__"]
    path = getattr(main, "__file__", None)
    home = getattr(function, "__module__", None) or type(function).__module__
    spec = getattr(main, "__spec__", None)
    if path is None or "__main__" in (home, type(function).__module__):
        yield
        return
    try:
        main.__spec__ = None
        del main.__file__
        yield
    finally:
        main.__file__, main.__spec__ = path, spec


@contextmanager
def _dask(address: str, workers: int | None) -> Iterator[tuple[Executor, int]]:
    kind, _, where = address.partition("://")
    if kind != "dask" or not where:
        raise OptionError.of(f"executor '{address}'", "dask://HOST:PORT or dask://local")
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise MissingExtra("distributed", "cluster", "computing on a cluster") from None
    if where == "local":
        size = workers or os.cpu_count() or 1
        with (
            LocalCluster(n_workers=size, threads_per_worker=1, dashboard_address=None, processes=True) as cluster,
            Client(cluster) as client,
            client.get_executor(pure=False) as pool,
        ):
            yield pool, size
    else:
        with Client(where if "://" in where else f"tcp://{where}") as client, client.get_executor(pure=False) as pool:
            yield pool, max(1, len(client.scheduler_info()["workers"]))


_held: list[Callable[[Any], Any]] = []


def _receive(blob: bytes) -> None:
    """In a worker: one numerical thread, interrupts left to the parent, then the function, once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in THREADS:
        os.environ[name] = "1"
    _held[:] = [pickle.loads(blob)]  # sent by the parent process


def _call_held(item: Any) -> Any:
    return _held[0](item)


@cache
def _unpacked(blob: bytes) -> Callable[[Any], Any]:
    return pickle.loads(blob)  # sent by the process that asked


def _call_sent(pair: tuple[bytes, Any]) -> Any:
    blob, item = pair
    return _unpacked(blob)(item)
