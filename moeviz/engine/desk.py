"""Which block is sent next, and where to, on one kind of device.

Few blocks are under way at a time, one for each worker and a short one ahead, so that whoever comes
waits for those alone. :mod:`moeviz.engine.fair` says whose turn it is.

Where long blocks hold all workers a newcomer would still wait for one of them to end. So beside
them stands a place for short first blocks alone (``quick_slots``): whoever has nothing under way
gets those computed there, however long the others' blocks are, and nothing that was begun is lost.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from moeviz.engine.dispatch import Dispatch, Finished, Place
from moeviz.engine.fair import FairOrder, Turn
from moeviz.engine.pace import Pace
from moeviz.engine.snapshot import Standing

QUICK_SECONDS = 1.0
"""The longest block, as planned, that is computed beside the workers."""

EARLY_SECONDS = 2.0
"""A job is at its first blocks until it was given this much time, as planned."""

AHEAD_SECONDS = 0.6
"""The longest block that is sent before there is a worker for it."""

UNKNOWN_SECONDS = 1.0
"""What a block counts for that nobody can tell the time of; when it ends it is made good."""

MOST_CHARGED = 30.0
"""What a block counts for at most before it has ended, since what is expected may be wrong."""

STOPPING_SECONDS = 1.0
"""For so long after a cancel its blocks may hold their workers still."""

_NEW = Pace()


@dataclass(frozen=True)
class Due:
    """What is to be sent next.

    Attributes
    ----------
    run : Dispatch
        Whose next block.
    quick : bool
        Whether it goes where only short first blocks are computed.
    visitor : str
        Whose turn it is.
    """

    run: Dispatch
    quick: bool
    visitor: str


@dataclass(frozen=True)
class _Sent:
    run: Dispatch
    quick: bool
    turn: Turn
    seconds: float
    since: float


class Desk:
    """Sends blocks of several jobs in a fair order. To be guarded by its user.

    Parameters
    ----------
    clock : callable
        Seconds; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._order = FairOrder()
        self._sent: dict[tuple[str, str], _Sent] = {}
        self._stopping: list[float] = []
        self._paces: dict[str, Pace] = {}

    def next(self, runs: Iterable[Dispatch], place: Place) -> Due | None:
        """Return what is to be sent now, or None where nothing is.

        Parameters
        ----------
        runs : iterable of Dispatch
            All jobs that are under way.
        place : Place
            Where they are computed.
        """
        runs = [run for run in runs if run.current]
        if not runs:
            self._order = FairOrder()
        ready = {run.job.job_id: run for run in runs if run.chains.peek() is not None}
        order = self._order.order({name: run.job.visitors for name, run in ready.items()})
        if not order:
            return None
        held = self._held(quick=False)
        if held + self._stops() < place.slots:
            return self._due(ready, order[0], quick=False)
        if self._held(quick=True) < place.quick_slots:
            early = [one for one in order if self._is_early(ready[one[1]])]
            if early:  # Who has nothing yet comes before those who have a point.
                first = min(early, key=lambda one: self._pace(ready[one[1]]).given > 0)
                return self._due(ready, first, quick=True)
        run = ready[order[0][1]]
        room = place.slots if not place.ahead or self._takes_long(run) else 2 * place.slots
        long = sum(sent.seconds > AHEAD_SECONDS for sent in self._sent.values() if not sent.quick)
        if held < max(place.slots, room - long):
            return self._due(ready, order[0], quick=False)
        return None

    def standings(self, runs: Iterable[Dispatch], place: Place) -> dict[str, Standing]:
        """Return where each job stands among the others, by its name.

        Parameters
        ----------
        runs : iterable of Dispatch
            All jobs that are under way.
        place : Place
            Where they are computed.
        """
        names = {run.job.job_id: run for run in runs if run.current}
        under_way = {job for job, _ in self._sent}
        others = len(names) - 1
        found = {name: Standing(others, 0, 0.0 if name in under_way else None) for name in names}
        if not place.slots:  # Nobody is there, and nobody can tell when somebody comes.
            return found
        ready = {name: run for name, run in names.items() if run.chains.peek() is not None}
        order = self._order.order({name: run.job.visitors for name, run in ready.items()})
        free = self._free(False, place.slots)
        quick = self._free(True, place.quick_slots)
        for before, (_, name) in enumerate(order):
            run = ready[name]
            expected = self._expected(run, run.chains.peek())
            lane = quick if quick and self._is_early(run) and quick[0] < free[0] else free
            begins = heapq.heappop(lane)
            heapq.heappush(lane, begins + (UNKNOWN_SECONDS if expected is None else expected))
            if name not in under_way:
                found[name] = Standing(others, before, begins)
        return found

    def _free(self, quick: bool, slots: int) -> list[float]:
        """Return in how many seconds workers should be free, as a heap."""
        free, now = [0.0] * slots, self._clock()
        for sent in self._sent.values():
            if sent.quick == quick and free:
                spent = now - sent.since
                # One that should have ended takes a while longer: half of what it took so far.
                left = sent.seconds - spent if spent < sent.seconds else spent / 2
                heapq.heapreplace(free, free[0] + left)
        return free

    def sent(self, due: Due, block: Any) -> None:
        """Note that a block was sent.

        Parameters
        ----------
        due : Due
            As :meth:`next` returned it.
        block : Block
            The block of that job.
        """
        run = due.run
        seconds = self._expected(run, block)
        charged = UNKNOWN_SECONDS if seconds is None else min(seconds, MOST_CHARGED)
        turn = self._order.charge(due.visitor, run.job.job_id, charged)
        planned = run.job.kind.seconds(block)
        pace = self._paces.setdefault(run.job.job_id, Pace())
        pace.given += UNKNOWN_SECONDS if planned is None else planned
        self._sent[run.job.job_id, block.id] = _Sent(
            run, due.quick, turn, charged if seconds is None else seconds, self._clock()
        )

    def back(self, run: Dispatch, block: Any, outcome: Any) -> None:
        """Note that a block came back, with or without a result.

        Parameters
        ----------
        run : Dispatch
            Whose block.
        block : Block
            The block.
        outcome : Any
            As :data:`moeviz.engine.dispatch.Arrived` takes it.
        """
        name = (run.job.job_id, block.id)
        sent = self._sent.get(name)
        if sent is None or sent.run is not run:
            return
        del self._sent[name]
        if isinstance(outcome, Finished):
            took = self._clock() - sent.since if outcome.seconds is None else outcome.seconds
            self._order.correct(sent.turn, took)
            self._paces[run.job.job_id].learn(run.job.kind.seconds(block), block.cost, took)

    def drop(self, run: Dispatch) -> None:
        """Forget a job that has ended; its blocks are asked to stop, which may take a moment."""
        for name in [name for name, sent in self._sent.items() if sent.run is run]:
            if not self._sent.pop(name).quick:
                self._stopping.append(self._clock() + STOPPING_SECONDS)
        self._paces.pop(run.job.job_id, None)

    def clear(self) -> None:
        """Forget everything that is under way: where it was computed is gone."""
        self._order = FairOrder()
        self._sent, self._stopping, self._paces = {}, [], {}

    def _due(self, ready: dict[str, Dispatch], who: tuple[str, str], quick: bool) -> Due:
        visitor, job = who
        return Due(ready[job], quick, visitor)

    def _held(self, quick: bool) -> int:
        return sum(sent.quick == quick for sent in self._sent.values())

    def _stops(self) -> int:
        """Return how many workers may be held by blocks that were asked to stop."""
        now = self._clock()
        self._stopping = [end for end in self._stopping if end > now]
        return len(self._stopping)

    def _is_early(self, run: Dispatch) -> bool:
        """Whether a job has nothing under way, and a short block among its first ones to come."""
        # Planned, not measured: on a busy machine all take longer, and newcomers are served still.
        planned = run.job.kind.seconds(run.chains.peek())
        return (
            planned is not None
            and planned <= QUICK_SECONDS
            and self._pace(run).given < EARLY_SECONDS
            and not any(sent.run is run for sent in self._sent.values())
        )

    def _takes_long(self, run: Dispatch) -> bool:
        expected = self._expected(run, run.chains.peek())
        return expected is None or expected > AHEAD_SECONDS

    def _expected(self, run: Dispatch, block: Any) -> float | None:
        """Return the seconds that a block should take, by those of its job that have ended."""
        return self._pace(run).expects(run.job.kind.seconds(block), float(block.cost))

    def _pace(self, run: Dispatch) -> Pace:
        return self._paces.get(run.job.job_id, _NEW)
