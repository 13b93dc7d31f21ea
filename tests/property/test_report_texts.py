"""Every text of a run is printed as written, or visibly replaced, in every format; none becomes markup or code."""

import csv
import io
import re
from itertools import count

import pytest
from examples import THOUSANDS
from hypothesis import example, given, settings
from hypothesis import strategies as st
from read_back import docx_text, html_text, markdown_words, pdf_text
from synthetic_run import accounts, combination, empty_run

from detente.report import render_html, render_markdown, render_pdf, render_word
from detente.report.export import write_csv
from detente.run import (
    Assumption,
    Bar,
    Claim,
    Happening,
    Ledger,
    Outlook,
    Part,
    Quantity,
    Ref,
    Run,
    Section,
    Settlement,
    Table,
    Timeline,
)
from detente.run.settlement import Limits, Search
from detente.run.tables import all_tables, sheets
from detente.words.text import visible
from detente.words.workbook import workbook_bytes

# Letters that the fonts of the PDF have: Latin, Greek, Cyrillic, Armenian, Georgian, and what code is made of.
LETTERS = "".join(map(chr, [*range(32, 127), *range(0xA1, 0xAD), *range(0xAE, 0x180), *range(0x391, 0x3A2),
                            *range(0x410, 0x450), *range(0x561, 0x586), *range(0x10D0, 0x10F1)]))  # fmt: skip
CONTROLS = "\x00\x07\x08\x0b\x0c\x1b\x7f\x85\u2028\u202e\ufffe\n\t"
plain = st.text(st.sampled_from(LETTERS + CONTROLS), min_size=1, max_size=40)
code = st.sampled_from([
    '#eval("1")', '#import "@preview/cetz:0.3.4"', '") #panic("x', "\\b\\f C:\\files\\bdata.txt", "<img src=x>",
    "=1+1", "@SUM(A1)", "-2+3+cmd|' /C calc'!A0", "**x** | `y` | [z](http://z)", "_x0041_", "$x$ *b* _i_ @ref // c",
    "/* d", "&lt;",
    "]]>", "%s {name} {0}", "\\u0041", '{"a": 1}', "#let x = 1", "- a\n- b", "'; DROP", "<w:t>x</w:t>",
])  # fmt: skip
texts = st.lists(plain | code, min_size=1, max_size=4).map(" ".join)
FIELDS = 36  # texts that `planted` asks for


def planted(given_text: str, figures: bool = False) -> tuple[Run, list[str]]:
    """A run with the text in every field that holds one, each time with a mark of its own, and the texts."""
    number = count()
    said: list[str] = []

    def words() -> str:
        said.append(f"mark {next(number):02d} {given_text} end")
        return said[-1]

    quantity = Quantity(id="q.a", question="q", family="q", label=words(), unit="years", mid=1.0, actor="north",
                        reason_no_interval=words(), assumptions=("p",),
                        rests_on=(Ref(kind="event", id="E1"),))  # fmt: skip
    table = Table(title=words(), columns=(words(), "b"), rows=((words(), 1.5), ("x", None)), note=words())
    section = Section(id="s", title=words(), finding=words(), paragraphs=(words(), words()), quantities=("q.a",),
                      tables=("weather",))  # fmt: skip
    claim = Claim(id="C1", claim=words(), by=words(), kind="factual", verdict="mixed", why=words(), others=(words(),),
                  would_change=words())  # fmt: skip
    bar = Bar(commitment="i.c", instrument=words(), who=("north",), what=words(), by=words(), state="open", made="1990",
              touched="1990", end="2000", statuses={"record": "late"})  # fmt: skip
    event = Happening(id="E1", date="1999-01-01", type="war", actors=("north",), text=words(), sources=("S1",),
                      rests_on=(Ref(kind="event", id="E1"),))  # fmt: skip
    package = combination("P1", 0.9, 0.2).model_copy(update={"terms": (words(),), "labels": (words(),)})
    held = Settlement(finding=words(), limits=Limits(risk=0.05, within=10, share=0.9), signatories=(words(),),
                      can_block={words(): "by arms"}, fades_with_time=(words(),),
                      packages=(package,),
                      search=Search(settings=1, solved=1, draws=1, exhaustive=True, words=words(), resolution=0.1),
                      notes=(words(),))  # fmt: skip
    run = empty_run(
        title=words(),
        actors={"north": words()},
        situation={"phase": words()},
        command=words(),
        inputs={words(): "0" * 64},
        assumptions=(
            Assumption(name="p", label=words(), unit="", low=0, mid=1, high=2, why=words(), basis="judgement",
                       contested=words()),
        ),
    )  # fmt: skip
    told = Part(name="answers", key="", command="", quantities=(quantity,), tables={"weather": table},
                sections=(section,), warnings=(words(),))  # fmt: skip
    record = Part(name="record", key="", command="", ledger=Ledger(day="2000-01-01", bars=(bar,)),
                  timeline=Timeline(day="2000-01-01", events=(event,)) if figures else None)  # fmt: skip
    study = Part(name="accounts", key="", command="", accounts=accounts(verdict=words(), notes=(words(),)))
    for part in (
        told,
        record,
        study,
        Part(name="claims", key="", command="", claims=(claim,)),
        Part(name="settlement", key="", command="", settlement=held),
        Part(name="outlook", key="", command="", outlook=Outlook(base_rates=(words(),))),
    ):
        run = run.add(part)
    if not figures:
        said.remove(event.text)
    return run, said


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\u00ad]+", "", text)


def lost(said: list[str], shown: str) -> list[str]:
    """The texts that are not there as they were written (sentences may begin with a capital letter)."""
    found = squeezed(shown)
    return [t for t in said if squeezed(visible(t)) not in found and squeezed(f"M{visible(t)[1:]}") not in found]


def check_page(given_text: str) -> None:
    run, said = planted(given_text)
    assert len(said) >= FIELDS
    page = render_html(run, workbook=False)
    assert not lost(said, html_text(page))
    assert "<img" not in page
    assert "<script" not in page
    assert not lost([t for t in said if t != run.command], markdown_words(render_markdown(run)))
    assert squeezed(visible(run.command)) in squeezed(markdown_words(render_markdown(run)))


def check_pdf(given_text: str) -> None:
    run, said = planted(given_text)
    shown = squeezed(pdf_text(render_pdf(run))).replace("-", "")  # a line may be broken after a hyphen
    assert not [t for t in said if not present(t, shown)]


def present(text: str, shown: str) -> bool:
    """Whether a text stands on the pages; a cell may be broken between two of them."""
    wanted = squeezed(visible(text)).replace("-", "")
    if wanted in shown or f"M{wanted[1:]}" in shown or wanted.upper() in shown:
        return True
    return any(wanted[:n] in shown and wanted[n:] in shown for n in range(4, len(wanted)))  # 4: "mark"


def check_word(given_text: str) -> None:
    run, said = planted(given_text)
    assert not lost(said, docx_text(render_word(run)))


def check_tables(given_text: str, folder) -> None:
    run, _ = planted(given_text, figures=True)
    tables = all_tables(run)
    cells = {name: [c for row in (t.columns, *t.rows) for c in row if isinstance(c, str)] for name, t in tables.items()}
    for path in write_csv(tables, folder):
        with path.open(encoding="utf-8", newline="") as stream:
            read = [cell.removeprefix("'") for row in csv.reader(stream) for cell in row]
        for cell in cells[path.stem]:
            assert visible(cell).removeprefix("'") in read
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `xlsx` is not installed")
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(sheets(tables))))
    for name, wanted in cells.items():
        found = [cell for row in book[name].iter_rows() for cell in row]
        assert all(cell.data_type != "f" for cell in found)
        read = {str(cell.value).replace("_x005F_x", "_x") for cell in found}
        assert {visible(cell) for cell in wanted if cell} <= {re.sub(r" \((deaths|years)\)$", "", r) for r in read}


@given(texts)
@example("C:\\files\\bdata.txt \\b\\f")
@settings(max_examples=25)
def test_page_and_markdown_print_every_text(given_text):
    check_page(given_text)


@pytest.mark.slow
@given(texts)
@example("C:\\files\\bdata.txt \\b\\f")
@example('\\b"); #panic("forged")')
def test_pdf_prints_every_text_and_runs_none(given_text):
    check_pdf(given_text)


@pytest.mark.slow
@given(texts)
@settings(max_examples=20)
def test_word_prints_every_text(given_text):
    check_word(given_text)


@given(texts)
@settings(max_examples=20)
def test_csv_and_workbooks_hold_every_text(tmp_path_factory, given_text):
    check_tables(given_text, tmp_path_factory.mktemp("csv"))


@pytest.mark.slow
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=20)
def test_letters_that_no_font_has_stop_no_format(given_text):
    run, _ = planted(given_text)
    assert render_pdf(run).startswith(b"%PDF-")
    assert squeezed(visible(given_text)) in squeezed(html_text(render_html(run, workbook=False)))


@pytest.mark.slow
@given(texts)
@settings(max_examples=THOUSANDS, deadline=None)
def test_pdf_and_markdown_print_ten_thousand_texts(given_text):
    check_pdf(given_text)


@pytest.mark.slow
@given(texts)
@settings(max_examples=THOUSANDS // 10, deadline=None)
def test_every_format_prints_a_thousand_texts(tmp_path_factory, given_text):
    check_page(given_text)
    check_word(given_text)
    check_tables(given_text, tmp_path_factory.mktemp("csv"))
