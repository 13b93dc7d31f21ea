"""The posterior of a case's parameters given its record: under its own ranges, or under one account."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from detente.draws import Progress
from detente.errors import OptionError, suggest
from detente.evidence.accounts import BINS, NOISE_SHARE, expected_overlap
from detente.evidence.chains import PATIENCE, Chains, Plan, run_chains
from detente.evidence.diagnostics import MIXED, Mixing, mixing_of
from detente.evidence.levels import One
from detente.evidence.posterior import LEAST
from detente.evidence.priors import Quantile, quantile_of
from detente.evidence.recorded import RecordedCase
from detente.evidence.target import Coordinates, RecordTarget, Watch
from detente.evidence.tempered import ROWS, Effort, Population, sampler
from detente.run import Fit
from detente.run.accounts import AnswerFit, PairFit, ParameterFit
from detente.words.numbers import listed

OWN = "the case's own ranges"
Way = Literal["chains", "tempered", "along"]
PERCENTILES = (5, 50, 95)
TRADES = 0.4  # rank correlation from which two parameters are said to trade off
NOISE_ERRORS = 5.0  # standard errors of a correlation of independent draws: more than the largest of ten thousand pairs
MOST_PAIRS = 10  # that are named


@dataclass(frozen=True)
class Question:
    """What is fitted: a case, an account or its own ranges, and the record until a day.

    Attributes:
        date: a situation; its chances of war and peace are watched.
        account: None: the case's own ranges.
        whole: use the whole record, also what came after the date.
    """

    case: str
    date: str
    account: str | None = None
    whole: bool = False

    @property
    def until(self) -> str | None:
        """The last day of the record that counts; None: all of it."""
        return None if self.whole else self.date

    def target(self) -> RecordTarget:
        """The posterior as chains need it; every process builds its own.

        Raises:
            CaseError, RecordError, OptionError: mistakes in the files, or an unknown account.
        """
        return self.target_in(RecordedCase.open(self.case))

    def target_in(self, recorded: RecordedCase) -> RecordTarget:
        """The same, in a case that is compiled and has its record at hand.

        Raises:
            RecordError, OptionError: mistakes in the coding, or an unknown account.
        """
        priors = priors_of(recorded, self.account)
        coded = recorded.code(until=self.until)
        return RecordTarget.of(recorded.template.family, priors, coded, Watch.of(recorded.template, self.date))


@dataclass(frozen=True)
class Fitted:
    """What chains found: as a run keeps it, and the draws behind it.

    Attributes:
        fit: in summary.
        names: of the dimensions, the game's parameters first.
        values: (draws, dimensions); draws of a chain follow one another.
        log: (draws,) log-likelihood, nats.
        chains: how many.
    """

    fit: Fit
    names: tuple[str, ...]
    values: np.ndarray
    log: np.ndarray
    chains: int


def priors_of(recorded: RecordedCase, account: str | None) -> dict[str, Quantile]:
    """Priors of the parameters that vary.

    Raises:
        OptionError: an unknown account, or one that fixes all.
    """
    parameters = recorded.case.parameters
    found: dict[str, Quantile] = {n: quantile_of(p) for n, p in parameters.items() if p.high > p.low}
    if account is not None:
        known = recorded.accounts()
        if account not in known:
            raise OptionError.of(f"--account {account}", f"one of {', '.join(known)}", suggest(account, known))
        found |= {name: prior for name, prior in known[account].changed.items() if name in found}
    if not found:
        raise OptionError.of(f"case '{recorded.case.name}' has no parameter with a range", "something to fit")
    return found


def fit(
    question: Question,
    target: RecordTarget,
    plan: Plan | Effort,
    *,
    folder: Path | None,
    key: str,
    workers: int | None = None,
    executor: str | None = None,
    progress: Progress | None = None,
) -> Fitted:
    """Run chains, or carry particles from the prior to the posterior, and sum up what they found.

    Args:
        question: what is fitted.
        target: built once already, so that mistakes in the files are found before anything is computed.
        plan: how much to compute, of chains (`Plan`) or of tempered Monte Carlo (`Effort`).
        folder: where finished stretches or particles are kept.
        key: names the inputs.
        workers, executor, progress: as in `detente.draws.map_draws`.

    Raises:
        ComputationError: no draw of the prior can have produced the record.
    """
    where = {"folder": folder, "key": f"{key}|{question}", "workers": workers, "executor": executor}
    tempered = isinstance(plan, Effort)
    if tempered:
        found = carried(question, target, plan, progress=progress, **where)
    else:
        found = run_chains(question.target, target.names, plan, progress=progress, **where)
    return summed_up(question, target, found, "tempered" if tempered else "chains")


def summed_up(question: Question, target: RecordTarget, found: Chains, way: Way) -> Fitted:
    """What draws of a posterior say: how far they can be trusted, and every parameter before and after the record.

    Args:
        question: what was fitted.
        target: its posterior.
        found: the draws, of the target's dimensions and with its answers.
        way: how they came about; "along": by a pass through the record, whose solves until then all count.
    """
    values = target.coordinates.values(found.z)
    of_answers, of_parameters = _mixing(found.answers), _mixing(found.z)
    worst = Mixing.worst(of_answers or of_parameters)
    made = Fit(
        account=question.account or OWN,
        date=question.date,
        until=target.coded.until,
        whole=question.whole,
        method="chains" if way == "chains" else "tempered",
        chains=len(found.log),
        draws=found.log.size,
        solves=found.evaluations,
        accepted=found.accepted,
        rhat_max=worst.rhat,
        ess_min=worst.ess,
        refused=not worst.settled,
        answers=tuple(
            AnswerFit(id=id, rhat=m.rhat, ess=m.ess) for id, m in zip(found.watched, of_answers, strict=True)
        ),
        parameters=tuple(_parameters(target.coordinates, found.z, values, of_parameters)),
        pairs=pairs_of(target.names, found.z.reshape(-1, len(target.names)), worst),
        words=tuple(_words(found, worst, way)),
    )
    size = len(target.names)
    return Fitted(made, target.names, values.reshape(-1, size), found.log.ravel(), len(found.log))


@dataclass(frozen=True)
class Carried:
    """Builds what carries particles along; picklable."""

    question: Question

    def __call__(self) -> One:
        """The levels; every process builds its own."""
        return One(self.question.target())


def carried(question: Question, target: RecordTarget, effort: Effort, **where: Any) -> Chains:
    """Particles carried from the prior to the posterior.

    Args:
        question: what is fitted.
        target: built once already.
        effort: how much to compute.
        where: as in `detente.evidence.tempered.sampler`.
    """
    with sampler(Carried(question), target.names, effort, **where) as walk:
        found = walk.towards(walk.prior(1), [0.0], [1.0])
    return laid_out(found, target, walk.lengths, found.logs[:, 0], found.told)


def laid_out(
    found: Population,
    target: RecordTarget,
    lengths: tuple[float, float],
    log: np.ndarray,
    answers: np.ndarray,
    places: np.ndarray | None = None,
) -> Chains:
    """Particles of equal weight, row by row as if each row were a chain: those of one origin lie side by side.

    A particle that has no solution from nothing gives its place to the one before it.

    Args:
        found: the particles, moved.
        target: whose posterior they stand for.
        lengths: of the last moves.
        log: (particles,) its log-likelihood, nats.
        answers: (particles, watched) its answers.
        places: (dimensions,) where its dimensions are among those of the particles; None: all, in order.
    """
    alive = np.flatnonzero(np.isfinite(found.weights))
    rows = alive[np.maximum(np.searchsorted(alive, np.arange(found.size), side="right") - 1, 0)]
    z = found.z[rows] if places is None else found.z[rows][:, places]
    return Chains(
        names=target.names,
        z=z.reshape(ROWS, -1, len(target.names)),
        log=log[rows].reshape(ROWS, -1),
        watched=target.watched,
        answers=answers[rows].reshape(ROWS, found.size // ROWS, len(target.watched)),
        accepted=found.accepted,
        lengths=lengths,
        evaluations=found.solves,
        checked=np.array(found.off),
        faults=found.faults,
    )


def pairs_of(names: Sequence[str], z: np.ndarray, worst: Mixing) -> tuple[PairFit, ...]:
    """Pairs of parameters whose draws (draws, dimensions) trade off, strongest first; none before chains have mixed.

    A pair is named from a rank correlation of .4 on, and only beyond what as many independent draws would show.
    """
    if not worst.settled or len(names) < 2:
        return ()
    ranks = np.argsort(np.argsort(z, axis=0), axis=0)
    correlation = np.asarray(np.corrcoef(ranks, rowvar=False))
    least = max(TRADES, NOISE_ERRORS / np.sqrt(worst.ess))
    rows, columns = np.triu_indices(len(names), 1)
    order = np.argsort(-np.abs(correlation[rows, columns]), kind="stable")[:MOST_PAIRS]
    found = [(int(rows[n]), int(columns[n])) for n in order]
    return tuple(
        PairFit(names=(names[a], names[b]), correlation=float(correlation[a, b]))
        for a, b in found
        if abs(correlation[a, b]) >= least
    )


def _mixing(draws: np.ndarray) -> list[Mixing]:
    """Of each number of (chains, draws, numbers)."""
    return [mixing_of(draws[..., n]) for n in range(draws.shape[-1])]


def _parameters(
    coordinates: Coordinates, z: np.ndarray, values: np.ndarray, mixings: list[Mixing]
) -> Iterator[ParameterFit]:
    """Prior and posterior of each dimension; z and values (chains, draws, dimensions)."""
    from scipy.special import ndtr, ndtri

    u = ndtr(z)
    prior = coordinates.values(np.repeat(ndtri(np.array(PERCENTILES) / 100)[:, None], z.shape[-1], axis=1))
    for n, (name, mixing) in enumerate(zip(coordinates.names, mixings, strict=True)):
        share = np.histogram(u[..., n], BINS, (0.0, 1.0))[0] / u[..., n].size
        overlap = float(np.minimum(share, 1 / BINS).sum())
        low, mid, high = (float(v) for v in np.percentile(values[..., n], PERCENTILES))
        yield ParameterFit(
            name=name,
            overlap=overlap,
            low=low,
            mid=mid,
            high=high,
            assumption_not_record=overlap > NOISE_SHARE * expected_overlap(max(1.0, mixing.ess)),
            prior=(float(prior[0, n]), float(prior[1, n]), float(prior[2, n])),
            rhat=mixing.rhat,
            ess=mixing.ess,
        )


def _words(found: Chains, worst: Mixing, way: Way) -> Iterator[str]:
    """How far the posterior can be trusted."""
    what = "answer" if found.watched else "parameter"
    apart = "" if worst.rhat is None else f", and R-hat is at most {worst.rhat:.3f}"
    who = f"{found.z.shape[0]} chains" if way == "chains" else f"{found.log.size} particles"
    since = " on the way through the record until then" if way == "along" else ""
    yield (
        f"{who}, {found.evaluations} games solved{since}; "
        f"every {what} rests on {worst.ess:.0f} effective draws or more{apart}"
    )
    lacks = []
    if worst.ess < LEAST:
        lacks.append(f"fewer than {LEAST:.0f} effective draws")
    if worst.rhat is None or worst.rhat > MIXED:
        lacks.append(f"chains that do not agree (R-hat above {MIXED})")
    if lacks:
        more = "--steps" if way == "chains" else "--draws"
        yield f"{listed(lacks)}: read no number here as settled; more {more} may help"
    if found.left:
        yield (
            f"in {found.left:.1%} of {len(found.checked)} checks a solve from nothing and one from the point before "
            f"differed by over {PATIENCE} nats"
        )
    if found.faults:
        yield f"points without a certified equilibrium were refused ({found.faults[0]})"
