"""The door: only this machine, only this start's token, only this page; everything else is refused in few words.

A request passes if its Host is one of our loopback names with our port, its Origin (if any; POST needs one) is ours,
the browser does not say that it comes from another site, and it carries the cookie that the token address sets. Answers
carry a policy that forbids scripts, styles and addresses from anywhere else.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

BODY_LIMIT = 256 * 1024
QUERY_LIMIT = 16 * 1024
PATH_LIMIT = 1024
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
    ("x-frame-options", "DENY"),
)
WORDS = {
    400: "This request cannot be read.",
    401: "Open the address that the studio printed when it started: it carries the key to this session.",
    403: "This request does not come from the studio's own page and was refused.",
    404: "There is no such page.",
    405: "This cannot be done here.",
    413: "This is too large.",
    421: "The studio answers only on this machine's own address.",
}


@dataclass(frozen=True)
class Door:
    """The port and the token of one start."""

    port: int
    token: str

    @property
    def cookie(self) -> str:
        """Name of the cookie; ports share cookies, so the port is in the name."""
        return f"detente_{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Values of Host that are ours."""
        return tuple(f"{name}:{self.port}" for name in ("127.0.0.1", "localhost", "[::1]"))

    @property
    def address(self) -> str:
        """The address to open."""
        return f"http://127.0.0.1:{self.port}/start?token={self.token}"

    def fits(self, given: str) -> bool:
        """Whether this is the token, in constant time."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.token.encode())


class Guard:
    """ASGI middleware around the application."""

    def __init__(self, app: Any, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        headers = _headers(scope)
        query = scope["query_string"].decode("latin-1")
        entering = scope["path"] == "/start" and scope["method"] in ("GET", "HEAD")
        status = self._status(scope, headers, query, entering)
        if status:
            await refuse(send, status)
        elif entering:
            await self._enter(query, send)
        else:
            await self._pass(scope, receive, send)

    def _status(self, scope: Scope, headers: dict[str, str], query: str, entering: bool) -> int:
        """The status with which to refuse, or 0."""
        if headers.get("host") not in self.door.hosts or headers.get("host-count") != "1":
            return 421
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return 405
        if len(query) > QUERY_LIMIT or len(scope["path"]) > PATH_LIMIT:
            return 413
        if ".." in scope["path"] or "\\" in scope["path"] or "\0" in scope["path"]:
            return 404
        ours = {f"http://{host}" for host in self.door.hosts}
        origin = headers.get("origin")
        if (origin is not None and origin not in ours) or (scope["method"] == "POST" and origin is None):
            return 403
        if entering:
            return 0
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return 403
        if not self.door.fits(_cookie(headers.get("cookie", ""), self.door.cookie)):
            return 401
        length = headers.get("content-length", "0")
        if not length.isascii() or not length.isdigit():
            return 400
        return 413 if int(length) > BODY_LIMIT else 0

    async def _enter(self, query: str, send: Send) -> None:
        token = parse_qs(query).get("token", [""])[0]
        if not self.door.fits(token):
            await refuse(send, 401)
            return
        cookie = f"{self.door.cookie}={self.door.token}; Path=/; HttpOnly; SameSite=Strict"
        await _answer(send, 303, "", (("set-cookie", cookie), ("location", "/")))

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        taken = 0

        async def limited() -> dict[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BODY_LIMIT:
                raise HTTPException(413)
            return message

        async def guarded(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                own = [(k, v) for k, v in message["headers"] if k not in (b"server",)]
                if b"cache-control" not in {k for k, _ in own}:
                    own.append((b"cache-control", b"no-store"))
                there = {k for k, _ in own}
                more = [(k.encode(), v.encode()) for k, v in HEADERS if k.encode() not in there]
                message = {**message, "headers": own + more}
            await send(message)

        await self.app(scope, limited, guarded)


def _headers(scope: Scope) -> dict[str, str]:
    found: dict[str, str] = {}
    hosts = 0
    for name, value in scope["headers"]:
        key = name.decode("latin-1").lower()
        hosts += key == "host"
        found[key] = value.decode("latin-1")
    return {**found, "host-count": str(hosts)}


def _cookie(header: str, name: str) -> str:
    try:
        morsel = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel is not None else ""


async def refuse(send: Send, status: int) -> None:
    """Answer with a status and its few words."""
    await _answer(send, status, WORDS[status] + "\n")


async def _answer(send: Send, status: int, text: str, more: tuple[tuple[str, str], ...] = ()) -> None:
    body = text.encode("utf-8")
    headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-length", str(len(body))),
        ("cache-control", "no-store"),
        *HEADERS,
        *more,
    ]
    start = {"type": "http.response.start", "status": status, "headers": [(k.encode(), v.encode()) for k, v in headers]}
    await send(start)
    await send({"type": "http.response.body", "body": body})
