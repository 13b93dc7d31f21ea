"""The likelihood of one path under one draw after another, and its gradient: for chains, which ask for it often.

Which states can be occupied, and which arcs lead between them, depends on what was observed and not on the rates. So a
path is laid out once: a filter (detente.evidence.filter, which has the formulas) walks it with all rates at 1, and
what it did becomes arrays of positions. States from which the rest of the record is impossible are dropped: they add
nothing. What is left is small (some tens of states), so that generators are dense, and those of stretches that agree
are built once for each draw.

With forward measure alpha and backward function beta (the chance of the rest of the record), L = alpha . beta at every
time, and by Fisher's identity

    dL/dR_e = sum over occasions of factor_e * integral of alpha(source) beta(target)
            - integral of alpha(source) beta(source).

The integrals follow from the uniformised steps of both passes: with M = I + D0/q and Poisson weights w_k at q t,
integral alpha_x(s) beta_y(t - s) ds = sum_k (alpha M^k)_x u_k(y) / q,  u_{k-1} = w_k beta + M u_k.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.chain.uniform import poisson_weights
from detente.evidence.filter import CHUNK, Filter, Front, Setting, System
from detente.evidence.jumps import JumpTable
from detente.evidence.path import CHANGE, Channel, Path, Recording

TAIL = 1e-12  # Poisson weights left out, relative to the largest: far below the error of a solve


@dataclass(frozen=True)
class Score:
    """Log-likelihood of one draw and its derivatives.

    Attributes:
        log_likelihood: log L.
        rates: (entries,) d log L / d R_e, years.
        recording: (channels, spells) d log L / d p.
    """

    log_likelihood: float
    rates: np.ndarray
    recording: np.ndarray


@dataclass(frozen=True)
class _Heard:
    """How acts are recorded for a while: spell, and channels without record."""

    spell: int
    silent: tuple[int, ...]


@dataclass(frozen=True)
class _Block:
    """D0 on the states of a stretch: its arcs and exits as positions."""

    size: int
    heard: _Heard
    entry: np.ndarray  # (arcs,) entries of unmarked arcs
    source: np.ndarray  # (arcs,) positions
    target: np.ndarray
    waiting: np.ndarray  # (arcs,) channel of the coarse mark that the arc is, -1 where it goes unrecorded
    leaving: np.ndarray  # (exits,) entries that leave a state, also those that end outside
    owner: np.ndarray  # (exits,) positions


@dataclass(frozen=True)
class _Stretch:
    """A stretch without marks: from some states of its block to some, for some years."""

    block: int
    duration: float
    place: np.ndarray  # where the states before lie in the block
    taken: np.ndarray  # where the states after lie in it


@dataclass(frozen=True)
class _Jump:
    """A mark: its arcs between the states before and after."""

    channel: int
    heard: _Heard
    entry: np.ndarray
    source: np.ndarray
    target: np.ndarray
    sizes: tuple[int, int]  # states before and after


@dataclass(frozen=True)
class _Cut:
    """Something is learnt of the state, or a coarse mark ends: all states before go on, in another order."""

    place: np.ndarray  # where each lies after


@dataclass
class _Walker(Filter):
    """A filter that writes down what it did; see `Likelihood.of`."""

    tape: list[tuple[Any, ...]] = field(default_factory=list)  # kind, states before, states after, further

    def propagate(self, front: Front, setting: Setting, duration: float) -> None:
        """Only the states that can be occupied; nothing is computed."""
        if duration <= 0:
            return
        before = front.support
        after = self.closure(before, setting)
        self._write(front, after)
        self.tape.append(("stretch", before, after, setting, duration))

    def jump(self, front: Front, channel: int, spell: int, silent: tuple[int, ...]) -> None:
        """As `Filter.jump`."""
        before = front.support
        super().jump(front, channel, spell, silent)
        self._write(front, front.support)
        self.tape.append(("mark", before, front.support, channel, _Heard(spell, silent)))

    def restrict(self, front: Front, mask: np.ndarray) -> None:
        """As `Filter.restrict`."""
        before = front.support
        super().restrict(front, mask)
        if len(before) != len(front.support):
            self.tape.append(("cut", before, front.support, before))

    def _close(self, front: Front, bit: int) -> None:
        before = front.support
        super()._close(front, bit)
        k = self.table.n_states
        copy, base = np.divmod(before, k)
        now = (((copy >> (bit + 1)) << bit) | (copy & ((1 << bit) - 1))) * k + base
        self.tape.append(("cut", before, front.support, np.where((copy >> bit) & 1 == 1, now, -1)))

    @staticmethod
    def _write(front: Front, states: np.ndarray) -> None:
        front.support, front.alpha = states, np.full((1, len(states)), 1.0 / max(1, len(states)))

    def system(self, support: np.ndarray, setting: Setting) -> System:
        """Not needed: nothing is computed."""
        raise NotImplementedError


@dataclass(frozen=True)
class Likelihood:
    """A path, laid out for many evaluations."""

    start: np.ndarray  # weights of the first states
    steps: tuple[_Stretch | _Jump | _Cut, ...]
    blocks: tuple[_Block, ...]
    signatures: np.ndarray  # (groups, channels) 0 or 1: which channels an entry belongs to
    group: np.ndarray  # (entries,)
    loops: np.ndarray  # (entries,) bool: acts without effect
    end: np.ndarray  # the states at the end of the path
    states: int  # of the game

    @staticmethod
    def of(table: JumpTable, channels: tuple[Channel, ...], path: Path, breaks: np.ndarray) -> "Likelihood":
        """Lay out a path.

        Args:
            table: the pattern of jumps, with the coding's signals.
            channels: the ways into the record.
            path: the coded path.
            breaks: (spells - 1,) times at which recording probabilities change.
        """
        share = np.full((1, len(channels), len(breaks) + 1), 0.5 / max(1, len(channels)))
        walker = _Walker(table, channels, np.ones((1, table.size)), Recording(share, breaks))
        support = np.flatnonzero(path.initial > 0)
        walker.run(path)
        return _laid(walker, support, path.initial[support])

    def log(self, rates: np.ndarray, recording: np.ndarray) -> float:
        """log L; -inf where the draw cannot have produced the path.

        Args:
            rates: (entries,) of the jumps, 1/year.
            recording: (channels, spells) probabilities.
        """
        return _Pass(self, rates, recording).forward()

    def end_of(self, rates: np.ndarray, recording: np.ndarray) -> np.ndarray:
        """(states,) distribution of the state at the end, given the path; see `log`. It must be possible."""
        made = _Pass(self, rates, recording)
        made.forward()
        return np.bincount(self.end, weights=made.last / made.last.sum(), minlength=self.states)

    def score(self, rates: np.ndarray, recording: np.ndarray) -> Score:
        """log L with its derivatives; see `log`."""
        made = _Pass(self, rates, recording, trail=[])
        log = made.forward()
        if np.isfinite(log):
            made.backward()
        return Score(log, made.by_rate, made.by_recording)


# ---- laying out --------------------------------------------------------------------------------------------------


def _laid(walker: _Walker, support: np.ndarray, weights: np.ndarray) -> Likelihood:
    """What a walker did as positions, from the end: between two steps only states that matter to the rest stand."""
    steps: list[_Stretch | _Jump | _Cut] = []
    blocks: list[_Block] = []
    known: dict[tuple[bytes, Setting], int] = {}
    states = last = walker.tape[-1][2] if walker.tape else support
    for kind, before, after, *more in reversed(walker.tape):
        if kind == "stretch":
            setting, duration = more
            inside, arcs = _inside(walker, after, states, setting)
            key = (inside.tobytes(), setting)
            if key not in known:
                known[key] = len(blocks)
                blocks.append(_block(walker, inside, arcs, setting))
            earlier = np.intersect1d(before, inside)
            place, taken = np.searchsorted(inside, earlier), np.searchsorted(inside, states)
            steps.append(_Stretch(known[key], duration, place, taken))
        elif kind == "mark":
            earlier, step = _jump(walker, before, states, *more)
            steps.append(step)
        else:
            now = more[0]
            kept = np.isin(now, states)
            earlier = before[kept]
            steps.append(_Cut(np.searchsorted(states, now[kept])))
        states = earlier
    return Likelihood(
        start=weights[np.isin(support, states)],
        steps=tuple(reversed(steps)),
        blocks=tuple(blocks),
        signatures=walker.signatures.astype(float),
        group=walker.group,
        loops=walker.loops,
        end=last % walker.table.n_states,
        states=walker.table.n_states,
    )


Arcs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def _inside(walker: _Walker, states: np.ndarray, wanted: np.ndarray, setting: Setting) -> tuple[np.ndarray, Arcs]:
    """The states of a stretch from which some wanted ones can be reached, and all arcs of the stretch."""
    entry, source, landed, channel = walker._arcs(states, setting)
    target = np.searchsorted(states, landed)
    lead = np.isin(states, wanted)
    while True:
        new = np.zeros(len(states), bool)
        new[source[lead[target]]] = True
        if not (new & ~lead).any():
            return states[lead], (entry, states[source], landed, channel)
        lead |= new


def _block(walker: _Walker, inside: np.ndarray, arcs: Arcs, setting: Setting) -> _Block:
    entry, source, landed, channel = arcs
    kept = np.isin(source, inside) & np.isin(landed, inside)
    leaving, owner = walker.leaving(inside % walker.table.n_states)
    return _Block(
        size=len(inside),
        heard=_Heard(setting.spell, setting.silent),
        entry=entry[kept],
        source=np.searchsorted(inside, source[kept]),
        target=np.searchsorted(inside, landed[kept]),
        waiting=channel[kept],
        leaving=leaving,
        owner=owner,
    )


def _jump(
    walker: _Walker, before: np.ndarray, after: np.ndarray, channel: int, heard: _Heard
) -> tuple[np.ndarray, _Jump]:
    k = walker.table.n_states
    copy, base = np.divmod(before, k)
    entry, owner = walker.leaving(base)
    landed = copy[owner] * k + walker.table.target[entry]
    meant = ~walker.loops[entry] if channel == CHANGE else walker.signatures[walker.group[entry], channel] > 0
    kept = meant & np.isin(landed, after)
    entry, source, landed = entry[kept], before[owner[kept]], landed[kept]
    earlier = np.unique(source)
    place, target = np.searchsorted(earlier, source), np.searchsorted(after, landed)
    return earlier, _Jump(channel, heard, entry, place, target, (len(earlier), len(after)))


# ---- one draw ----------------------------------------------------------------------------------------------------


@dataclass
class _Built:
    """A block for one draw: M = I + D0'/rate, which moves column vectors of the forward measure."""

    rate: float
    matrix: np.ndarray  # (states, states)


@dataclass
class _Pass:
    """Forward, and backward where `trail` is kept, over a path for one draw."""

    laid: Likelihood
    rates: np.ndarray
    recording: np.ndarray
    trail: list[Any] | None = None
    by_rate: np.ndarray = field(default_factory=lambda: np.zeros(0))
    by_recording: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        self.last = self.laid.start  # weights of the states when `forward` is done
        self.built: dict[int, _Built] = {}
        self.hidden: dict[_Heard, np.ndarray] = {}

    def unrecorded(self, heard: _Heard) -> np.ndarray:
        """(groups,) chance that an act goes unrecorded, by membership of channels."""
        if heard not in self.hidden:
            p = self.recording[:, heard.spell].copy()
            p[list(heard.silent)] = 0.0
            self.hidden[heard] = np.clip(1.0 - self.laid.signatures @ p, 0.0, 1.0)
        return self.hidden[heard]

    def heard_in(self, channel: int, heard: _Heard) -> float:
        """The chance that an act is recorded in a channel."""
        return 0.0 if channel in heard.silent else float(self.recording[channel, heard.spell])

    def block(self, number: int) -> _Built:
        """D0 of a block."""
        if number not in self.built:
            b, laid = self.laid.blocks[number], self.laid
            unrecorded = self.unrecorded(b.heard)
            out = self.rates[b.leaving] * np.where(laid.loops[b.leaving], 1.0 - unrecorded[laid.group[b.leaving]], 1.0)
            exits = np.bincount(b.owner, weights=out, minlength=b.size)
            rate = max(float(exits.max(initial=0.0)), 1e-300)
            flat = np.zeros(b.size**2)
            np.add.at(flat, b.target * b.size + b.source, self.weights(b) / rate)
            matrix = flat.reshape(b.size, b.size)
            matrix[np.diag_indices(b.size)] += 1.0 - exits / rate
            self.built[number] = _Built(rate, matrix)
        return self.built[number]

    def weights(self, b: _Block) -> np.ndarray:
        """(arcs,) rate of each arc without a mark, or of the coarse mark that waits."""
        factor = self.unrecorded(b.heard)[self.laid.group[b.entry]]
        for c in np.unique(b.waiting[b.waiting >= 0]):
            factor = np.where(b.waiting == c, self.heard_in(int(c), b.heard), factor)
        return self.rates[b.entry] * factor

    def factor(self, step: _Jump) -> np.ndarray | float:
        """What the rates of a mark's arcs are multiplied by."""
        if step.channel == CHANGE:
            return self.unrecorded(step.heard)[self.laid.group[step.entry]]
        return self.heard_in(step.channel, step.heard)

    def forward(self) -> float:
        """log L."""
        alpha, log = self.laid.start, 0.0
        for step in self.laid.steps:
            if isinstance(step, _Stretch):
                new = self.stretch(step, alpha)
            elif isinstance(step, _Jump):
                flow = self.rates[step.entry] * self.factor(step) * alpha[step.source]
                new = np.bincount(step.target, weights=flow, minlength=step.sizes[1])
                if self.trail is not None:
                    self.trail.append(alpha)
            else:
                new = np.empty(len(step.place))
                new[step.place] = alpha
            mass = float(new.sum())
            if not mass > 0:
                return -np.inf
            alpha, log = new / mass, log + np.log(mass)
        self.last = alpha
        return log + float(np.log(alpha.sum())) if alpha.sum() > 0 else -np.inf

    def stretch(self, step: _Stretch, alpha: np.ndarray) -> np.ndarray:
        """Carry the measure over a stretch, in pieces whose weights stay far from underflow."""
        built, size = self.block(step.block), self.laid.blocks[step.block].size
        mean = built.rate * step.duration
        pieces = max(1, int(np.ceil(mean / CHUNK)))
        weights = poisson_weights(mean / pieces, TAIL, falling=True).from_zero()
        v, scale = np.zeros(size), 1.0
        v[step.place] = alpha
        passes = []
        for _ in range(pieces):
            powers = _powers(built.matrix, v, len(weights))
            v = weights @ powers
            passes.append(powers)
            if pieces > 1:
                mass = v.sum()
                if not mass > 0:
                    return np.zeros(len(step.taken))
                v, scale = v / mass, scale * mass
        if self.trail is not None:
            self.trail.append((weights, passes))
        return scale * v[step.taken]

    def backward(self) -> None:
        """Gather the derivatives of log L; the forward pass must have left its trail."""
        assert self.trail is not None
        self.by_rate, self.by_recording = np.zeros(len(self.rates)), np.zeros(self.recording.shape)
        beta: np.ndarray | None = None
        for step in reversed(self.laid.steps):
            if isinstance(step, _Stretch):
                beta = self._stretch_back(step, beta)
            elif isinstance(step, _Jump):
                beta = self._jump_back(step, beta)
            else:
                beta = np.ones(len(step.place)) if beta is None else beta[step.place]
            beta = beta / beta.max()

    def _stretch_back(self, step: _Stretch, beta: np.ndarray | None) -> np.ndarray:
        assert self.trail is not None
        weights, passes = self.trail.pop()
        b, built = self.laid.blocks[step.block], self.block(step.block)
        v = np.zeros(b.size)
        v[step.taken] = 1.0 if beta is None else beta
        pairs = np.zeros((b.size, b.size))  # integral alpha(x) beta(y), up to the rate
        back = np.ascontiguousarray(built.matrix.T)
        for powers in reversed(passes):
            whole = float((weights @ powers) @ v)
            if not whole > 0:
                break
            later = weights[:, None] * v  # becomes u_k, shifted by one: the last row is u_{K-1}
            for k in range(len(weights) - 1, 0, -1):
                later[k - 1] += np.dot(back, later[k])
            pairs += powers[:-1].T @ later[1:] / whole
            v = later[0] / later[0].max()
        pairs /= built.rate
        self._gather(b, pairs)
        return v[step.place]

    def _gather(self, b: _Block, pairs: np.ndarray) -> None:
        """Add what arcs and exits of a block bring."""
        laid, spell = self.laid, b.heard.spell
        member = laid.signatures.copy()
        member[:, list(b.heard.silent)] = 0.0
        unrecorded = self.unrecorded(b.heard)
        arc, stay = pairs[b.source, b.target], np.diag(pairs)
        factor = unrecorded[laid.group[b.entry]]
        plain = b.waiting < 0
        gone = np.bincount(
            laid.group[b.entry[plain]], weights=arc[plain] * self.rates[b.entry[plain]], minlength=len(member)
        )
        for c in np.unique(b.waiting[~plain]):
            at = b.waiting == c
            factor = np.where(at, self.heard_in(int(c), b.heard), factor)
            if c not in b.heard.silent:
                self.by_recording[c, spell] += arc[at] @ self.rates[b.entry[at]]
        np.add.at(self.by_rate, b.entry, arc * factor)
        loop = laid.loops[b.leaving]
        spent = stay[b.owner]
        np.add.at(self.by_rate, b.leaving, -spent * np.where(loop, 1.0 - unrecorded[laid.group[b.leaving]], 1.0))
        turning = b.leaving[loop]
        gone += np.bincount(laid.group[turning], weights=spent[loop] * self.rates[turning], minlength=len(member))
        self.by_recording[:, spell] -= gone @ member

    def _jump_back(self, step: _Jump, beta: np.ndarray | None) -> np.ndarray:
        assert self.trail is not None
        alpha = self.trail.pop()
        factor, rate = self.factor(step), self.rates[step.entry]
        ahead = np.ones(len(step.entry)) if beta is None else beta[step.target]
        new = np.bincount(step.source, weights=rate * factor * ahead, minlength=step.sizes[0])
        flow = alpha[step.source] * ahead / float(alpha @ new)
        np.add.at(self.by_rate, step.entry, flow * factor)
        if step.channel == CHANGE:
            member = self.laid.signatures.copy()
            member[:, list(step.heard.silent)] = 0.0
            gone = np.bincount(self.laid.group[step.entry], weights=flow * rate, minlength=len(member))
            self.by_recording[:, step.heard.spell] -= gone @ member
        else:
            self.by_recording[step.channel, step.heard.spell] += flow @ rate
        return new


def _powers(matrix: np.ndarray, v: np.ndarray, count: int) -> np.ndarray:
    """v, M v, M M v, ... (count, states)."""
    found = np.empty((count, len(v)))
    found[0] = v
    for k in range(1, count):
        np.dot(matrix, found[k - 1], out=found[k])
    return found
