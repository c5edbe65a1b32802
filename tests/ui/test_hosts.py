"""A server answers to its own names, and to pages of its own."""

from __future__ import annotations

import socket

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from moeviz.ui.shared.hosts import Hosts
from tests.ui.asks import ask


async def _page(request):
    return PlainTextResponse(request.headers.get("origin", "the page"))


async def _stream(websocket):
    await websocket.accept()
    await websocket.send_text(websocket.headers.get("origin", ""))
    await websocket.close()


APP = Starlette(
    routes=[
        Route("/", _page, methods=["GET", "PUT"]),
        WebSocketRoute("/_stcore/stream", _stream),
    ]
)


STREAM = {"path": "/_stcore/stream", "kind": "websocket"}


@pytest.mark.parametrize(
    ("names", "host", "status"),
    [
        ((), "localhost:8501", 200),
        ((), "127.0.0.1:8501", 200),
        ((), "[::1]:8501", 200),
        ((), "192.168.1.20:8501", 200),
        ((), "[2001:db8::1]", 200),
        ((), socket.gethostname(), 200),
        ((), "evil.example", 403),
        ((), "127.0.0.1.evil.example", 403),
        ((), "localhost.evil.example:8501", 403),
        (("lab.example",), "LAB.example.:443", 200),
        (("lab.example",), "localhost", 200),
        (("lab.example",), "192.168.1.20", 403),
        (("lab.example",), "x.lab.example", 403),
        (("*.lab.example",), "x.lab.example", 200),
        (("*.lab.example",), "lab.example", 403),
        (("*.lab.example",), "xlab.example", 403),
        (("*",), "anything.example", 200),
        (("*",), "a b", 400),
        ((), "user@localhost", 400),
        ((), "localhost:80:80", 400),
        ((), "localhost/x", 400),
        ((), "<script>", 400),
        ((), "", 400),
    ],
)
def test_it_answers_to_its_own_names(names, host, status):
    answer = ask(Hosts(APP, names), headers={"host": host})
    assert answer.status == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert ("Expected" in answer.text) == (status != 200)


def test_a_refusal_says_what_who_runs_it_can_do():
    answer = ask(Hosts(APP), headers={"host": "lab.example"})
    assert "--allowed-host lab.example." in answer.text


@pytest.mark.parametrize(
    ("names", "host", "origin"),
    [
        ((), "localhost:8501", "http://localhost:8501"),
        ((), "localhost:8501", "https://localhost:8501"),
        (("lab.example",), "lab.example", "https://lab.example"),
        (("lab.example",), "lab.example:443", "https://lab.example"),
        (("lab.example",), "127.0.0.1:8501", "https://lab.example"),  # a proxy's own Host
    ],
)
def test_a_page_of_its_own_may_open_a_stream(names, host, origin):
    headers = {"host": host, "origin": origin}
    answer = ask(Hosts(APP, names), headers=headers, **STREAM)
    # Streamlit compares the two, and would ask a server on the internet if they differed.
    assert (answer.status, answer.text) == (101, f"{origin.split(':')[0]}://{host}")


@pytest.mark.parametrize(
    ("names", "origin"),
    [
        ((), "http://evil.example"),
        ((), "http://localhost:3000"),
        ((), "http://localhost"),
        ((), "http://127.0.0.1:8501"),
        ((), "null"),
        ((), "file://"),
        ((), "javascript:alert(1)"),
        ((), "http://localhost:8501@evil.example"),
        (("*",), "https://evil.example"),
        (("lab.example",), "https://lab.example:9999"),
        (("lab.example",), "https://evil.lab.example"),
    ],
)
def test_a_page_of_another_site_may_not(names, origin):
    headers = {"host": "localhost:8501", "origin": origin}
    app = Hosts(APP, names)
    refused = ask(app, headers=headers, **STREAM)
    assert refused.status == 403
    assert "a page of another site" in refused.text
    assert ask(app, headers=headers, method="PUT").status == 403
    assert ask(app, headers=headers).status == 200


def test_a_program_without_an_origin_may_open_a_stream():
    answer = ask(Hosts(APP), headers={"host": "localhost"}, **STREAM)
    assert (answer.status, answer.text) == (101, "")


def test_two_names_are_none():
    twice = [(b"host", b"localhost"), (b"host", b"evil.example")]
    status, sentence, _ = Hosts(APP).judge({"type": "http", "method": "GET", "headers": twice})
    assert (status, bool(sentence)) == (400, True)
