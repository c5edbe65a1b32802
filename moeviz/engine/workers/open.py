"""An open cluster: who is there, what they can compute, and who came and went."""

from __future__ import annotations

import asyncio
import math
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from moeviz.engine.dispatch import Arrived, Began, Listener
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Kind
from moeviz.engine.store import DEVICES
from moeviz.engine.workers.futures import Futures
from moeviz.engine.workers.lanes import QUICK, Lanes, lanes
from moeviz.engine.workers.local import end_host
from moeviz.engine.workers.news import News
from moeviz.engine.workers.versions import Made, difference, made

if TYPE_CHECKING:
    from distributed import Client

COUNT_SECONDS = 2.0
"""How often the workers are counted."""

DEAF_SECONDS = 20.0
"""A scheduler that has not answered for so long hangs, and counts as lost."""

LOOKED_AT_SECONDS = 0.7
"""How often they are counted while somebody looks at them."""

READY_SECONDS = 60.0
"""A worker that has said nothing of its moeviz for so long after it came will not."""

GONE_SECONDS = 10.0
"""A kind of device on which nobody could compute for so long counts as gone."""

LEFT = "A worker left; what it was computing was given to another one."


@dataclass(eq=False)
class Workers:
    """An open cluster with at least one worker that is ready.

    Attributes
    ----------
    client : distributed.Client
        The way to the scheduler.
    asked : str
        ``"auto"``, ``"cpu"`` or ``"cuda"``.
    seen : mapping of str to mapping
        What the scheduler knew of each worker when they were last counted, by their addresses.
    described : dict of str to dict
        What :func:`moeviz.engine.workers.worker.describe` says of each.
    host : subprocess.Popen or None
        The process of the local cluster, if it is one.
    news : News
        Who came and went.
    since : dict of str to float
        When each was first counted, by the clock that only goes on.
    useful, in_turn : bool
        As of every :class:`~moeviz.engine.dispatch.Connection`.
    """

    client: Client
    asked: str
    seen: Mapping[str, Mapping[str, Any]]
    described: dict[str, dict[str, Any]]
    host: subprocess.Popen[str] | None
    useful: bool = False
    in_turn: bool = True
    news: News = field(default_factory=News)

    def __post_init__(self) -> None:
        self._lanes: dict[str, Lanes] = {}
        self._empty: dict[str, float] = dict.fromkeys(DEVICES, -math.inf)
        self.since: dict[str, float] = {}
        self._signs: dict[str, tuple[Any, float]] = {}
        self._strange: set[str] = set()
        self._until = 0.0
        self._wake: asyncio.Event | None = None
        self.take(self.seen)

    @property
    def fit(self) -> dict[str, Mapping[str, Any]]:
        """Those that have this moeviz, by their addresses."""
        name = made().name
        return {a: worker for a, worker in self.seen.items() if name in worker["resources"]}

    @property
    def workers(self) -> list[dict[str, Any]]:
        """What is known of each that is fit, but of those for short first blocks."""
        return [
            self.described[address]
            for address, worker in self.fit.items()
            if QUICK not in worker["resources"] and address in self.described
        ]

    @property
    def device(self) -> str:
        """What jobs run on that gain from a GPU."""
        if self.asked == "auto":
            return "cuda" if self.missing("cuda") < GONE_SECONDS else "cpu"
        return self.asked

    @property
    def alive(self) -> bool:
        """Whether the scheduler can be reached, as far as is known."""
        return self.client.status == "running" and (self.host is None or self.host.poll() is None)

    def device_for(self, kind: Kind, spec: Any) -> str:
        """Return the kind of device that a job should run on."""
        gains = self.asked != "auto" or kind.gains(spec)
        return self.device if gains else "cpu"

    def place(self, device: str) -> Lanes:
        """Return what computes on a kind of device, as last seen."""
        return self._lanes[device]

    def missing(self, device: str) -> float:
        """Return for how many seconds nobody has been there to compute on a kind of device."""
        return time.monotonic() - self._empty[device] if device in self._empty else 0.0

    def take(self, seen: Mapping[str, Mapping[str, Any]]) -> bool:
        """Take in who is there by now; return whether they can compute more or less than before.

        Parameters
        ----------
        seen : mapping of str to mapping
            What the scheduler knows of each, by their addresses.
        """
        now = time.monotonic()
        self.seen = seen
        self.since = {address: self.since.get(address, now) for address in seen}
        for address, worker in seen.items():
            sign = worker.get("last_seen")
            if self._signs.get(address, (None, now))[0] != sign:
                self._signs[address] = (sign, now)
            said = worker.get("metrics", {}).get("moeviz")
            if isinstance(said, dict):
                self.described[address] = said
        fit, apart = self.fit.values(), self.asked != "cpu"
        found = {device: lanes(fit, device, (made().name,), apart) for device in DEVICES}
        for device, lane in found.items():
            if lane.slots:
                self._empty.pop(device, None)
            else:
                self._empty.setdefault(device, now)
        changed, self._lanes = found != self._lanes, found
        return changed

    def why_strange(self, address: str) -> str | None:
        """Say why a worker is given nothing; None where it is, or may not be ready yet."""
        worker = self.seen[address]
        if made().name in worker["resources"]:
            return None
        theirs = next(filter(None, map(Made.read, worker["resources"])), None)
        if theirs is None and time.monotonic() - self.since[address] < READY_SECONDS:
            return None
        return difference(made(), theirs)

    def silent(self, address: str) -> float:
        """Return for how many seconds a worker has given no sign of life, as far as was seen."""
        return time.monotonic() - self._signs[address][1] if address in self._signs else 0.0

    def look(self) -> None:
        """Say that somebody looks, so that they are counted more often for a while."""
        begins = time.monotonic() > self._until
        self._until = time.monotonic() + 3 * COUNT_SECONDS
        if begins and self._wake is not None:
            loop: Any = self.client.loop
            with suppress(RuntimeError):  # it has ended just now
                loop.add_callback(self._wake.set)

    async def watch(self, listener: Listener) -> None:
        """Count the workers again now and then, in the client's event loop.

        Parameters
        ----------
        listener : Listener
            Hears when there are more, or fewer, what is to be said of that, and when the scheduler
            hangs.
        """
        scheduler: Any = self.client.scheduler
        self._wake = asyncio.Event()
        while self.client.status == "running":
            asked = asyncio.ensure_future(scheduler.identity(n_workers=-1))
            if not (await asyncio.wait([asked], timeout=DEAF_SECONDS))[0]:
                asked.cancel()
                listener.lost(self)
                return
            with suppress(Exception):  # it is gone: then somebody else says so
                before = self.fit
                changed = self.take(asked.result()["workers"])
                self._tell(before, listener.noted)
                if changed:
                    listener.grown()
            looked_at = time.monotonic() < self._until
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKED_AT_SECONDS if looked_at else COUNT_SECONDS):
                    await self._wake.wait()

    def hung(self, addresses: Iterable[str]) -> None:
        """Take in that workers were ended because they said nothing any more."""
        for address in addresses:
            self.news.hung(address)

    def _tell(self, before: Mapping[str, Any], noted: Callable[[str], None]) -> None:
        """Say who came, who left and who cannot be used."""
        after = self.fit
        self.news.came(after.keys() - before.keys())
        left = self.news.left(before.keys() - after.keys())
        for address in before.keys() - after.keys():
            self.described.pop(address, None)
            self._signs.pop(address, None)
        # Where nobody is left, it is said that they are waited for.
        if left and after:
            noted(LEFT)
        self._strange &= self.seen.keys()
        for address in self.seen.keys() - self._strange:
            why = self.why_strange(address)
            if why is not None:
                self._strange.add(address)
                noted(self.news.strange(address, why))

    def dispatch(self, job: Job, began: Began, arrived: Arrived) -> Futures:
        """Return what sends the blocks of a job; which job is running goes by their turn."""
        return Futures(job, self, arrived)

    def close(self) -> None:
        """Let go of the scheduler; end it if it is our own."""
        let_go(self.client, self.host)


def let_go(client: Any, host: subprocess.Popen[str] | None) -> None:
    """Close a client, and end the local cluster that it speaks to.

    Parameters
    ----------
    client : distributed.Client
    host : subprocess.Popen or None
        The cluster's process.
    """
    with suppress(TimeoutError, OSError):
        client.close(timeout=2)
    if host is not None:
        end_host(host)
