"""The lecturer's key: who has it may end anybody's job.

It is given by ``MOEVIZ_LECTURER_KEY`` or drawn when it is first asked for, and said once where the
server was started. A browser that has sent it keeps, until it is closed, a proof that is of use to
that browser alone; the key itself is kept by no browser and stands in no address.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import os
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import streamlit as st
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.errors import MoevizError
from moeviz.text import json_text
from moeviz.ui.shared.misses import Misses
from moeviz.ui.shared.person import (
    SHOWN,
    cookie_of,
    from_here,
    kept_by_the_browser,
    person,
    person_of,
    visitor,
)

VARIABLE = "MOEVIZ_LECTURER_KEY"
"""Where a key is given."""

COOKIE = "moeviz_lecturer"
"""What a browser keeps the proof under."""

PATH = "/moeviz/lecturer"

SHORTEST = 16
"""Characters that a key must have; one that is drawn has twice as many."""

LIFE_SECONDS = 12 * 3600.0
"""How long a proof holds in a browser that is not closed."""

MOST_BYTES = 1000

MOST_TRIES = 10
"""Wrong keys in a minute from one address."""

MANY_WRONG = "Expected the key, but many were wrong; wait a minute."

_TRIES = Misses(MOST_TRIES)
_making = threading.Lock()
_drawn: list[str] = []
_said: list[bool] = []

logger = logging.getLogger(__name__)


def key() -> str:
    """Return the key; the same one until the process ends.

    Raises
    ------
    MoevizError
        If the one that is given is too short to be none that somebody guesses.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if given:
        if len(given) < SHORTEST:
            raise MoevizError(
                f"Expected {VARIABLE} to have at least {SHORTEST} characters, but it has "
                f"{len(given)}; make it longer, or leave it out to have one drawn."
            )
        return given
    with _making:
        if not _drawn:
            _drawn.append(secrets.token_hex(16))
        return _drawn[0]


def known() -> str:
    """Return the key as far as there is one yet, for who leaves it out of what is written down."""
    return os.environ.get(VARIABLE, "").strip() or "".join(_drawn)


def announce(say: Callable[[str], object] = print) -> None:
    """Say the key where the server was started, once; one that was given is not repeated.

    Parameters
    ----------
    say : callable
        Shows a line to whoever started the server, and to nobody else.
    """
    with _making:
        if _said:
            return
        _said.append(True)
    if os.environ.get(VARIABLE, "").strip():
        say(f"Lecturer's key: the one in {VARIABLE}.")
    else:
        say(f"Lecturer's key, until this server ends: {key()}")


def is_right(given: str) -> bool:
    """Return whether somebody has the key, in a time that says nothing of it.

    Parameters
    ----------
    given : str
    """
    return hmac.compare_digest(_digest(key()), _digest(given))


def _digest(text: str) -> bytes:
    # JSON may hold half a character, which UTF-8 has no bytes for.
    return hashlib.sha256(text.strip().encode(errors="surrogatepass")).digest()


def proof(of: str, until: float) -> str:
    """Return what shows that a person has sent the key.

    Parameters
    ----------
    of : str
        The person, as :func:`moeviz.ui.shared.person.person` names them.
    until : float
        Until when it holds, in seconds since the epoch.
    """
    said = f"{int(until)}.{of}"
    return f"{int(until)}.{hmac.new(key().encode(), said.encode(), hashlib.sha256).hexdigest()}"


def holds(shown: str, of: str) -> bool:
    """Return whether a proof is a person's and holds still.

    Parameters
    ----------
    shown : str
        What a browser sends.
    of : str
        The person; "" for nobody.
    """
    until = shown.partition(".")[0]
    if not of or not (until.isascii() and until.isdigit() and len(until) <= 12):
        return False
    return hmac.compare_digest(shown.encode(), proof(of, int(until)).encode()) and (
        time.time() < int(until)
    )


def is_lecturer() -> bool:
    """Return whether the page of this script run is the lecturer's."""
    shown = st.context.cookies.get(COOKIE)
    return isinstance(shown, str) and holds(shown, person(visitor()))


def asks_as_lecturer(headers: Headers) -> bool:
    """Return whether a request is the lecturer's.

    Parameters
    ----------
    headers : Headers
    """
    return holds(cookie_of(headers, COOKIE), person_of(headers))


def lecturer_route(base: str) -> Route:
    """Return the route to which a page sends the key, as JSON, and from which it takes it back.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.
    """
    path = base or "/"

    async def take(request: Request) -> Response:
        if not from_here(request.headers):
            return sentence(403, "Expected a question of a page of this server; open it anew.")
        if request.method == "DELETE":
            return _let_go(request, path)
        asker = "" if request.client is None else request.client.host
        if _TRIES.too_many(asker):
            return sentence(429, MANY_WRONG)
        of = person_of(request.headers)
        if not of:
            return sentence(403, "Expected a browser that keeps cookies; allow them for this page.")
        given = await _key_in(request)
        if _TRIES.too_many(asker):  # Many may have been asked for while this one was on its way.
            return sentence(429, MANY_WRONG)
        if given is None or not is_right(given):
            _TRIES.note(asker, _digest(given or "").hex())
            logger.warning("A wrong lecturer's key was sent by visitor %s", of[:SHOWN])
            await asyncio.sleep(0.5)
            return sentence(
                403,
                "Expected the lecturer's key, but this is another; it stands where the server was "
                "started.",
            )
        logger.info("Visitor %s sent the lecturer's key", of[:SHOWN])
        held = proof(of, time.time() + LIFE_SECONDS)
        cookie = f"{COOKIE}={held}; {kept_by_the_browser(request.scope, path)}"
        return Response(status_code=204, headers={"Set-Cookie": cookie})

    return Route(f"{base}{PATH}", take, methods=["POST", "DELETE"])


def _let_go(request: Request, path: str) -> Response:
    cookie = f"{COOKIE}=; Max-Age=0; {kept_by_the_browser(request.scope, path)}"
    return Response(status_code=204, headers={"Set-Cookie": cookie})


async def _key_in(request: Request) -> str | None:
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > MOST_BYTES:
            return None
    with suppress(ValueError, RecursionError):
        data = json.loads(content)
        if isinstance(data, dict) and isinstance(data.get("key"), str):
            return str(data["key"])
    return None


def sentence(status: int, words: str) -> Response:
    """Return an answer that says one sentence.

    Parameters
    ----------
    status : int
    words : str
    """
    headers = {"Cache-Control": "no-store"}
    return Response(json_text({"message": words}), status, headers, media_type="application/json")
