"""A class that drags: each visitor pulls a handle of a picture, lets it go, and pulls again.

Where the server computes the picture, the browser asks for it at most every 60 ms while a handle
moves, and when the question before is answered. When the handle is let go, its place is told, as on
every page. So do these visitors. They draw nothing: what is measured is from a place at which the
hand was to the picture that knows of it.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
import resource
import time
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import SplitResult, urlsplit

from moeviz.ui.crowd.visitor import Visitor, visiting

EVERY_SECONDS = 0.06
"""Between two places of a handle that moves, as `asking.js` has it."""

PULL_SECONDS, PAUSE_SECONDS = 1.5, 0.5
"""How long a handle is held, and how long it then rests."""

PATIENCE_SECONDS = 30.0
"""A picture that has not come so long after the last drag counts as never given."""

_SERIAL = re.compile(r'"serial": ?(\d+)')


class Hand:
    """One visitor's hand on the first handle of a picture.

    Parameters
    ----------
    visitor : Visitor
        With the picture drawn.
    url : str
        The server's address.

    Attributes
    ----------
    waits : list of float
        Seconds from a place to the picture that knows of it.
    pictures : int
        How many came back.
    """

    def __init__(self, visitor: Visitor, url: str) -> None:
        self.waits: list[float] = []
        self.pictures = 0
        self._visitor = visitor
        self._component = visitor.component("plane")
        data = json.loads(self._component.json)
        self._server = urlsplit(url)
        self._asks: str = data["asks"] or ""
        self._sends = bool(data["sends"])
        self._serial = int(data["serial"])
        handles = json.loads(data["document"])["handles"]
        # Elsewhere than the others, so that nobody is given a picture that another one asked for.
        self._places = {handle["id"]: _kept(handle, random.uniform(-1, 1)) for handle in handles}
        self._handle = handles[0]
        self._untold: list[float] = []
        self._sent: dict[int, list[float]] = {}
        self._question: asyncio.Task[None] | None = None
        visitor.drawn = self._drawn

    async def pull(self, seconds: float) -> None:
        """Hold the handle so long, move it to and fro, and let it go."""
        began = time.monotonic()
        while (gone := time.monotonic() - began) < seconds:
            if self._asks:
                self._untold.append(time.monotonic())
                self._place(gone)
                if self._question is None or self._question.done():
                    self._question = asyncio.create_task(self._ask())
            await asyncio.sleep(EVERY_SECONDS)
        if self._question is not None:
            await self._question
        if self._sends:
            self._untold.append(time.monotonic())
            self._place(seconds * random.uniform(0.9, 1.1))
            await self._tell()

    def unanswered(self) -> int:
        """Return how many places that were sent no picture knows of yet."""
        return sum(map(len, self._sent.values()))

    def _place(self, gone: float) -> None:
        self._places[self._handle["id"]] = _kept(self._handle, math.sin(4 * gone))

    async def _ask(self) -> None:
        """Ask for the picture of where the handle is now."""
        since, self._untold = self._untold, []
        places = "".join(f"&{name}={at[0]}" for name, at in self._places.items())
        base = self._server.path.rstrip("/")
        await _got(self._server, f"{base}/{self._asks}{places}")
        self.pictures += 1
        now = time.monotonic()
        self.waits += [now - moved for moved in since]

    async def _tell(self) -> None:
        self._serial += 1
        self._sent[self._serial], self._untold = self._untold, []
        moved = {"handles": self._places, "serial": self._serial}
        await self._visitor.tell(self._component.id, {"moved": moved})

    def _drawn(self, element: Any) -> None:
        if element.WhichOneof("type") != "bidi_component":
            return
        if element.bidi_component.id != self._component.id:
            return
        self.pictures += 1
        found = _SERIAL.search(element.bidi_component.json)
        knows = int(found.group(1)) if found else 0
        now = time.monotonic()
        for serial in [serial for serial in self._sent if serial <= knows]:
            self.waits += [now - moved for moved in self._sent.pop(serial)]


async def _got(server: SplitResult, path: str) -> bytes:
    """Return what the server answers at an address.

    Raises
    ------
    LookupError
        If it refuses.
    """
    reader, writer = await asyncio.open_connection(server.hostname, server.port)
    try:
        asked = f"GET {path} HTTP/1.1\r\nHost: {server.netloc}\r\nConnection: close\r\n\r\n"
        writer.write(asked.encode())
        answer = await reader.read()
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise LookupError(f"Expected a picture at {path}, but got {body[:200].decode()}.")
    return body


def _kept(handle: dict[str, Any], by: float) -> list[float]:
    """Return a handle's place so far from where it stands, as the browser would keep it."""
    x, y = handle["at"]
    if "slides" not in handle:
        return [x + 0.5 * by, y]
    (low, high), step = handle["slides"], handle["step"]
    middle, reach = (low + high) / 2, (high - low) / 2
    return [float(round((middle + reach * by) / step) * step), y]


async def pull_together(url: str, page: str, visitors: int, seconds: float) -> dict[str, Any]:
    """Have visitors drag on one page at once.

    Parameters
    ----------
    url : str
        The server's address.
    page : str
        The page's part of the address.
    visitors : int
    seconds : float
        How long they go on.

    Returns
    -------
    dict
        ``waits`` (seconds from a place to the picture that knows of it, of all places),
        ``pictures`` (how many came), ``never`` (places that no picture knew of) and
        ``processor_seconds`` of this process.
    """
    async with AsyncExitStack() as stack:
        pages = [
            await stack.enter_async_context(visiting(url, page, polls=False))
            for _ in range(visitors)
        ]
        hands = [Hand(page, url) for page in pages]
        await asyncio.gather(*(_pull(hand, seconds) for hand in hands))
        end = time.monotonic() + PATIENCE_SECONDS
        while any(hand.unanswered() for hand in hands) and time.monotonic() < end:
            await asyncio.sleep(0.05)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "waits": [wait for hand in hands for wait in hand.waits],
        "pictures": sum(hand.pictures for hand in hands),
        "never": sum(hand.unanswered() for hand in hands),
        "processor_seconds": used.ru_utime + used.ru_stime,
    }


async def _pull(hand: Hand, seconds: float) -> None:
    """Pull again and again; each visitor begins at another moment."""
    await asyncio.sleep(random.uniform(0, PULL_SECONDS + PAUSE_SECONDS))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        await hand.pull(PULL_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)
