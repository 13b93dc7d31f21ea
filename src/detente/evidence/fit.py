"""The posterior of a case's parameters, under its own ranges or under one account."""

from dataclasses import replace

from detente.errors import OptionError, suggest
from detente.evidence.accounts import parameter_fits
from detente.evidence.posterior import Proposal, Weighted, weigh
from detente.evidence.priors import JointPrior
from detente.evidence.score import scorer_for
from detente.evidence.study import Study
from detente.run import Fit

OWN = "the case's own ranges"
HEAVY = 0.1  # share of the weight from which one draw is named
SEED = 31  # added to the study's seed: other draws than those of the study of accounts


def fit(study: Study, account: str | None = None) -> Fit:
    """Weigh draws of one prior by the record, and refine them up to the cap.

    Args:
        study: a case's study; its settings say how many draws to begin with and where to stop.
        account: one of its accounts; None: the case's own ranges.

    Raises:
        OptionError: an unknown account.
    """
    if account is not None and account not in study.priors:
        known = list(study.priors)
        raise OptionError.of(f"--account {account}", f"one of {', '.join(known)}", suggest(account, known))
    prior = study.priors[account] if account is not None else JointPrior(OWN)
    study = replace(study, priors={prior.name: prior})
    settings = study.settings
    bank = study.bank([Proposal(prior, min(settings.draws, settings.cap))], settings.seed + SEED, 0.0, 0.2)
    bank, log_likelihood = study.refined(bank, scorer_for(bank, study.coded).score(study.coded.path))
    weighted = weigh(bank.log_prior(prior), log_likelihood)
    return Fit(
        account=prior.name,
        log_evidence=weighted.log_evidence if weighted.ess else None,
        ess=weighted.ess,
        solves=bank.solves,
        failed=len(bank.left_out),
        refused=weighted.refused,
        parameters=parameter_fits(bank, bank.log_prior(prior), weighted.weights),
        words=tuple(trust(weighted, bank.solves, bank.left_out_in_words)),
    )


def trust(weighted: Weighted, solves: int, left_out: str) -> list[str]:
    """How far a posterior can be trusted, in words."""
    words = [f"{solves} solves, effective sample size {weighted.ess:.0f}"]
    if weighted.refused:
        words.append("too few effective draws: read no number here as settled; a larger --cap may help")
    top = float(weighted.weights.max(initial=0.0))
    if top > HEAVY:
        words.append(f"one draw carries {top:.0%} of the weight")
    if left_out:
        words.append(left_out)
    return words
