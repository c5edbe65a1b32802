"""Links as QR codes, made by the app itself: a class points its phones at the wall."""

from __future__ import annotations

import asyncio
import io
from functools import lru_cache

import segno
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from moeviz.errors import SpecificationError

PATH = "/moeviz/qr.svg"

LONGEST = 800
"""Bytes of a text: more makes a code that a phone across the room cannot read."""


@lru_cache(maxsize=128)
def qr_svg(text: str) -> bytes:
    """Return a text as a QR code: SVG, black on white in either theme.

    Parameters
    ----------
    text : str
        At most :data:`LONGEST` bytes in UTF-8.

    Raises
    ------
    SpecificationError
        If the text is empty or longer.
    """
    length = len(text.encode("utf-8", "replace"))
    if not 1 <= length <= LONGEST:
        raise SpecificationError(
            f"Expected a text of 1 to {LONGEST} bytes for a QR code, but got {length}; pass the "
            "link on in another way."
        )
    code = segno.make_qr(text, error="l", boost_error=True)
    content = io.BytesIO()
    code.save(content, kind="svg", border=4, dark="#000", light="#fff", omitsize=True)
    return content.getvalue()


def qr_route(base: str) -> Route:
    """Return the route that answers ``/moeviz/qr.svg?text=...``.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.
    """

    async def qr(request: Request) -> Response:
        try:
            content = await asyncio.to_thread(qr_svg, request.query_params.get("text", ""))
        except SpecificationError as error:
            return PlainTextResponse(str(error), status_code=400)
        headers = {"Cache-Control": "private, max-age=3600"}
        return Response(content, media_type="image/svg+xml", headers=headers)

    return Route(f"{base}{PATH}", qr)
