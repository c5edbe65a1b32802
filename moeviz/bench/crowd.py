"""A class that drags handles of one page at once, on a fresh server.

On the page of gates every browser draws its own picture, and the server hears of a handle when it
is let go; on the page of information the server computes the picture while the hand moves. The
visitors speak the pages' protocol and draw nothing: to what they wait a browser's own drawing has
to be added, which `bench drags` measures.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from moeviz.bench.pages import Served, percentile, served, visited
from moeviz.bench.work import Row, row

VISITORS = 40
SECONDS = 20.0
WARM_SECONDS = 2.0

PAGES = ("gates", "information")


def crowd_benchmark(
    pages: Sequence[str] = PAGES, visitors: int = VISITORS, seconds: float = SECONDS
) -> list[Row]:
    """Let many visitors drag on a page, and measure how soon the server answers.

    Parameters
    ----------
    pages : sequence of str
        Addresses; on each the visitors drag for itself.
    visitors : int
    seconds : float
        How long they drag.

    Returns
    -------
    list of dict
        For each page the median and the 95th percentile from a place that was sent to the picture
        that knows of it, the processor time of the server, and the clients'.

    Raises
    ------
    ServerError
        If the server does not answer.
    """
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as home, served(Path(home)) as server:
        server.settle()
        for page in pages:
            _pulled(server, page, 1, WARM_SECONDS)
            before = server.seconds()
            met = _pulled(server, page, visitors, seconds)
            rows += _rows(page, visitors, seconds, met, server.seconds() - before)
    return rows


def _pulled(server: Served, page: str, visitors: int, seconds: float) -> dict[str, Any]:
    return visited(
        server, "drag", "--page", page, "--visitors", str(visitors), "--seconds", str(seconds)
    )


def _rows(
    page: str, visitors: int, seconds: float, met: dict[str, Any], server_seconds: float
) -> list[Row]:
    waits = sorted(met["waits"])
    each = f"{visitors} clients drag on /{page} for {seconds:g} s"
    count = f"{len(waits)} places, {met['pictures']} pictures, {met['never']} never came"
    times = {
        f"{each}: a picture for a place ({count}), median": percentile(waits, 0.5),
        f"{each}: a picture for a place, 95th percentile": percentile(waits, 0.95),
        f"{each}: processor time of the server, visits included": server_seconds,
        f"{each}: processor time of the clients themselves": met["processor_seconds"],
    }
    return [row("crowd", work, took, "no peer", None) for work, took in times.items()]
