"""The addresses at which a job is watched: a stream of events, and one text for who has to poll."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from moeviz.charts.palette import THEMES
from moeviz.text import json_text
from moeviz.ui.shared.events import packed, plain
from moeviz.ui.shared.live import Publisher
from moeviz.ui.shared.misses import TOO_MANY, Misses
from moeviz.ui.shared.person import person_of
from moeviz.ui.shared.seats import Seats

LIVE_PATH = "/moeviz/live"
"""Behind this stands a job's name; with ``.json`` behind that it is the newest text alone."""

_JOB = re.compile(r"[0-9a-f]{16}")
_FRESH = {"Cache-Control": "no-store"}


class _Stream(StreamingResponse):
    """A stream that takes a seat while it lasts, and lets go of all when it ends in any way."""

    def __init__(self, publisher: Publisher, seats: Seats, request: Request) -> None:
        self._seat = seats.held(person_of(request.headers), asker(request))
        seen = request.headers.get("last-event-id", "")
        events = publisher.stream(str(request.path_params["job"]), _theme(request), seen)
        # A proxy that gathers what it passes on, or packs it, would hold the news back.
        headers = {"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"}
        packs = "gzip" in request.headers.get("accept-encoding", "")
        if packs:
            headers["Content-Encoding"] = "gzip"
        content = packed(events) if packs else plain(events)
        super().__init__(content, headers=headers, media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._seat as refused:
                if refused is None:
                    await super().__call__(scope, receive, send)
                else:
                    await _sentence(refused.status, refused.sentence)(scope, receive, send)
        finally:
            await self.body_iterator.aclose()  # type: ignore[attr-defined]


def live_routes(
    publisher: Publisher, misses: Misses, base: str, seats: Seats | None = None
) -> list[Route]:
    """Return the routes at which jobs are watched, by anybody who knows their names.

    Parameters
    ----------
    publisher : Publisher
    misses : Misses
        Counts who asks for jobs that there are not.
    base : str
        The path below which the app lives, as ``/lab``; "" for none.
    seats : Seats, optional
        Counts the streams.

    Returns
    -------
    list of Route
        ``<base>/moeviz/live/<job>`` answers with server-sent events: messages as
        :func:`moeviz.ui.shared.news.tell` makes them, ``beat`` as a sign of life, ``end`` after the
        last message, ``gone`` with a sentence where there is no such job. With ``.json`` it answers
        with the newest message, 304 to who names it in ``If-None-Match``, or 404 and a sentence.
        Both take ``theme`` (``light`` or ``dark``), and answer 429 to who guesses. Where there are
        too many streams the stream answers 429 or 503, and the text is to be asked for.
    """
    seated = seats or Seats()

    async def is_guess(request: Request) -> bool:
        if misses.too_many(asker(request)):
            return True
        job = str(request.path_params["job"])
        if not await publisher.knows(job):
            misses.note(asker(request), job)
        return False

    async def stream(request: Request) -> Response:
        if not _is_job(request):
            return _sentence(404, _no_job(request))
        if await is_guess(request):
            return _sentence(429, TOO_MANY)
        if request.method == "HEAD":
            return Response(media_type="text/event-stream", headers=_FRESH)
        return _Stream(publisher, seated, request)

    async def newest(request: Request) -> Response:
        if not _is_job(request):
            return _sentence(404, _no_job(request))
        if await is_guess(request):
            return _sentence(429, TOO_MANY)
        sheet = await publisher.newest(str(request.path_params["job"]), _theme(request))
        if isinstance(sheet, str):
            return _sentence(404, sheet)
        headers = {**_FRESH, "ETag": f'"{sheet.name}"'}
        # A proxy that packs an answer marks the name as that of an answer as good as ours.
        known = request.headers.get("if-none-match", "").removeprefix("W/")
        if known == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(sheet.text, media_type="application/json", headers=headers)

    return [
        Route(f"{base}{LIVE_PATH}/{{job}}.json", newest),
        Route(f"{base}{LIVE_PATH}/{{job}}", stream),
    ]


def asker(request: Request) -> str:
    """Return from where a question came, as far as that is known."""
    return "" if request.client is None else request.client.host


def _is_job(request: Request) -> bool:
    return _JOB.fullmatch(request.path_params["job"]) is not None


def _no_job(request: Request) -> str:
    name = " ".join(str(request.path_params["job"])[:40].split())
    return f"Expected the 16 hexadecimal digits of a job, but got {name!r}; look at the link again."


def _theme(request: Request) -> str:
    name = request.query_params.get("theme", "")
    return name if name in THEMES else next(iter(THEMES))


def _sentence(status: int, sentence: str) -> Response:
    text = json_text({"message": sentence})
    return Response(text, status, _FRESH, media_type="application/json")
