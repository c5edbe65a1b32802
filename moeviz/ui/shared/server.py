"""What the server does beside running pages.

It starts and closes the engine, serves scripts (Streamlit's own too) and the news of jobs, answers
addresses that have no page, and keeps from Streamlit what no page sends.
"""

from __future__ import annotations

import asyncio
import gc
import gzip
import logging
import os
import threading
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
from moeviz.serving import below, told
from moeviz.ui.shared.announce import announce
from moeviz.ui.shared.assets import Assets, Shelf
from moeviz.ui.shared.closed import Closed
from moeviz.ui.shared.closing import STREAMS
from moeviz.ui.shared.component import PLOTLY_FILE, PLOTLY_PATH
from moeviz.ui.shared.datafile import FOREVER
from moeviz.ui.shared.ending import told_of_the_end
from moeviz.ui.shared.gone import let_go_of_pages
from moeviz.ui.shared.health import Health, parts_of
from moeviz.ui.shared.hosts import Hosts
from moeviz.ui.shared.late import Late
from moeviz.ui.shared.lecturer import lecturer_route
from moeviz.ui.shared.live import Publisher
from moeviz.ui.shared.logs import Seen, begin_to_write
from moeviz.ui.shared.messages import MessagesOfPages
from moeviz.ui.shared.misses import MISSES
from moeviz.ui.shared.navigation import ADDRESSES, TITLES
from moeviz.ui.shared.person import Persons
from moeviz.ui.shared.places import Places
from moeviz.ui.shared.policies import Policies
from moeviz.ui.shared.proxies import Proxies
from moeviz.ui.shared.qr import qr_route
from moeviz.ui.shared.scripts import script_route
from moeviz.ui.shared.session import checker, close_engine, end_engine, engine, look
from moeviz.ui.shared.sockets import send_at_once
from moeviz.ui.shared.stream import live_routes
from moeviz.ui.shared.terms import MEANINGS
from moeviz.ui.shared.themes import read_themes_once
from moeviz.ui.shared.warm import TORCH, used_by_pages, warm

logger = logging.getLogger(__name__)

ADDRESSES_LATER = "moeviz.ui.addresses"
"""The module of the addresses for which nobody should wait before the first page."""

ROOMS_LATER = "moeviz.ui.room.routes"
"""The module of the addresses of lecture rooms; a class that comes back waits for no worker."""

ROOMS = ("/join", "/moeviz/room/{rest:path}")

WORKERS_SECONDS = 10.0
"""How long what pages import leaves the cores to workers that start."""

WORKERS_FIRST = asyncio.Event()
"""Set when the workers have started, or have had their time: what else is imported comes after."""

STATIC = Path(file_util.get_static_dir())
"""What Streamlit sends to every browser, its one document among it."""

ASSETS = Shelf(STATIC)
"""The same, from memory."""

PUBLISHER = Publisher(look)
"""Tells all who watch jobs of this server."""


@asynccontextmanager
async def lifespan(app: st.App) -> AsyncIterator[None]:
    """Start the engine with the server, and close it when the server ends."""
    # The pages are declared by `st.navigation`. Until a first visit has come that far, Streamlit
    # takes the mere presence of the folder `pages/` for its older convention and greets whoever
    # arrives by a deep link with "Page not found".
    PagesManager.uses_pages_directory = False
    begin_to_write()
    send_at_once(int(st.get_option("server.port")))
    read_themes_once()
    engine()
    settling = asyncio.create_task(_settle(Path(app.script_path).resolve().parent))
    letting_go = asyncio.create_task(let_go_of_pages())
    with tensors_only(), told_of_the_end(_end):
        try:
            announce(told(os.environ), _base())
            logger.info("The server begins")
            yield
        finally:
            _end_streams()
            settling.cancel()
            letting_go.cancel()
            await asyncio.gather(settling, letting_go, return_exceptions=True)
            await asyncio.to_thread(close_engine)
            logger.info("The server has ended")


def _end() -> None:
    """Take on nothing more and end the workers while the server lets go of its visitors."""
    logger.info("The server was asked to end")
    _end_streams()
    threading.Thread(target=end_engine, name="moeviz-ends").start()


def _end_streams() -> None:
    PUBLISHER.close()
    for close in STREAMS:
        close()


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
    base = below(_base())
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
        *Late(ROOMS_LATER, base, paths=ROOMS, needs=()).routes(),
        *Late(ADDRESSES_LATER, base, WORKERS_FIRST.wait).routes(),
    ]


def middleware() -> list[Middleware]:
    """Return what looks at every request before Streamlit does, the first first."""
    serving = told(os.environ)
    pages = {address: TITLES[path] for path, address in ADDRESSES.items()}
    return [
        Middleware(Health, base=_base(), parts=lambda: parts_of(engine)),
        Middleware(Proxies, trusted=serving.networks),
        Middleware(Seen),
        Middleware(Policies, frames=serving.frames, document=STATIC / "index.html"),
        Middleware(Hosts, names=serving.hosts),
        Middleware(Closed, base=_base()),
        Middleware(Assets, shelf=ASSETS, base=_base()),
        Middleware(Persons, base=_base()),
        Middleware(Places, base=_base(), pages=pages),
        Middleware(MessagesOfPages),
    ]


def _base() -> str:
    return (st.get_option("server.baseUrlPath") or "").strip("/")
