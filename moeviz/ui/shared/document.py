"""Streamlit's one document, told where its server is.

The document looks for its server below its own address first, one folder after the other. Of a
deep link the first tries find nothing, and the browser's console fills with errors. Which last
part of an address is a page's name is known here, so the document is told the rest.
"""

from __future__ import annotations

from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moeviz.text import json_text

_SCRIPT = """<head><script>
{
  const parts = location.pathname.split("/").filter(Boolean);
  if (%s.includes(parts.at(-1))) parts.pop();
  window.__streamlit = { BACKEND_BASE_URL: [location.origin, ...parts].join("/") + "/" };
}
</script>"""

_MOST_BYTES = 1 << 20
"""A document longer than this is not Streamlit's, and is passed on as it is."""


class Document:
    """Tells the document of pages where their server is.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    base : str
        The path below which the whole app lives; "" for none.
    pages : collection of str
        The pages' addresses, below that path.
    """

    def __init__(self, app: ASGIApp, base: str = "", pages: Collection[str] = ()) -> None:
        self.app = app
        root = f"/{base.strip('/')}" if base.strip("/") else ""
        self.paths = {f"{root}{path}" for path in ("", "/", *(f"/{page}" for page in pages))}
        self.script = (_SCRIPT % json_text(sorted(pages), compact=True)).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        path = str(scope.get("path", ""))
        page = path in self.paths or path.rstrip("/") in self.paths
        if scope["type"] != "http" or scope["method"] != "GET" or not page:
            await self.app(scope, receive, send)
            return
        # What is packed cannot be added to.
        headers = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
        await self.app({**scope, "headers": headers}, receive, _Adding(send, self.script))


class _Adding:
    """Holds the beginning of an answer back until its body is there, and adds to a document."""

    def __init__(self, send: Send, script: bytes) -> None:
        self.send = send
        self.script = script
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kind = Headers(raw=message["headers"]).get("content-type", "")
            if kind.startswith("text/html") and message["status"] == 200:
                self.start = message
                return
        elif self.start is not None:
            self.body += message.get("body", b"")
            more = message.get("more_body", False)
            if more and len(self.body) <= _MOST_BYTES:
                return
            await self._begin()
            message = {**message, "body": self.body}
        await self.send(message)

    async def _begin(self) -> None:
        start, self.start = self.start, None
        if start is None:
            return
        self.body = self.body.replace(b"<head>", self.script, 1)
        headers = MutableHeaders(raw=list(start["headers"]))
        if "content-length" in headers:
            length = int(headers["content-length"])
            added = len(self.script) - len(b"<head>") if self.script in self.body else 0
            headers["content-length"] = str(length + added)
        await self.send({**start, "headers": headers.raw})
