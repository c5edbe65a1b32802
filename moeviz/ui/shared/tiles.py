"""Small pictures of the pages as one file of the app, and an address that leads to it."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from moeviz.ui.shared.datafile import DataFile

PATH = "/moeviz/tiles.json"


def tiles_routes(pictures: DataFile, base: str) -> list[Route]:
    """Return the routes of the tiles' pictures: a lasting address, and one of their content.

    Parameters
    ----------
    pictures : DataFile
        What the tiles show.
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.
    """

    async def lead(request: Request) -> Response:
        path = await asyncio.to_thread(pictures.path)
        return RedirectResponse(path.rpartition("/")[2], headers={"Cache-Control": "no-cache"})

    return [Route(f"{base}{PATH}", lead), pictures.route(base)]
