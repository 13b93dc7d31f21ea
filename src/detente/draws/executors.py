"""Where many computations run: this process, processes of this machine, or a dask cluster.

A worker has one numerical thread and leaves interrupts to its parent. It ends at once when its parent gives up, and
within seconds when its parent is gone.
"""

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, ProcessPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from multiprocessing.connection import Connection
from typing import Any

from detente.draws.orphans import end_without
from detente.errors import MissingExtra, OptionError

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
AHEAD = 2  # tasks handed to an executor per worker at a time
Pairs = list[tuple[int, Any]]
Submit = Callable[[Callable[[Any], Any], Pairs], Iterator[tuple[int, Any]]]


@contextmanager
def opened(executor: Executor | str | None, workers: int | None, function: Callable, count: int) -> Iterator[Submit]:
    """A function that submits work and yields (number, result) as they finish; closed on leaving.

    Raises:
        OptionError: fewer than 0 workers, or an unknown executor.
        MissingExtra: dask is not installed.
    """
    if workers is not None and workers < 0:
        raise OptionError.of(f"--workers {workers}", "0 (this process) or more")
    if count == 0 or (executor is None and workers == 0):
        yield lambda function, pairs: ((n, function(item)) for n, item in pairs)
    elif executor is None:
        size = min(workers or os.cpu_count() or 1, count)
        with _local_pool(function, size) as pool:
            yield lambda _function, pairs: _through(pool, _call_held, pairs, size, cancels=True)
    elif isinstance(executor, str):
        with _dask(executor, workers) as (pool, size):
            blob = pickle.dumps(function)
            yield lambda _function, pairs: _through(pool, _call_sent, [(n, (blob, item)) for n, item in pairs], size)
    else:
        blob = pickle.dumps(function)
        yield lambda _function, pairs: _through(
            executor, _call_sent, [(n, (blob, item)) for n, item in pairs], workers or 4
        )


def _through(
    pool: Executor, call: Callable, pairs: Pairs, size: int, *, cancels: bool = False
) -> Iterator[tuple[int, Any]]:
    """Keep the executor busy without queueing everything, so that an interrupt waits for little.

    Args:
        pool: the executor.
        call: what it runs.
        pairs: number and task.
        size: how many workers it has.
        cancels: the pool cancels by itself what is left when it is given up. If it were done here first, the pool's own
            thread could find a cancelled task while its workers leave, and would print a traceback.
    """
    queue = iter(pairs)
    running: dict[Any, int] = {}
    try:
        while True:
            while len(running) < AHEAD * size and (pair := next(queue, None)) is not None:
                with _interrupts_later():  # a worker that this starts never gets them
                    running[pool.submit(call, pair[1])] = pair[0]
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda f: running[f]):
                yield running.pop(future), future.result()
    finally:
        if not cancels:
            for future in running:
                future.cancel()


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Take interrupts only afterwards; a process that is started meanwhile never takes any."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _local_pool(function: Callable, size: int) -> Iterator[Executor]:
    import multiprocessing

    context = multiprocessing.get_context("spawn")
    over, giving_up = context.Pipe(duplex=False)
    given: tuple[Any, ...] = (pickle.dumps(function), os.getpid(), over)
    pool = ProcessPoolExecutor(size, context, initializer=_receive, initargs=given)
    with over, giving_up:
        try:
            with _hidden_main(function):  # workers are started when they are first needed
                yield pool
        except BaseException:
            giving_up.close()  # nobody waits for what is under way
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


def checked_executor(address: str) -> str:
    """Where an executor is: the part after `dask://`.

    Raises:
        OptionError: another kind of executor.
    """
    kind, _, where = address.partition("://")
    if kind != "dask" or not where:
        raise OptionError.of(f"--executor {address}", "dask://HOST:PORT or dask://local")
    return where


@contextmanager
def _dask(address: str, workers: int | None) -> Iterator[tuple[Executor, int]]:
    where = checked_executor(address)
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise MissingExtra("distributed", "cluster", "computing on a cluster") from None
    if where == "local":
        size = workers or os.cpu_count() or 1
        with (
            LocalCluster(n_workers=size, threads_per_worker=1, dashboard_address=None, processes=True) as cluster,  # pyright: ignore[reportArgumentType]
            Client(cluster) as client,
            client.get_executor(pure=False) as pool,
        ):
            yield pool, size
    else:
        with Client(where if "://" in where else f"tcp://{where}") as client, client.get_executor(pure=False) as pool:
            yield pool, max(1, len(client.scheduler_info()["workers"]))


_held: list[Callable[[Any], Any]] = []


def _receive(blob: bytes, parent: int, over: Connection) -> None:
    """In a worker: one numerical thread, interrupts left to the parent, then the function, once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_without(parent, over)
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
