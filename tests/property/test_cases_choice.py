"""What the model of choice must not move, on the shipped cases: fillers change no answer, the ceiling hardly any."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from case_files import STARTER

from detente.case import find_case, load_case, shipped_cases
from detente.draws import uniforms
from detente.game import compile_case
from detente.solver import solve
from detente.verbs.ask import run as ask

FILLER = "    idle_about: {rate: RATE, cost: COST, when: 'WHEN'}\n"
CASES = [
    pytest.param(case, marks=() if case == "starter" else pytest.mark.slow) for case in (*shipped_cases(), "starter")
]


def folder_of(case: str) -> Path:
    return STARTER.parent if case == "starter" else find_case(case)


def with_fillers(case: str, folder: Path, rate: float, cost: float, when: str) -> Path:
    """A copy of a case in which every actor with actions has one more, that changes nothing."""
    lines = (folder_of(case) / "case.yaml").read_text("utf-8").splitlines(keepends=True)
    start = next(n for n, line in enumerate(lines) if line.startswith("actions:"))
    end = next(n for n in range(start + 1, len(lines)) if lines[n][0] not in " #\n")
    own = FILLER.replace("RATE", str(rate)).replace("COST", str(cost)).replace("WHEN", when)
    added = [
        line + own if start < n < end and line[:2] == "  " and line[2].isalpha() else line
        for n, line in enumerate(lines)
    ]
    folder.mkdir(exist_ok=True)
    (folder / "case.yaml").write_text("".join(added), "utf-8")
    assert sum("idle_about" in line for line in added) >= 2
    return folder


def numbers(folder: Path) -> np.ndarray:
    """Chances of war and settlement by some years, and gains from settling, at two draws."""
    template = compile_case(load_case(folder))
    x, found = template.state(template.case.as_of), []
    parameters = template.case.parameters
    for row in uniforms(2, len(parameters), 3):
        draw = {name: p.sample(float(u)) for (name, p), u in zip(parameters.items(), row, strict=True)}
        solved = solve(template.game(draw)).require()
        chain = solved.chain()
        found += [chain.reach_curve(mask, [2.0, 10.0], x) for mask in (template.war, template.peace)]
        found += [solved.values[:, template.settled(package)[x]] - solved.values[:, x] for package in template.packages]
    return np.concatenate(found)


WHERE = ("PEACE", "not (PEACE)", "PEACE or not (PEACE)")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("rate", "cost"), [(20, 1.5), *(pytest.param(*one, marks=pytest.mark.slow) for one in ((5, 0.2), (0.05, 0)))]
)
def test_a_filler_changes_no_answer(tmp_path, case, rate, cost):
    """Open in peace only, elsewhere only, everywhere; rare or frequent; free, or dearer than twice the noise."""
    peace = load_case(folder_of(case)).outcomes.peace.text
    plain = numbers(folder_of(case))
    for n, where in enumerate(WHERE):
        filled = with_fillers(case, tmp_path / str(n), rate, cost, where.replace("PEACE", peace))
        assert numbers(filled) == pytest.approx(plain, rel=1e-6, abs=1e-9)


@pytest.mark.slow
def test_what_is_asked_of_minsk_does_not_hang_on_a_filler(tmp_path):
    """All but the second opinions, which have another model of choice."""
    filled = with_fillers("minsk", tmp_path / "filled", 5, 0.2, "phase == peace")
    runs = [ask(case, "peace", draws=8, workers=2) for case in (folder_of("minsk"), filled)]
    plain, other = ({q.id: (q.low, q.mid, q.high) for q in run.quantities} for run in runs)
    assert plain.keys() == other.keys() and len(plain) >= 4
    for id, found in other.items():
        assert found == pytest.approx(plain[id], rel=1e-6, abs=1e-9), id


@pytest.mark.parametrize(
    "case", [pytest.param(c, marks=pytest.mark.slow if c == "minsk" else ()) for c in (*shipped_cases(), "starter")]
)
def test_four_times_the_ceiling_moves_no_gain_by_a_hundredth_of_what_is_at_stake(case):
    template = compile_case(load_case(folder_of(case)))
    game, x = template.game(), template.state(template.case.as_of)
    assert game.shocks == "occasions"
    own, other = (solve(g).require().values for g in (game, replace(game, ceiling=4 * game.ceiling)))
    stake = np.ptp(own, axis=1)
    for package in template.packages:
        y = template.settled(package)[x]
        moved = (other[:, y] - other[:, x]) - (own[:, y] - own[:, x])
        assert (np.abs(moved) < 0.01 * stake).all()
