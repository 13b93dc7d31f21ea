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

from detente.errors import OptionError
from detente.studio.app import Studio
from detente.studio.drafts import drop_draft, write_draft
from detente.studio.view import View, as_scenario, from_data, from_query
from detente.studio.worker import Superseded

CLIENT = re.compile(r"[a-z0-9]{1,32}")


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


def view_of(studio: Studio, data: Any) -> View:
    """A view in what a page sent."""
    return from_data(data, studio.desk.case, studio.desk.scenarios())


def _client(data: Mapping[str, Any]) -> str:
    client = data.get("client", "page")
    if not isinstance(client, str) or not CLIENT.fullmatch(client):
        raise OptionError.of("'client' is not the name of a page", "small letters and digits")
    return client


async def _solved(request: Request, work: Callable[[Any, dict[str, Any]], Any]) -> Response:
    data = await body_of(request)
    studio = studio_of(request)
    view = await run_in_threadpool(view_of, studio, data.get("view"))
    future = studio.desk.solve(_client(data), view, lambda sight: work(sight, data))
    try:
        found = await asyncio.wrap_future(future)
    except Superseded:
        return JSONResponse({"superseded": True})
    return JSONResponse(found)


async def solve(request: Request) -> Response:
    """Numbers of a view: `want` is "light" while dragging, "full" at rest, "branch" to check the solution's branch."""

    def work(sight: Any, data: dict[str, Any]) -> Any:
        from detente.studio import numbers

        wants = {"light": numbers.light, "full": numbers.full, "branch": numbers.check_branch}
        want = data.get("want", "light")
        if want not in wants:
            raise OptionError.of("unknown 'want'", f"one of {', '.join(wants)}")
        return wants[want](sight)

    return await _solved(request, work)


async def atlas(request: Request) -> Response:
    """The map of a view."""

    def work(sight: Any, data: dict[str, Any]) -> Any:
        from detente.studio.atlas import atlas as draw

        rows = data.get("rows")
        return draw(sight, rows if isinstance(rows, str) else None)

    return await _solved(request, work)


async def compare(request: Request) -> Response:
    """Full numbers of two views, given as queries `a` and `b`, one after the other."""
    from urllib.parse import parse_qsl

    from detente.studio.numbers import full

    data = await body_of(request)
    studio = studio_of(request)
    found = []
    for side in ("a", "b"):
        query = data.get(side)
        if not isinstance(query, str):
            raise OptionError.of(f"'{side}' is missing", "the link of a view")
        scenarios = await run_in_threadpool(studio.desk.scenarios)
        view = from_query(parse_qsl(query), studio.desk.case, scenarios)
        try:
            found.append(await asyncio.wrap_future(studio.desk.solve(_client(data) + side, view, full)))
        except Superseded:
            return JSONResponse({"superseded": True})
    return JSONResponse({"a": found[0], "b": found[1]})


async def ping(_request: Request) -> Response:
    """Nothing, there and back: what a round trip costs without any work."""
    return JSONResponse({})


async def ready(request: Request) -> Response:
    """How far the case is."""
    desk = studio_of(request).desk
    return JSONResponse({"stage": desk.stage})


async def draft(request: Request) -> Response:
    """Keep the draft, or forget it (`{"drop": true}`)."""
    data = await body_of(request)
    folder = studio_of(request).desk.work_folder
    if data.get("drop") is True:
        await run_in_threadpool(drop_draft, folder)
    else:
        await run_in_threadpool(write_draft, folder, data)
    return JSONResponse({"kept": True})


async def save(request: Request) -> Response:
    """Save a view as a scenario file in the case language."""
    data = await body_of(request)
    studio = studio_of(request)

    def work() -> str:
        from detente.workflow.studio import save_scenario

        scenarios = studio.desk.scenarios()
        view = from_data(data.get("view"), studio.desk.case, scenarios)
        words = {key: data.get(key) or "" for key in ("name", "title", "why")}
        if not all(isinstance(text, str) and len(text) <= 2000 for text in words.values()):
            raise OptionError.of("name, title and reason are texts", "at most 2000 letters each")
        scenario = as_scenario(view, studio.desk.case, scenarios, **words)
        save_scenario(studio.desk.case, scenario, studio.desk.scenario_folder, data.get("overwrite") is True)
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
        from detente.case.scenarios import scenario_text
        from detente.workflow.studio import JobOrder

        scenarios = studio.desk.scenarios()
        view = from_data(data.get("view"), studio.desk.case, scenarios)
        numbers = {key: data.get(key, 0) for key in ("draws", "seed")}
        if not all(isinstance(n, int) and not isinstance(n, bool) for n in numbers.values()):
            raise OptionError.of("draws and seed are whole numbers", "such as 100 and 0")
        changed = view.edited or view.scenario
        text = scenario_text(as_scenario(view, studio.desk.case, scenarios, name="now")) if changed else ""
        order = JobOrder(
            kind=str(data.get("kind", "")),
            case=str(studio.desk.case.folder.resolve()),
            date=view.date,
            quick=data.get("quick") is True,
            scenario=text,
            **numbers,
        )
        return studio.jobs.start(order).data()

    return JSONResponse(await run_in_threadpool(work))


async def cancel_job(request: Request) -> Response:
    """Stop a job; what it has finished is kept."""
    job = await run_in_threadpool(studio_of(request).jobs.cancel, request.path_params["id"])
    return JSONResponse(job.data())


async def job_dossier(request: Request) -> Response:
    """The dossier that a finished analysis wrote, closed off from this page."""
    studio = studio_of(request)
    job = await run_in_threadpool(studio.jobs.get, request.path_params["id"])
    path: Path = studio.jobs.folder / job.id / "run" / "dossier.html"
    if not path.is_file():
        raise HTTPException(404)
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-downloads; frame-ancestors 'none'"
    )
    return Response(
        path.read_bytes(), media_type="text/html; charset=utf-8", headers={"content-security-policy": policy}
    )


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
