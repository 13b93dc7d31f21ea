"""A small case as text, and folders made from it; for tests of the case language."""

import re
from pathlib import Path

STARTER = Path(__file__).resolve().parent.parent / "src" / "detente" / "case" / "starter" / "case.yaml"
PACKAGES = """
format: 1
case: pact
title: A case with packages, priors and levers
play:
  discount_rate: {north: 0.1, south: {range: [0.05, 0.1], why: patience differs, basis: judgement}}
  noise: {range: [0.1, 0.3], why: private reasons, basis: judgement}
  reference_rate: {range: [0.05, 0.2], why: acts are rare, basis: judgement}
  tempo: {north: 52, south: 26}
actors:
  north: {kind: party, labels: {en: North}}
  south: {kind: party}
  broker: {kind: mediator}
states:
  phase: {values: [war, truce, peace]}
  text: {values: packages}
  talks: {values: [no, yes]}
derived:
  at_peace: phase == peace
packages:
  small: {gain: 0.2, loss: 0.1, why: a first step, corridor: open}
  large: {gain: 0.6, loss: 0.4, why: everything at once, corridor: shut}
parameters:
  cost: {range: [0.5, 2], why: war is dear, basis: judgement}
  skew: {prior: {lognormal: [1, 0.5]}, why: heavy tail, basis: judgement}
  part: {prior: {beta: [2, 3]}, range: [0.1, 0.9], why: a share, basis: judgement}
  bonus: {value: 0, why: nobody pays it today, basis: judgement}
payoffs:
  north: {terms: text.gain * at_peace, war: -cost * (phase == war), bonus: bonus * at_peace}
  south: {terms: -package.loss * at_peace, war: -skew * cost * (phase == war)}
actions:
  north:
    accept:
      when: text != none and phase == truce
      then: {phase: peace, talks: no}
      cost: 0.2
    attack:
      rate: 0.3
      when: phase != war
      then: [{p: part, phase: war, text: none, talks: no}, {p: 1 - part}]
      cost: 1
      impulses: {south: -0.5 * skew}
  south:
    attack: {when: phase != war, then: {phase: war, text: none, talks: no}, cost: 1}
  broker:
    table_small: {when: talks == yes and text == none, then: {text: small}, cost: 0.1}
    table_large: {when: talks == yes and text == none, then: {text: large}, cost: 0.1}
    convene: {when: phase == truce and talks == no, then: {talks: yes}, cost: 0.1}
nature:
  tiring: {when: phase == war, then: {phase: truce}, rate: 1}
  lapse: {when: talks == yes and phase == truce, then: {talks: no, text: none}, rate: 0.5}
outcomes:
  peace: at_peace
  war: phase == war
  settle:
    small: {phase: peace, text: small, talks: no}
    large: {phase: peace, text: large, talks: no}
situations:
  2020-01-01: {phase: truce, text: none, talks: no}
  2024-06-01: {phase: truce, text: small, talks: yes}
levers:
  aid: {change: {bonus: [0, 0.5]}, cost: 0.5 * amount, paid_by: broker, consent: [north], decays: 5 years}
issues:
  border: {options: [open, guarded, shut], positions: {north: open, south: {position: shut, salience: 0.8}}}
questions:
  provocations: [north.attack, south.attack]
  reactions: {broker: [convene]}
"""

ALIKE = """each:
  sides:
    actors: [north, south]
    parameters:
      want_{}: {same_as: cost, why: "{label} wants it."}
    payoffs:
      want: want_{} * (phase == peace)
    actions:
      strike: {same_as: north.attack, impulses: {broker: "-want_{}"}}
      speak:
        rate: 0.2
        when: phase == truce and talks == no
        one_of:
          softly: {share: part, then: {talks: "yes"}}
          loudly: {share: 1 - part, cost: "want_{}"}
objections: {north: "It leaves out the river.", south: "It leaves out the road."}
notes: ["A third text changed nothing.", {date: 2026-03-01, text: "Two brokers: no change."}]
"""  # before `nature:` of the case above

EVENTS = """
events:
  e1: {date: 2020-02-01, type: clash, actors: [north], sources: [recall], tags: [border], text: A clash.}
  e2: {date: 2020-03-01, type: statement, actors: [mediator], sources: [recall], text: A statement.}
  e3: {date: 2020-04-01, type: meeting, actors: [north, south], sources: [recall], text: A meeting.}
"""
INSTRUMENTS = """
instruments:
  truce: {name: A truce, date: 2020-01-01, type: ceasefire, commitments: {withdraw: {who: [north], what: withdraw}}}
"""
CLAIMS = """
claims:
  c1: {by: someone, claim: There were clashes.}
  c2: {by: someone else, claim: Nobody spoke., kind: causal}
"""
RESPONSES = """
responses:
  r1: {date: 2020-02-01, escalation: A clash, event: e1, mediator: mediator, responded: "yes", lag_days: 3}
"""
RULES = """
format: 1
sides:
  both: [north, south]
claims:
  c1:
    tests:
      - events: {type: clash, by: both, tags: border}
        at_least: 1
      - status: {commitments: truce.withdraw, is: [fulfilled]}
        at_most: 0
  c2:
    tests:
      - responses: {mediator: mediator, measure: answered}
        below: 0.5
      - quantity: relapse.5y
        above: 0.1
"""
CODING = """
format: 1
from: 2020-01-01
until: 2024-01-01
observed:
  phase: {2020-01-01: ceasefire}
rules:
  - when: {type: clash, actors: north}
    then: {move: north.attack}
  - when: {type: meeting}
    then: {seen: {process: talks}}
  - when: {type: statement}
    why: no act of this model
"""
RECORD = {
    "record__events": EVENTS,
    "record__instruments": INSTRUMENTS,
    "record__claims": CLAIMS,
    "record__responses": RESPONSES,
}
FILES = {**RECORD, "claims_rules": RULES, "record__coding": CODING}  # beside the starter's case.yaml
QUESTIONS = """questions:
  mediators: mediator
  package: settled
  provocations: {north: [north.attack], south: [attack]}
  provoked: phase == war
  reactions: {mediator: convene}
  naming: {north: [mediator.convene]}
  formats: {here: mediator.convene, there: [north.accept]}
  joining: {north: {at: {process: talks}, join: accept, deadline: war_cost, agenda: [war_cost, 1, 2]}}
  spoilers: {hawks: [north.attack]}
  patrons: [mediator]
  encouragement: {north: {by: mediator.convene, hostile: attack}}
  settle: {signatories: [north, south], blockers: mediator}
  baserate: {2020-01-01: {outcome: ceasefire, ended: 2019-01-01}}
situations:"""


def starter() -> str:
    """The text of the starter that `detente new` writes."""
    return STARTER.read_text(encoding="utf-8")


def folder_with(text: str, folder: Path, **files: str) -> Path:
    """A case folder with this case.yaml; further files by name, with '__' for '/'."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    for name, content in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return folder


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """The text with each first occurrence replaced; each must occur."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def exchanged(text, one, other):
    """The text with two words exchanged, also inside longer names."""
    return re.sub(f"{one}|{other}", lambda m: other if m.group() == one else one, text)


def bound(*pairs: tuple[str, str]) -> str:
    """The starter with something bound to every role of `questions`, changed."""
    return changed(starter(), ("situations:", changed(QUESTIONS, *pairs)))


def prices_of_levers(case) -> set[str]:
    """Parameters that stand in the costs of levers only: they move what would hold, and no other answer."""
    used = {name for expression in case.expressions() for name in expression.parameters}
    return {name for lever in case.levers.values() for name in lever.cost.parameters} - used
