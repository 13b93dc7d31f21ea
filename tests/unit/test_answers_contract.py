"""The contract of a question: one file, named records, sections; and what draws, noise and failures do to a number."""

import ast
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic_case import write_case

from detente.answers import CATALOGUE, QUESTIONS, Catalogue, evaluate
from detente.answers.equilibria import searched, with_equilibria
from detente.answers.evaluate import caps_of
from detente.answers.frame import frame_of, frame_without_states
from detente.answers.job import Job, declared
from detente.answers.names import Curve, Key, NumberSpec
from detente.answers.question import Reply
from detente.answers.results import NOISE, RANGE_DRAWS, gather, spread
from detente.answers.solved import SolvedGame
from detente.case import load_case, shipped_cases
from detente.errors import ComputationError, OptionError
from detente.files.scan import scan
from detente.game.compile import compile_case
from detente.run import Quantity
from detente.solver import Sensitivity

DATE = "2001-01-01"
ROOT = Path(__file__).resolve().parents[2]
CHEAP = ["relapse", "gain_from_settling", "delay", "loss"]
NEW = '''
"""How long until the next settlement or war?"""

from detente.answers.names import Key, NumberSpec
from detente.answers.question import Question, Reply, text_of

KEY = Key("quiet", detail="years")


class Quiet(Question):
    id = "quiet"
    title = "How long does nothing happen?"
    rank = 7

    def numbers(self, frame):
        return (NumberSpec(KEY, "Years until war or settlement", "years", signed=False),)

    def ask(self, solved):
        years = solved.chain.restricted_mean_time(solved.frame.war | solved.frame.peace, 30.0)
        return Reply({KEY: float(years[solved.x0])})

    def finding(self, answered):
        return f"Nothing happens for {text_of(answered.get(KEY))}."


QUESTION = Quiet()
'''


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return compile_case(load_case(write_case(tmp_path_factory.mktemp("valley"))))


@pytest.fixture(scope="module")
def eight(template):
    return evaluate(template, DATE, draws=8, seed=1, questions=CHEAP, workers=0)


# ---- one file per question -------------------------------------------------------------------------------------------


def test_a_new_question_is_one_file(template, tmp_path, monkeypatch):
    package = tmp_path / "more_questions"
    package.mkdir()
    (package / "__init__.py").write_text("from detente.files.scan import scan\nMODULES = scan(__name__)\n", "utf-8")
    (package / "quiet.py").write_text(NEW, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import more_questions  # pyright: ignore[reportMissingImports]

    catalogue = Catalogue.of((*scan("detente.answers.questions"), *more_questions.MODULES))
    assert next(iter(catalogue.questions)) == "quiet" and len(catalogue.questions) == len(QUESTIONS) + 1
    found = evaluate(template, DATE, draws=2, questions=["quiet", "relapse"], workers=0, catalogue=catalogue)
    assert found.quantities[0].id == "quiet.years"
    assert found.quantity("quiet.years").mid > 0
    assert found.sections[0].finding.startswith("Nothing happens for ")
    for name in [name for name in sys.modules if name.startswith("more_questions")]:
        del sys.modules[name]


def test_scan_takes_the_modules_of_a_package_only(tmp_path, monkeypatch):
    package = tmp_path / "outer_things"
    (package / "inner").mkdir(parents=True)
    for path in (package / "__init__.py", package / "b.py", package / "a.py", package / "inner" / "__init__.py"):
        path.write_text("", "utf-8")
    (package / "inner" / "__init__.py").write_text("raise RuntimeError('not to be imported')\n", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import outer_things  # pyright: ignore[reportMissingImports]  # noqa: F401

    assert [m.__name__ for m in scan("outer_things")] == ["outer_things.a", "outer_things.b"]
    for name in ("outer_things.a", "no_such_package"):
        with pytest.raises(ValueError, match=f"'{name}' is not an imported package"):
            scan(name)


def test_packages_scan_only_themselves():
    calls = []
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text if "scan(" in text else "")):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "scan":
                calls.append((path.name, ast.unparse(node.args[0])))
    assert calls and set(calls) == {("__init__.py", "__name__")}


def test_a_module_without_a_question_and_names_that_stand_twice_are_refused():
    modules = scan("detente.answers.questions")
    with pytest.raises(ValueError, match=r"detente\.answers\.names has no QUESTION"):
        Catalogue.of((*modules, sys.modules["detente.answers.names"]))
    with pytest.raises(ValueError, match="two questions have the id 'relapse'"):
        Catalogue.of((modules[-1], *[m for m in modules if m.__name__.endswith("relapse")] * 2))
    assert len({q.title for q in QUESTIONS.values()}) == len(QUESTIONS)


@pytest.mark.parametrize("name", shipped_cases())
def test_ids_are_unique_and_relatives_are_numbers_of_the_case(name):
    frame = frame_without_states(load_case(name))
    specs = [spec for q in QUESTIONS.values() for spec in q.numbers(frame)]
    ids = {spec.key.id for spec in specs}
    assert len(ids) == len(specs) and CATALOGUE.numbers(frame).keys() == ids
    for spec in specs:
        assert {key.id for key in spec.relatives} <= ids and spec.key not in spec.relatives
        assert spec.ranked_like is None or spec.ranked_like.id in ids
        for other in specs:  # whoever gives this one away is given away by it
            if other.key in spec.relatives:
                assert spec.key in other.relatives, (spec.key.id, other.key.id)


def test_ids_are_joined_and_never_taken_apart():
    assert Key("gain_from_settling", "north", "phased").id == "gain_from_settling.north.phased"
    assert Key("spoilers", "north", detail="domestic.value", actor_last=True).id == "spoilers.domestic.value.north"
    taking_apart = re.compile(r"\.(r?split|r?partition)\(\"\.\"|\.(r?split|r?partition)\(\"\|\"")
    moves = {"moves.py", "frame.py"}  # where `actor.action` of a case is read
    for room in ("answers", "verdicts"):
        for path in (ROOT / "src" / "detente" / room).rglob("*.py"):
            if path.name not in moves:
                assert not taking_apart.search(path.read_text("utf-8")), path


def test_every_family_that_the_docs_name_exists(template):
    text = (ROOT / "docs" / "answers.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if re.match(r"\| `\w+` \|", line)]
    named = {row.split("|")[1].strip(" `"): set(re.findall(r"`([a-z_]+)[.`]", row.split("|")[2])) for row in rows}
    questions = {id: names for id, names in named.items() if id in QUESTIONS}
    assert questions.keys() == QUESTIONS.keys()
    frames = [frame_without_states(load_case(name)) for name in ("minsk", "good-friday")]
    frames += [frame_of(template, date) for date in template.case.situations]
    tables = {"risk_curve", "peace_curve", "triggers", "paths", "delay_by_hazard", "values_by_term"}
    for id, names in questions.items():
        families = {spec.key.family for frame in frames for spec in QUESTIONS[id].numbers(frame)}
        assert families <= names, (id, families - names)
        roles = set(QUESTIONS[id].reads)
        assert names <= families | tables | roles | {"together", "low", "high"}, (id, names - families)


def test_a_question_must_declare_its_numbers(template):
    frame = frame_of(template, DATE)
    reply = Reply({Key("relapse", detail="5y"): 0.1, Key("relapse", detail="7y"): 0.2})
    with pytest.raises(LookupError, match=r"'relapse' gives numbers that it does not declare: relapse\.7y"):
        declared(QUESTIONS["relapse"], frame, reply)


# ---- sections --------------------------------------------------------------------------------------------------------


def test_sections_hold_one_sentence_with_its_number_and_what_it_shows(eight):
    assert [section.id for section in eight.sections] == [*CHEAP, "other_model"]
    ids = {q.id for q in eight.quantities}
    for section in eight.sections[:-1]:
        assert section.title == QUESTIONS[section.id].title and section.rank == QUESTIONS[section.id].rank
        assert re.search(r"\d", section.finding) and section.finding.endswith(".")
        assert set(section.quantities) <= ids and set(section.tables) <= eight.tables.keys()
        for picture in section.pictures:
            assert set(picture.quantities) <= ids
            assert not picture.table or picture.table in eight.tables
    relapse = eight.sections[0]
    chance = eight.quantity("relapse.5y").mid
    assert f"within 5 years is {round(100 * chance)}" in relapse.finding
    assert {p.shape for p in relapse.pictures} == {"band", "tornado"}
    loss = eight.sections[-2]
    assert "own stake" in loss.finding and not any("loss.north" in p.quantities for p in loss.pictures)


def test_what_cannot_be_asked_has_a_note_and_no_section(template):
    answers = evaluate(template, "2002-01-01", draws=1, questions=["delay", "relapse"], workers=0, tornado=False)
    assert [section.id for section in answers.sections] == ["relapse", "other_model"]
    assert answers.notes == {"delay": "a settlement is in force on the date"}
    words = "Not asked, because a settlement is in force on the date: 'Who gains from delay?'."
    assert words in answers.warnings


def test_only_one_actor(eight):
    own = eight.about("north")
    assert own.quantities and {q.actor for q in own.quantities} == {"north"}
    ids = {q.id for q in own.quantities}
    assert own.sections and all(set(s.quantities) <= ids for s in own.sections)


# ---- few draws, noise, what is missing -------------------------------------------------------------------------------


def row(draw: int, numbers: dict, curves: dict | None = None, **more) -> dict:
    made = {"residual": 1e-12, "gap": 0.0, "branch": "principal", "stake": [2.0, 4.0], "numbers": numbers, "lost": {}}
    named = [[[c.name, c.actor, c.package, c.item, c.value], v] for c, v in (curves or {}).items()]
    return {**made, "without_reasons": {}, "curves": named, **more}


def made(rows: list[dict], *specs: NumberSpec):
    empty = np.zeros((len(rows), 0))
    return gather(rows, {spec.key.id: spec for spec in specs}, ("north", "south"), empty, empty)


def test_a_curve_that_a_draw_lacks_is_missing_and_not_zero():
    curve = Curve("delay_by_hazard", actor="north")
    results = made([row(0, {}, {curve: [-2.0, -1.0]}), row(1, {}), row(2, {}, {curve: [-4.0, float("nan")]})])
    found = results.spread(curve)
    assert found.draws == 2 and found.cells(0) == (-4.0, -3.0, -2.0) and found.cells(1) == (-1.0, -1.0, -1.0)
    assert results.note([curve]) == "Low and high are the smallest and the largest of 2 draws."
    nobody = spread(np.full((3, 2), np.nan))
    assert nobody.draws == 0 and nobody.cells(1) == (None, None, None)


def test_row_0_of_the_delays_by_hazard_is_the_value_of_delay(template):
    answers = evaluate(template, DATE, draws=2, seed=1, questions=["delay", "break_even"], workers=0, tornado=False)
    table = answers.tables["delay_by_hazard"]
    at_zero = {r[0]: r[3:] for r in table.rows if r[2] == 0.0}
    for actor in template.players:
        values = answers.draws[f"delay.{actor}"]
        assert at_zero[actor] == pytest.approx((values.min(), np.median(values), values.max()), rel=1e-9)
        assert any(value != 0 for value in at_zero[actor])
    capped = evaluate(template, DATE, draws=6, seed=1, workers=0, tornado=False, capped=True,
                      questions=["delay", "break_even"])  # fmt: skip
    first = capped.draws["delay.north"][:4]
    rows = [r for r in capped.tables["delay_by_hazard"].rows if (r[0], r[2]) == ("north", 0.0)]
    assert rows[0][3:] == pytest.approx((first.min(), np.median(first), first.max()), rel=1e-9)
    refs = capped.tables["delay_by_hazard"].rests_on[0]
    assert {"delay.north", "delay_per_time.north", "break_even.north"} <= {ref.id for ref in refs}


def test_too_few_draws_give_no_range(template, eight):
    few = evaluate(template, DATE, draws=3, seed=1, questions=["relapse", "gain_from_settling"], workers=0)
    for q in few.quantities:
        assert q.low is None and q.high is None and q.draws == 3
        assert q.reason_no_interval is not None and q.reason_no_interval.startswith("only 3 draws")
    low, high = np.min(few.draws["gain_from_settling.north"]), np.max(few.draws["gain_from_settling.north"])
    assert low < high
    assert re.search(r"from .+ to .+ own units", few.quantity("gain_from_settling.north").reason_no_interval)
    for q in eight.quantities:
        usable = eight.draws[q.id]
        assert (q.low, q.mid, q.high) == pytest.approx(tuple(np.percentile(usable, [5, 50, 95])))
    assert RANGE_DRAWS == 8
    assert "no range is given" in few.sections[0].paragraphs[-1] and not eight.sections[0].paragraphs


def test_rounding_noise_is_no_finding(template, monkeypatch):
    """Differences of 3e-13 are nothing: no sign, 0 in the middle, 'no effect' in words."""
    real = SolvedGame.variant

    def hardly(self, key, game, path=None):
        other = real(self, key, self.game)
        if other is not None:
            other.equilibrium.values = self.values * (1 + 1e-13)
        return other

    monkeypatch.setattr(SolvedGame, "variant", hardly)
    answers = evaluate(template, DATE, draws=8, seed=1, questions=["spoilers", "prolongation"], workers=0)
    assert answers.draws["spoilers.domestic.value.north"].tolist() == [0.0] * 8
    for q in answers.quantities:
        assert (q.low, q.mid, q.high, q.sign_share) == (0.0, 0.0, 0.0, None), q.id
        assert q.signed and not q.depends_on_choice
    assert all("no effect" in section.finding for section in answers.sections)


@pytest.mark.parametrize(
    ("unit", "actor", "floor"),
    [("share", None, NOISE), ("years", None, 30 * NOISE), ("value", "south", 4 * NOISE), ("value", None, 4 * NOISE)],
)
def test_the_floor_of_noise_is_in_the_number_s_own_unit(unit, actor, floor):
    spec = NumberSpec(Key("x", actor), "x", unit)
    results = made([row(0, {spec.key.id: 0.9 * floor}), row(1, {spec.key.id: -1.1 * floor})], spec)
    assert results.numbers[spec.key.id].tolist() == [0.0, -1.1 * floor]
    unsigned = replace(spec, signed=False)
    assert made([row(0, {spec.key.id: 0.9 * floor})], unsigned).numbers[spec.key.id].tolist() == [0.9 * floor]


def test_signs_are_shared_only_by_values_beyond_noise(template, monkeypatch):
    values = iter([1e-12, 0.2, 0.3, -1e-12, 0.1, 0.2, -0.3, 1e-10])
    spec = NumberSpec(Key("force", "north"), "x", "value")
    monkeypatch.setattr(type(QUESTIONS["force"]), "numbers", lambda self, frame: (spec,))
    monkeypatch.setattr(type(QUESTIONS["force"]), "ask", lambda self, solved: Reply({spec.key: next(values)}))
    found = evaluate(template, DATE, draws=8, questions=["force"], workers=0).quantity("force.north")
    assert found.mid == pytest.approx(0.05) and found.sign_share == 4 / 8


def test_short_names_are_never_cut_at_a_comma(template):
    frame = frame_of(template, DATE)
    frame = replace(frame, labels={"a": "EU, ASEAN states", "b": "Front (armed wing)", "c": "The (old) guard"})
    assert [frame.name(who) for who in "abc"] == ["EU, ASEAN states", "Front", "The (old) guard"]
    assert frame.name("some_body") == "some body"
    assert replace(frame, short={"a": "EU and ASEAN"}).name("a") == "EU and ASEAN"


# ---- what fails costs no more than itself ----------------------------------------------------------------------------


def test_a_derivative_that_fails_costs_its_tornado_only(template, monkeypatch):
    real = Sensitivity.of

    def sometimes(self, answer):
        if type(answer).__name__ == "Reach":
            raise ComputationError("planted: near a fold")
        return real(self, answer)

    monkeypatch.setattr(Sensitivity, "of", sometimes)
    answers = evaluate(template, DATE, draws=2, questions=["relapse", "gain_from_settling"], workers=0)
    assert {row[0] for row in answers.tables["tornado"].rows} == {f"gain_from_settling.{p}" for p in template.players}
    assert answers.quantity("relapse.5y").mid > 0
    assert any(w.startswith("What relapse.5y hangs on is not known") and "planted" in w for w in answers.warnings)


def test_where_nothing_can_be_differentiated_the_answers_stand(template, monkeypatch):
    def never(self, *args, **kwargs):
        raise OptionError.of("planted: rate -1e-06")

    monkeypatch.setattr(Sensitivity, "__init__", never)
    answers = evaluate(template, DATE, draws=2, questions=["relapse"], workers=0)
    assert "tornado" not in answers.tables and answers.quantity("relapse.5y").mid > 0
    assert any("relapse.5y" in w and "planted: rate -1e-06" in w for w in answers.warnings)


def test_a_draw_whose_game_cannot_be_made_is_left_out_with_its_reason(template, monkeypatch):
    real, calls = type(template).game, []

    def sometimes(self, parameters=None):
        calls.append(parameters)
        if len(calls) == 2:
            raise OptionError.of("planted: probability 1.00003")
        return real(self, parameters)

    monkeypatch.setattr(type(template), "game", sometimes)
    answers = evaluate(template, DATE, draws=3, questions=["relapse"], workers=0, tornado=False)
    assert answers.solution.draws_left_out == 1 and len(answers.draws["relapse.5y"]) == 2
    assert any("1 of 3 draws left out" in w and "planted: probability 1.00003" in w for w in answers.warnings)


def test_a_question_that_fails_in_a_draw_is_missing_there_only(template, monkeypatch):
    question, calls = QUESTIONS["relapse"], []
    real = type(question).ask

    def sometimes(self, solved):
        calls.append(solved)
        if len(calls) == 2:
            raise ComputationError("planted: too far")
        return real(self, solved)

    monkeypatch.setattr(type(question), "ask", sometimes)
    answers = evaluate(template, DATE, draws=3, questions=["relapse", "force"], workers=0, tornado=False)
    assert answers.solution.draws_left_out == 0
    assert np.isfinite(answers.draws["relapse.5y"]).tolist() == [True, False, True]
    assert answers.quantity("relapse.5y").label.endswith("(in 2 of 3 draws)")
    assert answers.quantity("relapse.5y").branch == {"principal": 2}
    words = "'How likely is it that war resumes?' is left out in 1 of 3 draws: planted: too far."
    assert words in answers.warnings


def test_mistakes_of_the_program_are_not_swallowed(template, monkeypatch):
    monkeypatch.setattr(type(QUESTIONS["relapse"]), "ask", lambda self, solved: {}["no such key"])
    with pytest.raises(KeyError, match="no such key"):
        evaluate(template, DATE, draws=1, questions=["relapse"], workers=0, tornado=False)


# ---- branches and equilibria -----------------------------------------------------------------------------------------


def test_branches_are_counted_and_a_lost_one_is_said(template, eight, monkeypatch):
    assert eight.solution.branch == {"principal": 8} and eight.solution.equilibria_found is None
    assert all(q.branch == {"principal": 8} and q.draws == 8 for q in eight.quantities)
    assert "equilibria" not in eight.tables and all(q.equilibria_share is None for q in eight.quantities)
    real, calls = SolvedGame.__init__, []

    def second(self, *args, **kwargs):
        real(self, *args, **kwargs)
        calls.append(self)
        if len(calls) == 2:
            self.equilibrium.branch = "found"

    monkeypatch.setattr(SolvedGame, "__init__", second)
    answers = evaluate(template, DATE, draws=3, questions=["force"], workers=0, tornado=False)
    assert answers.solution.branch == {"found": 1, "principal": 2}
    assert any(w.startswith("1 of 3 draws do not lie on the principal branch") for w in answers.warnings)


@pytest.mark.slow
def test_equilibria_are_searched_in_one_draw_in_ten(template):
    assert (searched(1), searched(9), searched(40), searched(100)) == (1, 1, 4, 10)
    answers = evaluate(
        template, DATE, draws=2, questions=["gain_from_settling"], workers=0, tornado=False, equilibria=1
    )
    assert answers.solution.equilibria_found >= 1
    table = answers.tables["equilibria"]
    assert [row[0] for row in table.rows] == [q.id for q in answers.quantities]
    assert "Searched in the first 1 of 2 draws" in table.note
    each = answers.tables["equilibria_values"]
    own = {row[0]: row[3] for row in each.rows if row[1:3] == (1, 1)}
    for q in answers.quantities:
        assert own[q.id] == pytest.approx(answers.draws[q.id][0])
        assert q.equilibria_share is not None and 0 <= q.equilibria_share <= 1
    with pytest.raises(OptionError, match="0 starts; expected at least 1 start"):
        evaluate(template, DATE, draws=1, questions=["force"], workers=0, equilibria=0)


def test_a_search_that_fails_costs_no_answer(template, monkeypatch):
    def never(game, starts, seed):
        raise ComputationError("planted: no start settles")

    monkeypatch.setattr("detente.answers.job.enumerate_equilibria", never)
    answers = evaluate(template, DATE, draws=1, questions=["force"], workers=0, equilibria=1)
    assert answers.quantity("force.north").mid is not None and answers.solution.equilibria_found is None
    words = "'How many equilibria are there?' is left out in 1 of 1 draws: planted: no start settles."
    assert words in answers.warnings and not answers.tables["equilibria"].rows


def test_a_number_holds_in_seven_of_nine(eight):
    signed, plain = NumberSpec(Key("a"), "a", "share"), NumberSpec(Key("b"), "b", "probability", signed=False)
    shown = {"question": "q", "label": "x", "draws": 9, "low": 0.1, "mid": 0.2, "high": 0.3}
    quantities = tuple(
        Quantity(id=s.key.id, family=s.key.id, unit=s.unit, signed=s.signed, **shown) for s in (signed, plain)
    )
    values = [0.2, 0.3, 0.1, 1e-13, -0.2, 0.4, 0.2, 0.1, 0.3]
    sets = [row(0, {"a": v, "b": v}) for v in values]
    rows = [row(0, {}, equilibria=sets[:4]), row(1, {}, equilibria=sets[4:]), row(2, {})]
    answers = replace(eight, quantities=quantities, tables={})
    found = with_equilibria(answers, rows, {"a": signed, "b": plain}, ("north", "south"))
    assert [q.equilibria_share for q in found.quantities] == [7 / 9, 6 / 9]
    assert found.solution.equilibria_found == 5
    assert found.tables["equilibria"].rows[0][2:] == (7, 9, -0.2, 0.4)
    assert len(found.tables["equilibria_values"].rows) == 18
    assert "found 9 equilibria in all, at most 5 in one draw" in found.tables["equilibria"].note


# ---- how many draws --------------------------------------------------------------------------------------------------


def test_what_needs_many_solves_uses_fewer_draws_and_says_so_in_words():
    asked = tuple(QUESTIONS.values())
    caps = caps_of(asked, 100)
    assert caps == {
        "prolongation": 12, "monopoly": 6, "joining": 6, "spoilers": 6, "encouragement": 6, "break_even": 4,
        "prolongation_variants": 3,
    }  # fmt: skip
    assert caps_of(asked, 1000)["break_even"] == 40
    more = caps_of(asked, 100, {"spoilers": 22})
    assert more["spoilers"] == 22 and {**more, "spoilers": 6} == caps
    assert "spoilers" not in caps_of(asked, 20, {"spoilers": 22})


def test_the_warning_names_the_question_and_the_reason(template):
    answers = evaluate(template, DATE, draws=5, questions=["break_even"], workers=0, capped=True, tornado=False)
    assert answers.warnings == (
        "'How dangerous must waiting be before delay stops paying?' used only 4 of the 5 draws, because each of its "
        "draws needs many solves.",
    )
    assert answers.sections[0].paragraphs[-1].startswith("This used 4 of the 5 draws")


def test_a_job_sends_plain_data(template):
    import json

    from detente.answers.job import Spot

    frame = frame_of(template, DATE)
    middle = tuple(float(template.case.parameters[name].mid) for name in template.parameter_names)
    sent = Job(template, frame, QUESTIONS)(Spot(middle, ("relapse", "values")))
    assert json.loads(json.dumps(sent)) == sent
