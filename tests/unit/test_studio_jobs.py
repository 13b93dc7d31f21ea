"""Jobs: a process of its own with progress, cancelled in order, known again after a reload and after a restart."""

import json
import time

import httpx
import pytest
from studio_server import StudioServer

from detente.case import load_case
from detente.errors import Interrupted, OptionError
from detente.studio import job as job_process
from detente.studio.jobs import Jobs
from detente.workflow import studio as workflow
from detente.workflow.studio import JobOrder

FOLDER = str(load_case("toy-process").folder)


def order(**more) -> JobOrder:
    return JobOrder(
        **{"kind": "analyze", "case": FOLDER, "date": "2021-08-05", "draws": 4, "seed": 0, "quick": False, **more}
    )


def until(jobs: Jobs, id: str, *states: str, seconds: float = 60) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        state = jobs.get(id).state
        if state in states:
            return state
        time.sleep(0.1)
    raise AssertionError(f"still {jobs.get(id)}")


def test_a_job_that_goes_wrong_says_so_in_words_and_is_known_after_a_restart(tmp_path):
    jobs = Jobs(tmp_path)
    started = jobs.start(order(date="1900-01-01"))
    assert started.id == "analyze-0001" and started.state == "running"
    assert until(jobs, started.id, "failed", "done") == "failed"
    assert "1900-01-01" in jobs.get(started.id).words
    jobs.stop_all()
    again = Jobs(tmp_path)
    assert [(j.id, j.state) for j in again.all()] == [("analyze-0001", "failed")]
    assert "/" not in json.dumps(again.get(started.id).data()["words"])


def test_a_cancelled_job_stops_in_order_and_two_run_at_most(tmp_path):
    jobs = Jobs(tmp_path)
    long = [jobs.start(order(draws=1500)) for _ in range(2)]
    with pytest.raises(OptionError, match="two jobs are running"):
        jobs.start(order())
    end = time.monotonic() + 60
    while not (tmp_path / "jobs" / long[0].id / "progress.json").is_file() and time.monotonic() < end:
        time.sleep(0.05)
    for job in long:
        assert jobs.cancel(job.id).state in ("stopping", "stopped")
    assert {until(jobs, job.id, "stopped", "failed", seconds=30) for job in long} == {"stopped"}
    jobs.stop_all()
    assert jobs.newest("analyze", "2021-08-05") is None
    lost = Jobs(tmp_path)
    assert {j.state for j in lost.all()} <= {"stopped", "lost"}


def test_the_process_writes_progress_and_its_end_whole(tmp_path, monkeypatch):
    def run(asked, folder, progress):
        progress(0.5, "half")
        assert json.loads((folder / "progress.json").read_text("utf-8"))["words"] == "starting"
        return {"words": f"did {asked.kind}"}

    order(kind="settle").write(tmp_path)
    monkeypatch.setattr(job_process, "run_job", run)
    assert job_process.main(tmp_path) == 0
    assert json.loads((tmp_path / "end.json").read_text("utf-8")) == {"state": "done", "words": "did settle"}
    monkeypatch.setattr(job_process, "run_job", lambda *_: (_ for _ in ()).throw(Interrupted("x")))
    assert job_process.main(tmp_path) == 1
    assert json.loads((tmp_path / "end.json").read_text("utf-8"))["state"] == "stopped"
    monkeypatch.setattr(job_process, "run_job", lambda *_: 1 / 0)
    assert job_process.main(tmp_path) == 1
    told = json.loads((tmp_path / "end.json").read_text("utf-8"))
    assert told["state"] == "failed" and "error.txt" in told["words"] and "ZeroDivision" not in told["words"]
    assert "ZeroDivisionError" in (tmp_path / "error.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("more", "words"), [({"kind": "rm"}, "unknown kind"), ({"draws": 0}, "draws 0"), ({"seed": -1}, "seed -1")]
)
def test_an_order_out_of_bounds_starts_nothing(tmp_path, more, words):
    with pytest.raises(OptionError, match=words):
        Jobs(tmp_path).start(order(**more))
    assert not (tmp_path / "jobs").exists()


def test_accounts_are_not_tested_on_a_changed_case(tmp_path):
    changed = order(kind="accounts", scenario="scenario: now\nparameters:\n  war_cost: 2\n")
    with pytest.raises(OptionError, match="as it stands"):
        workflow.run_job(changed, tmp_path, lambda *_: None)


@pytest.mark.slow
def test_an_analysis_of_a_changed_case_carries_its_changes_and_shows_its_dossier(tmp_path):
    server = StudioServer(tmp_path, "toy-process")
    try:
        with httpx.Client(
            base_url=server.base, cookies=server.cookie, headers={"origin": server.base}, timeout=30
        ) as c:
            view = {"date": "2021-08-05", "set": {"war_cost": 2.0}}
            job = c.post("/api/jobs", json={"kind": "analyze", "view": view, "draws": 2}).json()
            end = time.monotonic() + 180
            while c.get("/api/jobs").json()["jobs"][0]["state"] == "running" and time.monotonic() < end:
                time.sleep(0.5)
            assert c.get("/api/jobs").json()["jobs"][0]["state"] == "done"
            dossier = c.get(f"/jobs/{job['id']}/dossier")
            assert dossier.status_code == 200 and "sandbox" in dossier.headers["content-security-policy"]
    finally:
        server.stop()
    run = json.loads(next(tmp_path.rglob("run.json")).read_text("utf-8"))
    assert "scenario.yaml" in run["inputs"] and "changed case" in run["warnings"][0]
    assert "war_cost: 2.0" in next(tmp_path.rglob("inputs/scenario.yaml")).read_text("utf-8")
