"""What Word, PDF and Markdown have in common: widths of columns, and what is said of rows that paper leaves out."""

from detente.report.document import Grid, Line
from detente.report.plain import plain_text
from detente.words.strings import string

LONGEST_WORD = 14  # letters up to which a column is made wide enough
PADDING = 3.5  # letters
TALLEST = 205.0  # height of a figure, mm: what a page holds beside its heading and a note
DAMPED = 18  # letters from which more text widens a column less


def figure_width(pixels: tuple[int, int], width: float) -> float:
    """Width of a figure on paper, mm: the whole line, or less where the figure would be too tall for a page.

    Args:
        pixels: width and height of the image.
        width: of the line, mm.
    """
    across, down = pixels
    return min(width, TALLEST * across / down)


def column_shares(header: tuple[str, ...], rows: tuple[tuple[Line, ...], ...]) -> list[float]:
    """Widths of columns as shares of the page: no word broken, long texts damped."""
    columns = [[h] for h in header] or [[] for _ in (rows[0] if rows else ())]
    for row in rows:
        for n, cell in enumerate(row):
            columns[n].append(plain_text(cell))
    weights: list[float] = []
    for texts in columns:
        word = max((len(w) for text in texts for w in text.split(" ")), default=1)
        full = max((len(text) for text in texts[1:]), default=1)
        weights.append(max(min(word, LONGEST_WORD) + PADDING, min(full, DAMPED) + max(full - DAMPED, 0) ** 0.62))
    return [weight / sum(weights) for weight in weights]


def cut_note(grid: Grid) -> str:
    """What paper says about rows that it leaves out; nothing where it prints them all."""
    if len(grid.rows) <= grid.shown or not grid.rows:
        return ""
    if grid.data is not None and "sign_share" in grid.data.columns:
        return string("paper.rows_in_notes", shown=grid.shown, total=len(grid.rows), notes=string("section.numbers"))
    key = "paper.rows_cut" if grid.shown else "paper.rows_elsewhere"
    return string(key, shown=grid.shown, total=len(grid.rows), file=grid.file)
