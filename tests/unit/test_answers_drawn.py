"""Answers from a fit to the record: whose draws, what stands beside, and what every verb says of it."""

from dataclasses import replace

import numpy as np
import pytest
from fitted_case import DATE, ESS, WORST, bent, fitted_case, made_fit, with_fit
from typer.testing import CliRunner

from detente.answers import evaluate
from detente.answers.drawn import BESIDE, drawn_from_fit, drawn_from_ranges
from detente.answers.second import game_under, weights_of
from detente.case import load_case
from detente.errors import OptionError
from detente.evidence.fit import Question
from detente.evidence.kept import kept_fit
from detente.evidence.part import kept_parts
from detente.evidence.posterior import effective_draws
from detente.game import compile_case
from detente.report.markdown import render_markdown
from detente.settlement.draws import draw_parameters
from detente.settlement.problem import limits, pose
from detente.solver import solve
from detente.verbs.analyze import run as analyze
from detente.verbs.ask import run as ask
from detente.verbs.compare import run as compare
from detente.verbs.frame.app import app

SCENARIO = "scenario: dear\ntitle: War is dear\nwhy: A test.\nparameters:\n  war_cost: 0.9\n"


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    folder = fitted_case(tmp_path_factory.mktemp("drawn") / "small")
    with_fit(folder, DATE, made_fit(folder))
    return folder


@pytest.fixture(scope="module")
def fitted(case):
    return kept_fit(load_case(case), DATE, until=DATE)[0]


@pytest.fixture(scope="module")
def template(case):
    return compile_case(load_case(case))


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def answers(template, fitted):
    return evaluate(template, DATE, draws=8, questions=["relapse", "peace"], fitted=fitted, workers=0)


@pytest.fixture(scope="module")
def ranges(template):
    """The same questions, asked of the stated ranges alone."""
    return evaluate(template, DATE, draws=8, questions=["relapse", "peace"], tornado=False, workers=0)


def test_draws_are_rows_of_the_fit_and_fixed_numbers_stay(template, fitted):
    drawn = drawn_from_fit(template, fitted, 10, 0)
    rows = {tuple(np.round(row, 9)) for row in fitted.values[:, [fitted.names.index("rent")]]}
    column = template.parameter_names.index("rent")
    assert {tuple(np.round([v], 9)) for v in drawn.values[:, column]} <= rows
    fixed = [n for n, p in enumerate(template.case.parameters.values()) if p.low == p.high]
    assert all((drawn.values[:, n] == template.case.parameters[template.parameter_names[n]].mid).all() for n in fixed)
    low, mid, high = drawn.ranges["rent"]
    assert (low, mid, high) == pytest.approx(np.percentile(drawn.values[:, column], [5, 50, 95]))
    assert drawn.middle[column] == mid and drawn.basis == "posterior"


def test_a_fit_with_fewer_draws_gives_all_it_has_and_says_so(template, fitted):
    assert len(drawn_from_fit(template, fitted, 1000, 0)) == len(fitted.values)
    two = replace(fitted, values=fitted.values[:2])
    found = evaluate(template, DATE, draws=3, questions=["peace"], fitted=two, tornado=False, workers=0)
    assert found.quantities[0].draws == 2
    assert found.warnings[0] == "The fit has 2 draws, of which all were used; 3 were asked for."


def test_numbers_are_those_of_the_fit_with_what_they_are_worth(template, fitted, answers, ranges):
    numbers = {q.id: q for q in answers.quantities}
    assert {q.basis for q in answers.quantities} == {"posterior"}
    assert {id: numbers[id].ess for id in ESS} == ESS
    assert numbers["relapse.1y"].ess == WORST and numbers["relapse.1y"].rhat == 1.01  # not watched: the worst
    assert numbers["relapse.5y"].rhat == 1.002
    drawn = drawn_from_fit(template, fitted, 8, 0)
    assert np.array_equal(answers.results.parameters, drawn.values)
    assert {q.basis for q in ranges.quantities} == {"prior"} and {q.ess for q in ranges.quantities} == {None}
    (alone,) = [q for q in ranges.quantities if q.id == "relapse.5y"]
    assert alone.mid != pytest.approx(numbers["relapse.5y"].mid, rel=1e-3)


def test_beside_headline_numbers_stands_what_the_ranges_alone_say(answers, ranges):
    alone = {q.id: (q.low, q.mid, q.high) for q in ranges.quantities}
    beside = {q.id: q.prior for q in answers.quantities if q.prior is not None}
    assert set(beside) == {"relapse.5y", "peace.10y", "peace_time.restricted"}
    for id, ends in beside.items():
        assert ends == pytest.approx(alone[id], rel=1e-9)
    assert all(q.prior is None for q in ranges.quantities)


def test_few_are_solved_beside(template, fitted):
    many = drawn_from_fit(template, fitted, 40, 0)
    assert len(many.prior) == BESIDE
    assert np.array_equal(many.prior, drawn_from_ranges(template, 40, 0).values[:BESIDE])


def test_what_a_scenario_moves_has_the_ranges_of_the_scenario(case, template, fitted):
    changed = compile_case(load_case(case).override({"war_cost": 0.9}))
    as_it_stands, other = (drawn_from_fit(t, fitted, 12, 0) for t in (template, changed))
    moved = template.parameter_names.index("war_cost")
    assert (other.values[:, moved] == 0.9).all()
    rest = [n for n in range(len(template.parameter_names)) if n != moved]
    assert np.array_equal(as_it_stands.values[:, rest], other.values[:, rest])
    assert np.array_equal(as_it_stands.points, other.points)


def test_a_search_for_a_settlement_draws_from_the_fit(template, fitted):
    problem = pose(template.case, template, DATE, limits(0.05, 10, 0.9))
    found = draw_parameters(problem, 6, 0, fitted)
    drawn = drawn_from_fit(template, fitted, 6, 0)
    assert list(found[0].values()) == pytest.approx(list(drawn.middle))
    assert [list(row.values()) for row in found[1:]] == drawn.values[1:].tolist()


def test_verbs_take_the_fit_that_belongs_to_the_date(case):
    found = ask(case, "peace", draws=3, workers=0)
    assert {q.basis for q in found.quantities} == {"posterior"} and found.warnings == ()
    none = ask(case, "peace", draws=3, fit="none", workers=0)
    assert {q.basis for q in none.quantities} == {"prior"} and none.command.endswith("--fit none")
    earlier = ask(case, "peace", "2000-01-01", draws=3, workers=0)
    assert {q.basis for q in earlier.quantities} == {"prior"}  # a fit until a later day is hindsight
    account = ask(case, "peace", account="eager", draws=3, workers=0)
    assert {q.basis for q in account.quantities} == {"prior"}  # the case's own ranges are not the account's


@pytest.mark.slow
def test_scenarios_are_compared_on_the_draws_of_the_fit(case, tmp_path):
    (case / "scenarios").mkdir(exist_ok=True)
    (case / "scenarios" / "dear.yaml").write_text(SCENARIO, "utf-8")
    found = compare(case, ["dear"], "peace", draws=8, workers=0)
    assert {q.basis for q in found.quantities} == {"posterior"}
    assert all(row[6] is not None for row in found.tables["comparison"].rows)  # same draws: a spread of differences
    (case / "scenarios" / "dear.yaml").unlink()


@pytest.mark.slow
def test_a_fit_that_is_stale_or_has_not_mixed_is_not_used_and_said(tmp_path):
    folder = fitted_case(tmp_path / "small")
    with_fit(folder, DATE, bent(made_fit(folder), refused=True, ess_min=17.0))
    found = ask(folder, "peace", draws=3, workers=0)
    assert {q.basis for q in found.quantities} == {"prior"}
    words = "the fit to the record until 2006-01-01 has 17 effective draws of 100, so its draws are not used"
    assert found.warnings[0].startswith(f"Assumptions only: {words}")
    with_fit(folder, DATE, bent(made_fit(folder), refused=True, rhat_max=1.2))
    assert "has chains that do not agree, so" in ask(folder, "peace", draws=3, workers=0).warnings[0]
    text = (folder / "case.yaml").read_text("utf-8")
    (folder / "case.yaml").write_text(text.replace("noise: 0.15", "noise: 0.2"), "utf-8")
    assert "of another game" in ask(folder, "peace", draws=3, workers=0).warnings[0]


def test_the_fit_to_the_whole_record_is_hindsight_and_has_to_be_there(case):
    with pytest.raises(OptionError, match=r"--fit whole: no such fit is kept; .*`detente fit settle_small --whole`"):
        ask(case, "peace", draws=3, fit="whole", workers=0)
    with_fit(case, "whole", made_fit(case, whole=True))
    found = ask(case, "peace", draws=3, fit="whole", workers=0)
    assert {q.basis for q in found.quantities} == {"posterior"}
    assert found.warnings[0].startswith("Hindsight: ") and found.command.endswith("--fit whole")
    (case / "fits" / "whole.json").unlink()


@pytest.mark.parametrize("verb", [["ask", "peace"], ["analyze"], ["claims"], ["compare", "dear"], ["settle"]])
def test_every_answering_verb_knows_the_option(case, verb):
    words = [verb[0], str(case), *verb[1:], "--fit", "hole"]
    said = CliRunner().invoke(app, words)
    assert said.exit_code == 2 or isinstance(said.exception, OptionError)
    text = str(said.exception) + said.output
    assert "--fit hole" in text and "one of as-of, whole, none" in text


def test_the_page_says_what_its_ranges_are(case):
    fitted, plain = (ask(case, "relapse", draws=8, fit=fit, workers=0) for fit in ("as-of", "none"))
    pages = [render_markdown(run) for run in (fitted, plain)]
    assert "draws of the assumptions as fitted to the record" in pages[0] and "fit the record" in pages[0]
    assert "Before the record was used: " in pages[0] and "The fit is worth 120 independent draws" in pages[0]
    assert "draws from the stated assumptions alone" in pages[1] and "fitted to the record" not in pages[1]
    assert "stated assumptions alone" not in pages[0] and "Before the record was used" not in pages[1]


def test_an_analysis_takes_up_the_fit_until_its_date(case, tmp_path):
    loaded = load_case(case)
    assert [part.name for part in kept_parts(loaded, tmp_path, DATE)] == ["fit"]
    assert kept_parts(loaded, tmp_path, "2000-01-01") == ()
    with_fit(case, "whole", made_fit(case, whole=True))
    assert [part.fit.whole for part in kept_parts(loaded, tmp_path, DATE)] == [False]
    assert [part.fit.whole for part in kept_parts(loaded, tmp_path, "2000-01-01")] == [True]  # and it says so
    (case / "fits" / "whole.json").unlink()


@pytest.mark.slow
def test_an_analysis_shows_the_fit_that_its_numbers_come_from(case, tmp_path):
    with_fit(case, "whole", made_fit(case, whole=True))
    runs = [analyze(case, draws=2, fit=fit, workers=0, out=tmp_path / fit) for fit in ("as-of", "whole")]
    assert [run.fit.whole for run in runs] == [False, True] and all(run.fitted for run in runs)
    (case / "fits" / "whole.json").unlink()


def test_second_opinions_weigh_the_draws_by_the_record(case, template, fitted, answers):
    """Against the likelihood of the record in each game, solved again by hand."""
    target = Question(str(case), DATE).target()
    drawn, names = drawn_from_fit(template, fitted, 8, 0), template.parameter_names
    logs = {None: [], "uncounted": [], "ceiling": []}
    for row, chances in zip(drawn.values, drawn.chances, strict=True):
        game = template.game(dict(zip(names, row, strict=True)))
        for model, found in logs.items():
            found.append(target.log_of(solve(game if model is None else game_under(game, model)).require(), chances))
    for opinion in answers.other_model.opinions:
        assert opinion.ess == pytest.approx(effective_draws(weights_of(logs[None], logs[opinion.model])), rel=1e-6)
    assert max(o.ess for o in answers.other_model.opinions) < 8
    assert "fitted under the case's own model" in answers.tables["other_model_chances"].note
