"""Streamlit's own scripts, styles and fonts, from memory and packed.

A browser with an empty cache asks for sixty of them, 2.3 MB, before it can show anything. Streamlit
looks each of them up on the disk again and sends it as it is.
"""

from __future__ import annotations

import asyncio
import gzip
import mimetypes
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from moeviz.serving import below
from moeviz.ui.shared.datafile import FOREVER

FOLDER = "static"
"""Where they lie below Streamlit's folder, and below the app's address; names tell the content."""

PACKED = (".js", ".css", ".svg", ".json")
"""Endings of what packing makes smaller."""


class Shelf:
    """Files in memory: those that somebody has asked for.

    Packing them takes 0.2 s, and nobody waits for it: until a file is here, who asks is told that
    it is not.

    Parameters
    ----------
    folder : Path
        Streamlit's.
    """

    def __init__(self, folder: Path) -> None:
        self._places: Mapping[str, Path] = {
            f"/{path.relative_to(folder).as_posix()}": path
            for path in (folder / FOLDER).rglob("*")
            if path.is_file()
        }
        self._files: dict[str, Response] = {}
        self._asked: set[str] = set()
        self._open = False

    def take(self, path: str) -> Response | None:
        """Return the answer with a file, or None while there is none.

        Parameters
        ----------
        path : str
            Below the app's address.
        """
        found = self._files.get(path)
        if found is None and path in self._places and path not in self._asked:
            self._asked.add(path)
            if self._open:
                asyncio.get_running_loop().run_in_executor(None, self._put, path)
        return found

    def put_all(self) -> None:
        """Put all here that were asked for, and from now on each when it is first asked for."""
        self._open = True
        for path in list(self._asked):
            self._put(path)

    def _put(self, path: str) -> None:
        place = self._places[path]
        content, packs = place.read_bytes(), place.suffix in PACKED
        kind = mimetypes.guess_type(place.name)[0] or "application/octet-stream"
        headers = {**FOREVER, "Vary": "Accept-Encoding"}
        if packs:
            headers["Content-Encoding"] = "gzip"
            content = gzip.compress(content, compresslevel=6, mtime=0)
        self._files[path] = Response(content, media_type=kind, headers=headers)


class Assets:
    """Answers with files of a shelf, before the request comes to Streamlit.

    Parameters
    ----------
    app : ASGIApp
        What answers everything else.
    shelf : Shelf
    base : str
        The path below which the whole app lives; "" for none.
    """

    def __init__(self, app: ASGIApp, shelf: Shelf, base: str = "") -> None:
        self.app = app
        self.shelf = shelf
        self.base = below(base)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        answer = self._answer(scope) if scope["type"] == "http" else None
        await (answer or self.app)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response | None:
        path = str(scope["path"])
        if scope["method"] != "GET" or not path.startswith(f"{self.base}/{FOLDER}/"):
            return None
        headers = Headers(scope=scope)
        if "range" in headers or "gzip" not in headers.get("accept-encoding", ""):
            return None
        return self.shelf.take(path[len(self.base) :])
