"""What proxies say of a request: believed of those that were named, and of nobody else."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from moeviz.serving import Network

SAID = (b"x-forwarded-", b"forwarded", b"x-real-ip", b"x-client-ip", b"true-client-ip")
"""Beginnings of the headers in which proxies, or who plays one, say where a request came from."""

SCHEMES = ("http", "https")

MOST = 20
"""Proxies in a row of which one is looked at; the nearest come last."""


class Proxies:
    """Takes the word of trusted proxies, and takes it out of the request either way.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    trusted : sequence of Network
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[Network] = ()) -> None:
        self.app = app
        self.trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] in ("http", "websocket"):
            scope = self.seen(scope)
        await self.app(scope, receive, send)

    def seen(self, scope: Scope) -> Scope:
        """Return a request as the proxies in front saw it.

        Parameters
        ----------
        scope : Scope
            As it arrived.
        """
        headers = [(n, v) for n, v in scope["headers"] if not n.startswith(SAID)]
        client = scope.get("client")
        if not (client and self._trusts(client[0])):
            return {**scope, "headers": headers}
        found = {**scope, "headers": headers}
        came = self._came(_entries(scope, b"x-forwarded-for"))
        if came:
            found["client"] = (came, 0)
        scheme = _last(scope, b"x-forwarded-proto").lower()
        if scheme in SCHEMES:
            secure = scheme == "https"
            plain = "ws" if scope["type"] == "websocket" else "http"
            found["scheme"] = f"{plain}s" if secure else plain
        host = _last(scope, b"x-forwarded-host")
        if host:
            others = [(n, v) for n, v in headers if n != b"host"]
            found["headers"] = [(b"host", host.encode("latin-1")), *others]
        return found

    def _came(self, entries: Sequence[str]) -> str:
        """Return the nearest address that is no trusted proxy's."""
        for entry in reversed(entries[-MOST:]):
            address = _address(entry)
            if address is None:
                return ""
            if not self._trusts(address):
                return address
        return ""

    def _trusts(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return any(address in network for network in self.trusted)


def _entries(scope: Scope, name: bytes) -> list[str]:
    texts = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [entry.strip() for entry in ",".join(texts).split(",") if entry.strip()]


def _last(scope: Scope, name: bytes) -> str:
    """Return what the nearest proxy says."""
    entries = _entries(scope, name)
    return entries[-1] if entries else ""


def _address(entry: str) -> str | None:
    """Return the address of an entry, which may have a port."""
    text = entry.strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
