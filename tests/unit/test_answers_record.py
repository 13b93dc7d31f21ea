"""Which entries of the record speak to a number: by the coding file where there is one, and never of later days."""

from pathlib import Path

import pytest
from synthetic_case import write_case

from detente.answers import QUESTIONS, evaluate
from detente.answers.frame import frame_of
from detente.answers.names import Key
from detente.answers.witnesses import Witnesses, leading, refs_of
from detente.case import load_case
from detente.errors import RecordError
from detente.game.compile import compile_case

DATE = "2001-01-01"
EVENTS = """\
id,date,type,actors,target,text,certainty,sources,tags
E1,1990-03-01,attack,north,south,an attack,high,S,
E2,1991-03-01,clash,north south,,a clash,high,S,
E3,1992-03-01,rejection,south,,a refusal,high,S,
E4,1993-03-01,meeting,chair,,a meeting,high,S,
E5,1994-03-01,statement,chair,,a reaction,high,S,reaction
E6,2001-06-01,attack,south,north,a later attack,high,S,
E7,1995-03-01,ceasefire,north south,,an end,high,S,
"""
RESPONSES = """\
id,date,escalation,event,kind,mediator,responded,lag_days,response_events,naming,named,certainty,sources
R1,1991-03-01,a clash,E2,violent,bench,yes,2,E5,first_violator,north,high,S
R2,1996-03-01,another,,violent,bench,no,,,none,,high,S
R3,1996-04-01,elsewhere,,violent,others,no,,,none,,high,S
"""
INSTRUMENTS = """\
instruments:
  pact:
    name: A pact
    date: 1990-01-01
    type: agreement
    sources: [S]
    commitments:
      - {id: pact.leave, who: [north], to: [south], what: leave the valley}
"""
CODING = """\
format: 1
rules:
  - when: {type: attack}
    then: {change: {phase: war}, by: [north.attack, south.attack, nature.accident]}
  - when: {tags: reaction}
    then: {move: chair.speak}
  - when: {type: meeting}
    then: {move: chair.*}
  - when: {type: clash}
    then: {change: {tension: tense}, by: nature}
  - when: {type: rejection}
    why: not an act of this model
"""


def valley(folder: Path, coding: str = ""):
    case = write_case(folder)
    record = case / "record"
    record.mkdir()
    (record / "sources.yaml").write_text("sources:\n  S: {title: Source}\n", "utf-8")
    (record / "events.csv").write_text(EVENTS, "utf-8")
    (record / "responses.csv").write_text(RESPONSES, "utf-8")
    (record / "instruments.yaml").write_text(INSTRUMENTS, "utf-8")
    if coding:
        (record / "coding.yaml").write_text(coding, "utf-8")
    return compile_case(load_case(case))


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    template = valley(tmp_path_factory.mktemp("coded") / "valley", CODING)
    frame = frame_of(template, DATE)
    return frame, Witnesses.of(template, frame)


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    template = valley(tmp_path_factory.mktemp("plain") / "valley")
    frame = frame_of(template, DATE)
    return frame, Witnesses.of(template, frame)


def ids(found, question: str, key: Key) -> list[str]:
    frame, witnesses = found
    return [ref.id for ref in refs_of(QUESTIONS[question].entries(frame, key, witnesses))]


def test_acts_into_and_out_of_war_are_those_of_the_game(coded):
    _, witnesses = coded
    assert witnesses.into_war == {"north.attack", "south.attack", "nature.accident"}
    assert witnesses.out_of_war == {"nature.exhaustion"}
    assert witnesses.into_peace == {"north.sign", "south.sign"}
    assert "chair.speak" in witnesses.acts and not any(act.endswith(".wait") for act in witnesses.acts)


def test_events_speak_to_a_number_as_the_coding_file_reads_them(coded):
    assert ids(coded, "relapse", Key("relapse", detail="5y")) == ["E1"]  # the later attack is not known yet
    assert ids(coded, "trigger", Key("trigger", "south")) == ["E1"]  # who attacked is disputed
    assert ids(coded, "trigger", Key("trigger", detail="nature")) == ["E1"]
    assert ids(coded, "silence", Key("silence", "chair")) == ["R1", "R2"]  # the bench speaks for the chair
    assert ids(coded, "silence", Key("silence", detail="all")) == ["R1", "R2", "R3"]
    assert ids(coded, "silence", Key("even_handed", "chair")) == ["R1"]
    assert ids(coded, "prolongation", Key("prolongation", "chair", detail="years")) == ["E4", "E5", "R1", "R2"]
    assert ids(coded, "encouragement", Key("encouragement", "south", detail="hostile")) == ["E1"]
    assert ids(coded, "gain_from_settling", Key("gain_from_settling", "south")) == ["E3", "pact.leave"]
    assert ids(coded, "loss", Key("loss", "north")) == ["E1", "E2"]


def test_without_a_coding_file_events_speak_by_type_and_actor(plain):
    assert ids(plain, "relapse", Key("relapse", detail="5y")) == ["E1", "E2"]
    assert ids(plain, "relapse", Key("fighting", detail="median")) == ["E7"]
    assert ids(plain, "trigger", Key("trigger", "south")) == ["E1", "E2"]
    assert ids(plain, "prolongation", Key("prolongation", "chair", detail="years")) == ["E4", "E5"]
    assert ids(plain, "silence", Key("silence", "chair")) == []
    assert ids(plain, "spoilers", Key("spoilers", detail="domestic.years")) == []


def test_kinds_of_entries_are_said(coded):
    frame, witnesses = coded
    entries = QUESTIONS["gain_from_settling"].entries(frame, Key("gain_from_settling", "south"), witnesses)
    assert [ref.kind for ref in refs_of(entries)] == ["event", "commitment"]
    assert refs_of(witnesses.responses())[0].kind == "response"


def test_no_record_no_entries(tmp_path):
    template = compile_case(load_case(write_case(tmp_path / "valley")))
    answers = evaluate(template, DATE, draws=1, questions=["relapse", "silence"], workers=0, tornado=False)
    assert all(q.rests_on == () for q in answers.quantities)


def test_a_coding_file_that_names_what_the_case_lacks_is_said_with_its_places(tmp_path):
    slips = CODING.replace("{phase: war}", "{phase: wor}").replace("chair.speak", "chair.speek")
    template = valley(tmp_path / "valley", slips)
    with pytest.raises(RecordError, match=r"coding\.yaml:4:\d+: unknown value 'wor' of 'phase'; .*'war'") as caught:
        Witnesses.of(template, frame_of(template, DATE))
    assert "coding.yaml:6:" in str(caught.value) and "unknown act 'chair.speek'" in str(caught.value)


def test_leading_counts_only_what_can_be_done_there():
    from synthetic_games import random_game

    game, frame = random_game(3)
    everywhere = leading(game, ~frame.war, frame.war)
    nowhere = leading(game, ~frame.war, frame.war & False)
    assert everywhere and not nowhere


@pytest.mark.slow
def test_numbers_of_minsk_have_entries_of_the_record_and_none_after_the_date():
    template = compile_case(load_case("minsk"))
    asked = ["relapse", "peace", "trigger", "gain_from_settling", "loss", "silence", "values", "patrons"]
    answers = evaluate(template, "2016-03-31", draws=1, questions=asked, workers=0, tornado=False)
    with_entries = [q for q in answers.quantities if q.rests_on]
    assert len(with_entries) > 0.5 * len(answers.quantities)
    from detente.record import load_record

    record = load_record(template.case.folder / "record")
    known = record.as_of("2016-03-31")
    lists = {"event": known.events, "response": known.responses, "commitment": known.commitments}
    for q in with_entries:
        assert all(ref.id in lists[ref.kind] for ref in q.rests_on), q.id
    relapse = {ref.id for ref in answers.quantity("relapse.5y").rests_on}
    assert relapse <= set(known.events) and not {"E20200927_2", "E20160402_2"} & relapse
    later = evaluate(template, "2021-08-05", draws=1, questions=["relapse"], workers=0, tornado=False)
    assert {"E20200927_2", "E20160402_2"} <= {ref.id for ref in later.quantity("relapse.5y").rests_on}
    silence = answers.quantity("silence.russia").rests_on
    assert {ref.kind for ref in silence} == {"response"} and len(silence) > 5
    assert set(answers.sections[0].rests_on) >= set(answers.quantity("relapse.5y").rests_on[:5])
