"""A redacted copy says nothing about what is confidential: two runs that differ only there give the same copy."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_run import SECRET_WORDS, make_run

from detente.report import redact, render_html, render_markdown
from detente.report.redact import recognisable
from detente.run import Assumption, Quantity, Run, Table

secret_text = st.text(alphabet="QXZJqxzj", min_size=6, max_size=20)
secret_number = st.floats(0.01, 1e4).filter(recognisable)
FAMILIES = (
    "gain_from_settling",
    "delay",
    "delay_per_time",
    "loss",
    "loss_share",
    "trigger",
    "peace",
    "relapse",
    "other",
)


@st.composite
def structures(draw):
    """Which entries of a run are confidential, and which numbers hang on them."""
    return {
        "curve": draw(st.sampled_from([None, "relapse", "peace"])),
        "hanging": draw(st.sets(st.sampled_from([(f, a) for f in FAMILIES for a in ("a", "b")]), max_size=5)),
        "how": draw(st.sampled_from(["flag", "assumption", "record"])),
        "secret_rows": draw(st.integers(0, 3)),
        "secret_claim": draw(st.booleans()),
        "secret_table": draw(st.booleans()),
        "warned": draw(st.booleans()),
        "nested": draw(st.booleans()),
    }


@st.composite
def contents(draw):
    """What the confidential entries say."""
    return {
        "texts": draw(st.lists(secret_text, min_size=12, max_size=12, unique=True)),
        "numbers": draw(st.lists(secret_number, min_size=40, max_size=40, unique=True)),
        "hash": draw(st.text(alphabet="0123456789abcdef", min_size=64, max_size=64)),
    }


def assemble(structure, content) -> Run:
    """A run of this structure whose confidential parts hold this content; all else is fixed."""
    text, number = iter(content["texts"]), iter(content["numbers"])
    name, label, why, source, event, event_text, claim, title, cell = (next(text) for _ in range(9))
    hidden = Assumption(
        name=name,
        label=label,
        unit="value",
        low=next(number),
        mid=next(number),
        high=next(number),
        why=why,
        basis="sources",
        sources=(source, "Report One"),
        confidential=True,
    )
    known = Assumption(
        name="open_price",
        label="Open price",
        unit="value",
        low=1.0,
        mid=2.0,
        high=3.0,
        why="a reason",
        basis="sources",
        sources=("Report One",),
    )
    quantities = []
    for n, (family, actor) in enumerate((f, a) for f in FAMILIES for a in ("a", "b")):
        hangs = (family, actor) in structure["hanging"] or family == structure["curve"]
        how = structure["how"]
        values = sorted(next(number) for _ in range(3)) if hangs else [0.111111 + n, 0.222222 + n, 0.333333 + n]
        quantities.append(
            Quantity(
                id=f"{family}.{actor}",
                question=family,
                label=f"{family} of {actor}",
                actor=actor,
                unit="value",
                low=values[0],
                mid=values[1],
                high=values[2],
                sign_share=1.0,
                confidential=hangs and how == "flag",
                assumptions=(name,) if hangs and how == "assumption" else ("open_price",),
                record=(event,) if hangs and how == "record" else (),
            )
        )
    rows = [("E1", "2000-01-01", "talks", "Open talks", False), ("E2", "2001-01-01", "war", "Open war", False)]
    secret_rows = structure["secret_rows"] + (structure["how"] == "record")
    ids = [event, *(f"{event}-{n}" for n in range(1, secret_rows))][:secret_rows]
    rows += [(id, "1999-09-09", "talks", event_text, True) for id in ids]
    by_term = [
        (a, t, 0.5, 0.6 + i, 0.7 + i) for i, (a, t) in enumerate((a, t) for a in ("a", "b") for t in ("war", "stake"))
    ]
    gains = {
        q.actor
        for q in quantities
        if q.id.startswith("gain") and (q.confidential or name in q.assumptions or event in q.record)
    }
    by_term = [
        (a, t, next(number), next(number), next(number)) if a in gains and t == "war" else (a, t, *v)
        for a, t, *v in by_term
    ]
    curve_numbers = [next(number) for _ in range(3)] if structure["curve"] else [0.1, 0.2, 0.3]
    tables = {
        "timeline": Table(title="Timeline", columns=("id", "date", "type", "text", "confidential"), rows=tuple(rows)),
        "values_by_term": Table(title="Values", columns=("actor", "term", "low", "mid", "high"), rows=tuple(by_term)),
        f"{'risk' if structure['curve'] != 'peace' else 'peace'}_curve": Table(
            title="Curve", columns=("years", "low", "mid", "high"), rows=((1, *curve_numbers),)
        ),
        "tornado": Table(
            title="Tornado",
            columns=("quantity", "parameter", "low", "high"),
            rows=(("other.a", name, 0.4, 0.5), ("other.a", "open_price", 0.1, 0.2)),
        ),
    }
    if structure["secret_table"]:
        tables["annex"] = Table(title=title, columns=("what",), rows=((cell,),), confidential=True)
    claims = [{"id": "C1", "claim": "An open claim.", "verdict": "mixed"}]
    if structure["secret_claim"]:
        claims.append({"id": "C2", "claim": claim, "verdict": "supported", "confidential": True})
    nested = {
        "open": [{"x": 1}, {"x": 2, "why": f"because of {name}"}],
        "closed": {"said": claim, "confidential": True},
    }
    return Run(
        version="1",
        case="c",
        title="Title",
        date="2002-01-01",
        seed=1,
        draws=10,
        command="detente analyze c",
        inputs={"case.yaml": content["hash"]},
        model={"states": 2, "players": 2},
        actors={"a": "Alpha", "b": "Beta"},
        quantities=tuple(quantities),
        tables=tables,
        assumptions=(known, hidden),
        claims=tuple(claims),
        accounts=nested if structure["nested"] else None,
        warnings=("an open warning", *([f"parameter {name} is idle"] if structure["warned"] else [])),
    )


@settings(max_examples=150)
@given(structures(), contents(), contents())
def test_the_copy_does_not_depend_on_what_is_confidential(structure, one, two):
    first, second = redact(assemble(structure, one)), redact(assemble(structure, two))
    assert first == second
    dumped = first.model_dump_json()
    for secret in (*one["texts"], *two["texts"], one["hash"]):
        assert secret not in dumped
    held = {n for value in json.loads(dumped).values() for n in numbers(value)}
    assert not held & {*one["numbers"], *two["numbers"]}
    assert render_markdown_text(first) == render_markdown_text(second)


def render_markdown_text(run: Run) -> str:
    """Words and tables without drawing figures: what a reader could compare."""
    from detente.report.back import assumptions, numbers, reproduce
    from detente.report.context import Context
    from detente.report.markdown import block_text

    context = Context(run)
    sections = [section for make in (assumptions, numbers, reproduce) if (section := make(context))]
    return "\n".join(block_text(block) for section in sections for block in section.blocks)


def numbers(value) -> list[float]:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return []
    if isinstance(value, int | float):
        return [float(value)]
    return [n for item in (value.values() if isinstance(value, dict) else value) for n in numbers(item)]


@given(structures(), contents())
def test_public_entries_stay(structure, content):
    run = assemble(structure, content)
    copy = redact(run)
    assert [a.name for a in copy.assumptions] == ["open_price"]
    assert {"E1", "E2"} <= {row[0] for row in copy.tables["timeline"].rows}
    assert "an open warning" in copy.warnings
    assert any(c["claim"] == "An open claim." for c in copy.claims)
    tainted = {f for f, _ in structure["hanging"]} | {structure["curve"]}
    twins = {"delay": "delay_per_time", "delay_per_time": "delay", "loss": "loss_share", "loss_share": "loss"}
    tainted |= {twins[f] for f in tainted if f in twins}
    for q in run.quantities:
        if q.question not in tainted:
            assert q in copy.quantities


@given(structures(), contents())
def test_redacting_twice_adds_nothing(structure, content):
    once = redact(assemble(structure, content))
    assert redact(once) == once


def test_a_run_without_secrets_comes_back_as_it_is():
    run = make_run()
    public = run.model_copy(
        update={
            "assumptions": tuple(a for a in run.assumptions if not a.confidential),
            "quantities": tuple(q for q in run.quantities if not q.confidential),
            "claims": tuple(c for c in run.claims if not c.get("confidential")),
            "tables": {k: t for k, t in run.tables.items() if k not in ("timeline", "tornado")},
        }
    )
    assert redact(public) is public


@pytest.fixture(scope="module")
def shared_copy() -> Run:
    return redact(make_run())


def test_every_format_of_the_copy_is_clean_and_says_what_was_removed(shared_copy):
    page = render_html(shared_copy, workbook=False)
    text = render_markdown(shared_copy)
    for secret in (*SECRET_WORDS, "Secret price", "named in confidence"):
        assert secret not in page
        assert secret not in text
    assert "Redacted copy" in page
    assert "Assumptions: 1." in page
    assert "withheld" in page
    assert "a" * 64 not in page


def test_downloads_inside_the_copy_are_clean_too(shared_copy):
    import base64
    import re

    page = render_html(shared_copy)
    found = re.findall(r"base64,([A-Za-z0-9+/=]+)", page)
    assert len(found) > 20
    for item in found:
        content = base64.b64decode(item)
        assert b"Blue Orchid" not in content
        assert b"secret_price" not in content


def test_shares_that_sum_to_one_go_together():
    run = make_run()
    one = run.quantity("trigger.north").model_copy(update={"confidential": True})
    changed = run.model_copy(update={"quantities": tuple(one if q.id == one.id else q for q in run.quantities)})
    assert not [q for q in redact(changed).quantities if q.id.startswith("trigger.")]


def test_a_delay_goes_with_its_quotient_and_values_with_a_gain():
    run = make_run()
    hidden = {"delay.south", "gain_from_settling.north"}
    changed = run.model_copy(
        update={"quantities": tuple(q.model_copy(update={"confidential": q.id in hidden}) for q in run.quantities)}
    )
    copy = redact(changed)
    assert "delay_per_time.south" not in {q.id for q in copy.quantities}
    assert "delay_per_time.north" in {q.id for q in copy.quantities}
    assert "values_by_term" not in copy.tables
