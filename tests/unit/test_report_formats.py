"""Word, PDF and Markdown say what the page says, are the same each time, and open in other programs."""

import io
import re
import shutil
import subprocess
from importlib import resources

import pytest
from read_back import docx_text, markdown_words, pdf_text
from synthetic_run import make_run

from detente.report import build, render_markdown, render_pdf, render_word
from detente.report.document import Grid
from detente.report.paper import column_shares, figure_width
from detente.report.plain import number_text
from detente.report.word import bookmark_name
from detente.run import Ledger, Picture, Run, Section, Table


def light(run: Run) -> Run:
    """The run with fewer numbers and figures, which draws fast."""
    few = tuple(q for q in run.quantities if q.family in ("relapse", "gain_from_settling", "prolongation", "spoilers"))
    sections = tuple(s for s in run.sections if s.id in ("risk", "gain", "sensitivity"))
    tables = {name: run.tables[name] for name in ("risk_curve", "tornado", "weather", "sources")}
    return run.model_copy(update={"quantities": few, "tables": tables, "sections": sections})


def bare(run: Run, **more) -> Run:
    """A run without numbers and figures."""
    gone = {"quantities": (), "tables": {}, "sections": (), "timeline": None, "ledger": None, "claims": ()}
    return run.model_copy(update={**gone, "accounts": None, "settlement": None, "outlook": None, **more})


@pytest.fixture(scope="module")
def run() -> Run:
    return light(make_run(without=("accounts", "settlement", "outlook")))


@pytest.fixture(scope="module")
def markdown(run) -> str:
    return render_markdown(run)


@pytest.fixture(scope="module")
def word(run) -> bytes:
    pytest.importorskip("docx", reason="the extra `word` is not installed")
    return render_word(run)


@pytest.fixture(scope="module")
def pdf(run) -> bytes:
    pytest.importorskip("typst", reason="the extra `pdf` is not installed")
    return render_pdf(run)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_number_is_in_every_format(run, markdown, word, pdf):
    shown = {
        "md": squeezed(markdown_words(markdown)),
        "docx": squeezed(docx_text(word)),
        "pdf": squeezed(pdf_text(pdf)),
    }
    for q in run.quantities:
        for form, text in shown.items():
            part = "mid" if form == "pdf" else "full"  # in the PDF a raised figure stands between middle and range
            assert squeezed(number_text(q, part)) in text, (form, q.id)


def test_every_section_is_in_every_format(run, markdown, word, pdf):
    text = squeezed(pdf_text(pdf))
    for section in build(run).sections:
        assert f"## {section.title}" in markdown
        assert section.title in docx_text(word)
        assert squeezed(section.title) in text


def test_every_text_of_the_record_is_in_every_format(run, markdown, word, pdf):
    for text in (squeezed(markdown_words(markdown)), squeezed(docx_text(word)), squeezed(pdf_text(pdf))):
        for claim in run.claims:
            assert squeezed(claim.claim) in text
        for bar in run.ledger.bars[:12]:
            assert squeezed(bar.what) in text


def test_markdown_tables_are_rectangular_and_text_cannot_become_markup(run, markdown):
    evil = bare(run, warnings=("a | b <script> *c* [d](http://e)",))
    assert r"a \| b \<script\> \*c\* \[d\](http://e)" in render_markdown(evil)
    for block in markdown.split("\n\n"):
        rows = [line for line in block.split("\n") if line.startswith("|")]
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in rows}) <= 1


def test_paper_says_where_the_rows_are_that_it_leaves_out(run, markdown):
    grids = [b for s in build(run).sections for b in s.blocks if isinstance(b, Grid) and len(b.rows) > b.shown]
    assert len(grids) >= 2
    assert "First 12 of 18 rows" in markdown
    assert "tables/timeline.csv" in markdown


def test_word_is_a_proper_document(run, word):
    import docx

    document = docx.Document(io.BytesIO(word))
    assert document.core_properties.title == run.title
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == [
        s.title for s in build(run).sections
    ]
    xml = document.element.xml
    alts = re.findall(r'<wp:docPr[^>]*descr="([^"]+)"', xml)
    assert len(alts) == len(document.inline_shapes) >= 4
    assert all(len(alt) > 40 for alt in alts)
    targets = set(re.findall(r'<w:hyperlink [^>]*w:anchor="([^"]+)"', xml))
    marks = re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', xml)
    assert len(marks) == len(set(marks))
    assert targets <= set(marks)
    assert len(targets) > 10
    assert document.sections[0].page_width.mm == pytest.approx(210, abs=0.1)


def test_word_gives_the_same_bytes_and_can_be_letter(run, word):
    import docx

    small = bare(run)
    assert render_word(small) == render_word(small)
    letter = docx.Document(io.BytesIO(render_word(small, "letter")))
    assert letter.sections[0].page_width.inches == pytest.approx(8.5, abs=0.01)


def test_pdf_gives_the_same_bytes(run, pdf):
    assert pdf.startswith(b"%PDF-")
    assert b"http" not in re.sub(rb"http://(?:ns\.adobe\.com|purl\.org|www\.w3\.org|www\.aiim\.org)", b"", pdf)
    small = bare(run)
    assert render_pdf(small) == render_pdf(small)
    assert b"/Title(What this cannot tell you)" in pdf


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_our_reader_of_pdf_finds_what_poppler_finds(run, pdf, tmp_path):
    (tmp_path / "d.pdf").write_bytes(pdf)
    command = ["pdftotext", "-raw", tmp_path / "d.pdf", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert sorted(squeezed(text)) == sorted(squeezed(pdf_text(pdf)))
    info = subprocess.run(["pdfinfo", tmp_path / "d.pdf"], capture_output=True, check=True).stdout.decode()
    assert "(A4)" in info
    assert f"Title:           {run.title}" in info
    assert "Tagged:          yes" in info


def test_pdf_is_set_from_data_and_the_template_names_nothing_outside():
    template = resources.files("detente.report").joinpath("templates/dossier.typ").read_text("utf-8")
    assert not re.search(r"#?import|include|@preview|eval\(|read\(|plugin\(", template)
    assert template.count("json(") == 1
    assert re.findall(r"image\(([^,]+),", template) == ["b.image"]


def test_a_tall_figure_is_made_to_fit_the_page(run):
    import docx

    assert figure_width((680, 400), 170.0) == 170.0
    assert figure_width((680, 4000), 170.0) == pytest.approx(34.85)
    rows = tuple((f"actor {a}", f"term {t}", -1.0, 0.5, 2.0) for a in range(9) for t in range(9))
    table = Table(title="t", columns=("actor", "term", "low", "mid", "high"), rows=rows)
    roles = {"label": "term", "group": "actor"}
    tall = Section(id="s", title="Tall", pictures=(Picture(shape="intervals", title="p", table="t", roles=roles),))
    drawn = bare(run, tables={"t": table}, sections=(tall,))
    shape = docx.Document(io.BytesIO(render_word(drawn))).inline_shapes[0]
    assert shape.height.mm == pytest.approx(205, abs=1)
    assert shape.width.mm < 170


def test_bars_end_in_rounded_numbers(run):
    ids = tuple(q.id for q in run.quantities if q.family == "gain_from_settling")
    told = Section(id="s", title="S", pictures=(Picture(shape="bars", title="p", quantities=ids),))
    figure = build(bare(run, quantities=run.quantities, sections=(told,))).sections[3].blocks[0]
    shown = [row["text"] for layer in figure.spec["layer"] for row in layer["data"]["values"] if "text" in row]
    assert set(shown) == {number_text(run.quantity(id), "bare") for id in ids}


def test_a_paper_without_rows_has_no_empty_table(run):
    """Was: "unexpected comma" in typst whenever nothing was forgotten."""
    awake = tuple(bar.model_copy(update={"asleep": False}) for bar in run.ledger.bars)
    empty = Table(title="Nothing here", columns=("a", "b"), rows=())
    told = Section(id="s", title="Empty", finding="x", tables=("empty",))
    young = bare(run, ledger=Ledger(day="2000-01-01", bars=awake), tables={"empty": empty}, sections=(told,))
    text = squeezed(pdf_text(render_pdf(young)))
    assert "lapsed" not in text
    assert "Nothinghere" not in text
    none = bare(run, ledger=Ledger(day="2000-01-01", bars=()))
    assert render_pdf(none).startswith(b"%PDF-")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_word_opens_in_libreoffice(word, tmp_path):
    (tmp_path / "d.docx").write_bytes(word)
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = ["soffice", home, "--headless", "--convert-to", "txt:Text", "--outdir", tmp_path, tmp_path / "d.docx"]
    subprocess.run(command, capture_output=True, check=True, timeout=180)
    text = (tmp_path / "d.txt").read_text("utf-8-sig")
    assert "What this cannot tell you" in text
    assert "How to reproduce this" in text


def test_bookmarks_and_columns():
    names = [
        bookmark_name(a) for a in ("q-relapse.5y", "q-relapse-5y", "q-relapse_5y", "a-" + "x" * 60, "a-" + "x" * 61)
    ]
    assert all(re.fullmatch(r"[A-Za-z]\w{0,39}", name) for name in names)
    assert len(set(names[3:])) == 2
    shares = column_shares(("Id", "Long text"), ((("E1",), ("word " * 40,)), (("E2",), ("short",))))
    assert sum(shares) == pytest.approx(1)
    assert shares[1] > 2 * shares[0]


def test_missing_extras_name_themselves(run, monkeypatch):
    import builtins

    from detente.errors import MissingExtra

    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name in ("docx", "typst"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"detente\[word\]"):
        render_word(run)
    with pytest.raises(MissingExtra, match=r"detente\[pdf\]"):
        render_pdf(run)
