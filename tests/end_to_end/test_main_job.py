"""The main job on every shipped case: golden answers, the same bytes for the same seed, whole run folders."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from case_files import prices_of_levers

from detente.answers import evaluate
from detente.case import load_case, shipped_cases
from detente.errors import OptionError
from detente.game import compile_case
from detente.run import read_run
from detente.solver import solve
from detente.verbs.analyze import run as analyze

GOLDEN = Path(__file__).parent / "golden"
EVERYTHING = GOLDEN / "everything"
ASKED = ("relapse", "peace", "trigger", "gain_from_settling", "sign_now", "delay", "loss", "values")


def answers_of(case: str, draws: int = 2, asked: tuple[str, ...] | None = ASKED) -> dict[str, list[float | None]]:
    """Percentiles of answers over two draws, as the golden files hold them: too few to print, enough to compare."""
    template = compile_case(load_case(case))
    found = evaluate(template, template.case.as_of, draws=draws, seed=0, questions=asked, tornado=False, workers=0)
    assert found.solution.certified
    spread = {
        id: np.percentile(v[np.isfinite(v)], [5, 50, 95]) for id, v in found.draws.items() if np.isfinite(v).any()
    }
    return {q.id: list(map(float, spread[q.id])) if q.id in spread else [None] * 3 for q in found.quantities}


def test_no_shipped_case_lacks_a_golden_run():
    for folder in (GOLDEN, EVERYTHING):
        assert {path.stem for path in folder.glob("*.json")} == set(shipped_cases())


SMALL = "toy-process"  # by default; the others are slow
CASES = [pytest.param(case, marks=() if case == SMALL else pytest.mark.slow) for case in shipped_cases()]


@pytest.mark.parametrize("case", CASES)
def test_golden_answers(case):
    """Set DETENTE_WRITE_GOLDEN=1 to write the files anew after a change that is meant to move answers."""
    same_as_golden(answers_of(case), GOLDEN / f"{case}.json")


@pytest.mark.slow
@pytest.mark.parametrize("case", shipped_cases())
def test_golden_answers_to_every_question(case):
    """One draw each: prolongation, spoilers, break-evens and all else that needs many solves."""
    found = answers_of(case, draws=1, asked=None)
    assert any(id.startswith("prolongation.") for id in found)
    same_as_golden(found, EVERYTHING / f"{case}.json")


def same_as_golden(found: dict[str, list[float | None]], path: Path) -> None:
    if os.environ.get("DETENTE_WRITE_GOLDEN"):
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    golden = json.loads(path.read_text("utf-8"))
    assert found.keys() == golden.keys()
    for id, values in golden.items():
        for now, then in zip(found[id], values, strict=True):
            assert (now is None) == (then is None), id
            if then is not None:
                assert now == pytest.approx(then, rel=1e-5, abs=1e-7), id


@pytest.mark.slow
def test_same_seed_same_bytes_and_a_whole_folder(tmp_path):
    run, folder = analyze("good-friday", out=tmp_path / "a", draws=3, seed=5, workers=1), tmp_path / "a"
    analyze("good-friday", out=tmp_path / "b", draws=3, seed=5, workers=2)
    first, second = ((tmp_path / name / "run.json").read_bytes() for name in "ab")
    assert first == second
    assert read_run(folder) == run
    assert str(tmp_path).encode() not in first
    page = (folder / "dossier.html").read_text("utf-8")
    assert "not a confidence interval" in page or "not confidence" in page
    for name in run.inputs:
        assert (folder / "inputs" / name).is_file(), name
    for name in run.tables:
        assert (folder / "tables" / f"{name}.csv").is_file(), name
    data = json.loads(first)
    needed = {"schema", "version", "case", "date", "seed", "draws", "inputs", "model", "solution", "quantities"}
    assert needed | {"warnings"} <= data.keys()
    assert {"certified", "residual", "gap", "spectral_radius"} <= data["solution"].keys()
    keys = {"id", "actor", "unit", "low", "mid", "high", "sign_share", "reason_no_interval", "assumptions", "rests_on"}
    assert all(keys <= quantity.keys() for quantity in data["quantities"])
    other = analyze("good-friday", out=tmp_path / "c", draws=3, seed=6, workers=1)
    assert other.quantities != run.quantities


@pytest.mark.slow
def test_a_run_analyses_again_from_its_own_inputs(tmp_path):
    run, folder = analyze("good-friday", out=tmp_path / "a", draws=2, workers=1), tmp_path / "a"
    again = analyze(folder / "inputs", out=tmp_path / "b", draws=2, workers=1)
    assert again.quantities == run.quantities
    assert again.inputs == run.inputs


def test_unknown_date_and_no_draws_are_said(tmp_path):
    with pytest.raises(OptionError, match=r"no situation for 1900-01-01; expected one of"):
        analyze("good-friday", date="1900-01-01", out=tmp_path)
    with pytest.raises(OptionError, match=r"--draws 0; expected a whole number from 1 to 100000"):
        analyze("good-friday", draws=0, out=tmp_path)


def test_minsk_is_as_promised():
    case = load_case("minsk")
    template = compile_case(case)
    assert 500 <= template.space.size <= 20_000
    assert {"armenia", "azerbaijan", "karabakh", "russia", "france", "united_states"} <= set(template.players)
    assert case.as_of == "2021-08-05"
    wanted = {"1994-05-12", "2016-03-31", "2020-09-26", "2021-08-05", "2023-09-18", "2025-08-08"}
    assert wanted <= set(case.situations)
    assert len(case.packages) >= 2
    for parameter in case.parameters.values():
        assert parameter.why, parameter.name
        assert parameter.sources or parameter.basis == "judgement" or parameter.fixed, parameter.name


@pytest.mark.slow
def test_every_assumption_of_minsk_matters_somewhere():
    """Moving a parameter across its range changes a value in some situation, but for the prices of levers."""
    template = compile_case(load_case("minsk"))
    case = template.case
    starts = [template.state(date) for date in case.situations]
    base = solve(template.game())
    for parameter in case.parameters.values():
        if parameter.low == parameter.high or parameter.name in prices_of_levers(case):
            continue
        ends = [
            solve(template.game({parameter.name: value}), start=base).require().values[:, starts]
            for value in (parameter.low, parameter.high)
        ]
        assert np.abs(ends[1] - ends[0]).max() > 1e-6, parameter.name


@pytest.mark.slow
def test_minsk_from_folder_to_dossier(tmp_path):
    run, folder = analyze("minsk", out=tmp_path / "minsk", draws=2), tmp_path / "minsk"
    ids = {quantity.id.split(".")[0] for quantity in run.quantities}
    assert {"relapse", "peace", "gain_from_settling", "delay", "prolongation", "loss", "loss_share"} <= ids
    assert len(run.claims) >= 32
    assert "response" in run.tables and run.ledger.bars and run.timeline.events
    assert (folder / "dossier.html").stat().st_size > 100_000
