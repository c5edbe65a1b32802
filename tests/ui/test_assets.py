"""Streamlit's own files come from memory once they were asked for."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from starlette.responses import PlainTextResponse

from moeviz.ui.shared.assets import Assets, Shelf

SCRIPT, FONT = b"let x = 1;" * 100, b"\0font"


@pytest.fixture
def shelf(tmp_path):
    for name, content in {"js/a.js": SCRIPT, "media/b.woff2": FONT}.items():
        place = tmp_path / "static" / name
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
    (tmp_path / "secret").write_bytes(b"secret")
    return Shelf(tmp_path)


@pytest.fixture(params=["", "/a/class"])
def ask(shelf, request):
    """A function that asks the app, which lives below a path, and returns headers and body."""
    app = Assets(PlainTextResponse("Streamlit"), shelf, request.param)

    def asked(path, method="GET", accepts="gzip, br", **headers):
        sent = []

        async def send(message):
            sent.append(message)

        given = {"accept-encoding": accepts, **headers}
        scope = {
            "type": "http", "method": method, "path": request.param + path,
            "headers": [(name.encode(), text.encode()) for name, text in given.items()],
        }  # fmt: skip

        async def answered():
            await app(scope, None, send)
            await asyncio.get_running_loop().shutdown_default_executor()

        asyncio.run(answered())
        return dict(sent[0]["headers"]), sent[1]["body"]

    return asked


def test_what_was_asked_for_is_packed_and_kept(ask, shelf):
    assert ask("/static/js/a.js")[1] == b"Streamlit"
    shelf.put_all()
    headers, body = ask("/static/js/a.js")
    assert gzip.decompress(body) == SCRIPT
    assert headers[b"content-encoding"] == b"gzip"
    assert b"javascript" in headers[b"content-type"]
    assert b"immutable" in headers[b"cache-control"]


def test_what_is_first_asked_for_later_is_kept_as_well(ask, shelf):
    shelf.put_all()
    assert ask("/static/media/b.woff2")[1] == b"Streamlit"
    headers, body = ask("/static/media/b.woff2")
    assert body == FONT
    assert b"content-encoding" not in headers


@pytest.mark.parametrize(
    "path", ["/", "/static/js/none.js", "/static/../secret", "/static", "/media/b.woff2", "/secret"]
)
def test_all_else_is_streamlits(ask, shelf, path):
    assert ask(path)[1] == b"Streamlit"
    shelf.put_all()
    assert ask(path)[1] == b"Streamlit"


@pytest.mark.parametrize(
    "how", [{"method": "HEAD"}, {"accepts": "br"}, {"range": "bytes=0-3"}, {"method": "POST"}]
)
def test_who_wants_it_otherwise_gets_it_from_streamlit(ask, shelf, how):
    ask("/static/js/a.js")
    shelf.put_all()
    assert ask("/static/js/a.js", **how)[1] == b"Streamlit"
