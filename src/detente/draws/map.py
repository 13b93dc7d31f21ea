"""Many independent computations in order, with progress and resume.

Every item is computed on its own (no warm start across items) in a process with one numerical thread, so results depend
neither on the number of workers nor on the order in which they finish. With a `store`, finished results are appended to
a file; an interrupted job, given the same key, reads them back and goes on. They stay until the caller, who has written
what follows from them, calls `detente.draws.forget`.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from detente.draws.executors import opened
from detente.draws.store import Store
from detente.words.progress import Progress


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
        store: folder in which finished results are kept, until `forget(store)` is called; they must be plain JSON data.
        key: names the job; stored results of another job are dropped.
        words: what an item is called in progress.

    Raises:
        OptionError: fewer than 0 workers, or an unknown executor.
        MissingExtra: dask is not installed.
        Exception: whatever the function raises, for the first item that fails.
    """
    items = list(items)
    results: dict[int, Any] = {}
    ledger = Store(store, f"{key}|{len(items)}") if store is not None else None
    if ledger is not None:
        results.update((n, value) for n, value in ledger.read().items() if n < len(items))
    waiting = [n for n in range(len(items)) if n not in results]
    report = progress or (lambda _share, _words: None)
    report(len(results) / max(1, len(items)), f"{words} {len(results)} of {len(items)}")
    try:
        with opened(executor, workers, function, len(waiting)) as submit:
            for n, value in submit(function, [(n, items[n]) for n in waiting]):
                results[n] = value
                if ledger is not None:
                    ledger.add(n, value)
                report(len(results) / len(items), f"{words} {len(results)} of {len(items)}")
    finally:
        if ledger is not None:
            ledger.close(done=len(results) == len(items))
    return [results[n] for n in range(len(items))]
