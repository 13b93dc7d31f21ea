"""A war that is under way on the date: how it ends and what follows, against simulation and dense algebra."""

import numpy as np
import pytest
from scipy.linalg import expm
from synthetic_case import write_case

from detente.answers.chances import (
    EndOfWar,
    Resumes,
    beginning,
    fighting_curve,
    median_of_fighting,
    peace_before_war,
    war_curve,
)  # fmt: skip
from detente.answers.explore import Landscape
from detente.answers.frame import frame_of
from detente.answers.questions.trigger import war_by_cause
from detente.answers.solved import SolvedGame
from detente.case import load_case
from detente.chain import Chain
from detente.errors import ComputationError
from detente.game.compile import compile_case

WAR = "2000-01-01"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return compile_case(load_case(write_case(tmp_path_factory.mktemp("valley"))))


@pytest.fixture(scope="module")
def solved(template):
    return SolvedGame(frame_of(template, WAR), template.game(), family=template.game)


def after_this_war(chain: Chain, war: np.ndarray) -> tuple[Chain, np.ndarray]:
    """The chain in two copies, before and after the present war has ended, and the mask of war in the second."""
    k = chain.n_states
    jumps = chain.jumps.toarray()
    big = np.zeros((2 * k, 2 * k))
    big[:k, :k] = np.where(war[:, None] & war[None, :], jumps, 0.0)
    big[:k, k:] = np.where(war[:, None] & ~war[None, :], jumps, 0.0)
    big[k:, k:] = jumps
    return Chain(big), np.concatenate([np.zeros(k, bool), war])


def test_ends_of_the_war_are_those_of_the_embedded_chain(solved):
    frame, chain = solved.frame, solved.chain
    end = EndOfWar(chain, frame.war, frame.start)
    inside = np.nonzero(frame.war)[0]
    matrix = chain.generator.toarray()
    time = np.linalg.solve(-matrix[np.ix_(inside, inside)].T, np.eye(len(inside))[list(inside).index(frame.start)])
    assert end.time[inside] == pytest.approx(time, rel=1e-9)
    assert end.sure == pytest.approx(1.0) and end.into.sum() == pytest.approx(1.0)
    assert end.into == pytest.approx(np.where(frame.war, 0.0, matrix[inside].T @ time), abs=1e-12)


def test_chance_of_another_war_by_dense_exponentials(solved):
    frame, chain = solved.frame, solved.chain
    stopped = np.where(frame.war[:, None], 0.0, chain.generator.toarray())
    begin = beginning(solved)
    curve = war_curve(solved, np.array([0.0, 1.0, 5.0]))
    assert curve[0] == 0
    for found, years in zip(curve[1:], (1.0, 5.0)):
        assert found == pytest.approx((begin @ expm(stopped * years))[frame.war].sum(), rel=1e-8)
    # counted from the date, the same war has had less time to resume
    doubled, target = after_this_war(chain, frame.war)
    assert doubled.reach_curve(target, [5.0], frame.start)[0] < curve[2]


def test_war_resumes_as_often_as_in_simulated_paths(solved):
    frame, chain, rng = solved.frame, solved.chain, np.random.default_rng(1)
    within, ended, paths = 0, 0, 400
    for _ in range(paths):
        times, states = chain.simulate(frame.start, 60.0, rng)
        outside = np.nonzero(~frame.war[states])[0]
        out = times[outside[0]]
        ended += out <= 1.0
        again = [t for t, x in zip(times, states) if t > out and frame.war[x]]
        within += bool(again) and again[0] - out <= 5.0
    chance, one_year = war_curve(solved, np.array([5.0]))[0], fighting_curve(solved, np.array([1.0]))[0]
    for share, expected in ((within / paths, chance), (ended / paths, one_year)):
        assert abs(share - expected) < 4 * np.sqrt(expected * (1 - expected) / paths)


def test_triggers_add_up_to_the_chance_that_war_resumes_after_this_one(solved):
    by_cause, _ = war_by_cause(solved)
    assert sum(by_cause.values()) == pytest.approx(war_curve(solved, np.array([10.0]))[0], rel=1e-8)


def test_half_of_all_wars_have_ended_at_the_median(solved):
    median = median_of_fighting(solved)
    assert fighting_curve(solved, np.array([median]))[0] == pytest.approx(0.5, abs=1e-5)


def test_peace_before_war_counts_what_comes_after_this_war(solved):
    frame = solved.frame
    doubled, target = after_this_war(solved.chain, frame.war)
    stopped = Chain(np.where(target, 0.0, 1.0)[:, None] * doubled.jumps.toarray())
    expected = stopped.ever_reach(np.concatenate([frame.peace, frame.peace]))[frame.start]
    assert peace_before_war(solved) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("id", ["relapse.5y", "relapse.1y", "fighting.ends.1y"])
def test_derivatives_agree_with_solving_again(template, solved, id):
    land = Landscape.of(template, solved.frame, id)
    slope = dict(zip(land.names, land.slope(land.solved) / land.half))
    for name in ("noise", "war_cost", "rent", "accident", "sign_cost"):
        p = template.case.parameters[name]
        step = 1e-4 * (p.high - p.low)
        ends = []
        for sign in (1, -1):
            game = template.game({**template.case.defaults(), name: p.mid + sign * step})
            ends.append(land.number(SolvedGame(solved.frame, game, land.solved)))
        assert slope[name] == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=2e-4, abs=1e-7), name


def test_derivative_where_the_war_may_go_on_for_ever():
    """Six states: a war that may turn into one without end; against rates moved by hand."""
    war = np.array([True, True, True, False, False, False])
    rates = np.zeros((6, 6))
    rates[0, [1, 3]], rates[1, [0, 2, 4]], rates[3, [4, 0]], rates[4, [3, 1, 5]] = (
        (0.7, 0.4), (0.3, 0.2, 0.5), (0.6, 0.1), (0.2, 0.9, 0.4),
    )  # fmt: skip

    class Still:
        values = np.zeros((1, 6))

        def __init__(self, rates):
            self.rates = rates

        def chain(self):
            return Chain(self.rates)

    places = np.nonzero(rates)
    number, _, by_rate = Resumes(war, 3.0, 0).pull(Still(rates), places)
    end = EndOfWar(Chain(rates), war, 0)
    assert end.sure < 0.99 and number == pytest.approx(end.into @ Chain(rates).reach_probability(war, [3.0])[0])
    for n, place in enumerate(zip(*places)):
        ends = []
        for h in (1e-6, -1e-6):
            moved = rates.copy()
            moved[place] += h
            ends.append(Resumes(war, 3.0, 0).pull(Still(moved), places)[0])
        diagonal = Resumes(war, 3.0, 0).pull(Still(rates), (np.array([place[0]]), np.array([place[0]])))[2][0]
        assert by_rate[n] - diagonal == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8), place


def test_a_war_without_end_cannot_resume(solved):
    frame = solved.frame
    endless = Chain(np.where(frame.war[:, None] & ~frame.war[None, :], 0.0, solved.chain.jumps.toarray()))
    with pytest.raises(ComputationError, match="the present fighting never ends"):
        EndOfWar(endless, frame.war, frame.start)


def test_outside_war_waiting_begins_on_the_date(template):
    here = SolvedGame(frame_of(template, "2001-01-01"), template.game())
    assert beginning(here)[here.x0] == 1.0 and beginning(here).sum() == 1.0
