"""`detente outlook` for real on a small fitted case; past cases in counts, the own past, `check`, `threshold:`."""

import json
import math
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from case_files import changed, folder_with, starter
from fitted_case import DATE, fitted_case, made_fit, with_fit
from recorded_case import write_events
from typer.testing import CliRunner

from detente.answers.outlook_told import gap_words, own_words
from detente.case import load_case, read_case
from detente.checks.modelling import ask_class
from detente.draws import Settings
from detente.game import compile_case
from detente.outside.facts import facts_of
from detente.outside.lifetable import LifeTable
from detente.outside.past import OWN, PastCases, jeffreys, own_past, own_past_of, past_cases
from detente.record import load_record
from detente.report.build import build
from detente.report.document import Grid
from detente.run import OwnPast, Run, read_run
from detente.solver import solve
from detente.verbs.analyze import run as analyze
from detente.verbs.frame.app import app
from detente.verbs.frame.fitted import why_none
from detente.verbs.outlook import run as outlook
from detente.words.numbers import percent

FACTS = f"questions:\n  baserate:\n    {DATE}: {{outcome: ceasefire, ended: 2003-09-01, prior_episodes: 0}}\n"
MARKS = ("past cases", "model, after the record", "model, assumptions only")
WARS = [("b", "2003-02-01", "war_start"), ("c", "2003-09-01", "war_end"), ("a", "2001-01-01", "proposal")]


def prepared(folder, facts=True, fit=True):
    """The small case with facts of the last fighting, a record that shows it, and a fit."""
    fitted_case(folder)
    write_events(folder, WARS)
    if facts:
        path = folder / "case.yaml"
        text = path.read_text("utf-8")
        text = changed(text, ("questions:\n", FACTS)) if "questions:\n" in text else text + FACTS
        path.write_text(text + "threshold: {states: phase == war, means: 25 deaths}\n", "utf-8")
    if fit:
        with_fit(folder, DATE, made_fit(folder))
    return folder


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return prepared(tmp_path_factory.mktemp("outlook") / "small")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def kept(case, tmp_path_factory):
    """What the command prints as JSON, and the run folder that it leaves."""
    folder = tmp_path_factory.mktemp("told") / "run"
    result = CliRunner().invoke(
        app, ["outlook", str(case), "--draws", "6", "--workers", "0", "--out", str(folder), "--json"]
    )
    assert result.exit_code == 0, result.output
    return result.stdout, folder


@pytest.fixture
def told(kept):
    """The same, read."""
    return json.loads(kept[0]), kept[1]


def logit(p):
    return math.log(p / (1 - p))


def test_the_numbers_for_a_program(told):
    data, _ = told
    assert data["date"] == DATE and data["basis"] == "posterior" and data["why_no_posterior"] == ""
    assert (data["draws"], data["prior_draws"], data["stated"], data["threshold"]) == (6, 6, True, "25 deaths")
    for event in ("war", "peace"):
        assert list(data[event]) == ["1y", "2y", "5y", "10y"]
        for horizon, own in data[event].items():
            for kind in ("prior", "posterior", *(["class"] if event == "war" and horizon != "10y" else [])):
                low, mid, high = own[kind]
                assert 0 <= low <= mid <= high <= 1
            assert 0 < own["pool"] < 1
        means = [entry["model_mean"] for entry in data[event].values()]
        assert means == sorted(means) and means[0] < means[-1]


def test_the_pool_is_of_past_cases_and_the_fit(told):
    assert told[0]["war"]["10y"]["class"] is not None  # two whole years since, and twelve were watched
    for entry in told[0]["war"].values():
        expected = 0.5 * logit(entry["class_mean"]) + 0.5 * logit(entry["model_mean"])
        assert logit(entry["pool"]) == pytest.approx(expected)
    for entry in told[0]["peace"].values():
        assert entry["class"] is None and "nothing\nabout settlement" not in entry["why_no_class"]
        assert entry["pool"] == entry["model_mean"] and "the pool is the model alone" in entry["why_no_class"]


def test_the_gap_sums_to_past_cases_less_the_model(told):
    gap, five = told[0]["gap"], told[0]["war"]["5y"]
    assert list(gap["parts"]) == ["past_cases", "attack", "accident", "settlement", "definition"]
    assert abs(sum(gap["parts"].values()) - gap["difference"]) < 1e-9
    assert gap["difference"] == five["class_mean"] - five["model_mean"] and gap["years"] == 5
    assert gap["parts"]["definition"] == 0.0 and gap["parts"]["attack"] < 0 and gap["parts"]["accident"] < 0
    for name, (low, high) in gap["spread"].items():
        assert low <= gap["parts"][name] <= high


def test_the_page_has_three_marks_on_one_axis_and_the_run_the_numbers(told):
    data, folder = told
    run = read_run(folder)
    assert run.chances is not None and run.chances.data() == data
    table = run.tables["outlook_war"]
    assert [row[1] for row in table.rows[:4]] == [*MARKS, "both together"]
    assert [row[1] for row in table.rows[12:]] == [*MARKS, "both together"]
    assert table.rows[3][2] is None and table.rows[3][4] is None
    (section,) = (s for s in run.sections if s.part == "chances")
    assert section.pictures[0].hollow == ("model, assumptions only",)
    assert section.finding.startswith("Fighting above the threshold within 5 years: past cases say ")
    assert "fitted to the record" in section.finding and "together" in section.finding
    page = next(s for s in build(run).sections if s.id == "chances")
    figure = next(block for block in page.blocks if type(block).__name__ == "Figure")
    assert "past cases" in json.dumps(figure.spec) and "within 10 years" in figure.alt
    assert (folder / "dossier.html").is_file() and (folder / "tables" / "outlook_gap.csv").is_file()


def test_hollow_marks_are_hollow():
    from detente.report.charts import intervals
    from detente.run import Table

    table = Table(
        title="t", columns=("name", "kind", "low", "mid", "high"),
        rows=(("a", "one", 0.1, 0.2, 0.3), ("a", "two", 0.1, 0.2, 0.3)),
    )  # fmt: skip
    drawn = json.dumps(intervals(table, "name", compare="kind", hollow=("two",)))
    assert drawn.count('"clear": true') == drawn.count('"clear": false') > 0


def test_the_prior_stands_beside_and_no_fit_says_so(case):
    with_one = outlook(case, Settings(draws=6, workers=0, out="a")).chances
    without = outlook(case, Settings(draws=6, workers=0, out="b", fit="none")).chances
    assert with_one is not None and without is not None
    assert [w.prior for w in without.war] == [w.prior for w in with_one.war]
    assert all(w.posterior is None for w in without.war) and without.basis == "prior"
    assert "assumptions only" in without.why_no_posterior
    assert without.war[2].pool != with_one.war[2].pool


def test_the_same_seed_gives_the_same_bytes_whatever_the_workers(case):
    outlook(case, Settings(draws=3, workers=0, out="a"))
    outlook(case, Settings(draws=3, workers=2, out="b"))
    outlook(case, Settings(draws=3, workers=0, seed=1, out="c"))
    first, second, other = (Path(name, "run.json").read_bytes() for name in "abc")
    assert first == second != other


def test_it_joins_an_analysis_in_any_order(case):
    settings = Settings(draws=2, workers=0, out="a")
    outlook(case, settings)
    analyze(case, out="a", draws=2, workers=0)
    analyze(case, out="b", draws=2, workers=0)
    outlook(case, Settings(draws=2, workers=0, out="b"))
    assert Path("a/run.json").read_bytes() == Path("b/run.json").read_bytes()
    run = read_run_of("a")
    assert {"answers", "outlook", "chances", "fit"} <= set(run.parts) and run.parts["chances"].content == ("chances",)
    path = case / "case.yaml"
    text = path.read_text("utf-8")
    try:
        path.write_text(text + "# changed\n", "utf-8")
        said = []
        analyze(case, out="a", draws=2, workers=0, note=said.append)
        assert read_run_of("a").chances is None and any(words.startswith("chances: made from") for words in said)
        assert "outlook_war" not in read_run_of("a").tables
    finally:
        path.write_text(text, "utf-8")


def read_run_of(name) -> Run:
    return read_run(Path(name))


def test_a_case_without_facts_or_threshold_says_both(tmp_path):
    folder = prepared(tmp_path / "bare", facts=False, fit=False)
    part = outlook(folder, Settings(draws=2, workers=0, out="run"))
    found = part.chances
    assert found is not None and not found.stated
    assert all(one.past is None and one.pool == one.model_mean for one in found.war)
    assert "questions: {baserate" in found.war[0].why_no_class and found.gap.difference is None
    assert (
        "outlook_gap" not in part.tables
        and [row[1] for row in part.tables["outlook_war"].rows] == ["model, assumptions only"] * 4
    )
    words = " ".join(part.sections[0].paragraphs)
    assert "the definitions may differ" in words and "assumptions only" in part.sections[0].finding


def test_mistakes_end_with_two(case):
    result = CliRunner().invoke(app, ["outlook", str(case), "--date", "1999-01-01"])
    assert result.exception is not None and "has no situation for 1999-01-01" in str(result.exception)


# ---- past cases --------------------------------------------------------------------------------------------------


def test_counts_of_whole_years_are_counts():
    table = LifeTable(np.array([20, 18, 15]), np.array([2, 3, 0]))
    assert table.counts(2) == pytest.approx((5, 20))
    assert table.counts(1, 1.0) == pytest.approx((3, 18))
    assert table.counts(1, 2.0) == (0.0, 15.0)
    assert table.counts(3) == pytest.approx((5, 20))
    assert table.counts(4) is None


def test_counts_where_cases_left_observation_are_fewer():
    table = LifeTable(np.array([20, 10]), np.array([2, 3]))
    events, cases = table.counts(2)
    survival, spread = 0.9 * 0.7, 2 / (20 * 18) + 3 / (10 * 7)
    assert (1 - survival) / (survival * spread) > 12  # by Greenwood, and no more than were watched or had recurred
    assert cases == pytest.approx(12) and events / cases == pytest.approx(1 - survival)
    later = LifeTable(np.array([20, 10, 9]), np.array([2, 0, 3]))
    survival, spread = 0.9 * 6 / 9, 2 / (20 * 18) + 3 / (9 * 6)
    assert later.counts(3)[1] == pytest.approx((1 - survival) / (survival * spread)) and later.counts(3)[1] < 11


def test_counts_from_the_middle_of_a_year_keep_its_events():
    table = LifeTable(np.array([40, 30]), np.array([10, 6]))
    events, cases = table.counts(0.5, 0.5)
    assert events / cases == pytest.approx(1 - 0.75**0.5)
    assert cases == 40  # half a year of forty cases is not more than forty


def test_a_sliver_of_a_year_makes_no_sure_forecast():
    """Years without recurrence, then a day of one with: past cases say no less for longer, and nothing like never."""
    table = LifeTable(np.array([26, 24, 22, 22, 20, 18]), np.array([0, 0, 0, 0, 0, 1]))
    means = [(k + 0.5) / (n + 1) for k, n in (table.counts(years, 0.003) for years in (1, 2, 5))]
    assert means == sorted(means) and means[2] > 0.02
    ended = facts_of(load_like("2003-09-01"), "2010-01-01")
    assert ended.elapsed("2010-01-01") == 6.0 and ended.elapsed("2010-01-05") > 6.01
    assert ended.elapsed("2003-12-31") == 0.0


def load_like(ended):
    """A case with nothing but the facts of its last fighting."""
    entry = SimpleNamespace(ended=ended, numbers={}, why="")
    return SimpleNamespace(questions=SimpleNamespace(baserate={"2003-10-01": entry}))


def test_jeffreys_intervals_by_hand():
    """Beta(1/2, 1/2) is the arcsine law: its quantile at q is sin^2(pi q / 2)."""
    assert jeffreys(0, 0) == pytest.approx([math.sin(math.pi * q / 2) ** 2 for q in (0.05, 0.5, 0.95)])
    low, mid, high = jeffreys(3, 10)
    assert 0.1 < low < mid < high < 0.6 and mid == pytest.approx(0.305, abs=0.005)
    past = PastCases((), {5: (3.0, 10.0), 10: None})
    assert past.mean(5) == pytest.approx(3.5 / 11) and past.spread(5) == (low, mid, high)
    assert past.spread(10) is None and past.mean(10) is None
    assert past.why_none(10) == "fewer than five past cases were observed that long" and past.why_none(5) == ""
    assert PastCases((), why="no").why_none(5) == "no"


def test_the_class_of_a_case_and_that_it_may_hold_this_conflict(case):
    found = past_cases(load_case(case), DATE)
    assert OWN in found.words and found.why == "" and list(found.counts) == [1, 2, 5, 10]
    assert "ended by ceasefire agreement" in found.words[0] and "2.0 quiet years" in found.words[0]
    means = [found.mean(years) for years in (1, 2, 5)]
    assert means == sorted(means)


def record_of(folder, *events):
    folder.mkdir(exist_ok=True)
    (folder / "sources.csv").write_text("id,title\ns,A chronicle\n", "utf-8")
    rows = "".join(f"E{n},{day},{kind},north,{kind},s\n" for n, (day, kind) in enumerate(events))
    (folder / "events.csv").write_text("id,date,type,actors,text,sources\n" + rows, "utf-8")
    return load_record(folder)


def test_the_own_past_counts_quiet_years_up_to_the_date(tmp_path):
    record = record_of(
        tmp_path, ("1998-01-01", "clash"), ("2000-01-01", "war_end"), ("2004-01-01", "war_start"),
        ("2004-07-01", "war_end"), ("2010-07-01", "clash"), ("2012-01-01", "war_start"),
    )  # fmt: skip
    found = own_past_of(record, "2010-07-01")
    assert (found.count, found.since, found.why) == (1, "2000-01-01", "")
    assert found.years == pytest.approx(10.0, abs=0.01)
    low, mid, high = found.per_year
    assert mid == pytest.approx(2.366 / 2 / found.years, abs=1e-4)  # the median of Gamma(3/2) is half that of chi2(3)
    assert (low, high) == pytest.approx((0.3518 / 2 / found.years, 7.815 / 2 / found.years), abs=1e-4)
    assert found.within["5y"] == pytest.approx([1 - math.exp(-5 * rate) for rate in found.per_year])
    assert own_past_of(record, "2012-06-01").count == 2
    assert own_past_of(record, "2012-06-01").years == pytest.approx(11.5, abs=0.01)
    assert own_past_of(record, "2002-01-01").count == 0
    assert "1 war began in 10.0 years without war since 2000-01-01" in own_words(found)
    assert "shown apart and in no number above" in own_words(found)


def test_a_record_that_says_a_thing_twice_counts_it_once(tmp_path):
    record = record_of(
        tmp_path, ("2000-01-01", "war_end"), ("2001-01-01", "war_end"), ("2004-01-01", "war_start"),
        ("2004-02-01", "war_start"), ("2005-01-01", "war_end"), ("2005-06-01", "war_end"),
    )  # fmt: skip
    found = own_past_of(record, "2005-06-01")
    assert found.count == 1 and found.years == pytest.approx(4.0 + 151 / 365.25, abs=0.01)
    # after the last entry of the record nothing is known to be quiet
    assert own_past_of(record, "2020-01-01").years == found.years


def test_wars_that_are_not_public_do_not_count(tmp_path):
    rows = [("2000-01-01", "war_end", "no"), ("2004-01-01", "war_start", "yes"), ("2004-07-01", "war_end", "no")]
    (tmp_path / "sources.csv").write_text("id,title\ns,A chronicle\n", "utf-8")
    lines = "".join(f"E{n},{day},{kind},north,{kind},s,{marked}\n" for n, (day, kind, marked) in enumerate(rows))
    (tmp_path / "events.csv").write_text("id,date,type,actors,text,sources,confidential\n" + lines, "utf-8")
    found = own_past_of(load_record(tmp_path), "2006-01-01")
    assert found.count == 0 and found.since == "2000-01-01"


def test_why_there_is_no_fit_is_said_as_it_is():
    assert why_none("none", ()) == "none was asked for: assumptions only"
    assert why_none("as-of", ()) == "no fit to the record until the date is kept: assumptions only"
    assert why_none("as-of", ("Assumptions only: x is stale.",)) == "x is stale: assumptions only"


def test_a_record_that_begins_quiet_counts_from_its_first_event(tmp_path):
    record = record_of(tmp_path, ("2000-01-01", "meeting"), ("2002-01-01", "war_start"), ("2003-01-01", "clash"))
    found = own_past_of(record, "2005-01-01")
    assert (found.count, found.since) == (1, "2000-01-01") and found.years == pytest.approx(2.0, abs=0.01)


def test_no_rate_without_a_record_or_a_war_in_it(tmp_path):
    record = record_of(tmp_path, ("2000-01-01", "meeting"))
    found = own_past_of(record, "2005-01-01")
    assert found.count is None and "no events of the types war_start and war_end up to 2005-01-01" in found.why
    none = own_past(SimpleNamespace(folder=tmp_path / "nowhere"), "2005-01-01")
    assert none == OwnPast(why="The case has no record of events.")
    assert own_words(none) == "This conflict's own past gives no rate: The case has no record of events."


# ---- threshold: and check ----------------------------------------------------------------------------------------

STATES, MEANS = "  states: phase == war\n  means", '  means: "25 battle deaths in a year (UCDP)"'


@pytest.mark.parametrize(
    ("pair", "line", "words"),
    [
        ((STATES, "  states: phase == wra\n  means"), 1, "'wra' is not a value of 'phase'; hint: did you mean 'war'?"),
        (
            (STATES, "  states: war_cost > 1\n  means"),
            1,
            "depends on parameter 'war_cost'; expected a condition",
        ),
        ((STATES, "  states: 3\n  means"), 1, "a number where a condition is needed"),
        ((STATES, "  means"), 0, "'states' is missing"),
        ((MEANS, '  means: " "'), 2, "the threshold in words is empty"),
        ((MEANS, "  meens: x"), 2, "unknown key of the threshold 'meens'; hint: did you mean 'means'?"),
        ((STATES, "  states: phase == war and phase == peace\n  means"), None, "never true"),
    ],
)
def test_mistakes_in_a_threshold_are_located(tmp_path, pair, line, words):
    text = changed(starter(), pair)
    folder = folder_with(text, tmp_path / "made")
    start = text[: text.index("threshold:")].count("\n") + 1
    if line is None:
        from detente.checks.folder import check_folder

        found = [d for d in check_folder(folder).errors if words in d.what]
        assert found and found[0].line == start + 1
        return
    found = [d for d in read_case(folder).errors if d.line == start + line]
    assert any(words in str(d) for d in found), [str(d) for d in read_case(folder).errors]


def test_the_threshold_is_war_where_the_case_does_not_say():
    plain, said = compile_case(load_case("toy-process")), compile_case(load_case("good-friday"))
    assert plain.case.threshold is None and (plain.threshold == plain.war).all()
    assert said.case.threshold is not None and said.case.threshold.means.startswith("25 battle deaths")
    assert said.threshold.any() and (said.threshold == said.mask("phase == violence")).all()


def test_check_says_where_no_draw_reaches_past_cases(case):
    template = compile_case(load_case(case))
    solved = [solve(template.game()).require()]
    taken = []

    def drawn():
        for one in solved * 3:
            taken.append(1)
            yield one

    (told,) = ask_class(template, drawn(), PastCases((), {5: (199.0, 200.0)}))
    assert len(taken) == 3 and told.severity == "warning"
    assert "war within 5 years: past cases say 98" in told.what
    assert "none of 3 draws of the ranges says so (" in told.what and "detente outlook settle_small" in told.hint
    taken.clear()
    assert list(ask_class(template, drawn(), PastCases((), {5: (1.0, 3.0)}))) == [] and len(taken) == 1
    assert list(ask_class(template, drawn(), PastCases((), why="no class"))) == []
    low = list(ask_class(template, drawn(), PastCases((), {5: (0.0, 500.0)})))
    assert len(low) == 1


def test_the_gap_is_told_in_the_sizes_of_its_parts(case):
    found = outlook(case, Settings(draws=4, workers=0, out="run")).chances
    assert found is not None
    words = gap_words(found)
    gap = {part.name: part.mean for part in found.gap.parts}
    assert f"acts begin {round(-100 * gap['attack'])} points" in words
    assert f"accidents {round(-100 * gap['accident'])} points" in words
    side = "more" if found.gap.difference > 0 else "less"
    assert f"points {side} than the model" in words or f"point {side} than the model" in words


def test_the_first_page_has_past_cases_the_model_and_both_for_five_chances(told):
    data, run = told[0], read_run(told[1])
    (summary,) = [s for s in build(run).sections if s.id == "summary"]
    (grid,) = [block for block in summary.blocks if isinstance(block, Grid)]
    assert [row[0] for row in grid.rows] == [
        ("Fighting within a year",), ("Fighting within 2 years",), ("Fighting within 5 years",),
        ("Settlement within 5 years",), ("Settlement within 10 years",),
    ]  # fmt: skip
    five = data["war"]["5y"]
    ends = [f"{percent(five[who][0])} to {percent(five[who][2])}" for who in ("class", "prior", "posterior")]
    assert [cell[0] for cell in grid.rows[2][1:]] == [*ends, percent(five["pool"])]
    assert grid.rows[3][1] == ("–",)  # no past cases for settlement
