"""What pages ask for while they are open: solutions, maps, comparisons, drafts, scenarios, jobs. JSON in, JSON out."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from detente.case.outputs import run_folder
from detente.case.scenarios import parse_scenario
from detente.errors import OptionError
from detente.studio.app import Studio
from detente.studio.drafts import drop_draft, write_draft
from detente.studio.jobs import JobOrder, JobStatus
from detente.studio.opened import CaseNow, Changed
from detente.studio.scenarios import save_scenario
from detente.studio.view import View, as_scenario, changes_of, from_data, from_query
from detente.studio.worker import Superseded, Urgency

CLIENT = re.compile(r"[a-z0-9]{1,32}")
WANTS = {"light": Urgency.DRAG, "full": Urgency.REST, "branch": Urgency.CHECK}


def studio_of(request: Request) -> Studio:
    """The studio that a request is for."""
    return request.app.state.studio


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that a request carries.

    Raises:
        OptionError: it carries something else.
    """
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise OptionError.of("this is no JSON", "content type application/json")
    try:
        data = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise OptionError.of("this is no JSON", "an object") from None
    if not isinstance(data, dict):
        raise OptionError.of("this is no object", "an object")
    return data


def now_of(studio: Studio, data: Mapping[str, Any]) -> CaseNow:
    """The case as it stands, for a page that may have been made from other files.

    Raises:
        Changed: the page was made before a file of the case changed.
    """
    now = studio.opened.now()
    if data.get("content") not in (None, now.content):
        raise Changed
    return now


def _seen(studio: Studio, data: Mapping[str, Any]) -> tuple[CaseNow, View]:
    """The case as it stands, and the view of it that a page sent."""
    now = now_of(studio, data)
    return now, from_data(data.get("view"), now.case, now.scenarios)


def _client(data: Mapping[str, Any]) -> str:
    client = data.get("client", "page")
    if not isinstance(client, str) or not CLIENT.fullmatch(client):
        raise OptionError.of("'client' is not the name of a page", "small letters and digits")
    return client


async def _solved(request: Request, work: Callable[[Any, dict[str, Any]], Any]) -> Response:
    data = await body_of(request)
    want = data.get("want", "light")
    if want not in WANTS:
        raise OptionError.of("unknown 'want'", f"one of {', '.join(WANTS)}")
    now, view = await run_in_threadpool(_seen, studio_of(request), data)
    client = _client(data) + ("-check" if WANTS[want] is Urgency.CHECK else "")  # a check replaces nothing but a check
    future = now.solve(client, view, lambda wish: work(wish, data), WANTS[want])
    try:
        found = await asyncio.wrap_future(future)
    except Superseded:
        return JSONResponse({"superseded": True})
    return JSONResponse(found)


async def solve(request: Request) -> Response:
    """Numbers of a view: `want` is "light" while dragging, "full" at rest, "branch" to check the solution's branch."""

    def work(wish: Any, data: dict[str, Any]) -> Any:
        from detente.studio import numbers

        wants = {"light": numbers.light, "full": numbers.full, "branch": numbers.check_branch}
        return wants[data.get("want", "light")](wish)

    return await _solved(request, work)


async def atlas(request: Request) -> Response:
    """The map of a view."""

    def work(wish: Any, data: dict[str, Any]) -> Any:
        from detente.studio.atlas import atlas as draw

        rows = data.get("rows")
        return draw(wish, rows if isinstance(rows, str) else None)

    return await _solved(request, work)


async def compare(request: Request) -> Response:
    """Full numbers of two views, given as queries `a` and `b`, one after the other."""
    from urllib.parse import parse_qsl

    from detente.studio.numbers import full

    data = await body_of(request)
    now = await run_in_threadpool(now_of, studio_of(request), data)
    found = []
    for side in ("a", "b"):
        query = data.get(side)
        if not isinstance(query, str):
            raise OptionError.of(f"'{side}' is missing", "the link of a view")
        scenarios = await run_in_threadpool(lambda: now.scenarios)
        view = from_query(parse_qsl(query), now.case, scenarios)
        try:
            found.append(await asyncio.wrap_future(now.solve(_client(data) + side, view, full)))
        except Superseded:
            return JSONResponse({"superseded": True})
    return JSONResponse({"a": found[0], "b": found[1]})


async def ping(_request: Request) -> Response:
    """Nothing, there and back: what a round trip costs without any work."""
    return JSONResponse({})


async def ready(request: Request) -> Response:
    """How far the case is, and the content key of its files."""
    opened = studio_of(request).opened
    content = await run_in_threadpool(lambda: opened.content)
    return JSONResponse({"stage": opened.stage, "content": content})


async def draft(request: Request) -> Response:
    """Keep a tab's draft, or forget it (`{"drop": true}`)."""
    data = await body_of(request)
    folder, tab = studio_of(request).opened.work_folder, data.get("tab")
    if data.get("drop") is True:
        await run_in_threadpool(drop_draft, folder, tab)
    else:
        await run_in_threadpool(write_draft, folder, tab, data)
    return JSONResponse({"kept": True})


async def save(request: Request) -> Response:
    """Save a view as a scenario file in the case language."""
    data = await body_of(request)
    studio = studio_of(request)

    def work() -> str:
        now, view = _seen(studio, data)
        words = {key: data.get(key) or "" for key in ("name", "title", "why")}
        if not all(isinstance(text, str) and len(text) <= 2000 for text in words.values()):
            raise OptionError.of("name, title and reason are texts", "at most 2000 letters each")
        scenario = as_scenario(view, now.case, now.scenarios, **words)
        save_scenario(now.case, scenario, now.scenario_folder, data.get("overwrite") is True)
        return scenario.name

    name = await run_in_threadpool(work)
    return JSONResponse({"saved": name})


async def jobs(request: Request) -> Response:
    """All jobs, newest first."""
    found = await run_in_threadpool(studio_of(request).jobs.all)
    return JSONResponse({"jobs": [job.data() for job in found]})


async def start_job(request: Request) -> Response:
    """Start long work on a view."""
    data = await body_of(request)
    studio = studio_of(request)

    def work() -> dict[str, Any]:
        now, view = _seen(studio, data)
        order = JobOrder(
            kind=str(data.get("kind", "")),
            case=str(now.case.folder.resolve()),
            date=view.date,
            draws=data.get("draws", 0),
            seed=data.get("seed", 0),
            quick=data.get("quick") is True,
            scenario=changes_of(view, now.case, now.scenarios),
        )
        return studio.jobs.start(order).data()

    return JSONResponse(await run_in_threadpool(work))


async def cancel_job(request: Request) -> Response:
    """Stop a job; what it has finished is kept."""
    id = request.path_params["id"]
    job = await run_in_threadpool(lambda: studio_of(request).jobs.cancel(id))
    return JSONResponse(job.data())


async def job_dossier(request: Request) -> Response:
    """The dossier that an analysis wrote into the folder of its run, closed off from this page."""
    studio, id = studio_of(request), request.path_params["id"]
    path = await run_in_threadpool(lambda: dossier_of(studio.opened.now(), studio.jobs.get(id)))
    if path is None:
        raise HTTPException(404)
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-downloads; frame-ancestors 'none'"
    )
    return Response(
        path.read_bytes(), media_type="text/html; charset=utf-8", headers={"content-security-policy": policy}
    )


def dossier_of(now: CaseNow, job: JobStatus) -> Path | None:
    """The dossier in the folder that a job writes to; None where there is none."""
    if job.order is None:
        return None
    case, text = now.case, job.order.scenario
    if text:
        case = case.override(scenario=parse_scenario(case, text, "changes.yaml"))
    path = run_folder(case, job.order.date, take=False) / "dossier.html"
    return path if path.is_file() else None


POSTS = {
    "/api/solve": solve,
    "/api/map": atlas,
    "/api/compare": compare,
    "/api/ping": ping,
    "/api/draft": draft,
    "/api/scenarios": save,
    "/api/jobs": start_job,
    "/api/jobs/{id}/cancel": cancel_job,
}
GETS = {"/api/ready": ready, "/api/jobs": jobs, "/jobs/{id}/dossier": job_dossier}
