"""What one step of a fit costs on a case of thousands of states: ratios within one run.

    python benchmarks/likelihood.py [CASE] [--points N]

The reference of each line is the way of before: a solve from nothing, and the filter that computes with every state
that is possible. Beside it stand a solve from the point before (steps of a chain, a tenth of the prior's spread) and
the path laid out once; and what the gradient by all parameters costs as a multiple of both.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from detente.evidence.filter import Filter
from detente.evidence.fit import Question
from detente.evidence.jumps import jump_rates
from detente.evidence.recorded import RecordedCase
from detente.solver import solve

STEP = 0.1  # of a chain, in prior standard deviations


def seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("case", nargs="?", default="minsk")
    options.add_argument("--points", type=int, default=5)
    chosen = options.parse_args()
    recorded = RecordedCase.open(chosen.case)
    target = Question(str(recorded.case.folder), recorded.case.as_of, whole=True).target_in(recorded)
    rng, times = np.random.default_rng(0), {name: [] for name in ("cold", "warm", "filter", "laid out", "gradient")}
    z = 0.5 * rng.standard_normal(len(target.names))
    here = target.at(z)
    for _ in range(chosen.points):
        z = np.sqrt(1 - STEP**2) * z + STEP * rng.standard_normal(len(z))
        parameters, chances = target.coordinates.split(target.coordinates.values(z))
        times["cold"].append(seconds(lambda p=parameters: solve(target.family(p))))
        new = target.at(z, here.near)
        times["laid out"].append(seconds(lambda n=new, c=chances: target.log_of(n.near, c)))
        times["warm"].append(seconds(lambda v=z, h=here: target.at(v, h.near)) - times["laid out"][-1])
        times["gradient"].append(seconds(lambda n=new: target.slope(n)))
        rates = np.concatenate([jump_rates(new.near.game, new.near.strategies, target.table), target.coded.constant])
        one = Filter(target.coded.table, target.coded.channels, rates[None], target.recorded_with(chances))
        times["filter"].append(seconds(lambda f=one: f.run(target.coded.path)))
        here = new
    mid = {name: float(np.median(values)) for name, values in times.items()}
    step = mid["warm"] + mid["laid out"]
    print(f"{recorded.case.name}: {recorded.template.space.size} states, {len(target.names)} dimensions")
    for name, reference in (("warm", "cold"), ("laid out", "filter")):
        print(f"{name:9} {mid[name]:.3f} s, 1/{mid[reference] / mid[name]:.1f} of {reference} ({mid[reference]:.3f} s)")
    print(f"a step    {step:.3f} s, 1/{(mid['cold'] + mid['filter']) / step:.1f} of cold and filter")
    print(f"gradient  {mid['gradient']:.3f} s, {mid['gradient'] / step:.1f} steps")


if __name__ == "__main__":
    main()
