"""Text and tables in Markdown: nothing in a text becomes markup."""

import re
from collections.abc import Sequence

from detente.words.text import visible

SPECIAL = re.compile(r"([\\`*_\[\]<>#|&~$])")
# What would open a list, underline a heading or draw a rule at the start of a line.
OPENING = re.compile(r"^(\s*)([-+=](?=[-=\s]|$)|\d{1,9}(?=[.)](?:\s|$)))")


def special(text: str) -> str:
    """A piece of a line with every letter escaped that is markup anywhere in it."""
    return SPECIAL.sub(r"\\\1", " ".join(visible(text).splitlines()))


def opened(line: str) -> str:
    """A line, escaped already, that begins with no list and no heading."""
    found = OPENING.match(line)
    if found is None:
        return line
    space, mark = found.groups()
    rest = line[found.end() :]
    return f"{space}{mark}\\{rest}" if mark.isdigit() else f"{space}\\{mark}{rest}"


def escaped(text: str) -> str:
    """One line of text in which Markdown finds no markup."""
    return opened(special(text).strip())


def strong(text: str) -> str:
    """Emphasised words; spaces at the ends stay outside, or Markdown would not see the emphasis."""
    inner = special(text).strip()
    if not inner:
        return special(text)
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before and ' '}**{inner}**{after and ' '}"


def code(text: str, cell: bool = False) -> str:
    """Letters to be typed as they are; in a cell of a table a bar needs a backslash even here."""
    plain = " ".join(visible(text).splitlines())
    if not plain:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`+", plain)), default=0))
    padded = f" {plain} " if plain.startswith("`") or plain.endswith("`") else plain
    return fence + (padded.replace("|", "\\|") if cell else padded) + fence


def pipe_table(header: Sequence[str], rows: Sequence[Sequence[str]], numeric: Sequence[bool] = ()) -> str:
    """A pipe table of cells that are Markdown already; numeric columns stand to the right."""
    right = numeric or [False] * len(header)
    lines = ["| " + " | ".join(cell or " " for cell in header) + " |"]
    lines.append("|" + "|".join("---:" if flag else "---" for flag in right) + "|")
    lines += ["| " + " | ".join(cell or " " for cell in row) + " |" for row in rows]
    return "\n".join(lines)
