import pytest
from case_files import PACKAGES, changed, folder_with, starter

from detente.case import load_case, read_case, shipped_cases, write_scenario
from detente.errors import CaseError, OptionError


@pytest.fixture
def pact(tmp_path):
    return load_case(folder_with(PACKAGES, tmp_path / "pact"))


def mistakes(tmp_path, *pairs, text=PACKAGES, **files):
    reading = read_case(folder_with(changed(text, *pairs), tmp_path / "bad", **files))
    return [f"{d.line}:{d.column}: {d.what}" for d in reading.errors]


def line_of(fragment, text=PACKAGES):
    """Line and column, from 1, of a fragment."""
    head = text[: text.index(fragment)]
    return head.count("\n") + 1, len(head) - head.rfind("\n")


def test_what_a_case_holds(pact):
    assert (pact.name, pact.as_of, pact.players) == ("pact", "2024-06-01", ("north", "south", "broker"))
    assert pact.actors["north"].label == "North"
    assert pact.actors["south"].label == "south"
    assert pact.states["text"].values == ("none", "small", "large")
    assert pact.states["text"].attributes == {"gain": (0.0, 0.2, 0.6), "loss": (0.0, 0.1, 0.4)}
    assert list(pact.parameters) == [
        *("discount_rate.south", "noise", "reference_rate", "cost", "skew", "part", "bonus"),
    ]
    assert pact.play.discount_rate == {"north": 0.1, "south": "discount_rate.south", "broker": 0.08}
    assert pact.play.tempo == {"north": 52, "south": 26, "broker": 52}
    assert pact.levers["aid"].decays == 5
    assert pact.levers["aid"].change == {"bonus": (0, 0.5)}
    assert pact.packages["small"]["corridor"] == "open"
    assert set(pact.outcomes.settle) == {"small", "large"}
    assert set(pact.files) == {"case.yaml"}
    assert pact.where(("parameters", "cost")) == ("pact/case.yaml", *line_of("{range: [0.5, 2]"))


def test_priors_have_quantiles(pact):
    cost, skew, part, bonus = (pact.parameters[name] for name in ("cost", "skew", "part", "bonus"))
    assert [cost.sample(u) for u in (0.0, 0.5, 1.0)] == [0.5, 1.25, 2.0]
    assert skew.sample(0.5) == pytest.approx(1.0)
    assert skew.low < 0.4
    assert skew.high > 2.5
    assert 0.1 <= part.sample(1e-9) < part.sample(0.5) < part.sample(1 - 1e-9) <= 0.9
    assert bonus.sample(0.3) == bonus.mid == 0


@pytest.mark.parametrize("name", shipped_cases())
def test_shipped_cases_load_without_remarks(name):
    case = load_case(name)
    assert case.warnings == ()
    assert case.as_of in case.situations


def test_a_local_folder_wins(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder_with(PACKAGES, tmp_path / "minsk")
    assert load_case("minsk").name == "pact"


@pytest.mark.parametrize(
    ("pair", "where", "what"),
    [
        (
            ("cost * (phase == war), bonus", "cots * (phase == war), bonus"),
            "cost * (phase == war), bonus",
            "unknown name",
        ),
        (("text.gain", "text.gains"), "text.gain", "'text' has no attribute 'gains'"),
        (("kind: mediator", "kind: referee"), "mediator}\nstates", "text 'referee' here"),
        (("kind: party}", "kindd: party}"), "kind: party}", "unknown key of an actor 'kindd'"),
        (("gain: 0.6, ", ""), "large: {gain", "package 'large' has no 'gain'"),
        (("[0.5, 2]", "[2, 0.5]"), "[0.5, 2]", "range of 'cost': the numbers must go from low to high"),
        (("[0.5, 2]", "[.nan, 2]"), "[0.5, 2]", "nan is out of range"),
        (("beta: [2, 3]", "beta: [-2, 3]"), "{beta", "prior of 'part': the first number must be above 0"),
        (("noise: {range: [0.1", "noise: {range: [0"), "{range: [0.1, 0.3]", "'noise' must stay above 0"),
        (("{north: 0.1, south", "{nroth: 0.1, south"), "north: 0.1", "unknown player 'nroth'"),
        (("then: {text: small}", "then: {text: tiny}"), "small}, cost", "'tiny' is not a value of 'text'"),
        (("then: {text: small}", "then: {text: +1}"), "small}, cost", "'text' is not ordered"),
        (("{south: -0.5 * skew}", "{suoth: -0.5 * skew}"), "south: -0.5 *", "unknown actor 'suoth'"),
        (("{south: -0.5 * skew}", "{north: -0.5 * skew}"), "south: -0.5 *", "an impulse of 'north' to itself"),
        (("when: text != none and", "when: cost +"), "text != none and", "'phase' has names"),
        (("2024-06-01: {", "2024-06: {"), "2024-06-01: {", "'2024-06' is not a date"),
        (("2024-06-01: {", "2024-06-31: {"), "2024-06-01: {", "'2024-06-31' is not a date"),
        (("talks: no}\n  2024", "talks: nope}\n  2024"), "no}\n  2024", "'nope' is not a value of 'talks'"),
        (
            ("text: none, talks: no}\n  2024", "talks: no}\n  2024"),
            "2020-01-01",
            "situation 2020-01-01 leaves out text",
        ),
        (("{bonus: [0, 0.5]}", "{bounty: [0, 0.5]}"), "bonus: [0, 0.5]", "unknown parameter 'bounty'"),
        (("paid_by: broker", "paid_by: borker"), "broker, consent", "unknown actor 'borker'"),
        (("decays: 5 years", "decays: soon"), "5 years", "half-life 'soon'"),
        (("0.5 * amount", "0.5 * amounts"), "0.5 * amount", "unknown name 'amounts'"),
        (("positions: {north: open", "positions: {north: ajar"), "open, south", "'ajar' is not an option of 'border'"),
        (
            ("[north.attack, south.attack]", "[north.atack, south.attack]"),
            "north.attack,",
            "'north' has no action 'atack'",
        ),
        (("{broker: [convene]}", "{broker: [convoke]}"), "convene]}", "'broker' has no action 'convoke'"),
        (("provocations: [north", "provocations: [nowhere, north"), "north.attack,", "unknown name 'nowhere'"),
        (("format: 1", "format: 2"), "1\ncase", "format 2"),
        (("title: A case", "titel: A case"), "title: A", "unknown section 'titel'"),
        (("    small: {phase: peace", "    smal: {phase: peace"), "small: {phase", "unknown package 'smal'"),
        (("at_peace: phase == peace", "at_peace: phase = peace"), "= peace\npackages", "character '='"),
        (("cost: {range", "phase: {range"), "cost: {range", "'phase' is also the name of a state variable"),
        (("values: [no, yes]", "values: [no, no]"), "[no, yes]", "value 'no' of 'talks' stands twice"),
        (("talks: {values: [no, yes]}", "talks: {values: [no]}"), "[no, yes]", "a list of 1"),
        (("table_small:", "wait:"), "table_small:", "'wait' is a word of the language itself"),
    ],
)
def test_each_mistake_is_located(tmp_path, pair, where, what):
    found = mistakes(tmp_path, pair)
    line = line_of(where)[0]
    assert any(m.startswith(f"{line}:") and what in m for m in found), found


def test_columns_inside_expressions(tmp_path):
    assert mistakes(tmp_path, ("text.gain * at_peace", "text.gain * at_paece")) == [
        "{}:{}: unknown name 'at_paece'".format(*_shift(line_of("text.gain * at_peace"), len("text.gain * ")))
    ]
    quoted = ("terms: text.gain * at_peace", 'terms: "text.gain * at_paece"')
    line, column = line_of("text.gain * at_peace")
    assert mistakes(tmp_path, quoted) == [f"{line}:{column + 1 + 12}: unknown name 'at_paece'"]


@pytest.mark.parametrize(
    ("written", "down", "column"),
    [
        (">-\n      text.gain *\n      at_paece\n    ", 2, 7),
        (">-\n      at_peace * text.gain\n      + at_peace * at_paece\n    ", 2, 20),
        ("|\n      text.gain *\n        at_paece\n    ", 2, 9),
        ("text.gain *\n      at_paece\n    ", 1, 7),
        ('"text.gain *\n      at_paece"\n    ', 1, 7),
        (">-\n      at_paece * text.gain\n    ", 1, 7),
    ],
)
def test_a_mistake_in_an_expression_over_several_lines_is_found_where_it_stands(tmp_path, written, down, column):
    block = "\n    terms: " + written + "war: -cost * (phase == war)\n    bonus: bonus * at_peace"
    old = "{terms: text.gain * at_peace, war: -cost * (phase == war), bonus: bonus * at_peace}"
    line = line_of("north: {terms")[0] + 1
    assert mistakes(tmp_path, (old, block)) == [f"{line + down}:{column}: unknown name 'at_paece'"]


def test_a_folded_expression_is_the_same_as_on_one_line(tmp_path):
    folded = (
        PACKAGES.replace("cost: {range: [0.5, 2]", "cost: {range: [0.5, 2]")
        .replace(
            "  north: {terms: text.gain * at_peace, war",
            "  north:\n    terms: >-\n      text.gain\n      * at_peace\n    war",
        )
        .replace(", bonus: bonus * at_peace}", "\n    bonus: bonus * at_peace")
    )
    one = load_case(folder_with(PACKAGES, tmp_path / "one")).payoffs["north"]["terms"]
    other = load_case(folder_with(folded, tmp_path / "other")).payoffs["north"]["terms"]
    assert (one.text, one.node) == (other.text, other.node)


def _shift(place, by):
    return place[0], place[1] + by


def test_one_broken_name_is_reported_once(tmp_path):
    found = mistakes(tmp_path, ("cost: {range: [0.5, 2]", "cost: {range: [2, 0.5]"))
    assert len(found) == 1


def test_a_circle_of_derived_names(tmp_path):
    text = ("at_peace: phase == peace", "at_peace: one > 0\n  one: two + 1\n  two: one * 2")
    reading = read_case(folder_with(changed(PACKAGES, text), tmp_path / "bad"))
    assert [d.what for d in reading.errors] == [f"'{n}' is defined by itself" for n in ("at_peace", "one", "two")]
    assert "one -> two -> one" in reading.errors[1].hint


@pytest.mark.parametrize(
    ("pair", "hint"),
    [
        (("cost: 0.2\n", "cost:\n        - cost\n"), "quote this expression"),
        (("cost: 0.2\n", "cost: {a: 1}\n"), "quote this expression"),
        (("when: text != none and phase == truce", "when: 'phase: truce'"), ""),
        (("cost: 0.2\n", "cost:\n"), "write 0 if there is none"),
        (("terms: text.gain * at_peace,", "terms: *gain * 2,"), ""),
        (("terms: text.gain * at_peace,", "terms: [gain] * 2,"), "quote values"),
    ],
)
def test_expressions_that_yaml_reads_otherwise(tmp_path, pair, hint):
    reading = read_case(folder_with(changed(PACKAGES, pair), tmp_path / "bad"))
    assert reading.errors
    assert any(hint in d.hint for d in reading.errors), [str(d) for d in reading.errors]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "- 1\n", "42\n", "a: [", "\x00", "format: 1\n", "a: &x 1\nb: *x\n", "? {a: 1}\n: 2\n", "!!python/x 1"],
)
def test_files_that_are_no_case(tmp_path, text):
    with pytest.raises(CaseError, match=r"case\.yaml"):
        load_case(folder_with(text, tmp_path / "none"))


def test_bytes_that_are_not_utf8(tmp_path):
    folder = folder_with("", tmp_path / "none")
    (folder / "case.yaml").write_bytes(b"case: \xff\xfe")
    with pytest.raises(CaseError, match="not UTF-8"):
        load_case(folder)


def test_no_such_case(tmp_path):
    with pytest.raises(CaseError, match="did you mean 'minsk'"):
        load_case("minks")
    with pytest.raises(CaseError, match=r"no case.yaml in this folder"):
        load_case(tmp_path)


ACCOUNT = """
account: hawks
held_by: [the ministry]
opposed_by: doves
in_words: War is cheap.
parameters: {cost: {range: [0.5, 1]}}
expects: [attacks]
"""


def test_accounts_narrow_the_case_s_priors(tmp_path):
    case = load_case(folder_with(PACKAGES, tmp_path / "pact", accounts__hawks=ACCOUNT))
    account = case.accounts["hawks"]
    assert account.parameters["cost"].high == 1
    assert account.parameters["cost"].why == "war is dear"
    assert (account.held_by, account.opposed_by, account.expects) == (("the ministry",), ("doves",), ("attacks",))
    assert set(case.files) == {"case.yaml", "accounts/hawks.yaml"}


def test_accounts_may_not_leave_the_case_s_range(tmp_path):
    wide = ACCOUNT.replace("[0.5, 1]", "[0.1, 1]")
    assert mistakes(tmp_path, accounts__hawks=wide) == ["6:20: 'cost' from 0.1 to 1 leaves the case's range"]
    point = ACCOUNT.replace("{range: [0.5, 1]}", "{value: 0.7}")
    assert mistakes(tmp_path, accounts__hawks=point) == ["6:14: 'cost' is a point in an account"]
    unknown = ACCOUNT.replace("{cost:", "{cots:")
    assert mistakes(tmp_path, accounts__hawks=unknown) == ["6:14: unknown parameter 'cots'"]


SCENARIO = """
scenario: rich_peace
title: "Peace pays: twice"
why: what if
parameters: {bonus: 0.5, cost: {range: [1, 1.5]}, skew: {prior: {lognormal: [2, 0.1]}}}
rates: {north.attack: 0.1 * cost, lapse: 1}
costs: {south.attack: 2 + cost}
situations:
  2020-01-01: {phase: war}
  2030-01-01: {phase: peace, text: large, talks: no}
"""


def test_scenarios_change_what_they_name_and_nothing_else(tmp_path):
    case = load_case(folder_with(PACKAGES, tmp_path / "pact", scenarios__rich=SCENARIO))
    there = case.override(scenario="rich_peace", parameters={"part": 0.3})
    assert (there.parameters["bonus"].mid, there.parameters["cost"].low, there.parameters["part"].high) == (0.5, 1, 0.3)
    assert there.actions["north"]["attack"].rate.text == "0.1 * cost"
    assert there.nature["lapse"].rate.text == "1"
    assert there.actions["south"]["attack"].cost.text == "2 + cost"
    assert there.situations["2020-01-01"] == {"phase": "war", "text": "none", "talks": "no"}
    assert there.situations["2030-01-01"]["phase"] == "peace"
    assert case.parameters["bonus"].mid == 0
    assert list(there.parameters) == list(case.parameters)


def test_a_scenario_written_is_read_again_the_same(tmp_path):
    case = load_case(folder_with(PACKAGES, tmp_path / "pact", scenarios__rich=SCENARIO))
    path = write_scenario(case.scenarios["rich_peace"], tmp_path / "copy")
    folder_with(PACKAGES, tmp_path / "copy")
    again = load_case(tmp_path / "copy").scenarios["rich_peace"]
    assert path.name == "rich_peace.yaml"
    first = case.scenarios["rich_peace"]
    assert (again.title, again.why, again.situations) == (first.title, first.why, first.situations)
    assert {k: v.text for k, v in again.rates.items()} == {k: v.text for k, v in first.rates.items()}
    assert {k: v.text for k, v in again.costs.items()} == {k: v.text for k, v in first.costs.items()}
    for name, value in first.parameters.items():
        other = again.parameters[name]
        assert (value if isinstance(value, float) else (value.prior, value.low, value.high, value.mid)) == (
            other if isinstance(other, float) else (other.prior, other.low, other.high, other.mid)
        )


@pytest.mark.parametrize(
    ("pair", "what"),
    [
        (("bonus: 0.5", "bouns: 0.5"), "unknown parameter 'bouns'"),
        (("north.attack: 0.1", "north.atack: 0.1"), "unknown move 'north.atack'"),
        (("{south.attack: 2", "{lapse: 2"), "unknown move 'lapse'"),
        (("0.1 * cost", "0.1 * cots"), "unknown name 'cots'"),
        (
            ("2030-01-01: {phase: peace, text: large,", "2030-01-01: {phase: peace,"),
            "new situation 2030-01-01 leaves out text",
        ),
    ],
)
def test_mistakes_in_scenarios(tmp_path, pair, what):
    found = mistakes(tmp_path, scenarios__rich=changed(SCENARIO, pair))
    assert any(what in m for m in found), found


def test_override_refuses_unknown_names(pact):
    with pytest.raises(OptionError, match="did you mean 'cost'"):
        pact.override(parameters={"cots": 1})
    with pytest.raises(OptionError, match="unknown scenario 'x'"):
        pact.override(scenario="x")


def test_the_starter_is_a_case(tmp_path):
    assert load_case(folder_with(starter(), tmp_path / "mine")).players == ("north", "south", "mediator")


def test_nothing_of_a_hidden_folder_or_of_our_results_is_read(tmp_path):
    """Results written inside a case folder would count as files of the case: every run would change its inputs."""
    folder = folder_with(PACKAGES, tmp_path / "pact", **{".git__x": "a: [", "detente-out__run__inputs__case": "a: ["})
    assert set(load_case(folder).files) == {"case.yaml"}
