"""Sliders: the fast way gives what the slow way gives, and nothing uncertified passes for an answer."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from detente.answers.frame import frame_of
from detente.answers.settling import gain_from_settling
from detente.answers.solved import SolvedGame
from detente.case import load_case
from detente.game import compile_case
from detente.solver import Equilibrium, solve
from detente.solver.follow import Follower
from detente.studio import numbers
from detente.studio.atlas import atlas, path
from detente.studio.opened import Compiled, Wish
from detente.studio.view import View
from detente.studio.worker import GaveWay, Superseded, Urgency, Worker

CASE = load_case("toy-process")


@pytest.fixture(scope="module")
def template():
    return compile_case(CASE)


@pytest.fixture(scope="module")
def compiled(template):
    made = Compiled(template, Follower())
    made.follower.base(template.game())
    return made


def wish(compiled: Compiled, **more) -> Wish:
    return Wish(compiled, View(CASE.as_of, **more), CASE, lambda: False)


def test_dragging_and_the_dossiers_questions_agree(compiled, template):
    view = {"set": {"war_cost": 1.9}}
    fast, slow = numbers.light(wish(compiled, **view)), numbers.full(wish(compiled, **view))
    assert fast["certified"] and slow["certified"]
    told = {a["id"]: a["value"] for a in slow["answers"]}
    for years, chance in fast["risk"].items():
        assert abs(chance - told[f"relapse.{years}y"]) < 1e-4
    for years, chance in fast["peace_by"].items():
        assert abs(chance - told[f"peace.{years}y"]) < 1e-4
    for actor in CASE.players:
        assert fast["gain"][actor] == pytest.approx(told[f"gain_from_settling.{actor}"], abs=1e-3)
        assert fast["delay"][actor] == pytest.approx(told[f"delay.{actor}"], abs=1e-2)
        assert sum(slow["parts"][actor].values()) == pytest.approx(slow["values"][actor], abs=1e-9)
    game = template.game({"war_cost": 1.9})
    solved = SolvedGame(frame_of(template, CASE.as_of), game)
    gain = gain_from_settling(solved.values, template.settled())[:, solved.x0]
    assert [told[f"gain_from_settling.{p}"] for p in CASE.players] == pytest.approx(gain.tolist(), abs=1e-7)


def test_an_uncertified_solution_carries_no_number(compiled, monkeypatch):
    def lost(self, game, tol, progress=None):
        good = self.points[-1].equilibrium.unknowns
        from detente.solver.operator import Operator

        return Equilibrium(Operator(game), good + 1.0, tol, "no way")

    monkeypatch.setattr(Follower, "at", lost)
    for want in (numbers.light, numbers.full):
        data = want(wish(compiled))
        assert data["certified"] is False and data["status"] and data["try"]
        assert not {"war", "peace", "gain", "delay", "answers", "values"} & set(data)
    drawn = atlas(wish(compiled), None)
    assert drawn["certified"] is False and "spent" not in drawn and "paths" not in drawn
    assert numbers.check_branch(wish(compiled)) == {"checked": False}


def test_the_map_counts_every_state_and_every_year(compiled, template):
    data = atlas(wish(compiled), "tension")
    assert sum(map(sum, data["counts"])) == template.space.size
    assert sum(map(sum, data["spent"])) == pytest.approx(10.0, abs=1e-6)
    assert data["columns"][data["here"][0]] == CASE.situations[CASE.as_of]["phase"]
    moves = data["next"]["moves"]
    assert sum(m["share"] for m in moves) + data["next"]["others"] == pytest.approx(1.0)
    assert moves == sorted(moves, key=lambda m: -m["share"])


def test_the_likeliest_way_is_a_way_and_no_sampled_way_is_likelier(compiled, template):
    looked = wish(compiled)
    found = compiled.follower.at(template.game(), numbers.REST_TOL)
    way = path(looked, found, looked.start, template.war)
    assert way["steps"] and 0 < way["chance"] <= 1
    jumps = found.generator.toarray()
    np.fill_diagonal(jumps, 0.0)
    jumps /= np.maximum(jumps.sum(axis=1, keepdims=True), 1e-300)
    rng, best = np.random.default_rng(0), 0.0
    for _ in range(300):
        x, chance = looked.start, 1.0
        while chance > 1e-9 and not template.war[x]:
            y = int(rng.choice(len(jumps), p=jumps[x]))
            chance, x = chance * jumps[x, y], y
        if template.war[x]:
            best = max(best, chance)
    assert best <= way["chance"] * (1 + 1e-6)


def test_two_equilibria_are_told_apart(compiled, monkeypatch):
    looked = wish(compiled, set={"war_cost": 1.4})
    assert numbers.check_branch(looked) == {"checked": True, "same": True}
    other = wish(compiled, set={"war_cost": 1.4})
    game = compiled.template.game({"war_cost": 2.9})
    monkeypatch.setattr(Wish, "follow", lambda self, tol: replace_game(solve(game), self))
    assert numbers.check_branch(other) == {"checked": True, "same": False}


def replace_game(equilibrium, looked):
    equilibrium.game = replace(looked.template.game(looked.parameters))
    return equilibrium


def test_the_newest_wish_of_a_page_replaces_the_waiting_one_and_nothing_else():
    worker, gate = Worker(), threading.Event()
    first = worker.submit("a", lambda _hurried: gate.wait(5) and "first")
    time.sleep(0.05)
    second = worker.submit("a", lambda _hurried: "second")
    other = worker.submit("b", lambda _hurried: "other")
    third = worker.submit("a", lambda _hurried: "third")
    assert worker.hurried("a", Urgency.DRAG) and not worker.hurried("c", Urgency.REST)
    gate.set()
    assert (first.result(5), other.result(5), third.result(5)) == ("first", "other", "third")
    with pytest.raises(Superseded):
        second.result(5)
    failing = worker.submit("a", lambda _hurried: 1 / 0)
    with pytest.raises(ZeroDivisionError, match="division"):
        failing.result(5)
    assert worker.submit("a", lambda _hurried: "alive").result(5) == "alive"
    worker.stop()


def giving_way(began: threading.Event, found: str):
    """A task that goes on until it is hurried, and is done at once when begun again."""

    def task(hurried):
        if began.is_set():
            return found
        began.set()
        while not hurried():
            time.sleep(0.005)
        raise GaveWay

    return task


def test_what_gave_way_to_something_more_urgent_is_answered_after_it():
    worker, began = Worker(), threading.Event()
    check = worker.submit("a-check", giving_way(began, "checked"), Urgency.CHECK)
    assert began.wait(5)
    urgent = worker.submit("b", lambda _hurried: "rest")
    assert (check.result(5), urgent.result(5)) == ("checked", "rest")
    worker.stop()


def test_the_most_urgent_of_those_who_wait_is_next():
    worker, gate, order = Worker(), threading.Event(), []
    worker.submit("gate", lambda _hurried: gate.wait(5))
    time.sleep(0.05)
    wishes = [("a-check", Urgency.CHECK), ("b", Urgency.REST), ("c", Urgency.DRAG), ("d", Urgency.REST)]
    waiting = [worker.submit(name, lambda _hurried, name=name: order.append(name), how) for name, how in wishes]
    gate.set()
    for future in waiting:
        future.result(5)
    assert order == ["c", "b", "d", "a-check"]
    worker.stop()


def test_two_pages_at_rest_never_set_each_other_aside():
    worker, began = Worker(), threading.Event()
    gate = threading.Event()

    def slow(hurried):
        began.set()
        gate.wait(5)
        return hurried()

    first = worker.submit("a", slow)
    assert began.wait(5)
    second = worker.submit("b", lambda hurried: hurried())
    check = worker.submit("a-check", lambda hurried: hurried(), Urgency.CHECK)
    gate.set()
    assert (first.result(5), second.result(5), check.result(5)) == (False, False, False)
    worker.stop()


def test_what_gave_way_to_a_newer_wish_of_its_page_is_superseded():
    worker, began = Worker(), threading.Event()
    old = worker.submit("a", giving_way(began, "never"), Urgency.DRAG)
    assert began.wait(5)
    assert worker.submit("a", lambda _hurried: "new", Urgency.CHECK).result(5) == "new"
    with pytest.raises(Superseded):
        old.result(5)
    began.clear()
    left = worker.submit("a", giving_way(began, "never"))
    assert began.wait(5)
    worker.stop()
    with pytest.raises(Superseded):
        left.result(5)


def test_a_wish_that_nobody_waits_for_any_more_ends_nothing_else():
    worker, gate, began = Worker(), threading.Event(), threading.Event()
    running = worker.submit("gate", lambda _hurried: began.set() or (gate.wait(5) and "done"))
    assert began.wait(5)
    left, replaced = worker.submit("a", lambda _hurried: "a"), worker.submit("b", lambda _hurried: "b")
    assert left.cancel() and replaced.cancel() and not running.cancel()
    newer = worker.submit("b", lambda _hurried: "newer")
    gate.set()
    assert (running.result(5), newer.result(5)) == ("done", "newer")
    assert worker.submit("a", lambda _hurried: "alive").result(5) == "alive"
    worker.stop()


def test_patience_ends_when_somebody_waits(compiled):
    hurried = Wish(compiled, View(CASE.as_of), CASE, lambda: True)
    with pytest.raises(GaveWay):
        hurried.patience(0.5, "halfway")
    wish(compiled).patience(0.5, "halfway")
