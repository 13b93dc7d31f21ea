"""Sections that print what other verbs add to a run: accounts, baselines, settlement."""

from collections.abc import Mapping, Sequence
from typing import Any

from detente.report.charts import scatter
from detente.report.charts.theme import NARROW, WIDTH
from detente.report.context import Context, points
from detente.report.document import Block, Bullets, Entries, Entry, Figure, Heading, Line, Paragraph, Section, Strong
from detente.report.numbers import cell_text, percent, readable, value_text
from detente.report.trees import plain, tree
from detente.run import Table
from detente.words.strings import string

ACCOUNT_TABLES = ("accounts", "account_", "posterior", "design", "evidence_")
SETTLEMENT_TABLES = ("frontier", "relaxations", "settlement", "levers", "terms")
IN_TABLES = ("accounts", "design_check", "conditions", "baselines")  # parts of the accounts that tables print better
GROUPS = ("packages", "near", "only_in_some_equilibria")
POINT_FACTS = ("levers", "durability", "cost", "paid_by", "least_gain", "share_of_draws", "equilibria", "binding",
               "relaxation", "fails_when", "if_leaves", "covers_until", "labels")  # fmt: skip


def accounts(context: Context) -> Section | None:
    """Rival accounts: the verdict first, then what it rests on."""
    data = None if context.run.accounts is None else context.run.accounts.model_dump(mode="json")
    names = [n for n in context.tables if n.startswith(ACCOUNT_TABLES) and not n.endswith("baselines")]
    if not data and not names:
        return None
    blocks: list[Block] = [Paragraph((string("accounts.intro"),))]
    if data:
        if data.get("verdict"):
            blocks.append(Paragraph((Strong(plain(data["verdict"])),), "lead"))
        hidden = {"verdict", *(IN_TABLES if names else ())}
        blocks += tree({k: v for k, v in data.items() if k not in hidden})
    blocks += [context.table_grid(name) for name in names]
    return Section("accounts", string("section.accounts"), tuple(blocks))


def baselines(context: Context) -> Section | None:
    """How the model scores against simple baselines."""
    names = [
        n for n in context.tables if n.startswith(("baselines", "backtest", "scores")) or n == "evidence_baselines"
    ]
    held = context.run.accounts.baselines if context.run.accounts else None
    words = held.words if held else None
    if not names and not words:
        return None
    blocks: list[Block] = [Paragraph((plain(words),))] if words else []
    blocks += [context.table_grid(name) for name in names]
    return Section("baselines", string("section.baselines"), tuple(blocks))


def settlement(context: Context) -> Section | None:
    """What would hold: the finding, the frontier, and each combination with what it hangs on."""
    data = context.run.settlement.model_dump(mode="json") if context.run.settlement else {}
    names = [n for n in context.tables if n.startswith(SETTLEMENT_TABLES)]
    if not data and not names:
        return None
    blocks: list[Block] = [Paragraph((string("settlement.intro"),))]
    if data.get("finding"):
        blocks.append(Paragraph((plain(data["finding"]),)))
    if "frontier" in context.tables:
        figure = frontier_figure(context.tables["frontier"])
        blocks += [figure] if figure else []
    blocks += [context.table_grid(name) for name in names]
    groups = [name for name in GROUPS if _points(data.get(name))]
    for name in groups:
        blocks.append(Heading(string(f"settlement.{name}")))
        entries = tuple(_entry(context, point) for point in data[name])
        table = Table(
            title=string(f"settlement.{name}"),
            columns=("id", "terms"),
            rows=tuple((e.anchor.removeprefix("settlement-"), e.text) for e in entries),
        )
        blocks.append(Entries(entries, table, f"settlement_{name}"))
    shown = {"finding", "notes", "binding", "relaxation", "payer", *groups}
    rest = {k: v for k, v in data.items() if k not in shown} if groups or names else data
    blocks += tree(rest)
    if data.get("notes"):
        notes = data["notes"] if isinstance(data["notes"], list) else [data["notes"]]
        blocks.append(Bullets(tuple((plain(note),) for note in notes)))
    return Section("settlement", string("section.settlement"), tuple(blocks))


def _points(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def frontier_figure(table: Table) -> Figure | None:
    """Durability against the least favoured signatory's gain, one mark per combination; None where it lacks either."""
    if not {"id", "no_war", "least_gain"} <= set(table.columns) or len(table.rows) < 2:
        return None
    kinds = {"P": "settlement.packages", "F": "settlement.only_in_some_equilibria", "N": "settlement.near"}
    place = {column: table.columns.index(column) for column in ("id", "no_war", "least_gain")}
    rows = [
        (str(row[place["id"]]), row[place["least_gain"]], row[place["no_war"]], _kind(str(row[place["id"]]), kinds))
        for row in table.rows
        if row[place["no_war"]] is not None and row[place["least_gain"]] is not None
    ]
    if len(rows) < 2:
        return None
    drawn = Table(title=table.title, columns=("id", "least_gain", "no_war", "kind"), rows=tuple(rows))
    wide, narrow = (
        scatter(
            drawn,
            "least_gain",
            "no_war",
            x_title=string("settlement.least_gain"),
            y_title=string("settlement.no_war"),
            label="id",
            kind="kind",
            percent=True,
            width=width,
        )
        for width in (WIDTH, NARROW)
    )
    words = points([(id, f"{cell_text(safe, 'share')}, {cell_text(gain, 'value')}") for id, gain, safe, _ in rows])
    alt = string("settlement.alt", points=words)
    return Figure("frontier", string("settlement.title"), alt, wide, narrow, table, "")


def _kind(id: str, kinds: Mapping[str, str]) -> str:
    return string(kinds[id[:1]]) if id[:1] in kinds else ""


def _entry(context: Context, point: Mapping[str, Any]) -> Entry:
    """One combination of package and levers."""
    terms = point.get("terms") or [readable(str(point.get("package", "")))]
    text = "; ".join(map(str, terms)) if isinstance(terms, Sequence) and not isinstance(terms, str) else str(terms)
    facts: list[tuple[str, Line]] = []
    for key in POINT_FACTS:
        value = point.get(key)
        if value not in (None, "", [], {}):
            facts.append((string(f"settlement.fact_{key}"), (_fact(context, key, value),)))
    id = str(point.get("id", ""))
    return Entry(f"settlement-{id}", f"{id}: {text}" if id else text, "", tuple(facts))


def _fact(context: Context, key: str, value: Any) -> str:
    """One fact about a combination, in words."""
    if key == "durability" and isinstance(value, Mapping):
        return spread_text(value, "share")
    if key == "least_gain" and isinstance(value, Mapping):
        return f"{value.get('who', '')}: {spread_text(value, 'value')}"
    if key == "share_of_draws" and isinstance(value, int | float):
        return percent(float(value))
    if key == "binding" and isinstance(value, Mapping):
        share = value.get("fails_in_share_of_draws")
        fails = string("settlement.fails_in", share=percent(float(share))) if isinstance(share, int | float) else ""
        return f"{value.get('words', '')}{fails}"
    if key == "relaxation" and isinstance(value, Mapping):
        return plain(value.get("words"))
    if key in ("fails_when", "if_leaves") and isinstance(value, list):
        return plain([item.get("words") if isinstance(item, Mapping) else item for item in value])
    if isinstance(value, Mapping):
        return "; ".join(f"{context.actor(k)}: {plain(v)}" for k, v in value.items())
    return plain(value)


def spread_text(value: Mapping[str, Any], unit: str) -> str:
    """A middle with its range from a plain object with `low`, `mid`, `high`."""
    low, mid, high = (value.get(part) for part in ("low", "mid", "high"))
    middle = value_text(mid, unit)
    if low is None or high is None:
        return middle
    ends = (value_text(low, unit), value_text(high, unit))
    return middle if ends == (middle, middle) else f"{middle} ({string('word.to', low=ends[0], high=ends[1])})"
