"""How much to compute, from which date, by whom, and where the result goes: the same for every verb."""

from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from detente.draws.executors import checked_executor
from detente.errors import OptionError, suggest

MOST_DRAWS = 100_000  # beyond, a slip of the hand is likelier than a wish
FIT_KINDS = ("as-of", "whole", "none")  # until the situation's date; to the whole record (hindsight); assumptions only
MOST_SEED = 2**32 - 1  # what every generator of random numbers takes


@dataclass(frozen=True)
class Settings:
    """What every verb takes; only `draws`, `seed`, `date` and `fit` change a number.

    Raises:
        OptionError: a setting that cannot be; the message names the option.
    """

    draws: int = 100
    seed: int = 0
    workers: int | None = None  # processes; None: one per core, 0: this process
    executor: Executor | str | None = None  # None: processes here; else dask://HOST:PORT or dask://local
    date: str | None = None  # a situation of the case; None: the case's `as_of`
    out: str | Path | None = None  # where to write; None: the case's folder of results
    fit: str = FIT_KINDS[0]  # which fit to the record draws come from, if there is one

    def __post_init__(self) -> None:
        whole_number("draws", self.draws, 1, MOST_DRAWS)
        whole_number("seed", self.seed, 0, MOST_SEED)
        if self.workers is not None:
            whole_number("workers", self.workers, 0)
        if isinstance(self.executor, str):
            checked_executor(self.executor)
        if self.fit not in FIT_KINDS:
            raise OptionError.of(f"--fit {self.fit}", f"one of {', '.join(FIT_KINDS)}", suggest(self.fit, FIT_KINDS))


def whole_number(option: str, value: int, least: int, most: int | None = None) -> int:
    """A whole number within its limits.

    Args:
        option: its name on the command line, without dashes.
        value: what was given.
        least: smallest that is taken.
        most: largest that is taken.

    Raises:
        OptionError: something else.
    """
    wanted = f"{least} or more" if most is None else f"a whole number from {least} to {most}"
    if isinstance(value, bool) or not isinstance(value, int) or value < least or (most is not None and value > most):
        raise OptionError.of(f"--{option} {value}", wanted)
    return value
