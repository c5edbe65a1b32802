"""The map of claims as one file of the app, and the search in it as an address that answers."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.charts.claims import claims_map, find_claims
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


CLAIMS = DataFile("claims", claims_map)
