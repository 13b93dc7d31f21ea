"""Jobs: a verb in a process of its own with progress, cancelled in order, known again after a reload and a restart."""

import json
import os
import random
import signal
import time
from pathlib import Path

import httpx
import pytest
from processes import descendants, survivors, wait_for
from studio_server import StudioServer

from detente.case import load_case
from detente.errors import OptionError
from detente.run import read_run
from detente.studio.jobs import JobOrder, Jobs

FOLDER = str(load_case("toy-process").folder)
DATE = "2021-08-05"


def order(**more) -> JobOrder:
    return JobOrder(**{"kind": "analyze", "case": FOLDER, "date": DATE, "draws": 4, **more})


def until(jobs: Jobs, id: str, *states: str) -> str:
    return wait_for(lambda: (state := jobs.get(id).state) in states and state, 120)


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Jobs(tmp_path / "work")
    yield made
    made.stop_all()


def test_a_job_that_goes_wrong_says_so_in_words_and_is_known_after_a_restart(jobs, tmp_path):
    started = jobs.start(order(date="1900-01-01"))
    assert started.id == "analyze-0001" and started.state == "running"
    assert until(jobs, started.id, "failed", "done") == "failed"
    assert "1900-01-01" in jobs.get(started.id).words
    again = Jobs(tmp_path / "work")
    assert [(j.id, j.state) for j in again.all()] == [("analyze-0001", "failed")]
    assert "/" not in json.dumps(again.get(started.id).data()["words"])


@pytest.mark.slow
def test_a_cancelled_job_stops_in_order_and_two_run_at_most(jobs, tmp_path):
    others = descendants(os.getpid())
    long = [jobs.start(order(draws=1500, seed=n)) for n in range(2)]
    with pytest.raises(OptionError, match="two jobs are running"):
        jobs.start(order())
    wait_for((tmp_path / "work" / "jobs" / long[0].id / "progress.json").is_file)
    below = descendants(os.getpid()) - others
    assert {job.state for job in Jobs(tmp_path / "work").all()} == {"running"}  # as another studio sees them
    for job in long:
        assert jobs.cancel(job.id).state in ("stopping", "stopped")
    assert {until(jobs, job.id, "stopped", "failed") for job in long} == {"stopped"}
    assert survivors(below) == set()
    lost = Jobs(tmp_path / "work")
    assert {j.state for j in lost.all()} <= {"stopped", "lost"}


@pytest.mark.slow
def test_two_jobs_do_not_compute_the_same_at_once(jobs, tmp_path):
    first = jobs.start(order(draws=1500))
    wait_for(lambda: list(tmp_path.glob("detente-out/*/.draws/*.jsonl")))
    second = jobs.start(order(draws=1500))
    assert until(jobs, second.id, "failed", "done") == "failed"
    assert "another process is computing the same" in jobs.get(second.id).words
    assert jobs.get(first.id).state == "running"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"kind": "rm"}, "unknown kind"),
        ({"draws": 0}, "--draws 0"),
        ({"draws": 10**6}, "--draws 1000000"),
        ({"draws": "ten"}, "--draws ten"),
        ({"seed": -1}, "--seed -1"),
        ({"kind": "accounts", "scenario": "scenario: now\nparameters:\n  war_cost: 2\n"}, "as it stands"),
    ],
)
def test_an_order_out_of_bounds_starts_nothing(tmp_path, more, words):
    with pytest.raises(OptionError, match=words):
        Jobs(tmp_path).start(order(**more))
    assert not (tmp_path / "jobs").exists()


BROKEN = {
    "": "job.json is not the order",
    "{}": "job.json is not the order",
    "[]": "job.json is not the order",
    "[" * 100_000: "job.json is not the order",
    '{"kind": "analyze", "case": 3, "date": "x", "draws": 4}': "job.json is not the order",
    '{"kind": "rm", "case": "x", "date": "x"}': "job.json is not the order",
    "folder": "a folder has this name",
    "link": "there is no such file",
    None: "there is no such file",
}


@pytest.mark.parametrize("content", BROKEN, ids=[str(n) for n in range(len(BROKEN))])
def test_a_job_that_cannot_be_read_is_shown_with_its_reason_and_hides_no_other(tmp_path, content):
    jobs = Jobs(tmp_path)
    order().write(jobs.folder / "analyze-0001")
    path = jobs.folder / "settle-0002" / "job.json"
    path.parent.mkdir()
    if content == "folder":
        path.mkdir()
    elif content == "link":
        path.symlink_to("nowhere")
    elif content is not None:
        path.write_text(content, "utf-8")
    found = jobs.all()
    assert [(job.id, job.state) for job in found] == [("settle-0002", "broken"), ("analyze-0001", "lost")]
    assert BROKEN[content] in found[0].data()["words"] and found[0].data()["kind"] == "settle"


@pytest.mark.parametrize("content", ["", "[]", "3", '{"state": "rm", "share": 0, "words": ""}', "folder", "link"])
def test_progress_that_cannot_be_read_is_shown_with_its_reason(tmp_path, content):
    jobs = Jobs(tmp_path)
    order().write(jobs.folder / "analyze-0001")
    path = jobs.folder / "analyze-0001" / "progress.json"
    if content == "folder":
        path.mkdir()
    elif content == "link":
        path.symlink_to("nowhere")
    else:
        path.write_text(content, "utf-8")
    (job,) = jobs.all()
    assert job.state == "broken" and job.words


@pytest.fixture
def server(tmp_path):
    made = StudioServer(tmp_path, "toy-process")
    yield made
    made.stop()


def page(server: StudioServer) -> httpx.Client:
    return httpx.Client(base_url=server.base, cookies=server.cookie, headers={"origin": server.base}, timeout=60)


def start(client: httpx.Client, **more) -> dict:
    wait_for(lambda: client.get("/api/ready").json()["stage"] not in ("reading",))
    answer = client.post("/api/jobs", json={"kind": "analyze", "view": {"date": DATE}, "draws": 400, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def finished(folder: Path) -> int:
    """Draws on disk."""
    files = folder.glob("detente-out/toy-process-2021-08-05/.draws/*.jsonl")
    return sum(max(0, path.read_bytes().count(b"\n") - 1) for path in files)


@pytest.mark.slow
@pytest.mark.parametrize("times", [4, pytest.param(50, marks=pytest.mark.hours)])
def test_a_killed_studio_leaves_no_job_and_no_worker(tmp_path, times):
    rng = random.Random(3)
    for n in range(times + 1):
        server = StudioServer(tmp_path, "toy-process")
        with page(server) as client:
            start(client)
        workers = 3 if n == times else 0  # the last one is killed while it computes
        wait_for(lambda p=server.process.pid, least=workers: len(descendants(p)) > least)
        time.sleep(rng.random())
        below = descendants(server.process.pid)
        server.kill()
        assert survivors(below) == set()
    assert {job.state for job in Jobs(tmp_path / "detente-out" / "toy-process-studio").all()} <= {"stopped", "lost"}


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, pytest.param(50, marks=pytest.mark.hours)])
def test_after_a_kill_the_next_job_goes_on_from_its_draws(tmp_path, times):
    rng, kept = random.Random(5), 0
    for _ in range(times):
        server = StudioServer(tmp_path, "toy-process")
        with page(server) as client:
            start(client)
        wanted = min(kept + rng.randrange(1, 3), 398)
        wait_for(lambda k=wanted: finished(tmp_path) > k, 180)
        below = descendants(server.process.pid)
        assert below, "a job and its workers run"
        server.kill()
        assert survivors(below) == set()
        now = finished(tmp_path)
        assert now > kept
        kept = now
    again = StudioServer(tmp_path, "toy-process")
    try:
        with page(again) as client:
            wait_for(lambda: client.get("/api/ready").json()["stage"] != "reading")
            before = client.get("/api/jobs").json()["jobs"]
            assert {job["state"] for job in before} <= {"stopped", "lost"}
            job = start(client)
            share = wait_for(lambda: client.get("/api/jobs").json()["jobs"][0]["share"] or 0, 120)
            assert share > 0.85 * kept / 401  # it did not begin anew
            client.post(f"/api/jobs/{job['id']}/cancel", json={})
    finally:
        again.stop()
    assert finished(tmp_path) >= kept


@pytest.mark.slow
def test_an_analysis_of_a_changed_case_carries_its_changes_and_shows_its_dossier(tmp_path, server):
    with page(server) as client:
        view = {"date": DATE, "set": {"war_cost": 2.0}}
        job = start(client, view=view, draws=2)
        wait_for(lambda: client.get("/api/jobs").json()["jobs"][0]["state"] not in ("running", "stopping"), 180)
        assert client.get("/api/jobs").json()["jobs"][0]["state"] == "done"
        dossier = client.get(f"/jobs/{job['id']}/dossier")
        assert dossier.status_code == 200 and "sandbox" in dossier.headers["content-security-policy"]
        assert 'data-spread="null"' in client.get(f"/risk?date={DATE}").text  # the case as it stands has none
    (path,) = tmp_path.glob("detente-out/toy-process-2021-08-05-with-changes_*/run.json")
    run = read_run(path.parent)
    (name,) = (name for name in run.inputs if name.startswith("scenarios/changes_"))
    assert any("not the case as it stands" in warning and name in warning for warning in run.warnings)
    assert "war_cost: 2.0" in (path.parent / "inputs" / name).read_text("utf-8")


@pytest.mark.slow
def test_the_studio_ends_its_jobs_when_it_is_stopped(tmp_path):
    server = StudioServer(tmp_path, "toy-process")
    with page(server) as client:
        start(client)
    below = wait_for(lambda: descendants(server.process.pid))
    began = time.monotonic()
    server.process.send_signal(signal.SIGINT)
    server.process.communicate(timeout=30)
    assert survivors(below, 2) == set(), time.monotonic() - began
