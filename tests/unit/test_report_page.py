"""The page: one offline file, every number from the run, every quantity on the page, sections in their order."""

import base64
import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from synthetic_run import accounts, empty_run, make_run

from detente.report import build, render_html, render_pdf
from detente.report.document import Grid, Heading
from detente.report.numbers import tip_lines
from detente.report.plain import number_text, plain_text
from detente.run import Assumption, Claim, Ledger, Part, Picture, Quantity, Ref, Run, Section, Table, Timeline
from detente.run.tables import all_tables
from detente.words.numbers import cell_text, unit_text, value_text
from detente.words.strings import catalogue

NUMBER = re.compile(r"\d[\d.,\u202f]*\d|\d")
VOID = {"meta", "link", "br", "img", "input", "hr"}


class Page(HTMLParser):
    """A page taken apart: marked numbers, tips, all other text, links, ids, headings."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, dict[str, str | None]]] = []
        self.numbers: list[tuple[str, str, str]] = []
        self.cells: list[tuple[str, str]] = []
        self.tips: dict[str, str] = {}
        self.tip_of: dict[str, str] = {}
        self.rest: list[str] = []
        self.links: list[dict[str, str | None]] = []
        self.ids: list[str] = []
        self.headings: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag not in VOID:
            self.stack.append((tag, values))
        if tag == "br" and self.inside("class", "tip"):
            self.tips[self.inside("class", "tip")["id"]] += "\n"
        if values.get("id"):
            self.ids.append(values["id"])
        if tag == "a":
            self.links.append(values)
        if "data-quantity" in values:
            self.numbers.append((values["data-quantity"], values["data-part"], ""))
            if "aria-describedby" in values:
                self.tip_of[values["aria-describedby"]] = values["data-quantity"]
        if "data-cell" in values:
            self.cells.append((values["data-cell"], ""))
        if values.get("class") == "tip":
            self.tips[values["id"]] = ""
        if tag in ("h2", "h3"):
            self.headings.append((tag, ""))

    def handle_endtag(self, tag):
        while self.stack and self.stack.pop()[0] != tag:
            pass

    def inside(self, attribute: str, value: str | None = None) -> dict[str, Any] | None:
        for _, values in reversed(self.stack):
            if attribute in values and (value is None or values[attribute] == value):
                return values
        return None

    def handle_data(self, data):
        tags = {tag for tag, _ in self.stack}
        if tags & {"style", "script", "svg"}:
            return
        tip = self.inside("class", "tip")
        if tip:
            self.tips[tip["id"]] += data
        elif self.inside("data-quantity"):
            id, part, text = self.numbers[-1]
            self.numbers[-1] = (id, part, text + data)
        elif self.inside("data-cell"):
            place, text = self.cells[-1]
            self.cells[-1] = (place, text + data)
        elif "sup" not in tags:
            self.rest.append(data)
        if tags & {"h2", "h3"}:
            kind, text = self.headings[-1]
            self.headings[-1] = (kind, text + data)


@pytest.fixture(scope="module")
def run() -> Run:
    return make_run()


@pytest.fixture(scope="module")
def html(run) -> str:
    return render_html(run)


@pytest.fixture(scope="module")
def page(html) -> Page:
    return Page(html)


def test_nothing_on_the_page_comes_from_outside(html):
    assert not re.search(r"""(?:src|href|srcset|action|data)\s*=\s*["']?\s*(?:https?:)?//""", html, re.I)
    assert "@import" not in html
    assert not re.search(r"url\(\s*['\"]?(?!#)", html, re.I)
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert "http://" not in html
    assert "https://" not in html


def test_every_quantity_of_the_run_is_on_the_page(run, page):
    assert {id for id, part, _ in page.numbers if part == "full"} == {q.id for q in run.quantities}
    assert {f"q-{q.id}" for q in run.quantities} <= set(page.ids)


def test_every_marked_number_is_the_runs(run, page):
    assert len(page.numbers) > 150
    for id, part, text in page.numbers:
        assert text == number_text(run.quantity(id), part), id


def test_every_table_cell_is_the_runs(run, page):
    assert len(page.cells) > 100
    tables = all_tables(run)
    for place, text in page.cells:
        name, row, column = place.rsplit("/", 2)
        if name == "assumptions":
            a = run.assumptions[int(row)]
            assert text == f"{value_text(a.low, '')} to {value_text(a.high, '')} {unit_text(a.unit)}".strip()
        else:
            table = tables[name]
            cell = table.rows[int(row)][table.columns.index(column)]
            expected = f"{cell:g}" if column == "slept_years" else cell_text(cell, table.units.get(column, ""))
            assert text == expected, place


def test_every_tip_is_that_of_its_number(run, page):
    names = {a.name: a.label for a in run.assumptions}
    assert len(page.tip_of) == len(page.tips) > 100
    for tip, id in page.tip_of.items():
        assert page.tips[tip] == "\n".join(tip_lines(run.quantity(id), names))


def strings_of(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [cell_text(value), value_text(value, ""), cell_text(value, "share"), cell_text(value, "value")]
    items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return [text for item in items for text in strings_of(item)]


def test_no_other_number_stands_on_the_page(run, page):
    """Outside the marked numbers only: dates and texts of the run, the catalogue's own, and counts of rows."""
    dumped = run.model_dump(mode="json", exclude={"quantities": {"__all__": {"low", "mid", "high", "sign_share"}}})
    for table in dumped["tables"].values():
        table["rows"] = [[c for c in row if isinstance(c, str)] for row in table["rows"]]
    known = set(NUMBER.findall(" ".join([*strings_of(dumped), *catalogue().values()])))
    most = max(len(run.quantities), *(len(t.rows) for t in all_tables(run).values()))
    counts = {str(n) for n in range(most + 1)}
    unknown = {n for text in page.rest for n in NUMBER.findall(text)} - known - counts
    assert unknown == set()


def test_links_inside_the_page_lead_somewhere_and_ids_are_unique(page):
    assert len(page.ids) == len(set(page.ids))
    inner = [link["href"][1:] for link in page.links if (link["href"] or "").startswith("#")]
    assert len(inner) > 200
    assert set(inner) <= set(page.ids)


def test_numbers_link_to_their_assumptions_and_record(run, html):
    q = run.quantity("relapse.5y")
    row = html[html.index('id="q-relapse.5y"') :]
    row = row[: row.index("</tr>")]
    assert all(f'href="#a-{name}"' in row for name in q.assumptions)
    assert q.rests_on
    assert all(f'href="#r-event-{ref.id}"' in row for ref in q.rests_on)


def test_sections_stand_by_rank_between_front_and_back(page):
    assert [text for tag, text in page.headings if tag == "h2"] == [
        "What this cannot tell you",
        "Summary in plain words",
        "The situation",
        "Timeline",
        "Commitments on the record",
        "Who spoke after violations",
        "How likely is war",
        "Who gains from settling",
        "What delay is worth",
        "Do mediators prolong it",
        "What positions are made of",
        "What the numbers hang on",
        "Rival accounts of the process",
        "Claims, held against model and record",
        "What would hold",
        "The outside view: base rates and reference classes",
        "Other answers",
        "Other tables",
        "Assumptions, with reasons and sources",
        "Method in two pages",
        "Limits",
        "Notes to the numbers",
        "How to reproduce this",
    ]


def text_of(section) -> str:
    """All text of a section's paragraphs and lists."""
    lines = [item for block in section.blocks for item in getattr(block, "items", ())]
    said = [item for item in lines if isinstance(item, tuple) and item and not hasattr(item[-1], "quantity")]
    words = [plain_text(item) for item in said]
    return " ".join(words + [plain_text(block.line) for block in section.blocks if hasattr(block, "line")])


def section_of(run: Run, id: str):
    return next(section for section in build(run).sections if section.id == id)


def test_what_it_cannot_tell_names_every_kind_of_doubt(run):
    text = text_of(section_of(run, "cannot_tell"))
    for part in (
        "do not agree on the sign of",
        "no record of events can identify",
        "depend on how choice",
        "Without a range",
        "2 of 3 claims",
        "the record cannot tell",
        "3 equilibria",
        "near the tempo",
    ):
        assert part in text


def test_the_summary_is_what_the_sections_found_and_links_there(run):
    summary = section_of(run, "summary")
    cards, found = summary.blocks[0], [plain_text(item) for item in summary.blocks[1].items]
    assert [name for name, _ in cards.items] == [run.quantity(id).label for id in ("relapse.5y", "peace.10y")]
    assert found == [
        "War is likelier than not to stay away for a year. More",
        "Three of six gain. More",
        "Delay costs most. More",
        "Between the rival accounts: the record cannot tell. More",
        "1 combination satisfies it; none of them is the best. More",
    ]
    assert summary.blocks[1].items[0][-1].target == "risk"


def test_nothing_compares_values_of_different_actors(page):
    text = " ".join(page.rest)
    assert "largest expected loss" not in text
    assert "would fall on" not in text


def test_a_section_shows_what_it_names_in_its_order(run):
    risk = section_of(run, "risk")
    kinds = [type(block).__name__ for block in risk.blocks]
    assert kinds == ["Paragraph", "Paragraph", "Figure", "Figure", "Grid", "Paragraph"]
    assert risk.blocks[0].line == ("War is likelier than not to stay away for a year.",)
    assert risk.blocks[0].kind == "lead"
    assert risk.blocks[2].title == "Chance of war by year"
    assert "Years 5: 22\u202f% (12 to 35\u202f%)." in risk.blocks[2].alt
    assert plain_text(risk.blocks[5].line) == "Rests on the record: 1992-01-01, 1992-06-08."
    assert risk.blocks[5].line[2].target == "r-event-E000"


def test_a_section_of_which_nothing_is_left_is_not_printed():
    gone = Section(id="gone", title="Gone", finding="It was.", paragraphs=("So.",), quantities=("not.there",))
    words = Section(id="words", title="Words", finding="Only words.")
    run = empty_run().add(Part(name="a", key="", command="", sections=(gone, words)))
    ids = [section.id for section in build(run).sections]
    assert "gone" not in ids
    assert "words" in ids


def test_what_a_run_holds_as_a_model_is_told_once_and_loses_no_table():
    run = make_run()
    for id in ("settlement", "accounts"):
        table = Table(title=f"Rows of {id}", columns=("thing",), rows=((f"row of {id}",),))
        told = Section(id=id, title=id, finding="It was found.", tables=(f"{id}_rows",))
        stamp = run.parts[run.part_of(id)]
        part = Part(name=id, key=stamp.key, command=stamp.command, tables={f"{id}_rows": table}, sections=(told,),
                    **{id: getattr(run, id)})  # fmt: skip
        run = run.add(part)
    sections = build(run).sections
    ids = [section.id for section in sections]
    assert len(ids) == len(set(ids)) and {"settlement", "accounts"} <= set(ids)
    for section in sections:
        if section.id in ("settlement", "accounts"):
            titles = [block.title for block in section.blocks if isinstance(block, Grid)]
            assert f"Rows of {section.id}" in titles
    assert render_pdf(run).startswith(b"%PDF-")  # which refuses two places of one name


def lone_run(*quantities: Quantity, sections: tuple[Section, ...] = (), tables=None, **more) -> Run:
    part = Part(name="a", key="", command="", quantities=quantities, sections=sections, tables=tables or {})
    return empty_run(**more).add(part)


def number(id: str, **more) -> Quantity:
    family, _, detail = id.partition(".")
    base = {"id": id, "question": family, "family": family, "detail": detail, "label": id, "unit": "value"}
    return Quantity(**{**base, "low": 0.5, "mid": 1.0, "high": 1.5, **more})


def test_a_heading_of_other_answers_stands_once():
    run = lone_run(number("force.a", actor="a"), number("force.b", actor="b"), actors={"a": "A", "b": "B"})
    section = section_of(run, "other_answers")
    titles = [block.text for block in section.blocks if isinstance(block, Heading)]
    titles += [block.title for block in section.blocks if getattr(block, "title", "")]
    assert titles == ["Force"]


def test_labels_are_not_cut_at_a_comma():
    actors = {"eu": "EU, ASEAN states and others", "un": "United Nations (UN)"}
    picture = Picture(shape="intervals", title="P", quantities=("gain.eu", "gain.un"))
    told = Section(id="s", title="S", pictures=(picture,))
    run = lone_run(number("gain.eu", actor="eu"), number("gain.un", actor="un"), sections=(told,), actors=actors)
    rows = section_of(run, "s").blocks[0].spec["layer"][1]["data"]["values"]
    assert [row["name"].replace("\n", " ") for row in rows] == ["EU, ASEAN states and others", "United Nations"]


def test_packages_share_the_row_of_an_actor():
    numbers = [
        number(f"gain.{actor}.{package}", actor=actor, package=package)
        for package in ("phased", "comprehensive")
        for actor in ("north", "south")
    ]
    picture = Picture(shape="intervals", title="P", quantities=tuple(q.id for q in numbers))
    told = Section(id="s", title="S", pictures=(picture,))
    rows = section_of(lone_run(*numbers, sections=(told,)), "s").blocks[0].spec["layer"][1]["data"]["values"]
    assert {(row["name"], row["kind"]) for row in rows} == {
        (actor, package) for actor in ("north", "south") for package in ("phased", "comprehensive")
    }


def test_timeline_and_ledger_can_be_drawn_in_any_section(run):
    shapes = (Picture(shape="timeline", title="Time"), Picture(shape="ledger", title="Bars"))
    told = Section(id="s", title="S", pictures=shapes)
    bars = tuple(run.ledger.bars[n % 18].model_copy(update={"commitment": f"c.{n}"}) for n in range(50))
    many = part_of(run, timeline=run.timeline, ledger=run.ledger.model_copy(update={"bars": bars}), sections=(told,))
    first, second = section_of(many, "s").blocks
    assert first.alt.startswith("Timeline of 65 recorded events from 1992-01-01 to 2013-04-22")
    drawn = {row["name"] for layer in second.spec["layer"] for row in layer["data"]["values"]}
    assert len(drawn) == 40
    assert second.note == "10 commitments that were touched later stand in the table alone."
    assert len(second.data.rows) == 50


def test_a_scatter_names_its_axes_from_the_table():
    table = Table(title="t", columns=("cost", "gain", "who"), rows=((1.0, 0.2, "a"), (2.0, 0.4, "b"), (None, 0.1, "c")),
                  units={"cost": "value/year", "gain": "probability"})  # fmt: skip
    roles = {"x": "cost", "y": "gain", "label": "who"}
    picture = Picture(shape="scatter", title="P", table="t", roles=roles, percent=True)
    run = lone_run(tables={"t": table}, sections=(Section(id="s", title="S", pictures=(picture,)),))
    figure = section_of(run, "s").blocks[0]
    encoding = figure.spec["layer"][0]["encoding"]
    assert (encoding["x"]["title"], encoding["y"]["title"]) == ("cost, own units a year", "gain")
    assert figure.alt == "P. a: 20\u202f%, 1.0. b: 40\u202f%, 2.0."


def test_the_words_of_a_figure_begin_with_its_title_as_a_sentence():
    numbers = (number("gain.a", actor="a"), number("gain.b", actor="b"))
    for title, begins in (("Who gains?", "Who gains? gain.a: "), ("Gains", "Gains. gain.a: ")):
        picture = Picture(shape="intervals", title=title, quantities=("gain.a", "gain.b"))
        run = lone_run(*numbers, sections=(Section(id="s", title="S", pictures=(picture,)),))
        assert section_of(run, "s").blocks[0].alt.startswith(begins)


def test_numbers_beside_others_stand_in_their_row():
    picture = Picture(shape="intervals", title="P", quantities=("relapse.1y", "relapse.5y"), compare=("base_rate.5y",))
    told = Section(id="s", title="S", pictures=(picture,))
    numbers = (number("relapse.1y"), number("relapse.5y"), number("base_rate.5y"))
    rows = section_of(lone_run(*numbers, sections=(told,)), "s").blocks[0].spec["layer"][1]["data"]["values"]
    assert [(row["name"], row["kind"]) for row in rows] == [
        ("relapse.1y", "relapse"),
        ("relapse.5y", "relapse"),
        ("relapse.5y", "base rate"),
    ]


def part_of(run: Run, **content) -> Run:
    """A run with few figures, which draws fast."""
    bare = {"quantities": (), "tables": {}, "sections": (), "timeline": None, "ledger": None, "settlement": None}
    return run.model_copy(update={**bare, **content})


def test_a_better_baseline_is_said_first(run):
    tested = accounts().baselines.model_copy(update={"baselines": {"climatology": -9.0}})
    changed = part_of(run, accounts=accounts(baselines=tested))
    first = [plain_text(item) for item in build(changed).sections[0].blocks[1].items]
    assert first[0].startswith("On held-out events a baseline predicts better")
    assert not any("has not been scored" in item for item in first)
    first = [plain_text(item) for item in build(part_of(run)).sections[0].blocks[1].items]
    assert not any("predicts better" in item for item in first)


def test_an_uncertified_run_says_so_before_anything(run):
    bad = part_of(run, solution=run.solution.model_copy(update={"certified": False}), quantities=run.quantities)
    items = [plain_text(item) for item in build(bad).sections[0].blocks[1].items]
    assert "is not certified" in items[0]


def test_both_sides_names_are_printed(run, html):
    for label in run.actors.values():
        assert label in html


def test_figures_have_words_and_data(run, html):
    figures = re.findall(r"<figure.*?</figure>", html, re.S)
    assert len(figures) >= 9
    for figure in figures:
        alts = re.findall(r'<svg class="chart" role="img" aria-label="([^"]{40,})"', figure)
        assert len(alts) == 2
        assert alts[0] == alts[1]
    for section in re.findall(r"<section.*?</section>", html, re.S):
        assert "<figure" not in section or 'href="data:text/csv' in section


def test_downloads_hold_every_table_in_full(run, page):
    files = {}
    for link in page.links:
        if link.get("download", "").endswith(".csv"):
            text = base64.b64decode(link["href"].split(",", 1)[1]).decode("utf-8")
            files[link["download"]] = list(csv.reader(io.StringIO(text)))
    for name, table in all_tables(run).items():
        read = files[f"{name}.csv"]
        assert len(read) == len(table.rows) + 1, name
        if name != "quantities":
            assert tuple(read[0]) == table.columns
    curve = run.tables["risk_curve"]
    assert [float(c) for c in files["risk_curve.csv"][3]] == list(curve.rows[2])


def test_the_same_run_gives_the_same_bytes(run, html):
    assert render_html(Run.model_validate_json(run.model_dump_json(by_alias=True))) == html


def test_reproducibility_box(run, html):
    box = html[html.index('<section id="reproduce"') :]
    for part in (run.command, "a" * 64, "case.yaml", "0.1.0", "certified"):
        assert part in box


def test_an_empty_run_still_makes_an_honest_page():
    text = render_html(empty_run(), workbook=False)
    assert "This run holds no answers." in text
    assert "Rival accounts were not tested" in text
    assert "forecasts of earlier years are not scored yet: `detente backtest" in text
    assert "do not stand beside those of past cases yet: `detente outlook" in text
    assert "The ranges below show" not in text


def test_nothing_is_said_of_record_or_equilibria_that_the_run_does_not_hold():
    bare = lone_run(number("gain.a", assumptions=("p",)))
    text = re.sub(r"\s+", " ", " ".join(Page(render_html(bare, workbook=False)).rest))
    unsaid = ("speak to a number", "Hangs most on; record", "equilibria found", "equilibria were found", "Rests on")
    for words in unsaid:
        assert words not in text
    spoken = lone_run(number("gain.a", rests_on=(Ref(kind="event", id="E1"),), equilibria_share=0.75))
    text = re.sub(r"\s+", " ", " ".join(Page(render_html(spoken, workbook=False)).rest))
    for words in ("speak to a number", "Hangs most on; record", "75 % of the equilibria found"):
        assert words in text


def test_an_entry_that_is_not_printed_is_named_and_not_linked():
    run = lone_run(number("gain.a", rests_on=(Ref(kind="event", id="E7"),)))
    page = Page(render_html(run, workbook=False))
    assert "E7" in " ".join(page.rest)
    assert not any("E7" in (link["href"] or "") for link in page.links)


def test_tables_without_rows_are_not_printed():
    empty = Table(title="Nothing here", columns=("a", "b"), rows=())
    told = Section(id="s", title="Only that", tables=("empty",))
    run = lone_run(tables={"empty": empty}, sections=(told,))
    nothing = {"timeline": Timeline(day="2000-01-01", events=()), "ledger": Ledger(day="2000-01-01", bars=())}
    run = run.model_copy(update=nothing)
    document = build(run)
    assert not {"s", "other_tables", "timeline", "ledger"} & {section.id for section in document.sections}
    assert all(block.rows for section in document.sections for block in section.blocks if isinstance(block, Grid))
    assert "Nothing here" not in render_html(run, workbook=False)


def test_a_ledger_is_printed_in_few_columns(run, page):
    text = " ".join("".join(page.rest).split())
    assert "withdraw or report, item 3. Protocol of 1995, 1995-05-12" in text
    assert "to Valley authorities (the de facto authorities" in text
    assert "forgotten; last breached 1993-02-03; untouched for years" in text.replace("17 ", "")
    bar = run.ledger.bars[3]
    assert f"{bar.statuses['record']}; Northland: {bar.statuses['north']}" in text
    assert {"r-commitment-protocol.item3", "r-event-E003", "r-source-S1"} <= set(page.ids)
    assert ("h3", "Commitments by what became of them") in page.headings
    assert ("h3", "Commitments that lapsed without anyone saying so") in page.headings


def test_a_settlement_is_printed_as_findings(run, page):
    text = re.sub(r"[ \n]+", " ", " ".join(page.rest))
    for part in (
        "none of them is the best",
        "P1: Phased terms (share 0.3); a guarantee of 3.2",
        "95\u202f% (90 to 98\u202f%)",
        "Northland: 0.20 own units (−0.10 to 0.60)",
        "Northland gains; fails in 8\u202f% of draws",
        "war cost is low",
        "Southland (Sudia): 0.40",
        "No war: probability of no war within 10 years, median.",
        "at most 5\u202f% chance of war within 10 years, in 90\u202f% of draws",
        "The Eastern Power (by arms)",
        "12 settings looked at.",
    ):
        assert part in text, part
    assert "settlement-P1" in page.ids
    assert ("h3", "Durability and the least favoured signatory's gain") in page.headings


def test_no_text_is_a_dump_of_data(page):
    text = " ".join(page.rest)
    assert not re.search(r"[{\[]'|'[}\]]|\bNone\b|\bTrue\b|Spread\(|\w+=\S", text)


def test_claims_say_who_why_and_what_they_rest_on(run, page):
    text = re.sub(r"\s+", " ", " ".join(page.rest))
    assert "is about intent, which behaviour does not show." in text
    assert "no rule ties it to an answer or a query." in text
    assert "differs: the chairs: we sought peace" in text
    targets = {link["href"] for link in page.links}
    assert {"#r-event-E003", "#r-event-E005"} <= targets
    assert "r-claim-C1" in page.ids
    assert Claim.model_fields["why_none"].default == ""


EVIL = "<img src=x onerror=alert(1)>"


def test_who_contests_an_assumption_is_linked(run, html, page):
    row = html[html.index('id="a-process_rent"') :]
    row = row[: row.index("</tr>")]
    assert "<strong>Contested</strong>: Southland says that it is lower (" in row
    assert 'href="#r-claim-C1">C1</a>)' in row
    assert not re.search(r"[{\[]'", " ".join(page.rest))


def test_text_of_the_case_cannot_become_markup(run):
    claim = run.claims[1].model_copy(update={"claim": EVIL, "why": EVIL, "by": EVIL})
    changed = part_of(
        run,
        title=EVIL,
        actors={**run.actors, "north": EVIL},
        tables={"weather": Table(title=EVIL, columns=(EVIL,), rows=((EVIL,),))},
        sections=(Section(id="x", title=EVIL, finding=EVIL, paragraphs=(EVIL,), tables=("weather",)),),
        claims=(claim,),
        warnings=(EVIL,),
        assumptions=(Assumption(name="p", label=EVIL, unit=EVIL, low=0, mid=1, high=2, why=EVIL, basis="judgement"),),
    )
    text = render_html(changed, workbook=False)
    assert "<img" not in text
    assert text.count("&lt;img src=x") > 12
