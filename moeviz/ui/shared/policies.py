"""What a browser may do with an answer: run our scripts, and show it in frames of named sites."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_HOST = re.compile(r"[A-Za-z0-9_.\-\[\]:]{1,260}")

PICTURES = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""For a drawing that is opened as a page of its own."""

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""With every answer. A link's query says what is on somebody's screen: other sites are not told."""


class Policies:
    """Adds to every answer what a browser may do with it.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    frames : sequence of str
        Other sites that may show pages in a frame.
    document : Path, optional
        The document whose own scripts may run, by their hashes.
    """

    def __init__(
        self, app: ASGIApp, frames: Sequence[str] = (), document: Path | None = None
    ) -> None:
        self.app = app
        self.frames = tuple(frames)
        text = document.read_text(encoding="utf-8") if document is not None else ""
        self.scripts = tuple(_digest(script) for script in _INLINE.findall(text))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_policies(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), scope)
            await send(message)

        await self.app(scope, receive, send_with_policies)

    def page(self, host: str) -> str:
        """Return the policy of a page.

        Components arrive as text, which Streamlit has the browser import as a ``blob:``; it writes
        styles into the page, and so do formulas and plotly. Its messages are read by a few bytes of
        WebAssembly. Nothing comes from another host, and no text is run as code.

        Parameters
        ----------
        host : str
            By which the browser asked; not every browser counts its websocket as the same place.
        """
        sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
        rules = {
            "default-src": "'none'",
            "script-src": " ".join(["'self'", "blob:", "'wasm-unsafe-eval'", *self.scripts]),
            "style-src": "'self' 'unsafe-inline'",
            "img-src": "'self' data: blob:",
            "font-src": "'self' data:",
            "connect-src": f"'self'{sockets}",
            "worker-src": "'self' blob:",
            "media-src": "'self' blob:",
            "manifest-src": "'self'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": " ".join(["'self'", *self.frames]),
        }
        return "; ".join(f"{name} {value}" for name, value in rules.items())

    def _add(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in ALWAYS.items():
            headers[name] = value
        kind = headers.get("content-type", "")
        if kind.startswith("text/html"):
            headers["content-security-policy"] = self.page(Headers(scope=scope).get("host", ""))
            if not self.frames:  # It knows no list; browsers that know the policy heed that.
                headers["x-frame-options"] = "SAMEORIGIN"
                headers["cross-origin-opener-policy"] = "same-origin"
        elif kind.startswith("image/svg"):
            headers["content-security-policy"] = PICTURES
        if scope.get("scheme") == "https":
            _only_encrypted(headers)


def _only_encrypted(headers: MutableHeaders) -> None:
    """Have cookies that were given over an encrypted connection come back over such alone."""
    for index, (name, value) in enumerate(headers.raw):
        if name == b"set-cookie" and b"secure" not in value.lower():
            headers.raw[index] = (name, value + b"; Secure")


def _digest(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"
