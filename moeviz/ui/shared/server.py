"""What the server does beside running pages.

It starts and closes the engine, serves scripts (Streamlit's own too) and the news of jobs, answers
addresses that have no page, and keeps from Streamlit what no page sends.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit import file_util
from streamlit.runtime.pages_manager import PagesManager

from moeviz.kernels import tensors_only
from moeviz.ui.shared.assets import Assets, Shelf
from moeviz.ui.shared.component import PLOTLY_FILE, PLOTLY_PATH
from moeviz.ui.shared.datafile import FOREVER
from moeviz.ui.shared.ending import told_of_the_end
from moeviz.ui.shared.gone import let_go_of_pages
from moeviz.ui.shared.late import Late
from moeviz.ui.shared.lecturer import announce, lecturer_route
from moeviz.ui.shared.live import Publisher
from moeviz.ui.shared.messages import MessagesOfPages
from moeviz.ui.shared.misses import MISSES
from moeviz.ui.shared.navigation import ADDRESSES, TITLES
from moeviz.ui.shared.person import Persons
from moeviz.ui.shared.places import Places
from moeviz.ui.shared.qr import qr_route
from moeviz.ui.shared.scripts import script_route
from moeviz.ui.shared.session import checker, close_engine, engine, look
from moeviz.ui.shared.sockets import send_at_once
from moeviz.ui.shared.stream import live_routes
from moeviz.ui.shared.terms import MEANINGS
from moeviz.ui.shared.themes import read_themes_once
from moeviz.ui.shared.warm import TORCH, used_by_pages, warm

ADDRESSES_LATER = "moeviz.ui.addresses"
"""The module of the addresses for which nobody should wait before the first page."""

WORKERS_SECONDS = 10.0
"""How long what pages import leaves the cores to workers that start."""

WORKERS_FIRST = asyncio.Event()
"""Set when the workers have started, or have had their time: what else is imported comes after."""

ASSETS = Shelf(Path(file_util.get_static_dir()))
"""What Streamlit sends to every browser."""

PUBLISHER = Publisher(look)
"""Tells all who watch jobs of this server."""


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Start the engine with the server, and close it when the server ends."""
    # The pages are declared by `st.navigation`. Until a first visit has come that far, Streamlit
    # takes the mere presence of the folder `pages/` for its older convention and greets whoever
    # arrives by a deep link with "Page not found".
    PagesManager.uses_pages_directory = False
    send_at_once(int(st.get_option("server.port")))
    read_themes_once()
    engine()
    announce()
    settling = asyncio.create_task(_settle(Path(app.script_path).resolve().parent))
    letting_go = asyncio.create_task(let_go_of_pages())
    try:
        with tensors_only(), told_of_the_end(PUBLISHER.close):
            yield
    finally:
        PUBLISHER.close()
        settling.cancel()
        letting_go.cancel()
        await asyncio.gather(settling, letting_go, return_exceptions=True)
        await asyncio.to_thread(close_engine)


async def _settle(folder: Path) -> None:
    """Import what pages need, and when the workers have started keep the collector off it all.

    PyTorch and the like make each full collection 170 ms of looking at modules that are here to
    stay, during which nobody is answered; frozen, they cost nothing.
    """
    names = used_by_pages(folder)
    at_once = names.index(TORCH)
    try:
        await warm(names[:at_once])
        # The workers start meanwhile, and are what most visitors wait for: the cores are theirs.
        with suppress(TimeoutError):
            await asyncio.wait_for(_ready(), WORKERS_SECONDS)
        WORKERS_FIRST.set()
        await asyncio.to_thread(ASSETS.put_all)
        await warm(names[at_once:])
    finally:
        WORKERS_FIRST.set()
        gc.enable()  # See `begin`.
    answering = await asyncio.to_thread(import_module, ADDRESSES_LATER)
    await asyncio.to_thread(answering.prepare)
    await _ready()
    await asyncio.to_thread(checker)
    await asyncio.to_thread(answering.prepare_pictures)
    gc.collect()
    gc.freeze()


async def _ready() -> None:
    """Wait until the workers have started."""
    while not engine().hardware()["ready"]:
        await asyncio.sleep(0.2)


def routes() -> list[Route]:
    """Return the addresses that this app answers beside Streamlit's own.

    What the glossary's words mean is one of them.

    Returns
    -------
    list of Route
        plotly.js from the installed plotly package, so that no page asks another host for it; the
        modules that components share; QR codes of links; the news of jobs; and, last, those that
        take the whole package (:mod:`moeviz.ui.addresses`).
    """
    base = f"/{_base()}" if _base() else ""
    packed = gzip.compress(PLOTLY_FILE.read_bytes(), compresslevel=6, mtime=0)

    async def plotly_js(request: Request) -> Response:
        headers = {"Content-Encoding": "gzip", **FOREVER}
        return Response(packed, media_type="text/javascript", headers=headers)

    return [
        Route(f"{base}{PLOTLY_PATH}", plotly_js),
        MEANINGS.route(base),
        script_route(base),
        qr_route(base),
        lecturer_route(base),
        *live_routes(PUBLISHER, MISSES, base),
        Late(ADDRESSES_LATER, base, WORKERS_FIRST.wait).route(),
    ]


def middleware() -> list[Middleware]:
    """Return what looks at every request before Streamlit does."""
    pages = {address: TITLES[path] for path, address in ADDRESSES.items()}
    return [
        Middleware(Assets, shelf=ASSETS, base=_base()),
        Middleware(Persons, base=_base()),
        Middleware(Places, base=_base(), pages=pages),
        Middleware(MessagesOfPages),
    ]


def _base() -> str:
    return (st.get_option("server.baseUrlPath") or "").strip("/")
