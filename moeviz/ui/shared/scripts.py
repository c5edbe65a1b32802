"""JavaScript that several components share, as modules served by this app.

A module lies beside the Python that owns it and is known by its file's name. Its address carries a
hash of its content: a browser keeps it for good, and asks anew when it has changed. A module that
imports another says ``from "@name"``, or ``import("@name")`` once it needs it; ``"@katex"`` is the
typesetter of formulas that comes with Streamlit, which serves it.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from moeviz.errors import UnknownNameError
from moeviz.ui.shared.datafile import FOREVER

_ROOT = Path(__file__).parents[1]
_FOLDER = "/moeviz/script"


def script_path(name: str) -> str:
    """Return where a module is served, below the app's own address.

    A component loads it with ``import(new URL(path.slice(1), document.baseURI))``.

    Parameters
    ----------
    name : str
        Of the module's file, without ending: ``"live"``.

    Returns
    -------
    str
        Begins with a slash.

    Raises
    ------
    UnknownNameError
        If there is no such module.
    """
    content = _content(name)
    return f"{_FOLDER}/{name}-{hashlib.sha256(content).hexdigest()[:16]}.js"


def script_route(base: str) -> Route:
    """Return the route that serves the modules.

    Parameters
    ----------
    base : str
        The path below which the app lives, as ``/lab``; "" for none.
    """

    async def module(request: Request) -> Response:
        name = request.path_params["file"].rpartition("-")[0]
        try:
            found = script_path(name).endswith(f"/{request.path_params['file']}")
        except UnknownNameError:
            found = False
        if not found:
            return PlainTextResponse("Not found.", 404, {"Cache-Control": "no-store"})
        headers = {"Content-Encoding": "gzip", **FOREVER}
        return Response(_packed(name), media_type="text/javascript", headers=headers)

    return Route(f"{base}{_FOLDER}/{{file}}", module)


@cache
def _files() -> dict[str, Path]:
    return {path.stem: path for path in sorted(_ROOT.rglob("*.js"))}


@cache
def _content(name: str) -> bytes:
    path = _files().get(name)
    if path is None:
        raise UnknownNameError(
            f"Expected the name of a script, but got {name[:40]!r}; known are "
            f"{', '.join(_files())}."
        )
    text = path.read_text(encoding="utf-8")
    return re.sub(r'(from |import\()"@(\w+)"', _imported, text).encode()


def _imported(found: re.Match[str]) -> str:
    """Say where an imported module lies: beside the one that imports it."""
    if found[2] == "katex":
        return f'{found[1]}"../../{katex_path()}"'
    return f'{found[1]}"./{script_path(found[2]).rpartition("/")[2]}"'


@cache
def katex_path() -> str:
    """Return where Streamlit serves the typesetter of formulas, below the app's own address."""
    folder = Path(streamlit.__file__).parent / "static"
    found = sorted((folder / "static" / "js").glob("katex.*.js"))
    return found[0].relative_to(folder).as_posix() if found else ""


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_content(name), compresslevel=6, mtime=0)
