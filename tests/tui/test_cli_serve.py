"""`tells serve`: this machine only, and nothing from outside."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import WSServerHandshakeError
from aiohttp.test_utils import TestClient, TestServer
from click.testing import Result

from tui.browser.server import HOST, LocalServer, practice_command
from tui.cli import Call


@pytest.fixture
async def browser(unused_tcp_port: int) -> AsyncIterator[TestClient]:
    app = await LocalServer("exit 1", unused_tcp_port)._make_app()
    async with TestClient(TestServer(app, host=HOST, port=unused_tcp_port)) as client:
        yield client


@pytest.fixture
def unused_tcp_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


async def test_the_page_fetches_nothing_from_outside(browser: TestClient, unused_tcp_port: int) -> None:
    response = await browser.get("/")
    page = await response.text()
    addresses = re.findall(r"(?:https?|wss?)://[^\s\"')]+", page)
    assert addresses
    assert all(re.match(rf"(http|ws)://127\.0\.0\.1:{unused_tcp_port}/", address) for address in addresses)
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    for address in addresses:
        if "/static/" in address and not address.endswith("/"):
            assert (await browser.get(address.split(str(unused_tcp_port))[1])).status == 200


async def test_another_name_for_this_address_is_refused(browser: TestClient) -> None:
    assert (await browser.get("/", headers={"Host": "evil.example"})).status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:1", "null", "http://["])
async def test_a_page_from_elsewhere_cannot_open_a_session(browser: TestClient, origin: str) -> None:
    with pytest.raises(WSServerHandshakeError, match="403"):
        await browser.ws_connect("/ws", headers={"Origin": origin})


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_the_server_s_own_page_is_answered(browser: TestClient, unused_tcp_port: int, name: str) -> None:
    own = f"{name}:{unused_tcp_port}"
    assert (await browser.get("/", headers={"Host": own, "Origin": f"http://{own}"})).status == 200


def test_a_port_that_is_taken_is_one_sentence(run: Callable[..., Result]) -> None:
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        result = run("serve", "--port", str(taken.getsockname()[1]))
    assert result.exit_code == 1
    assert "Choose another with --port." in result.stderr


def test_a_session_gets_the_folders_and_the_model_of_the_call() -> None:
    command = practice_command(Call([Path("/tmp/my entries; rm")], "a model"))
    assert command.endswith("--bank '/tmp/my entries; rm' --model 'a model' practice")
