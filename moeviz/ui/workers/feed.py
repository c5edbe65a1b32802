"""The address at which the page of workers asks: one text for all who look, made when one does."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.engine import Engine, Store
from moeviz.errors import MoevizError
from moeviz.text import json_text
from moeviz.ui.shared.session import engine
from moeviz.ui.workers.document import Board

PATH = "/moeviz/workers.json"

FRESH_SECONDS = 0.9
"""A text is handed out for so long before another is made."""

STORE_SECONDS = 5.0
"""So often the store is asked how it is, while somebody looks."""

SLOW_SECONDS = 0.5
"""A store that takes longer to answer is called slow."""

_KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

logger = logging.getLogger(__name__)


class Feed:
    """Makes the text, once for all who ask within a moment.

    Parameters
    ----------
    engine : callable
        Returns the engine.
    clock : callable
        Seconds; for tests.
    """

    def __init__(
        self, engine: Callable[[], Engine], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._board = Board()
        self._making = asyncio.Lock()
        self._made: tuple[float, str, bytes] | None = None
        self._store: tuple[float, dict[str, str]] | None = None

    async def newest(self) -> tuple[str, bytes]:
        """Return the text with a name that tells it from others."""
        async with self._making:
            if self._made is None or self._clock() - self._made[0] >= FRESH_SECONDS:
                text = (await asyncio.to_thread(self._make)).encode()
                self._made = (self._clock(), hashlib.sha256(text).hexdigest()[:16], text)
            return self._made[1:]

    def _make(self) -> str:
        running = self._engine()
        if self._store is None or self._clock() - self._store[0] >= STORE_SECONDS:
            self._store = (self._clock(), store_health(running.store))
        return self._board.text(running.observe(), self._store[1])


def store_health(store: Store) -> dict[str, str]:
    """Return what the store is called and how it is, without its place.

    Parameters
    ----------
    store : Store
    """
    scheme = (store.shelf.url or "sqlite").partition(":")[0].partition("+")[0]
    kind = _KINDS.get(scheme, scheme[:20])
    began = time.monotonic()
    shelf = store.shelf
    try:
        shelf.briefly(
            lambda: shelf.read(lambda _, connection: connection.exec_driver_sql("SELECT 1"), None)
        )
    except MoevizError:
        return {"kind": kind, "words": "does not answer", "trouble": "true"}
    seconds = time.monotonic() - began
    slow = seconds > SLOW_SECONDS
    words = f"answers slowly, in {seconds:.1f} s" if slow else "answers"
    return {"kind": kind, "words": words, "trouble": "true" if slow else ""}


def workers_route(base: str, make: Callable[[], Any] = engine) -> Route:
    """Return the route.

    Parameters
    ----------
    base : str
        The path below which the app lives, as ``/lab``; "" for none.
    make : callable
        Returns the engine.
    """
    feed = Feed(make)

    async def answer(request: Request) -> Response:
        headers = {"Cache-Control": "no-store"}
        try:
            name, text = await feed.newest()
        except MoevizError as error:
            logger.warning("What the workers do could not be told: %s", error)
            said = json_text({"message": "The server is ending, or has just begun."})
            return Response(said, 503, headers, media_type="application/json")
        headers["ETag"] = f'"{name}"'
        if request.headers.get("if-none-match", "").removeprefix("W/") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(text, media_type="application/json", headers=headers)

    return Route(f"{base}{PATH}", answer)
