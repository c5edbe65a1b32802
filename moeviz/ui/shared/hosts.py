"""By which name a server is asked for, and from which site: what it answers, and what it refuses.

A page of another site may open a websocket to any address that a browser reaches, and a name of
another site may be made to lead here. Streamlit looks at the former only, and asks a server on the
internet for this machine's address before it refuses; so it is refused before.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Sequence
from functools import cache

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from moeviz.serving import LOOPBACK

_HOST = re.compile(r"(\[[0-9a-f:.]{2,45}\]|[a-z0-9_.-]{1,253})(?::([0-9]{1,5}))?")
_ORIGIN = re.compile(r"(https?)://(.+)")
_USUAL = {"http": "80", "https": "443"}

READS = ("GET", "HEAD", "OPTIONS")
"""Requests that change nothing; a link on any site may lead here."""


class Hosts:
    """Answers to the names it was given.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    names : sequence of str
        As of :class:`moeviz.serving.Serving`; without any, this machine's names and addresses
        written as numbers, which no foreign name can stand behind.
    """

    def __init__(self, app: ASGIApp, names: Sequence[str] = ()) -> None:
        self.app = app
        self.names = tuple(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        status, sentence, scope = self.judge(scope)
        if not sentence:
            await self.app(scope, receive, send)
            return
        answer = PlainTextResponse(sentence + "\n", status, {"Cache-Control": "no-store"})
        if scope["type"] == "http":
            await answer(scope, receive, send)
            return
        websocket = WebSocket(scope, receive, send)
        if "websocket.http.response" in scope.get("extensions", {}):
            await websocket.send_denial_response(answer)
        else:
            await websocket.close(1008)

    def judge(self, scope: Scope) -> tuple[int, str, Scope]:
        """Return why a request is refused, or "", and the request to go on with.

        Parameters
        ----------
        scope : Scope
            Of the request.

        Returns
        -------
        int
            The status of the refusal.
        str
            The sentence; "" where there is none.
        Scope
        """
        headers = Headers(scope=scope)
        host = headers.get("host", "").lower()
        found = _HOST.fullmatch(host)
        if found is None or len(headers.getlist("host")) != 1:
            sentence = "Expected a request with the name of this server, but it has none."
            return 400, sentence, scope
        name = _name(found[1])
        if not self.allows(name):
            return (
                403,
                f"Expected a name of this server, but it was asked for as '{name}'; who runs it "
                f"can allow that with --allowed-host {name}.",
                scope,
            )
        origin = headers.get("origin")
        asks = scope["type"] == "websocket" or scope["method"] not in READS
        if origin is None or not asks:
            return 0, "", scope
        if not self._own(origin.lower(), host):
            return (
                403,
                "Expected a page of this server, but a page of another site asked; behind a proxy, "
                "have it pass the header Host on.",
                scope,
            )
        # Streamlit compares the two letter by letter.
        told = f"{origin.partition('://')[0]}://{headers['host']}".encode("latin-1")
        others = [(n, v) for n, v in scope["headers"] if n != b"origin"]
        return 0, "", {**scope, "headers": [*others, (b"origin", told)]}

    def allows(self, name: str) -> bool:
        """Return whether it answers to a name.

        Parameters
        ----------
        name : str
            In small letters, without a port.
        """
        if name in LOOPBACK or name.endswith(".localhost"):
            return True
        if not self.names:
            return name in own_names() or _is_address(name)
        return self._named(name)

    def _named(self, name: str) -> bool:
        return any(
            each == "*" or name == each or (each.startswith("*.") and name.endswith(each[1:]))
            for each in self.names
        )

    def _own(self, origin: str, host: str) -> bool:
        """Whether a site is this server: the same name and port, or one that it was told to be."""
        found = _ORIGIN.fullmatch(origin)
        place = _HOST.fullmatch(found[2]) if found else None
        here = _HOST.fullmatch(host)
        if found is None or place is None or here is None:
            return False
        usual = _USUAL[found[1]]
        # A proxy may name the usual port, a browser does not.
        same_port = (place[2] or usual) == (here[2] or usual)
        if _name(place[1]) == _name(here[1]) and same_port:
            return True
        # A proxy that does not pass Host on; the site that it serves was allowed by its name.
        return place[2] is None and "*" not in self.names and self._named(_name(place[1]))


@cache
def own_names() -> frozenset[str]:
    """Return the names that this machine has in its own network."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return frozenset({name, short, f"{short}.local"} - {"", ".local"})


def _name(text: str) -> str:
    return text.strip("[]").rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
