"""Which blocks came back lately, by whom they were computed and when."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moeviz.engine.dispatch import Dispatch, Finished

MOST = 6000
"""Blocks that are remembered."""

MINUTES = 10
"""For so long they are counted."""


@dataclass(frozen=True)
class Past:
    """One block that came back.

    Attributes
    ----------
    job : str
        Whose.
    worker : str
        Who computed it.
    began, ended : float
        In seconds since the epoch, by this machine's clock.
    """

    job: str
    worker: str
    began: float
    ended: float


class History:
    """The last blocks. Written by one thread, read by any.

    Parameters
    ----------
    clock : callable
        Seconds since the epoch; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._blocks: deque[Past] = deque(maxlen=MOST)

    def add(self, run: Dispatch, block: Any, finished: Finished) -> None:
        """Note a block that came back.

        Parameters
        ----------
        run : Dispatch
            Whose block.
        block : Block
        finished : Finished
        """
        now = self._clock()
        seconds = finished.seconds or 0.0
        self._blocks.append(Past(run.job.job_id, finished.worker, now - seconds, now))

    def since(self, seconds: float) -> list[Past]:
        """Return the blocks that ended in the last seconds, the oldest first.

        Parameters
        ----------
        seconds : float
            How far back.
        """
        first = self._clock() - seconds
        return [past for past in self._blocks.copy() if past.ended >= first]

    def per_minute(self, parts: int = 4) -> list[float | None]:
        """Return how many blocks a minute came back, in each part of the last minutes.

        Parameters
        ----------
        parts : int
            Of a minute.

        Returns
        -------
        list of float or None
            The oldest part first, MINUTES times `parts` of them. None for what so many blocks came
            after that it is forgotten.
        """
        now, length = self._clock(), 60.0 / parts
        counts = [0] * (MINUTES * parts)
        blocks = self._blocks.copy()
        for past in blocks:
            back = int((now - past.ended) / length)
            if 0 <= back < len(counts):
                counts[-1 - back] += 1
        full = len(blocks) == MOST
        known = (now - blocks[0].ended) / length if full else len(counts)
        return [
            float(count * parts) if len(counts) - index <= known else None
            for index, count in enumerate(counts)
        ]
