"""The cards of all choices as one file of the app: fetched once, when a picker is first opened."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.charts.cards import REGISTRIES, all_cards
from moeviz.study import PRESETS
from moeviz.text import json_text

PATH = "/moeviz/cards-{version}.json"


def cards_path() -> str:
    """Return where the cards are, as an address relative to the app's own.

    It names their content, so that a browser may keep them for good.
    """
    _, version = _packed(_changes())
    return PATH[1:].replace("{version}", version)


def cards_route(base: str) -> Route:
    """Return the route of the cards.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.
    """

    async def cards(request: Request) -> Response:
        packed, version = await asyncio.to_thread(_packed, _changes())
        if request.path_params["version"] != version:
            return Response(status_code=404)
        headers = {
            "Content-Encoding": "gzip",
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        return Response(packed, media_type="application/json", headers=headers)

    return Route(f"{base}{PATH}", cards)


def _changes() -> tuple[int, ...]:
    return tuple(registry.changes for registry in (PRESETS, *REGISTRIES.values()))


@lru_cache(maxsize=4)
def _packed(_changes: tuple[int, ...]) -> tuple[bytes, str]:
    text = json_text(all_cards(), compact=True).encode()
    return gzip.compress(text, compresslevel=6, mtime=0), hashlib.sha256(text).hexdigest()[:12]
