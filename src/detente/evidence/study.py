"""One study of a record: bank, evidence, design check, checks, verdict, in the order that docs/evidence.md demands.

Accounts and coding are frozen by hash before anything is scored; the design check comes before the verdict; the
number of solves is capped and reported; whatever is interrupted goes on from its files.
"""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from detente.draws import Progress
from detente.errors import check_number
from detente.evidence.accounts import (
    Compared,
    Telling,
    Variant,
    bias_tolerance,
    compare,
    parameter_fits,
    sensitivity,
    telling_events,
    without_sources,
)
from detente.evidence.agreement import Agreement, agreement
from detente.evidence.bank import Bank, SolvedDraw, fill, solved_at
from detente.evidence.checks import Checked, passed, predictive_check
from detente.evidence.coded import Coded
from detente.evidence.design import Designed, design_check
from detente.evidence.jumps import JumpTable
from detente.evidence.posterior import Proposal, weigh
from detente.evidence.predict import BackTested
from detente.evidence.priors import JointPrior, ParameterSpace
from detente.evidence.rivals import mixture_of, posteriors
from detente.evidence.score import Scorer, scorer_for
from detente.evidence.tempered import Effort
from detente.evidence.verdict import (
    AccountsVerdict,
    decide,
    design_condition,
    predictive_condition,
    priors_condition,
    robust_condition,
    sampling_condition,
)
from detente.files.keys import code_fingerprint, content_key
from detente.run.accounts import ParameterFit

DESIGN = "design"  # folder of simulated records, below that of solved draws
WIDE = JointPrior("reference", {}, True)
MATTERS = 15.0  # nats: draws so far behind the best of every account are not scored exactly
EXACT_DRAWS = 4  # sets of recording probabilities per draw that matters
LEAST_WIDE = 4  # draws from the wide reference prior
COUNTS = 1e-4  # of the largest weight: draws below it are not scored again without each source
STEPS = 8  # of a tempered run, about
FEW_RECORDS, MANY_RECORDS = 200, 1000  # simulated for predictive checks, without and with the variants


@dataclass(frozen=True)
class Settings:
    """How much to compute.

    Attributes:
        draws: draws from each account's prior; a quarter as many from the wide reference prior.
        particles: carried to the posterior of the wide reference prior, and to that of each account it does not reach;
            0: to none.
        records: simulated records per account; below 200 there is no verdict.
        rows: rows of the bank used for the design check.
        seed: of everything.
        workers: processes; never changes a number.
        variants: whether to leave out sources and score the second coding.

    Raises:
        OptionError: a number out of range.
    """

    draws: int = 35
    particles: int = 400
    records: int = 200
    rows: int = 192
    seed: int = 0
    workers: int | None = None
    variants: bool = True

    def __post_init__(self) -> None:
        for option in ("draws", "records"):
            check_number(option, getattr(self, option), 1, whole=True)
        if self.particles:
            Effort(particles=self.particles)
        check_number("seed", self.seed, 0, whole=True)

    @staticmethod
    def quick(seed: int = 0, workers: int | None = None) -> "Settings":
        """The design check on few records, and no verdict."""
        return Settings(draws=5, particles=0, records=10, rows=34, seed=seed, workers=workers, variants=False)


@dataclass
class Study:
    """Everything that a study reads.

    Attributes:
        case: its folder.
        solver: certified rates of a draw.
        table: the case's pattern of jumps.
        space: dimensions.
        priors: account -> prior.
        coded: the coded record.
        second: a second coding of it, if there is one.
        fixed: nuisances that are fixed numbers (then there is no verdict).
        folder: where results are kept; None: in memory.
        key: names the game and the engine: a solved draw is used again under the same.
        inputs: names all files of the study: a simulated record is used again under the same.
    """

    case: str
    solver: Callable[[dict[str, float]], SolvedDraw]
    table: JumpTable
    space: ParameterSpace
    priors: Mapping[str, JointPrior]
    coded: Coded
    second: Coded | None = None
    fixed: Sequence[str] = ()
    folder: Path | None = None
    key: str = ""
    inputs: str = ""
    settings: Settings = field(default_factory=Settings)
    progress: Progress = lambda _share, _words: None

    # -- the bank ---------------------------------------------------------------------------------------------------

    def proposals(self) -> list[Proposal]:
        """Every account's prior equally often, and a quarter as many draws from the wide reference prior."""
        draws = self.settings.draws
        return [*(Proposal(p, draws) for p in self.priors.values()), Proposal(WIDE, max(LEAST_WIDE, draws // 4))]

    def bank(self, proposals: Sequence[Proposal], seed: int, low: float, high: float) -> Bank:
        """Solve the draws of some proposals, with progress from `low` to `high`."""
        return fill(
            self.solver,
            self.table,
            self.space,
            proposals,
            seed=seed,
            folder=None if self.folder is None else self.folder / "draws",
            workers=self.settings.workers,
            progress=lambda share, words: self.progress(low + (high - low) * share, words),
            key=self.key,
        )

    def solved(self, u: np.ndarray, low: float, high: float) -> Bank:
        """Solve given points (draws, dimensions), with progress from `low` to `high`."""
        return solved_at(
            self.solver,
            self.table,
            self.space,
            u,
            folder=None if self.folder is None else self.folder / "draws",
            workers=self.settings.workers,
            progress=lambda share, words: self.progress(low + (high - low) * share, words),
            key=self.key,
        )

    def log_priors(self, bank: Bank) -> np.ndarray:
        """(accounts, rows) prior weights."""
        return np.array([bank.log_prior(p) for p in self.priors.values()])

    def score(self, bank: Bank) -> np.ndarray:
        """(rows,) log-likelihood of the record, exact in the recording probabilities for the draws that matter."""
        names = np.array([bank.log_prior(p) for p in self.priors.values()])
        scorer = scorer_for(bank, self.coded).tuned(self.coded.path, np.logaddexp.reduce(names, axis=0))
        rough = scorer.score(self.coded.path)
        if not np.isfinite(rough).any():
            return rough
        joint = names + rough
        with np.errstate(invalid="ignore"):
            behind = np.nanmin(joint.max(axis=1, keepdims=True) - joint, axis=0)
        rows = np.flatnonzero(behind < MATTERS)
        result = rough.copy()
        result[rows] = scorer.some(rows).exact(self.coded.path, EXACT_DRAWS, self.settings.seed)[0]
        return result

    def ahead(self) -> str:
        """How long the way to the posteriors is going to be, in words."""
        effort = Effort(particles=self.settings.particles)
        began = time.perf_counter()
        self.solver(
            dict(zip(self.space.names, map(float, self.space.values(np.full((1, len(self.space.names)), 0.5))[0])))
        )
        games = effort.particles * STEPS * (1 + effort.moves) * (1 + len(self.priors))
        hours = games * (time.perf_counter() - began) / 3600
        return f"the way to {1 + len(self.priors)} posteriors: some {games:,} games, {hours:.1g} hours of one processor"

    def refined(self, first: Bank) -> "tuple[Bank, np.ndarray, tuple[float, ...]]":
        """The bank with draws of the posteriors, its log-likelihoods, and the variances of `Compared`."""
        if not self.settings.particles:
            return first, self.score(first), ()
        self.progress(0.5, self.ahead())
        parts = posteriors(
            self.case,
            self.space,
            self.priors,
            Effort(particles=self.settings.particles, seed=self.settings.seed),
            folder=None if self.folder is None else self.folder / "posteriors",
            key=f"{self.key}|{self.inputs}",
            workers=self.settings.workers,
            progress=lambda share, words: self.progress(0.5 + 0.35 * share, words),
        )
        more = self.solved(np.concatenate([part.u for part in parts]), 0.85, 0.88)
        worth = np.concatenate([np.full(len(part.u), part.worth) for part in parts])[more.draw]
        bank = first.joined(replace(more, worth=worth))
        log_likelihood = self.score(bank)
        bank = replace(
            bank,
            log_mixture=mixture_of(self.space, bank.log_mixture, first.total, parts, bank.u, log_likelihood),
            total=first.total + sum(len(part.u) for part in parts),
            solves=bank.solves + sum(part.population.solves for part in parts),
        )
        beyond = {part.prior.name: max(0.0, part.variance) for part in parts}
        return bank, log_likelihood, tuple(beyond.get(prior.name, 0.0) for prior in self.priors.values())

    # -- the whole --------------------------------------------------------------------------------------------------

    def run(self, held_out: Callable[[Bank, np.ndarray], BackTested] | None = None) -> "StudyResult":
        """Run the study.

        Args:
            held_out: scores held-out events given the first bank and weights of the accounts taken together.
        """
        names = list(self.priors)
        first = self.bank(self.proposals(), self.settings.seed, 0.0, 0.25)
        log_priors = self.log_priors(first)
        baselines = None
        if held_out is not None:
            self.progress(0.25, "simple rivals on held-out events")
            baselines = held_out(first, np.logaddexp.reduce(log_priors, axis=0))
        part = first.first(self.settings.rows)
        designed = self.design(part, names)
        self.progress(0.5, "scoring the record")
        bank, log_likelihood, variances = self.refined(first)
        self.progress(0.9, "comparing accounts")
        compared = compare(names, self.log_priors(bank), log_likelihood, bank.worth, variances)
        return self.findings(compared, bank, part=part, designed=designed, baselines=baselines)

    def learnt(self, bank: Bank, log_likelihood: np.ndarray) -> tuple[ParameterFit, ...]:
        """What the record says of every parameter under the accounts taken together (equal weights)."""
        pooled = np.logaddexp.reduce(self.log_priors(bank), axis=0) - np.log(len(self.priors))
        return parameter_fits(bank, pooled, weigh(pooled, log_likelihood, bank.worth).weights)

    def design(self, part: Bank, names: Sequence[str]) -> Designed:
        """The design check, before the record is scored."""
        settings = {k: v for k, v in dataclasses.asdict(self.settings).items() if k != "workers"}
        key = content_key(self.key, self.inputs, settings, list(names), code_fingerprint())
        return design_check(
            names,
            scorer_for(part, self.coded),
            self.coded.scheme,
            self.log_priors(part),
            self.settings.records,
            seed=self.settings.seed + 1,
            workers=0 if self.folder is None else self.settings.workers,
            progress=lambda share, words: self.progress(0.3 + 0.2 * share, words),
            store=None if self.folder is None else self.folder / DESIGN,
            key=key,
        )

    def findings(
        self,
        compared: Compared,
        bank: Bank,
        *,
        part: Bank,
        designed: Designed,
        baselines: BackTested | None,
    ) -> "StudyResult":
        """Everything that follows from the scored record."""
        names, log_likelihood, log_priors = compared.names, compared.log_likelihood, self.log_priors(bank)
        pooled = np.logaddexp.reduce(log_priors, axis=0)
        scorer = scorer_for(bank, self.coded).tuned(self.coded.path, pooled)
        alone = compare(names, self.log_priors(part), scorer_for(part, self.coded).score(self.coded.path), part.worth)
        _, labels, increments = scorer.trace(self.coded.path)
        telling = telling_events(self.coded, labels, increments, log_priors, compared.pair)
        variants = sensitivity(bank, self.priors, log_likelihood, compared.order[0]) if len(names) > 1 else []
        if self.settings.variants and len(names) > 1:
            variants += self.left_out(bank, scorer, compared, log_priors)
        self.progress(0.96, "posterior predictive checks")
        checks = predictive_check(
            scorer,
            self.coded.scheme,
            self.coded.path,
            log_priors[compared.order[0]] + log_likelihood,
            records=MANY_RECORDS if self.settings.variants else FEW_RECORDS,
            seed=self.settings.seed + 2,
        )
        return StudyResult(
            names=tuple(names),
            bank=bank,
            coded=self.coded,
            compared=compared,
            designed=designed,
            telling=tuple(telling),
            variants=tuple(variants),
            checks=tuple(checks),
            agreement=None if self.second is None else agreement(self.coded, self.second),
            baselines=baselines,
            tolerance=bias_tolerance(telling, compared.decibans(*compared.pair)[0]),
            parameters=self.learnt(bank, log_likelihood),
            verdict=self.judge(compared, alone, designed, checks, variants),
            quick=designed.quick,
        )

    def left_out(self, bank: Bank, scorer: Scorer, compared: Compared, log_priors: np.ndarray) -> list[Variant]:
        """Without each source, and under the second coding."""
        names, first = compared.names, compared.order[0]
        self.progress(0.92, "leaving out each source")
        weight = np.max([r.weights for r in compared.results], axis=0)
        rows = np.flatnonzero(weight > COUNTS * weight.max())
        result = without_sources(self.coded, scorer.some(rows), names, log_priors[:, rows], first)
        if self.second is not None:
            pooled = np.logaddexp.reduce(log_priors, axis=0)
            again = scorer_for(bank, self.second).tuned(self.second.path, pooled)
            other = compare(names, log_priors, again.score(self.second.path), bank.worth)
            result.append(Variant("second coding", other.lead(first), min(r.ess for r in other.results)))
        return result

    def judge(
        self,
        compared: Compared,
        alone: Compared,
        designed: Designed,
        checks: Sequence[Checked],
        variants: Sequence[Variant],
    ) -> AccountsVerdict:
        """The verdict from its conditions."""
        design, threshold = design_condition(compared, designed, alone)
        worst = "; ".join(f"{c.statistic} {c.seen:g}, simulated {c.low:g} to {c.high:g}" for c in checks[:3])
        conditions = [
            priors_condition(self.fixed),
            design,
            predictive_condition(passed(checks), worst),
            robust_condition(variants if self.settings.variants and compared.settled else []),
            sampling_condition(compared),
        ]
        return decide(compared, conditions, threshold)


@dataclass(frozen=True)
class StudyResult:
    """What a study found; `report.py` turns it into a part of a run."""

    names: tuple[str, ...]
    bank: Bank
    coded: Coded
    compared: Compared
    designed: Designed
    telling: tuple[Telling, ...]
    variants: tuple[Variant, ...]
    checks: tuple[Checked, ...]
    agreement: Agreement | None
    baselines: BackTested | None
    tolerance: tuple[int, int]
    parameters: tuple[ParameterFit, ...]
    verdict: AccountsVerdict
    quick: bool
    edits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
