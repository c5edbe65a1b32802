"""The map of claims as one file of the app, and the search in it as an address that answers."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.charts.claims import claims_map, find_claims, verdict_key
from moeviz.charts.plain import plain_text
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped_summary
from moeviz.text import json_text
from moeviz.ui.shared.datafile import DataFile

FIND_PATH = "/moeviz/find.json"

LONGEST = 200
"""Characters of what is sought; what is longer is cut."""


def find_route(base: str) -> Route:
    """Return the route of the search, ``/moeviz/find.json?text=...``.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.
    """

    async def find(request: Request) -> Response:
        text = request.query_params.get("text", "")[:LONGEST]
        found = await asyncio.to_thread(find_claims, text)
        return Response(json_text({"claims": found}, compact=True), media_type="application/json")

    return Route(f"{base}{FIND_PATH}", find)


def _whole() -> dict[str, Any]:
    """Return the map with what is known of each claim, in the order of a tile's claims."""
    whole, known = claims_map(), shipped_summary()
    for tile in (tile for paper in whole["papers"] for tile in paper["tiles"]):
        found = [known.get(name) for name in tile["claims"]]
        tile["verdicts"] = [verdict_key(one) for one in found]
        tile["differs"] = [one is not None and one.agrees is False for one in found]
        tile["repaired"] = [one.repaired if one is not None else "" for one in found]
        tile["repair"] = [plain_text(CATALOGUE.claims[name].repaired) for name in tile["claims"]]
    return whole


CLAIMS = DataFile("claims", _whole)
