"""Whether the server is alive, and whether it can do its work: for who watches over it.

``/healthz`` says that the process answers, and nothing else is asked for it. ``/readyz`` says
whether the store can be written to and how many workers there are, with the status 503 and the
parts that are missing where it could not run a study now.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from typing import Any

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from moeviz.engine import Engine
from moeviz.errors import MoevizError
from moeviz.serving import below
from moeviz.text import json_text

ALIVE = "/healthz"
READY = "/readyz"

KNOWN_SECONDS = 2.0
"""How long an answer is given again, so that asking often costs nothing."""

LONGEST_SECONDS = 3.0
"""How long one waits for the store."""

LEAST_ROOM = 50 * 2**20
"""Bytes that must be free beside a database on this machine's disk."""

_FRESH = {"Cache-Control": "no-store"}


class Health:
    """Answers the two addresses before all else, by whatever name the server is asked for.

    Parameters
    ----------
    app : ASGIApp
        What answers everything else.
    base : str
        The path below which the whole app lives; the addresses are there, and at the root.
    parts : callable
        Looks at store and workers, as :func:`parts_of` does; called in a thread.
    """

    def __init__(self, app: ASGIApp, base: str, parts: Callable[[], dict[str, Any]]) -> None:
        self.app = app
        self.alive = {ALIVE, f"{below(base)}{ALIVE}"}
        self.ready = {READY, f"{below(base)}{READY}"}
        self._parts = parts
        self._known: tuple[float, dict[str, Any]] | None = None
        self._looking: asyncio.Task[dict[str, Any]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        answer: Response | None = None
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            if scope["path"] in self.alive:
                answer = PlainTextResponse("ok\n", headers=_FRESH)
            elif scope["path"] in self.ready:
                answer = _said(await self._look())
        await (answer or self.app)(scope, receive, send)

    async def _look(self) -> dict[str, Any]:
        if self._known is not None and time.monotonic() < self._known[0]:
            return self._known[1]
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(asyncio.to_thread(self._parts))
        try:
            # Whoever waits may leave; the look goes on, for the next one who asks.
            found = await asyncio.wait_for(asyncio.shield(self._looking), LONGEST_SECONDS)
        except TimeoutError:
            return {"store": "does not answer", "workers": 0, "missing": ["store"]}
        self._known = time.monotonic() + KNOWN_SECONDS, found
        return found


def parts_of(engine: Callable[[], Engine]) -> dict[str, Any]:
    """Return what a server needs for its work, and what of it is missing.

    Parameters
    ----------
    engine : callable
        Returns the server's engine; raises a MoevizError where the server ends.

    Returns
    -------
    dict
        ``store`` (``"writable"``, ``"full"`` or ``"refuses"``), ``workers`` (how many), ``missing``
        (names of parts). Nothing that says where anything lies.
    """
    try:
        running = engine()
    except MoevizError:
        return {"store": "closed", "workers": 0, "missing": ["store", "workers"]}
    store = _store(running)
    hardware = running.hardware()
    workers = hardware["workers"] if hardware["ready"] else 0
    missing = [*(["store"] if store != "writable" else []), *([] if workers else ["workers"])]
    return {"store": store, "workers": workers, "missing": missing}


def _store(engine: Engine) -> str:
    shelf = engine.store.shelf
    try:
        if shelf.write(_reads_only):
            return "refuses"
        if shelf.url is None and shutil.disk_usage(engine.store.root).free < LEAST_ROOM:
            return "full"
    except (MoevizError, OSError):
        return "refuses"
    return "writable"


def _reads_only(rows: Any, connection: Any) -> bool:
    """Ask within a transaction that may write; SQLite has taken its lock by then."""
    if connection.dialect.name == "postgresql":
        return bool(connection.exec_driver_sql("SHOW transaction_read_only").scalar() == "on")
    connection.exec_driver_sql("SELECT 1")
    return False


def _said(found: dict[str, Any]) -> Response:
    ready = not found["missing"]
    text = json_text({"ready": ready, **found})
    return Response(text + "\n", 200 if ready else 503, _FRESH, media_type="application/json")
