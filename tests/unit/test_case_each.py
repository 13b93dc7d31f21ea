"""`each`: what alike actors have alike is written once, and reads as if it had been written out by hand."""

import jsonschema
import numpy as np
import pytest
from case_files import ALIKE, PACKAGES, STARTER, changed, folder_with

from detente.case import load_case, read_case
from detente.case.entries import CaseFile
from detente.checks.describe import check
from detente.checks.mirror import mirrored
from detente.checks.schema import schema_of_files
from detente.errors import Diagnostic, once
from detente.files.validate import read_file
from detente.files.yaml import parse_yaml
from detente.game import compile_case
from detente.solver import solve

BLOCK = """each:
  sides:
    actors: [north, south]
    parameters:
      want_{}: {range: [0, 1], unit: value/year, why: "What {label} wants.", basis: judgement}
    payoffs:
      want: want_{} * (phase == peace)
    actions:
      speak:
        when: phase == truce and talks == no
        then: [{p: part, talks: "yes"}, {p: 1 - part}]
        cost: "0.5 * want_{}"
        impulses: {broker: "-want_{}"}
nature:"""
BY_HAND = (
    (
        "payoffs:\n",
        """  want_north: {range: [0, 1], unit: value/year, why: "What North wants.", basis: judgement}
  want_south: {range: [0, 1], unit: value/year, why: "What south wants.", basis: judgement}
payoffs:
""",
    ),
    ("bonus: bonus * at_peace}", "bonus: bonus * at_peace, want: want_north * (phase == peace)}"),
    (
        "war: -skew * cost * (phase == war)}",
        "war: -skew * cost * (phase == war), want: want_south * (phase == peace)}",
    ),
)
SPEAK = """
    speak:
      when: phase == truce and talks == no
      then: [{p: part, talks: "yes"}, {p: 1 - part}]
      cost: 0.5 * want_NAME
      impulses: {broker: -want_NAME}
"""


def with_block(*pairs, block=BLOCK):
    return changed(PACKAGES, ("nature:", changed(block, *pairs)))


def by_hand():
    north, south = (SPEAK.replace("NAME", name).strip("\n") for name in ("north", "south"))
    return changed(
        PACKAGES,
        *BY_HAND,
        ("  south:\n    attack:", f"{north}\n  south:\n    attack:"),
        ("  broker:\n    table_small", f"{south}\n  broker:\n    table_small"),
    )


def said(tmp_path, text):
    return [str(d) for d in read_case(folder_with(text, tmp_path / "bad")).errors]


def place(text, fragment, line=1):
    """LINE:COLUMN of a fragment, in the line-th line that has it."""
    rows = [(n, row.index(fragment) + 1) for n, row in enumerate(text.splitlines(), start=1) if fragment in row]
    return "{}:{}".format(*rows[line - 1])


def test_it_is_the_same_game_as_by_hand(tmp_path):
    one, two = load_case(folder_with(with_block(), tmp_path / "a")), load_case(folder_with(by_hand(), tmp_path / "b"))
    assert list(one.parameters) == list(two.parameters)
    assert [(p.why, p.low, p.unit) for p in one.parameters.values()] == [
        (p.why, p.low, p.unit) for p in two.parameters.values()
    ]
    assert list(one.moves()) == list(two.moves())
    games = [compile_case(case) for case in (one, two)]
    np.testing.assert_array_equal(games[0].space.codes, games[1].space.codes)
    first, second = (template.game({"want_north": 0.3}) for template in games)
    np.testing.assert_array_equal(first.payoff_flow, second.payoff_flow)
    for a, b in zip(first.moves, second.moves, strict=True):
        assert a.names == b.names
        np.testing.assert_array_equal(a.impulses, b.impulses)
        np.testing.assert_array_equal(a.reference_rate, b.reference_rate)
        np.testing.assert_array_equal(a.transition.toarray(), b.transition.toarray())
    np.testing.assert_array_equal(solve(first).values, solve(second).values)


def test_check_of_it_says_what_check_of_the_other_says(tmp_path):
    one, two = (check(folder_with(t, tmp_path / n / "pact")) for n, t in (("a", with_block()), ("b", by_hand())))
    assert sorted({d.what for d in one.diagnostics}) == sorted({d.what for d in two.diagnostics})
    assert (one.states, one.parameters, one.errors) == (two.states, two.parameters, ())
    # a remark on what is written out leads to the block, and names the actor
    line, column = map(int, place(with_block(), '"0.5 * want').split(":"))
    bare = [d for d in one.diagnostics if "bare number 0.5" in d.what and d.about]
    assert [(d.line, d.column, d.about) for d in bare] == [(line, column, ("north", "south"))]


def test_positions_of_what_is_written_out_are_those_of_the_block(tmp_path):
    case = load_case(folder_with(with_block(), tmp_path / "c"))
    for name in ("north", "south"):
        at = case.parameters[f"want_{name}"].at
        assert case.where((*at, "range")) == ("c/case.yaml", *map(int, place(with_block(), "[0, 1]").split(":")))
        found = case.where(case.payoffs[name]["want"].at)
        assert found == ("c/case.yaml", *map(int, place(with_block(), "want_{} * (phase").split(":")))


def test_the_mirror_sees_what_is_written_out(tmp_path):
    case = load_case(folder_with(with_block(), tmp_path / "c"))
    assert not any("want" in one.what or "speak" in one.what for one in mirrored(case, "north", "south")[0])


@pytest.mark.parametrize(
    ("pair", "fragment", "what"),
    [
        (("want_{} * (phase == peace)", "want_{} * (phse == peace)"), "phse", "unknown name 'phse' (for north, south)"),
        (
            ("want_{} * (phase == peace)", "want_{} + wont_{}"),
            "wont_{}",
            "unknown name 'wont_north' (for north); hint: did you mean 'want_north'?",
        ),
        (
            ('"0.5 * want_{}"', '"cost * {}_wants"'),
            "{}_wants",
            "unknown name 'south_wants' (for south)",
        ),
        (('cost: "0.5 * want_{}"', "cots: 1"), "cots", "unknown key of an action 'cots' (for north, south)"),
        (('broker: "-want_{}"', "brokr: 1"), "brokr", "unknown actor 'brokr' (for north, south)"),
        (
            ("range: [0, 1]", "range: [1, 0]"),
            "[1, 0]",
            "range of 'want_north': the numbers must go from low to high (for north)",
        ),
        (
            ("    actors: [north, south]", "    actors: [north, soth]"),
            "soth]",
            "unknown actor 'soth'; hint: did you mean 'south'?",
        ),
        (
            ("    actors: [north, south]", "    actors: [north, north]"),
            "north]",
            "'north' stands twice; expected each actor once",
        ),
        (
            ("want_{}:", "want:"),
            "want: {",
            "'want' would be one parameter for all of north, south; hint: put '{}' into its name",
        ),
        (
            ("    payoffs:", "    payofs:"),
            "payofs",
            "unknown key of a block for alike actors 'payofs'; hint: did you mean 'payoffs'?",
        ),
        (
            ("    payoffs:\n      want: want_{} * (phase == peace)", "    payoffs: 3"),
            "3",
            "number 3 here; expected a mapping, one term a line",
        ),
        (
            ("    actors: [north, south]\n", ""),
            "sides",
            "'actors' is missing; expected the actors for whom it is written out",
        ),
    ],
)
def test_mistakes_lead_to_the_text_of_the_block(tmp_path, pair, fragment, what):
    text = with_block(pair)
    block = text[text.index("each:") :]
    lines = text[: text.index("each:")].count("\n")
    line, column = map(int, place(block, fragment).split(":"))
    found = said(tmp_path, text)
    assert any(one.startswith(f"bad/case.yaml:{line + lines}:{column}: {what}") for one in found), found


def test_what_stands_twice_is_said_where_it_is_written_by_hand(tmp_path):
    text = with_block(("      speak:", "      attack:"))
    found = said(tmp_path, text)
    line = place(text, "      attack:").split(":")[0]
    assert [one.split("; hint")[0] for one in found] == [
        f"bad/case.yaml:{place(text, '    attack:')[:2]}:5: north.attack stands here, and in each.sides.actions "
        f"(line {line}) for north; expected each entry once",
        f"bad/case.yaml:{place(text, 'attack: {when')}: south.attack stands here, and in each.sides.actions "
        f"(line {line}) for south; expected each entry once",
    ]


def test_two_blocks_do_not_write_one_thing(tmp_path):
    more = '  more: {actors: [north], payoffs: {want: "1"}}\nnature:'
    found = said(tmp_path, changed(with_block(), ("nature:", more)))
    assert len(found) == 1
    assert "north.want stands here, and in each.more.payoffs" in found[0]


def test_a_slot_belongs_under_each(tmp_path):
    found = said(tmp_path, changed(PACKAGES, ("cost: 0.2\n", 'cost: "want_{}"\n')))
    assert "'{}' stands for an actor under 'each' only" in found[0]


@pytest.mark.parametrize("row", ["then: {tension: tense_{}}", "cost: {} * 2", "{want_{}: {range: [0, 1]}}"])
def test_yaml_wants_quotation_marks_about_a_slot(row):
    found = parse_yaml(f"each:\n  {row}\n", "case.yaml").diagnostics
    assert [d.hint for d in found] == ["put what holds '{}' in quotation marks"]
    assert found[0].line == 2


def test_the_schema_takes_what_is_written_once():
    alike = changed(PACKAGES, ("nature:", f"{ALIKE}nature:"))
    whole = schema_of_files()
    ref = next(one["$ref"] for one in whole["oneOf"] if one["title"] == "case.yaml")
    schema = {"$defs": whole["$defs"], "$ref": ref}
    for text in (with_block(), alike):
        assert read_file(CaseFile, parse_yaml(text, "case.yaml"))[1].errors == []
        jsonschema.validate(parse_yaml(text, "case.yaml").data, schema)
    for pair in (
        ("actors: [north, south]", "actors: north"),
        ("want_{}: {range", "want-{}: {range"),
        ("share:", "shre:"),
    ):
        wrong = changed(alike if pair[0] in alike else with_block(), pair)
        assert read_file(CaseFile, parse_yaml(wrong, "case.yaml"))[1].errors
        with pytest.raises(jsonschema.ValidationError, match=r"is not|does not|required"):
            jsonschema.validate(parse_yaml(wrong, "case.yaml").data, schema)


def test_an_actor_may_have_all_from_a_block(tmp_path):
    text = STARTER.read_text("utf-8")
    more = 'each: {hosts: {actors: [mediator], payoffs: {rent: "standing * (process == talks)"}}}\nactions:'
    case = load_case(folder_with(changed(text, ("actions:", more)), tmp_path / "c"))
    assert list(case.payoffs["mediator"]) == ["standing", "peace", "war", "rent"]


def test_remarks_are_told_once():
    of = [Diagnostic("x", line=3, about=names) for names in (("a",), ("b",), ("a",))]
    assert [str(d) for d in once(of)] == [str(Diagnostic("x (for a, b)", line=3))]
    assert once([*of, Diagnostic("x", line=3)]) == [Diagnostic("x", line=3)]
