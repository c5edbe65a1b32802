"""The picture of information while a hand moves: an address of the app that draws it.

A run of the page's script would cost server and browser more than the numbers themselves. What the
address says is what the page's own links say, so that the answer depends on nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from urllib.parse import urlencode

from starlette.requests import Request as Question
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from moeviz.charts.designs_seen import Moved, Seen
from moeviz.charts.information import information_document
from moeviz.errors import MoevizError, SpecificationError
from moeviz.text import json_text
from moeviz.ui.information.design import design_of, moved_by
from moeviz.ui.information.link import DESIGN, HANDLES, INFORMATION, OWN, written
from moeviz.ui.shared.link import Request

PATH = "/moeviz/information.json"

MOST_WAITING = 100
"""Pictures that may be asked for at the same time; a hand asks for one after the other."""

_SHOWN = ("panels", "sentence", "tables")
"""Entries of the document that follow the hand."""

_few = ThreadPoolExecutor(2, thread_name_prefix="moeviz-information")
"""More at once would only wait for each other, and keep the pages' scripts waiting."""


def moving_address(request: Request) -> str:
    """Return where the picture of a design is drawn, without the handles' places.

    Parameters
    ----------
    request : Request
        Whose design and model count.
    """
    own = {**written(request).own, **dict.fromkeys(HANDLES, 0.0)}
    link = INFORMATION.write(Request(own, request.values))
    return f"{PATH[1:]}?{urlencode(link)}"


def moving_route(base: str) -> Route:
    """Return the route that draws the picture of a place.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.
    """
    waiting = [0]

    async def draw(question: Question) -> Response:
        if waiting[0] >= MOST_WAITING:
            return PlainTextResponse(
                f"Expected at most {MOST_WAITING} pictures to be asked for at once, but there are "
                "as many already; ask again in a moment.", 503, {"Cache-Control": "no-store"},
            )  # fmt: skip
        asked = dict(question.query_params)
        waiting[0] += 1
        try:
            text = await asyncio.get_running_loop().run_in_executor(_few, moving_picture, asked)
        except MoevizError as error:
            return PlainTextResponse(str(error), 400, {"Cache-Control": "no-store"})
        finally:
            waiting[0] -= 1
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    return Route(f"{base}{PATH}", draw)


def moving_picture(params: Mapping[str, str]) -> str:
    """Return what follows the hand, of the picture over few inputs, as JSON.

    Parameters
    ----------
    params : mapping of str to str
        As a link of the page.

    Raises
    ------
    MoevizError
        If they are none, or the design cannot be shown.
    """
    request = INFORMATION.read(params)
    if request.values[DESIGN.name] == OWN and request.own[OWN] is None:
        raise SpecificationError(
            f"Expected the lab's link after '{OWN}', but there was none; follow the page's own."
        )
    return _drawn(design_of(request), moved_by(request))


@lru_cache(maxsize=512)
def _drawn(seen: Seen, moved: Moved) -> str:
    document = information_document(seen, moved, quick=True)
    return json_text({name: document[name] for name in _SHOWN}, compact=True)
