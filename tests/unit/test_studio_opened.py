"""The case under watch: opened with its mistakes, read again when a file changes; results of other files are stale."""

import asyncio
import json
import re
import shutil

import httpx
import pytest
from synthetic_run import accounts

from detente.case import load_case
from detente.case.content import content_of
from detente.case.outputs import run_folder
from detente.errors import CaseError
from detente.evidence.kept import store_of
from detente.evidence.part import accounts_key, keep_accounts
from detente.files.shipped import shipped_folder
from detente.run import Part, Quantity, Run, write_run
from detente.studio import opened as module
from detente.studio.app import application
from detente.studio.opened import OpenCase
from detente.studio.security import Door

DOOR = Door(54321, "t" * 43)
BASE = "http://127.0.0.1:54321"
HEADERS = {"cookie": f"{DOOR.cookie}={DOOR.token}", "origin": BASE}
DATE = "2021-08-05"
VIEWS = ("situation", "actors", "record", "risk", "accounts", "hold", "claims", "compare")


class Site:
    """A studio on a copy of the toy case in a folder of its own, asked as if over the network."""

    def __init__(self, folder):
        self.folder = folder / "mine"
        shutil.copytree(shipped_folder() / "toy-process", self.folder)
        self.file = self.folder / "case.yaml"
        self.text = self.file.read_text("utf-8").replace("case: toy-process", "case: mine")
        self.write(self.text)
        self.opened = None

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def open(self) -> "Site":
        self.opened = OpenCase(str(self.folder))
        self.opened.open()
        assert self.opened.wait(60)
        self.app, self.studio = application(self.opened, DOOR)
        return self

    def ask(self, method: str, path: str, **more) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                return await client.request(method, path, headers=HEADERS, **more)

        return asyncio.run(go())

    def page(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def case(self):
        return load_case(self.folder)


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "LOOK", 0.0)  # every request looks at the files
    made = Site(tmp_path)
    yield made
    if made.opened is not None:
        made.opened.worker.stop()


def test_a_case_that_is_not_there_is_not_opened(tmp_path):
    with pytest.raises(CaseError, match="no case 'nosuch'"):
        OpenCase("nosuch")


def test_a_broken_case_is_shown_with_its_mistakes_and_opens_when_it_is_mended(site):
    site.write(site.text.replace("war_cost", "war_cots", 1))
    site.open()
    for view in VIEWS:
        told = site.page(f"/{view}")
        assert told.status_code == 400 and "war_cost" in told.text and "mine/case.yaml:" in told.text
        assert 'data-broken="' in told.text
    answer = site.ask("POST", "/api/solve", json={"view": {"date": DATE}})
    assert answer.status_code == 422 and any("war_cost" in p["what"] for p in answer.json()["problems"])
    before = site.page("/api/ready").json()
    assert before["stage"] == "broken"
    site.write(site.text)
    after = site.page("/api/ready").json()
    assert after["content"] != before["content"] and after["stage"] != "broken"
    assert site.page("/situation").status_code == 200


def test_a_case_that_breaks_while_it_is_open_says_so_and_comes_back(site):
    site.open()
    assert site.page("/risk").status_code == 200
    site.write("case: [")
    assert site.page("/risk").status_code == 400
    site.file.unlink()
    gone = site.page("/risk")
    assert gone.status_code == 400 and "case.yaml" in gone.text
    site.write(site.text)
    assert site.page("/risk").status_code == 200


def test_an_edit_of_a_good_case_is_picked_up_and_an_old_page_is_told(site):
    site.open()
    content = json.loads(re.search(r'data-page="([^"]*)"', site.page("/risk").text)[1].replace("&#34;", '"'))["content"]
    asked = {"view": {"date": DATE}, "content": content}
    assert site.ask("POST", "/api/solve", json=asked).status_code == 200
    site.write(site.text.replace("title: ", "title: Edited ", 1))
    assert "Edited" in site.page("/risk").text
    for path, more in (
        ("/api/solve", {}),
        ("/api/map", {}),
        ("/api/compare", {"a": "", "b": ""}),
        ("/api/scenarios", {"name": "x"}),
        ("/api/jobs", {"kind": "analyze", "draws": 4}),
    ):
        answer = site.ask("POST", path, json={**asked, **more})
        assert answer.status_code == 409 and answer.json() == {"changed": True}
    assert not list(site.folder.rglob("x.yaml"))
    asked["content"] = site.page("/api/ready").json()["content"]
    assert site.ask("POST", "/api/solve", json=asked).status_code == 200


def test_saving_a_scenario_does_not_change_the_case(site):
    site.open()
    before = site.page("/api/ready").json()["content"]
    view = {"date": DATE, "set": {"war_cost": 2.0}}
    assert site.ask("POST", "/api/scenarios", json={"view": view, "name": "dear", "content": before}).json()
    assert site.page("/api/ready").json()["content"] == before
    assert "dear" in site.page("/compare").text


@pytest.mark.parametrize("first", [True, False])
def test_scenario_files_that_cannot_be_used_are_shown_and_stop_nothing(site, first):
    folder = site.folder / "scenarios"
    if not first:
        site.open()
    (folder / "bad.yaml").write_text("scenario: bad\nparameters:\n  war_cots: 1\n", "utf-8")
    (folder / "dangling.yaml").symlink_to("nowhere")
    (folder / "folder.yaml").mkdir()
    if first:
        site.open()
    for view in VIEWS:
        page = site.page(f"/{view}")
        assert page.status_code == 200
        for words in ("Files that cannot be used: 3", "scenarios/bad.yaml:3:3", "war_cots", "a folder has this name"):
            assert words in page.text
    (folder / "bad.yaml").unlink()
    assert "Files that cannot be used: 2" in site.page("/risk").text


def left(case, number: float, part: str = "answers", key: str | None = None) -> None:
    """A run in the folder of a case, as a verb leaves it."""
    run = Run(
        version="0", case=case.name, title=case.title, date=DATE, seed=0, draws=7, command="", inputs={}, model={}
    )
    quantity = Quantity(
        id="relapse.5y",
        family="relapse",
        question="relapse",
        label="x",
        unit="probability",
        low=number,
        mid=number,
        high=number,
    )
    added = Part(name=part, key=content_of(case) if key is None else key, command="", quantities=(quantity,))
    write_run(run.add(added), run_folder(case, DATE))


def spread(site: Site, path: str = "/risk") -> object:
    return json.loads(re.search(r'data-spread="([^"]*)"', site.page(path).text)[1].replace("&#34;", '"'))


def test_the_spread_of_another_version_of_the_case_is_never_drawn(site):
    site.open()
    assert spread(site) is None and "data-kept" not in site.page("/risk").text
    left(site.case(), 0.25)
    assert spread(site)["numbers"] == {"relapse.5y": [0.25, 0.25, 0.25]}
    site.write(site.text + "\n# edited\n")
    for path in ("/risk", "/actors"):
        assert spread(site, path) is None
        assert 'data-kept="stale"' in site.page(path).text and "Compute anew" in site.page(path).text
    site.write(site.text)
    assert spread(site)["draws"] == 7


def test_the_spread_belongs_to_the_scenario_of_the_view(site):
    site.open()
    left(site.case(), 0.25)
    left(site.case().override(scenario="fragile"), 0.75)
    assert spread(site)["numbers"]["relapse.5y"][1] == 0.25
    assert spread(site, f"/risk?date={DATE}&scenario=fragile")["numbers"]["relapse.5y"][1] == 0.75
    assert spread(site, f"/risk?date={DATE}&scenario=prolong") is None
    path = site.folder / "scenarios" / "fragile.yaml"
    path.write_text(path.read_text("utf-8").replace("parameters:", "parameters:\n  rent: 0.1", 1), "utf-8")
    assert spread(site, f"/risk?date={DATE}&scenario=fragile") is None
    assert 'data-kept="stale"' in site.page(f"/risk?date={DATE}&scenario=fragile").text
    assert spread(site)["numbers"]["relapse.5y"][1] == 0.25


def with_account(site: Site) -> Site:
    (site.folder / "accounts").mkdir()
    (site.folder / "accounts" / "one.yaml").write_text(
        "account: one\nin_words: One.\nparameters:\n  war_cost: {range: [1.2, 1.4]}\n", "utf-8"
    )
    return site


LESS = Part(name="accounts", key="0" * 64, command="").model_dump_json()  # a part without what it should hold
BROKEN = ["", "{}", "[]", "[" * 100_000, '{"schema": 1}', "folder", "link", "\udcff", LESS]


@pytest.mark.slow
@pytest.mark.parametrize("content", BROKEN, ids=[str(n) for n in range(len(BROKEN))])
def test_results_that_cannot_be_read_are_shown_with_their_reason_and_stop_nothing(site, content):
    with_account(site).open()
    evidence = store_of(site.case()) / "accounts.json"
    for path in (run_folder(site.case(), DATE) / "run.json", evidence):
        path.parent.mkdir(parents=True)
        if content == "folder":
            path.mkdir()
        elif content == "link":
            path.symlink_to("nowhere")
        else:
            path.write_bytes(content.encode("utf-8", "surrogateescape"))
    for view in VIEWS:
        page = site.page(f"/{view}")
        assert page.status_code == 200
        if view in ("actors", "risk", "accounts", "hold"):
            assert 'data-kept="broken"' in page.text and "cannot be read" in page.text


def test_a_study_of_accounts_of_other_files_is_stale(site):
    with_account(site).open()
    keep_accounts(
        store_of(site.case()), Part(name="accounts", key=accounts_key(site.case()), command="", accounts=accounts())
    )
    fresh = site.page("/accounts").text
    assert "data-kept" not in fresh and "the record cannot tell" in fresh
    path = site.folder / "accounts" / "one.yaml"
    path.write_text(path.read_text("utf-8").replace("1.4", "1.5"), "utf-8")
    assert 'data-kept="stale"' in site.page("/accounts").text
