"""The application: which address leads to what, and what is said when something is wrong."""

import sys
import traceback
from collections.abc import Callable, Iterable
from functools import cached_property
from importlib import resources
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from detente.errors import DetenteError, Diagnostic, OptionError, UserError
from detente.studio.jobs import Jobs
from detente.studio.opened import Changed, NotReady, OpenCase
from detente.studio.security import WORDS, Door, Guard

RECORD = {
    "/record": "show_record",
    "/record/timeline.svg": "picture",
    "/record/ledger.svg": "ledger_drawing",
    "/record/source/{id}": "show_source",
}
STATIC = {"studio.css": "text/css; charset=utf-8", "studio.js": "text/javascript; charset=utf-8"}


class Studio:
    """What every page and every answer reads."""

    def __init__(self, opened: OpenCase) -> None:
        self.opened = opened
        self._jobs: Jobs | None = None

    @property
    def jobs(self) -> Jobs:
        """Long work on this case.

        Raises:
            NotReady, UserError: the case could not be read yet.
        """
        if self._jobs is None:
            self._jobs = Jobs(self.opened.work_folder)
        return self._jobs

    @cached_property
    def templates(self) -> Any:
        """The page templates."""
        import jinja2

        from detente.words.strings import label, string

        environment = jinja2.Environment(
            loader=jinja2.PackageLoader("detente.studio", "templates"),
            autoescape=True,
            trim_blocks=True,
            lstrip_blocks=True,
            undefined=jinja2.StrictUndefined,
        )
        environment.globals |= {
            "text": string,
            "label": label,
            "words": lambda kind, name: string(f"studio.{kind}{name}"),
        }
        environment.filters["plain"] = lambda value: str(value).replace("_", " ")
        return environment

    def render(self, name: str, context: dict[str, Any]) -> str:
        """A page."""
        return self.templates.get_template(name).render(**context)

    def close(self) -> None:
        """Stop what runs."""
        if self._jobs is not None:
            self._jobs.stop_all()


def told(diagnostics: Iterable[Diagnostic]) -> list[dict[str, str]]:
    """What is wrong, in words; where it stands only as the name of a file of the case."""
    return [
        {"what": d.what, "expected": d.expected, "hint": d.hint, "where": _place(d.file, d.line, d.column)}
        for d in diagnostics
    ]


def _place(file: str, line: int, column: int) -> str:
    name = "/".join(file.replace("\\", "/").rsplit("/", 2)[-2:]) if file and not file.startswith("/") else ""
    return ":".join([name, *(str(n) for n in (line, column) if n)]) if name else ""


def page(work: Callable[[Studio, Request], Response]) -> Callable:
    """A page: made in a thread, with the opening page while the case is being read."""

    async def endpoint(request: Request) -> Response:
        studio: Studio = request.app.state.studio
        try:
            made = await run_in_threadpool(work, studio, request)
            if made.status_code == 200:
                studio.opened.shown.set()
            return made
        except NotReady:
            return html(studio.render("opening.html.j2", {"title": studio.opened.name}))
        except UserError as error:
            context = {
                "title": studio.opened.name,
                "problems": told(error.diagnostics),
                "content": studio.opened.content,
                "broken": not isinstance(error, OptionError),
            }
            return html(studio.render("problem.html.j2", context), 400)

    return endpoint


def _of_record(name: str) -> Callable[[Studio, Request], Response]:
    """A page about the record, whose module is imported when the page is first asked for."""

    def work(studio: Studio, request: Request) -> Response:
        from detente.studio import record_pages

        return getattr(record_pages, name)(studio, request)

    return work


def html(text: str, status: int = 200) -> Response:
    """A page as an answer."""
    return Response(text, status, media_type="text/html; charset=utf-8")


async def static(request: Request) -> Response:
    """One of the two files that pages use."""
    name = request.path_params["name"]
    if name not in STATIC:
        raise HTTPException(404)
    text = resources.files("detente.studio").joinpath("static", name).read_bytes()
    return Response(text, media_type=STATIC[name], headers={"cache-control": "no-cache"})


async def on_http(_request: Request, error: Exception) -> Response:
    """Words for a status."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    return PlainTextResponse(WORDS.get(status, WORDS[400]) + "\n", status)


async def on_user(_request: Request, error: Exception) -> Response:
    """A mistake in what the page sent, or in the case: said, not hidden."""
    assert isinstance(error, UserError)
    return JSONResponse({"problems": told(error.diagnostics)}, 422)


async def on_computation(_request: Request, error: Exception) -> Response:
    """A number that cannot be computed."""
    return JSONResponse({"problems": [{"what": str(error), "expected": "", "hint": "", "where": ""}]}, 422)


async def on_changed(_request: Request, _error: Exception) -> Response:
    """Asked about a case whose files have changed since the page was made."""
    return JSONResponse({"changed": True}, 409)


async def on_not_ready(_request: Request, _error: Exception) -> Response:
    """Asked too early."""
    return JSONResponse({"wait": True}, 503)


async def on_error(_request: Request, error: Exception) -> Response:
    """An error of ours: its details go to the terminal, never to the page."""
    traceback.print_exception(error, file=sys.stderr)
    return JSONResponse({"problems": [{"what": "an error inside the studio; the terminal has the details"}]}, 500)


def application(opened: OpenCase, door: Door) -> tuple[Any, Studio]:
    """The guarded ASGI application, and what it works on."""
    from detente.studio import api, pages

    routes = [
        Route("/", page(pages.home)),
        *(Route(f"/{name}", page(work)) for name, work in pages.VIEWS.items()),
        *(Route(path, page(_of_record(name))) for path, name in RECORD.items()),
        Route("/static/{name}", static),
        *(Route(path, work, methods=["POST"]) for path, work in api.POSTS.items()),
        *(Route(path, work) for path, work in api.GETS.items()),
    ]
    handlers: dict[Any, Any] = {
        HTTPException: on_http,
        UserError: on_user,
        DetenteError: on_computation,
        NotReady: on_not_ready,
        Changed: on_changed,
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    app.add_exception_handler(500, on_error)
    studio = Studio(opened)
    app.state.studio = studio
    return Guard(app, door), studio


def redirect(where: str) -> Response:
    """Go elsewhere in the studio."""
    return RedirectResponse(where, 303)
