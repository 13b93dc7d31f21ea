"""The door: hostile requests are refused in few words; nothing crashes, no path leaks, nothing is written."""

import json
import random
import socket
import threading

import httpx
import pytest
from studio_server import StudioServer

from detente.studio.app import application
from detente.studio.opened import OpenCase
from detente.studio.security import BODY_LIMIT, Door

KEY = Door(54321, "t" * 43)
BASE = "http://127.0.0.1:54321"
COOKIE = {"cookie": f"{KEY.cookie}={KEY.token}"}
OURS = {**COOKIE, "origin": BASE}
VIEW = {"date": "2021-08-05"}


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    """The guarded application on the toy case, once it is read, in a folder of its own."""
    folder = tmp_path_factory.mktemp("studio")
    monkey = pytest.MonkeyPatch()
    monkey.chdir(folder)
    opened = OpenCase("toy-process")
    opened.open()
    assert opened.wait(60)
    app, made = application(opened, KEY)
    made.folder = folder
    made.app = app
    yield made
    opened.worker.stop()
    monkey.undo()


@pytest.fixture
def ask(studio):
    """Ask the application for something, as if over the network."""
    import asyncio

    def call(method: str, path: str, headers=None, **more) -> httpx.Response:
        async def go() -> httpx.Response:
            transport = httpx.ASGITransport(app=studio.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
                return await client.request(method, path, headers=headers or {}, **more)

        return asyncio.run(go())

    return call


def test_the_page_opens_with_the_token_and_carries_the_policy(ask):
    entered = ask("GET", f"/start?token={KEY.token}")
    assert entered.status_code == 303 and entered.headers["location"] == "/"
    cookie = entered.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Strict" in cookie and cookie.startswith(f"{KEY.cookie}=")
    page = ask("GET", "/situation", COOKIE)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert page.headers["x-content-type-options"] == "nosniff" and page.headers["cache-control"] == "no-store"
    assert "<script>" not in page.text and " style=" not in page.text and "http://" not in page.text.replace(BASE, "")


@pytest.mark.parametrize(
    ("status", "method", "path", "headers"),
    [
        (401, "GET", "/situation", {}),
        (401, "GET", "/situation", {"cookie": f"{KEY.cookie}=wrong"}),
        (401, "GET", "/situation", {"cookie": 'x="; \0'}),
        (401, "GET", "/start?token=wrong", {}),
        (401, "GET", "/start", {}),
        (401, "GET", "/static/studio.js", {}),
        (421, "GET", "/situation", {**COOKIE, "host": "evil.example:54321"}),
        (421, "GET", "/situation", {**COOKIE, "host": "127.0.0.1"}),
        (421, "GET", "/situation", {**COOKIE, "host": "127.0.0.1:54322"}),
        (421, "GET", f"/start?token={KEY.token}", {"host": "rebound.example:54321"}),
        (403, "GET", "/situation", {**COOKIE, "origin": "http://evil.example"}),
        (403, "GET", "/situation", {**COOKIE, "origin": "null"}),
        (403, "GET", "/situation", {**COOKIE, "sec-fetch-site": "cross-site"}),
        (403, "GET", "/situation", {**COOKIE, "sec-fetch-site": "same-site"}),
        (403, "POST", "/api/ping", COOKIE),
        (403, "POST", "/api/ping", {**COOKIE, "origin": "http://127.0.0.1:54322"}),
        (403, "POST", "/api/ping", {**COOKIE, "origin": "https://127.0.0.1:54321"}),
        (405, "PUT", "/situation", OURS),
        (405, "DELETE", "/api/jobs", OURS),
        (405, "OPTIONS", "/api/solve", OURS),
        (404, "GET", "/nope", COOKIE),
        (404, "GET", "/static/nope.js", COOKIE),
        (404, "GET", "/static/../app.py", COOKIE),
        (404, "GET", "/static/%2e%2e/app.py", COOKIE),
        (404, "GET", "/static/..%2fapp.py", COOKIE),
        (404, "GET", "/static/%2e%2e%2f%2e%2e%2fcases%2fminsk%2fcase.yaml", COOKIE),
        (404, "GET", "/static/..%5c..%5capp.py", COOKIE),
        (404, "GET", "/static/studio.js%00.css", COOKIE),
        (404, "GET", "/record/source/..%2f..%2fetc%2fpasswd", COOKIE),
        (422, "GET", "/jobs/analyze-9999/dossier", COOKIE),
        (404, "GET", "/jobs/..%2f..%2fx/dossier", COOKIE),
        (413, "GET", "/situation?x=" + "a" * 20000, COOKIE),
        (413, "GET", "/" + "a" * 3000, COOKIE),
    ],
)
def test_what_is_not_ours_is_refused(ask, status, method, path, headers):
    answer = ask(method, path, headers)
    assert answer.status_code == status
    clean(answer)


def clean(answer: httpx.Response) -> None:
    """No path, no traceback, no name of a library; the policy stands on refusals too."""
    text = answer.text
    assert not any(
        word in text for word in ("/work", "/usr", "site-packages", "Traceback", "File ", ".py", "starlette")
    )
    assert "content-security-policy" in answer.headers
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/solve", b"{"),
        ("/api/solve", b"[]"),
        ("/api/solve", b"[" * 100000),
        ("/api/solve", b"\xff\xfe"),
        ("/api/solve", b'{"view": 3}'),
        ("/api/solve", b'{"view": {"date": "2021-08-05"}, "client": "../x"}'),
        ("/api/solve", b'{"view": {"date": "2021-08-05"}, "want": "everything"}'),
        ("/api/solve", b'{"view": {"set": {"war_cost": 1e999}}}'),
        ("/api/solve", b'{"view": {"at": {"phase": "peace", "process": "text"}}}'),
        ("/api/map", b'{"view": {"date": "never"}}'),
        ("/api/compare", b'{"a": 3}'),
        ("/api/draft", b'{"tab": "a", "history": []}'),
        ("/api/draft", b'{"history": ["a"], "position": 0}'),
        ("/api/draft", b'{"tab": "../x", "history": ["a"], "position": 0}'),
        ("/api/draft", b'{"tab": "../x", "drop": true}'),
        ("/api/scenarios", b'{"view": {}, "name": "../../x"}'),
        ("/api/scenarios", b'{"view": {}, "name": ["x"]}'),
        ("/api/jobs", b'{"view": {}, "kind": "rm"}'),
        ("/api/jobs", b'{"view": {}, "kind": "analyze", "draws": 1000000000}'),
        ("/api/jobs", b'{"view": {}, "kind": "analyze", "draws": "ten"}'),
        ("/api/jobs/..%2fx/cancel", b"{}"),
        ("/api/jobs/analyze-0001/cancel", b"{}"),
    ],
)
def test_nonsense_is_told_so(ask, studio, path, body):
    answer = ask("POST", path, {**OURS, "content-type": "application/json"}, content=body)
    assert answer.status_code in (404, 422), answer.text
    if answer.status_code == 422:
        assert answer.json()["problems"][0]["what"]
    clean(answer)
    assert not (studio.folder / "toy-process-scenarios").exists()


def test_other_content_types_are_refused(ask):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = ask("POST", "/api/draft", {**OURS, "content-type": kind}, content=b'{"drop": true}')
        assert answer.status_code == 422


def test_a_body_over_the_limit_is_refused_announced_or_not(ask):
    headers = {**OURS, "content-type": "application/json"}
    assert ask("POST", "/api/ping", headers, content=b"x" * (BODY_LIMIT + 1)).status_code == 413

    async def pieces():
        for _ in range(BODY_LIMIT // 1000 + 2):
            yield b"y" * 1000

    assert ask("POST", "/api/solve", headers, content=pieces()).status_code == 413
    assert ask("POST", "/api/ping", headers, content=b"{}").status_code == 200


def test_an_error_of_ours_tells_the_page_nothing(ask, studio, monkeypatch, capfd):
    def broken(*_args):
        raise RuntimeError("secret in /home/someone/case")

    monkeypatch.setattr(type(studio.opened), "now", broken)
    for method, path in (("GET", "/situation"), ("POST", "/api/solve")):
        answer = ask(method, path, {**OURS, "content-type": "application/json"}, content=b'{"view": {}}')
        assert answer.status_code == 500 and "secret" not in answer.text
        clean(answer)
    assert "secret in" in capfd.readouterr().err


def mangled(rng: random.Random) -> tuple[str, str, dict[str, str], bytes]:
    """A request in which something is wrong."""
    letters = "abz09/.%?&=:;-_~#[]{}\"'<>\\ äß\u202e"
    text = "".join(rng.choice(letters) for _ in range(rng.randrange(0, 60)))
    path = rng.choice(
        ["/", "/api/", "/api/solve", "/api/jobs/", "/static/", "/record?", "/situation?set=", "/compare?a="]
    )
    headers = dict(rng.choice([COOKIE, OURS, {}, {**OURS, "origin": text.encode("ascii", "ignore").decode() or "x"}]))
    if rng.random() < 0.7:
        headers["content-type"] = "application/json"
    whole = json.dumps({"view": {"date": text, "set": {text: text}}, "client": text, "want": text}).encode()
    body = rng.choice([b"", text.encode(), whole, whole[: rng.randrange(len(whole))], rng.randbytes(40)])
    quoted = "".join(c if c.isascii() and c not in ' "<>\\^`{|}#' else f"%{ord(c) % 256:02x}" for c in text)
    return rng.choice(["GET", "POST", "HEAD", "PATCH", "TRACE"]), path + quoted.replace("%%", "%25%"), headers, body


@pytest.mark.parametrize("many", [600, pytest.param(10_000, marks=pytest.mark.slow)])
def test_thousands_of_malformed_requests_neither_crash_nor_leak(studio, many):
    import asyncio

    rng, seen = random.Random(20210805), {}

    async def go() -> None:
        transport = httpx.ASGITransport(app=studio.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
            done = 0
            while done < many:
                method, path, headers, body = mangled(rng)
                try:
                    answer = await client.request(method, path, headers=headers, content=body)
                except (httpx.InvalidURL, UnicodeError):
                    continue  # the client itself would not send it
                done += 1
                seen[answer.status_code] = seen.get(answer.status_code, 0) + 1
                if answer.status_code >= 400:
                    assert "/work" not in answer.text and "Traceback" not in answer.text
            alive = await client.post("/api/ping", headers={**OURS, "content-type": "application/json"}, content=b"{}")
            assert alive.status_code == 200

    asyncio.run(go())
    assert not any(status >= 500 and status != 503 for status in seen), seen
    assert sum(n for s, n in seen.items() if s >= 400) > many / 2
    written = {p.relative_to(studio.folder).as_posix() for p in studio.folder.rglob("*") if p.is_file()}
    assert written <= {"detente-out/toy-process-studio/visited"}


@pytest.mark.slow
def test_broken_bytes_on_the_wire_do_not_stop_the_server(tmp_path):
    server = StudioServer(tmp_path, "toy-process")
    try:
        rng = random.Random(1)
        lines = [
            b"GET / HTTP/1.1\r\n\r\n",
            b"\r\n\r\n",
            b"GET /" + b"a" * 60000 + b" HTTP/1.1\r\n\r\n",
            b"\x16\x03\x01\x02\x00",
            b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
            b"POST /api/ping HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
            b"POST /api/ping HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            b"GET http://evil/ HTTP/1.1\r\nHost: evil\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX: " % server.port + b"h" * 50000 + b"\r\n\r\n",
        ]
        for n in range(200):
            with socket.create_connection(("127.0.0.1", server.port), timeout=5) as wire:
                content = lines[n % len(lines)] if n % 2 else rng.randbytes(rng.randrange(1, 400))
                wire.sendall(content)
                wire.settimeout(0.02)
                try:
                    answer = wire.recv(4000)
                except (TimeoutError, ConnectionError):
                    continue
                assert b"/work" not in answer and b"Traceback" not in answer and not answer.startswith(b"HTTP/1.1 200")
        with httpx.Client(base_url=server.base, cookies=server.cookie, headers={"origin": server.base}) as client:
            assert client.post("/api/ping", json={}).status_code == 200
            assert client.get("/situation?date=2021-08-05").status_code == 200
    finally:
        words = server.stop()
    assert "Traceback" not in words


@pytest.mark.slow
def test_it_listens_on_loopback_only(tmp_path):
    server = StudioServer(tmp_path, "toy-process")
    try:
        own = socket.gethostbyname_ex(socket.gethostname())[2]
        for address in {a for a in own if not a.startswith("127.")}:
            with pytest.raises(OSError, match=r".*"):
                socket.create_connection((address, server.port), timeout=1)
        socket.create_connection(("127.0.0.1", server.port), timeout=5).close()
        assert server.token not in " ".join(t.name for t in threading.enumerate())
    finally:
        server.stop()


@pytest.mark.slow
def test_the_token_is_new_at_every_start(tmp_path):
    servers = [StudioServer(tmp_path, "toy-process") for _ in range(2)]
    try:
        assert servers[0].token != servers[1].token and len(servers[0].token) >= 40
        first = httpx.get(f"{servers[0].base}/", cookies={f"detente_{servers[0].port}": servers[1].token})
        assert first.status_code == 401
    finally:
        for server in servers:
            server.stop()
