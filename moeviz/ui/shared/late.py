"""Addresses of a module that is imported when somebody first asks for one, or before that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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
    turn : callable, optional
        Awaited before the import, where that takes seconds of a core.
    paths : sequence of str
        What it answers, below the app's address.
    needs : sequence of str
        Modules that were put off and are loaded first.
    """

    def __init__(
        self,
        module: str,
        base: str,
        turn: Callable[[], Awaitable[object]] | None = None,
        paths: Sequence[str] = ("/moeviz/{rest:path}",),
        needs: Sequence[str] = ("torch",),
    ) -> None:
        self._module = module
        self._base = base
        self._turn = turn
        self._paths = paths
        self._needs = needs

    @cached_property
    def _router(self) -> Router:
        for name in self._needs:
            load(name)
        return Router(import_module(self._module).routes(self._base), redirect_slashes=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it; the first one waits for the import."""
        if self._turn is not None:
            await self._turn()
        router = await asyncio.to_thread(lambda: self._router)
        await router(scope, receive, send)

    def routes(self) -> list[Route]:
        """Return the routes of all that it answers and no route before does."""
        return [Route(f"{self._base}{path}", self) for path in self._paths]
