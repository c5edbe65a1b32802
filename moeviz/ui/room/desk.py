"""What phones and lecturers ask of a room, request by request."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from moeviz.rooms.codes import read_code
from moeviz.rooms.errors import RoomError, TooOftenError, UnknownRoomError, nowhere
from moeviz.rooms.export import answers_csv
from moeviz.rooms.hall import Hall
from moeviz.rooms.limits import Buckets
from moeviz.rooms.on_show import OnShow, on_show
from moeviz.rooms.room import Room
from moeviz.ui.room.bulletin import Bulletin
from moeviz.ui.room.opening import agenda_of
from moeviz.ui.room.requests import (
    FRESH,
    LECTURER,
    MEMBER,
    MOST_OPENING,
    answered,
    connection,
    give_key,
    key_of,
    read_json,
)
from moeviz.ui.room.texts import LEAD, PUBLIC
from moeviz.ui.shared.datafile import FOREVER
from moeviz.ui.shared.events import packed, plain
from moeviz.ui.shared.lecturer import asks_as_lecturer
from moeviz.ui.shared.publication import Sheet

Picture = Callable[[OnShow, str], bytes | None]


class _Stream(StreamingResponse):
    """A stream that lets go of its room when the reader is gone."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self.body_iterator.aclose()  # type: ignore[attr-defined]


class Desk:
    """Answers what browsers ask of rooms.

    Parameters
    ----------
    bulletin : Bulletin
    rooms : callable
        Returns the hall.
    base : str
        The path below which the whole app lives; "" for none.
    picture : callable
        Returns a picture of what is on show by its name, packed; None where it is not shown.
    """

    def __init__(
        self,
        bulletin: Bulletin,
        rooms: Callable[[], Hall],
        base: str,
        picture: Picture = lambda seen, name: None,
    ) -> None:
        self._bulletin = bulletin
        self._hall = rooms
        self._base = base
        self._picture = picture
        self._files = Buckets(10, 1 / 20)

    # --- Members.

    async def join(self, request: Request) -> Response:
        """Let a phone in."""
        said = await read_json(request)
        code, token = _code(request), key_of(request, MEMBER)
        nickname, asks = said.get("nickname", ""), connection(request)
        here = self._bulletin.here(code)
        doors = self._hall().doors
        key, _ = await self._bulletin.work(lambda: doors.join(code, nickname, asks, token, here))
        room, member = await self._bulletin.work(lambda: doors.member(code, key))
        self._bulletin.stir(code)
        response = answered(room.own(member))
        give_key(response, request, self._base, code, MEMBER, key)
        return response

    async def me(self, request: Request) -> Response:
        """Say what a phone has answered, or that it is in no such room."""
        try:
            code, token = _code(request), key_of(request, MEMBER)
            room, member = await self._bulletin.work(lambda: self._hall().doors.member(code, token))
        except UnknownRoomError:
            return answered({"joined": False})
        return answered(room.own(member))

    async def answer(self, request: Request) -> Response:
        """Take an answer; it is kept when this is said."""
        said = await read_json(request)
        code, token, asks = _code(request), key_of(request, MEMBER), connection(request)
        step, content = said.get("step"), said.get("answer")
        doors = self._hall().doors
        _, kept = await self._bulletin.work(
            lambda: doors.answer(code, token, str(step), content, asks)
        )
        self._bulletin.stir(code)
        return answered({"step": step, "answer": kept})

    async def stream(self, request: Request) -> Response:
        """Tell a phone of its room."""
        code, token = _code(request), key_of(request, MEMBER)
        _, member = await self._bulletin.work(lambda: self._hall().doors.member(code, token))
        return self._stream(request, code, PUBLIC, ("member", member.number), member.number)

    async def newest(self, request: Request) -> Response:
        """Tell a phone of its room once, where no stream comes through."""
        code, token = _code(request), key_of(request, MEMBER)
        await self._bulletin.work(lambda: self._hall().doors.member(code, token))
        return _once(request, await self._bulletin.newest(code, PUBLIC))

    async def shown(self, request: Request) -> Response:
        """Give a picture to who is in the room; it never changes under its name."""
        code, name = _code(request), str(request.path_params["name"])
        member, lecturer = key_of(request, MEMBER), key_of(request, LECTURER)

        def look() -> bytes | None:
            try:
                self._hall().doors.member(code, member)
            except UnknownRoomError:
                self._hall().lectern.lecturer(code, lecturer)
            return self._picture(self._hall().books.view(code, on_show), name)

        found = await self._bulletin.work(look)
        if found is None:
            raise RoomError("Expected a picture that is on show, but another one is by now.")
        headers = {**FOREVER, "Content-Encoding": "gzip"}
        headers["Cache-Control"] = headers["Cache-Control"].replace("public", "private")
        return Response(found, headers=headers, media_type="application/json")

    # --- The lecturer.

    async def open(self, request: Request) -> Response:
        """Open a room."""
        said = await read_json(request, MOST_OPENING)
        asks = "" if asks_as_lecturer(request.headers) else connection(request)
        if "text" in said and asks and not self._files.take(asks):
            raise TooOftenError("Expected a lesson's file now and then; wait a minute.")
        agenda = await self._bulletin.work(lambda: agenda_of(said))
        lectern = self._hall().lectern
        code, key = await self._bulletin.work(lambda: lectern.open(agenda, asks))
        response = answered({"code": code})
        give_key(response, request, self._base, code, LECTURER, key)
        return response

    async def claim(self, request: Request) -> Response:
        """Take a lecturer's key that was typed or stood behind a link."""
        said = await read_json(request)
        code, key = _code(request), str(said.get("key", ""))
        await self._led(code, key)
        response = answered({"code": code})
        give_key(response, request, self._base, code, LECTURER, key)
        return response

    async def act(self, request: Request) -> Response:
        """Do what the lecturer wants."""
        said = await read_json(request)
        code, key = _code(request), key_of(request, LECTURER)
        action, value = str(said.get("action")), said.get("value")
        if action == "reveal":
            value = {"step": value} if isinstance(value, str) else None
        lectern = self._hall().lectern
        await self._bulletin.work(lambda: lectern.act(code, key, action, value))
        self._bulletin.stir(code)
        return answered({"done": action})

    async def lead(self, request: Request) -> Response:
        """Tell the lecturer of the room."""
        code, key = _code(request), key_of(request, LECTURER)
        await self._led(code, key)
        return self._stream(request, code, LEAD, "lecturer", None)

    async def lead_newest(self, request: Request) -> Response:
        """Tell the lecturer of the room once."""
        code, key = _code(request), key_of(request, LECTURER)
        await self._led(code, key)
        return _once(request, await self._bulletin.newest(code, LEAD))

    async def export(self, request: Request) -> Response:
        """Give the lecturer all answers, without who."""
        code, key = _code(request), key_of(request, LECTURER)
        await self._led(code, key)
        text = await self._bulletin.work(lambda: self._hall().books.view(code, answers_csv))
        name = f'attachment; filename="moeviz-room-{code}.csv"'
        headers = {**FRESH, "Content-Disposition": name}
        return Response(text, headers=headers, media_type="text/csv")

    async def _led(self, code: str, key: str) -> Room:
        return await self._bulletin.work(lambda: self._hall().lectern.lecturer(code, key))

    def _stream(
        self, request: Request, code: str, kind: str, who: object, member: int | None
    ) -> Response:
        if self._bulletin.full:
            raise TooOftenError(
                "Expected fewer phones at once; the page asks now and then instead."
            )
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers=FRESH)
        seen = request.headers.get("last-event-id", "")
        events = self._bulletin.stream(code, kind, who, member, seen)
        headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
        packs = "gzip" in request.headers.get("accept-encoding", "")
        if packs:
            headers["Content-Encoding"] = "gzip"
        content = packed(events) if packs else plain(events)
        return _Stream(content, headers=headers, media_type="text/event-stream")


def _code(request: Request) -> str:
    """Return the code of an address; one that is none is that of no room."""
    code = str(request.path_params["code"])
    if read_code(code) != code:
        raise nowhere()
    return code


def _once(request: Request, sheet: Sheet) -> Response:
    headers = {**FRESH, "ETag": f'"{sheet.name}"'}
    if request.headers.get("if-none-match", "").removeprefix("W/") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(sheet.text, media_type="application/json", headers=headers)
