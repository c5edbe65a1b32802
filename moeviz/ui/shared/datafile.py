"""Data that all pages share, as files of the app: made once, packed once, kept by the browser."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import threading
from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from moeviz.text import json_text

FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
"""Headers of an address that names its content."""


class DataFile:
    """One file of plain data, whose address names its content.

    Parameters
    ----------
    name : str
        Begins the file's name.
    make : callable
        Returns the data.
    state : callable, optional
        Returns what the data depend on; they are made again when it changes.
    """

    def __init__(
        self, name: str, make: Callable[[], Any], state: Callable[[], Hashable] = lambda: None
    ) -> None:
        self._path = f"/moeviz/{name}-{{version}}.json"
        self._state = state

        making = threading.Lock()

        @lru_cache(maxsize=4)
        def made(_state: Hashable) -> tuple[bytes, str]:
            text = json_text(make(), compact=True).encode()
            version = hashlib.sha256(text).hexdigest()[:12]
            return gzip.compress(text, compresslevel=6, mtime=0), version

        def packed(state: Hashable) -> tuple[bytes, str]:
            with making:  # The first visitors may be many, and making it may take seconds.
                return made(state)

        self._packed = packed

    def path(self) -> str:
        """Return where the file is, as an address relative to the app's own."""
        return self._path[1:].replace("{version}", self._packed(self._state())[1])

    def route(self, base: str) -> Route:
        """Return the route that serves it.

        Parameters
        ----------
        base : str
            The path below which the whole app lives, as ``/lab``; "" for none.
        """

        async def serve(request: Request) -> Response:
            packed, version = await asyncio.to_thread(self._packed, self._state())
            if request.path_params["version"] != version:
                return Response(status_code=404)
            headers = {"Content-Encoding": "gzip", **FOREVER}
            return Response(packed, media_type="application/json", headers=headers)

        return Route(f"{base}{self._path}", serve)
