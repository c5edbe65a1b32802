"""What comes to a room from browsers: who it is, whether our own page sent it, and how much."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from moeviz.engine.errors import StoreError
from moeviz.errors import MoevizError
from moeviz.rooms.errors import NotAllowedError, RoomError, TooOftenError, UnknownRoomError
from moeviz.rooms.limits import connection_of
from moeviz.text import json_text
from moeviz.ui.shared.person import from_here

MOST_BYTES = 8 * 1024
"""Of what a browser sends."""

MOST_OPENING = 130_000
"""Likewise where a room is opened, with a lesson's file in JSON."""

COOKIE_SECONDS = 12 * 3600

MEMBER, LECTURER = "moeviz_room_member", "moeviz_room_lecturer"
"""Cookies: a phone's key, and the lecturer's; each is for one room's addresses alone."""

FRESH = {"Cache-Control": "no-store"}

_KEY = re.compile(r"[A-Za-z0-9_-]{32}")

_STATUSES: tuple[tuple[type[MoevizError], int], ...] = (
    (NotAllowedError, 403),
    (UnknownRoomError, 404),
    (TooOftenError, 429),
    (StoreError, 503),
    (MoevizError, 409),
)


class ForeignError(RoomError):
    """Another site's page sent it, or no page of ours would send it so."""


async def read_json(request: Request, most: int = MOST_BYTES) -> dict[str, Any]:
    """Return what our own page sent.

    Parameters
    ----------
    request : Request
    most : int
        Bytes.

    Raises
    ------
    ForeignError
        If it is not ours, too much, or no JSON.
    """
    if not _is_own(request):
        raise ForeignError("Expected this laboratory's own page to ask; open it, and try again.")
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise ForeignError(f"Expected at most {most:,} bytes, but got more; say less.")
    try:
        data = json.loads(content.decode() or "{}", parse_constant=_refused)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise ForeignError("Expected JSON with names, but got something else; reload the page.")
    return data


def _refused(word: str) -> None:
    raise ValueError(word)


def _is_own(request: Request) -> bool:
    """Whether no page of another site sent it: such cannot name JSON as its kind unasked."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    return kind == "application/json" and from_here(request.headers)


def key_of(request: Request, cookie: str) -> str:
    """Return the key that a browser keeps for the room; "" for none."""
    found = request.cookies.get(cookie, "")
    return found if _KEY.fullmatch(found) else ""


def give_key(
    response: Response, request: Request, base: str, code: str, cookie: str, key: str
) -> None:
    """Have the browser keep a key for one room's addresses, out of scripts' reach."""
    response.set_cookie(
        cookie,
        key,
        max_age=COOKIE_SECONDS,
        path=f"{base}/moeviz/room/{code}",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def connection(request: Request) -> str:
    """Return from where a request comes, as limits count it."""
    return connection_of(request.client.host if request.client else "nowhere")


def answered(data: Any, status: int = 200) -> Response:
    """Return plain data as an answer that nobody keeps."""
    text = json_text(data, compact=True)
    return Response(text, status, FRESH, media_type="application/json")


def refused(error: MoevizError) -> Response:
    """Return one sentence as the answer to what cannot be done."""
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    if isinstance(error, ForeignError):
        status = 400
    return answered({"message": str(error)}, status)
