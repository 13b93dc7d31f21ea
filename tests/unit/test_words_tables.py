"""Tables for spreadsheets, Markdown and terminals: nothing lost, nothing run."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from detente.errors import OptionError
from detente.words.forms import form_of
from detente.words.markdown import code, escaped, pipe_table, strong
from detente.words.tables import Sheet, csv_text, grouped, inert, markdown_text, print_sheet
from detente.words.text import HIDDEN, visible
from detente.words.workbook import ESCAPE, workbook_bytes

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


def back(content: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content, newline="")))


@pytest.mark.parametrize(
    "plain",
    ["", "-", "–", "---", "-3", "-3.5", "+2", "-1e-9", "−4", "12 %", "-12 %", "a=b", "x@y", "E1", " =1", "'", "- "],
)
def test_empty_cells_numbers_and_dashes_stay_as_they_are(plain):
    assert inert(plain) == plain


@pytest.mark.parametrize(
    "formula",
    [
        "=SUM(A1)",
        "=1+1",
        "@SUM(A1)",
        "+1+1",
        "-1+1",
        "-2+3+cmd|' /C calc'!A0",
        "- x",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "＋1+1",
        "－x",
        "＠x",
        "+",
    ][:-1],
)
def test_formulas_are_kept_from_running(formula):
    assert inert(formula) == f"'{formula}"


def test_no_empty_cell_of_a_table_gets_an_apostrophe():
    written = csv_text(("a", "b", "c"), [("", None, "x"), (1.5, True, ""), ("", "", "")])
    assert written == "a,b,c\r\n,,x\r\n1.5,True,\r\n,,\r\n"


@given(st.lists(st.tuples(text, st.floats(allow_nan=False), st.none() | st.integers()), max_size=6))
def test_csv_gives_every_cell_back(rows):
    read = back(csv_text(("text", "number", "count"), rows))
    assert read[0] == ["text", "number", "count"]
    assert len(read) == len(rows) + 1
    for line, (said, number, count) in zip(read[1:], rows, strict=True):
        assert line[0].removeprefix("'") == visible(said).removeprefix("'")
        assert float(line[1]) == number
        assert line[2] == ("" if count is None else str(count))


@given(text)
def test_what_cannot_be_printed_is_shown_by_its_number(given_text):
    shown = visible(given_text)
    assert not HIDDEN.search(shown)
    assert [c for c in shown if c not in "[]U+0123456789ABCDEF"] == [
        c for c in given_text if not HIDDEN.match(c) and c not in "[]U+0123456789ABCDEF"
    ]
    assert visible("a\x07b\u202ec\ud800") == "a[U+0007]b[U+202E]c[U+D800]"
    assert visible("tab\tline\nfeed ə Շ ش") == "tab\tline\nfeed ə Շ ش"


# ---- Markdown ------------------------------------------------------------------------------------------------------


def rendered(source: str) -> tuple[str, set[str]]:
    """The text that a Markdown reader shows, and the kinds of its tokens."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    kinds, words = set(), []
    for token in parser.parse(source):
        kinds.add(token.type)
        for child in token.children or ():
            kinds.add(child.type)
            words.append({"softbreak": " ", "hardbreak": " "}.get(child.type, child.content))
    return "".join(words), kinds


def squeezed(words: str) -> str:
    return "".join(visible(words).split())


@given(text)
def test_a_line_of_markdown_says_what_was_written_and_nothing_else(words):
    shown, kinds = rendered(escaped(words))
    assert squeezed(shown) == squeezed(words)
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}


@pytest.mark.parametrize(
    "words",
    ["- a", "+ b", "1. c", "2) d", "= e", "---", "# f", "> g", "a | b", "*h*", "`i`", "<b>j</b>", "&lt;", "~~k~~",
     "[l](m)", "![n](o)", "C:\\files\\bdata", "1.5", "-3", "\\*", "http://x.y", "    q", "***"],
)  # fmt: skip
def test_markup_in_a_text_is_text(words):
    shown, kinds = rendered(escaped(words))
    assert squeezed(shown) == squeezed(words)
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special"}


def test_plain_numbers_need_no_backslash():
    assert [escaped(word) for word in ("2.6", "-3", "+1.5", "1992-05-12")] == ["2.6", "-3", "+1.5", "1992-05-12"]


@given(text.filter(lambda words: squeezed(words) != ""))
def test_emphasis_and_code_say_what_was_written(words):
    assert squeezed(rendered(f"x {code(words)} y")[0]) == squeezed(f"x{words}y")
    assert squeezed(rendered(strong(words))[0]).strip("*") == squeezed(words).strip("*")


@given(st.lists(st.tuples(text, text), min_size=1, max_size=4))
def test_pipe_tables_keep_their_cells(rows):
    table = pipe_table(["one", "two"], [[escaped(cell) for cell in row] for row in rows])
    parser = MarkdownIt("commonmark").enable("table")
    cells = [token.children for token in parser.parse(table) if token.type == "inline"]
    assert len(cells) == 2 * (len(rows) + 1)
    shown = ["".join(child.content for child in children or ()) for children in cells]
    assert [squeezed(cell) for cell in shown[2:]] == [squeezed(cell) for row in rows for cell in row]


def test_a_table_in_markdown_leaves_empty_columns_out():
    sheet = Sheet(("a", "b"), [("x|y", None), ("z", "")], title="T", note="N")
    assert markdown_text(sheet) == "## T\n\n| a |\n|---|\n| x\\|y |\n| z |\n\nN\n"


# ---- workbooks -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@given(st.lists(st.tuples(text, st.none() | st.floats(-1e9, 1e9)), min_size=1, max_size=5))
def test_a_workbook_gives_every_text_back_as_text(rows):
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `xlsx` is not installed")
    rows = [*rows, ("end", 1.0)]  # a workbook does not count empty rows at its end
    content = workbook_bytes({"t": Sheet(("text", "number"), rows)})
    assert content == workbook_bytes({"t": Sheet(("text", "number"), rows)})
    read = list(openpyxl.load_workbook(io.BytesIO(content))["t"].iter_rows())
    assert len(read) == len(rows) + 1
    for line, (said, number) in zip(read[1:], rows, strict=True):
        assert line[0].data_type != "f"
        held = (line[0].value or "").replace("_x005F_x", "_x")
        assert held.replace("\r", "") == visible(said)
        assert line[1].value == (None if number is None else pytest.approx(number, rel=1e-15))


def test_a_text_that_spells_a_character_by_number_stays_that_text():
    assert ESCAPE.sub(r"_x005F_\1", "_x0041_ and _x41_") == "_x005F_x0041_ and _x41_"


def test_a_text_too_long_for_a_cell_says_that_it_was_cut():
    openpyxl = pytest.importorskip("openpyxl", reason="the extra `xlsx` is not installed")
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes({"t": Sheet(("a",), [("x" * 40_000,)])})))
    value = book["t"]["A2"].value
    assert len(value) == 32_000
    assert value.endswith(" [cut]")


# ---- terminal ------------------------------------------------------------------------------------------------------


def printed(sheet: Sheet, **more) -> str:
    stream = io.StringIO()
    print_sheet(sheet, file=stream, **more)
    return stream.getvalue()


def test_the_terminal_shows_one_column_for_low_mid_and_high():
    sheet = Sheet(("what", "low", "mid", "high"), [("war", 0.1, 0.2, 0.3)], title="T", note="N")
    assert grouped(sheet.columns) == (["what", "mid (low to high)"], [[0], [1, 2, 3]])
    assert grouped(("5 y, low", "5 y, mid", "5 y, high")) == (["5 y"], [[0, 1, 2]])
    assert grouped(("low", "best", "high")) == (["low", "best", "high"], [[0], [1], [2]])
    shown = printed(sheet)
    assert "0.2 (0.1 to 0.3)" in shown
    assert shown.index("T") < shown.index("war") < shown.index("N")


def test_the_terminal_can_show_some_columns_and_those_of_viewpoints():
    columns = ("who", "status: north", "status: south", "view: north", "other", "empty")
    sheet = Sheet(columns, [("us", "late", "open", "we did", "hidden", None)])
    shown = printed(sheet, only=("who", "status"))
    assert all(word in shown for word in ("us", "late", "open", "we did"))
    assert "hidden" not in shown
    assert "empty" not in printed(sheet)


def test_titles_names_and_notes_are_shown_as_they_are_written():
    shown = printed(Sheet(("[/x] :smile:",), [("a" * 40,)], title="T [/b] \x1b[1m", note="n [red] \x1b"))
    assert "\x1b" not in shown
    assert all(words in shown for words in ("[/x] :smile:", "T [/b] [U+001B][1m", "n [red] [U+001B]"))


def test_nothing_in_a_cell_speaks_to_the_terminal():
    shown = printed(Sheet(("a\x1b",), [("red\x1b[31m [bold]x[/bold]",)]))
    assert "\x1b" not in shown
    assert "[bold]x[/bold]" in shown
    assert "[U+001B]" in shown


# ---- forms ---------------------------------------------------------------------------------------------------------

ENDINGS = {"html": ".html", "md": ".md", "xlsx": ".xlsx", "csv": ""}


@pytest.mark.parametrize(
    ("form", "out", "found"),
    [
        (None, None, "html"),
        (None, "l.xlsx", "xlsx"),
        (None, "L.XLSX", "xlsx"),
        ("md", "notes.txt", "md"),
        ("md", "notes.md", "md"),
        ("csv", "folder", "csv"),
        (None, "folder", "html"),
    ],
)
def test_the_ending_says_the_form(form, out, found):
    assert form_of(form, out, ENDINGS, "html") == found


@pytest.mark.parametrize(
    ("form", "out", "default", "message"),
    [
        (None, "l.odt", "html", r"'l\.odt' does not say in which form to write; expected a file that ends in \.html"),
        (None, "folder", "", "'folder' does not say in which form"),
        (None, None, "", "no form to write in"),
        ("md", "l.xlsx", "html", r"'l\.xlsx' is the name of a xlsx file, but md was asked for; expected .*\.md"),
        ("csv", "l.xlsx", "html", "but csv was asked for; expected a folder"),
        ("htm", None, "html", "unknown form 'htm'; expected one of html, md, xlsx, csv; hint: did you mean 'html'"),
    ],
)
def test_an_ending_of_another_form_is_refused(form, out, default, message):
    with pytest.raises(OptionError, match=message):
        form_of(form, out, ENDINGS, default)
