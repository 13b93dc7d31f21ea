"""The page in a real browser: accessible, fits a telephone, prints on both papers, asks nothing of the network."""

import shutil
import subprocess
from pathlib import Path

import pytest
from synthetic_run import make_run

from detente.report import render_html
from detente.report.charts import bars, bundle, live
from detente.run import Table

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("page") / "dossier.html"
    path.write_text(render_html(make_run()), encoding="utf-8")
    return path


@pytest.fixture
def page(browser, page_file):
    """The page at 1280 pixels, and every address that it asked for."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.asked = []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.goto(page_file.as_uri())
    yield opened
    opened.close()


def violations(page, axe: str) -> list[str]:
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    page.evaluate(axe)
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{v['id']} ({v['impact']}): {v['nodes'][0]['html'][:200]}"
        for v in result["violations"]
        if v["impact"] in ("serious", "critical", "moderate")
    ]


@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(browser, page_file, axe, width):
    opened = browser.new_page(viewport={"width": width, "height": 900})
    opened.goto(page_file.as_uri())
    assert violations(opened, axe) == []
    opened.close()


def test_axe_would_find_something(browser, axe, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text("<html><body><img src=x.png><p style='color:#ccc'>pale</p></body></html>", encoding="utf-8")
    opened = browser.new_page()
    opened.goto(bad.as_uri())
    assert any(found.startswith("image-alt") for found in violations(opened, axe))
    opened.close()


@pytest.mark.parametrize("width", [390, 640, 1024, 1280, 1920])
def test_nothing_sticks_out_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_asks_for_nothing_but_itself(page, page_file):
    assert page.asked == [page_file.as_uri()]


def test_the_figure_that_fits_is_shown(page):
    assert page.locator("#fig-risk .wide").is_visible()
    assert not page.locator("#fig-risk .narrow").is_visible()
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.locator("#fig-risk .wide").is_visible()
    assert page.locator("#fig-risk .narrow").is_visible()


def test_labels_of_a_figure_do_not_overlap(page):
    """Text boxes of every figure, measured by the browser itself."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        overlaps = page.evaluate(
            """() => [...document.querySelectorAll('svg.chart')].flatMap(svg => {
              if (svg.getBoundingClientRect().width === 0) return [];
              const texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
              const boxes = texts.map(t => t.getBoundingClientRect());
              const found = [];
              for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
                const a = boxes[i], b = boxes[j];
                const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
                const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
                if (x > 1 && y > 3) found.push([svg.closest('figure').id, texts[i].textContent, texts[j].textContent]);
              }
              return found;
            })"""
        )
        assert overlaps == []


def test_a_number_shows_its_tip_on_hover_and_on_focus(page):
    number = page.locator(".num").first
    tip = number.locator(".tip")
    assert not tip.is_visible()
    number.locator("a").hover()
    assert tip.is_visible()
    assert "Run entry: relapse.5y" in tip.inner_text()
    page.mouse.move(0, 0)
    number.locator("a").focus()
    assert tip.is_visible()


def test_a_number_leads_to_its_note_and_on_to_its_assumption(page):
    page.locator(".num a").first.click()
    assert page.evaluate("location.hash") == "#q-relapse.5y"
    page.locator("[id='q-relapse.5y'] a[href^='#a-']").first.click()
    assert page.evaluate("location.hash").startswith("#a-")


def test_a_link_opens_the_folded_row_that_it_leads_to(page):
    hidden = page.locator("[id='r-event-E003']")
    assert not hidden.is_visible()
    page.evaluate("location.hash = '#r-event-E003'")
    page.wait_for_timeout(200)
    assert hidden.is_visible()


def test_contents_stay_in_view_on_wide_screens(page):
    page.evaluate("document.getElementById('method').scrollIntoView()")
    page.wait_for_timeout(700)
    box = page.locator(".toc").bounding_box()
    assert 0 <= box["y"] < 100


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_it_prints(page, paper, tmp_path):
    if shutil.which("pdftotext") is None:
        pytest.skip("poppler is not installed")
    path = tmp_path / "print.pdf"
    page.pdf(path=str(path), format=paper)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, check=True).stdout.decode()
    assert "What this cannot tell you" in text
    assert "How to reproduce this" in text
    assert "Run entry:" not in text  # tips stay off the paper; the notes carry them
    sizes = subprocess.run(["pdffonts", path], capture_output=True, check=True).stdout.decode()
    assert len(sizes.splitlines()) > 2
    assert 10 <= text.count("\f") <= 45


def test_a_live_figure_draws_without_the_network(browser, tmp_path):
    spec = bars(Table(title="b", columns=("status", "count"), rows=(("open", 3), ("done", 1))), "status", "count")
    file = tmp_path / "live.html"
    file.write_text(
        f"<!doctype html><div id=chart></div><script type=module>{bundle()}</script>"
        f"<script type=module>{live(spec, 'chart')}</script>",
        encoding="utf-8",
    )
    opened = browser.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(file.as_uri())
    opened.wait_for_selector("#chart svg")
    assert asked == [file.as_uri()]
    opened.close()
