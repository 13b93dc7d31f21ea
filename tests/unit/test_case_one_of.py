"""`one_of`: alternatives of one decision are acts at shares of one rate, and the shares sum to 1."""

import pytest
from case_files import PACKAGES, changed, folder_with

from detente.case import load_case, read_case
from detente.checks.describe import check

TABLE = """    table:
      rate: table_rate
      when: talks == yes and text == none
      cost: 0.1
      label: Table a text
      one_of:
        small: {share: boldness, then: {text: small}}
        large:
          share: 1 - boldness
          then: {text: large}
          cost: 0.2
          when: talks == yes and text == none and phase == truce
          label: All
"""
TEXT = changed(
    PACKAGES,
    ("    table_small: {when: talks == yes and text == none, then: {text: small}, cost: 0.1}\n", ""),
    ("    table_large: {when: talks == yes and text == none, then: {text: large}, cost: 0.1}\n", TABLE),
    (
        "  bonus: {value",
        '  table_rate: {range: [0.1, 0.9], unit: 1/year, why: "w", basis: judgement}\n'
        '  boldness: {range: [0.2, 0.8], unit: share, why: "w", basis: judgement}\n  bonus: {value',
    ),
)


def errors(folder, *pairs, states=False):
    where = folder_with(changed(TEXT, *pairs), folder / "bad")
    found = check(where, solve=False).errors if states else read_case(where).errors
    return [str(d) for d in found]


def spot(fragment, *pairs):
    text = changed(TEXT, *pairs)
    head = text[: text.index(fragment)]
    return f"bad/case.yaml:{head.count(chr(10)) + 1}:{len(head) - head.rfind(chr(10))}: "


def test_each_alternative_is_an_act_at_its_share_of_the_rate(tmp_path):
    case = load_case(folder_with(TEXT, tmp_path / "c"))
    acts = case.actions["broker"]
    assert list(acts) == ["table_small", "table_large", "convene"]
    small, large = acts["table_small"], acts["table_large"]
    assert (small.rate.text, large.rate.text) == ("table_rate * (boldness)", "table_rate * (1 - boldness)")
    assert (small.cost.text, large.cost.text) == ("0.1", "0.2")
    assert (small.label, large.label) == ("Table a text", "All")
    assert large.when.text.endswith("phase == truce")
    assert {name: e.text for name, e in case.decisions["broker.table"].items()} == {
        "small": "boldness",
        "large": "1 - boldness",
    }
    assert check(folder_with(TEXT, tmp_path / "c"), solve=False).errors == ()


def test_a_rate_that_is_a_sum_is_in_brackets(tmp_path):
    case = load_case(folder_with(changed(TEXT, ("rate: table_rate", "rate: table_rate + 0.1")), tmp_path / "c"))
    assert case.actions["broker"]["table_small"].rate.text == "(table_rate + 0.1) * (boldness)"


@pytest.mark.parametrize(
    ("pair", "fragment", "what"),
    [
        (("share: boldness", "share: baldness"), "baldness", "unknown name 'baldness'; hint: did you mean 'boldness'?"),
        (
            ("rate: table_rate", "rate: tabel_rate"),
            "tabel_rate",
            "unknown name 'tabel_rate'; hint: did you mean 'table_rate'?",
        ),
        (("share: 1 - boldness", "share: 1 - - * boldness"), "* boldness", "'*' is out of place"),
        (("then: {text: large}", "then: {text: lrge}"), "lrge", "'lrge' is not a value of 'text'"),
        (("share: boldness, ", ""), "small: {then", "'share' is missing; expected its share of the rate"),
        (("share: boldness", "share: boldness, rate: 3"), "rate: 3", "unknown key of an alternative 'rate'"),
        (
            ("      rate: table_rate\n", ""),
            "table:\n",
            "'table' has alternatives and no rate; expected the one rate of which they are shares",
        ),
        (
            ("    table:", "    table_small: {cost: 0.1}\n    table:"),
            "small: {share",
            "'table_small' is an act of its own, and an alternative of 'table'; expected another name",
        ),
        (
            ("    convene:", "    pause: {one_of: {}}\n    convene:"),
            "one_of: {}",
            "no alternatives; expected one a line",
        ),
        (
            ("small: {share: boldness, then: {text: small}}", "small: boldness"),
            "boldness\n        large",
            "text 'boldness' here; expected a mapping with",
        ),
    ],
)
def test_mistakes_lead_to_the_text_of_the_alternative(tmp_path, pair, fragment, what):
    found = errors(tmp_path, pair)
    assert any(one.startswith(spot(fragment, pair) + what) for one in found), found


@pytest.mark.parametrize(
    ("pair", "fragment", "what"),
    [
        (
            ("share: 1 - boldness", "share: boldness"),
            "one_of",
            "shares of broker.table sum to 1.6; expected 1; hint: give the last alternative '1 - ...'",
        ),
        (("share: 1 - boldness", "share: 0.5"), "one_of", "shares of broker.table sum to 0.7; expected 1"),
        # right at every corner, where the ranges are symmetric, and wrong between them
        (
            ("share: 1 - boldness", "share: 1 - boldness + 0.01 * (boldness > 0.21 and boldness < 0.49)"),
            "one_of",
            "shares of broker.table sum to 1.01",
        ),
        (("share: 1 - boldness", "share: 1 - boldness if phase == truce else 0.1"), "one_of", None),
        (
            ("share: boldness", "share: 2 * boldness"),
            "2 * boldness",
            "share 1.6 of 'small' in broker.table; expected between 0 and 1",
        ),
    ],
)
def test_shares_that_do_not_sum_to_one_anywhere_in_the_ranges(tmp_path, pair, fragment, what):
    found = errors(tmp_path, pair, states=True)
    if what is None:  # nothing is tabled elsewhere
        assert found == []
    else:
        assert any(one.startswith(spot(fragment, pair) + what) for one in found), found


def test_shares_may_be_of_three_and_meet_their_ends(tmp_path):
    three = (
        "        large:\n          share: 1 - boldness\n",
        "        none_: {share: haste, cost: 0.3, then: {talks: no}}\n"
        "        large:\n          share: 1 - boldness - haste\n",
    )
    ends = (
        "  boldness: {range: [0.2, 0.8]",
        '  haste: {value: 0.1, fixed: "yes", why: "w", basis: judgement}\n  boldness: {range: [0.2, 0.9]',
    )
    assert errors(tmp_path, three, ends, states=True) == []


def test_it_goes_with_each_and_same_as(tmp_path):
    moved = changed(TEXT, (TABLE, ""))
    rows = "".join(f"  {line}\n" for line in TABLE.splitlines())
    rows = changed(rows, ("{share: boldness", '{share: "boldness_{}"'), ("1 - boldness", "1 - boldness_{}"))
    block = f"each:\n  hosts:\n    actors: [broker, south]\n    actions:\n{rows}"
    text = changed(
        moved,
        ("nature:", block + "nature:"),
        ("  boldness:", '  boldness_south: {range: [0.2, 0.8], why: "w", basis: judgement}\n  boldness_broker:'),
        ("  north:\n    accept:", "  north:\n    table: {same_as: south.table}\n    accept:"),
    )
    case = load_case(folder_with(text, tmp_path / "c"))
    assert case.actions["south"]["table_large"].rate.text == "table_rate * (1 - boldness_south)"
    assert case.actions["north"]["table_large"].rate.text == "table_rate * (1 - boldness_south)"
    assert set(case.decisions) == {"broker.table", "south.table", "north.table"}
    wrong = changed(text, ("1 - boldness_{}", "1 - boldnes_{}"))
    found = [str(d) for d in read_case(folder_with(wrong, tmp_path / "bad")).errors]
    head = wrong[: wrong.index("boldnes_{}")]
    where = f"bad/case.yaml:{head.count(chr(10)) + 1}:{len(head) - head.rfind(chr(10))}: "
    assert {one.split(";")[0] for one in found} == {
        f"{where}unknown name 'boldnes_broker' (for broker)",
        f"{where}unknown name 'boldnes_south' (for north.table, south)",
    }
