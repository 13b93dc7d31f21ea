"""A bank of solved draws: the expensive part of all evidence, done once, kept on disk, used by every check.

Each draw is solved in a process of its own and its rates are written whole to one file per draw, so that an interrupted
run goes on where it stopped. Draws without a certified equilibrium are counted and left out, never silently.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detente.draws import DRAW_FAULTS, Progress, map_draws, reasons_in_words, uniforms
from detente.errors import ComputationError
from detente.evidence.jumps import JumpTable, jump_rates, jump_table
from detente.evidence.posterior import Proposal, mixture
from detente.evidence.priors import SCALE, JointPrior, ParameterSpace
from detente.files.keys import content_key
from detente.files.whole import write_bytes, write_text
from detente.game import Game

if TYPE_CHECKING:
    from detente.game.compile import Template

DIGITS = 24  # of a draw's key in its file's name: 96 bits, so that no two draws ever share one

SolvedDraw = tuple[list[np.ndarray], str]  # rates of each certified equilibrium, and what went wrong if there is none


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
        left_out: why each draw without a certified equilibrium has none.
        log_mixture: (rows,) log density of the proposals, relative to the reference prior.
        total: number of certified draws that the rows stand for.
        worth: (rows,) how many independent draws each is worth: 1, less for particles that share their origin.
    """

    space: ParameterSpace
    table: JumpTable
    u: np.ndarray
    rates: np.ndarray
    draw: np.ndarray
    share: np.ndarray
    proposals: tuple[Proposal, ...]
    solves: int = 0
    left_out: tuple[str, ...] = ()
    log_mixture: np.ndarray = field(default_factory=lambda: np.zeros(0))
    total: float = 1.0
    worth: np.ndarray = field(default_factory=lambda: np.ones(0))

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(self.u)

    @property
    def left_out_in_words(self) -> str:
        """How many draws were left out and why; "" where none was."""
        if not self.left_out:
            return ""
        return f"{len(self.left_out)} of {self.solves} draws were left out: {reasons_in_words(self.left_out)}"

    def values(self) -> np.ndarray:
        """(rows, dimensions) parameter values."""
        return self.space.values(self.u)

    def log_prior(self, prior: JointPrior) -> np.ndarray:
        """(rows,) log weight of each row under an account's prior: density over mixture, times the equilibrium's share.

        Over a whole bank the weights sum to about 1.
        """
        return self.space.log_ratio(prior, self.u) - self.log_mixture + self.share - np.log(self.total)

    def joined(self, other: "Bank") -> "Bank":
        """Both banks as one, with the mixture of this one: the other's rows are points that stand for nothing yet."""
        u = np.concatenate([self.u, other.u])
        shift = self.draw.max(initial=-1) + 1
        return replace(
            self,
            u=u,
            rates=np.concatenate([self.rates, other.rates]),
            draw=np.concatenate([self.draw, other.draw + shift]),
            share=np.concatenate([self.share, other.share]),
            solves=self.solves + other.solves,
            left_out=(*self.left_out, *other.left_out),
            log_mixture=mixture(self.space, self.proposals, u),
            worth=np.concatenate([self.worth, other.worth]),
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
            worth=self.worth[rows],
        )

    def first(self, rows: int) -> "Bank":
        """An evenly spread part of the bank, with the same mixture."""
        if rows >= self.rows:
            return self
        part = self.some(np.unique(np.linspace(0, self.rows - 1, rows).astype(int)))
        return replace(part, total=float(np.exp(part.share).sum()))


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
    _kept: "tuple[Template, JumpTable] | None" = None

    def __getstate__(self) -> dict[str, Any]:
        return {"case": self.case, "starts": self.starts, "_kept": None}

    def prepare(self) -> "tuple[Template, JumpTable]":
        """The case's template and its pattern of jumps."""
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

    def __call__(self, values: dict[str, float]) -> SolvedDraw:
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

    solver: Callable[[dict[str, float]], SolvedDraw]
    folder: str

    def __call__(self, item: tuple[str, dict[str, float]]) -> None:
        """Solve one draw and write `NAME.npy` with its rates, or `NAME.txt` with the reason why there are none."""
        name, values = item
        rates, problem = solved_or_left_out(self.solver, values)
        if rates:
            stream = io.BytesIO()
            np.save(stream, np.array(rates, dtype=np.float32), allow_pickle=False)
            write_bytes(Path(self.folder) / f"{name}.npy", stream.getvalue())
        else:
            write_text(Path(self.folder) / f"{name}.txt", problem + "\n")


def kept_draw(folder: Path, name: str) -> SolvedDraw | None:
    """What a folder keeps of one draw, None if it has not been solved yet."""
    if (folder / f"{name}.npy").is_file():
        return list(np.load(folder / f"{name}.npy", allow_pickle=False)), ""
    if (folder / f"{name}.txt").is_file():
        return [], (folder / f"{name}.txt").read_text("utf-8").strip()
    return None


def solved_or_left_out(solver: Callable[[dict[str, float]], SolvedDraw], values: dict[str, float]) -> SolvedDraw:
    """One draw; a draw that fails is left out with its reason and never ends the others."""
    try:
        return solver(values)
    except DRAW_FAULTS as error:
        return [], str(error) or type(error).__name__


def draw_points(space: ParameterSpace, proposals: Sequence[Proposal], seed: int) -> np.ndarray:
    """Points of the reference cube from each proposal in turn, scrambled Sobol within each."""
    parts = [p.draw(space, uniforms(p.count, len(space.dimensions), seed + 1000 * n)) for n, p in enumerate(proposals)]
    return np.concatenate(parts)


def fill(
    solver: Callable[[dict[str, float]], SolvedDraw],
    table: JumpTable,
    space: ParameterSpace,
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
    found = solved_at(solver, table, space, u, folder=folder, workers=workers, progress=progress, key=key)
    return replace(found, proposals=tuple(proposals), log_mixture=mixture(space, proposals, found.u))


def solved_at(
    solver: Callable[[dict[str, float]], SolvedDraw],
    table: JumpTable,
    space: ParameterSpace,
    u: np.ndarray,
    *,
    folder: Path | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
    key: str = "",
) -> Bank:
    """A bank of given points of the reference cube (draws, dimensions), without a mixture; see `fill`."""
    values = space.values(u)
    items = [dict(zip(space.names, map(float, row))) for row in values]
    if folder is None:
        report = progress or (lambda _share, _words: None)
        solved: list[SolvedDraw] = []
        for n, item in enumerate(items):
            solved.append(solved_or_left_out(solver, item))
            report((n + 1) / len(items), f"solving draw {n + 1} of {len(items)}")
    else:
        solved = _from_files(solver, items, folder, workers=workers, progress=progress, key=key)
    left_out = tuple(problem for rates, problem in solved if not rates)
    found = [(n, np.asarray(r), len(rates)) for n, (rates, _) in enumerate(solved) for r in rates]
    if not found:
        reasons = reasons_in_words(left_out)
        raise ComputationError(f"no draw has a certified equilibrium: {reasons}; hint: more noise, or narrower ranges")
    draw = np.array([n for n, _, _ in found])
    share = -np.log(np.array([m for _, _, m in found], float))
    rates = np.array([r for _, r, _ in found], dtype=np.float32)
    part = u[draw]
    return Bank(
        space,
        table,
        part,
        rates,
        draw,
        share,
        (),
        len(items),
        left_out,
        np.zeros(len(part)),
        float(len(items) - len(left_out)),
        np.ones(len(part)),
    )


def _from_files(
    solver: Callable[[dict[str, float]], SolvedDraw],
    items: list[dict[str, float]],
    folder: Path,
    *,
    workers: int | None,
    progress: Progress | None,
    key: str,
) -> list[SolvedDraw]:
    folder.mkdir(parents=True, exist_ok=True)
    names = [content_key(key, i)[:DIGITS] for i in items]
    missing = [(n, i) for n, i in zip(names, items) if kept_draw(folder, n) is None]
    if missing:
        words = f"{len(items) - len(missing)} draws kept, solving"
        map_draws(Kept(solver, str(folder)), missing, workers=workers, progress=progress, words=words)
    draws: list[SolvedDraw] = []
    for name in names:
        draw = kept_draw(folder, name)
        if draw is None:
            raise ComputationError(f"solved draw {name} has vanished from {folder}; hint: run the command again")
        draws.append(draw)
    return draws
