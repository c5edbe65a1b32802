"""Small pictures of the pages as one file of the app, and an address that leads to it."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from moeviz.charts.tiles import tiles
from moeviz.lessons import LESSONS
from moeviz.ui.shared.datafile import DataFile

PATH = "/moeviz/tiles.json"

PICTURES = DataFile("tiles", lambda: tiles([lesson.title for lesson in LESSONS.values()]))
"""What the tiles show. It takes seconds to make, so that no page asks for its address."""


def tiles_routes(base: str) -> list[Route]:
    """Return the routes of the tiles' pictures: a lasting address, and one of their content.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.
    """

    async def lead(request: Request) -> Response:
        path = await asyncio.to_thread(PICTURES.path)
        return RedirectResponse(path.rpartition("/")[2], headers={"Cache-Control": "no-cache"})

    return [Route(f"{base}{PATH}", lead), PICTURES.route(base)]
