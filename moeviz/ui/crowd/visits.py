"""Many visits, one after the other and some at once: people come, look, run a study, and leave."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack

from moeviz.ui.crowd.pupil import EXPERTS
from moeviz.ui.crowd.scenes import Class
from moeviz.ui.crowd.visitor import visiting
from moeviz.ui.shared.navigation import ADDRESSES

CHANGES = 4
"""What each changes before leaving."""

RUNS_ONE_IN = 3
"""So many visits have one that runs a study."""


async def come_and_go(crowd: Class, visits: int) -> int:
    """Have so many visits begin, evenly over the class's time, and return how many were made.

    Parameters
    ----------
    crowd : Class
        Of which at most `visitors` are there at once.
    visits : int
    """
    free = asyncio.Semaphore(crowd.visitors)
    pages = sorted(ADDRESSES.values())
    loop = asyncio.get_running_loop()
    began, made, under_way = loop.time(), 0, set[asyncio.Task[None]]()
    for number in range(visits):
        await asyncio.sleep(max(0.0, began + number * crowd.seconds / visits - loop.time()))
        await free.acquire()
        visit = asyncio.create_task(_visit(crowd, pages[number % len(pages)], number))
        under_way.add(visit)
        visit.add_done_callback(under_way.discard)
        visit.add_done_callback(lambda _: free.release())
        made += 1
    await asyncio.gather(*under_way)
    return made


async def _visit(crowd: Class, page: str, number: int) -> None:
    """Look at a page, then change the lab's form a few times."""
    try:
        async with visiting(crowd.url, page, polls=False):
            await crowd.pause()
        async with AsyncExitStack() as stack:
            pupil = await crowd.come(stack, seed=str(number % 100_000))
            for _ in range(CHANGES):
                await pupil.change()
                await crowd.pause()
            if random.randrange(RUNS_ONE_IN) == 0:
                await pupil.change(random.choice(EXPERTS))
                await pupil.press_run()
                await crowd.pause()
    except (TimeoutError, OSError) as error:
        crowd.seen.broken.append(f"a visit: {type(error).__name__} {error}")
