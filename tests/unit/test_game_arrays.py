"""Arrays of one's own: what is wrong is refused, with the array, its shape and the place."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from detente.errors import OptionError
from detente.game import Game
from detente.solver import Operator, enumerate_equilibria, solve, solve_path


def arrays(**change):
    """Two players, three states; player 1 can go on to the next state, nature comes back."""
    given = {
        "payoff_flow": np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 1.0]]),
        "successors": [np.array([[0, 1, 2], [1, 2, -1]]), np.array([[0, 1, 2]])],
        "impulses": [np.array([[0.0, 0.0, 0.0], [-0.1, -0.1, 0.0]]), np.zeros((1, 3))],
        "tempo": 12.0,
        "nature_successors": np.array([[-1, 0, 0]]),
        "hazards": np.array([[0.0, 0.5, 0.5]]),
        "discount_rate": 0.1,
        "noise": 0.5,
        "reference_rates": 0.2,
    }
    return given | change


def at(array, place, value):
    out = np.array(array, dtype=float)
    out[place] = value
    return out


PLAIN = arrays()
FAULTS = {
    "flow of one axis": ({"payoff_flow": np.zeros(3)}, r"payoff_flow has shape \(3,\)"),
    "no states": ({"payoff_flow": np.zeros((2, 0))}, r"payoff_flow has shape \(2, 0\)"),
    "flow that is no number": ({"payoff_flow": [["a", "b", "c"]] * 2}, "payoff_flow is not an array of numbers"),
    "complex flow": ({"payoff_flow": PLAIN["payoff_flow"] + 1j}, "payoff_flow is not an array of numbers"),
    "ragged flow": ({"payoff_flow": [[0.0, 1.0], [1.0]]}, "payoff_flow is not an array of numbers"),
    "NaN flow": ({"payoff_flow": at(PLAIN["payoff_flow"], (1, 2), np.nan)}, r"payoff_flow\[1, 2\] is nan; .*finite"),
    "infinite flow": ({"payoff_flow": at(PLAIN["payoff_flow"], (0, 1), np.inf)}, r"payoff_flow\[0, 1\] is inf"),
    "one player's moves": ({"successors": PLAIN["successors"][:1]}, r"1 arrays of successors; .*one per player \(2\)"),
    "one player's impulses": ({"impulses": PLAIN["impulses"][:1]}, r"1 arrays of impulses"),
    "truncated successors": (
        {"successors": [at(PLAIN["successors"][0], (1, 0), 1.7), PLAIN["successors"][1]]},
        r"successors\[0\]\[1, 0\] is 1\.7; expected a state, as a whole number",
    ),
    "NaN successor": (
        {"successors": [at(PLAIN["successors"][0], (1, 0), np.nan), PLAIN["successors"][1]]},
        r"successors\[0\]\[1, 0\] is nan",
    ),
    "state that is not there": (
        {"successors": [np.array([[0, 1, 2], [1, 3, -1]]), PLAIN["successors"][1]]},
        r"successors\[0\]\[1, 1\] is 3; expected a state from 0 to 2",
    ),
    "state below -1": (
        {"successors": [np.array([[0, 1, 2], [1, -2, -1]]), PLAIN["successors"][1]]},
        r"successors\[0\]\[1, 1\] is -2",
    ),
    "waiting that moves": (
        {"successors": [np.array([[0, 1, 1], [1, 2, -1]]), PLAIN["successors"][1]]},
        r"successors\[0\] has shape \(2, 3\); expected \(actions, 3\) with row 0 \(wait\) the state itself",
    ),
    "impulse on waiting": (
        {"impulses": [at(PLAIN["impulses"][0], (0, 1), 0.3), np.zeros((1, 3))]},
        r"impulses\[0\]\[0, 1\] is 0\.3; expected 0 in row 0",
    ),
    "impulse of others on waiting": (
        {"impulses": [at(np.zeros((2, 2, 3)), (1, 0, 2), 0.3), np.zeros((1, 3))]},
        r"impulses\[0\]\[1, 0, 2\] is 0\.3; expected 0 in row 0",
    ),
    "NaN impulse": (
        {"impulses": [at(PLAIN["impulses"][0], (1, 1), np.nan), np.zeros((1, 3))]},
        r"impulses\[0\]\[1, 1\] is nan",
    ),
    "impulses of another shape": (
        {"impulses": [np.zeros((3, 3)), np.zeros((1, 3))]},
        r"impulses\[0\] has shape \(3, 3\); expected \(2, 3\) or \(2, 2, 3\)",
    ),
    "negative reference rate": ({"reference_rates": -0.1}, r"reference_rates\[0\]\[1, 0\] is -0\.1; .* at least 0"),
    "NaN reference rate": ({"reference_rates": np.nan}, r"reference_rates\[0\]\[1, 0\] is nan"),
    "reference rate in one state": (
        {"reference_rates": [at(np.full((2, 3), 0.2), (1, 1), np.nan), np.zeros((1, 3))]},
        r"reference_rates\[0\]\[1, 1\] is nan",
    ),
    "reference rates of another shape": (
        {"reference_rates": [np.full(2, 0.2), np.zeros((1, 3))]},
        r"reference_rates\[0\] has shape \(2,\); expected a number or \(2, 3\)",
    ),
    "reference rates of one player": ({"reference_rates": [np.full((2, 3), 0.2)]}, "1 arrays of reference_rates"),
    "NaN hazard": ({"hazards": np.array([[0.0, np.nan, 0.5]])}, r"hazards\[0, 1\] is nan; expected a finite number"),
    "negative hazard": ({"hazards": np.array([[0.0, -0.5, 0.5]])}, r"hazards\[0, 1\] is -0\.5; .* at least 0 per year"),
    "event without a successor": (
        {"hazards": np.array([[0.1, 0.5, 0.5]])},
        r"hazards\[0, 0\] is 0\.1; expected 0 where the event has no successor",
    ),
    "event to nowhere": ({"nature_successors": np.array([[-1, 0, 3]])}, r"nature_successors\[0, 2\] is 3"),
    "truncated event": ({"nature_successors": np.array([[-1, 0.5, 0]])}, r"nature_successors\[0, 1\] is 0\.5"),
    "hazards of another shape": ({"hazards": np.zeros((1, 2))}, r"nature_successors \(1, 3\) and hazards \(1, 2\)"),
    "tempo of another shape": ({"tempo": np.ones((2, 2))}, r"tempo has shape \(2, 2\); .*shape \(2,\) or \(2, 3\)"),
    "tempo of 0": ({"tempo": np.array([12.0, 0.0])}, r"tempo\[1\] is 0; expected a number above 0"),
    "negative noise": ({"noise": -0.5}, "noise is -0.5; expected a number above 0"),
    "NaN noise": ({"noise": np.array([0.5, np.nan])}, r"noise\[1\] is nan"),
    "three noises": ({"noise": np.ones(3)}, r"noise has shape \(3,\)"),
    "discount rate of 0": ({"discount_rate": 0.0}, "discount_rate is 0; expected a number above 0"),
    "unknown shocks": (
        {"shocks": "logit"},
        "shocks 'logit'; expected 'occasions' or 'uncounted' or 'reference' or 'standard' or 'none'",
    ),
    "one name for two": ({"players": ["a", "a"]}, r"players \('a', 'a'\); expected 2 different names"),
    "three names": ({"players": ["a", "b", "c"]}, "expected 2 different names"),
}


@pytest.mark.parametrize(("change", "words"), FAULTS.values(), ids=FAULTS)
def test_faulty_arrays_are_refused(change, words):
    with pytest.raises(OptionError, match=words):
        Game.from_arrays(**arrays(**change))


def test_what_is_not_available_may_hold_anything():
    odd = at(PLAIN["impulses"][0], (1, 2), np.nan)
    one, other = Game.from_arrays(**arrays()), Game.from_arrays(**arrays(impulses=[odd, np.zeros((1, 3))]))
    assert (one.moves[0].impulses == other.moves[0].impulses).all()
    rates = [at(np.full((2, 3), 0.2), (1, 2), np.nan), np.zeros((1, 3))]
    assert (Game.from_arrays(**arrays(reference_rates=rates)).moves[0].reference_rate[1] == [0.2, 0.2, 0.0]).all()


def test_whole_floats_and_empty_nature_are_fine():
    plain = Game.from_arrays(**arrays())
    floats = Game.from_arrays(**arrays(successors=[s.astype(float) for s in PLAIN["successors"]]))
    assert (plain.moves[0].transition != floats.moves[0].transition).nnz == 0
    assert Game.from_arrays(**arrays(nature_successors=np.zeros((0, 3)), hazards=np.zeros((0, 3)))).nature.names == ()


def test_an_action_of_rate_0_is_never_taken_and_stays_a_move():
    game = Game.from_arrays(**arrays(reference_rates=0.0))
    assert Operator(game).moves == 2
    solved = solve(game).require()
    assert (solved.rates(0)[1] == 0).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda g: replace(g, payoff_flow=np.full((2, 3), np.nan)), r"payoff_flow\[0, 0\] is nan"),
        (lambda g: replace(g, payoff_flow=np.zeros((3, 3))), r"payoff_flow has shape \(3, 3\)"),
        (lambda g: replace(g, tempo=np.ones(2)), r"tempo has shape \(2,\)"),
        (lambda g: replace(g, noise=np.array([0.5, -1.0])), r"noise\[1\] is -1"),
        (lambda g: replace(g, shocks="other"), "shocks 'other'"),
        (
            lambda g: replace(g, moves=(replace(g.moves[0], impulses=np.ones((2, 2, 3))), g.moves[1])),
            r"moves\[0\]\.impulses\[0, 0, 0\] is 1",
        ),
        (
            lambda g: replace(g, moves=(replace(g.moves[0], reference_rate=np.full((2, 3), -1.0)), g.moves[1])),
            r"moves\[0\]\.reference_rate\[0, 0\] is -1",
        ),
        (
            lambda g: replace(g, moves=(replace(g.moves[0], transition=0.8 * g.moves[0].transition), g.moves[1])),
            r"moves\[0\]\.transition: row \[0\] sums to 0\.8, so it is not a distribution",
        ),
        (
            lambda g: replace(
                g, moves=(g.moves[0], replace(g.moves[1], transition=sp.csr_array(np.eye(3)[[1, 1, 2]])))
            ),
            r"moves\[1\]: action 0 changes the state",
        ),
        (
            lambda g: replace(g, moves=(replace(g.moves[0], available=np.ones((2, 3))), g.moves[1])),
            r"the first of them bool",
        ),
        (lambda g: replace(g, nature=replace(g.nature, hazards=np.ones((2, 3)))), r"nature has hazards \(2, 3\)"),
        (
            lambda g: replace(g, nature=replace(g.nature, transition=2.0 * g.nature.transition)),
            r"nature\.transition has an entry that is no probability",
        ),
    ],
)
def test_a_game_put_together_by_hand_is_looked_at_before_it_is_solved(change, words):
    broken = change(Game.from_arrays(**arrays()))
    for use in (solve, enumerate_equilibria, lambda g: solve_path(g, [1.0]) if "noise" not in words else solve(g)):
        with pytest.raises(OptionError, match=words):
            use(broken)


PAYOFFS, STEPS = np.zeros((2, 1, 2, 2)), np.ones((1, 2, 2, 1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"payoffs": at(PAYOFFS, (1, 0, 1, 1), np.nan)}, r"payoffs\[1, 0, 1, 1\] is nan"),
        ({"transition": np.full((1, 2, 2, 1), np.nan)}, "transition has an entry that is no probability"),
        ({"transition": 0.8 * STEPS}, r"transition: row \[0, 0, 0\] sums to 0\.8"),
        ({"period_discount": np.ones(3) / 2}, r"period_discount has shape \(3,\)"),
        ({"period_discount": np.array([0.5, np.nan])}, r"period_discount\[1\] is nan"),
        ({"noise": np.ones(3)}, r"noise has shape \(3,\)"),
        ({"available": [np.ones((2, 1), bool)]}, "1 arrays of available actions; expected one per player"),
        ({"available": [np.ones((2, 1)), np.ones((2, 1), bool)]}, r"available\[0\] .*float64.*; expected bool"),
        ({"available": [np.zeros((2, 1), bool)] * 2}, "leaves a state without action"),
        ({"players": ["a"]}, r"players \('a',\); expected 2 different names"),
    ],
)
def test_faulty_simultaneous_arrays_are_refused(change, words):
    given = {"payoffs": PAYOFFS, "transition": STEPS, "period_discount": 0.5, "noise": 1.0} | change
    with pytest.raises(OptionError, match=words):
        Game.simultaneous(**given)


@pytest.mark.parametrize("tol", [-1, 0, 1, np.nan, np.inf])
def test_tolerances_that_mean_nothing_are_refused(tol):
    game = Game.from_arrays(**arrays())
    for use in (solve, enumerate_equilibria, lambda g, tol: solve_path(g, [1.0], tol)):
        with pytest.raises(OptionError, match=r"tol .*; expected a number between 0 and 1"):
            use(game, tol=tol)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"starts": -3}, "starts -3"),
        ({"starts": 2.5}, "starts 2.5"),
        ({"seed": -1}, "seed -1"),
        ({"seed": True}, "seed"),
    ],
)
def test_searches_that_mean_nothing_are_refused(given, words):
    with pytest.raises(OptionError, match=f"{words}.*; expected a whole number of at least 0"):
        enumerate_equilibria(Game.from_arrays(**arrays()), **given)


def test_noises_and_starts_are_looked_at():
    game = Game.from_arrays(**arrays())
    with pytest.raises(OptionError, match=r"noises\[1\] is -1; expected a number above 0"):
        solve_path(game, [1.0, -1.0])
    with pytest.raises(OptionError, match=r"noises\[0\] has shape \(3,\)"):
        solve_path(game, [np.ones(3)])
    with pytest.raises(OptionError, match="finite values"):
        solve(game, start=np.full((2, 3), np.nan))
    with pytest.raises(OptionError, match="state 3 and a horizon of 1 years; expected a state from 0 to 2"):
        solve(game).simulate(3, 1.0, np.random.default_rng(0))
