"""`same_as`: what is like another is one of its own, and its mistakes lead to the other's text."""

import pytest
from case_files import PACKAGES, changed, folder_with

from detente.case import load_case, read_case

ACTS = """
    provoke:
      label: North provokes
      rate: 0.2
      when: phase == truce and mood != north_angry
      then: [{p: part, mood: south_angry}, {p: 1 - part}]
      cost: cost * care_north
      impulses: {south: -care_south}
      why: "What north does."
  south:
    provoke: {same_as: north.provoke, swap: {north: south}}
    attack:"""
TEXT = changed(
    PACKAGES,
    (
        "  talks: {values: [no, yes]}",
        "  talks: {values: [no, yes]}\n  mood: {values: [calm, north_angry, south_angry]}",
    ),
    (
        "  bonus: {value",
        '  care_north: {range: [0.1, 0.2], unit: value, label: Care, why: "w", basis: judgement}\n'
        "  care_south: {same_as: care_north}\n  care_more: {same_as: care_south, range: [0.2, 0.4]}\n  bonus: {value",
    ),
    ("\n  south:\n    attack:", ACTS),
    ("talks: no}\n  2024", "talks: no, mood: calm}\n  2024"),
    ("talks: yes}\nlevers", "talks: yes, mood: calm}\nlevers"),
)


def errors(tmp_path, *pairs):
    return [str(d) for d in read_case(folder_with(changed(TEXT, *pairs), tmp_path / "bad")).errors]


def spot(fragment, *pairs):
    text = changed(TEXT, *pairs)
    head = text[: text.index(fragment)]
    return f"bad/case.yaml:{head.count(chr(10)) + 1}:{len(head) - head.rfind(chr(10))}: "


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return load_case(folder_with(TEXT, tmp_path_factory.mktemp("same") / "c"))


def test_a_parameter_like_another(case):
    north, south, more = (case.parameters[name] for name in ("care_north", "care_south", "care_more"))
    assert (south.prior, south.low, south.high) == (north.prior, north.low, north.high)
    assert (south.unit, south.why, south.basis, south.label) == ("value", "w", "judgement", "")
    assert (more.low, more.high, more.why) == (0.2, 0.4, "w")
    assert case.drawn([0.5] * len(case.parameters))["care_more"] == pytest.approx(0.3)


def test_a_range_of_its_own_takes_the_place_of_the_whole_prior(tmp_path):
    prior = (
        "care_north: {range: [0.1, 0.2],",
        "care_north: {range: [0.1, 0.2], value: 0.12, prior: {loguniform: [0.1, 0.2]},",
    )
    parameters = load_case(folder_with(changed(TEXT, prior), tmp_path / "c")).parameters
    assert parameters["care_south"].prior == parameters["care_north"].prior
    assert parameters["care_south"].mid == 0.12
    assert parameters["care_more"].prior.kind == "uniform"
    assert parameters["care_more"].mid == pytest.approx(0.3)


def test_an_act_like_another_with_names_exchanged(case):
    act = case.actions["south"]["provoke"]
    assert act.when.text == "phase == truce and mood != south_angry"
    assert act.cost.text == "cost * care_south"
    assert {name: e.text for name, e in act.impulses.items()} == {"north": "-care_north"}
    assert act.rate is not None
    assert (act.rate.text, act.label) == ("0.2", "")
    mood = case.states["mood"].values
    assert [mood[e.code] for _, effects in act.outcomes for e in effects] == ["north_angry"]


def test_an_own_key_takes_the_place_of_the_others(tmp_path):
    own = (
        "{same_as: north.provoke, swap: {north: south}}",
        "{same_as: north.provoke, swap: {north: south}, cost: 3, then: {mood: calm}}",
    )
    act = load_case(folder_with(changed(TEXT, own), tmp_path / "c")).actions["south"]["provoke"]
    assert act.cost.text == "3"
    assert len(act.outcomes) == 1


def test_an_act_of_the_same_actor_needs_no_actor(tmp_path):
    text = changed(
        TEXT, ("table_large: {when: talks == yes and text == none, then", "table_large: {same_as: table_small, then")
    )
    acts = load_case(folder_with(text, tmp_path / "c")).actions["broker"]
    assert acts["table_large"].when.text == acts["table_small"].when.text


SAME = "{same_as: north.provoke, swap: {north: south}}"


@pytest.mark.parametrize(
    ("pair", "fragment", "what"),
    [
        (
            ("same_as: care_north", "same_as: care_nroth"),
            "care_nroth",
            "unknown parameter 'care_nroth'; hint: did you mean 'care_north'?",
        ),
        (
            ("same_as: north.provoke", "same_as: north.provok"),
            "north.provok,",
            "unknown act 'north.provok'; expected ACTOR.ACT, as under actions; hint: did you mean",
        ),
        (
            ("same_as: north.provoke", "same_as: provoke"),
            "provoke, swap",
            "'south.provoke' is like itself; expected no circle; hint: the circle goes south.provoke -> south.provoke",
        ),
        (
            ("swap: {north: south}", "swap: {nrth: east}"),
            "nrth",
            "neither 'nrth' nor 'east' stands in north.provoke; expected ids that it uses; hint: did you mean 'north'?",
        ),
        (
            ("swap: {north: south}", "swap: {north: south, south: broker}"),
            "swap:",
            "'south' stands twice in a swap; expected each id once",
        ),
        (
            ("swap: {north: south}", "swap: north"),
            "north}\n    attack",
            "text 'north' here; expected a mapping, one id a line",
        ),
        (
            ("{same_as: north.provoke, ", "{when: phase == war, "),
            "swap:",
            "'swap' without 'same_as'; expected same_as: ACTOR.ACT",
        ),
        (
            ("cost: cost * care_north", "cost: cost * north_care"),
            "north_care",
            "unknown name 'south_care' (for south.provoke)",
        ),
        (("cost: cost * care_north", "cost: cost * crae"), "crae", "unknown name 'crae'"),
        (("same_as: care_north", "same_as: [care_north]"), "[care_north]", "a list here; expected text"),
    ],
)
def test_mistakes(tmp_path, pair, fragment, what):
    found = errors(tmp_path, pair)
    assert any(one.startswith(spot(fragment, pair) + what) for one in found), found


def test_a_circle_is_said_once(tmp_path):
    pair = ("care_north: {range: [0.1, 0.2],", "care_north: {same_as: care_more,")
    circle = "the circle goes care_north -> care_more -> care_south -> care_north: write one of them out"
    what = f"'care_south' is like itself; expected no circle; hint: {circle}"
    assert errors(tmp_path, pair) == [spot("care_north}\n", pair) + what]


def test_what_rests_on_a_broken_one_is_not_reported_again(tmp_path):
    found = errors(tmp_path, ("same_as: care_north", "same_as: nothing_like_it"))
    assert len(found) == 1
