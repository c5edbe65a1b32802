"""How a page's picture keeps up with the hand, in a real browser on a fresh server.

A handle is pressed and the mouse moved sixty times a second, whether or not the page keeps up. The
browser itself takes the times: from the moment at which the system reported a movement to the
frame in which a picture that knows of it was painted. Where the server computes the picture, only
one that came from it counts.
"""

from __future__ import annotations

import asyncio
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from moeviz.bench.browser import SCREEN, launching
from moeviz.bench.pages import percentile, served
from moeviz.bench.work import Row, row

MOVES = 200
PERIOD = 1 / 60
WIDE, TALL = 60, 30
"""How far the mouse goes from where it pressed, in pixels."""

ROUND = 50
"""Movements of one round of the mouse."""

ANSWER_MS = 20_000
SETTLE_MS = 1500
"""What a page has after it was opened, and after the last movement."""

HANDLE = ".moeviz-plane[data-draws] .plane-handle"

PLANES = ("", "gates", "attention", "cells", "information", "sequences", "fit")
"""Addresses of the pages whose picture has handles."""

_LISTEN = """() => {
  const plane = document.querySelector(".moeviz-plane");
  const kept = { waits: [], pictures: [], never: 0 };
  let waiting = [];
  const live = () => "answered" in plane.dataset;
  const painted = (then) => {
    const channel = new MessageChannel(); // Its message comes when the frame is painted.
    channel.port1.onmessage = then;
    channel.port2.postMessage(0);
  };
  window.addEventListener("pointermove", (event) => {
    if (!(event.buttons & 1)) return;
    const all = event.getCoalescedEvents?.() ?? [event];
    for (const { timeStamp } of all) waiting.push([timeStamp, Infinity]);
  }, { capture: true });
  new MutationObserver((changes) => {
    const changed = new Set(changes.map((change) => change.attributeName));
    if (changed.has("data-asked")) {
      const serial = Number(plane.dataset.asked);
      for (const each of waiting) if (each[1] === Infinity) each[1] = serial;
    }
    if (!changed.has(live() ? "data-answered" : "data-draws")) return;
    const knows = live() ? Number(plane.dataset.answered) : Infinity;
    const shown = waiting.filter((each) => each[1] <= knows);
    waiting = waiting.filter((each) => each[1] > knows);
    if (!shown.length) return;
    // Said again, it is a place that has its picture already.
    const anew = !live() || changes.some(
      ({ attributeName, oldValue }) =>
        attributeName === "data-answered" && oldValue !== plane.dataset.answered,
    );
    const note = () => painted(() => {
      const now = performance.now();
      if (anew) kept.pictures.push(now);
      for (const [stamp] of shown) kept.waits.push(now - stamp);
    });
    if (live()) requestAnimationFrame(note); // Drawn when it came, painted with the next frame.
    else note();
  }).observe(plane, { attributes: true, attributeOldValue: true });
  window.moevizDrag = () => ({ ...kept, never: waiting.length });
}"""


@dataclass(frozen=True)
class Drag:
    """How one picture kept up.

    Attributes
    ----------
    waits : tuple of float
        Seconds from a movement to the picture, ascending.
    pictures : int
        How many pictures there were.
    seconds : float
        From the first picture to the last.
    never : int
        Movements that no picture followed.
    """

    waits: tuple[float, ...]
    pictures: int
    seconds: float
    never: int


def drags_benchmark(pages: Sequence[str] = PLANES, moves: int = MOVES) -> list[Row]:
    """Drag the first handle of each picture, and measure how the picture follows.

    Parameters
    ----------
    pages : sequence of str
        Addresses; one that the app does not have is left out.
    moves : int
        How often the mouse moves.

    Returns
    -------
    list of dict
        For each page the median and the 95th percentile from movement to picture, and the time
        between pictures, in seconds.

    Raises
    ------
    ServerError
        If the server does not answer.
    """
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as server:
        server.settle()
        shown = [page for page in pages if server.has(page)]
        found = asyncio.run(_all(server.url, shown, moves))
    return [each for page, drag in found.items() for each in _rows(page, drag)]


def _rows(page: str, drag: Drag) -> list[Row]:
    said = f"a handle of /{page} dragged"
    count = f"{len(drag.waits)} movements, {drag.pictures} pictures, {drag.never} never came"
    times = {
        f"{said}, from movement to picture ({count}): median": percentile(drag.waits, 0.5),
        f"{said}, from movement to picture: 95th percentile": percentile(drag.waits, 0.95),
        f"{said}, from picture to picture: mean": drag.seconds / max(1, drag.pictures - 1),
    }
    return [row("drags", work, seconds, "no peer", None) for work, seconds in times.items()]


async def _all(url: str, pages: Sequence[str], moves: int) -> dict[str, Drag]:
    # Only here: who does not measure pages needs no browser.
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**launching())
        try:
            found = {}
            for address in pages:
                page = await browser.new_page(viewport=SCREEN)
                await page.goto(f"{url}/{address}")
                found[address] = await _drag(page, moves)
                await page.close()
            return found
        finally:
            await browser.close()


async def _drag(page: Any, moves: int) -> Drag:
    """Press the first handle of the picture, and move it round and round."""
    handle = page.locator(HANDLE).first
    await handle.wait_for(timeout=ANSWER_MS)
    await page.wait_for_timeout(SETTLE_MS)
    await handle.scroll_into_view_if_needed()
    box = await handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.evaluate(_LISTEN)
    await page.mouse.move(x, y)
    await page.mouse.down()
    loop = asyncio.get_running_loop()
    began, sent = loop.time(), []
    for index in range(1, moves + 1):
        await asyncio.sleep(max(0.0, began + index * PERIOD - loop.time()))
        turn = 2 * math.pi * index / ROUND
        to = (x + WIDE * math.sin(turn), y + TALL * (1 - math.cos(turn)))
        # Nobody waits for the page here: a hand does not either.
        sent.append(asyncio.ensure_future(page.mouse.move(*to)))
    await asyncio.gather(*sent)
    await page.wait_for_timeout(SETTLE_MS)
    met = await page.evaluate("window.moevizDrag()")
    await page.mouse.up()
    pictures = met["pictures"]
    return Drag(
        tuple(sorted(wait / 1000 for wait in met["waits"])),
        len(pictures),
        (pictures[-1] - pictures[0]) / 1000 if pictures else math.nan,
        met["never"],
    )
