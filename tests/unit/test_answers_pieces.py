"""The small parts that answers are made of, on chains that can be worked out by hand."""

from dataclasses import FrozenInstanceError
from types import SimpleNamespace

import numpy as np
import pytest

from detente.answers import delaying
from detente.answers.chances import GRID, EndOfWar, Resumes, median_of_fighting
from detente.answers.delaying import HAZARDS, DelayAt, DelayCurve, roots
from detente.answers.names import Key, NumberSpec
from detente.answers.results import NOISE, Results, Spread, gather, spread
from detente.answers.settling import gain_from_settling
from detente.answers.summary import Summary
from detente.chain import Chain
from detente.errors import ComputationError

WAR = np.array([True, True, True, False, False])


def five_states() -> Chain:
    """Two states of war with ways out, one without, and two of peace; rates, 1/year."""
    rates = np.zeros((5, 5))
    rates[0, 1], rates[0, 3], rates[0, 2] = 2.0, 1.0, 1.0
    rates[1, 0], rates[1, 4] = 1.0, 3.0
    rates[3, 0] = rates[4, 3] = 0.5
    return Chain(rates - np.diag(rates.sum(axis=1)))


def test_how_a_war_ends():
    """From 0: to 1 with 1/2, 2 (for ever) and 3 with 1/4 each; from 1: to 0 with 1/4, 4 with 3/4."""
    end = EndOfWar(five_states(), WAR, 0)
    visits = 1 / (1 - 1 / 8)  # of state 0, which is left at rate 4; of state 1 half as many
    assert end.time == pytest.approx([visits / 4, visits / 8, 0, 0, 0])
    assert end.sure == pytest.approx(visits * (1 / 4 + 1 / 2 * 3 / 4))
    assert end.into == pytest.approx([0, 0, 0, 2 / 5, 3 / 5])
    worth = np.array([9.0, 9.0, 9.0, 5.0, 7.0])
    from_0 = visits * (5 / 4 + 7 * 3 / 8)
    assert end.expected(worth) == pytest.approx([from_0, from_0 / 4 + 7 * 3 / 4, 0, 5, 7])


def test_a_war_that_never_ends_is_said():
    with pytest.raises(ComputationError, match="the present fighting never ends"):
        EndOfWar(five_states(), WAR, 2)


def test_half_of_all_wars_have_ended_by_their_median():
    rates = np.array([[-3.0, 0, 3.0, 0], [0, -0.5, 0, 0.5], [1.0, 0, -1.0, 0], [0, 0, 0, 0]])
    war = np.array([True, True, False, False])
    for start, rate in ((0, 3.0), (1, 0.5)):
        solved = SimpleNamespace(chain=Chain(rates), frame=SimpleNamespace(war=war), x0=start)
        assert median_of_fighting(solved) == pytest.approx(np.log(2) / rate, rel=1e-6)
    solved = SimpleNamespace(chain=five_states(), frame=SimpleNamespace(war=WAR), x0=0)
    assert 0 < median_of_fighting(solved) < np.inf


def test_curves_have_every_half_year_of_twenty():
    assert GRID.tolist() == [n / 2 for n in range(41)]


def test_settling_is_worth_the_settled_state_less_this_one_and_nothing_where_settled():
    values = np.array([[1.0, 4.0, 9.0], [0.0, -1.0, 5.0]])
    successor = np.array([2, 0, -1])
    assert gain_from_settling(values, successor).tolist() == [[8.0, -3.0, 0.0], [5.0, 1.0, 0.0]]


def test_added_hazards_begin_with_none_and_rise():
    assert HAZARDS[0] == 0.0 and HAZARDS[-1] == 1.0 and list(HAZARDS) == sorted(set(HAZARDS))
    curve, known = (lambda h: h - 0.3), np.array(HAZARDS) - 0.3
    assert roots(curve, HAZARDS, known, 1e-9) == pytest.approx([0.3])
    assert roots(lambda h: h, HAZARDS, np.array(HAZARDS), 1e-9) == [0.0]
    assert np.isnan(roots(lambda _h: float("nan"), HAZARDS, known, 1e-9)).tolist() == [True]


def test_a_root_on_a_point_between_two_brackets_counts_once():
    grid = (0.0, 0.1, 0.5, 1.0)
    assert roots(lambda h: h - 0.1, grid, np.array([-0.1, 0.0, 0.4, 0.9]), 1e-9) == [0.1]
    assert roots(lambda h: 0.1 - h, grid, np.array([0.1, 0.0, -0.4, -0.9]), 1e-9) == [0.1]


def test_a_game_at_a_hazard_starts_from_the_nearest_that_is_solved(monkeypatch):
    """Which start is taken; from there the way leads to the hazard."""

    class Solved:
        def __init__(self, at):
            self.at, self.game = at, "game"

        def variant(self, _name, goal, path):
            return Solved((self.at, goal, path(0.0)))

    monkeypatch.setattr(delaying, "with_war_hazard", lambda _game, _entry, hazard: hazard)
    curve = object.__new__(DelayCurve)
    curve.solved, curve.entry = Solved(0.0), None
    curve._resolved = {0.0: curve.solved, 0.5: None, 1.0: Solved(1.0)}
    assert curve.solution(0.4).at == (0.0, pytest.approx(0.4), 0.0)
    assert curve.solution(0.9).at == (1.0, pytest.approx(0.9), 1.0)
    assert curve.solution(0.5) is None


def test_what_is_as_small_as_rounding_is_nothing():
    spec = NumberSpec(Key("change"), "a change", unit="probability", signed=True)
    rows = [
        {"stake": [1.0], "numbers": {"change": value}, "without_reasons": {}, "curves": [], "branch": "principal"}
        for value in (NOISE, -NOISE, 1.01 * NOISE, -2 * NOISE)
    ]
    empty = np.zeros((4, 0))
    found = gather(rows, {"change": spec}, ["a"], empty, empty)
    assert found.numbers["change"].tolist() == [0.0, 0.0, 1.01 * NOISE, -2 * NOISE]


@pytest.mark.parametrize("kind", [Spread, Results, Summary, Resumes, DelayAt])
def test_what_was_found_cannot_be_changed_afterwards(kind):
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'draws'"):
        object.__new__(kind).draws = 1


def test_a_note_on_no_curve_counts_no_draw():
    results = Results({}, {}, {}, np.zeros((0, 0)), np.zeros((0, 0)))
    assert results.note([]) == "Low and high are the smallest and the largest of 0 draws."


def test_the_chance_of_another_war_moves_with_every_rate_as_differences_say():
    rates = five_states().generator.toarray()
    np.fill_diagonal(rates, 0.0)
    places = (np.array([0, 0, 0, 1, 1, 3, 4, 4, 0, 1, 3, 4]), np.array([1, 2, 3, 0, 4, 0, 3, 1, 0, 1, 3, 4]))

    def asked(moved):
        chain = Chain(moved - np.diag(moved.sum(axis=1)))
        return Resumes(WAR, 2.0, 0).pull(SimpleNamespace(chain=lambda: chain, values=np.zeros((1, 5))), places)

    number, by_value, by_entry = asked(rates)  # by entries of the generator: a rate has one on the diagonal, too
    assert 0 < number < 1 and by_value.tolist() == [[0.0] * 5]
    slopes = dict(zip(zip(*places, strict=True), by_entry, strict=True))
    for row, column in [(x, y) for x, y in slopes if x != y]:
        ends = []
        for change in (1e-5, -1e-5) if rates[row, column] else (1e-5, 0.0):
            moved = rates.copy()
            moved[row, column] += change
            ends.append((asked(moved)[0], change))
        (high, up), (low, down) = ends
        slope = slopes[row, column] - slopes[row, row]
        assert slope == pytest.approx((high - low) / (up - down), rel=1e-4, abs=1e-7), (row, column)


def test_delay_moves_with_values_and_rates_as_differences_say():
    """Values of two players in five states; from 1 and 4 settling leads to 0, from 3 to 2, and 0 and 2 are settled."""
    rates, rho = five_states().generator.toarray(), 0.2
    np.fill_diagonal(rates, 0.0)
    successor, values = np.array([-1, 0, -1, 2, 0]), np.random.default_rng(3).normal(size=(2, 5))
    places = (np.array([0, 1, 4, 0, 1, 4]), np.array([3, 4, 3, 0, 1, 4]))

    def asked(v, moved):
        chain = Chain(moved - np.diag(moved.sum(axis=1)))
        solved = SimpleNamespace(unknowns=v, chain=lambda: chain, generator=chain.generator)
        return DelayAt(1, successor, rho, 1).pull(solved, places)

    number, by_value, by_entry = asked(values, rates)
    gain = np.where(successor >= 0, values[1][successor] - values[1], 0.0)
    generator = rates - np.diag(rates.sum(axis=1))
    assert number == pytest.approx(-np.linalg.solve(rho * np.eye(5) - generator, gain)[1])
    for state in range(5):
        up, down = values.copy(), values.copy()
        up[1, state] += 1e-4
        down[1, state] -= 1e-4
        slope = (asked(up, rates)[0] - asked(down, rates)[0]) / 2e-4
        assert by_value[1, state] == pytest.approx(slope, abs=1e-8) and by_value[0, state] == 0
    slopes = dict(zip(zip(*places, strict=True), by_entry, strict=True))
    for row, column in [(x, y) for x, y in slopes if x != y]:
        up, down = rates.copy(), rates.copy()
        up[row, column] += 1e-5
        down[row, column] -= 1e-5
        slope = (asked(values, up)[0] - asked(values, down)[0]) / 2e-5
        assert slopes[row, column] - slopes[row, row] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def test_a_number_at_both_ends_of_an_assumption_is_told_by_its_derivative():
    middle = {"numbers": {"gain": 2.0}, "slopes": {"gain": {"cost": 3.0}}}
    summary = SimpleNamespace(middle=middle, drawn=SimpleNamespace(ranges={"cost": (1.0, 2.0, 4.0)}))
    assert Summary.swings(summary, Key("gain"), "value") == {"cost": (-1.0, 8.0)}
    assert Summary.swings(summary, Key("loss"), "value") == {}


def test_numbers_hang_on_the_three_that_move_them_most_or_that_move_the_number_they_are_like():
    swings = {"a": (0.0, 1.0), "never": (2.0, 2.0), "b": (0.0, 3.0), "c": (5.0, 3.0), "d": (0.0, -0.5)}
    results = Results({"unlike": np.zeros(1)}, {}, {}, np.zeros((1, 5)), np.zeros((1, 0)))
    summary = SimpleNamespace(results=results, swings=lambda key, _unit: swings if key == Key("gain") else {})
    gain = NumberSpec(Key("gain"), "a gain", unit="value")
    like = NumberSpec(Key("share"), "a share of it", unit="share", ranked_like=gain.key)
    unlike = NumberSpec(Key("unlike"), "another", unit="value")
    assert [Summary._hangs_on(summary, spec) for spec in (gain, like, unlike)] == [("b", "c", "a")] * 2 + [()]


def test_without_derivatives_numbers_hang_on_what_they_go_with():
    """However narrow its range is; what is fixed is nobody's reason."""
    rng = np.random.default_rng(1)
    small, other, fixed = rng.uniform(0, 0.01, 60), rng.uniform(0, 9, 60), np.full(60, 0.5)
    values = np.exp(300 * small)
    values[7] = np.nan
    results = Results({"gain": values}, {}, {}, np.column_stack([other, fixed, small]), np.zeros((60, 0)))
    ranges = dict.fromkeys(("other", "fixed", "small"), (0.0, 1.0, 2.0))
    summary = SimpleNamespace(results=results, drawn=SimpleNamespace(ranges=ranges), swings=lambda _key, _unit: {})
    spec = NumberSpec(Key("gain"), "a gain", unit="value")
    assert Summary._hangs_on(summary, spec) == ("small",)


@pytest.mark.parametrize(("draws", "named"), [(10, ()), (11, ("moves",))])
def test_what_a_number_goes_with_is_named_from_eleven_draws_on(draws, named):
    """In step with it, the rank correlation is 1: beyond 3.3 / sqrt(n) from eleven draws on."""
    moves = np.linspace(0.0, 1.0, draws)
    results = Results({"gain": moves**3, "loss": 0.0 * moves}, {}, {}, moves[:, None], np.zeros((draws, 0)))
    drawn = SimpleNamespace(ranges={"moves": (0.0, 0.5, 1.0)})
    summary = SimpleNamespace(results=results, drawn=drawn, swings=lambda _key, _unit: {})
    assert Summary._hangs_on(summary, NumberSpec(Key("gain"), "a gain", unit="value")) == named
    assert Summary._hangs_on(summary, NumberSpec(Key("loss"), "never any", unit="value")) == ()


def test_a_spread_is_that_of_numpy_and_of_few_draws_the_ends():
    values = np.random.default_rng(5).normal(size=(60, 3))
    values[10:, 2] = np.nan
    found = spread(values)
    for point in (0, 1):
        wanted = np.percentile(values[:, point], [5, 50, 95])
        assert (found.low[point], found.mid[point], found.high[point]) == pytest.approx(wanted)
    assert found.cells(2) == pytest.approx(tuple(np.percentile(values[:10, 2], [5, 50, 95]))) and found.draws == 60
    few = spread(values[:7, :1])
    assert few.cells() == pytest.approx((values[:7, 0].min(), np.median(values[:7, 0]), values[:7, 0].max()))


@pytest.mark.parametrize(("draws", "cap", "words"), [
    (1, 9, "With 1 draw no range is given, and signs may change with more draws."),
    (3, 9, "With 3 draws no range is given, and signs may change with more draws."),
    (9, 9, ""),
    (20, 8, "This used 8 of the 20 draws, because each of its draws needs many solves."),
])  # fmt: skip
def test_how_many_draws_a_question_used_is_said(draws, cap, words):
    results = SimpleNamespace(branches=("principal",) * draws)
    summary = SimpleNamespace(results=results, caps={"prolongation": cap} if cap < draws else {})
    assert Summary._remark(summary, SimpleNamespace(id="prolongation")) == words
