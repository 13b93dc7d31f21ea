"""Sections of the record: the timeline, and the ledger of commitments."""

from collections import Counter

from detente.report.charts import bars
from detente.report.charts.timeline import MANY
from detente.report.context import Context, points
from detente.report.document import Block, Cell, Grid, Heading, Inline, Line, Paragraph, Section
from detente.report.figures import both, ended, figure
from detente.report.grids import ROWS_SHOWN
from detente.report.pictures import draw
from detente.run import Bar, Picture, Table
from detente.words.strings import label, string
from detente.words.text import readable

TIMELINE_RANK, LEDGER_RANK = 50, 60
RECORD = "record"  # the viewpoint of the dated record, as against that of any actor


def timeline(context: Context) -> Section | None:
    """Events as a picture and a table."""
    held = context.run.timeline
    if held is None or not held.events:
        return None
    blocks: list[Block] = [Paragraph((string("timeline.intro"),))]
    drawn = draw(context, Picture(shape="timeline", title=string("timeline.title")), "timeline_figure")
    blocks += [drawn] if drawn is not None else []
    rows: list[tuple[Line, ...]] = []
    for event in held.events:
        who = "; ".join(context.actor(actor) for actor in event.actors)
        when = event.date if not event.end else string("word.to", low=event.date, high=event.end)
        cells: tuple[Line, ...] = (
            (when,),
            (readable(event.type),),
            (event.text,),
            (who or "–",),
            (event.certainty or "–",),
            context.source_links(event.sources) or ("–",),
            (event.id,),
        )
        rows.append(cells)
    header = tuple(label("column", c) for c in ("date", "type", "text", "actors", "certainty", "sources", "event"))
    shown = 0 if len(rows) > MANY else ROWS_SHOWN
    anchors = tuple(context.anchor("event", event.id) for event in held.events)
    blocks.append(
        Grid("", header, tuple(rows), (False,) * len(header), held.table(), "timeline", _once(anchors), shown)
    )
    return Section("timeline", string("section.timeline"), tuple(blocks), TIMELINE_RANK)


def ledger(context: Context) -> Section | None:
    """Commitments with their status as each side sees it, and those that fell asleep."""
    held = context.run.ledger
    if held is None or not held.bars:
        return None
    blocks: list[Block] = [Paragraph((string("ledger.intro"),))]
    tally = Counter(bar.state for bar in held.bars).most_common()
    if len(tally) > 1:
        counts = Table(title=string("ledger.title"), columns=("state", "count"), rows=tuple(tally))
        specs = both(lambda width: bars(counts, "state", "count", width=width))
        picture = Picture(shape="ledger", title=string("ledger.title"))
        alt = string("chart.alt", title=ended(picture.title), points=points((readable(s), str(n)) for s, n in tally))
        blocks.append(figure(picture, "ledger_state", alt, specs, counts, "ledger_state"))
    asleep = sorted((bar for bar in held.bars if bar.asleep), key=lambda bar: -bar.slept_years)
    if asleep:
        blocks.append(Heading(string("ledger.forgotten")))
        blocks.append(_grid(context, tuple(asleep), held.table(asleep=True), "forgotten", linked=False))
    blocks.append(Heading(string("ledger.all")))
    blocks.append(_grid(context, held.bars, held.table(), "ledger", linked=True))
    return Section("ledger", string("section.ledger"), tuple(blocks), LEDGER_RANK)


def _grid(context: Context, held: tuple[Bar, ...], data: Table, file: str, *, linked: bool) -> Grid:
    """Commitments in few columns: what under which instrument, who to whom, by when, statuses, what became of it."""
    rows: list[tuple[Line, ...]] = []
    for n, bar in enumerate(held):
        who = "; ".join(context.actor(actor) for actor in bar.who)
        to = "; ".join(context.actor(actor) for actor in bar.to)
        cells: tuple[Line, ...] = (
            (
                string(
                    "ledger.under",
                    what=(bar.what or bar.commitment).rstrip("."),
                    instrument=bar.instrument,
                    date=bar.made,
                ),
            ),
            (string("ledger.owes", who=who, to=to) if to else who,),
            (bar.by or "–",),
            (_statuses(context, bar) or "–",),
            _became(bar, file, n),
        )
        rows.append(cells)
    header = tuple(label("column", c) for c in ("what", "who", "by", "status", "state"))
    anchors = tuple(context.anchor("commitment", bar.commitment) for bar in held) if linked else ()
    return Grid("", header, tuple(rows), (False,) * len(header), data, file, _once(anchors), ROWS_SHOWN)


def _statuses(context: Context, bar: Bar) -> str:
    """The status on the record, then as each side that says one sees it."""
    told = sorted(bar.statuses.items(), key=lambda item: item[0] != RECORD)
    return "; ".join(
        readable(status)
        if view == RECORD
        else string("ledger.as_seen", side=context.short_actor(view), status=readable(status))
        for view, status in told
    )


def _became(bar: Bar, file: str, row: int) -> Line:
    """State, last touch, and how long it slept."""
    line: list[Inline] = [readable(bar.state)]
    if bar.how:
        line.append(string("ledger.last", how=bar.how, date=bar.touched))
    if bar.slept_years >= 1:
        before, after = string("ledger.untouched", years="\0").split("\0")
        line += [before, Cell(f"{bar.slept_years:g}", file, row, "slept_years", True), after]
    return tuple(line)


def _once(anchors: tuple[str, ...]) -> tuple[str, ...]:
    """Each place to link to once, where it comes first."""
    return tuple(anchor if anchor not in anchors[:n] else "" for n, anchor in enumerate(anchors))
