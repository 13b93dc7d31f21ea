"""Opening the door: a port on this machine, an address with a token, pages until it is interrupted."""

import asyncio
import errno
import json
import os
import secrets
import socket
import sys
import webbrowser

from detente.errors import OptionError
from detente.studio.opened import OpenCase
from detente.studio.security import Door

REFUSED = {  # error number of the system -> what it says about the port
    errno.EADDRINUSE: "another program uses it",
    errno.EACCES: "the system keeps it for itself",
}


def serve(case: str, *, port: int = 0, into: str | None = None, browser: bool = True, as_json: bool = False) -> None:
    """Run the studio until it is interrupted.

    Args:
        case: a folder, or the name of a shipped case; one with mistakes is opened too, and shows them.
        port: on this machine's loopback address; 0 for any that is free.
        into: folder for saved scenarios.
        browser: open a browser.
        as_json: print the address as JSON to stdout, else in words to stderr.

    Raises:
        CaseError: there is no such case.
        OptionError: the port cannot be used.
    """
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # small matrices: threads only cost
    opened = OpenCase(case, into)
    listening = _listen(port)
    opened.open()
    door = Door(listening.getsockname()[1], secrets.token_urlsafe(32))
    try:
        asyncio.run(_serve(opened, door, listening, browser=browser, as_json=as_json))
    except KeyboardInterrupt:
        return  # the way in which it is meant to end


def _listen(port: int) -> socket.socket:
    """A listening socket on this machine's loopback address and nowhere else.

    Raises:
        OptionError: the port cannot be used.
    """
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so that asyncio sets TCP_NODELAY
    if os.name == "posix":
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind(("127.0.0.1", port))
        found.listen(64)
    except OSError as error:
        found.close()
        reason = REFUSED.get(error.errno or 0, (error.strerror or str(error)).lower())
        raise OptionError.of(f"--port {port}: {reason}", "a free port", "leave --port out") from None
    return found


async def _serve(opened: OpenCase, door: Door, listening: socket.socket, *, browser: bool, as_json: bool) -> None:
    import uvicorn

    from detente.studio.app import application

    app, studio = application(opened, door)
    config = uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        loop="asyncio",
        http="h11",
        limit_concurrency=64,
        h11_max_incomplete_event_size=32 * 1024,
        timeout_graceful_shutdown=2,
    )
    if as_json:
        print(json.dumps({"address": door.address, "port": door.port}), flush=True)
    else:
        print(f"The studio is open at\n  {door.address}\nStop it with Ctrl-C.", file=sys.stderr, flush=True)
    if browser:
        webbrowser.open(door.address)
    try:
        await uvicorn.Server(config).serve(sockets=[listening])
    finally:
        opened.worker.stop()
        studio.close()
