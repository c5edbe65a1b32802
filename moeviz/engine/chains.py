"""Which blocks of a job can be computed now: those that go on from others wait for these."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from moeviz.engine.errors import EngineError
from moeviz.engine.jobs import Job
from moeviz.engine.kind import Kind

MOST_UNDER_WAY = 512 * 2**20
"""Bytes of states that may be on their way to workers at once."""

MOST_LOST = 3
"""How often, in one run, a block is computed again for what it leaves."""


class Chains:
    """The missing blocks of one job while they are computed. For one thread.

    A block can be computed once the one that it goes on from has ended; it then gets the state
    that this one left. Where such a state is not there or is damaged, the block that leaves it is
    computed again, although its result is there; that is written again with the same numbers. So
    a run goes on from its last state that is whole, or from its start.

    Parameters
    ----------
    job : Job
        The job, with the results that are there.
    """

    def __init__(self, job: Job) -> None:
        self._states = job.folder.states
        self._places = {block.id: place for place, block in enumerate(job.blocks)}
        self._blocks = job.blocks
        self._before = {block.id: job.kind.before(block) for block in job.blocks}
        self._after: dict[str, list[str]] = {}
        for block_id, before in self._before.items():
            if before is not None:
                self._after.setdefault(before, []).append(block_id)
        self._due = {block.id for block in job.missing}
        self._ready: list[int] = []
        self._offered: set[str] = set()
        self._under_way: dict[str, int] = {}
        self._lost: Counter[str] = Counter()
        for block_id in self._due:
            self._offer(block_id)

    @property
    def linked(self) -> bool:
        """Whether any block goes on from another."""
        return bool(self._after)

    def place(self, block: Any) -> int:
        """Return the place of a block in the job's order."""
        return self._places[block.id]

    def peek(self) -> Any:
        """Return the block that is to be computed next; None when none can be."""
        block = self._blocks[self._ready[0]] if self._ready else None
        if block is None or self._waits(block):
            return None
        return block

    def take(self) -> tuple[Any, bytes | None] | None:
        """Return a block that can be computed now, with the state that it goes on from.

        The first in the job's order comes first. None when no other can be computed, or when the
        states that are under way are large enough.

        Raises
        ------
        StoreError
            If a damaged state cannot be deleted.
        EngineError
            If a block's state is lost again and again.
        """
        while self._ready:
            block = self._blocks[self._ready[0]]
            before = self._before[block.id]
            if self._waits(block):
                return None
            heapq.heappop(self._ready)
            self._offered.discard(block.id)
            state = None if before is None else self._states.read(before, repair=True)
            if before is not None and state is None:
                self._compute_again(before)
                continue
            self._under_way[block.id] = len(state or b"")
            return block, state
        return None

    def give_back(self, block: Any) -> None:
        """Take a block back that came without a result."""
        del self._under_way[block.id]
        self._offer(block.id)

    def needs(self, block: Any) -> bool:
        """Whether what a block leaves is of use: others go on from it, or it ends its chain."""
        after = self._after.get(block.id, ())
        return not after or any(block_id in self._due for block_id in after)

    def end(self, block: Any) -> Collection[str]:
        """Note that a block's result is kept; return the blocks whose states are now of no use."""
        self._under_way.pop(block.id, None)
        self._due.discard(block.id)
        for block_id in self._after.get(block.id, ()):
            if block_id in self._due:
                self._offer(block_id)
        before = self._before[block.id]
        if before is None or any(block_id in self._due for block_id in self._after[before]):
            return ()
        return (before,)

    def _waits(self, block: Any) -> bool:
        """Whether the states that are under way are too large for another one."""
        goes_on = self._before[block.id] is not None
        return goes_on and sum(self._under_way.values()) >= MOST_UNDER_WAY

    def _offer(self, block_id: str) -> None:
        known = block_id in self._offered or block_id in self._under_way
        if not known and self._before[block_id] not in self._due:
            self._offered.add(block_id)
            heapq.heappush(self._ready, self._places[block_id])

    def _compute_again(self, block_id: str) -> None:
        self._lost[block_id] += 1
        if self._lost[block_id] > MOST_LOST:
            raise EngineError(
                f"Expected what block {block_id} leaves to stay whole in the folder of finished "
                f"work, but it was lost or damaged {MOST_LOST} times; look for what changes files "
                "there."
            )
        self._due.add(block_id)
        self._offer(block_id)


def outdated(kind: Kind, blocks: Iterable[Any], done: Collection[str], there: set[str]) -> set[str]:
    """Return the blocks whose states nobody will go on from.

    Parameters
    ----------
    kind : Kind
        What kind of job it is.
    blocks : iterable
        All blocks of the job.
    done : collection of str
        The blocks whose results are there.
    there : set of str
        The blocks whose states are there.

    Returns
    -------
    set of str
        All of `there` but what ends a chain, and what is nearest before a block that is missing.
    """
    before = {block.id: kind.before(block) for block in blocks}
    useful = there - set(before.values())
    for block_id in before.keys() - set(done):
        nearest = before[block_id]
        while nearest is not None and nearest not in there:
            nearest = before[nearest]
        if nearest is not None:
            useful.add(nearest)
    return there - useful
