"""What follows where a model misses its record: words beside answers, and base rates in the place of headlines."""

import pytest
from pydantic import ValidationError
from synthetic_run import make_run

from detente.report import build, redact
from detente.report.document import Bullets, Cards, Paragraph
from detente.run import History, HistoryRow, Part, Quantity, Section
from detente.run.history import missed, standing
from detente.verbs.analyze import summary

ROW = HistoryRow(
    id="wars", label="wars begun", unit="count", start="2000-01-01", until="2010-01-01", headline="war",
    leans_on=("relapse",), recorded=5.0, low=0.0, mid=1.0, high=3.0, inside=False, tail=0.01, histories=200,
    prior=(0.0, 1.0, 4.0), constant=(1.0, 2.0, 3.0), counts=True,
)  # fmt: skip


def history(*rows, **changed):
    return History(date="2010-01-01", until="2010-01-01", basis="posterior", draws=200, statistics=rows, **changed)


def number(id, question, detail="5y", **changed):
    family = changed.pop("family", question)
    return Quantity(
        id=id, question=question, family=family, detail=detail, label=f"about {id}", low=0.1, mid=0.2, high=0.3,
        unit="probability", **changed,
    )  # fmt: skip


RELAPSE, BASE = number("relapse.5y", "relapse"), number("base_rate.5y", "base_rate")
PEACE = number("peace.5y", "peace")


def changed(**update):
    return ROW.model_copy(update=update)


def test_a_row_fails_if_it_counts_and_is_known_to_lie_outside():
    assert ROW.fails
    assert not changed(counts=False).fails and not changed(inside=True).fails and not changed(inside=None).fails


def test_a_row_that_fails_is_said_beside_the_answers_that_lean_on_it():
    found = history(ROW, changed(id="late", counts=False), changed(id="talks", leans_on=("peace",), headline=""))
    assert [row.id for row in found.failing] == ["wars", "talks"]
    assert found.beside("relapse") == (missed(ROW),)
    assert found.beside("delay") == ()
    assert missed(ROW) == (
        "Simulated histories miss the record in 'wars begun': 5 was recorded, more than the 0 to 3 of nine histories "
        "in ten (times)."
    )
    assert "0.5 was recorded, less than the 1 to 3" in missed(changed(recorded=0.5, low=1.0, unit="years"))


def test_a_headline_falls_with_a_row_of_war_or_peace_and_the_base_rate_stands_in_its_place():
    every = (RELAPSE, BASE, PEACE)
    assert standing(None, RELAPSE, every) == (RELAPSE, "")
    assert standing(history(changed(inside=True)), RELAPSE, every) == (RELAPSE, "")
    assert standing(history(changed(headline="")), RELAPSE, every) == (RELAPSE, "")
    found, why = standing(history(ROW), RELAPSE, every)
    assert found is BASE
    assert why == (
        "No headline of the model's own for war: its histories miss what was recorded (wars begun). "
        "The base rate stands in its place."
    )
    assert standing(history(ROW), PEACE, every) == (PEACE, "")
    assert standing(history(ROW), RELAPSE, (RELAPSE,))[0] is None
    other = number("base_rate.1y", "base_rate", "1y")
    none, why = standing(history(ROW), RELAPSE, (RELAPSE, other))
    assert none is None and why.endswith("There is no base rate to take its place.")
    found, why = standing(history(changed(headline="peace", leans_on=("peace",))), PEACE, every)
    assert found is None and "for peace" in why


def with_history(*rows, **more):
    """A run with a headline number about war, a base rate beside it, and a history."""
    run = make_run(without=("answers", "outlook"))
    section = Section(
        id="relapse", title="War", rank=110, finding="A finding.", headline=(RELAPSE.id,), quantities=(RELAPSE.id,)
    )
    run = run.add(Part(name="answers", key="k", command="c", quantities=(RELAPSE, BASE, PEACE), sections=(section,)))
    warnings = history(*rows).beside("relapse")
    part = Part(name="history", key="k", command="c", history=history(*rows, **more), warnings=warnings)
    return run.add(part), RELAPSE


def test_the_page_puts_the_base_rate_at_the_head_and_says_why():
    plain, head = with_history(changed(inside=True))
    run, _ = with_history(ROW)

    def cards(of):
        summary = next(s for s in build(of).sections if s.id == "summary")
        return [n.quantity.id for b in summary.blocks if isinstance(b, Cards) for _, n in b.items], summary

    assert head.id in cards(plain)[0]
    ids, told = cards(run)
    assert head.id not in ids and BASE.id in ids
    said = [b.line[0] for b in told.blocks if isinstance(b, Paragraph) and b.kind == "warning"]
    assert said == [standing(run.history, head, run.quantities)[1]]
    section = next(s for s in build(run).sections if s.id == "relapse")
    lines = [(b.line[0], b.kind) for b in section.blocks if isinstance(b, Paragraph)]
    assert (missed(ROW), "warning") in lines
    assert lines[0] == (run.history.fallen("relapse"), "lead")
    words = [item[0] for b in told.blocks if isinstance(b, Bullets) for item in b.items]
    assert "A finding." not in words and "A finding." not in [line for line, _ in lines]
    assert "A finding." in [item[0] for b in cards(plain)[1].blocks if isinstance(b, Bullets) for item in b.items]


def test_the_terminal_says_so_as_well(tmp_path):
    run, head = with_history(ROW)
    text = summary(run, tmp_path)
    assert f"! {missed(ROW)}" in text and "! No headline of the model's own for war" in text
    assert head.label not in text and BASE.label in text
    plain, _ = with_history(changed(inside=True))
    assert head.label in summary(plain, tmp_path)


def test_a_history_of_entries_that_are_not_public_leaves_nothing_behind():
    run, _ = with_history(ROW, confidential=True)
    run = run.model_copy(update={"sealed": True})
    copy = redact(run)
    assert copy.history is None and missed(ROW) in run.warnings and missed(ROW) not in copy.warnings
    assert copy.parts["history"].warnings == () and copy.parts["history"].content == ()
    whole, _ = with_history(ROW)
    assert redact(whole.model_copy(update={"sealed": True})).history is not None


def test_nothing_else_may_be_carried():
    with pytest.raises(ValidationError, match="extra"):
        HistoryRow(**ROW.model_dump(), more=1)
