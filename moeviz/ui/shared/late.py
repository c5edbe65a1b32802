"""Addresses of a module that is imported when somebody first asks for one, or before that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import cached_property
from importlib import import_module

from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from moeviz.later import load


class Late:
    """Routes that a module has, behind one route that needs no import.

    Parameters
    ----------
    module : str
        Its name. It has a function ``routes``, from the path below which the whole app lives to a
        list of routes.
    base : str
        That path, as ``/lab``; "" for none.
    turn : callable
        Awaited before the import, which takes seconds of a core.
    """

    def __init__(self, module: str, base: str, turn: Callable[[], Awaitable[object]]) -> None:
        self._module = module
        self._base = base
        self._turn = turn

    @cached_property
    def _router(self) -> Router:
        load("torch")
        return Router(import_module(self._module).routes(self._base), redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it; the first one waits for the import."""
        await self._turn()
        router = await asyncio.to_thread(lambda: self._router)
        await router(scope, receive, send)

    def route(self) -> Route:
        """Return the route of all that no route before it answers."""
        return Route(f"{self._base}/moeviz/{{rest:path}}", self)
