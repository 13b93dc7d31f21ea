"""`python -m detente.studio [CASE]`: opens the door, prints the address, serves until interrupted."""

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the studio until it is interrupted."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # small matrices: threads only cost
    options = _parser().parse_args(arguments)

    from detente.studio.desk import Desk

    desk = Desk(options.case, options.into)
    desk.open()
    door = _door(options.port)

    from detente.studio.security import Key

    key = Key(door.getsockname()[1], secrets.token_urlsafe(32))
    with contextlib.suppress(KeyboardInterrupt):  # the way in which it is meant to end
        asyncio.run(_serve(desk, key, door, options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="detente studio")
    parser.add_argument("case", nargs="?", default="minsk")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--into", default=None)
    parser.add_argument("--no-browser", action="store_true")
    parser.add_argument("--json", action="store_true", dest="as_json")
    return parser


def _door(port: int) -> socket.socket:
    """A listening socket on this machine's loopback address and nowhere else."""
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # so that asyncio sets TCP_NODELAY
    if os.name == "posix":
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("127.0.0.1", port))
    door.listen(64)
    return door


async def _serve(desk, key, door: socket.socket, options: argparse.Namespace) -> None:
    import uvicorn

    from detente.studio.app import application

    app, studio = application(desk, key)
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
    if options.as_json:
        print(json.dumps({"address": key.address, "port": key.port}), flush=True)
    else:
        print(f"The studio is open at\n  {key.address}\nStop it with Ctrl-C.", file=sys.stderr, flush=True)
    if not options.no_browser:
        webbrowser.open(key.address)
    try:
        await uvicorn.Server(config).serve(sockets=[door])
    finally:
        desk.worker.stop()
        studio.close()


if __name__ == "__main__":
    main()
