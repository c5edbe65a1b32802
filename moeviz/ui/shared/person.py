"""Whose page it is: a browser keeps a name, so that who reloads is the visitor of before.

The name is drawn by chance, says nothing, and is forgotten when the browser is closed. Without it,
as in a frame of another site, a page is a visitor of its own.
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

COOKIE = "moeviz_visitor"
"""What the browser keeps the name under."""

LENGTH = 16
"""Digits of a person's name, with which the names of all their pages begin."""

_NAME = re.compile(r"[0-9a-f]{32}")


class Persons:
    """Gives a browser that has no name one, with the first page that it is answered.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    base : str
        The path below which the whole app lives; "" for none.
    """

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self.app = app
        self.path = f"/{base.strip('/')}" if base.strip("/") else "/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or _named(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", self._cookie())
            await send(message)

        await self.app(scope, receive, send_named)

    def _cookie(self) -> str:
        name = secrets.token_hex(16)
        return f"{COOKIE}={name}; Path={self.path}; HttpOnly; SameSite=Lax"


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


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH]


def _named(headers: Headers) -> bool:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return False
    return found is not None and _NAME.fullmatch(found.value) is not None


def of_cookie(text: str) -> str:
    """Return the person whose browser sent a cookie; "" for one that we did not give.

    Parameters
    ----------
    text : str
        The cookie's value.
    """
    return _digest(text) if _NAME.fullmatch(text) else ""
