"""Every form draws, says the same in words, reaches out to nothing, and can be told apart without colour."""

import json
import re

import pytest

from detente.report.charts import (
    band,
    bars,
    bundle,
    intervals,
    live,
    png,
    scatter,
    svg,
    svg_file,
    timeline_spec,
    tornado,
)
from detente.report.charts.theme import DASHES, NARROW, SERIES, SHAPES, WIDTH
from detente.report.charts.timeline import decimal_year, short_label
from detente.run import Table

ROWS = Table(
    title="t",
    columns=("name", "group", "low", "mid", "high"),
    rows=(
        ("one", "A", -1.0, 0.5, 2.0),
        ("a name with several words that wraps", "A", 1.0, 1.5, 2.0),
        ("two", "B", 0.1, 0.2, 0.3),
    ),
)
CURVE = Table(
    title="c",
    columns=("years", "cause", "low", "mid", "high"),
    rows=tuple((y, c, 0.01 * y, 0.02 * y, 0.03 * y) for c in ("attack", "accident") for y in range(11)),
)
EVENTS = Table(
    title="e",
    columns=("date", "type", "text"),
    rows=(("1992-01", "war_start", "War begins"), ("1994-05-12", "ceasefire", "Ceasefire"), ("2001", "talks", "Talks")),
)


def forms(width: int) -> dict:
    return {
        "band": band(CURVE, "years", "Years", series="cause", width=width),
        "intervals": intervals(ROWS, "name", "units", width=width),
        "plain band": band(CURVE, "years", "Years", percent=False, width=width),
        "compared": intervals(ROWS, "name", compare="group", width=width),
        "grouped": intervals(ROWS, "name", group="group", width=width),
        "tornado": tornado(
            Table(title="t", columns=("parameter", "low", "high"), rows=(("p", 0.1, 0.4), ("q", 0.3, 0.2))),
            width=width,
        ),
        "bars": bars(
            Table(title="b", columns=("status", "count"), rows=(("partly_done", 3), ("open", 1))),
            "status",
            "count",
            width=width,
        ),
        "scatter": scatter(ROWS, "low", "high", x_title="x", y_title="y", label="name", kind="group", width=width),
        "timeline": timeline_spec(EVENTS, "date", "text", "type", width=width, mark="2000-01-01")[0],
    }


@pytest.mark.parametrize("width", [WIDTH, NARROW])
def test_every_form_draws_inside_its_width(width):
    for name, spec in forms(width).items():
        text = svg(spec, f"alt of {name}")
        drawn = float(re.search(r'width="([\d.]+)"', text).group(1))
        assert 0.75 * width <= drawn <= width + 14, name
        assert f'aria-label="alt of {name}"' in text
        assert "http" not in text, name
        assert "NaN" not in text, name


@pytest.mark.parametrize("name", list(forms(WIDTH)))
def test_every_form_is_a_valid_specification(name):
    altair = pytest.importorskip("altair", reason="altair checks specifications against the published schema")
    altair.Chart.from_dict(forms(WIDTH)[name])


def test_svg_has_one_accessible_name_and_escapes_it():
    text = svg(forms(WIDTH)["bars"], 'a "quoted" <alt>')
    assert text.count("aria-label") == 1
    assert "a &quot;quoted&quot; &lt;alt&gt;" in text
    assert text.count('role="') == 1
    assert svg_file(forms(WIDTH)["bars"]).startswith("<svg")
    assert png(forms(WIDTH)["bars"], 1.0).startswith(b"\x89PNG")


def test_the_interval_figure_carries_exactly_the_table():
    spec = json.dumps(forms(WIDTH)["intervals"])
    for row in ROWS.rows:
        assert f'"low": {row[2]}, "mid": {row[3]}, "high": {row[4]}' in spec


def test_rows_without_a_middle_are_left_out_and_points_without_a_range_stand():
    table = Table(
        title="t", columns=("name", "low", "mid", "high"), rows=(("a", None, None, None), ("b", None, 2.0, None))
    )
    spec = json.dumps(intervals(table, "name"))
    assert '"name": "a"' not in spec
    assert '"low": 2.0, "mid": 2.0, "high": 2.0' in spec


def luminance(color: str) -> float:
    parts = [int(color[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_series_reach_contrast_on_white_and_repeat_colour_by_shape_and_dash():
    assert all(1.05 / (luminance(color) + 0.05) >= 3 for color in SERIES)
    assert len(set(SERIES)) == len(set(DASHES)) == len(set(SHAPES)) == 8
    spec = json.dumps(forms(WIDTH)["band"])
    assert '"strokeDash": {' in spec


def test_timeline_labels_what_matters_first():
    crowd = [("2000-01-01", "statement", f"Statement number {n} of a long series") for n in range(200)]
    table = Table(
        title="e", columns=("date", "type", "text"), rows=(*crowd, ("2000-01-02", "ceasefire", "The ceasefire"))
    )
    spec, shown = timeline_spec(table, "date", "text", "type")
    assert any("The ceasefire" in label for label in shown)
    assert len(shown) < 20
    points = [d for layer in spec["layer"] if layer["mark"]["type"] == "point" for d in layer["data"]["values"]]
    assert len(points) == 201


@pytest.mark.parametrize(
    ("text", "year"),
    [("2001", 2001.5), ("2001-01", 2001 + 0.5 / 12), ("2001-01-01", 2001.0), ("soon", None), ("", None)],
)
def test_dates_may_be_coarse(text, year):
    assert decimal_year(text) == (pytest.approx(year) if year else None)


def test_long_sentences_are_cut_at_a_joint():
    assert short_label("Short text.") == "Short text"
    cut = short_label("Full-scale war began along the line of contact; one side called it a counter-offensive.")
    assert cut == "Full-scale war began along the line…"
    assert len(short_label("x" * 10 + " " + "y" * 80)) <= 37


@pytest.mark.slow
def test_the_live_figure_needs_nothing_from_outside():
    code = bundle()
    assert "vegaEmbed" in code[-400:] or "vegaEmbed" in code
    assert "cdn.jsdelivr" not in code


def test_no_title_ends_the_script_of_a_live_figure():
    script = live({"title": "</script>"}, "chart")
    assert "</script>" not in script
