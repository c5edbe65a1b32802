"""The addresses of lecture rooms: streams of news, and small requests that change something.

They need no page's script, so that a class on its phones costs the server next to nothing, and is
back as soon as the server is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from moeviz.errors import MoevizError
from moeviz.rooms.on_show import on_show
from moeviz.rooms.room import Room
from moeviz.ui.room.bulletin import Bulletin
from moeviz.ui.room.desk import Desk
from moeviz.ui.room.gallery import Gallery
from moeviz.ui.room.phone import phone_page
from moeviz.ui.room.requests import FRESH, refused
from moeviz.ui.room.reveal import settle
from moeviz.ui.shared.closing import STREAMS
from moeviz.ui.shared.session import hall

Answering = Callable[[Request], Awaitable[Response]]


def room_routes(desk: Desk, base: str) -> list[Route]:
    """Return the routes of rooms.

    Parameters
    ----------
    desk : Desk
    base : str
        The path below which the whole app lives; "" for none.

    Returns
    -------
    list of Route
        Below ``<base>/moeviz/room/<code>``: ``stream`` and ``lead`` answer with server-sent events,
        with ``.json`` with the newest message alone; ``me`` with what the phone answered;
        ``join``, ``answer``, ``act`` and ``claim`` take JSON; ``answers.csv`` is the export.
        ``shown/<name>`` is a picture that is on show. ``<base>/moeviz/room/open`` opens one,
        ``<base>/join`` is the phones' page.
    """
    place = f"{base}/moeviz/room"

    def route(path: str, answer: Answering, method: str = "GET") -> Route:
        async def guarded(request: Request) -> Response:
            try:
                return await answer(request)
            except MoevizError as error:
                return refused(error)

        return Route(f"{place}/{path}", guarded, methods=[method])

    async def phone(request: Request) -> Response:
        return HTMLResponse(phone_page(base), headers=FRESH)

    return [
        route("open", desk.open, "POST"),
        route("{code}/join", desk.join, "POST"),
        route("{code}/me", desk.me),
        route("{code}/answer", desk.answer, "POST"),
        route("{code}/stream.json", desk.newest),
        route("{code}/shown/{name}", desk.shown),
        route("{code}/stream", desk.stream),
        route("{code}/claim", desk.claim, "POST"),
        route("{code}/act", desk.act, "POST"),
        route("{code}/lead.json", desk.lead_newest),
        route("{code}/lead", desk.lead),
        route("{code}/answers.csv", desk.export),
        Route(f"{base}/join", phone),
    ]


def routes(base: str) -> list[Route]:
    """Return the routes of this server's rooms.

    Parameters
    ----------
    base : str
        The path below which the whole app lives; "" for none.
    """
    gallery = Gallery()

    def settled(room: Room) -> bool:
        told = settle(room)
        return gallery.make(on_show(room)) or told

    bulletin = Bulletin(hall, settled, gallery.told)
    STREAMS.append(bulletin.close)
    return room_routes(Desk(bulletin, hall, base, gallery.picture), base)
