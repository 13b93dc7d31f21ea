"""A redacted copy says nothing about what is marked: two runs that differ only there give the same copy.

A word is planted in every text of a marked entry and of all that rests on it; no byte of any format may hold it. All
that is public is there.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest
from examples import THOUSANDS
from hypothesis import given, settings
from hypothesis import strategies as st
from read_back import holds
from synthetic_run import SECRET_WORDS, accounts, empty_run, make_run, settlement

from detente.files.whole import write_text
from detente.record import entries as rows
from detente.record import load_record
from detente.record.cells import to_csv
from detente.record.kinds import KINDS
from detente.record.ledger import bars
from detente.record.part import told_of
from detente.record.timeline import timeline
from detente.record.told import Told
from detente.report import redact, render_html, render_markdown, render_pdf, render_word
from detente.report.export import netcdf_bytes, write_csv
from detente.run import Assumption, Part, Picture, Public, Quantity, Ref, Run, Section, Table
from detente.run.tables import all_tables, sheets
from detente.verdicts.judge import judge
from detente.verdicts.rules import read_rules
from detente.words.workbook import workbook_bytes

DAY = "2021-01-01"
RULES = """\
format: 1
claims:
  C1: {tests: [{events: {by: north}, above: 0}]}
  C2: {tests: [{asleep: {commitment: open_text.leave}, above: 1}]}
  MARKED: {tests: [{events: {by: north}, above: 0}]}
"""
PLACES = ("source", "event", "instrument", "commitment", "claim", "parameter")
words = st.text(st.sampled_from("QXZJWK"), min_size=7, max_size=12)


@dataclass(frozen=True)
class Plan:
    """What is marked, and what rests on it."""

    place: str
    touches: bool
    cited: bool  # public entries cite the marked one where they may
    others: bool


plans = st.builds(Plan, st.sampled_from(PLACES), st.booleans(), st.booleans(), st.booleans())


def rests(plan: Plan, word: str) -> dict[str, object]:
    """How an entry is hidden: by a marked source, or by its own mark."""
    if plan.place == "source":
        return {"sources": (word.lower(),)}
    return {"sources": ("S1",), "confidential": True}


def sources_of(plan: Plan, word: str) -> list[rows.Source]:
    found = [
        rows.Source(id="S1", title="First report", publisher="A press", url="https://example.org/1"),
        rows.Source(id="S2", title="Second report", publisher="Another press", reliability="high"),
    ]
    if plan.place == "source":
        hidden = {"title": f"Memo {word}", "publisher": word, "url": f"https://{word}.org/{word}", "note": word}
        found.append(rows.Source(id=word.lower(), viewpoint="north", confidential=True, **hidden))
    return found


def events_of(plan: Plan, word: str) -> list[rows.Event]:
    name = f"E_{word.lower()}"
    happens = plan.place in ("source", "event")
    truce = [rows.Touch(commitment="open_text.leave", how="invoked")]
    if plan.place == "instrument" and plan.touches:
        truce.append(rows.Touch(commitment=f"{word.lower()}.{word.lower()}", how="invoked", note=word))
    found = [
        rows.Event(id="E1", date="2001-02-03", type="ceasefire", actors=("north", "south"), text="A truce is signed.",
                   sources=("S1",), certainty="high", touches=tuple(truce)),
        rows.Event(id="E2", date="2003-04-05", type="clash", actors=("north",), target=("south",), text="A raid.",
                   sources=("S2",), best=7, low=5, high=9),
        rows.Event(id="E3", date="2003-04-09", type="statement", actors=("chair",), text="The chair calls for calm.",
                   sources=("S1",), responds_to=("E2", name) if happens and plan.cited else ("E2",)),
    ]  # fmt: skip
    if happens:
        touch = (rows.Touch(commitment="open_text.leave", how="breached", note=word),) if plan.touches else ()
        hidden = {"place": word, "text": f"They met at {word}.", "note": word, "tags": (word,), "format": word}
        found.append(
            rows.Event(id=name, date="2005-06-07", type="talks", actors=("north",), target=("south",), named=("north",),
                       responds_to=("E2",), touches=touch, **hidden, **rests(plan, word))
        )  # fmt: skip
    return found


def instruments_of(plan: Plan, word: str) -> tuple[list[rows.Instrument], list[rows.Commitment]]:
    id = word.lower()
    instruments = [
        rows.Instrument(id="open_text", name="Open protocol", date="2001-02-03", type="agreement",
                        parties=("north", "south"), sources=("S1",))
    ]  # fmt: skip
    commitments = [
        rows.Commitment(id="open_text.leave", instrument="open_text", who=("north",), to=("south",),
                        what="leave the hill", by="2002-01-01", due="2002-01-01"),
        rows.Commitment(id="open_text.report", instrument="open_text", who=("south",), what="report yearly",
                        by="continuing"),
    ]  # fmt: skip
    if plan.place == "instrument":
        instruments.append(
            rows.Instrument(id=id, name=f"Side letter {word}", date="2001-03-04", type=word, parties=(id,),
                            mediators=(id,), signatories=(word,), sources=("S1",), recalled_parts=(word,),
                            details={word: word}, afterwards={word: word}, confidential=True)
        )  # fmt: skip
    if plan.place in ("instrument", "commitment"):
        text = id if plan.place == "instrument" else "open_text"
        status = rows.Status(subject=f"{text}.{id}", status="violated", date="2006-01-01", note=word, sources=("S1",))
        hidden = {"what": f"hand over {word}", "by": f"within {word}", "note": word}
        commitments.append(
            rows.Commitment(id=f"{text}.{id}", instrument=text, who=("north",), to=("south",), statuses=(status,),
                            confidential=plan.place == "commitment", **hidden)
        )  # fmt: skip
    return instruments, commitments


def claims_of(plan: Plan, word: str) -> list[rows.Claim]:
    id = word.lower()
    cited = (f"E_{id}",) if plan.cited and plan.place in ("source", "event") else ()
    others = [rows.Relation(claim="C2", by="North", position="opposes", says="We left.")]
    if plan.place == "source" and plan.others:
        others.append(rows.Relation(claim="C2", by=word, position="opposes", says=word, sources=(id,)))
    found = [
        rows.Claim(id="C1", by="A paper", claim="North broke the truce.", events=("E2", *cited), sources=("S1",)),
        rows.Claim(id="C2", by="Another paper", claim="The hill was never left.", events=("E1",), sources=("S2",),
                   others=tuple(others)),
    ]  # fmt: skip
    if plan.place == "claim" or (plan.place == "source" and plan.others):
        hidden = {"by": word, "claim": f"It is said that {word}.", "fragment": word, "record": word,
                  "supports": (word,), "undermines": (word,)}  # fmt: skip
        said = rows.Relation(claim=f"C_{id}", by=word, position="agrees", says=word)
        found.append(
            rows.Claim(id=f"C_{id}", date="2005-06-07", events=("E1",), others=(said,), **hidden, **rests(plan, word))
        )
    return found


def lists_of(plan: Plan, word: str) -> dict[str, list]:
    """Reactions, ceasefires and deaths: public ones, and those that rest on the marked source or event."""
    id = word.lower()
    responses = [
        rows.Response(id="R1", date="2003-04-05", escalation="The raid", event="E2", mediator="chair", responded="yes",
                      lag_days=4, response_events=("E3",), naming="none", sources=("S1",))
    ]  # fmt: skip
    deaths = [rows.Deaths(id="D1", period="the raid", start="2003-04-05", end="2003-04-05", low=5, best=7, high=9,
                          sources=("S2",))]  # fmt: skip
    ceasefires = [rows.Ceasefire(id="T1", name="The truce", start="2001-02-03", relapse_minor="2003-04-05",
                                 events=("E1",), sources=("S1",))]  # fmt: skip
    if plan.place in ("source", "event"):
        link = {"sources": rests(plan, word)["sources"], "note": word}
        hidden = {"escalation": word, "severity": word, "issued_by": word, "naming_note": word}
        responses.append(
            rows.Response(id=f"R_{id}", date="2005-06-07", event=f"E_{id}", mediator="chair", responded="no",
                          **hidden, **link)
        )  # fmt: skip
        ceasefires.append(rows.Ceasefire(id=f"T_{id}", name=word, start="2005-06-07", events=(f"E_{id}",), **link))
    if plan.place == "source":
        deaths.append(rows.Deaths(id=f"D_{id}", period=word, start="2005-06-07", end="2005-06-07", low=1, best=2,
                                  high=3, measure=word, **link))  # fmt: skip
    return {"responses": responses, "deaths": deaths, "ceasefires": ceasefires}


def write_record(folder: Path, plan: Plan, word: str) -> None:
    """A small record: public entries, and a marked one with the word in every text of it and of what rests on it."""
    instruments, commitments = instruments_of(plan, word)
    events, claims = events_of(plan, word), claims_of(plan, word)
    lists = {
        "sources": sources_of(plan, word),
        "actors": [rows.Actor(id=a, name=a.title(), kind="party") for a in ("north", "south", "chair")],
        "instruments": instruments,
        "commitments": commitments,
        "statuses": [s for c in commitments for s in c.statuses],
        "events": events,
        "touches": [rows.EventTouch(event=e.id, **dict(t)) for e in events for t in e.touches],
        "claims": claims,
        "relations": [o for c in claims for o in c.others],
        **lists_of(plan, word),
    }
    for name, entries in lists.items():
        if entries:
            write_text(folder / "record" / f"{name}.csv", to_csv(KINDS[name], entries))
    write_text(folder / "record" / "record.yaml", f"compiled: {DAY}\n")  # so that remarks count
    known = [line for line in RULES.splitlines() if "MARKED" not in line or len(claims) > 2]
    write_text(folder / "claims_rules.yaml", "\n".join(known).replace("MARKED", f"C_{word.lower()}") + "\n")


def numbers(hidden: str) -> Part:
    """Answers of which some hang on a parameter, with a section, curves and a table of what they hang on."""

    def number(id: str, *assumptions: str, **more) -> Quantity:
        family, _, detail = id.partition(".")
        base = {"question": family, "family": family, "detail": detail, "label": f"Number {id}", "unit": "probability"}
        return Quantity(id=id, low=0.1, mid=0.2, high=0.3, assumptions=assumptions, **{**base, **more})

    quantities = (
        number("relapse.5y", hidden, "war_cost", relatives=("relapse.10y",)),
        number("relapse.10y", "war_cost"),
        number("peace.5y", "war_cost"),
        number("trigger.north", hidden, unit="share", actor="north", relatives=("trigger.south", "trigger.nature")),
        number("trigger.south", "war_cost", unit="share", actor="south", relatives=("trigger.north",)),
        number("loss.north", "war_cost", actor="north", rests_on=(Ref(kind="event", id="E2"),)),
    )
    curve = Table(title="Curve", columns=("years", "low", "mid", "high"), rows=((1, 0.1, 0.2, 0.3), (2, 0.2, 0.3, 0.4)))
    tornado = Table(title="What they hang on", columns=("quantity", "parameter", "low", "high"),
                    rows=(("relapse.5y", hidden, 0.1, 0.3), ("peace.5y", "war_cost", 0.1, 0.2),
                          ("peace.5y", hidden, 0.15, 0.25)))  # fmt: skip
    band = Picture(shape="band", title="Chance", table="risk_curve", roles={"x": "years"}, quantities=("relapse.5y",))
    risk = Section(id="risk", title="Risk", finding="War is likely.", quantities=("relapse.5y", "relapse.10y"),
                   pictures=(band,))  # fmt: skip
    calm = band.model_copy(update={"table": "peace_curve", "quantities": ("peace.5y",)})
    peace = Section(id="peace", title="Peace", finding="Peace is not.", quantities=("peace.5y",), pictures=(calm,))
    more = Section(id="more", title="More", quantities=("trigger.north", "trigger.south", "loss.north"),
                   tables=("tornado",))  # fmt: skip
    return Part(name="answers", key="k" * 64, command="detente analyze c", quantities=quantities,
                tables={"risk_curve": curve, "peace_curve": curve, "tornado": tornado},
                sections=(risk, peace, more), warnings=(f"{hidden} hardly matters",))  # fmt: skip


def assemble(folder: Path, plan: Plan, word: str) -> Run:
    """The run that an analysis of the record and of a marked parameter leaves."""
    write_record(folder, plan, word)
    record = load_record(folder / "record")
    known = record.as_of(DAY)
    public = known.public()
    own = told_of(known)
    rules = read_rules(folder / "claims_rules.yaml", "c")
    hidden = f"rent_{word.lower()}" if plan.place == "parameter" else "rent"
    secret = Assumption(name=hidden, label=f"Rent of {word}", unit="", low=1, mid=2, high=3, why=word,
                        basis="sources", sources=("S1", word), contested=word,
                        confidential=True)  # fmt: skip
    cited = (f"C_{word.lower()}",) if f"C_{word.lower()}" in record.claims else ()
    war_cost = Assumption(name="war_cost", label="War cost", unit="", low=1, mid=2, high=3, why="so", basis="sources",
                          sources=("S1",), contested="Others say less.",
                          contested_by=("C1", *cited))  # fmt: skip
    plain = secret.model_copy(update={"label": "Rent", "why": "so", "sources": ("S1",), "contested": ""})
    rent = secret if plan.place == "parameter" else plain.model_copy(update={"confidential": False})
    marked = (*Told(known).marked(), *([Ref(kind="parameter", id=hidden)] if rent.confidential else []))
    run = empty_run(
        inputs={"case.yaml": "0" * 63 + str(len(word) % 10), f"record/{word}.csv": "1" * 64},
        actors={"north": "North", "south": "South", "chair": "Chair"},
        assumptions=(war_cost, rent),
        marked=marked,
        sealed=known.sealed or rent.confidential,
    )
    twin = told_of(public) if public is not known else None
    tables = {k: getattr(own, k) for k in ("tables", "sections", "timeline", "ledger")}
    run = run.add(Part(name="record", key=word * 5, command="detente analyze c", public=twin, **tables))
    study = accounts(parameters=tuple(p.model_copy(update={"name": hidden}) for p in accounts().parameters[:1]),
                     notes=(f"{hidden} was not moved.",))  # fmt: skip
    run = run.add(Part(name="accounts", key=word, command="detente accounts c", accounts=study))
    run = run.add(replace_parameter(settlement(), hidden))
    judged = Public(claims=judge(rules, public, None, {})) if twin is not None else None
    claims = Part(name="claims", key=word, command="x", claims=judge(rules, known, None, {}), public=judged)
    return run.add(claims).add(numbers(hidden))


def replace_parameter(part: Part, hidden: str) -> Part:
    """The settlement, failing where the hidden parameter is high."""
    held = part.settlement
    about = {"parameter": hidden, "words": f"{hidden} is high"}
    packages = tuple(
        p.model_copy(update={"fails_when": tuple(f.model_copy(update=about) for f in p.fails_when)})
        for p in held.packages
    )
    return part.model_copy(update={"settlement": held.model_copy(update={"packages": packages}), "key": hidden})


def light_formats(copy: Run, folder: Path) -> list[bytes]:
    """What is cheap to write: the run, Markdown, CSV, NetCDF."""
    tables = all_tables(copy)
    found = [copy.model_dump_json(by_alias=True).encode(), render_markdown(copy).encode()]
    found += [path.read_bytes() + path.name.encode() for path in write_csv(tables, folder)]
    return [*found, netcdf_bytes(tables, {"case": copy.case, "date": copy.date, "seed": copy.seed})]


def heavy_formats(copy: Run) -> list[bytes]:
    """The page with its workbook, Word, PDF, the workbook."""
    book = workbook_bytes(sheets(all_tables(copy)))
    return [render_html(copy).encode(), render_word(copy), render_pdf(copy), book]


def check(folder: Path, plan: Plan, word: str, heavy: bool) -> None:
    copy = redact(assemble(folder / "case", plan, word))
    for content in light_formats(copy, folder / "csv") + (heavy_formats(copy) if heavy else []):
        assert not holds(content, word)
    assert "Redacted copy" in render_markdown(copy)


@given(plans, words)
def test_a_planted_word_is_nowhere_in_the_copy(tmp_path_factory, plan, word):
    check(tmp_path_factory.mktemp("plan"), plan, word, heavy=False)


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_a_planted_word_is_in_no_byte_of_any_format(tmp_path, place):
    check(tmp_path, Plan(place, True, True, True), "ZEBRAWORD", heavy=True)
    whole = assemble(tmp_path / "again", Plan(place, True, True, True), "ZEBRAWORD")
    for content in [*light_formats(whole, tmp_path / "whole")[:2], *heavy_formats(whole)]:
        assert holds(content, "zebraword")  # the search finds it where it is


@pytest.mark.slow
@given(plans, words, words)
@settings(max_examples=25)
def test_the_copy_does_not_depend_on_what_is_marked(tmp_path_factory, plan, one, two):
    folder = tmp_path_factory.mktemp("two")
    first, second = (redact(assemble(folder / name, plan, word)) for name, word in (("a", one), ("b", two)))
    assert first == second


@pytest.mark.slow
@given(plans, words)
@settings(max_examples=25)
def test_all_that_is_public_is_there(tmp_path_factory, plan, word):
    folder = tmp_path_factory.mktemp("public")
    run = assemble(folder, plan, word)
    copy = redact(run)
    record = load_record(folder / "record")
    public = record.as_of(DAY).public()
    assert copy.timeline == timeline(public)
    assert copy.ledger == bars(public)
    assert {e.id for e in copy.timeline.events} == {"E1", "E2", "E3"}
    assert {b.commitment for b in copy.ledger.bars} == {"open_text.leave", "open_text.report"}
    assert [c.id for c in copy.claims] == ["C1", "C2"]
    assert copy.claims == judge(read_rules(folder / "claims_rules.yaml", "c"), public, None, {})
    counts = {name: len(copy.tables[name].rows) for name in ("sources", "escalations", "ceasefires")}
    assert counts == {"sources": 2, "escalations": 1, "ceasefires": 1}
    assert {s.id for s in copy.sections} >= {"responses", "ceasefires", "risk", "peace", "more"}
    assert "war_cost" in {a.name for a in copy.assumptions}
    assert {"peace.5y", "loss.north"} <= {q.id for q in copy.quantities}
    assert copy.quantity("loss.north").rests_on == (Ref(kind="event", id="E2"),)
    assert "peace_curve" in copy.tables
    assert ("peace.5y", "war_cost", 0.1, 0.2) in copy.tables["tornado"].rows
    if plan.place != "parameter":
        assert copy.quantities == run.quantities
        assert [a.name for a in copy.assumptions] == [a.name for a in run.assumptions]
    assert copy.assumptions[0].contested == "Others say less."
    assert copy.assumptions[0].contested_by == ("C1",)
    if plan.place != "parameter":
        assert copy.accounts == run.accounts
        assert copy.settlement == run.settlement
    for text in ("A truce is signed.", "leave the hill", "North broke the truce.", "First report", "Peace is not."):
        assert text in render_markdown(copy)


@given(plans, words)
@settings(max_examples=15)
def test_redacting_twice_adds_nothing(tmp_path_factory, plan, word):
    once = redact(assemble(tmp_path_factory.mktemp("once"), plan, word))
    assert redact(once) is once


@pytest.mark.slow
@given(plans, words)
@settings(max_examples=THOUSANDS)
def test_ten_thousand_planted_words_are_nowhere(tmp_path_factory, plan, word):
    check(tmp_path_factory.mktemp("plan"), plan, word, heavy=False)


@pytest.mark.slow
@given(plans, words)
@settings(max_examples=THOUSANDS // 50)
def test_two_hundred_planted_words_are_in_no_byte(tmp_path_factory, plan, word):
    check(tmp_path_factory.mktemp("plan"), plan, word, heavy=True)


# ---- what goes with a marked assumption ------------------------------------------------------------------------------


@pytest.fixture
def priced(tmp_path) -> Run:
    """A run with a marked parameter `rent_secret`."""
    return redact(assemble(tmp_path, Plan("parameter", False, False, False), "SECRET"))


def test_numbers_that_hang_on_it_go_with_their_curves_twins_and_wholes(priced):
    assert [q.id for q in priced.quantities] == ["peace.5y", "loss.north"]
    assert "risk_curve" not in priced.tables
    assert priced.tables["tornado"].rows == (("peace.5y", "war_cost", 0.1, 0.2),)
    sections = {s.id: s for s in priced.sections}
    assert (sections["risk"].finding, sections["risk"].pictures) == ("", ())
    assert sections["peace"].finding == "Peace is not."
    assert sections["more"].quantities == ("loss.north",)
    assert priced.parts["answers"].quantities == ("peace.5y", "loss.north")
    assert priced.warnings == ()


def test_a_sentence_about_numbers_stays_with_them_and_one_that_may_sum_over_entries_goes():
    rests = (Ref(kind="event", id="E1"), Ref(kind="event", id="E2"))
    number = Quantity(id="a", question="a", family="a", label="a", low=0, mid=1, high=2, rests_on=rests)
    told = {"title": "t", "finding": "Two of three.", "paragraphs": ("Said.",), "rests_on": rests}
    sections = (Section(id="numbers", quantities=("a",), **told), Section(id="entries", **told))
    run = empty_run(marked=(Ref(kind="event", id="E2"),))
    copy = redact(run.add(Part(name="answers", key="", command="", quantities=(number,), sections=sections)))
    assert {s.id: (s.finding, s.rests_on) for s in copy.sections} == {
        "numbers": ("Two of three.", rests[:1]), "entries": ("", rests[:1])
    }  # fmt: skip


def test_what_accounts_and_settlement_say_of_it_goes(priced):
    assert priced.accounts.parameters == ()
    assert priced.accounts.notes == ()
    assert priced.accounts.verdict == "the record cannot tell"
    assert all(p.fails_when == () for p in priced.settlement.packages)
    assert priced.settlement.finding.startswith("1 combination")


def test_hashes_and_names_of_files_go_and_counts_are_said(priced):
    assert priced.inputs == {}
    assert {stamp.key for stamp in priced.parts.values()} == {""}
    told = " ".join(priced.removed)
    for words_said in (
        "Assumptions: 1.",
        "would reveal them: 4.",
        "Whole tables: 1.",
        "Names and hashes",
        "Warnings: 1.",
    ):
        assert words_said in told


def test_an_ordinary_word_as_a_name_takes_no_public_sentence_with_it(tmp_path):
    run = assemble(tmp_path, Plan("parameter", False, False, False), "SECRET")
    war = run.assumptions[1].model_copy(update={"name": "war", "label": "War"})
    run = run.model_copy(
        update={
            "assumptions": (run.assumptions[0], war),
            "marked": (Ref(kind="parameter", id="war"),),
            "warnings": ("in a war nobody wins",),
        }
    )
    assert redact(run).warnings == ("in a war nobody wins",)  # "War cost" is public, so the word gives nothing away


def test_a_number_with_some_marked_entries_stays_without_them_and_one_computed_from_nothing_else_goes():
    def number(id: str, *events: str, basis: str = "posterior") -> Quantity:
        return Quantity(id=id, question=id, family=id, label=id, low=0, mid=1, high=2, basis=basis,
                        rests_on=tuple(Ref(kind="event", id=e) for e in events))  # fmt: skip

    numbers = (number("a", "E1", "E2"), number("b", "E2"), number("c", "E2", basis="prior"))
    part = Part(name="answers", key="", command="", quantities=numbers)
    copy = redact(empty_run(marked=(Ref(kind="event", id="E2"),)).add(part))
    assert [(q.id, q.rests_on) for q in copy.quantities] == [("a", (Ref(kind="event", id="E1"),)), ("c", ())]


def test_what_is_marked_and_not_yet_known_seals_the_files(tmp_path):
    """Nothing in the run is marked; its files hold something that is, so a copy names no file and gives no hash."""
    write_record(tmp_path, Plan("event", False, False, False), "SECRET")
    known = load_record(tmp_path / "record").as_of("2004-01-01")
    assert known.sealed and known.as_of("2003-12-31").sealed and not Told(known).marked()
    run = empty_run(inputs={"record/SECRET.csv": "a" * 64}, sealed=known.sealed)
    copy = redact(run)
    assert not holds(copy.model_dump_json().encode(), "secret")
    assert (copy.inputs, copy.sealed) == ({}, False)
    assert not any("Nothing" in words_said for words_said in copy.removed)
    open_run = empty_run(inputs=run.inputs)
    assert redact(open_run).inputs == run.inputs


# ---- nothing marked ------------------------------------------------------------------------------------------------


def test_that_nothing_was_marked_is_said_and_nothing_else_changes():
    run = make_run()
    public = run.model_copy(
        update={
            "marked": (),
            "assumptions": tuple(a for a in run.assumptions if not a.confidential),
            "quantities": tuple(q for q in run.quantities if not q.confidential),
            "claims": tuple(c for c in run.claims if not c.confidential),
            "timeline": run.timeline.model_copy(
                update={"events": tuple(e for e in run.timeline.events if not e.confidential)}
            ),
            "tables": {k: t for k, t in run.tables.items() if not any(t.confidential)},
        }
    )
    copy = redact(public)
    assert copy.removed == ("Nothing in this run is marked confidential, so nothing was removed.",)
    assert copy.model_copy(update={"removed": ()}) == public
    assert "Redacted copy. Nothing in this run is marked confidential" in render_markdown(copy)
    assert "Redacted copy" not in render_markdown(public)


@pytest.mark.slow
def test_every_format_of_a_full_run_is_clean_and_says_what_was_removed(tmp_path):
    copy = redact(make_run(without=("accounts", "settlement", "outlook")))
    formats = [*light_formats(copy, tmp_path), render_html(copy, workbook=False).encode()]
    for content in formats:
        for secret in (*SECRET_WORDS, "Secret price", "named in confidence", "S_ORCHID"):
            assert not holds(content, secret), secret
        assert not holds(content, "a" * 64)
    page = render_html(copy, workbook=False)
    assert "Redacted copy" in page
    assert "Assumptions: 1." in page
    assert "Names and hashes of the input files" in page
