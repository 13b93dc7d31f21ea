"""Copies to share and papers of a real small run: what is marked is nowhere, what is not held is not spoken of."""

import json
import re
from pathlib import Path

import pytest
from read_back import docx_text, holds, html_text, markdown_words, pdf_text
from typer.testing import CliRunner

from detente.record import load_record
from detente.record.part import told_of
from detente.report import redact, render_html, render_markdown, render_pdf, render_word
from detente.run import Part, Run, read_run
from detente.verbs.analyze import run as analyze
from detente.verbs.frame.app import app
from detente.verbs.new import run as new

DAY = "2024-01-01"
ACTORS = "actors:\n  north: {name: North, kind: party}\n  south: {name: South, kind: party}\n"
SOURCE_ONLY = {
    "actors.yaml": ACTORS,
    "sources.csv": "id,title,publisher,date,url,confidential\n"
    "S1,A newspaper,Press,1998,https://x/1,\n"
    "SZEBRA,ZEBRASOURCE cable,ZEBRAPUB embassy,2023,https://zebra.example/,yes\n",
    "events.csv": "id,date,type,actors,target,text,certainty,sources\n"
    "E1,2021-01-01,statement,north,south,North spoke in public.,high,S1\n"
    "E4,2023-03-01,meeting,north,south,ZEBRAEVENT told by the embassy,high,SZEBRA\n",
}
INSTRUMENT = {
    "actors.yaml": ACTORS,
    "sources.csv": "id,title,publisher,date,url,confidential\nS1,A newspaper,Press,1998,https://x/1,\n",
    "events.csv": "id,date,type,actors,target,text,certainty,sources\n"
    "E1,2021-01-01,statement,north,south,North spoke in public.,high,S1\n",
    "instruments.yaml": "instruments:\n  zinst:\n    name: ZEBRAINST side letter\n    date: '2016-02-02'\n"
    "    type: agreement\n    parties: [north, south]\n    sources: [S1]\n    confidential: true\n    commitments:\n"
    "      c3: {who: [north], to: [south], what: ZEBRAHIDDEN hand over, by: within a year, due: '2017-02-02'}\n",
}
BACKSLASHES = {
    "actors.yaml": ACTORS,
    "sources.csv": "id,title,publisher,date\nS1,A paper,P,2023\n",
    "events.csv": "id,date,type,actors,text,sources\n"
    'E1,2021-01-01,statement,north,"The list was saved as C:\\files\\bdata.txt on the day.",S1\n',
    "instruments.yaml": "instruments:\n  truce:\n    name: Truce\n    date: '2009-01-01'\n    type: ceasefire\n"
    "    parties: [north, south]\n    sources: [S1]\n    commitments:\n"
    "      hold: {who: [north], to: [south], what: '\\b\\f\") #panic(\"forged', by: '2010-01-01'}\n",
}
NOTHING_FORGOTTEN = {
    "actors.yaml": ACTORS,
    "sources.csv": "id,title,publisher,date\nS1,A paper,P,2023\n",
    "instruments.yaml": "instruments:\n  truce:\n    name: Truce\n    date: '2023-02-02'\n    type: ceasefire\n"
    "    parties: [north, south]\n    sources: [S1]\n    commitments:\n"
    "      hold: {who: [north], to: [south], what: hold fire, by: continuing}\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def analysed(tmp_path_factory) -> tuple[Run, Path]:
    """The starter with a record of which a source is marked, analysed with one draw."""
    folder = new("zoo", into=tmp_path_factory.mktemp("case"))
    write(folder / "record", SOURCE_ONLY)
    out = tmp_path_factory.mktemp("run")
    return analyze(folder, DAY, out, draws=1, workers=0), out


# A word in every text of a source, an event, an instrument, a commitment and a claim that are marked, and of all that
# rests on them; and in a marked parameter of the case.
PLANTED = {
    "record.yaml": "compiled: 2024-01-01\n",
    "actors.yaml": ACTORS + "  chair: {name: Chair, kind: mediator}\n",
    "sources.csv": "id,title,publisher,date,url,note,confidential\n"
    "S1,A newspaper,Press,1998,https://x/1,,\n"
    "SZEBRA,ZEBRA cable,ZEBRA,2023,https://zebra.example/,ZEBRA,yes\n",
    "events.csv": "id,date,type,actors,target,place,text,best,sources,tags,format,responds_to,named,note,confidential\n"
    "E1,2021-01-01,clash,north,south,,North shot in public.,7,S1,,,,,,\n"
    "E2,2021-01-05,statement,chair,,,The chair calls for calm.,,S1,,,E1,,,\n"
    "EZEBRA,2022-01-05,talks,north,south,ZEBRA,ZEBRA talks.,3,S1,zebra,zebra,E1,north,ZEBRA,yes\n"
    "EZEBRA2,2023-01-05,clash,north,south,ZEBRA,ZEBRA shot.,3,SZEBRA,zebra,,EZEBRA,,ZEBRA,\n",
    "touches.csv": "event,commitment,how,note\nE1,truce.hold,breached,\nEZEBRA,truce.hold,renewed,ZEBRA\n"
    "E1,zebra.zebra,invoked,ZEBRA\nE2,truce.zebra,invoked,ZEBRA\n",
    "statuses.csv": "subject,viewpoint,status,date,events,sources,note\ntruce.hold,record,violated,2021-01-01,E1,S1,\n"
    "truce.hold,north,disputed,2022-01-05,EZEBRA,SZEBRA,ZEBRA\nzebra.zebra,record,violated,2022-01-05,,S1,ZEBRA\n",
    "instruments.yaml": "instruments:\n"
    "  truce: {name: Truce, date: '2010-01-01', type: ceasefire, parties: [north, south], sources: [S1],\n"
    "    commitments: {hold: {who: [north], to: [south], what: hold fire, by: continuing},\n"
    "    zebra: {who: [north], what: ZEBRA, by: ZEBRA, note: ZEBRA, confidential: true}}}\n"
    "  zebra: {name: ZEBRA letter, date: '2016-02-02', type: zebra, parties: [north], signatories: [ZEBRA],\n"
    "    recalled_parts: [ZEBRA], details: {zebra: ZEBRA}, afterwards: {zebra: ZEBRA},\n"
    "    sources: [S1], confidential: true,\n"
    "    commitments: {zebra: {who: [north], to: [south], what: ZEBRA, by: within ZEBRA, note: ZEBRA}}}\n",
    "claims.yaml": "claims:\n"
    "  C1: {by: A paper, date: '2021-02-02', claim: North broke the truce., events: [E1, EZEBRA], sources: [S1],\n"
    "    others: [{by: ZEBRA, position: opposes, says: ZEBRA, date: '2022-02-02', sources: [SZEBRA]}]}\n"
    "  CZEBRA: {by: ZEBRA, date: '2021-02-02', fragment: ZEBRA, claim: ZEBRA., supports: [ZEBRA],\n"
    "    undermines: [ZEBRA], record: ZEBRA, events: [E1], sources: [S1], confidential: true}\n",
    "responses.csv": "id,date,escalation,event,severity,mediator,responded,lag_days,"
    "issued_by,naming_note,sources,note\n"
    "R1,2021-01-01,The raid,E1,7 dead,chair,yes,4,,,S1,\n"
    "RZEBRA,2023-01-05,ZEBRA raid,EZEBRA2,ZEBRA,chair,yes,4,ZEBRA,ZEBRA,SZEBRA,ZEBRA\n",
    "ceasefires.csv": "id,name,start,events,sources,note\nT1,The truce,2010-01-01,E1,S1,\n"
    "TZEBRA,ZEBRA truce,2022-01-05,EZEBRA,SZEBRA,ZEBRA\n",
    "deaths.csv": "id,period,start,end,low,best,high,measure,sources,note\n"
    "D1,the raid,2021-01-01,2021-01-01,5,7,9,,S1,\n"
    "DZEBRA,ZEBRA,2023-01-05,2023-01-05,1,3,5,ZEBRA,SZEBRA,ZEBRA\n",
}
RULES = """\
format: 1
claims:
  C1: {tests: [{events: {by: north, type: clash}, above: 0}]}
  CZEBRA: {tests: [{events: {by: north}, above: 0}]}
"""


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[Run, Path]:
    """The starter with a word planted in all that is marked, analysed with one draw."""
    folder, out = new("zoo", into=tmp_path_factory.mktemp("case")), tmp_path_factory.mktemp("run")
    write(folder / "record", PLANTED)
    text = (folder / "case.yaml").read_text("utf-8").replace("attack_cost", "zebra_cost")
    marked = "    confidential: true\n    label: ZEBRA price\n    contested: {by: [CZEBRA], view: ZEBRA}\n"
    text = text.replace("  zebra_cost:\n", f"  zebra_cost:\n{marked}", 1).replace(
        "Price of starting", "ZEBRA of starting"
    )
    write(folder, {"case.yaml": text, "claims_rules.yaml": RULES})
    return analyze(folder, DAY, out, draws=1, workers=0), out


def recorded(run: Run, folder: Path) -> Run:
    """The run with another record in place of its own."""
    known = load_record(folder).as_of(DAY)
    public = known.public()
    own = told_of(known)
    from detente.record.told import Told

    part = Part(name="record", key="k", command="detente analyze zoo",
                public=told_of(public) if public is not known else None,
                **{name: getattr(own, name) for name in ("tables", "sections", "timeline", "ledger")})  # fmt: skip
    return run.add(part).model_copy(update={"marked": Told(known).marked(), "sealed": known.sealed})


def papers(run: Run) -> dict[str, bytes]:
    return {
        "html": render_html(run).encode(),
        "md": render_markdown(run).encode(),
        "docx": render_word(run),
        "pdf": render_pdf(run),
    }


def readings(run: Run) -> dict[str, str]:
    """What a reader of each format reads, without spaces."""
    made = papers(run)
    read = {
        "html": html_text(made["html"].decode()),
        "md": markdown_words(made["md"].decode()),
        "docx": docx_text(made["docx"]),
        "pdf": pdf_text(made["pdf"]),
    }
    return {form: re.sub(r"\s+", "", text) for form, text in read.items()}


@pytest.mark.slow
def test_no_byte_of_a_shared_copy_holds_what_a_marked_source_said(analysed, tmp_path):
    run, folder = analysed
    assert {(ref.kind, ref.id) for ref in run.marked} == {("source", "SZEBRA"), ("event", "E4")}
    nowhere(folder, tmp_path, "North spoke in public.")
    assert holds(render_markdown(run).encode(), "ZEBRAEVENT")


@pytest.mark.slow
def test_a_word_planted_in_every_kind_is_in_no_byte_of_a_shared_copy(planted, tmp_path):
    run, folder = planted
    kinds = {"source", "event", "instrument", "commitment", "claim", "response", "parameter"}
    assert {ref.kind for ref in run.marked} == kinds
    nowhere(folder, tmp_path, "North shot in public.")
    copy = redact(run)
    assert [e.id for e in copy.timeline.events] == ["E1", "E2"]
    assert [b.commitment for b in copy.ledger.bars] == ["truce.hold"]
    assert [(c.id, c.verdict) for c in copy.claims] == [("C1", "supported")]
    assert [len(copy.tables[name].rows) for name in ("sources", "escalations", "ceasefires")] == [1, 1, 1]
    for form, content in papers(run).items():
        assert holds(content, "zebra"), form


def nowhere(folder: Path, tmp_path: Path, public: str) -> None:
    """The word is in no byte of any format of a shared copy of a run, and what is public is there."""
    for name in ("d.html", "d.docx", "d.pdf", "d.md"):
        done = CliRunner().invoke(app, ["dossier", str(folder), "--redact", "--out", str(tmp_path / name)])
        assert done.exit_code == 0, done.output
        content = (tmp_path / name).read_bytes()
        assert not holds(content, "zebra"), name
        assert holds((tmp_path / name).read_bytes(), "Redacted copy")
        assert holds(content, public)
    for target, name in (("xlsx", "t.xlsx"), ("netcdf", "t.nc"), ("csv", "t")):
        out = str(tmp_path / name)
        done = CliRunner().invoke(app, ["export", str(folder), "--to", target, "--redact", "--out", out, "--json"])
        assert done.exit_code == 0, done.output
        files = [Path(path) for path in json.loads(done.stdout)["files"]]
        assert files
        for path in files:
            assert not holds(path.read_bytes(), "zebra"), path
            assert "zebra" not in path.name.lower()


def test_the_numbers_of_a_shared_copy_are_those_of_the_run(analysed):
    run, _ = analysed
    copy = redact(run)
    hidden = {(ref.kind, ref.id) for ref in run.marked}
    assert any((ref.kind, ref.id) in hidden for q in run.quantities for ref in q.rests_on)
    for shared, own in zip(copy.quantities, run.quantities, strict=True):
        kept = tuple(ref for ref in own.rests_on if (ref.kind, ref.id) not in hidden)
        assert shared == own.model_copy(update={"rests_on": kept})
    assert [s.finding for s in copy.sections if s.part == "answers"] == [
        s.finding for s in run.sections if s.part == "answers"
    ]
    assert [e.id for e in copy.timeline.events] == ["E1"]
    assert copy.tables["sources"].column("id") == ("S1",)


@pytest.mark.slow
def test_a_marked_instrument_is_nowhere(analysed, tmp_path):
    run = recorded(analysed[0], write(tmp_path, INSTRUMENT))
    assert {ref.id for ref in run.marked} == {"zinst", "zinst.c3"}
    assert holds(papers(run)["pdf"], "zebrahidden")
    for form, content in papers(redact(run)).items():
        assert not holds(content, "zebra"), form
        assert holds(content, "North spoke in public."), form


@pytest.mark.slow
def test_every_letter_of_a_path_is_printed_and_none_runs(analysed, tmp_path):
    """Was: `\\b` and `\\f` were lost in the PDF, and a commitment could print a sentence of its own."""
    run = recorded(analysed[0], write(tmp_path, BACKSLASHES))
    for form, text in readings(run).items():
        assert r"ThelistwassavedasC:\files\bdata.txtontheday." in text, form
        assert r'\b\f")#panic("forged' in text, form


@pytest.mark.slow
def test_a_young_record_makes_a_pdf_without_an_empty_table(analysed, tmp_path):
    """Was: "unexpected comma" whenever nothing was forgotten."""
    text = readings(recorded(analysed[0], write(tmp_path, NOTHING_FORGOTTEN)))["pdf"]
    assert "holdfire" in text
    assert "lapsedwithoutanyone" not in text


def test_nothing_is_said_of_record_or_equilibria_that_a_real_run_does_not_hold(analysed):
    """Was: the notes spoke of record entries and of equilibria although no number had any."""
    run, folder = analysed
    assert read_run(folder) == run
    text = html_text(render_html(run, workbook=False))
    says = {"speak to a number": any(q.rests_on for q in run.quantities),
            "of the equilibria found": any(q.equilibria_share is not None for q in run.quantities),
            "equilibria were found": (run.solution.equilibria_found or 0) > 1,
            "Rests on the record": any(s.rests_on for s in run.sections),
            "Rival accounts of the process": run.accounts is not None,
            "What would hold": run.settlement is not None,
            "Commitments on the record": run.ledger is not None}  # fmt: skip
    for words, held in says.items():
        assert (words in text) == held, words
