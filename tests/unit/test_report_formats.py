"""Word, PDF and Markdown say what the page says, are the same each time, and open in other programs."""

import io
import re
import shutil
import subprocess
import zipfile

import pytest
from synthetic_run import make_run

from detente.report import build, render_markdown, render_pdf, render_word
from detente.report.document import Grid
from detente.report.plain import number_text
from detente.report.word import bookmark_name, column_shares
from detente.run import Run

KEPT = ("risk_curve", "ledger", "timeline", "tornado", "weather")


@pytest.fixture(scope="module")
def run() -> Run:
    """The synthetic run with fewer numbers and figures, which draws fast."""
    full = make_run()
    few = tuple(q for q in full.quantities if q.id.startswith(("relapse", "gain", "prolongation", "spoilers")))
    return full.model_copy(update={"quantities": few, "tables": {name: full.tables[name] for name in KEPT}})


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


def text_of_word(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("word/document.xml").decode("utf-8")
    paragraphs = re.findall(r"<w:p[ >].*?</w:p>", xml, re.S)
    return "\n".join("".join(re.findall(r"<w:t[^>]*>([^<]*)</w:t>", p)) for p in paragraphs)


def test_every_number_is_in_every_format(run, markdown, word):
    flat = re.sub(r"\\", "", markdown)
    for q in run.quantities:
        assert number_text(q, "full") in flat
        assert number_text(q, "full") in text_of_word(word)


def test_every_section_is_in_every_format(run, markdown, word):
    for section in build(run).sections:
        assert f"## {section.title}" in markdown
        assert section.title in text_of_word(word).replace("&amp;", "&").replace("&apos;", "'")


def test_markdown_tables_are_rectangular_and_text_cannot_become_markup(run):
    evil = run.model_copy(update={"warnings": ("a | b <script> *c* [d](http://e)",), "tables": {}, "quantities": ()})
    text = render_markdown(evil)
    assert r"a \| b \<script\> \*c\* \[d\](http://e)" in text
    for block in render_markdown(run).split("\n\n"):
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

    small = run.model_copy(update={"quantities": (), "tables": {}})
    assert render_word(small) == render_word(small)
    letter = docx.Document(io.BytesIO(render_word(small, "letter")))
    assert letter.sections[0].page_width.inches == pytest.approx(8.5, abs=0.01)


def test_pdf_gives_the_same_bytes(run, pdf):
    assert pdf.startswith(b"%PDF-")
    assert b"http" not in re.sub(rb"http://(?:ns\.adobe\.com|purl\.org|www\.w3\.org|www\.aiim\.org)", b"", pdf)
    small = run.model_copy(update={"quantities": (), "tables": {}})
    assert render_pdf(small) == render_pdf(small)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_pdf_opens_in_poppler_with_every_number(run, pdf, tmp_path):
    (tmp_path / "d.pdf").write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "d.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()
    flat = re.sub(r"\s+", "", text)
    for section in build(run).sections:
        assert re.sub(r"\s+", "", section.title) in flat
    for q in run.quantities:
        assert re.sub(r"\s+", "", number_text(q, "mid")) in flat, q.id
    info = subprocess.run(["pdfinfo", tmp_path / "d.pdf"], capture_output=True, check=True).stdout.decode()
    assert "(A4)" in info
    assert f"Title:           {run.title}" in info
    assert "Tagged:          yes" in info


def test_pdf_survives_any_text(run):
    evil = '#eval("1") $x$ *b* _i_ `c` @ref <label> \\ " [x] // y /* z'
    changed = run.model_copy(
        update={
            "title": evil,
            "warnings": (evil,),
            "quantities": (),
            "tables": {},
            "claims": ({"claim": evil, "verdict": evil},),
        }
    )
    assert render_pdf(changed, "letter").startswith(b"%PDF-")


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
