"""A class that watches one study, each with page and stream, and changes something now and then."""

from __future__ import annotations

import asyncio
import math
import random
import resource
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import parse_qsl

from moeviz.ui.crowd.picks import picked
from moeviz.ui.crowd.streams import Stream, watch
from moeviz.ui.crowd.visitor import Visitor, visiting

EXPERTS = ("tanh", "gelu")
"""Choices that take turns."""

PATIENCE_SECONDS = 60.0
"""An answer that has not come by then counts as never given."""

START_SECONDS = 300.0
"""How long the study may take to begin and end."""


async def attend(url: str, job: str, study: str, visitors: int, every: float) -> dict[str, Any]:
    """Have a study run, with visitors who watch it until it has ended.

    Parameters
    ----------
    url : str
        The server's address.
    job : str
        The study's name.
    study : str
        The query of the convergence lab's link to the study's form.
    visitors : int
        How many watch beside the one who presses Run; 0 for a study that nobody watches.
    every : float
        Seconds between one visitor's changes.

    Returns
    -------
    dict
        ``answers`` (seconds from a change to the end of the script, of all changes), ``never`` (how
        many were not answered), ``messages``, ``bytes`` and ``ended`` (of the streams) and
        ``processor_seconds`` of this process.
    """
    fields = dict(parse_qsl(study, keep_blank_values=True))
    streams = [Stream() for _ in range(visitors)]
    answers: list[float] = []
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(visiting(url, polls=False, **fields))
        pages = [
            await stack.enter_async_context(visiting(url, polls=False, **fields, job=job))
            for _ in range(visitors)
        ]
        await first.press("Run")
        changing = [asyncio.create_task(_change(page, every, answers)) for page in pages]
        reading = [asyncio.create_task(watch(url, job, stream)) for stream in streams]
        try:
            async with asyncio.timeout(START_SECONDS):
                await asyncio.gather(*reading)
        finally:
            for task in [*changing, *reading]:
                task.cancel()
            ends = await asyncio.gather(*changing, *reading, return_exceptions=True)
    broken = [end for end in ends if isinstance(end, LookupError)]
    if broken:
        raise broken[0]
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "answers": [took for took in answers if math.isfinite(took)],
        "never": sum(not math.isfinite(took) for took in answers),
        "messages": sum(stream.messages for stream in streams),
        "bytes": sum(stream.size for stream in streams),
        "ended": sum(stream.end == "end" for stream in streams),
        "processor_seconds": used.ru_utime + used.ru_stime,
    }


async def _change(visitor: Visitor, every: float, answers: list[float]) -> None:
    """Change something again and again; each visitor begins at another moment."""
    await asyncio.sleep(random.uniform(0, every))
    turn = 0
    while True:
        turn += 1
        try:
            pick = picked(visitor, "experts", EXPERTS[turn % 2])
            answers.append(await visitor.run(pick, wait=PATIENCE_SECONDS))
        except TimeoutError:
            answers.append(math.inf)
        await asyncio.sleep(every)
