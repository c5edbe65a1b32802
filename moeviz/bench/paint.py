"""How long a page takes from its address to the picture, in a real browser.

The server is warm: it has started, and has shown each page once. A visitor who comes for the first
time brings an empty cache; one who comes again has the scripts already.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from moeviz.bench.browser import SCREEN, browsing
from moeviz.bench.drags import PLANES
from moeviz.bench.pages import percentile, served
from moeviz.bench.work import Row, row

VISITS = 10
WARM_SECONDS = 15
ANSWER_MS = 20_000

_WATCH = """() => {
  const look = () => {
    if (!document.querySelector(".moeviz-plane[data-draws]")) return requestAnimationFrame(look);
    const channel = new MessageChannel(); // Its message comes when the frame is painted.
    channel.port1.onmessage = () => { window.moevizPainted = performance.now(); };
    channel.port2.postMessage(0);
  };
  requestAnimationFrame(look);
}"""


def paint_benchmark(pages: Sequence[str] = PLANES, visits: int = VISITS) -> list[Row]:
    """Open each page again and again, and measure the time to its picture.

    Parameters
    ----------
    pages : sequence of str
        Addresses; one that the app does not have is left out.
    visits : int
        Of each page with an empty cache, and as many again with a full one.

    Returns
    -------
    list of dict
        For each page the median and the 95th percentile of both, in seconds.

    Raises
    ------
    ServerError
        If the server does not answer.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as server, browsing() as browser:
        shown = [page for page in pages if server.has(page)]
        with browser.new_context(viewport=SCREEN) as context:
            for address in shown:
                painted(context.new_page(), f"{server.url}/{address}")
            context.pages[0].wait_for_timeout(1000 * WARM_SECONDS)
        for address in shown:
            url = f"{server.url}/{address}"
            rows += _rows(
                address, "with an empty cache", [_first(browser, url) for _ in range(visits)]
            )
            with browser.new_context(viewport=SCREEN) as context:
                page = context.new_page()
                painted(page, url)
                rows += _rows(address, "again", [painted(page, url) for _ in range(visits)])
    return rows


def _rows(address: str, how: str, seconds: Sequence[float]) -> list[Row]:
    came = sorted(seconds)
    said = f"/{address} opened {how}, to the first picture ({len(came)} visits)"
    return [
        row("paint", f"{said}: median", percentile(came, 0.5), "no peer", None),
        row("paint", f"{said}: 95th percentile", percentile(came, 0.95), "no peer", None),
    ]


def _first(browser: Any, url: str) -> float:
    with browser.new_context(viewport=SCREEN) as context:
        return painted(context.new_page(), url)


def painted(page: Any, url: str) -> float:
    """Open a page, and return the seconds from the navigation to the painted picture.

    Parameters
    ----------
    page : playwright.sync_api.Page
    url : str
    """
    page.goto("about:blank")
    page.add_init_script(f"({_WATCH})()")
    page.goto(url, wait_until="commit")
    page.wait_for_function("() => window.moevizPainted !== undefined", timeout=ANSWER_MS)
    return float(page.evaluate("window.moevizPainted")) / 1000
