"""What a class does for some minutes, in three ways.

``own``: each runs small studies of their own now and then. ``watched``: one study runs, and all
watch it. ``same``: all ask for the same study at about the same moment, round after round. In all
of them each changes the form after a think time.
"""

from __future__ import annotations

import asyncio
import random
import resource
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from moeviz.ui.crowd.pupil import EXPERTS, Pupil, Seen
from moeviz.ui.crowd.visitor import visiting
from moeviz.ui.shared.person import COOKIE

RUNS_ONE_IN = 12
"""In the scene ``own`` a visitor runs a study in place of so many changes, on average."""

SETTLING = 5.0
"""Seconds before and after which nothing is counted, where something begins."""

END_SECONDS = 60.0
"""How long studies that still run at the end may take to end."""


@dataclass
class Class:
    """A class that is there, and what it met.

    Parameters
    ----------
    url : str
        The server's address.
    study : str
        The query of the lab's link to the form with which each begins.
    visitors : int
    seconds : float
        How long it goes on.
    think : float
        Seconds between an answer and the next change, on average.
    """

    url: str
    study: str
    visitors: int
    seconds: float
    think: float
    seen: Seen = field(default_factory=Seen)
    marks: dict[str, list[float]] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, str]:
        """What the link says."""
        return dict(parse_qsl(self.study, keep_blank_values=True))

    async def come(self, stack: AsyncExitStack, **more: str) -> Pupil:
        """Have one more visitor open the lab."""
        cookie = f"{COOKIE}={secrets.token_hex(16)}"  # Each is a person of their own.
        fields = {**self.fields, **more}
        page = await stack.enter_async_context(
            visiting(self.url, polls=False, cookie=cookie, **fields)
        )
        pupil = Pupil(page, self.url, self.seen)
        stack.push_async_callback(pupil.leave)
        return pupil

    async def pause(self) -> None:
        """Think, somewhat longer or shorter each time."""
        await asyncio.sleep(self.think * random.uniform(0.5, 1.5))

    def mark(self, name: str, began: float) -> None:
        """Note a stretch of time that ends now."""
        self.marks[name] = [began, time.time()]

    async def work(self, pupils: Sequence[Pupil], turn: Callable[[Pupil], Awaitable[None]]) -> None:
        """Have each visitor take turns until the time is over."""
        began, end = time.time(), time.monotonic() + self.seconds

        async def works(pupil: Pupil) -> None:
            # Each begins at another moment.
            await asyncio.sleep(random.uniform(0, min(self.think, self.seconds / 2)))
            while time.monotonic() < end:
                await turn(pupil)
                await self.pause()

        await asyncio.gather(*map(works, pupils))
        self.mark("work", began)


async def own(crowd: Class) -> None:
    """Have each run small studies of their own now and then."""
    async with AsyncExitStack() as stack:
        first = random.randrange(10**6)
        pupils = [
            await crowd.come(stack, seed=str(first + number)) for number in range(crowd.visitors)
        ]
        left = {pupil: random.sample(EXPERTS, len(EXPERTS)) for pupil in pupils}

        async def turn(pupil: Pupil) -> None:
            if left[pupil] and random.randrange(RUNS_ONE_IN) == 0:
                await pupil.change(left[pupil].pop())
                await pupil.press_run()
            else:
                await pupil.change()

        await crowd.work(pupils, turn)
        await _ends(crowd)


async def watched(crowd: Class, alone: float = 30.0) -> None:
    """Have a study run, first with nobody who watches, then with all, then with nobody again."""
    async with AsyncExitStack() as stack:
        async with AsyncExitStack() as lecturing:
            lecturer = await crowd.come(lecturing)
            await lecturer.press_run()
            job = lecturer.job
        crowd.seen.streams.clear()
        await _nobody(crowd, "before", alone)
        pupils = [await crowd.come(stack, job=job) for _ in range(crowd.visitors)]
        for pupil in pupils:
            pupil.follow()
        await asyncio.sleep(min(SETTLING, crowd.seconds))
        await crowd.work(pupils, Pupil.change)
    await _nobody(crowd, "after", alone)


async def _nobody(crowd: Class, name: str, seconds: float) -> None:
    await asyncio.sleep(min(SETTLING, seconds))
    began = time.time()
    await asyncio.sleep(seconds)
    crowd.mark(name, began)


async def same(crowd: Class) -> None:
    """Have all ask for the same study, for one after the other."""
    rounds = len(EXPERTS)
    async with AsyncExitStack() as stack:
        pupils = [await crowd.come(stack) for _ in range(crowd.visitors)]
        began = time.monotonic()
        asked: dict[Pupil, int] = dict.fromkeys(pupils, -1)

        async def turn(pupil: Pupil) -> None:
            now = min(rounds - 1, int((time.monotonic() - began) / crowd.seconds * rounds))
            if asked[pupil] < now:
                asked[pupil] = now
                await pupil.change(EXPERTS[now])
                await pupil.press_run()
            else:
                await pupil.change()

        await crowd.work(pupils, turn)
        await _ends(crowd)


async def _ends(crowd: Class) -> None:
    """Wait until all streams have ended."""
    end = time.monotonic() + END_SECONDS
    while time.monotonic() < end:
        if all(stream.end for _, stream in crowd.seen.streams):
            break
        await asyncio.sleep(0.1)
    await asyncio.sleep(1.0)  # The pages' last answers.


SCENES: dict[str, Callable[[Class], Awaitable[None]]] = {
    "own": own,
    "watched": watched,
    "same": same,
}
"""By name."""


async def play(name: str, crowd: Class) -> dict[str, Any]:
    """Have a class do something, and return what it met.

    Parameters
    ----------
    name : str
        One of :data:`SCENES`.
    crowd : Class

    Returns
    -------
    dict
        As :meth:`moeviz.ui.crowd.pupil.Seen.plain` returns it, with ``marks`` (when what was, in
        seconds since the epoch) and ``processor_seconds`` of this process.
    """
    await SCENES[name](crowd)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        **crowd.seen.plain(),
        "marks": crowd.marks,
        "processor_seconds": used.ru_utime + used.ru_stime,
    }
