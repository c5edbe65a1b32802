"""Many visitors watch one study: ``python -m benchmarks.visitors --visitors 20 40``.

Starts a server on a free port (or takes one that runs, ``--url``), has one visitor press Run on a
long study, lets so many visitors watch it, and measures how long the server takes to answer a
visitor's poll and a visitor's click. Prints median and 95th percentile, and the server's memory.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import random
import re
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import psutil

from benchmarks.visitor import Visitor, visiting
from tests.browser.server import Server

STUDY = {"sizes": "300,1000,3162,10000,31623", "replicates": 400, "candidates": 2}
CLICK_SECONDS = 10.0
"""A visitor changes something this often; the form is drawn again."""

PATIENCE_SECONDS = 60.0
"""A click that is not answered by then counts as never answered."""


def main(argv: Sequence[str] | None = None) -> None:
    """Measure, and print one line per number of visitors."""
    arguments = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory() as home:
        served = nullcontext(None) if arguments.url else Server(Path(home), *arguments.option)
        with served as server:
            url = arguments.url or server.url
            if server is not None:
                server.wait_for_workers()
            process = server.process.pid if server is not None else None
            for visitors in arguments.visitors:
                try:
                    row = asyncio.run(measure(url, visitors, arguments.seconds, process))
                except TimeoutError:
                    print(f"{visitors} visitors: the server did not answer in two minutes.")
                    continue
                print(json.dumps(row) if arguments.json else words(row), flush=True)


async def measure(url: str, visitors: int, seconds: float, process: int | None) -> dict[str, Any]:
    """Let visitors watch one study for some seconds.

    Parameters
    ----------
    url : str
        The server's address.
    visitors : int
        How many watch.
    seconds : float
        How long, after all have arrived.
    process : int or None
        The server's process, where its memory can be looked at.

    Returns
    -------
    dict
        Seconds of answers to polls and to clicks, each with ``median``, ``p95`` and ``count``.
    """
    study = {**STUDY, "seed": random.randrange(10**6)}
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(visiting(url, polls=False, **study))
        await first.press("Run")
        await _first_block(first)
        arrived = await asyncio.gather(
            *(stack.enter_async_context(_watching(url, first.query)) for _ in range(visitors))
        )
        for visitor in arrived:
            visitor.poll_seconds.clear()
        before = _memory(process)
        clicks = await asyncio.gather(*(_click(visitor, seconds) for visitor in arrived))
        after = _memory(process)
        polls = [took for visitor in arrived for took in visitor.poll_seconds]
        await first.run()
        shown = first.progress()
        await first.press("Cancel")
    return {
        "visitors": visitors,
        "study": shown,
        "poll": _summary(polls),
        "click": _summary([took for each in clicks for took in each]),
        "memory_mib": [before, after],
    }


async def _first_block(visitor: Visitor) -> None:
    """Wait until there is something to watch."""
    for _ in range(600):
        await visitor.run()
        if re.match("[1-9][0-9]* of ", visitor.progress()):
            return
        await asyncio.sleep(0.2)


def _watching(url: str, query: str) -> Any:
    return visiting(url, **dict(parse_qsl(query, keep_blank_values=True)))


async def _click(visitor: Visitor, seconds: float) -> list[float]:
    """Have the whole page drawn now and then, and return how long each time took."""
    end = asyncio.get_running_loop().time() + seconds
    took: list[float] = []
    await asyncio.sleep(random.uniform(0, min(seconds, CLICK_SECONDS)))
    while asyncio.get_running_loop().time() < end:
        try:
            took.append(await visitor.run(wait=PATIENCE_SECONDS))
        except TimeoutError:
            took.append(math.inf)
        await asyncio.sleep(CLICK_SECONDS)
    return took


def _summary(values: list[float]) -> dict[str, Any]:
    if not values:
        return {"median": None, "p95": None, "count": 0}
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {"median": statistics.median(ordered), "p95": p95, "count": len(ordered)}


def _memory(process: int | None) -> float | None:
    return None if process is None else psutil.Process(process).memory_info().rss / 2**20


def words(row: dict[str, Any]) -> str:
    """Return a row of :func:`measure` as a sentence."""
    said = [f"{row['visitors']} visitors"]
    for name in ("poll", "click"):
        one = row[name]
        if one["count"]:
            said.append(
                f"{name} {one['median']:.2f} s, p95 {one['p95']:.2f} s ({one['count']} answers)"
            )
        else:
            said.append(f"{name}: no answer")
    said.append(f"the study then: {row['study']}")
    if row["memory_mib"][0] is not None:
        said.append("memory {:.0f} -> {:.0f} MiB".format(*row["memory_mib"]))
    return "; ".join(said)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, nargs="+", default=[20, 40])
    parser.add_argument("--seconds", type=float, default=30.0, help="of watching (default: 30)")
    parser.add_argument("--url", help="a server that runs; default: one of its own")
    parser.add_argument("--option", action="append", default=[], help="of Streamlit, for its own")
    parser.add_argument("--json", action="store_true", help="print plain data")
    return parser


if __name__ == "__main__":
    main()
