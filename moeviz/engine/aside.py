"""Jobs that were put aside because nobody is there to compute on their kind of device.

A job's blocks run on one kind of device, from the first to the last: digits differ between them. So
a job whose GPUs are gone waits a while for one to come back. If none does it is handed on to
processors as another job there, which begins with what was computed on processors before; what the
GPUs found is kept for when they are back. Who asked for GPUs and nothing else is told instead.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from moeviz.engine.dispatch import Connection
from moeviz.engine.errors import EngineError
from moeviz.engine.jobs import Job

HANDED_SECONDS = 60.0
"""How long a job waits for a GPU to come back."""

MOST = 5
"""How often, in one run, a job is put aside on the same kind of device without an end."""

MOVED = (
    "The GPUs are gone: computed on processors, from the beginning, since numbers of two kinds of "
    "device are never mixed."
)
"""Said of a job that was handed on."""


@dataclass(eq=False)
class Waiting:
    """A job that was put aside.

    Attributes
    ----------
    job : Job
    number : int
        Which run of it.
    since : float
        When it was put aside.
    """

    job: Job
    number: int
    since: float


class Aside:
    """The jobs that were put aside. For one thread.

    Parameters
    ----------
    clock : callable
        Seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: list[Waiting] = []
        self._times: Counter[tuple[str, int]] = Counter()
        self._moved: dict[str, int] = {}

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._waiting)

    def waiting(self) -> list[Waiting]:
        """Return those that are still wanted."""
        self._waiting = [waiting for waiting in self._waiting if _wanted(waiting)]
        return list(self._waiting)

    def put(self, job: Job, number: int, device: str, any_device: bool) -> str:
        """Put a job aside, and return what is said of that.

        Parameters
        ----------
        job : Job
        number : int
            Which run of it.
        device : str
            What it runs on.
        any_device : bool
            Whether it may be handed on.

        Raises
        ------
        EngineError
            If that has happened too often.
        """
        self._times[job.job_id, number] += 1
        if self._times[job.job_id, number] > MOST:
            raise EngineError(
                f"Expected workers to stay, but {MOST} times in a row all were gone while this was "
                "computed; look for what ends them, often too little memory."
            )
        self._waiting.append(Waiting(job, number, self._clock()))
        if device == "cpu":
            return "No worker is there any more; it goes on when one comes."
        seconds = f"{HANDED_SECONDS:.0f} seconds"
        if any_device:
            return (
                f"No worker with a GPU is there any more; waiting {seconds} for one, then it is "
                "handed on to processors."
            )
        return f"No worker with a GPU is there any more; waiting {seconds} for one."

    def device_now(self, waiting: Waiting, place: Connection, any_device: bool) -> str | None:
        """Return what a job goes on with now, or None where it still waits.

        Parameters
        ----------
        waiting : Waiting
        place : Connection
            Where jobs are computed.
        any_device : bool
            Whether it may be handed on.

        Raises
        ------
        EngineError
            If it has waited long enough, and may not be handed on.
        """
        device = waiting.job.folder.device
        if place.missing(device) == 0:
            return device
        if device == "cpu" or self._clock() - waiting.since < HANDED_SECONDS:
            return None
        if not any_device:
            raise EngineError(
                "Expected a worker with a GPU to come back, but none did for "
                f"{HANDED_SECONDS:.0f} s; what was finished is kept: run it again when there is "
                "one, or choose device 'cpu' or 'auto'."
            )
        self._moved[waiting.job.job_id] = waiting.number
        return "cpu"

    def end(self, waiting: Waiting) -> None:
        """Take a job back that goes on."""
        self._waiting.remove(waiting)

    def computed(self, job: Job) -> None:
        """Note that a block of a job came back."""
        self._times.pop((job.job_id, job.run), None)

    def moved(self, job: Job) -> str | None:
        """Return what is said of a job that was handed on in this run; None of others."""
        return MOVED if self._moved.get(job.job_id) == job.run else None

    def tidy(self, job: Job) -> None:
        """Forget what was known of runs of a job that have ended."""
        self.waiting()
        for name, number in [key for key in self._times if key[0] == job.job_id]:
            if number != job.run:
                del self._times[name, number]
        if self._moved.get(job.job_id, job.run) != job.run:
            del self._moved[job.job_id]


def _wanted(waiting: Waiting) -> bool:
    return waiting.job.run == waiting.number
