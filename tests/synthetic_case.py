"""A small case about invented places with every role that questions know, written for any names of the two parties."""

from pathlib import Path

TEMPLATE = """\
format: 1
case: valley
title: The valley
summary: Two parties, a mediator, a patron and an opposition, invented for tests.
unit: {time: year, value: own}
as_of: 2001-01-01

play:
  discount_rate: 0.08
  noise: {range: [0.25, 0.4], unit: utility, why: test, basis: judgement}
  reference_rate: 0.2
  tempo: 52

actors:
  ONE: {kind: party, labels: {en: "ONE land"}}
  TWO: {kind: party, labels: {en: "TWO land"}}
  chair: {kind: mediator, labels: {en: Chair}}
  patron: {kind: patron, labels: {en: Patron}}
  street: {kind: domestic, labels: {en: Street}}

states:
  phase: {values: [war, truce, peace]}
  process: {values: [dormant, talks, direct, text, ok_ONE, ok_TWO]}
  tension: {values: [calm, tense]}
  mood: {values: [soft, hard]}
  strong: {values: ["no", "yes"]}

parameters:
  war_cost: {range: [1, 2], unit: value/year, why: test, basis: judgement}
  share_ONE: {range: [0.3, 0.5], unit: share, why: test, basis: judgement}
  share_TWO: {range: [0.5, 0.7], unit: share, why: test, basis: judgement}
  rent: {range: [0, RENT], unit: value/year, why: test, basis: judgement}
  peace_chair: {range: [LEAST, PRIDE], unit: value/year, why: test, basis: judgement}
  speak_cost: {range: [SPEAK, SPEAK_TOP], unit: value, why: test, basis: judgement}
  hold: {range: [0.1, 0.5], unit: value/year, why: test, basis: judgement}
  sign_cost: {range: [0.3, 1], unit: value, why: test, basis: judgement}
  accident: {range: [0.1, 0.3], unit: 1/year, why: test, basis: judgement}
  ending: {value: 0, unit: 1/year, why: test, basis: judgement}
  open_cost: {range: [0, 0.2], unit: value/year, why: test, basis: judgement}

payoffs:
  ONE:
    stake: (share_ONE + 0.5) if phase == peace else 0.4
    war: -war_cost * (phase == war)
    process: -open_cost * (process != dormant)
    tension: -0.2 * (tension == tense)
  TWO:
    stake: (share_TWO + 0.5) if phase == peace else 0.6
    war: -war_cost * (phase == war) * (0.5 if strong == yes else 1)
    process: -open_cost * (process != dormant)
    tension: -0.2 * (tension == tense)
  chair:
    standing: rent * (process in [talks, text, ok_ONE, ok_TWO])
    peace: peace_chair * (phase == peace)
    war: -0.3 * (phase == war)
  patron:
    interim: hold * (phase == truce)
    war: -0.3 * (phase == war)
  street:
    mood: 0.3 * (mood == hard)
    terms: -0.3 * (phase == peace)

actions:
  ONE:
    provoke: {rate: 0.3, when: phase == truce and tension == calm, then: {tension: tense}, cost: 0.2}
    accept: {when: process == text, then: {process: ok_ONE}, cost: 0.5 * sign_cost * (2 if mood == hard else 1)}
    sign: {when: process == ok_TWO, then: {phase: peace, process: dormant, tension: calm}, cost: sign_cost}
    meet: {when: process == dormant and phase == truce, then: {process: direct}, cost: 0.1}
    attack: {when: phase != war, then: {phase: war, process: dormant, tension: calm}, cost: 1.5}
  TWO:
    provoke: {rate: 0.3, when: phase == truce and tension == calm, then: {tension: tense}, cost: 0.2}
    accept: {when: process == text, then: {process: ok_TWO}, cost: 0.5 * sign_cost}
    sign: {when: process == ok_ONE, then: {phase: peace, process: dormant, tension: calm}, cost: sign_cost}
    meet: {when: process == dormant and phase == truce, then: {process: direct}, cost: 0.1}
    attack: {when: phase != war, then: {phase: war, process: dormant, tension: calm}, cost: 1.5}
  chair:
    convene: {rate: 0.5, when: process == dormant and phase == truce, then: {process: talks}, cost: 0.1}
    table: {rate: 0.5, when: process == talks, then: {process: text}, cost: 0.1}
    withdraw: {rate: 0.5, when: "process in [text, ok_ONE, ok_TWO]", then: {process: talks}, cost: 0.1}
    speak: {rate: SPEAK_RATE, when: tension == tense, then: [{p: 0.4, tension: calm}, {p: 0.6}], cost: speak_cost}
  patron:
    arm: {when: strong == no, then: {strong: yes}, cost: 0.2}
    stir: {when: phase == truce and tension == calm, then: {tension: tense}, cost: 0.2}
  street:
    march: {when: mood == soft, then: {mood: hard}, cost: 0.3}

nature:
  accident:
    when: phase == truce and tension == tense
    then: {phase: war, process: dormant, tension: calm}
    rate: accident
  exhaustion: {when: phase == war, then: {phase: truce}, rate: 1}
  calm_down: {when: tension == tense, then: {tension: calm}, rate: 1}
  soften: {when: mood == hard, then: {mood: soft}, rate: 0.3}
  fade: {when: strong == yes, then: {strong: no}, rate: 0.2}
  lapse: {when: process != dormant, then: {process: dormant}, rate: 0.3}
  ends: {when: process == talks, then: {process: dormant}, rate: ending}
  own_text: {when: process == direct, then: {process: text}, rate: 0.3}

outcomes:
  peace: phase == peace
  war: phase == war
  settle: {phase: peace, process: dormant, tension: calm}

situations:
  2001-01-01: {phase: truce, process: dormant, tension: tense, mood: soft, strong: no}
  2000-01-01: {phase: war, process: dormant, tension: calm, mood: soft, strong: no}
  2002-01-01: {phase: peace, process: dormant, tension: calm, mood: soft, strong: no}

questions:
  bilateral: [ONE.meet, TWO.meet]
  provocations: {ONE: [ONE.provoke], TWO: [TWO.provoke]}
  provoked: tension == tense
  reactions: {chair: [chair.speak]}
  formats: {chaired: [chair.convene], direct: [ONE.meet, TWO.meet]}
  joining: {ONE: {at: {process: dormant}, join: [ONE.meet], deadline: ending, up_to: 2}}
  spoilers: {domestic: [street.march], outside: [patron.stir]}
  encouragement: {TWO: {by: [patron.arm], hostile: [TWO.provoke, TWO.attack]}}
"""


def write_case(
    folder: Path,
    one: str = "north",
    two: str = "south",
    rent: float = 0.3,
    pride: float = 0.4,
    least: float = 0.0,
    speak: float = 0.1,
    speak_rate: float = 0.5,
) -> Path:
    """Write the case with these names for its parties (in this order) and this mediator; returns its folder.

    Args:
        folder: where to write.
        one: the party that is weaker and has the street to reckon with.
        two: the party that the patron arms.
        rent: top of the mediator's range of standing while a process is under way.
        pride: top of its range for peace.
        least: bottom of it.
        speak: bottom of its range for the cost of speaking out.
        speak_rate: reference rate of speaking out.
    """
    text = TEMPLATE.replace("SPEAK_TOP", repr(speak + 0.1)).replace("SPEAK_RATE", repr(speak_rate))
    text = (
        text.replace("SPEAK", repr(speak))
        .replace("RENT", repr(rent))
        .replace("PRIDE", repr(pride))
        .replace("LEAST", repr(least))
    )
    text = text.replace("ONE", one).replace("TWO", two)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(text, "utf-8")
    return folder
