"""A brook between two villages: a case of six states that solves in milliseconds, with a record and two accounts."""

from pathlib import Path

CASE = """
format: 1
case: brook
title: A brook between two villages
as_of: 2000-01-01
unit: {time: year, value: utility}
play: {discount_rate: 0.1, noise: {range: [0.2, 0.5], unit: utility, why: test, basis: judgement}, tempo: 52}
actors:
  village: {kind: party, labels: {en: Village}}
  reeve: {kind: mediator, labels: {en: Reeve}}
states:
  phase: {values: [war, calm, peace]}
  talks: {values: ["no", "yes"]}
parameters:
  fee: {range: [0, 1], unit: value/year, why: test, basis: judgement}
  harvest: {range: [0, 1], unit: value/year, why: test, basis: judgement}
payoffs:
  village: {harvest: harvest * (phase == peace), war: -1 * (phase == war)}
  reeve: {fee: fee * (talks == yes and phase != peace), peace: 0.3 * (phase == peace)}
actions:
  village:
    attack: {rate: 0.3, when: phase == calm, then: {phase: war, talks: "no"}, cost: 0.2}
    sign: {rate: 0.5, when: phase == calm and talks == yes, then: {phase: peace, talks: "no"}}
  reeve:
    call: {rate: 1, when: phase == calm and talks == no, then: {talks: "yes"}, cost: 0.1}
    scold: {rate: 1, when: phase == calm, then: {}, cost: 0.1}
nature:
  tire: {when: phase == war, then: {phase: calm}, rate: 2}
  lapse: {when: talks == yes, then: {talks: "no"}, rate: 0.5}
  flood: {when: phase == peace, then: {phase: calm}, rate: 0.3}
outcomes:
  peace: phase == peace
  war: phase == war
  settle: {phase: peace, talks: "no"}
situations:
  2000-01-01: {phase: calm, talks: "no"}
"""
CODING = """
format: 1
from: 2000-01-01
until: 2012-01-01
observed:
  phase: {2000-01-01: calm, 2003-02-01: war, 2003-09-01: calm, 2008-03-01: war, 2008-05-01: calm}
rules:
  - when: {type: raid}
    then: {move: village.attack}
    recorded_with: [0.5, 0.95]
  - when: {type: talks}
    then: {move: reeve.call}
    recorded_with: [0.3, 0.9]
  - when: {type: rebuke}
    then: {move: reeve.scold}
    recorded_with: [0.3, 0.9]
"""
TIRING = "tire: {when: phase == war, then: {phase: calm}, rate: fee - 0.1}"
EVENTS = [
    ("a", "2001-01-01", "talks"), ("b", "2003-02-01", "raid"), ("c", "2003-01-05", "rebuke"),
    ("d", "2004-06-01", "talks"), ("e", "2005-06-01", "rebuke"), ("f", "2007-06-01", "rebuke"),
    ("g", "2008-03-01", "raid"), ("h", "2010-01-01", "talks"),
    ("i", "2011-01-01", "rebuke"),
]  # fmt: skip


def brook_case(folder: Path) -> Path:
    """Write the case into a folder; returns it."""
    write(folder / "case.yaml", CASE)
    write(folder / "record" / "coding.yaml", CODING)
    write(folder / "record" / "coding_second.yaml", CODING.replace("[0.3, 0.9]", "[0.2, 0.95]"))
    write(folder / "record" / "sources.csv", "id,title\ns,A chronicle\n")
    write_events(folder, EVENTS)
    for name, low, high in (("greedy", 0.6, 1.0), ("fair", 0.0, 0.3)):
        text = f"account: {name}\nin_words: {name}\nparameters:\n  fee: {{range: [{low}, {high}]}}\n"
        write(folder / "accounts" / f"{name}.yaml", text)
    return folder


def write(path: Path, text: str) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def write_events(folder: Path, events: list[tuple[str, str, str]]) -> None:
    """Write the events of the record."""
    rows = "".join(f"{i},{d},{t},village,{t} of {d},s\n" for i, d, t in events)
    write(folder / "record" / "events.csv", "id,date,type,actors,text,sources\n" + rows)
