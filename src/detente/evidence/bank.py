"""A bank of solved draws: the expensive part of all evidence, done once, kept on disk, used by every check.

Each draw is solved in a process of its own and its rates are written whole to one file per draw, so that an
interrupted run
goes on where it stopped. Draws without a certified equilibrium are counted and left out, never silently.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from detente.draws import map_draws, uniforms
from detente.errors import ComputationError
from detente.evidence.jumps import JumpTable, jump_rates, jump_table
from detente.evidence.posterior import Proposal, mixture
from detente.evidence.priors import SCALE, Space
from detente.files.keys import content_key
from detente.game import Game

Progress = Callable[[float, str], None]


@dataclass(frozen=True)
class Bank:
    """Solved draws; one row per equilibrium found.

    Attributes:
        space: the dimensions.
        table: the common pattern of jumps.
        u: (rows, dimensions) points of the reference cube.
        rates: (rows, entries) 1/year, single precision.
        draw: (rows,) number of the draw; equilibria of one draw share it.
        share: (rows,) log weight of the equilibrium within its draw (equal weights).
        proposals: what the draws came from.
        solves: how many games were solved for it.
        failed: draws without a certified equilibrium.
        log_mixture: (rows,) log density of the proposals, relative to the reference prior.
        total: number of certified draws that the rows stand for.
    """

    space: Space
    table: JumpTable
    u: np.ndarray
    rates: np.ndarray
    draw: np.ndarray
    share: np.ndarray
    proposals: tuple[Proposal, ...]
    solves: int = 0
    failed: int = 0
    log_mixture: np.ndarray = field(default_factory=lambda: np.zeros(0))
    total: float = 1.0

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.u)

    def values(self) -> np.ndarray:
        """(rows, dimensions) parameter values."""
        return self.space.values(self.u)

    def log_prior(self, prior) -> np.ndarray:
        """(rows,) log weight of each row under an account's prior: density over mixture, times the equilibrium's share.

        Over a whole bank the weights sum to about 1.
        """
        return self.space.log_ratio(prior, self.u) - self.log_mixture + self.share - np.log(self.total)

    def joined(self, other: "Bank") -> "Bank":
        """Both banks as one, with the weights of the joint mixture."""
        proposals = (*self.proposals, *other.proposals)
        u = np.concatenate([self.u, other.u])
        shift = self.draw.max(initial=-1) + 1
        return Bank(
            self.space,
            self.table,
            u,
            np.concatenate([self.rates, other.rates]),
            np.concatenate([self.draw, other.draw + shift]),
            np.concatenate([self.share, other.share]),
            proposals,
            self.solves + other.solves,
            self.failed + other.failed,
            mixture(self.space, proposals, u),
            self.total + other.total,
        )

    def some(self, rows: np.ndarray) -> "Bank":
        """The bank's rows at these positions, with the same mixture."""
        return replace(
            self,
            u=self.u[rows],
            rates=self.rates[rows],
            draw=self.draw[rows],
            share=self.share[rows],
            log_mixture=self.log_mixture[rows],
        )

    def first(self, rows: int) -> "Bank":
        """An evenly spread part of the bank, with the same mixture."""
        if rows >= self.rows:
            return self
        part = self.some(np.unique(np.linspace(0, self.rows - 1, rows).astype(int)))
        return replace(part, total=float(np.exp(part.share).sum()))


Solved = tuple[list[np.ndarray], str]  # rates of each certified equilibrium, and what went wrong if there is none


def scaled(game: Game, factor: float) -> Game:
    """A game with all reference rates multiplied by a factor."""
    moves = tuple(replace(m, reference_rate=m.reference_rate * factor) for m in game.moves)
    return replace(game, moves=moves)


@dataclass
class CaseSolver:
    """Solves draws of a case; picklable, builds the states once per process.

    Args:
        case: folder or name of the case.
        starts: 1 for the principal equilibrium alone; more: equilibria found from so many starts, equally weighted.
    """

    case: str
    starts: int = 1
    _kept: tuple | None = None

    def __getstate__(self) -> dict:
        return {"case": self.case, "starts": self.starts, "_kept": None}

    def prepare(self) -> tuple:
        """The case's template, its pattern of jumps, and values to start from."""
        if self._kept is None:
            from detente.case import load_case
            from detente.game.compile import compile_case

            template = compile_case(load_case(self.case))
            self._kept = (template, jump_table(template.game()))
        return self._kept

    @property
    def table(self) -> JumpTable:
        """The pattern of jumps."""
        return self.prepare()[1]

    def __call__(self, values: dict[str, float]) -> Solved:
        """Certified equilibria of one draw."""
        from detente.solver import solve

        template, table = self.prepare()
        known = set(template.parameter_names)
        game = scaled(template.game({k: v for k, v in values.items() if k in known}), values.get(SCALE, 1.0))
        if self.starts > 1:
            from detente.solver import enumerate_equilibria

            found = list(enumerate_equilibria(game, starts=self.starts, seed=0))
        else:
            found = [solve(game)]
        good = [e for e in found if e.certified]
        if not good:
            return [], found[0].status.words if found else "nothing found"
        return [jump_rates(game, e.strategies, table) for e in good], ""


@dataclass
class Kept:
    """Calls a solver and keeps its answer in a file of its own; what is already there is not solved again."""

    solver: Callable[[dict[str, float]], Solved]
    folder: str

    def __call__(self, item: tuple[str, dict[str, float]]) -> str:
        """Solve one draw; returns what went wrong, or nothing."""
        from detente.files.whole import write_bytes

        name, values = item
        rates, problem = self.solver(values)
        path = Path(self.folder) / f"{name}.npy"
        write_bytes(path, _packed(np.array(rates, dtype=np.float32)))
        return problem


def _packed(array: np.ndarray) -> bytes:
    import io

    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def draw_points(space: Space, proposals: Sequence[Proposal], seed: int) -> np.ndarray:
    """Points of the reference cube from each proposal in turn, scrambled Sobol within each."""
    parts = [p.draw(space, uniforms(p.count, len(space.dimensions), seed + 1000 * n)) for n, p in enumerate(proposals)]
    return np.concatenate(parts)


def fill(
    solver: Callable[[dict[str, float]], Solved],
    table: JumpTable,
    space: Space,
    proposals: Sequence[Proposal],
    *,
    seed: int = 0,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    key: str = "",
) -> Bank:
    """Draw from the proposals and solve each draw.

    Args:
        solver: certified rates of one draw from its parameter values.
        table: the pattern of jumps.
        space: the dimensions.
        proposals: what to draw from, with counts.
        seed: of the draws.
        folder: where solved draws are kept; None: in memory, in this process.
        workers: processes; never changes a number.
        progress: called with (share done, words).
        key: names the inputs; a draw is reused only under the same key and values.

    Raises:
        ComputationError: no draw could be certified.
    """
    u = draw_points(space, proposals, seed)
    values = space.values(u)
    items = [dict(zip(space.names, map(float, row))) for row in values]
    if folder is None:
        report = progress or (lambda _share, _words: None)
        solved = []
        for n, item in enumerate(items):
            solved.append(solver(item)[0])
            report((n + 1) / len(items), f"solving draw {n + 1} of {len(items)}")
    else:
        solved = _from_files(solver, items, folder, workers=workers, progress=progress, key=key)
    found = [(n, np.asarray(r), len(rates)) for n, rates in enumerate(solved) for r in rates]
    if not found:
        raise ComputationError("no draw has a certified equilibrium; hint: more noise, or narrower ranges")
    draw = np.array([n for n, _, _ in found])
    share = -np.log(np.array([m for _, _, m in found], float))
    rates = np.array([r for _, r, _ in found], dtype=np.float32)
    failed = sum(not len(r) for r in solved)
    part = u[draw]
    return Bank(
        space,
        table,
        part,
        rates,
        draw,
        share,
        tuple(proposals),
        len(items),
        failed,
        mixture(space, proposals, part),
        float(len(items) - failed),
    )


def _from_files(
    solver: Callable[[dict[str, float]], Solved],
    items: list[dict[str, float]],
    folder: Path,
    *,
    workers: int | None,
    progress: Progress | None,
    key: str,
) -> list[np.ndarray]:
    folder.mkdir(parents=True, exist_ok=True)
    names = [content_key(key, i)[:24] for i in items]
    missing = [(n, i) for n, i in zip(names, items) if not (folder / f"{n}.npy").is_file()]
    if missing:
        words = f"{len(items) - len(missing)} draws kept, solving"
        map_draws(Kept(solver, str(folder)), missing, workers=workers, progress=progress, words=words)
    return [np.load(folder / f"{n}.npy", allow_pickle=False) for n in names]
