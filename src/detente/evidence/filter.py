"""The likelihood of a partly observed path, exact, for many parameter draws at once.

Let R_e be the rate of entry e and p_ec the chance that it is recorded through channel c. Between marks the forward
measure obeys d alpha/dt = alpha D0 with D0 = sum_e (1 - sum_c p_ec) R_e [source -> target] - diag(sum_e R_e), cut down
to the states that agree with what is known (a Markovian arrival process; Neuts 1979, Journal of Applied Probability
16). A mark in channel c multiplies alpha by sum_e p_ec R_e [source -> target]: unknown authors are summed over. A mark
with a coarse date doubles the state (not yet / already happened) while its interval is open, which integrates over the
date exactly. alpha exp(D0 t) is computed by uniformisation: all terms are positive, so nothing cancels, and alpha is
rescaled after every step, so nothing underflows. Only states that can be occupied are carried. The draws share their
pattern and form one block-diagonal matrix.

    log L = log of the mass left at the horizon; with everything recorded and known it is
    sum over marks log(rate x recording probability) - integral of the total rate along the path (docs/evidence.md).
"""

from dataclasses import dataclass, field

import numpy as np
import scipy.sparse as sp

from detente.errors import OptionError
from detente.evidence.jumps import JumpTable
from detente.evidence.path import CHANGE, Channel, Path, Recording

CHUNK = 200.0  # largest rate * time of one uniformisation step: exp(-200) is far from underflow
TAIL = 1e-14  # Poisson mass left out


@dataclass(frozen=True)
class Filtered:
    """What a filter run leaves.

    Attributes:
        log_likelihood: (draws,); -inf where the draw cannot have produced the path.
        labels: (steps,) label of the mark that ends each step; the last one is "" (the stretch to the horizon).
        times: (steps,) when the step ends, years.
        increments: (steps, draws) log predictive density of each mark given what came before; they sum to
        log_likelihood.
        exposure: (draws, channels, spells) expected acts of each channel while it was open, recorded or not (filtered);
            zero unless asked for.
    """

    log_likelihood: np.ndarray
    labels: tuple[str, ...]
    times: np.ndarray
    increments: np.ndarray
    exposure: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))


@dataclass(frozen=True)
class Setting:
    """What governs a stretch without marks: possible states, how acts are recorded, which coarse marks wait."""

    mask: int  # position in Filter.masks
    spell: int
    silent: tuple[int, ...]  # channels in which nothing is recorded
    waiting: tuple[int, ...]  # channel of each open coarse mark, in order of its bit


@dataclass
class System:
    """D0 on the states that can be occupied, for all draws: one block-diagonal matrix, transposed and uniformised."""

    states: np.ndarray  # (n,) augmented states: copy * K + x
    place: np.ndarray  # where the incoming support lies in `states`
    step: sp.csr_array | None  # (draws * n, draws * n): I + D0'/rate
    rate: float
    level: np.ndarray | None = None  # (channels, n, draws) rate of acts per channel and state, filled when asked for


@dataclass
class Front:
    """The forward measure: alpha (draws, n) over augmented states, rescaled; `log` carries the scale."""

    support: np.ndarray
    alpha: np.ndarray
    log: np.ndarray

    def rescale(self) -> None:
        """Bring every draw's mass to 1 and move the scale into `log`."""
        mass = self.alpha.sum(axis=1)
        with np.errstate(divide="ignore"):
            self.log += np.log(mass)
        self.alpha /= np.where(mass > 0, mass, 1.0)[:, None]


@dataclass
class Filter:
    """The likelihood of any path of one game under many draws; systems are kept between paths.

    Args:
        table: the pattern of jumps.
        channels: the ways into the record.
        rates: (draws, entries) 1/year.
        recording: how acts come to be recorded, per draw.
        keep: how many systems to keep (each holds about draws * 16 bytes per jump between hidden states).
        tail: Poisson mass left out in each uniformisation step.
        count: whether to gather `Filtered.exposure`.
    """

    table: JumpTable
    channels: tuple[Channel, ...]
    rates: np.ndarray
    recording: Recording
    keep: int = 400
    tail: float = TAIL
    count: bool = False
    masks: list[np.ndarray] = field(default_factory=list[np.ndarray])
    _mask_ids: dict[bytes, int] = field(default_factory=dict[bytes, int])
    _systems: dict[tuple[bytes, Setting], System] = field(default_factory=dict[tuple[bytes, Setting], System])
    _hidden: dict[tuple[int, tuple[int, ...]], np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rates = np.asarray(self.rates, dtype=float)
        wanted = (len(rates), len(self.channels))
        if rates.ndim != 2 or rates.shape[1] != self.table.size or self.recording.probability.shape[:2] != wanted:
            what = f"rates {rates.shape} and recording probabilities {self.recording.probability.shape}"
            raise OptionError.of(what, f"(draws, {self.table.size}) and (draws, {len(self.channels)}, spells)")
        self.by_entry = np.ascontiguousarray(rates.T)
        self.draws = len(rates)
        member = np.zeros((self.table.size, len(self.channels)), dtype=np.int8)
        for c, channel in enumerate(self.channels):
            member[channel.entries, c] = 1
        self.signatures, self.group = np.unique(member, axis=0, return_inverse=True)
        self.group = self.group.ravel()
        self.loops = self.table.source == self.table.target
        self.indptr, self.indices = self.table.by_source.indptr, self.table.by_source.indices

    # -- what is recorded ------------------------------------------------------------------------------------------

    def unrecorded(self, spell: int, silent: tuple[int, ...]) -> np.ndarray:
        """(draws, signatures) chance that an act of an entry with this membership of channels stays unrecorded."""
        key = (spell, silent)
        if key not in self._hidden:
            p = self.recording.probability[:, :, spell].copy()
            p[:, list(silent)] = 0.0
            self._hidden[key] = np.clip(1.0 - p @ self.signatures.T, 0.0, 1.0)
        return self._hidden[key]

    def mask_id(self, mask: np.ndarray) -> int:
        """Register a mask of states."""
        key = np.packbits(mask).tobytes()
        if key not in self._mask_ids:
            self._mask_ids[key] = len(self.masks)
            self.masks.append(mask)
        return self._mask_ids[key]

    def leaving(self, states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Entries that leave from the given states, and for each the position of its state in the list."""
        start, count = self.indptr[states], np.diff(self.indptr)[states]
        owner = np.repeat(np.arange(len(states)), count)
        offset = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
        return self.indices[np.repeat(start, count) + offset], owner

    # -- between marks ---------------------------------------------------------------------------------------------

    def _arcs(self, states: np.ndarray, setting: Setting) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Unmarked arcs from augmented states: entry, position of source, augmented target, waiting channel or -1."""
        k = self.table.n_states
        copy, base = np.divmod(states, k)
        entry, owner = self.leaving(base)
        target = self.table.target[entry]
        inside = self.masks[setting.mask][target]
        hidden = self.unrecorded(setting.spell, setting.silent).max(axis=0)[self.group[entry]] > 0
        keep = inside & hidden & ~self.loops[entry]
        parts = [(entry[keep], owner[keep], copy[owner[keep]] * k + target[keep], np.full(int(keep.sum()), -1))]
        for bit, channel in enumerate(setting.waiting):
            into = self.signatures[self.group[entry], channel] > 0
            keep = inside & into & ((copy[owner] >> bit) & 1 == 0)
            landed = (copy[owner[keep]] | (1 << bit)) * k + target[keep]
            parts.append((entry[keep], owner[keep], landed, np.full(int(keep.sum()), channel)))
        joined = [np.concatenate(column) for column in zip(*parts, strict=True)]
        return joined[0], joined[1], joined[2], joined[3]

    def closure(self, support: np.ndarray, setting: Setting) -> np.ndarray:
        """The augmented states that can be occupied without a further mark."""
        known, front = support, support
        while len(front):
            front = np.setdiff1d(self._arcs(front, setting)[2], known)
            known = np.union1d(known, front)
        return known

    def system(self, support: np.ndarray, setting: Setting) -> System:
        """D0 on the closure of a support, for all draws."""
        key = (support.tobytes(), setting)
        if key not in self._systems:
            if len(self._systems) >= self.keep:
                self._systems.pop(next(iter(self._systems)))
            self._systems[key] = self._build(support, setting)
        return self._systems[key]

    def _build(self, support: np.ndarray, setting: Setting) -> System:
        states = self.closure(support, setting)
        n, draws = len(states), self.draws
        entry, source, landed, channel = self._arcs(states, setting)
        unrecorded = self.unrecorded(setting.spell, setting.silent).T
        weight = self.by_entry[entry] * np.where(channel[:, None] < 0, unrecorded[self.group[entry]], 0.0)
        for c in set(setting.waiting):
            at = channel == c
            heard = 0.0 if c in setting.silent else 1.0
            weight[at] = heard * self.by_entry[entry[at]] * self.recording.probability[:, c, setting.spell]
        exits = self.exits(states, unrecorded)
        rate = float(exits.max(initial=0.0))
        place = np.searchsorted(states, support)
        if rate == 0.0:
            return System(states, place, None, 0.0)
        row = np.concatenate([np.searchsorted(states, landed), np.arange(n)])
        column = np.concatenate([source, np.arange(n)])
        order = np.lexsort((column, row))
        values = np.concatenate([weight / rate, 1.0 - exits / rate])[order]
        pointer = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=n))])
        nnz = len(row)
        shift = np.arange(draws)[:, None]
        indptr = np.concatenate([(pointer[:-1] + shift * nnz).ravel(), [draws * nnz]])
        indices = (column[order] + shift * n).ravel()
        data = np.ascontiguousarray(values.T).ravel()
        wide = np.int32 if draws * max(n, nnz) < 2**31 else np.int64
        block = sp.csr_array((data, indices.astype(wide), indptr.astype(wide)), shape=(draws * n, draws * n))
        return System(states, place, block, rate)

    def exits(self, states: np.ndarray, unrecorded: np.ndarray) -> np.ndarray:
        """(n, draws) rate at which the measure leaves each augmented state, unrecorded acts without effect left out."""
        entry, owner = self.leaving(states % self.table.n_states)
        out = self.by_entry[entry]
        loop = self.loops[entry]
        out[loop] *= 1.0 - unrecorded[self.group[entry[loop]]]
        total = np.zeros((len(states), self.draws))
        np.add.at(total, owner, out)
        return total

    def propagate(self, front: Front, setting: Setting, duration: float) -> None:
        """Carry the measure over a stretch without marks."""
        if duration <= 0:
            return
        system = self.system(front.support, setting)
        alpha = np.zeros((self.draws, len(system.states)))
        alpha[:, system.place] = front.alpha
        front.support, front.alpha = system.states, alpha
        if system.step is None:
            return
        pieces = max(1, int(np.ceil(system.rate * duration / CHUNK)))
        weights = poisson_weights(system.rate * duration / pieces, self.tail)
        later = 1.0 - np.cumsum(weights)
        for _ in range(pieces):
            term = front.alpha.ravel()
            total = weights[0] * term
            spent = later[0] * term if self.count else term
            for n in range(1, len(weights)):
                term = system.step @ term
                total += weights[n] * term
                if self.count:
                    spent += later[n] * term
            front.alpha = total.reshape(front.alpha.shape)
            front.rescale()
            if self.count:
                self._expose(system, setting, spent.reshape(front.alpha.shape), duration / pieces)

    def _expose(self, system: System, setting: Setting, spent: np.ndarray, duration: float) -> None:
        """Add the expected acts of a stretch, from the time spent in each state (up to a factor)."""
        if system.level is None:
            entry, owner = self.leaving(system.states % self.table.n_states)
            rates = self.by_entry[entry]
            level = np.zeros((len(self.channels), len(system.states), self.draws))
            for c in range(len(self.channels)):
                mine = np.flatnonzero(self.signatures[self.group[entry], c] > 0)
                if c not in setting.silent:
                    np.add.at(level[c], owner[mine], rates[mine])
            system.level = level
        mass = spent.sum(axis=1)
        share = (spent / np.where(mass > 0, mass, 1.0)[:, None]).T
        self.exposure[:, :, setting.spell] += duration * np.einsum("cnd,nd->dc", system.level, share)

    # -- marks -----------------------------------------------------------------------------------------------------

    def jump(self, front: Front, channel: int, spell: int, silent: tuple[int, ...]) -> None:
        """Apply a mark: alpha times the recorded jumps of the channel (or, for CHANGE, the unrecorded ones)."""
        k = self.table.n_states
        copy, base = np.divmod(front.support, k)
        entry, owner = self.leaving(base)
        if channel == CHANGE:
            keep = ~self.loops[entry]
            entry, owner = entry[keep], owner[keep]
            factor = self.unrecorded(spell, silent).T[self.group[entry]]
        else:
            if channel in silent:
                raise OptionError.of(f"a mark in channel '{self.channels[channel].name}' during an unobserved stretch")
            keep = self.signatures[self.group[entry], channel] > 0
            entry, owner = entry[keep], owner[keep]
            factor = self.recording.probability[:, channel, spell]
        flow = (self.by_entry[entry] * factor).T * front.alpha[:, owner]
        support, place = np.unique(copy[owner] * k + self.table.target[entry], return_inverse=True)
        landed = np.zeros((len(support), self.draws))
        np.add.at(landed, place.ravel(), flow.T)
        front.support, front.alpha = support, np.ascontiguousarray(landed.T)
        front.rescale()

    def restrict(self, front: Front, mask: np.ndarray) -> None:
        """Learn that the state lies in a mask."""
        keep = mask[front.support % self.table.n_states]
        if not keep.all():
            front.support, front.alpha = front.support[keep], front.alpha[:, keep]
            front.rescale()

    # -- a whole path ----------------------------------------------------------------------------------------------

    def run(self, path: Path) -> Filtered:
        """Log-likelihood of a path under every draw, with the predictive density of every mark."""
        from detente.evidence.schedule import Schedule

        schedule = Schedule.of(path, self.recording, self.table.n_states)
        support = np.flatnonzero(path.initial > 0)
        front = Front(support, np.tile(path.initial[support], (self.draws, 1)), np.zeros(self.draws))
        self.exposure = np.zeros(self.recording.probability.shape)
        waiting: list[int] = []  # positions in path.marks of open coarse marks
        labels, times, logs = [], [], []

        def done(label: str, time: float) -> None:
            labels.append(label)
            times.append(time)
            logs.append(front.log.copy())

        for moment in schedule.moments:
            for closing in moment.closes:
                self._close(front, waiting.index(closing))
                waiting.remove(closing)
                done(path.marks[closing].label, moment.time)
            for n in moment.marks[:-1]:
                self.jump(front, path.marks[n].channel, moment.spell, moment.silent_at)
                done(path.marks[n].label, moment.time)
            for n in moment.marks[-1:]:
                self.jump(front, path.marks[n].channel, moment.spell, moment.silent_at)
            for n in moment.sightings:
                self.restrict(front, path.pins[n].mask)
            self.restrict(front, schedule.masks[moment.mask])
            for n in moment.marks[-1:]:
                done(path.marks[n].label, moment.time)
            waiting.extend(moment.opens)
            channels = tuple(path.marks[n].channel for n in waiting)
            known = self.mask_id(schedule.masks[moment.mask])
            self.propagate(front, Setting(known, moment.spell, moment.silent, channels), moment.duration)
        done("", path.horizon)
        log = np.array(logs)
        with np.errstate(invalid="ignore"):
            steps = np.diff(log, axis=0, prepend=np.zeros((1, self.draws)))
        steps = np.nan_to_num(steps, nan=-np.inf, neginf=-np.inf)
        return Filtered(front.log.copy(), tuple(labels), np.array(times), steps, self.exposure)

    def _close(self, front: Front, bit: int) -> None:
        """The interval of a coarse mark ends: keep the copies in which it has happened, and drop its bit."""
        k = self.table.n_states
        copy, base = np.divmod(front.support, k)
        keep = (copy >> bit) & 1 == 1
        low = copy & ((1 << bit) - 1)
        shrunk = ((copy >> (bit + 1)) << bit) | low
        support = (shrunk * k + base)[keep]
        order = np.argsort(support)
        front.support, front.alpha = support[order], front.alpha[:, keep][:, order]
        front.rescale()


def poisson_weights(mean: float, tail: float = TAIL) -> np.ndarray:
    """Poisson probabilities 0, 1, ... up to a given tail."""
    from scipy.special import gammaln
    from scipy.stats import poisson

    if mean <= 0:
        return np.array([1.0])
    k = np.arange(int(poisson.isf(tail, mean)) + 2)
    return np.exp(k * np.log(mean) - mean - gammaln(k + 1))
