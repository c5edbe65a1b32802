"""The map of claims as one file of the app, and the search in it as an address that answers."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.charts.claims import claims_map, find_claims, verdict_key
from moeviz.symbolic.catalogue.shipped import shipped_summary
from moeviz.text import json_text

PATH = "/moeviz/claims-{version}.json"
FIND_PATH = "/moeviz/find.json"

LONGEST = 200
"""Characters of what is sought; what is longer is cut."""


def map_path() -> str:
    """Return where the map is, as an address relative to the app's own.

    It names the map's content, so that a browser may keep it for good.
    """
    return PATH[1:].replace("{version}", _packed()[1])


def claim_routes(base: str) -> list[Route]:
    """Return the routes of the map and of the search, ``/moeviz/find.json?text=...``.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.
    """

    async def whole(request: Request) -> Response:
        packed, version = await asyncio.to_thread(_packed)
        if request.path_params["version"] != version:
            return Response(status_code=404)
        headers = {
            "Content-Encoding": "gzip",
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        return Response(packed, media_type="application/json", headers=headers)

    async def find(request: Request) -> Response:
        text = request.query_params.get("text", "")[:LONGEST]
        found = await asyncio.to_thread(find_claims, text)
        return Response(json_text({"claims": found}, compact=True), media_type="application/json")

    return [Route(f"{base}{PATH}", whole), Route(f"{base}{FIND_PATH}", find)]


@lru_cache(maxsize=1)
def _packed() -> tuple[bytes, str]:
    text = json_text(_whole(), compact=True).encode()
    return gzip.compress(text, compresslevel=6, mtime=0), hashlib.sha256(text).hexdigest()[:12]


def _whole() -> dict[str, Any]:
    """Return the map with what is known of each claim, in the order of a tile's claims."""
    whole, known = claims_map(), shipped_summary()
    for tile in (tile for paper in whole["papers"] for tile in paper["tiles"]):
        found = [known.get(name) for name in tile["claims"]]
        tile["verdicts"] = [verdict_key(one) for one in found]
        tile["differs"] = [one is not None and one.agrees is False for one in found]
        tile["repaired"] = [one.repaired if one is not None else "" for one in found]
    return whole
