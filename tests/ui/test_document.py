"""The document of pages is told where its server is, and nothing else is changed."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, PlainTextResponse

from moeviz.ui.shared.document import Document

PAGE = "<!DOCTYPE html><html><head><title>é</title></head><body>a &lt;head> of sorts</body></html>"


@dataclass
class Answer:
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def site(scope: Any, receive: Any, send: Any) -> None:
    plain = scope["path"].endswith("/text")
    answer = PlainTextResponse("<head>") if plain else HTMLResponse(PAGE)
    await answer(scope, receive, send)


def get(path: str, base: str = "", method: str = "GET") -> Answer:
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}
    asyncio.run(Document(site, base, ["rates", "text"])(scope, receive, send))
    return Answer(
        Headers(raw=sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent)
    )


@pytest.mark.parametrize("base", ["", "lab"])
@pytest.mark.parametrize("path", ["/", "/rates"])
def test_a_page_is_told_and_otherwise_unchanged(base, path):
    answer = get(f"/{base}{path}" if base else path, base)
    script = re.search(r"<script>.*?</script>", answer.text, re.DOTALL)
    assert script
    assert '["rates","text"]' in script[0]
    assert answer.text.replace(script[0], "") == PAGE
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_what_is_no_page_is_left_alone():
    assert get("/other").text == PAGE
    assert get("/rates", "lab").text == PAGE
    assert get("/text").text == "<head>"
    assert get("/rates", method="HEAD").headers["content-length"] == str(len(PAGE.encode()))
