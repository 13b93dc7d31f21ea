"""What a redacted copy keeps of public entries that lean on marked ones, entry by entry, and what it counts."""

from case_files import STARTER
from synthetic_run import empty_run, settlement

from detente.answers.catalogue import CATALOGUE
from detente.answers.frame import frame_without_states
from detente.case import load_case
from detente.report import redact
from detente.run import (
    Bar,
    Claim,
    Happening,
    Ledger,
    OtherModel,
    Part,
    Picture,
    Quantity,
    Ref,
    SecondOpinion,
    Section,
    Timeline,
)

MARKED = (Ref(kind="source", id="S2"), Ref(kind="event", id="E2"), Ref(kind="claim", id="C3"))


def event(id: str, **more) -> Happening:
    return Happening(id=id, date="2000-01-01", type="clash", text="Shots.", **more)


def test_public_entries_stay_without_what_they_cite_of_marked_ones():
    hidden_commitment = Ref(kind="commitment", id="truce.pay")
    events = (
        event("E1", sources=("S1", "S2"), responds_to=("E0", "E2"), touches=("truce.go:invoked", "truce.pay:invoked")),
        event("E2"),
        event("E3", confidential=True),
    )
    bar = {"state": "open", "made": "2000-01-01", "touched": "2000-01-01", "end": "2001-01-01"}
    bars = (Bar(commitment="truce.go", sources=("S2", "S1"), **bar), Bar(commitment="truce.pay", **bar))
    ledger = Ledger(day="2001-01-01", bars=bars)
    part = Part(name="record", key="", command="", timeline=Timeline(day="2001-01-01", events=events), ledger=ledger)
    copy = redact(empty_run(marked=(*MARKED, hidden_commitment)).add(part))
    assert copy.timeline is not None and copy.ledger is not None
    (kept,) = copy.timeline.events
    assert (kept.id, kept.sources, kept.responds_to, kept.touches) == ("E1", ("S1",), ("E0",), ("truce.go:invoked",))
    assert [(b.commitment, b.sources) for b in copy.ledger.bars] == [("truce.go", ("S1",))]
    assert "Events: 2." in copy.removed and "Commitments: 1." in copy.removed


def test_claims_go_with_their_mark_and_with_the_number_that_judges_them():
    number = Quantity(id="a", question="a", family="a", label="a", low=0, mid=1, high=2, confidential=True)
    other = number.model_copy(update={"id": "b", "confidential": False})
    told = {"claim": "So it is", "by": "A minister", "kind": "factual", "verdict": "supported"}
    claims = (
        Claim(id="C1", rests_on=(Ref(kind="quantity", id="b"), Ref(kind="query", id="q")), **told),
        Claim(id="C2", rests_on=(Ref(kind="quantity", id="a"),), **told),
        Claim(id="C3", **told),
        Claim(id="C4", confidential=True, **told),
        Claim(id="C5", rests_on=(Ref(kind="query", id="a"),), record=(Ref(kind="event", id="E2"),), **told),
    )
    part = Part(name="claims", key="", command="", quantities=(number, other), claims=claims)
    copy = redact(empty_run(marked=MARKED).add(part))
    assert [claim.id for claim in copy.claims] == ["C1", "C5"] and copy.claims[1].record == ()
    assert [q.id for q in copy.quantities] == ["b"]
    assert "Claims: 3." in copy.removed
    assert not any("Findings" in line or "Events" in line for line in copy.removed)  # nothing of these was there


def test_the_value_of_who_is_paid_by_a_marked_assumption_goes_with_its_terms(tmp_path):
    """Otherwise the term that the assumption makes could be read off, or reckoned from the sum and the others."""
    text = STARTER.read_text("utf-8")
    for name, before, players in (
        ("standing", "  standing:\n", {"mediator"}),
        ("concession", "  concession:\n", {"north", "south"}),  # through the costs of their acts
        ("exhaustion_rate", "  exhaustion_rate:\n", set()),
    ):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "case.yaml").write_text(text.replace(before, f"{before}    confidential: true\n"), "utf-8")
        frame = frame_without_states(load_case(folder))
        assert frame.marked == players
        values = {
            spec.key.actor: spec for question, spec in CATALOGUE.numbers(frame).values() if question.id == "values"
        }
        assert {actor for actor, spec in values.items() if spec.confidential} == players


def test_a_title_that_names_a_marked_entry_is_veiled_and_makes_its_name_no_public_word():
    """The title of a scenario is part of that of its run."""
    warned = "The zebra price is high."
    run = empty_run(marked=(Ref(kind="parameter", id="zebra_price"),)).model_copy(
        update={"title": "A valley · zebra price at 0.1777", "warnings": (warned, "A draw was left out.")}
    )
    copy = redact(run)
    assert "zebra" not in copy.title and "0.1777" not in copy.title
    assert copy.warnings == ("A draw was left out.",)
    assert redact(run.model_copy(update={"title": "A valley"})).title == "A valley"


def test_opinions_on_a_number_that_goes_go_with_it():
    number = Quantity(id="a", question="a", family="a", label="a", low=0, mid=1, high=2, confidential=True)
    other = number.model_copy(update={"id": "b", "confidential": False})
    opinions = tuple(
        SecondOpinion(
            quantity=id, label=id, model="ceiling", own=(0, 1, 2), low=0, mid=1, high=2, draws=8, ess=8, moves=False
        )
        for id in ("a", "b")
    )
    part = Part(
        name="answers", key="", command="", quantities=(number, other), other_model=OtherModel(opinions=opinions)
    )
    copy = redact(empty_run().add(part))
    assert copy.other_model is not None and [o.quantity for o in copy.other_model.opinions] == ["b"]


def test_sections_stay_without_the_sentences_that_name_what_goes():
    told = Section(
        id="risk",
        title="Risk",
        rank=1,
        finding="The secret fund decides.",
        paragraphs=("Open words.", "Paid by the secret fund."),
        pictures=(
            Picture(shape="bars", title="A picture", quantities=("b",), alt="It shows the secret fund."),
            Picture(shape="bars", title="Of the secret fund", quantities=("b",), alt="It shows what is open."),
        ),
    )
    number = Quantity(id="b", question="a", family="a", label="b", low=0, mid=1, high=2)
    part = Part(name="answers", key="", command="", quantities=(number,), sections=(told,))
    (shown,) = redact(empty_run(marked=(Ref(kind="parameter", id="secret_fund"),)).add(part)).sections
    assert shown.finding == "" and shown.paragraphs == ("Open words.",)
    assert [p.alt for p in shown.pictures] == ["", "It shows what is open."]
    assert "secret" not in shown.pictures[1].title and shown.pictures[0].title == "A picture"


def test_what_is_not_about_a_marked_assumption_stays():
    """The combinations of a search stay, less the remark on the assumption that is marked."""
    run = empty_run(marked=(Ref(kind="parameter", id="secret_price"),)).add(settlement())
    copy = redact(run)
    assert copy.settlement is not None and run.settlement is not None
    assert [p.id for p in copy.settlement.packages + copy.settlement.near] == ["P1", "N1"]
    (package,) = copy.settlement.packages
    assert package.terms == run.settlement.packages[0].terms != ()
    assert [f.parameter for f in package.fails_when] == ["war_cost_north"]
    assert package.if_leaves == run.settlement.packages[0].if_leaves != ()
