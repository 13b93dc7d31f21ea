"""The page: one offline file, every number from the run, every quantity on the page, sections in their order."""

import base64
import csv
import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from synthetic_run import make_run

from detente.report import build, render_html
from detente.report.numbers import cell_text, tip_lines, unit_text, value_text
from detente.report.plain import number_text
from detente.run import Quantity, Run, Table
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
    assert len(page.numbers) > 200
    for id, part, text in page.numbers:
        assert text == number_text(run.quantity(id), part), id


def test_every_table_cell_is_the_runs(run, page):
    assert len(page.cells) > 100
    for place, text in page.cells:
        name, row, column = place.rsplit("/", 2)
        if name == "assumptions":
            a = run.assumptions[int(row)]
            assert text == f"{value_text(a.low, '')} to {value_text(a.high, '')} {unit_text(a.unit)}".strip()
        else:
            table = run.tables[name]
            cell = table.rows[int(row)][table.columns.index(column)]
            assert text == cell_text(cell, table.units.get(column, "")), place


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
        return [cell_text(value), value_text(value, ""), cell_text(value, "share")]
    items = [*value.keys(), *value.values()] if isinstance(value, dict) else value
    return [text for item in items for text in strings_of(item)]


def test_no_other_number_stands_on_the_page(run, page):
    """Outside the marked numbers only: dates and texts of the run, the catalogue's own, and counts of rows."""
    dumped = run.model_dump(mode="json", exclude={"quantities": {"__all__": {"low", "mid", "high", "sign_share"}}})
    for table in dumped["tables"].values():
        table["rows"] = [[c for c in row if isinstance(c, str)] for row in table["rows"]]
    known = set(NUMBER.findall(" ".join([*strings_of(dumped), *catalogue().values()])))
    most = max(len(run.quantities), *(len(t.rows) for t in run.tables.values()))
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
    assert all(f'href="#r-{id}"' in row for id in q.record)


def test_sections_stand_in_the_order_of_the_issue(page):
    assert [text for tag, text in page.headings if tag == "h2"] == [
        "What this cannot tell you",
        "Summary in plain words",
        "The situation",
        "Timeline",
        "Commitments on the record",
        "Risk that war resumes, and chances of peace",
        "Who would pay",
        "What each actor gains from settling now",
        "What delay is worth to each actor",
        "Do mediators prolong it?",
        "Reaction and even-handedness",
        "Other answers",
        "Rival accounts of the process",
        "Claims, held against model and record",
        "What would hold",
        "The outside view: base rates and reference classes",
        "Baselines",
        "What each actor's position is made of",
        "What the numbers hang on",
        "Other tables",
        "Assumptions, with reasons and sources",
        "Method in two pages",
        "Limits",
        "Notes to the numbers",
        "How to reproduce this",
    ]


def test_what_it_cannot_tell_names_every_kind_of_doubt(run):
    from detente.report.plain import plain_text

    section = build(run).sections[0]
    text = " ".join(plain_text(item) for block in section.blocks[1:] for item in block.items)
    for part in (
        "do not agree on the sign of",
        "no record of events can identify",
        "depends on how choice",
        "Without a range",
        "1 of 3 claims",
        "the record cannot tell",
        "3 equilibria",
        "near the tempo",
    ):
        assert part in text


def part_of(run: Run, *tables: str) -> Run:
    """A run with few figures, which draws fast."""
    return run.model_copy(update={"quantities": (), "tables": {name: run.tables[name] for name in tables}})


def test_a_better_baseline_is_said_first(run):
    table = run.tables["baselines"]
    rows = (*table.rows[:1], (*table.rows[1][:2], True))
    changed = part_of(run).model_copy(update={"tables": {"baselines": table.model_copy(update={"rows": rows})}})
    text = render_html(changed, workbook=False)
    assert text.index("a baseline predicts better") < text.index("The ranges below show")


def test_an_uncertified_run_says_so_before_anything(run):
    bad = part_of(run).model_copy(update={"solution": run.solution.model_copy(update={"certified": False})})
    text = render_html(bad, workbook=False)
    assert text.index("is not certified") < text.index("The ranges below show")


def test_both_sides_names_are_printed(run, html):
    for label in run.actors.values():
        assert label in html


def test_figures_have_words_and_data(run, html):
    figures = re.findall(r"<figure.*?</figure>", html, re.S)
    assert len(figures) >= 12
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
    for name, table in run.tables.items():
        read = files[f"{name}.csv"]
        assert tuple(read[0]) == table.columns
        assert len(read) == len(table.rows) + 1
    curve = run.tables["risk_curve"]
    assert [float(c) for c in files["risk_curve.csv"][3]] == list(curve.rows[2])
    assert len(files["quantities.csv"]) == len(run.quantities) + 1


def test_the_same_run_gives_the_same_bytes(run, html):
    assert render_html(Run.model_validate_json(run.model_dump_json(by_alias=True))) == html


def test_reproducibility_box(run, html):
    box = html[html.index('<section id="reproduce"') :]
    for part in (run.command, "a" * 64, "case.yaml", "0.1.0", "certified"):
        assert part in box


def test_text_of_the_case_cannot_become_markup(run):
    evil = "<img src=x onerror=alert(1)>"
    table = Table(title=evil, columns=(evil,), rows=((evil,),))
    changed = part_of(run).model_copy(
        update={
            "title": evil,
            "actors": {**run.actors, "north": evil},
            "tables": {"weather": table},
            "claims": ({"id": evil, "claim": evil, "verdict": evil},),
            "warnings": (evil,),
        }
    )
    text = render_html(changed, workbook=False)
    assert "<img" not in text
    assert text.count("&lt;img src=x") > 5


def empty_run(**more) -> Run:
    return Run(
        version="0", case="c", title="T", date="2000-01-01", seed=0, draws=1, command="x", inputs={}, model={}, **more
    )


def test_an_empty_run_still_makes_an_honest_page():
    text = render_html(empty_run(), workbook=False)
    assert "This run holds no answers." in text
    assert "Rival accounts were not tested" in text
    assert "has not been scored against baselines" in text


def test_odd_parts_are_tolerated():
    odd = Table(title="", columns=("x",), rows=())
    lone = Quantity(id="relapse.5y", question="relapse", label="Chance", unit="probability", low=0.1, mid=0.2, high=0.3)
    run = empty_run(
        tables={
            "risk_curve": odd,
            "peace_curve": odd,
            "values_by_term": odd,
            "timeline": odd,
            "ledger": odd,
            "tornado": odd,
            "forgotten": odd,
            "response": odd,
        },
        quantities=(lone,),
        claims=({"text": "only text"},),
        accounts={"nested": {"deep": [{"a": 1, "b": [1, 2]}], "map": {"one": {"x": 1.5}, "two": {"x": 2}}}},
    )
    text = render_html(run, workbook=False)
    assert "only text" in text
    assert "20\u202f%" in text


def package_run() -> Run:
    """Two packages of terms, two actors: north wants only the phased one, south is open."""
    numbers = []
    for package, low, high, share in (("phased", 0.5, 1.5, 1.0), ("comprehensive", -1.5, -0.5, 1.0)):
        numbers += [
            Quantity(
                id=f"gain_from_settling.north.{package}",
                question="gain",
                label=f"Gain of Northland under {package}",
                actor="north",
                unit="value",
                low=low,
                mid=(low + high) / 2,
                high=high,
                sign_share=share,
            ),
            Quantity(
                id=f"gain_from_settling.south.{package}",
                question="gain",
                label=f"Gain of Southland under {package}",
                actor="south",
                unit="value",
                low=-1,
                mid=0.1,
                high=1,
                sign_share=0.55,
            ),
        ]
    return empty_run(quantities=tuple(numbers), actors={"north": "Northland", "south": "Southland"})


def test_packages_of_terms_are_summed_up_one_by_one():
    from detente.report.plain import plain_text

    document = build(package_run())
    summary = next(s for s in document.sections if s.id == "summary")
    lines = [plain_text(item) for item in summary.blocks[0].items]
    assert lines[0].startswith("Under “phased”: Settling now is better than going on for Northland (100\u202f%)")
    assert "open for Southland (55\u202f%)" in lines[0]
    assert "It is worse for Northland (100\u202f%)." in lines[1]
    gain = next(s for s in document.sections if s.id == "gain")
    kinds = [r["package"] for layer in gain.blocks[1].spec["layer"] for r in layer["data"]["values"] if "package" in r]
    assert set(kinds) == {"phased", "comprehensive"}


def test_a_ledger_of_the_record_is_printed_in_few_columns():
    columns = (
        "commitment",
        "instrument",
        "made",
        "who",
        "to",
        "what",
        "by",
        "status: record",
        "status: north",
        "state",
        "last_touch",
        "how",
        "event",
        "slept_years",
        "sources",
    )
    rows = (
        (
            "p.withdraw",
            "The Protocol",
            "1994-05-12",
            "north south",
            "valley",
            "withdraw",
            "1995-01-01",
            "late",
            "",
            "forgotten",
            "1996-02-03",
            "breached",
            "E7",
            25.5,
            "S1 S9",
        ),
        (
            "p.report",
            "The Protocol",
            "1994-05-12",
            "un_chair",
            "",
            "report",
            "",
            "",
            "fulfilled",
            "open",
            "",
            "",
            "",
            0.2,
            "",
        ),
    )
    tables = {
        "ledger": Table(title="Ledger", columns=columns, rows=rows),
        "sources": Table(title="Sources", columns=("key", "title"), rows=(("S1", "First source"),)),
        "timeline": Table(
            title="T",
            columns=("date", "type", "text", "event", "sources"),
            rows=(("1996-02-03", "clash", "A clash", "E7", "S1"),),
        ),
    }
    lone = Quantity(
        id="relapse.5y",
        question="r",
        label="Chance",
        unit="probability",
        low=0.1,
        mid=0.2,
        high=0.3,
        record=("E7", "p.withdraw"),
    )
    run = empty_run(
        tables=tables, quantities=(lone,), actors={"north": "Northland", "south": "Southland", "valley": "Valley"}
    )
    page = Page(render_html(run, workbook=False))
    text = " ".join("".join(page.rest).split())
    assert "withdraw. The Protocol, 1994-05-12" in text
    assert "Northland; Southland to Valley" in text
    assert "forgotten; last breached 1996-02-03; untouched for" in text
    assert "un chair" in text
    assert {"r-p.withdraw", "r-p.report", "r-E7", "r-S1"} <= set(page.ids)
    targets = {link["href"] for link in page.links}
    assert {"#r-E7", "#r-p.withdraw", "#r-S1"} <= targets
    assert "#r-S9" not in targets
    assert ("h3", "Commitments by status") in page.headings


def settlement_run() -> Run:
    point = {
        "id": "P1",
        "package": "phased",
        "terms": ["Phased terms (share 0.3)", "a guarantee of 3.2"],
        "durability": {"low": 0.9, "mid": 0.95, "high": 0.98, "at_share": 0.91},
        "cost": 0.4,
        "paid_by": {"south": 0.4},
        "least_gain": {"who": "Northland", "low": -0.1, "mid": 0.2, "high": 0.6},
        "share_of_draws": 0.92,
        "constraints": [{"id": "a", "words": "w", "margin": 1.0}],
        "binding": {"id": "gain.north", "words": "Northland gains", "fails_in_share_of_draws": 0.08, "margin": 0.1},
        "relaxation": {"words": ["nothing needs to be relaxed"], "payer": None},
        "fails_when": [{"parameter": "p", "words": "war cost is low"}],
        "if_leaves": [{"words": "if South leaves, it fails"}],
    }
    frontier = Table(
        title="What would hold",
        columns=("id", "terms", "no_war", "least_gain", "share_of_draws"),
        rows=(("P1", "Phased", 0.95, 0.2, 0.92), ("N1", "Other", 0.7, -0.1, 0.4)),
        units={"no_war": "probability of no war within 10 years, median"},
    )
    return empty_run(
        tables={"frontier": frontier},
        actors={"north": "Northland", "south": "Southland"},
        settlement={
            "finding": "1 combination satisfies it; none of them is the best.",
            "limits": {"risk": 0.05},
            "packages": [point],
            "notes": ["A spread."],
        },
        accounts={
            "verdict": "the record cannot tell",
            "baselines": {
                "words": "Climatology predicts better.",
                "model_log_score": -12.0,
                "baselines": {"climatology": -10.0},
            },
            "notes": ["n"],
        },
    )


def test_a_settlement_is_printed_as_findings_and_not_as_a_dump():
    page = Page(render_html(settlement_run(), workbook=False))
    text = re.sub(r"[ \n]+", " ", " ".join(page.rest))
    for part in (
        "none of them is the best",
        "P1: Phased terms (share 0.3); a guarantee of 3.2",
        "95\u202f% (90\u202f% to 98\u202f%)",
        "Northland: 0.20 (−0.10 to 0.60)",
        "Northland gains; fails in 8\u202f% of draws",
        "war cost is low",
        "Southland: 0.4",
        "No war: probability of no war within 10 years, median.",
    ):
        assert part in text, part
    assert "settlement-P1" in page.ids
    assert ("h3", "Durability and the least favoured signatory's gain") in page.headings


def test_a_back_test_that_a_baseline_wins_is_said_first():
    document = build(settlement_run())
    from detente.report.plain import plain_text

    first = [plain_text(item) for item in document.sections[0].blocks[1].items]
    assert first[0].startswith("On held-out events a baseline predicts better")
    assert any(s.id == "baselines" for s in document.sections)
    assert not any("has not been scored" in item for item in first)


def test_wide_nested_objects_become_entries():
    from detente.report.document import Entries, Facts, Grid
    from detente.report.trees import tree

    wide = {f"key_{n}": n for n in range(9)}
    blocks = tree(
        {
            "plain": 1,
            "wide": [{"name": "one", **wide}],
            "small": [{"a": 1, "b": 2}],
            "map": {"x": {"v": 1}, "y": {"v": 2}},
        }
    )
    assert isinstance(blocks[0], Facts)
    assert sum(isinstance(b, Entries) for b in blocks) == 1
    assert sum(isinstance(b, Grid) for b in blocks) == 2
    entry = next(b for b in blocks if isinstance(b, Entries)).items[0]
    assert entry.text == "one"
    assert len(entry.facts) == 9
