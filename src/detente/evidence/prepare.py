"""From a case with a record to a study: mistakes in case, coding and accounts are found before anything is solved."""

from pathlib import Path

import numpy as np

from detente.draws import Progress
from detente.evidence.bank import Bank, CaseSolver
from detente.evidence.part import accounts_key
from detente.evidence.posterior import Proposal
from detente.evidence.predict import BackTested, back_test, held_out_split
from detente.evidence.priors import JointPrior, space_of
from detente.evidence.recorded import RecordedCase
from detente.evidence.study import Settings, Study, StudyResult

BACK_TEST_SEED = 31  # added to the seed: other draws than those of the study of accounts


def study_of(
    recorded: RecordedCase, settings: Settings, store: Path, progress: Progress, *, accounts: bool = True
) -> Study:
    """Everything that a study reads, checked.

    Args:
        recorded: the case.
        settings: how much to compute.
        store: where results are kept.
        progress: called with (share done, words).
        accounts: whether the case must have accounts.

    Raises:
        CaseError, RecordError, OptionError: mistakes in the case, coding or accounts.
    """
    coded, second = recorded.code(), recorded.second()
    space = space_of(recorded.case.parameters)
    priors = recorded.accounts() if accounts or recorded.case.accounts else {}
    for prior in priors.values():
        space.check(prior)
    noise = [n for n, p in recorded.case.parameters.items() if n.split(".")[0] == "noise" and p.high <= p.low]
    if not any(d.nuisance == "noise" for d in space.dimensions):
        noise = noise or ["noise"]
    solver = CaseSolver(str(recorded.case.folder))
    return Study(
        case=str(recorded.case.folder),
        solver=solver,
        table=solver.table,
        space=space,
        priors=priors,
        coded=coded,
        second=second,
        fixed=[*noise, *(c.name for c in coded.chances if c.high <= c.low)],
        folder=store,
        key=recorded.solving_key(),
        inputs=accounts_key(recorded.case),
        settings=settings,
        progress=progress,
    )


def run_study(recorded: RecordedCase, study: Study) -> StudyResult:
    """The study of a case's accounts, with baselines on the last part of its record."""
    split = held_out_split(study.coded)
    window = (split, study.coded.until)
    return study.run(lambda bank, log_prior: back_test_case(recorded, bank, log_prior, split, window))


def back_test_own(recorded: RecordedCase, study: Study, until: str, window: tuple[str, str]) -> BackTested:
    """One back-test with draws from the case's own ranges."""
    own = JointPrior("the case's own ranges")
    settings = study.settings
    bank = study.bank([Proposal(own, settings.draws)], settings.seed + BACK_TEST_SEED, 0.0, 0.8)
    return back_test_case(recorded, bank, bank.log_prior(own), until, window)


def back_test_case(
    recorded: RecordedCase, bank: Bank, log_prior: np.ndarray, until: str, window: tuple[str, str]
) -> BackTested:
    """One back-test of a case with a given bank; log_prior (rows,)."""
    template = recorded.template
    first = next(iter(recorded.case.states))
    watch = template.space.codes[template.space.variable(first)]
    war = template.mask(recorded.case.outcomes.war)
    return back_test(bank, log_prior, lambda date: recorded.code(until=date), until, window, watch=watch, war=war)
