"""To ask an application without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import Headers


@dataclass
class Answer:
    """What it answers; a websocket that was let in has the status 101 and the first text."""

    status: int
    headers: Headers
    text: str


async def asked(
    app: Any,
    path: str = "/",
    headers: Mapping[str, str] | None = None,
    method: str = "GET",
    kind: str = "http",
    scheme: str = "http",
) -> Answer:
    """Ask for one thing."""
    sent: list[dict[str, Any]] = []
    incoming = iter([{"type": "websocket.connect"}] if kind == "websocket" else [])

    async def receive() -> dict[str, Any]:
        return next(
            incoming, {"type": f"{kind}.{'disconnect' if kind == 'websocket' else 'request'}"}
        )

    async def send(message: Any) -> None:
        sent.append(message)

    said = [(n.lower().encode(), v.encode("latin-1")) for n, v in (headers or {}).items()]
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "scheme": scheme,
        "headers": said,
        "client": ("127.0.0.1", 1234),
        "extensions": {"websocket.http.response": {}} if kind == "websocket" else {},
    }
    await app(scope, receive, send)
    texts = [message.get("text") or "" for message in sent]
    body = b"".join(message.get("body", b"") for message in sent).decode()
    first = sent[0]
    status = 101 if first["type"] == "websocket.accept" else int(first.get("status", 1008))
    return Answer(status, Headers(raw=list(first.get("headers", []))), body + "".join(texts))


def ask(app: Any, path: str = "/", headers: Mapping[str, str] | None = None, **how: str) -> Answer:
    """Ask for one thing, in a loop of events of its own."""
    return asyncio.run(asked(app, path, headers, **how))
