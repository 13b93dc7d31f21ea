"""Nested plain data (JSON) as blocks: pairs, tables, entries."""

from collections.abc import Mapping, Sequence
from typing import Any

from detente.report.context import column_label, is_numeric
from detente.report.document import Block, Bullets, Entries, Entry, Facts, Grid, Heading, Line
from detente.report.numbers import cell_text
from detente.run import Table
from detente.words.strings import has_string, label, string

ROWS_SHOWN = 12
COLUMNS = 6  # objects with more keys than that are printed one under the other
FLAG = "confidential"
SENTENCE = 60  # letters from which an entry of a list stands on its own
HEADS = ("label", "title", "name", "words", "id")


def plain(value: Any) -> str:
    """Any JSON value as one readable string."""
    if value is None:
        return "–"
    if isinstance(value, Mapping):
        return "; ".join(
            f"{str(k).replace('_', ' ')}: {plain(v)}" for k, v in value.items() if v not in (None, "", [], {})
        )
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(plain(item) for item in value)
    return cell_text(value)


def tree(value: Mapping[str, Any], depth: int = 0) -> list[Block]:
    """A nested JSON object as headings, facts and tables: a list of like objects becomes a table."""
    blocks: list[Block] = []
    facts: list[tuple[str, Line]] = []
    later: list[Block] = []
    for key, item in value.items():
        name = label("field", key).capitalize() if not has_string(f"field.{key}") else string(f"field.{key}")
        if item in (None, "", [], {}):
            continue
        if isinstance(item, list) and item and all(isinstance(entry, Mapping) for entry in item):
            later += [Heading(name), objects(key, item)]
        elif isinstance(item, Mapping) and item and all(isinstance(entry, Mapping) for entry in item.values()):
            later += [Heading(name), objects(key, [{"name": k, **v} for k, v in item.items()])]
        elif isinstance(item, list) and len(item) > 1 and all(isinstance(entry, str) for entry in item) and _long(item):
            later += [Heading(name), Bullets(tuple((entry,) for entry in item))]
        elif isinstance(item, Mapping) and depth < 2 and any(isinstance(v, list | Mapping) for v in item.values()):
            later += [Heading(name), *tree(item, depth + 1)]
        else:
            facts.append((name, (plain(item),)))
    if facts:
        blocks.append(Facts(tuple(facts)))
    return blocks + later


def _long(sentences: Sequence[str]) -> bool:
    """Whether some of these are sentences rather than words."""
    return any(len(sentence) > SENTENCE for sentence in sentences)


def objects(key: str, items: Sequence[Mapping[str, Any]]) -> Block:
    """A list of objects: a table where they are small and flat, else entries one under the other."""
    columns = {k for item in items for k in item}
    nested = any(isinstance(v, list | Mapping) and len(v) > 3 for item in items for v in item.values())
    if len(columns) <= COLUMNS and not nested:
        return objects_grid(key, items)
    entries = []
    for n, item in enumerate(items, 1):
        head = next((k for k in HEADS if item.get(k)), None)
        text = plain(item[head]) if head else f"{key.replace('_', ' ')} {n}"
        facts = tuple(
            (label("field", k).capitalize(), (plain(v),))
            for k, v in item.items()
            if k not in (head, FLAG) and v not in (None, "", [], {})
        )
        entries.append(Entry(f"{key}-{n}", text, "", facts))
    return Entries(tuple(entries), objects_table(key, items), key)


def objects_table(key: str, items: Sequence[Mapping[str, Any]]) -> Table:
    """A list of objects as a table for download."""
    columns = tuple(dict.fromkeys(k for item in items for k in item if k != FLAG))
    rows = tuple(tuple(flat(item.get(c)) for c in columns) for item in items)
    return Table(title=key.replace("_", " "), columns=columns, rows=rows)


def objects_grid(key: str, items: Sequence[Mapping[str, Any]]) -> Grid:
    """A list of objects as a table, one row each."""
    columns = list(dict.fromkeys(k for item in items for k in item if k != FLAG))
    rows = tuple(tuple((plain(item.get(c)) if c in item else "–",) for c in columns) for item in items)
    numeric = tuple(is_numeric(item.get(c) for item in items) for c in columns)
    header = tuple(column_label(key, c) for c in columns)
    return Grid("", header, rows, numeric, objects_table(key, items), key, shown=ROWS_SHOWN)


def flat(value: Any) -> str | float | int | bool | None:
    """A value as a cell of a table: nested ones become text."""
    return value if value is None or isinstance(value, str | float | int | bool) else plain(value)
