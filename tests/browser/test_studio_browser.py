"""The studio in a real browser with every outside address blocked: views, sliders, undo, scenarios, jobs, keyboard."""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from studio_server import StudioServer

from detente.case import load_case
from detente.files.shipped import shipped_folder
from detente.game import compile_case
from detente.run import Part, Run, Settlement, write_run
from detente.settlement.part import settlement_key
from detente.solver import solve

pytestmark = pytest.mark.browser
VIEWS = ("situation", "actors", "record", "risk", "accounts", "hold", "claims", "compare")
WIDTHS = (1280, 390)
OUTLINE = """() => {
  const e = document.activeElement, style = getComputedStyle(e.matches('[data-at-variable]') ? e.parentElement : e);
  return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""


def large_case(folder: Path) -> Path:
    """The toy process with four seasons that nature turns: 2,496 states, 4 players."""
    made = folder / "seasons"
    shutil.copytree(shipped_folder() / "toy-process", made)
    text = (made / "case.yaml").read_text("utf-8").replace("case: toy-process", "case: seasons")
    text = text.replace("\nderived:", "  season: {values: [one, two, three, four]}\n\nderived:", 1)
    turns = "".join(
        f"  turn_{a}:\n    when: season == {a}\n    then: {{season: {b}}}\n    rate: 0.5\n"
        for a, b in (("one", "two"), ("two", "three"), ("three", "four"), ("four", "one"))
    )
    text = text.replace("\nnature:\n", f"\nnature:\n{turns}", 1)
    text = re.sub(r"(?m)^(  \d{4}-\d\d-\d\d: \{)", r"\1season: one, ", text)
    (made / "case.yaml").write_text(text, encoding="utf-8")
    return made


def serve(tmp_path_factory, case: str, name: str):
    server = StudioServer(tmp_path_factory.mktemp(name), case)
    yield server
    assert "Traceback" not in server.stop()


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    yield from serve(tmp_path_factory, "toy-process", "toy")


@pytest.fixture(scope="module")
def minsk(tmp_path_factory):
    yield from serve(tmp_path_factory, "minsk", "minsk")


class Watched:
    """A page with every outside address blocked; remembers what was asked for and what went wrong."""

    def __init__(self, browser, server: StudioServer, width: int = 1280) -> None:
        self.server = server
        self.context = browser.new_context(viewport={"width": width, "height": 900})
        self.outside: list[str] = []
        self.wrong: list[str] = []
        self.context.route("**/*", self._look)
        self.page = self.context.new_page()
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.wrong.append(str(e)))
        self.page.goto(server.address)
        self.page.wait_for_selector("main#main", timeout=60_000)

    def _look(self, route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme == "data" or (address.hostname == "127.0.0.1" and address.port == self.server.port):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def open(self, path: str, settled: bool = True):
        self.page.goto(f"{self.server.base}/{path}{'&' if '?' in path else '?'}date=2021-08-05")
        if settled:
            self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until everything that solves has solved."""
        script = (
            "() => [...document.querySelectorAll('[aria-busy]')].every(n => n.getAttribute('aria-busy') === 'false')"
        )
        self.page.wait_for_function(script, timeout=60_000)

    def close(self) -> None:
        self.context.close()
        assert self.outside == [] and self.wrong == []


@pytest.fixture
def on_toy(browser, toy):
    watched = Watched(browser, toy)
    yield watched
    watched.close()


@pytest.fixture
def on_minsk(browser, minsk):
    watched = Watched(browser, minsk)
    yield watched
    watched.close()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_alone_and_fits(browser, minsk, view, width):
    watched = Watched(browser, minsk, width)
    page = watched.open(view)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("h1").count() == 1
    if view == "record":
        page.wait_for_function("() => [...document.images].every(i => !i.complete || i.naturalWidth > 0)")
        page.locator("img").first.scroll_into_view_if_needed()
        page.wait_for_function(
            "() => document.images[0].complete && document.images[0].naturalWidth > 100", timeout=30_000
        )
    watched.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious(browser, minsk, axe, width):
    watched = Watched(browser, minsk, width)
    watched.context.new_cdp_session(watched.page).send("Page.setBypassCSP", {"enabled": True})
    found = []
    for path in (*VIEWS, "situation?visit=1", "record/source/OPED"):
        page = watched.open(path)
        if path == "actors":
            page.locator("details.terms summary").first.click()
            page.get_by_role("button", name="Long work").click()
        page.evaluate(axe)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        found += [
            f"{path} {v['id']} ({v['impact']}): {v['nodes'][0]['html'][:160]}"
            for v in result["violations"]
            if v["impact"] in ("serious", "critical", "moderate")
        ]
    watched.close()
    assert found == []


def curve(page, name: str = "war") -> str:
    return page.locator(f'[data-draw="curves"] path[data-curve="{name}"]').first.get_attribute("d")


def drag(page, name: str, shares, pause: float = 0.0) -> None:
    slider = page.locator(f'input[type=range][name="{name}"]').first
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    at = lambda share: box["x"] + 8 + (box["width"] - 16) * share  # noqa: E731
    page.mouse.move(at(0.5), y)
    page.mouse.down()
    for share in shares:
        page.mouse.move(at(share), y)
        if pause:
            time.sleep(pause)
    page.mouse.up()


def test_the_chart_follows_while_a_slider_is_dragged(on_toy):
    page = on_toy.open("actors")
    before = curve(page)
    page.evaluate(
        "() => { window.frames_ = []; new MutationObserver(() => window.frames_.push(document.body.dataset.shown))"
        ".observe(document.body, {attributeFilter: ['data-shown']}); }"
    )
    drag(page, "war_cost", [0.5 + 0.02 * k for k in range(20)], 0.06)
    on_toy.settle()
    frames = page.evaluate("window.frames_")
    assert len(frames) >= 4, "pictures must follow during the drag, not only at its end"
    values = [float(parse_qs(f)["set"][0].split(":")[1]) for f in frames if "set" in f]
    assert values == sorted(values)
    assert curve(page) != before
    assert "war_cost" in page.url
    shown = float(parse_qs(urlsplit(page.url).query)["set"][0].split(":")[1])
    assert values[-1] == pytest.approx(shown)


def test_a_stale_answer_is_never_shown(on_toy):
    """The answer to an older wish arrives after another assumption was moved: it must not be drawn."""
    page = on_toy.open("risk")
    held = []

    def slow(route):
        body = route.request.post_data_json
        if body["view"]["set"].keys() == {"war_cost"} and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/solve", slow)
    page.evaluate(
        "() => { window.shown_ = []; new MutationObserver(() => window.shown_.push(document.body.dataset.shown))"
        ".observe(document.body, {attributeFilter: ['data-shown']}); }"
    )
    page.locator('input[name="war_cost"]').focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('[data-pictures]').getAttribute('aria-busy') === 'true'")
    while not held:
        page.wait_for_timeout(20)
    page.locator('input[name="lapse"]').focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(100)
    held[0].continue_()
    on_toy.settle()
    shown = page.evaluate("window.shown_")
    assert shown and all("lapse" in s for s in shown)


def test_one_request_is_in_flight_and_the_newest_wins(on_toy):
    page = on_toy.open("risk")
    flying, most, asked = set(), [0], []

    def begin(request):
        if request.url.endswith("/api/solve") and request.post_data_json["want"] != "branch":
            flying.add(request)
            most[0] = max(most[0], len(flying))
            asked.append(request.post_data_json["view"]["set"].get("war_cost"))

    page.on("request", begin)
    for name in ("requestfinished", "requestfailed"):
        page.on(name, lambda request: flying.discard(request))  # noqa: PLW0108
    drag(page, "war_cost", [0.5 + 0.01 * k for k in range(40)])
    on_toy.settle()
    assert most[0] == 1
    assert len(asked) < 40
    assert asked[-1] == pytest.approx(float(page.locator('input[name="war_cost"]').input_value()), rel=1e-5)


def test_an_uncertified_answer_is_marked_and_not_drawn(on_toy):
    page = on_toy.open("risk")
    before = curve(page)
    page.route(
        "**/api/solve",
        lambda route: route.fulfill(
            json={
                "certified": False,
                "status": "residual 1e-03 is above 1e-07",
                "try": "more noise",
                "tol": 1e-7,
                "residual": 1e-3,
            }
        ),
    )
    page.locator('input[name="war_cost"]').focus()
    page.keyboard.press("PageUp")
    page.wait_for_selector(".state.bad")
    assert "No certified solution" in page.locator(".state.bad").inner_text()
    assert "void" in page.locator("[data-pictures]").get_attribute("class")
    assert curve(page) == before
    assert page.evaluate("document.body.dataset.shown").find("war_cost") < 0
    page.unroute("**/api/solve")
    page.keyboard.press("Home")
    page.wait_for_selector(".state.good")
    assert "void" not in page.locator("[data-pictures]").get_attribute("class")


def test_undo_and_redo_by_keyboard_and_a_link_reproduces_the_view(on_toy, browser, toy):
    page = on_toy.open("actors")
    page.locator('input[name="war_cost"]').focus()
    start = page.locator('input[name="war_cost"]').input_value()
    page.keyboard.press("PageUp")
    page.wait_for_function("() => location.search.includes('war_cost')")
    moved = page.locator('input[name="war_cost"]').input_value()
    page.locator('input[name="lapse"]').focus()
    page.keyboard.press("End")
    page.wait_for_function("() => location.search.includes('lapse')")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => !location.search.includes('lapse')")
    page.keyboard.press("Control+z")
    assert page.locator('input[name="war_cost"]').input_value() == start
    page.keyboard.press("Control+Shift+z")
    page.wait_for_function("() => location.search.includes('war_cost')")
    assert page.locator('input[name="war_cost"]').input_value() == moved
    on_toy.settle()
    picture = curve(page)
    other = Watched(browser, toy)
    other.page.goto(page.url)
    other.settle()
    assert curve(other.page) == picture
    assert other.page.locator('input[name="war_cost"]').input_value() == moved
    other.close()


def test_the_situation_can_be_edited_and_what_cannot_be_reached_is_said(on_toy):
    page = on_toy.open("situation")
    page.locator('[data-variable="tension"] label', has_text="tense").click()
    page.wait_for_function("() => location.search.includes('tension')")
    on_toy.settle()
    assert page.locator("circle.here").count() == 1
    page.goto(f"{on_toy.server.base}/situation?date=2021-08-05&at=phase:peace&at=process:text")
    page.wait_for_selector(".state.bad")
    assert "cannot be reached" in page.locator(".state.bad").inner_text()
    on_toy.wrong.clear()  # the browser notes the refusal in its console


def test_a_scenario_is_saved_reopened_and_compared(on_toy):
    page = on_toy.open("actors")
    page.locator('input[name="war_cost"]').focus()
    page.keyboard.press("End")
    page.wait_for_function("() => location.search.includes('war_cost')")
    page.get_by_role("button", name="Save as scenario").click()
    page.get_by_label("Name of the file").fill("dear_war")
    page.get_by_label("Title").fill("War is dear")
    page.get_by_label("Why").fill("To see what follows.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_function("() => location.search.includes('scenario=dear_war')")
    file = next(Path(f"/proc/{on_toy.server.process.pid}/cwd").resolve().rglob("dear_war.yaml"))
    assert (
        file.read_text("utf-8")
        == 'scenario: dear_war\ntitle: "War is dear"\nwhy: "To see what follows."\nparameters:\n  war_cost: 3.0\n'
    )
    on_toy.settle()
    assert page.locator('input[name="war_cost"]').input_value() == "3"
    page.goto(f"{on_toy.server.base}/compare?date=2021-08-05&a=&b=dear_war")
    on_toy.settle()
    rows = page.locator("table").first.inner_text()
    assert "war cost" in rows and "1.5" in rows and "3" in rows
    assert page.locator("[data-compare-answers] tbody tr").count() > 10
    assert page.locator('[data-draw="curves"] path.curve').count() == 4
    page.goto(f"{on_toy.server.base}/compare?date=2021-08-05&a=&b=prolong")
    on_toy.settle()
    assert "rent" in page.locator("table").first.inner_text()


def test_a_job_survives_a_reload_and_can_be_cancelled(on_toy):
    page = on_toy.open("risk")
    page.get_by_role("button", name="Long work").click()
    page.locator("[data-draws]").fill("1500")
    page.get_by_role("button", name="Analyse with draws").click()
    page.wait_for_selector('[data-job][data-state="running"] progress', timeout=30_000)
    page.reload()
    page.get_by_role("button", name="Long work").click()
    page.wait_for_selector('[data-job][data-state="running"]')
    page.get_by_role("button", name="Cancel", exact=True).last.click()
    page.wait_for_selector('[data-job][data-state="stopped"]', timeout=30_000)
    assert page.locator('[data-job][data-state="running"]').count() == 0


def test_a_crash_loses_nothing_that_was_moved(browser, tmp_path):
    server = StudioServer(tmp_path, "toy-process")
    watched = Watched(browser, server)
    page = watched.open("actors")
    page.locator('input[name="war_cost"]').focus()
    page.keyboard.press("PageUp")
    page.wait_for_function("() => location.search.includes('war_cost')")
    value = page.locator('input[name="war_cost"]').input_value()
    page.wait_for_timeout(300)
    watched.close()
    server.kill()
    again = StudioServer(tmp_path, "toy-process")
    watched = Watched(browser, again)
    assert f"war_cost%3A{value}" in watched.page.url
    assert "Unsaved changes: 1" in watched.page.locator("[data-draftline]").inner_text()
    page = watched.page
    page.get_by_role("link", name="Actors").click()
    watched.settle()
    page.keyboard.press("Control+z")
    page.wait_for_function("() => !location.search.includes('war_cost')")
    watched.close()
    again.stop()


def test_everything_can_be_done_from_the_keyboard(on_toy):
    page = on_toy.open("situation")

    def tab_to(script: str, most: int = 120) -> None:
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(f"() => {{ const e = document.activeElement; return Boolean({script}); }}"):
                outline = page.evaluate(OUTLINE)
                assert outline, "focus must be visible"
                return
        raise AssertionError(f"never reached {script}")

    tab_to("e.matches('a.skip')")
    tab_to("e.matches('[data-at-variable=\"tension\"]')")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.search.includes('tension')")
    page.evaluate("() => document.activeElement.blur()")
    tab_to("e.matches('a[data-view=\"risk\"]')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/risk?**")
    on_toy.settle()
    tab_to("e.matches('input[type=range]')")
    name = page.evaluate("document.activeElement.name")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(f"() => location.search.includes('{name}')")
    on_toy.settle()
    tab_to("e.matches('[data-do=save]')", 300)
    page.keyboard.press("Enter")
    page.keyboard.type("by_keys")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('scenario=by_keys')")
    on_toy.settle()
    tab_to("e.matches('[data-do=jobs]')", 300)
    page.keyboard.press("Space")
    assert page.locator("#jobs").is_visible()


def test_the_first_visit_has_five_steps(browser, tmp_path):
    server = StudioServer(tmp_path, "minsk")
    watched = Watched(browser, server)
    page = watched.page
    views = []
    for n in range(1, 6):
        assert f"Step {n} of 5" in page.locator("aside.visit").inner_text()
        views.append(urlsplit(page.url).path)
        watched.settle()
        if n == 3:
            page.locator('input[name="standing_russia"]').focus()
            page.keyboard.press("End")
            page.wait_for_function("() => location.search.includes('standing_russia')")
        if n < 5:
            page.get_by_role("link", name="Next", exact=True).click()
            page.wait_for_function(f"() => location.search.includes('visit={n + 1}')")
    assert views == ["/situation", "/record", "/actors", "/risk", "/compare"]
    assert "standing_russia" in page.url, "what was moved comes along"
    page.get_by_role("link", name="Done").click()
    page.wait_for_function("() => !document.querySelector('aside.visit')")
    page.goto(server.base + "/")
    page.wait_for_selector("main#main")
    assert page.locator("aside.visit").count() == 0
    watched.close()
    server.stop()


def test_a_source_is_one_click_away_and_filters_narrow(on_minsk):
    page = on_minsk.open("record", settled=False)
    whole = page.locator("table.events tbody tr").count()
    page.get_by_label("Words").fill("ceasefire")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**q=ceasefire**")
    assert 0 < page.locator("table.events tbody tr").count() < whole
    page.locator("table.events a.source").first.click()
    page.wait_for_url("**/record/source/**")
    assert page.locator("dl.facts dd").first.inner_text()


def settled_search(folder: Path, key: str | None = None) -> None:
    """A finished search with three points in the run of the toy case, as `detente settle` leaves it."""
    case = load_case("toy-process")
    spread = {"low": 0.9, "mid": 0.95, "high": 0.99, "at_share": 0.92}

    def point(id: str, cost: float) -> dict:
        return {
            "id": id, "package": "settled", "terms": [f"terms of {id}"], "levers": {}, "cost": cost,
            "durability": spread, "least_gain": {**spread, "who": "armenia"}, "gains": {"armenia": spread},
            "share_of_draws": 0.9, "paid_by": {"russia": cost}, "payers": ["russia"],
            "binding": {"id": "b", "words": "somebody loses", "fails_in_share_of_draws": 0.1, "margin": None},
        }  # fmt: skip

    settlement = Settlement.model_validate(
        {
            "finding": "Two combinations hold.", "signatories": ["armenia"], "can_block": {},
            "limits": {"risk": 0.05, "within": 10.0, "share": 0.9},
            "search": {"draws": 4, "settings": 3, "solved": 12, "exhaustive": True, "words": "all", "resolution": 0.01},
            "packages": [point("P1", 0.1), point("P2", 0.2)], "near": [point("N1", 0.0)],
        }
    )  # fmt: skip
    run = Run(
        version="0",
        case=case.name,
        title=case.title,
        date="2021-08-05",
        seed=0,
        draws=4,
        command="",
        inputs={},
        model={},
    )
    part = Part(name="settlement", key=key or settlement_key(case, "2021-08-05"), command="", settlement=settlement)
    write_run(run.add(part), folder / "detente-out" / "toy-process-2021-08-05")


def test_a_stale_search_is_said_and_not_drawn(browser, tmp_path):
    settled_search(tmp_path, key="0" * 64)
    server = StudioServer(tmp_path, "toy-process")
    watched = Watched(browser, server)
    page = watched.open("hold")
    assert page.locator('[data-kept="stale"]').count() == 1 and page.get_by_role("tabpanel").count() == 0
    page.get_by_role("button", name="Compute anew").click()
    page.wait_for_selector('[data-job][data-state="running"]', timeout=30_000)
    watched.close()
    server.stop()


def test_two_tabs_do_not_share_a_draft(on_toy, browser, toy):
    page = on_toy.open("actors")
    page.locator('input[name="war_cost"]').focus()
    page.keyboard.press("PageUp")
    page.wait_for_function("() => location.search.includes('war_cost')")
    other = on_toy.context.new_page()
    other.goto(f"{toy.base}/actors?date=2021-08-05")
    other.locator('input[name="lapse"]').focus()
    other.keyboard.press("PageUp")
    other.wait_for_function("() => location.search.includes('lapse')")
    assert "war_cost" not in other.url
    page.reload()
    page.keyboard.press("Control+z")
    page.wait_for_function("() => !location.search.includes('war_cost')")
    page.keyboard.press("Control+z")
    assert "lapse" not in page.url
    other.reload()
    other.keyboard.press("Control+z")
    other.wait_for_function("() => !location.search.includes('lapse')")
    drafts = Path(f"/proc/{toy.process.pid}/cwd").resolve() / "detente-out" / "toy-process-studio"
    tabs = [p.evaluate("sessionStorage.getItem('detente-tab')") for p in (page, other)]
    assert tabs[0] != tabs[1] and all((drafts / f"draft-{tab}.json").is_file() for tab in tabs)
    twin = on_toy.context.new_page()  # as a browser duplicates a tab: with a copy of what it holds
    twin.goto(f"{toy.base}/static/studio.css")
    twin.evaluate("(tab) => sessionStorage.setItem('detente-tab', tab)", tabs[0])
    twin.goto(f"{toy.base}/actors?date=2021-08-05")
    twin.wait_for_function("(tab) => sessionStorage.getItem('detente-tab') !== tab", arg=tabs[0])
    assert page.evaluate("sessionStorage.getItem('detente-tab')") == tabs[0]


def test_a_draft_of_another_tab_is_listed(browser, tmp_path):
    server = StudioServer(tmp_path, "toy-process")
    watched = Watched(browser, server)
    page = watched.open("actors")
    page.locator('input[name="war_cost"]').focus()
    page.keyboard.press("PageUp")
    page.wait_for_function("() => location.search.includes('war_cost')")
    page.wait_for_timeout(300)
    other = watched.context.new_page()
    other.goto(f"{server.base}/risk?date=2021-08-05")
    other.locator("[data-drafts] summary").click()
    other.locator("[data-drafts] a").first.click()
    other.wait_for_function("() => location.search.includes('war_cost')")
    watched.close()
    server.stop()


def test_a_broken_case_shows_its_mistakes_and_opens_by_itself_when_mended(browser, tmp_path):
    made = shutil.copytree(shipped_folder() / "toy-process", tmp_path / "mine")
    file = made / "case.yaml"
    good = file.read_text("utf-8").replace("case: toy-process", "case: mine")
    file.write_text(good.replace("war_cost", "war_cots", 1), encoding="utf-8")
    server = StudioServer(tmp_path, str(made))
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.address)
    page.wait_for_selector("[data-broken] .problem")
    assert "war_cost" in page.locator(".problem").first.inner_text()
    file.write_text(good, encoding="utf-8")
    page.wait_for_selector("main#main", timeout=20_000)
    page.wait_for_selector(".state.good", timeout=60_000)
    assert page.locator("[data-changed]").is_hidden()
    file.write_text(good.replace("title: ", "title: Edited ", 1), encoding="utf-8")
    page.wait_for_selector("[data-changed]:not([hidden])", timeout=20_000)
    page.get_by_role("link", name="Show the case as it is now").click()
    page.wait_for_function("() => document.title.includes('Edited')")
    context.close()
    server.stop()


def test_the_frontier_can_be_walked_by_keys_and_by_mouse(browser, tmp_path):
    settled_search(tmp_path)
    server = StudioServer(tmp_path, "toy-process")
    watched = Watched(browser, server)
    page = watched.open("hold")
    assert page.get_by_role("tabpanel").inner_text().find("terms of P1") > 0
    page.get_by_role("tab", name="P1").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tabpanel").inner_text().find("terms of P2") > 0
    page.keyboard.press("End")
    assert page.get_by_role("tabpanel").inner_text().find("terms of N1") > 0
    assert page.evaluate("document.activeElement.dataset.point") == "N1"
    page.locator("circle.point").first.click()
    assert page.get_by_role("tabpanel").inner_text().find("terms of P1") > 0
    watched.close()
    server.stop()


def measure(watched: Watched, name: str, moves: int) -> tuple[list[float], list[float]]:
    """Slider-to-chart and empty round trips, milliseconds: one move at a time, each waited for."""
    page = watched.open("risk")
    page.locator(f'input[name="{name}"]').focus()
    charts, trips = [], []
    for n in range(moves):
        page.evaluate("performance.clearMeasures()")
        shown = page.evaluate("document.body.dataset.shown")
        page.keyboard.press("ArrowRight" if (n // 30) % 2 == 0 else "ArrowLeft")
        page.wait_for_function(
            "(s) => document.body.dataset.shown !== s && performance.getEntriesByName('slider-to-chart').length",
            arg=shown,
        )
        charts.append(page.evaluate("performance.getEntriesByName('slider-to-chart')[0].duration"))
        trips.append(
            page.evaluate(
                "async () => { const t = performance.now(); await (await fetch('/api/ping', {method: 'POST',"
                "headers: {'content-type': 'application/json'}, body: '{}'})).json(); return performance.now() - t; }"
            )
        )
    return charts, trips


@pytest.mark.parametrize("case", ["seasons", "minsk"])
def test_a_slider_is_quicker_than_solving_anew(browser, tmp_path, case, capsys):
    """Both measured now, on this machine: from slider to chart, and one solve from nothing."""
    where = str(large_case(tmp_path)) if case == "seasons" else case
    server = StudioServer(tmp_path, where)
    watched = Watched(browser, server)
    watched.open("risk")
    game = compile_case(load_case(where)).game()
    before = seconds_of(lambda: solve(game))
    charts, trips = measure(watched, "lapse" if case == "seasons" else "war_cost_armenia", 30)
    anew = min(before, seconds_of(lambda: solve(game)))
    watched.close()
    server.stop()
    chart, trip = statistics.median(charts), statistics.median(trips)
    with capsys.disabled():
        print(
            f"\n{case}: slider to chart {chart:.0f} ms (worst {max(charts):.0f}), empty round trip {trip:.1f} ms, "
            f"one solve from nothing {1000 * anew:.0f} ms"
        )
    assert chart < 1000 * anew


def seconds_of(work) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def cpu_seconds(pid: int) -> float:
    """What a process has used of a processor so far."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_the_first_picture_costs_little_more_than_the_libraries(browser, tmp_path, capsys, monkeypatch):
    """In processor time, beside a bare interpreter that loads what the studio serves and reads with.

    Both as on a first start: nothing has been compiled yet.
    """
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "nothing"))
    libraries = "import typer, rich, starlette.applications, uvicorn, jinja2, pydantic, ruamel.yaml"
    script = f"{libraries}\nimport time\nprint(time.process_time())"
    bare = min(float(subprocess.check_output([sys.executable, "-c", script])) for _ in range(3))
    found = []
    for _ in range(3):
        server = StudioServer(tmp_path, "toy-process")
        context = browser.new_context()
        page = context.new_page()
        page.goto(server.address)
        page.wait_for_selector(".strip .value", timeout=20_000)
        found.append(cpu_seconds(server.process.pid))
        page.wait_for_selector(".state.good", timeout=60_000)
        context.close()
        server.stop()
    with capsys.disabled():
        print(f"\nprocessor time to the first picture {min(found):.2f} s, of the libraries alone {bare:.2f} s")
    assert min(found) < 4 * bare
