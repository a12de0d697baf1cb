"""`tells serve`: the practice UI in a browser on this machine."""

from __future__ import annotations

import socket

import click

from tui.bank_access import Broken
from tui.cli import Call, common_options


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Where to listen on 127.0.0.1.")
@common_options
@click.pass_context
def serve_command(ctx: click.Context, port: int) -> None:
    r"""Serve the practice UI to a browser on this machine.

    It listens on 127.0.0.1 alone, asks nothing of the network, and keeps your answers where `tells practice` keeps them. Each
    tab is a session of its own. Everybody who is logged in to this machine can open it.

    \b
    Examples:
      tells serve
      tells serve --port 8080

    Exit code: 0; 1 if the port is taken.
    """
    from tui.browser.server import HOST, LocalServer, practice_command

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Broken(f"Port {port} cannot be used ({error.strerror}). Choose another with --port.") from error
    LocalServer(practice_command(ctx.ensure_object(Call)), port).serve()
