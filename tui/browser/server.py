"""textual-serve on localhost: its page fetches nothing from outside, and other web pages cannot drive the UI."""

from __future__ import annotations

import logging
import shlex
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from textual_serve.server import Server

from tui.cli import Call

HOST = "127.0.0.1"
_NAMES = frozenset({HOST, "localhost"})
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; "
    "frame-ancestors 'none'"
)


def practice_command(call: Call) -> str:
    """The shell command of one session, with this call's folders and model."""
    options = [option for folder in call.bank for option in ("--bank", str(folder.absolute()))]
    options += ["--model", call.model] if call.model else []
    return shlex.join([sys.executable, "-P", "-c", "from tui.cli import main; main()", *options, "practice"])


class LocalServer(Server):
    """Serves the UI to this machine's browser."""

    def __init__(self, command: str, port: int) -> None:
        super().__init__(command, HOST, port, title="Tells", templates_path=str(Path(__file__).parent))

    def initialize_logging(self) -> None:
        """Only what went wrong is said, on stderr."""
        logging.basicConfig(level=logging.WARNING, format="%(message)s")

    async def on_startup(self, app: web.Application) -> None:
        """Says where the UI is."""
        click.echo(f"Tells is at {self.public_url}, for this machine only. Ctrl-C ends it.")

    async def _make_app(self) -> web.Application:
        app: web.Application = await super()._make_app()
        app.middlewares.append(stranger_refuser(self.port))
        app.on_response_prepare.append(_add_policy)
        return app


def stranger_refuser(port: int) -> Middleware:
    """A middleware that answers only pages of this server, under this machine's own name.

    A page from elsewhere could otherwise open the socket (`Origin` tells), or make its name mean this address (`Host` tells).
    """

    @web.middleware
    async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        if not _is_ours(f"//{request.host}", port) or (origin is not None and not _is_ours(origin, port)):
            raise web.HTTPForbidden(text="This server answers only its own machine.")
        return await handler(request)

    return refuse_strangers


def _is_ours(url: str, port: int) -> bool:
    try:
        parts = urlsplit(url)
        return parts.hostname in _NAMES and (parts.port or 80) == port
    except ValueError:
        return False


async def _add_policy(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = _POLICY
    response.headers["Referrer-Policy"] = "no-referrer"
