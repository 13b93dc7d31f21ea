"""Gradient of the log-likelihood by one backward pass.

With forward measure alpha and backward function beta (the chance of the rest of the record), L = alpha . beta at
every time, and

    dL/dR_e = sum over occasions of factor_e * integral of alpha(source) beta(target)
            - integral of alpha(source) beta(source):

the smoothed number of jumps over R_e less the smoothed time spent where e can happen (Fisher's identity). The integrals
follow from the same uniformisation (`detente.chain.uniform.paired`): with M = I + D0/q and w_k Poisson weights at q t,
integral alpha_x(s) beta_y(t - s) ds = sum_k (alpha M^k)_x c_k(y) / q,  c_k = w_{k+1} beta + M c_{k+1}.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from detente.chain.uniform import combined, paired, poisson_weights
from detente.evidence.filter import CHUNK, TAIL, Filter, Front, Setting, System
from detente.evidence.path import CHANGE, Path


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


@dataclass
class Taped(Filter):
    """A filter that remembers what it did, for one draw."""

    tape: list[Sequence[Any]] = field(default_factory=list)  # what was done, and with what

    def propagate(self, front: Front, setting: Setting, duration: float) -> None:
        """As `Filter.propagate`, taped."""
        if duration <= 0:
            return
        before = front.alpha[0].copy()
        system = self.system(front.support, setting)
        super().propagate(front, setting, duration)
        self.tape.append(("stretch", system, setting, duration, before))

    def jump(self, front: Front, channel: int, spell: int, silent: tuple[int, ...]) -> None:
        """As `Filter.jump`, taped."""
        support, before = front.support, front.alpha[0].copy()
        super().jump(front, channel, spell, silent)
        self.tape.append(("mark", support, before, (channel, spell, silent), front.support))

    def restrict(self, front: Front, mask: np.ndarray) -> None:
        """As `Filter.restrict`, taped."""
        keep = mask[front.support % self.table.n_states]
        if not keep.all():
            self.tape.append(("cut", keep))
        super().restrict(front, mask)

    def _close(self, front: Front, bit: int) -> None:
        before = front.support
        super()._close(front, bit)
        self.tape.append(("close", before, bit, front.support))


def score(taped: Taped, path: Path) -> Score:
    """Log-likelihood of a path under the single draw of a taped filter, with its gradient."""
    taped.tape.clear()
    log = float(taped.run(path).log_likelihood[0])
    channels, spells = taped.recording.probability.shape[1:]
    back = Backward(taped, np.zeros(taped.table.size), np.zeros((channels, spells)))
    if np.isfinite(log):
        beta: np.ndarray | None = None
        for step in reversed(taped.tape):
            beta = back.step(step, beta)
    return Score(log, back.rates, back.recording)


@dataclass
class Backward:
    """The backward pass: beta is carried, derivatives are gathered."""

    taped: Taped
    rates: np.ndarray
    recording: np.ndarray

    def step(self, step: Sequence[Any], beta: np.ndarray | None) -> np.ndarray:
        """Undo one step of the tape."""
        kind = step[0]
        if kind == "stretch":
            return self._stretch(beta, *step[1:])
        if kind == "mark":
            return self._mark(beta, *step[1:])
        if kind == "cut":
            keep = step[1]
            wide = np.zeros(len(keep))
            wide[keep] = 1.0 if beta is None else beta
            return wide
        return self._close(beta, *step[1:])

    def _close(self, beta: np.ndarray | None, before: np.ndarray, bit: int, after: np.ndarray) -> np.ndarray:
        k = self.taped.table.n_states
        copy, base = np.divmod(before, k)
        keep = (copy >> bit) & 1 == 1
        shrunk = (((copy >> (bit + 1)) << bit) | (copy & ((1 << bit) - 1))) * k + base
        wide = np.zeros(len(before))
        wide[keep] = 1.0 if beta is None else beta[np.searchsorted(after, shrunk[keep])]
        return wide

    def _stretch(
        self, beta: np.ndarray | None, system: System, setting: Setting, duration: float, before: np.ndarray
    ) -> np.ndarray:
        n = len(system.states)
        later = np.ones(n) if beta is None else beta
        alpha = np.zeros(n)
        alpha[system.place] = before
        if system.step is None:
            return later[system.place]
        pieces = max(1, int(np.ceil(system.rate * duration / CHUNK)))
        weights, step = poisson_weights(system.rate * duration / pieces, TAIL, falling=True), system.step
        starts = [alpha]
        for _ in range(pieces - 1):
            total = combined(lambda v: step @ v, starts[-1], [weights])[0]
            starts.append(total / total.sum())
        backward = step.T.tocsr()
        entry, source, landed, channel = self.taped._arcs(system.states, setting)
        target = np.searchsorted(system.states, landed)
        for start in reversed(starts):
            arc, stay = np.zeros(len(entry)), np.zeros(n)

            def visit(p: np.ndarray, u: np.ndarray, arc: np.ndarray = arc, stay: np.ndarray = stay) -> None:
                arc += p[source] * u[target]
                stay += p * u

            ends = (start, later)
            whole, new = paired(lambda v: step @ v, lambda v: backward @ v, ends, weights.from_zero(), visit)
            scale = system.rate * whole
            self._gather(system, setting, (entry, channel), arc / scale, stay / scale)
            later = new / new.max(initial=1e-300)
        return later[system.place]

    def _gather(
        self, system: System, setting: Setting, arcs: tuple[np.ndarray, np.ndarray], arc: np.ndarray, stay: np.ndarray
    ) -> None:
        taped = self.taped
        entry, channel = arcs
        rate = taped.by_entry[:, 0]
        u = taped.unrecorded(setting.spell, setting.silent)[0]
        member = taped.signatures.astype(float)
        member[:, list(setting.silent)] = 0.0
        plain = channel < 0
        np.add.at(self.rates, entry[plain], arc[plain] * u[taped.group[entry[plain]]])
        self.recording[:, setting.spell] -= member[taped.group[entry[plain]]].T @ (arc[plain] * rate[entry[plain]])
        for c in set(setting.waiting) - set(setting.silent):
            at = channel == c
            p = taped.recording.probability[0, c, setting.spell]
            np.add.at(self.rates, entry[at], arc[at] * p)
            self.recording[c, setting.spell] += arc[at] @ rate[entry[at]]
        leaves, owner = taped.leaving(system.states % taped.table.n_states)
        loop = taped.loops[leaves]
        share = np.where(loop, 1.0 - u[taped.group[leaves]], 1.0)
        np.add.at(self.rates, leaves, -share * stay[owner])
        looping = leaves[loop]
        self.recording[:, setting.spell] -= member[taped.group[looping]].T @ (stay[owner[loop]] * rate[looping])

    def _mark(
        self,
        beta: np.ndarray | None,
        support: np.ndarray,
        before: np.ndarray,
        act: tuple[int, int, tuple[int, ...]],
        after: np.ndarray,
    ) -> np.ndarray:
        channel, spell, silent = act
        taped, k = self.taped, self.taped.table.n_states
        copy, base = np.divmod(support, k)
        entry, owner = taped.leaving(base)
        if channel == CHANGE:
            keep = ~taped.loops[entry]
        else:
            keep = taped.signatures[taped.group[entry], channel] > 0
        entry, owner = entry[keep], owner[keep]
        u = taped.unrecorded(spell, silent)[0]
        p = (
            u[taped.group[entry]]
            if channel == CHANGE
            else np.full(len(entry), taped.recording.probability[0, channel, spell])
        )
        rate = taped.by_entry[entry, 0]
        place = np.searchsorted(after, copy[owner] * k + taped.table.target[entry])
        ahead = np.ones(len(entry)) if beta is None else beta[place]
        new = np.bincount(owner, weights=rate * p * ahead, minlength=len(support))
        flow = before[owner] * ahead / float(before @ new)
        np.add.at(self.rates, entry, flow * p)
        if channel == CHANGE:
            member = taped.signatures.astype(float)
            member[:, list(silent)] = 0.0
            self.recording[:, spell] -= member[taped.group[entry]].T @ (flow * rate)
        else:
            self.recording[channel, spell] += flow @ rate
        return new / new.max(initial=1e-300)
