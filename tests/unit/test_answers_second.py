"""Second opinions on the model of choice: what is solved again, what is said, and where nothing is."""

import numpy as np
import pytest
from case_files import STARTER, changed, folder_with

from detente.answers import evaluate
from detente.answers.names import Key, NumberSpec
from detente.answers.results import Results
from detente.answers.second import game_under, other_model, tables_of, weighted_spread, weights_of
from detente.case import load_case
from detente.evidence.posterior import effective_draws
from detente.game import compile_case
from detente.report.redact import redact
from detente.run import OtherModel, SecondOpinion
from detente.solver import solve
from detente.verbs.analyze import summary
from detente.verbs.ask import run as ask

TEXT = STARTER.read_text("utf-8")


@pytest.fixture(scope="module")
def template():
    return compile_case(load_case(STARTER.parent))


@pytest.fixture(scope="module")
def answers(template):
    return evaluate(template, "2024-01-01", draws=9, seed=1, questions=["relapse", "peace", "loss"], workers=0)


def test_the_first_draws_are_solved_again_under_both_models(template, answers):
    opinions = answers.other_model.opinions
    assert {o.quantity for o in opinions} == {"relapse.5y", "peace.10y", "peace_time.restricted"}
    assert {(o.model, o.draws, o.ess) for o in opinions} == {("uncounted", 8, 8.0), ("ceiling", 8, 8.0)}
    names = template.parameter_names
    for model in ("uncounted", "ceiling"):
        own, other = [], []
        for row in answers.results.parameters[:8]:
            game = template.game(dict(zip(names, row, strict=True)))
            for numbers, made in ((own, game), (other, game_under(game, model))):
                chain = solve(made).require().chain()
                numbers.append(float(chain.reach_curve(template.war, [5.0], template.state("2024-01-01"))[0]))
        (said,) = [o for o in opinions if (o.quantity, o.model) == ("relapse.5y", model)]
        assert said.own == pytest.approx(np.percentile(own, [5, 50, 95]), rel=1e-9)
        assert (said.low, said.mid, said.high) == pytest.approx(np.percentile(other, [5, 50, 95]), rel=1e-9)
        assert said.moves == (abs(said.mid - said.own[1]) > said.own[1] / 3)


def test_reasons_that_do_not_count_and_a_higher_ceiling_are_what_they_say(template):
    game = template.game()
    uncounted, higher = game_under(game, "uncounted"), game_under(game, "ceiling")
    assert (uncounted.shocks, uncounted.ceiling) == ("uncounted", game.ceiling)
    assert (higher.shocks, higher.ceiling) == ("occasions", 4 * game.ceiling)
    found = solve(uncounted).require()
    assert all((parts["reasons"] == 0).all() for parts in found.decomposition())
    flow = np.array([sum(terms.values()) for terms in game.terms]) + (found.operator.pay @ found.choice.rate).reshape(
        game.payoff_flow.shape
    )
    for i, rho in enumerate(game.discount_rate):
        worth = np.linalg.solve(rho * np.eye(game.n_states) - found.generator.toarray(), flow[i])
        assert found.values[i] == pytest.approx(worth, rel=1e-9)


def test_the_section_says_the_number_under_another_model(answers):
    (section,) = [s for s in answers.sections if s.id == "other_model"]
    count = len({o.quantity for o in answers.other_model.opinions})
    depends = answers.other_model.depends
    assert section.finding.startswith(f"{len(depends)} of {count}" if depends else "Under another model of choice, no")
    assert " instead of " in section.finding
    table = answers.tables["other_model_chances"]
    assert table.columns == ("quantity", "label", "model", "low", "mid", "high")
    assert [row[2] for row in table.rows if row[0] == "relapse.5y"] == [
        "as in the case",
        "private reasons not counted in values",
        "a ceiling on acts four times as high",
    ]
    assert {row[0] for row in answers.tables["other_model_values"].rows} == {"peace_time.restricted"}


def test_what_moves_by_more_than_a_third_depends_on_the_model(template, tmp_path):
    """Where reasons are large beside what is at stake, leaving them out changes the answers."""
    loud = changed(TEXT, ("    range: [0.4, 0.8]", "    range: [2, 4]"))
    run = ask(folder_with(loud, tmp_path / "loud"), "relapse,gain_from_settling", draws=8, seed=0, workers=0)
    opinions = {(o.quantity, o.model): o for o in run.other_model.opinions}
    moved = [o for o in opinions.values() if o.moves]
    assert moved and run.other_model.depends == tuple(dict.fromkeys(o.quantity for o in moved))
    for quantity in run.quantities:
        furthest = run.other_model.furthest(quantity.id)
        if quantity.id in run.other_model.depends:
            assert quantity.depends_on_choice
            assert furthest.moves and abs(furthest.mid - furthest.own[1]) > abs(furthest.own[1]) / 3
        elif not quantity.signed:
            assert not quantity.depends_on_choice
    words = summary(run, tmp_path)
    assert "depends on the model of choice: under another" in words


def test_a_case_that_keeps_another_model_has_no_second_opinion(tmp_path):
    text = changed(TEXT, ("play:", "play:\n  shocks: reference"))
    template = compile_case(load_case(folder_with(text, tmp_path / "kept")))
    found = evaluate(template, "2024-01-01", draws=2, questions=["relapse"], workers=0)
    assert found.other_model is None and "other_model" not in {s.id for s in found.sections}
    assert not any(name.startswith("other_model") for name in found.tables)


@pytest.mark.slow
def test_opinions_on_hidden_numbers_go_with_them(tmp_path):
    """Numbers that hang on a marked assumption are taken out of a copy, and so is what another model says of them."""
    marked = changed(TEXT, ("  attack_cost:\n", "  attack_cost:\n    confidential: true\n"))
    run = ask(folder_with(marked, tmp_path / "marked"), "relapse,peace", draws=8, workers=0)
    assert "attack_cost" in run.quantity("relapse.5y").assumptions
    copy = redact(run)
    left = {q.id for q in copy.quantities}
    assert "relapse.5y" not in left
    assert {o.quantity for o in copy.other_model.opinions} == {o.quantity for o in run.other_model.opinions} & left
    assert "relapse.5y" not in copy.model_dump_json()


def test_the_furthest_opinion_is_the_one_that_is_told():
    def opinion(mid: float, model) -> SecondOpinion:
        return SecondOpinion(
            quantity="x", label="X", model=model, own=(0.4, 0.5, 0.6), low=mid, mid=mid, high=mid, draws=9, ess=9.0,
            moves=abs(mid - 0.5) > 0.5 / 3,
        )  # fmt: skip

    near, far = opinion(0.55, "ceiling"), opinion(0.3, "uncounted")
    both = OtherModel(opinions=(near, far))
    assert both.furthest("x") == far and both.furthest("y") is None and both.depends == ("x",)
    assert OtherModel(opinions=(near,)).depends == ()


def test_draws_of_a_fit_are_weighed_by_how_likely_the_record_is_under_the_other_model():
    assert weights_of([None, None], [None, None]).tolist() == [0.5, 0.5]  # no fit: nothing to weigh by
    told = weights_of([-5.0, -7.0, -6.0], [-5.0, -6.0, -np.inf])
    assert told == pytest.approx([1 / (1 + np.e), np.e / (1 + np.e), 0])
    assert weights_of([-5.0, -7.0], [-np.inf, -np.inf]).tolist() == [0.5, 0.5]
    assert effective_draws(np.array([0.25, 0.25, 0.25, 0.25])) == 4 and effective_draws(np.array([1.0, 0, 0])) == 1
    assert effective_draws(np.array([0.5, 0.25, 0.25])) == pytest.approx(1 / 0.375)
    values = np.random.default_rng(2).normal(size=400)
    assert weighted_spread(values, np.full(400, 1 / 400)) == tuple(np.percentile(values, [5, 50, 95]))
    tilted = np.exp(values)  # a normal with mean 1
    low, mid, high = weighted_spread(values, tilted / tilted.sum())
    assert (low, mid, high) == pytest.approx((1 - 1.645, 1, 1 + 1.645), abs=0.3)
    assert weighted_spread(np.array([3.0, 1.0, 2.0]), np.array([0.98, 0.01, 0.01]))[1] == pytest.approx(3, abs=0.05)


def opinion(weights, own, other):
    spec = NumberSpec(Key("relapse", detail="5y"), "Chance", unit="probability", headline=True)
    results = [Results({"relapse.5y": v}, {}, {}, np.zeros((10, 0)), np.zeros((10, 0))) for v in (own, other)]
    found = other_model(results[0], {"ceiling": results[1]}, {"ceiling": weights}, {"relapse.5y": spec})
    return found.opinions[0], tables_of(found)["other_model_chances"].note


def test_weights_that_leave_too_few_draws_are_said_and_not_used():
    own, other = np.linspace(0.1, 0.2, 10), np.linspace(0.1, 0.9, 10)
    plain, note = opinion(np.full(10, 0.1), own, other)
    assert (plain.ess, plain.mid) == (pytest.approx(10), pytest.approx(0.5)) and "weighed" not in note
    steep = np.arange(10.0) ** 4
    few, note = opinion(steep / steep.sum(), own, other)
    assert few.ess < 8 and few.mid == pytest.approx(0.5)
    assert (
        f"they are worth {few.ess:.0f} draws with a ceiling on acts" in note
        and "Under 8, they stand as they are" in note
    )
    mild = 1 + np.arange(10.0) / 9
    weighed, note = opinion(mild / mild.sum(), own, other)
    assert 8 <= weighed.ess < 10 and 0.5 < weighed.mid < 0.6 and "worth 10 draws" in note
