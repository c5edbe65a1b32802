"""The addresses behind the page of jobs: the list, what may be done, a job's file, the way out.

Who asks is known by what their browser keeps, and by nothing that stands in an address.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.engine.archive import export_job
from moeviz.engine.asked import Asked, asked_for, forget_visitor
from moeviz.engine.errors import UnknownJobError
from moeviz.engine.listing import Kept
from moeviz.engine.name import Name
from moeviz.engine.store import Store
from moeviz.errors import MoevizError
from moeviz.text import json_text
from moeviz.ui.jobs.listing import listed
from moeviz.ui.jobs.words import called
from moeviz.ui.shared.interest import INTEREST
from moeviz.ui.shared.lecturer import COOKIE, asks_as_lecturer, sentence
from moeviz.ui.shared.person import LENGTH, from_here, kept_by_the_browser, named, person_of
from moeviz.ui.shared.power import end
from moeviz.ui.shared.session import engine, go_on, withdraw

PATH = "/moeviz/jobs"

FORGET = "/moeviz/visitor/forget"

MOST_ASKED = 10_000
"""Wishes of one visitor that are looked at; of older ones none counts any more."""

MOST_WAITING = 100
"""Questions that may wait at once."""

NOT_YOURS = (
    "Expected a job that you asked for, but somebody else did; open it, and run it too to have a "
    "part in it."
)

NOT_ANY_MORE = (
    "Expected a job of today's arithmetic, but it was begun with an older one; open it, and run it "
    "anew."
)

_JOB = re.compile(r"[0-9a-f]{16}")
_NAME = re.compile(r"[a-z]{1,40}/[0-9a-f]{16}/(cpu|cuda)")
_FRESH = {"Cache-Control": "no-store"}
_few = ThreadPoolExecutor(2, thread_name_prefix="moeviz-jobs")
_files = ThreadPoolExecutor(1, thread_name_prefix="moeviz-files")

logger = logging.getLogger(__name__)

Work = Callable[[Request], Response]


def jobs_routes(base: str) -> list[Route]:
    """Return the routes.

    Parameters
    ----------
    base : str
        The path below which the whole app lives, as ``/lab``; "" for none.

    Returns
    -------
    list of Route
        ``/moeviz/jobs.json`` is the list; to ``/moeviz/jobs/<job>/cancel``, ``.../continue`` and
        ``.../end`` a page posts; ``/moeviz/jobs/<kind>/<job>/<device>.json`` is a job as one file,
        for who asked for it and the lecturer; to ``/moeviz/visitor/forget`` posts who wants to be
        forgotten.
    """
    line = _Line()

    def of(path: str, work: Work, method: str = "GET", by: Executor = _few) -> Route:
        return Route(f"{base}{path}", line.served(work, method, by), methods=[method])

    return [
        of(f"{PATH}.json", _list),
        of(f"{PATH}/{{job}}/cancel", _cancel, "POST"),
        of(f"{PATH}/{{job}}/continue", _continue, "POST"),
        of(f"{PATH}/{{job}}/end", _end, "POST"),
        of(f"{PATH}/{{name:path}}.json", _file, by=_files),
        of(FORGET, lambda request: _forget(request, base or "/"), "POST"),
    ]


class _Line:
    """Few are served at once, and only so many wait."""

    def __init__(self) -> None:
        self._waiting = 0

    def served(
        self, work: Work, method: str, by: Executor
    ) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            if method == "POST" and not from_here(request.headers):
                return sentence(403, "Expected a question of a page of this server; open it anew.")
            if self._waiting >= MOST_WAITING:
                return sentence(503, "Expected fewer questions at once; ask again in a moment.")
            self._waiting += 1
            try:
                return await asyncio.get_running_loop().run_in_executor(by, work, request)
            except UnknownJobError as error:
                return sentence(404, str(error))
            except MoevizError as error:
                return sentence(409, str(error))
            finally:
                self._waiting -= 1

        return serve


def _list(request: Request) -> Response:
    headers = request.headers
    found = listed(engine().store, person_of(headers), asks_as_lecturer(headers))
    text = json_text(found, compact=True)
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
    fresh = {**_FRESH, "ETag": tag}
    if headers.get("if-none-match", "").removeprefix("W/") == tag:
        return Response(status_code=304, headers=fresh)
    return Response(text, media_type="application/json", headers=fresh)


def _cancel(request: Request) -> Response:
    job, page = _job(request), _page(person_of(request.headers))
    if not INTEREST.wants(job, page):
        return sentence(403, NOT_YOURS)
    rests = INTEREST.withdraw(job, page, everywhere=True)
    return _said("Cancelled." if rests else "Others want it too: it goes on for them.")


def _continue(request: Request) -> Response:
    job, person = _job(request), person_of(request.headers)
    own = {one.name.hash: one.name for one in _asked(person)}
    if job not in own:
        return sentence(403, NOT_YOURS)
    if not called(engine().store, own[job]).goes_on:
        return sentence(409, NOT_ANY_MORE)
    with INTEREST.asked(job, _page(person)):
        go_on(job, person)
    return _said("It goes on.")


def _end(request: Request) -> Response:
    if not asks_as_lecturer(request.headers):
        return sentence(403, "Expected the lecturer, who may end any job; give the key first.")
    end(_job(request), person_of(request.headers))
    return _said("Ended for everybody.")


def _file(request: Request) -> Response:
    said, person = str(request.path_params["name"]), person_of(request.headers)
    if _NAME.fullmatch(said) is None:
        raise UnknownJobError("Expected the name of a job; look at the link again.")
    store, name = engine().store, Name(*said.split("/"))
    own = {one.name for one in _asked(person)}
    if name not in own and not asks_as_lecturer(request.headers):
        return sentence(403, NOT_YOURS)
    content = export_job(store, _kept(store, name))
    headers = {**_FRESH, "Content-Disposition": f'attachment; filename="moeviz-{name.hash}.json"'}
    return Response(content, media_type="application/json", headers=headers)


def _kept(store: Store, name: Name) -> Kept:
    from moeviz.engine.folder import Folder

    record = Folder(name, store.root, store.shelf).read_record()
    return Kept(name, record, blocks=0, size=0, left=0, wishes=0, written=0.0)


def _forget(request: Request, path: str) -> Response:
    """Take back all that a person wants, forget them, and give their browser another name."""
    person, store = person_of(request.headers), engine().store
    if person:
        for job in _asked(person):
            if job.wanted:
                with suppress(MoevizError):  # It may be gone, or of another version.
                    withdraw(job.name.hash, person, False)
        forget_visitor(store, person)
        logger.info("A visitor had themselves forgotten")
    answer = _said("Forgotten.")
    answer.headers.append("Set-Cookie", named(request.scope, path))
    gone = f"{COOKIE}=; Max-Age=0; {kept_by_the_browser(request.scope, path)}"
    answer.headers.append("Set-Cookie", gone)
    return answer


def _asked(person: str) -> list[Asked]:
    """Return what a person has asked for; of somebody without a name nothing is known."""
    return asked_for(engine().store, person, MOST_ASKED) if person else []


def _page(person: str) -> str:
    """Name the list of jobs as a page of a person's, as :meth:`Interest.asked` takes it."""
    return f"{person}{'0' * LENGTH}"


def _job(request: Request) -> str:
    job = str(request.path_params["job"])
    if _JOB.fullmatch(job) is None:
        raise UnknownJobError("Expected the name of a job; look at the link again.")
    return job


def _said(words: str) -> Response:
    data: dict[str, Any] = {"message": words}
    return Response(json_text(data), headers=_FRESH, media_type="application/json")
