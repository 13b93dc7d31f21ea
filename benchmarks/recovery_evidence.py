"""Simulation-based calibration and power of the evidence package on the toy of tests/recovery, at full size.

    .venv/bin/python benchmarks/recovery_evidence.py [REPLICATIONS]

Prints, per parameter, the ranks (uniform if posteriors are calibrated) and their Kolmogorov-Smirnov tail, and per
length of record how often the true account comes first, passes its threshold, or is beaten beyond one.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "recovery"))

import numpy as np
from calibration import calibrate
from evidence_toy import ACCOUNTS, bank, scheme, scorer

from detente.evidence.design import design_check
from detente.evidence.priors import JointPrior

YEARS = (0.25, 1.0, 4.0, 12.0)


def main(replications: int = 100) -> dict:
    """Run everything and return it as data."""
    started = time.process_time()
    solved = bank(150)
    usual = solved.log_prior(JointPrior("usual"))
    ranks = calibrate(scorer(solved), scheme(4.0), usual, replications, seed=7)
    names = list(ACCOUNTS)
    log_priors = np.array([solved.log_prior(p) for p in ACCOUNTS.values()])
    power = []
    for years in YEARS:
        d = design_check(names, scorer(solved), scheme(years), log_priors, replications, seed=1)
        power.append(
            {
                "years": years,
                "marks": float(d.marks.mean()),
                "long_enough": d.long_enough,
                "comes_first": [d.found(k) for k in range(2)],
                "conclusive": [d.conclusive(k) for k in range(2)],
                "wrongly_conclusive": [d.wrongly_conclusive(k) for k in range(2)],
                "median_decibans_for_the_truth": [float(np.median(d.factor(k, 1 - k, k))) for k in range(2)],
            }
        )
    return {
        "replications": replications,
        "rank_histograms": dict(zip(ranks.names, ranks.histogram().tolist(), strict=True)),
        "tails": ranks.tails(),
        "power": power,
        "cpu_seconds": round(time.process_time() - started, 1),
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100), indent=1))
