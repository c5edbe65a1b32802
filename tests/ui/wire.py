"""Questions to the app's own addresses, without a server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import Headers
from starlette.types import ASGIApp


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status_code: int
    headers: Headers
    text: str

    def json(self) -> Any:
        return json.loads(self.text)

    def cookies(self) -> list[str]:
        return self.headers.getlist("set-cookie")


class Client:
    """Asks an app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("GET", address, headers)

    def post(
        self, address: str, headers: Mapping[str, str] | None = None, content: str = ""
    ) -> Answer:
        return self.ask("POST", address, headers, content)

    def ask(
        self, method: str, address: str, headers: Mapping[str, str] | None, content: str = ""
    ) -> Answer:
        path, _, query = address.partition("?")
        sent = {"host": "here", **(headers or {})}
        told: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": content.encode(), "more_body": False}

        async def send(message: Any) -> None:
            told.append(message)

        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
            "client": ("192.0.2.1", 1),
            "server": ("here", 80),
            "root_path": "",
        }
        asyncio.run(self._app(scope, receive, send))
        body = b"".join(message.get("body", b"") for message in told[1:])
        return Answer(told[0]["status"], Headers(raw=told[0]["headers"]), body.decode())
