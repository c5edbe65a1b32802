"""Whose page it is: a browser keeps a name, so that who reloads is the visitor of before.

The name is drawn by chance and says nothing. It outlives the browser's being closed, as the jobs
do that were asked for with it, and each page makes its life longer. Nobody else is told it: no
address has it, no page shows it, and the store knows its digest alone. Without it, as in a frame of
another site, a page is a visitor of its own.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from http.cookies import CookieError, SimpleCookie

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.scriptrunner import get_script_run_ctx

from moeviz.serving import below

COOKIE = "moeviz_visitor"
"""What the browser keeps the name under."""

LENGTH = 16
"""Digits of a person's name, with which the names of all their pages begin."""

SHOWN = 8
"""Digits of a person that are written down: enough to tell lines apart, and nobody's name."""

LIFE_DAYS = 180
"""For so long after the last page a browser keeps the name."""

_NAME = re.compile(r"[0-9a-f]{32}")


class Persons:
    """Gives a browser that has no name one with the first page, and a longer life with each.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    base : str
        The path below which the whole app lives; "" for none.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self.app = app
        self.path = below(base) or "/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name = _name(Headers(scope=scope))

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", named(scope, self.path, name))
            await send(message)

        await self.app(scope, receive, send_named)


def named(scope: Scope, path: str, name: str = "") -> str:
    """Return the header that gives a browser its name.

    Parameters
    ----------
    scope : Scope
        Of the request.
    path : str
        Below which the app lives.
    name : str
        The name that it has; "" for a new one.
    """
    life = f"Max-Age={LIFE_DAYS * 86_400}"
    return f"{COOKIE}={name or secrets.token_hex(16)}; {life}; {kept_by_the_browser(scope, path)}"


def kept_by_the_browser(scope: Scope, path: str) -> str:
    """Return how a browser is to keep what no script of a page may read.

    Parameters
    ----------
    scope, path
        As of :func:`named`.
    """
    secure = "; Secure" if scope.get("scheme") in ("https", "wss") else ""
    return f"Path={path}; HttpOnly; SameSite=Lax{secure}"


def person_of(headers: Headers) -> str:
    """Return whose request it is, as :func:`person` does of a page; "" where it does not say.

    Parameters
    ----------
    headers : Headers
    """
    name = _name(headers)
    return _digest(name) if name else ""


def from_here(headers: Headers) -> bool:
    """Return whether a request comes from a page of this server, or from no browser at all.

    Parameters
    ----------
    headers : Headers
    """
    origin = headers.get("origin")
    site = headers.get("sec-fetch-site", "same-origin")
    host = headers.get("host", "")
    return site == "same-origin" and (origin is None or origin.split("://", 1)[-1] == host)


def visitor() -> str:
    """Return what tells the page of this script run from others; "" outside of one.

    Its first :data:`LENGTH` digits are the person's, also after a reload and in another tab. They
    are neither the cookie nor the session's own name, by which Streamlit would let anybody go on
    with it.
    """
    context = get_script_run_ctx()
    if context is None:
        return ""
    page = _digest(context.session_id)
    name = st.context.cookies.get(COOKIE)
    if isinstance(name, str) and _NAME.fullmatch(name):
        return f"{_digest(name)}{page}"
    return f"{page}{page}"


def person(visitor: str) -> str:
    """Return whose page it is: what all pages of one browser have in common.

    Parameters
    ----------
    visitor : str
        What :func:`visitor` returns.
    """
    return visitor[:LENGTH]


def place() -> str:
    """Return from where the page of this script run is asked for; "" where that is not known."""
    found = st.context.ip_address
    return found if isinstance(found, str) else ""


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def cookie_of(headers: Headers, name: str) -> str:
    """Return what a browser keeps under a name; "" where there is nothing.

    Parameters
    ----------
    headers : Headers
    name : str
    """
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value


def _name(headers: Headers) -> str:
    found = cookie_of(headers, COOKIE)
    return found if _NAME.fullmatch(found) else ""
