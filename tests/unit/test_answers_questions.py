"""Every question on a small case: what it means, mirror images, draws left out, independence of workers."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from synthetic_case import write_case
from synthetic_games import random_game

from detente.answers import QUESTIONS, evaluate
from detente.answers.frame import frame_of
from detente.answers.held import flow_without, reasons_of, values_when_signed, values_without_war
from detente.answers.moves import closed, expected_acts, mark_rate, spent_within, without
from detente.answers.questions.silence import reaction, starts_by_side
from detente.answers.questions.values import flows
from detente.answers.results import Results
from detente.answers.solved import SolvedGame, followed
from detente.answers.summary import reasons_decide
from detente.case import load_case
from detente.chain import Chain
from detente.errors import ComputationError, OptionError, UncertifiedError
from detente.game.compile import compile_case
from detente.solver.continuation import polish

DATE = "2001-01-01"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return compile_case(load_case(write_case(tmp_path_factory.mktemp("valley"))))


@pytest.fixture(scope="module")
def everything(template):
    return evaluate(template, DATE, draws=3, seed=1, workers=0)


@pytest.fixture(scope="module")
def solved(template):
    return SolvedGame(frame_of(template, DATE), template.game(), family=template.game)


def test_every_question_answers(everything):
    asked = {q.question for q in everything.quantities}
    assert asked == set(QUESTIONS)
    assert everything.notes == {}
    for quantity in everything.quantities:
        values = everything.draws[quantity.id]
        usable = values[np.isfinite(values)]
        if quantity.low is not None and quantity.high is not None and quantity.mid is not None:
            assert quantity.low <= quantity.mid <= quantity.high
            assert (quantity.low, quantity.mid) == pytest.approx(tuple(np.percentile(usable, [5, 50])))
        if quantity.unit in ("probability",):
            assert ((usable >= 0) & (usable <= 1 + 1e-12)).all()
        assert len(quantity.assumptions) <= 3
    for name in ("risk_curve", "peace_curve", "values_by_term", "tornado", "triggers", "paths", "delay_by_hazard"):
        assert everything.tables[name].rows
    assert [section.id for section in everything.sections] == [*QUESTIONS, "other_model"]


@pytest.mark.slow
def test_swapping_the_parties_names_mirrors_every_answer(tmp_path: Path, everything):
    mirrored = compile_case(load_case(write_case(tmp_path, one="south", two="north")))
    swapped = evaluate(mirrored, DATE, draws=3, seed=1, workers=0)
    swap = {"north": "south", "south": "north"}
    assert len(swapped.draws) == len(everything.draws)
    for id, values in everything.draws.items():
        other = ".".join(swap.get(part, part) for part in id.split("."))
        assert swapped.draws[other] == pytest.approx(values, rel=1e-9, abs=1e-9, nan_ok=True), id


@pytest.mark.slow
def test_answers_do_not_depend_on_workers(template):
    ask = {"draws": 2, "seed": 1, "questions": ["relapse", "spoilers"], "tornado": False}
    here, there = evaluate(template, DATE, workers=0, **ask), evaluate(template, DATE, workers=2, **ask)
    assert there.quantities == here.quantities
    assert there.tables == here.tables


def test_draws_without_a_solution_are_left_out_and_counted(template, monkeypatch):
    real = SolvedGame.__init__
    calls = []

    def sometimes(self, frame, game, start=None, family=None):
        calls.append(game)
        if len(calls) == 2:
            raise UncertifiedError("the equilibrium is not certified: planted")
        real(self, frame, game, start, family)

    monkeypatch.setattr(SolvedGame, "__init__", sometimes)
    answers = evaluate(template, DATE, draws=4, seed=1, questions=["relapse"], workers=0)
    assert answers.solution.draws_left_out == 1
    assert len(answers.draws["relapse.5y"]) == 3
    assert any("1 of 4 draws left out" in warning and "planted" in warning for warning in answers.warnings)


def test_no_draw_at_all_is_an_error(template, monkeypatch):
    def never(self, frame, game, start=None, family=None):
        raise UncertifiedError("planted")

    monkeypatch.setattr(SolvedGame, "__init__", never)
    with pytest.raises(ComputationError, match="none of 2 draws"):
        evaluate(template, DATE, draws=2, questions=["relapse"], workers=0)


def test_wrong_names_are_user_errors(template):
    with pytest.raises(OptionError, match=r"unknown question 'relaps'.*did you mean 'relapse'"):
        evaluate(template, DATE, draws=1, questions=["relaps"], workers=0)
    with pytest.raises(OptionError, match="no situation for 1999"):
        evaluate(template, "1999-01-01", draws=1, workers=0)
    with pytest.raises(OptionError, match="unknown package 'x'"):
        evaluate(template, DATE, draws=1, package="x", workers=0)
    with pytest.raises(OptionError, match="unknown account 'x'"):
        evaluate(template, DATE, draws=1, account="x", questions=["relapse"], workers=0)


def test_in_peace_settling_cannot_be_asked_about(template):
    answers = evaluate(template, "2002-01-01", draws=2, workers=0, tornado=False)
    for id in ("gain_from_settling", "delay", "prolongation", "monopoly", "spoilers"):
        assert "in force" in answers.notes[id]
    assert answers.draws["peace.5y"] == pytest.approx([1, 1])
    assert (answers.draws["relapse.5y"] > 0).all()


def test_triggers_add_up_to_the_risk(everything):
    ids = [q.id for q in everything.quantities if q.family == "trigger"]
    shares = sum(everything.draws[id] for id in ids)
    assert shares == pytest.approx(np.ones(3))
    curves = everything.results.curves
    chances = sum(v[:, 0] for curve, v in curves.items() if curve.name == "trigger")
    assert chances == pytest.approx(everything.draws["relapse.10y"], rel=1e-8)
    for variable in ("tension", "process", "mood"):
        total = sum(v[:, 0] for curve, v in curves.items() if (curve.name, curve.item) == ("before", variable))
        assert total == pytest.approx(everything.draws["relapse.10y"], rel=1e-8)


def test_terms_sum_to_values(solved):
    spent = solved.time_from_start
    for i in range(len(solved.frame.players)):
        total = sum(flow @ spent[i] for flow in flows(solved, i).values())
        assert total == pytest.approx(solved.values[i, solved.x0], rel=1e-9)
        decomposed = {k: v[solved.x0] for k, v in solved.equilibrium.decomposition()[i].items()}
        found = {k: float(f @ spent[i]) for k, f in flows(solved, i).items()}
        assert {k: v for k, v in found.items() if k in decomposed} == pytest.approx(decomposed, abs=1e-8)
        assert all(v == 0 for k, v in found.items() if k not in decomposed)


def test_loss_is_the_expected_sum_of_what_outbreaks_cost():
    """Performance-difference identity: V_nowar - V = E sum over outbreaks of discounted drops, at the no-war values."""
    game, frame = random_game(8)
    solved = SolvedGame(frame, game)
    calm = values_without_war(solved)
    eq, war = solved.equilibrium, frame.war
    matrix = eq.generator.toarray()
    jumps = np.where((~war)[:, None] & war[None, :], matrix, 0.0)
    op = eq.operator
    into = np.where(war[op.state], 0.0, op.difference @ war.astype(float))
    for i in range(3):
        cost = np.bincount(op.state, weights=eq.choice.rate * into * op.impulse[:, i], minlength=game.n_states)
        drop = (jumps * (calm[i][:, None] - calm[i][None, :])).sum(axis=1) - cost
        worth = op.reasons(eq.choice)[i]
        kept = np.where(into > 1 - 1e-12, 0.0, eq.choice.rate)
        drop += reasons_of(solved, kept)[i] - worth
        expected = solved.discounted(np.tile(drop, (3, 1)))[i]
        assert calm[i] - solved.relative[i] == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_signing_later_differs_from_going_on_only_by_what_signature_itself_costs(solved):
    """In this case peace is entered as the settled state, so only what is paid at signature is left out."""
    frame, eq = solved.frame, solved.equilibrium
    later = values_when_signed(solved, frame.settled["settled"])
    open_ = ~frame.peace
    matrix = eq.generator.toarray()[np.ix_(open_, open_)]
    left_out = eq.operator.relative_flow(eq.choice) - flow_without(solved, frame.peace)
    for i, rho in enumerate(solved.game.discount_rate):
        paid = np.linalg.solve(rho * np.eye(open_.sum()) - matrix, left_out[i, open_])
        assert solved.relative[i, open_] - later[i, open_] == pytest.approx(paid, rel=1e-8, abs=1e-9)
    assert later[0, solved.x0] > solved.relative[0, solved.x0]  # signing costs


def test_closing_moves_changes_nothing_that_could_not_happen(solved):
    other = closed(solved, ["street.march"])
    assert other is not None
    assert expected_acts(other, ["street.march"]) == 0
    assert expected_acts(solved, ["street.march"]) > 0
    with pytest.raises(OptionError, match="'street' has no action 'dance'"):
        closed(solved, ["street.dance"])


def test_reaction_chance_by_a_longer_chain(solved):
    """P(reaction before the matter ends) as reaching a marked copy of the state space."""
    moves = ["chair.speak"]
    chance, time = reaction(solved, moves)
    op, k = solved.equilibrium.operator, solved.game.n_states
    provoked = solved.frame.masks["provoked"]
    rate = mark_rate(solved, moves)
    matrix = solved.equilibrium.generator.toarray()
    mine = (op.player == solved.frame.index("chair")) & (
        op.action == solved.game.moves[solved.frame.index("chair")].names.index("speak")
    )
    for m in np.nonzero(mine)[0]:
        row = op.difference[[m]].toarray()[0] * op.tempo[m] * solved.equilibrium.choice.share[m]
        matrix[op.state[m]] -= row
    big = np.zeros((k + 2, k + 2))  # two absorbing states: reacted, over
    for x in range(k):
        if provoked[x]:
            big[x, :k] = np.where(provoked, matrix[x], 0.0)
            big[x, k] = rate[x]
            big[x, k + 1] = matrix[x, ~provoked].sum()
    np.fill_diagonal(big, 0.0)
    found = Chain(big).ever_reach(np.array([k]))
    assert chance[provoked] == pytest.approx(found[:k][provoked], rel=1e-9)
    assert (time[provoked] > 0).all()
    spent = spent_within(solved)
    starts = starts_by_side(solved, ["north.provoke"], spent)
    assert starts.sum() == pytest.approx(expected_acts(solved, ["north.provoke"]), rel=1e-9)


def test_time_before_adds_up_to_the_restricted_mean(solved):
    spent = solved.chain.time_spent(solved.frame.war, 10.0, solved.x0)
    assert spent.sum() == pytest.approx(solved.chain.restricted_mean_time(solved.frame.war, 10.0)[solved.x0], rel=1e-9)


def test_choice_value_is_flagged_where_it_decides_the_sign():
    empty = np.zeros((4, 0))
    values, bare = np.array([0.2, 0.3, 0.1, 0.2]), np.array([-0.1, -0.2, -0.3, 0.1])
    results = Results({"a": values, "b": values}, {}, {"a": bare, "b": values - 0.01}, empty, empty)
    assert reasons_decide(results, "a", 0.2)
    assert not reasons_decide(results, "b", 0.2)
    assert not reasons_decide(results, "c", 0.2)


def test_a_path_of_games_ends_where_the_direct_way_does(solved, monkeypatch):
    """Where the direct correction is made to fail, smaller steps reach the same equilibrium."""
    names = ["chair.convene"]
    direct = SolvedGame(solved.frame, without(solved.game, names), solved)
    seen = []

    def stubborn(system, values, tol):
        seen.append(system)
        end = polish(system, values, tol)
        return replace(end, reached=False) if len(seen) == 1 else end

    monkeypatch.setattr("detente.answers.solved.polish", stubborn)
    found = followed(solved.equilibrium, partial(without, solved.game, names))
    assert found is not None and found.certified and len(seen) > 2
    assert found.values == pytest.approx(direct.values, rel=1e-8, abs=1e-8)
    never = lambda system, values, tol: replace(polish(system, values, tol), reached=False)  # noqa: E731
    monkeypatch.setattr("detente.answers.solved.polish", never)
    assert followed(solved.equilibrium, partial(without, solved.game, names)) is None
