"""Addresses of Streamlit's that no page asks for: to everybody they are not there.

They say how much memory is in use and how many visit, run the app without a browser, sign people
in, or serve files of components that no page has.
"""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from moeviz.serving import below

OPEN = ("health", "host-config", "stream", "upload_file", "bidi-components")
"""What pages ask for below ``_stcore``."""

CLOSED = ("component", "app", "auth", "oauth2callback")
"""First parts of addresses that no page asks for."""


class Closed:
    """Answers 404 in their place.

    Parameters
    ----------
    app : ASGIApp
        What answers everything else.
    base : str
        The path below which the whole app lives; "" for none.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self.app = app
        self.base = below(base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http" and self.closes(str(scope["path"])):
            answer = PlainTextResponse("Not found.\n", 404, {"Cache-Control": "no-store"})
            await answer(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def closes(self, path: str) -> bool:
        """Return whether an address is not there.

        Parameters
        ----------
        path : str
            Of the request.
        """
        below = path[len(self.base) :] if path.startswith(f"{self.base}/") else path
        first, *rest = [part for part in below.split("/") if part] or [""]
        if first == "_stcore":
            return not rest or rest[0] not in OPEN
        return first in CLOSED
