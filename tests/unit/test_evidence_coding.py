import datetime

import numpy as np
import pytest

from detente.errors import RecordError
from detente.evidence.agreement import agreement, cohen
from detente.evidence.coded import witness_roots
from detente.evidence.coding import Coder
from detente.evidence.jumps import JumpTable
from detente.evidence.path import CHANGE
from detente.evidence.rules import read_coding
from detente.game import StateSpace, Variable
from detente.record import Event, Record, Source

SPACE = StateSpace(
    (Variable("phase", ("war", "calm")), Variable("process", ("dormant", "talks"))),
    np.array([[0, 0, 1, 1], [0, 1, 0, 1]]),
)
# states: 0 war dormant, 1 war talks, 2 calm dormant, 3 calm talks
ENTRIES = sorted(
    [
        (0, 2, 0), (0, 3, 0),  # red.attack
        (1, 2, 0), (1, 3, 0),  # blue.attack
        (2, 2, 3),  # broker.convene
        (3, 2, 2), (3, 3, 3),  # broker.appeal: changes nothing
        (4, 0, 2), (4, 1, 3),  # nature.exhaustion
        (5, 3, 2),  # nature.lapse
    ]
)  # fmt: skip
TABLE = JumpTable(
    ("red.attack", "blue.attack", "broker.convene", "broker.appeal", "nature.exhaustion", "nature.lapse"),
    *(np.array(c) for c in zip(*ENTRIES, strict=True)),
    4,
)
BASE = """
format: 1
from: 2000-01-01
until: 2010-01-01
start: {phase: calm, process: dormant}
observed:
  phase: {2000-01-01: calm, 2004-05-01: war, 2004-06-01: calm}
rules:
  - when: {type: war_start}
    then: {change: {phase: war}, by: [red.attack, blue.attack]}
    recorded_with: [0.5, 0.9]
  - when: {type: talks}
    then: {move: broker.convene}
    recorded_with: {2000: [0.1, 0.5], 2005: [0.5, 0.9]}
  - when: {type: appeal}
    then: {move: broker.appeal}
  - when: {type: meeting}
    then: {seen: {process: talks}}
  - when: {type: election}
    why: no act of this model
"""


def record(*events, sources=("s1", "s2", "s3")):
    made = [Event(**{"text": "x", "sources": ("s1",), **e}) for e in events]
    return Record(sources={s: Source(id=s, title=s) for s in sources}, events={e.id: e for e in made})


def coder(tmp_path, text=BASE):
    path = tmp_path / "coding.yaml"
    path.write_text(text, encoding="utf-8")
    return Coder(read_coding(path), TABLE, SPACE, {})


def code(tmp_path, *events, text=BASE, until=None):
    return coder(tmp_path, text).code(record(*events).as_of(until or "2020-01-01"), until)


def test_events_become_marks_and_everything_else_has_a_reason(tmp_path):
    coded = code(
        tmp_path,
        {"id": "a", "date": "2001-01-01", "type": "talks"},
        {"id": "b", "date": "2001-03-01", "type": "election"},
        {"id": "c", "date": "2001-04-01", "type": "earthquake"},
        {"id": "d", "date": "2001-06-01", "type": "meeting"},
        {"id": "e", "date": "2004-05-01", "type": "war_start"},
        {"id": "f", "date": "2012-05-01", "type": "talks"},
    )
    assert {e.event: e.kind for e in coded.events} == {
        "a": "mark", "b": "left out", "c": "no rule", "d": "seen", "e": "mark", "f": "outside"
    }  # fmt: skip
    assert all(e.reason for e in coded.events if e.kind in ("left out", "no rule", "outside"))
    assert [m.label for m in coded.path.marks] == ["a", "e", ""]
    assert coded.path.marks[2].channel == CHANGE  # the war's end is known, no event explains it
    assert coded.path.marks[0].time == pytest.approx(366 / 365.25)


def test_two_clues_from_one_wire_report_count_once(tmp_path):
    events = [
        {"id": "a", "date": "2001-01-01", "type": "appeal", "sources": ("s1",)},
        {"id": "b", "date": "2001-01-02", "type": "appeal", "sources": ("s2",)},
        {"id": "c", "date": "2001-01-02", "type": "appeal", "sources": ("s3",)},
    ]
    made = record(*events)
    made.sources["s2"] = Source(id="s2", title="repeats", repeats=("s1",))
    assert witness_roots(made)["s2"] == {"s1"}
    coded = coder(tmp_path).code(made)
    assert {e.event: e.kind for e in coded.events} == {"a": "mark", "b": "same witness", "c": "mark"}
    assert len(coded.path.marks) == 4  # two appeals, and both unexplained changes of phase


def test_repeats_in_a_circle_end():
    made = Record(
        sources={"x": Source(id="x", title="x", repeats=("y",)), "y": Source(id="y", title="y", repeats=("x",))}
    )
    assert witness_roots(made)["x"] == {"y"}


def test_a_coarse_date_becomes_an_interval(tmp_path):
    mark = code(tmp_path, {"id": "a", "date": "2001-02", "type": "appeal"}).path.marks[0]
    assert mark.coarse
    assert mark.until - mark.time == pytest.approx(31 / 365.25)


def test_what_cannot_have_happened_is_said(tmp_path):
    coded = code(tmp_path, {"id": "a", "date": "2004-05-10", "type": "appeal"})
    assert [(e.kind, e.reason) for e in coded.events] == [("impossible", "needs phase calm, but it was war")]


def test_a_leap_that_no_act_makes_is_a_located_error(tmp_path):
    text = BASE.replace("2004-06-01: calm}", "2004-06-01: calm}\n  process: {2000-01-01: dormant, 2004-05-01: talks}")
    with pytest.raises(RecordError, match=r"coding.yaml:\d+:\d+: on 2004-05-01 what is known becomes impossible"):
        code(tmp_path, text=text)


def test_all_mistakes_of_a_coding_file_are_located(tmp_path):
    text = (
        BASE.replace("type: talks", "typo: talks")
        .replace("[0.5, 0.9]\n", "[0.5, 1.9]\n", 1)
        .replace("format: 1", "format: 2")
    )
    with pytest.raises(RecordError) as caught:
        code(tmp_path, text=text)
    found = str(caught.value)
    assert "unknown key 'typo'; hint: did you mean 'type'?" in found
    assert "1.9 is out of range; expected a number between 0 and 1" in found
    assert "format 2" in found
    assert all(d.line > 0 for d in caught.value.diagnostics)


def test_unknown_names_are_suggested(tmp_path):
    with pytest.raises(RecordError, match=r"unknown act 'broker.conven'; hint: did you mean 'broker.convene'"):
        code(tmp_path, text=BASE.replace("broker.convene", "broker.conven"))
    with pytest.raises(RecordError, match="unknown value 'wars' of 'phase'"):
        code(tmp_path, text=BASE.replace("2004-05-01: war,", "2004-05-01: wars,"))


def test_recording_probabilities_of_one_act_may_not_exceed_one(tmp_path):
    text = BASE + "  - when: {type: raid}\n    then: {move: red.attack}\n    recorded_with: [0.1, 0.3]\n"
    with pytest.raises(RecordError, match=r"red.attack over all rules can reach 1.20"):
        code(tmp_path, text=text)


def test_recording_periods(tmp_path):
    coded = code(tmp_path)
    found = [(c.name, round(c.start, 2), c.low, c.high) for c in coded.chances if "convene" in c.name]
    assert found == [("recorded.broker.convene.2000", 0.0, 0.1, 0.5), ("recorded.broker.convene.2005", 5.0, 0.5, 0.9)]


def test_an_override_needs_a_note_and_wins(tmp_path):
    text = BASE + "overrides:\n  - {event: a, then: {move: broker.appeal}, note: read again}\n"
    coded = code(tmp_path, {"id": "a", "date": "2001-01-01", "type": "election"}, text=text)
    assert coded.events[0].kind == "mark"
    with pytest.raises(RecordError, match="'note' is missing; expected why it is coded differently"):
        code(tmp_path, text=text.replace(", note: read again", ""))


def test_a_gap_makes_marks_inside_it_impossible(tmp_path):
    text = BASE + "gaps:\n  - {from: 2001-01-01, until: 2002-01-01, moves: broker.appeal, why: archive closed}\n"
    coded = code(
        tmp_path,
        {"id": "a", "date": "2001-05-01", "type": "appeal"},
        {"id": "b", "date": "2003-05-01", "type": "appeal"},
        text=text,
    )
    assert [e.kind for e in coded.events] == ["impossible", "mark"]
    assert "unobserved" in coded.events[0].reason


def test_sightings_at_a_rate_make_silence_speak(tmp_path):
    text = BASE.replace(
        "then: {seen: {process: talks}}", "then: {seen: {process: talks}}\n    rate: [1, 4]\n    name: meetings"
    )
    coded = code(tmp_path, {"id": "a", "date": "2001-05-01", "type": "meeting"}, text=text)
    assert coded.table.kinds[-1] == "signal.meetings"
    assert set(coded.table.source[TABLE.size :]) == {1, 3}
    assert coded.constant.tolist() == [4.0, 4.0]
    assert coded.path.marks[0].label == "a"


def test_nothing_later_leaks_into_an_earlier_coding(tmp_path):
    early = [{"id": "a", "date": "2001-01-01", "type": "talks"}, {"id": "b", "date": "2002-01-01", "type": "appeal"}]
    late = [{"id": "c", "date": "2004-05-01", "type": "war_start"}, {"id": "d", "date": "2006-01-01", "type": "appeal"}]
    whole = record(*early, *late)
    cut = coder(tmp_path).code(whole.as_of(datetime.date(2003, 1, 1)), "2003-01-01")
    never = coder(tmp_path).code(record(*early), "2003-01-01")
    assert cut.path.marks == never.path.marks
    assert [p.start for p in cut.path.pins] == [p.start for p in never.path.pins]
    assert cut.path.horizon == never.path.horizon


def test_kappa():
    assert cohen(["a", "b", "a", "b"], ["a", "b", "a", "b"]) == 1.0
    assert cohen(["a", "a", "b", "b"], ["a", "b", "a", "b"]) == 0.0
    # Cohen's 2x2 example: 20 and 15 agreements, 5 and 10 disagreements of 50: kappa .4
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert cohen(first, second) == pytest.approx(0.4)


def test_agreement_lists_what_differs(tmp_path):
    events = [{"id": "a", "date": "2001-01-01", "type": "talks"}, {"id": "b", "date": "2001-05-01", "type": "appeal"}]
    first = code(tmp_path, *events)
    second = code(tmp_path, *events, text=BASE.replace("type: appeal", "type: nothing"))
    found = agreement(first, second)
    assert (found.events, found.share) == (2, 0.5)
    assert found.differing == (("b", "broker.appeal", "not coded"),)
