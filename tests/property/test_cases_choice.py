"""What the model of choice must not move, on the shipped cases: fillers change no answer, the ceiling hardly any."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from case_files import STARTER

from detente.case import find_case, load_case, shipped_cases
from detente.game import compile_case
from detente.solver import solve
from detente.verbs.ask import run as ask

FILLER = "    idle_about: {rate: RATE, cost: COST, when: 'WHEN'}\n"
CASES = [
    pytest.param(case, marks=pytest.mark.slow if case == "minsk" else ()) for case in (*shipped_cases(), "starter")
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


def numbers(case: str | Path) -> dict[str, list[float | None]]:
    run = json.loads(ask(case, "peace,relapse,gain_from_settling", draws=2, seed=3, workers=1).model_dump_json())
    return {q["id"]: [q["low"], q["mid"], q["high"]] for q in run["quantities"]}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("rate", "cost", "when"),
    [(5, 0.2, "phase == peace"), (20, 1, "phase != peace"), (0.05, 0, "phase in PHASES")],
)
def test_a_filler_changes_no_answer(tmp_path, case, rate, cost, when):
    """Also where the act costs more or less than the noise, and comes twenty times a year."""
    loaded = load_case(folder_of(case))
    when = when.replace("PHASES", f"[{', '.join(loaded.states['phase'].values)}]")
    plain = numbers(folder_of(case))
    filled = numbers(with_fillers(case, tmp_path / "filled", rate, cost, when))
    assert filled.keys() == plain.keys()
    for id, found in filled.items():
        assert found == pytest.approx(plain[id], rel=1e-6, abs=1e-9), id


@pytest.mark.parametrize("case", [*shipped_cases(), "starter"])
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
