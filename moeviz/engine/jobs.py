"""A job in memory: its blocks, its results so far, its clock.

A job is plain data; the engine guards all of it with one lock.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from moeviz.engine import ended_by
from moeviz.engine.clock import Clock
from moeviz.engine.folder import Folder
from moeviz.engine.kind import Kind
from moeviz.engine.owner import Owner
from moeviz.engine.record import Record
from moeviz.engine.snapshot import ACTIVE, JobState, Snapshot, Standing

MESSAGES: dict[JobState, str] = {
    "waiting": "Waiting for the workers.",
    "running": "Computing.",
    "done": "All blocks are computed.",
    "cancelled": ended_by.MESSAGES["visitors"],
    "failed": "A block failed.",
    "interrupted": "The computing was interrupted; running it again computes what is missing.",
}


class Job:
    """One job that this engine knows.

    Parameters
    ----------
    kind : Kind
        What kind of job it is.
    spec : Specification
        Its specification.
    folder : Folder
        Where its blocks are kept.

    Attributes
    ----------
    mine : bool
        Whether this engine computes it, or did. Otherwise it mirrors the store.
    held : bool
        Whether the store has said so since it was begun.
    wanted : bool
        Whether it was submitted here while another process computed it; this engine takes over
        should that process die.
    visitors : set of str
        Who asked for it here; none where nobody said who they are.
    unsaid : set of str
        Those of them of whom the store has not been told; "" for somebody who did not say.
    standing : Standing or None
        Where it stands among other jobs; None where that is not known or it has ended.
    run : int
        Counts submissions; what comes back from an earlier one is ignored.
    seen, stamp : Record or None, int or None
        What the store said when it was last read, and the mark by which a change is noticed.
    read : int
        Number of that reading; those of earlier ones come too late.
    unanswered : bool
        Whether the store did not answer after that.
    """

    def __init__(self, kind: Kind, spec: Any, folder: Folder) -> None:
        self.kind = kind
        self.spec = spec
        self.folder = folder
        self.job_id: str = spec.hash
        self.blocks: Sequence[Any] = tuple(kind.plan(spec))
        self.costs: dict[str, float] = {block.id: float(block.cost) for block in self.blocks}
        self.results: dict[str, dict[str, Any]] = {}
        self.state: JobState = "interrupted"
        self.message = MESSAGES["interrupted"]
        self.version = 0
        self.changed = 0.0
        self.mine = False
        self.held = False
        self.wanted = False
        self.visitors: set[str] = set()
        self.unsaid: set[str] = set()
        self.standing: Standing | None = None
        self.run = 0
        self.seen: Record | None = None
        self.stamp: int | None = None
        self.read = 0
        self.unanswered = False
        self._clock = Clock()

    @cached_property
    def label(self) -> str:
        """The preset that it began as; "" where it says none."""
        return str(self.spec.to_json().get("preset") or "")[:40]

    @property
    def active(self) -> bool:
        """Whether the job is waiting or running."""
        return self.state in ACTIVE

    @property
    def complete(self) -> bool:
        """Whether all blocks are there."""
        return len(self.results) == len(self.costs)

    @property
    def missing(self) -> list[Any]:
        """The blocks that are not there yet, in the job's order."""
        return [block for block in self.blocks if block.id not in self.results]

    @property
    def settled(self) -> bool:
        """Whether it is done and computing it again would give the same."""
        return self.state == "done" and all(map(self.kind.lasts, self.results.values()))

    def renew(self) -> None:
        """Let go of the results that do not last, so that they are computed again."""
        self.results = {k: v for k, v in self.results.items() if self.kind.lasts(v)}

    def become(
        self, state: JobState, message: str | None = None, since: float | None = None
    ) -> None:
        """Change the state and what is said about it; the clock runs while it is running.

        It counts from now, or from `since` by the monotonic clock.
        """
        self.state = state
        self.message = message or MESSAGES[state]
        self._note_change()
        if not self.active:
            self.standing = None
        if state == "running":
            self._clock.start(self._cost_done(), since)
        else:
            self._clock.stop()

    def add(self, results: Mapping[str, dict[str, Any]]) -> None:
        """Take finished blocks in."""
        self.results.update(results)
        self._note_change()
        self._clock.progress(self._cost_done())

    def mirror(self, record: Record | None, results: Mapping[str, dict[str, Any]]) -> None:
        """Show what the store says; a state that nobody alive stands for is ``interrupted``."""
        self.results.update(results)
        self.seen = record
        state, message = _judge(record, self.complete)
        changed = bool(results) or state != self.state
        self.version = max(self.version + changed, record.version if record else 0)
        self.state, self.message = state, message
        self.changed = record.beat if record else 0.0
        self._clock = Clock(record.seconds if record else 0.0)

    def move(
        self, folder: Folder, results: Mapping[str, dict[str, Any]], before: Record | None
    ) -> None:
        """Go on in `folder`, with the `results` and the state `before` that it holds."""
        if folder.device != self.folder.device:
            self.results = {}
        self.folder = folder
        self.results.update(results)
        self.version = 1 + max(self.version, before.version if before else 0)
        # What was computed and led to no block is lost, and the time that it took with it.
        self._clock = Clock(before.seconds if before and self.results else 0.0)

    def record(self, owner: Owner) -> Record:
        """Return what the store should say about this job."""
        return Record(
            state=self.state,
            message=self.message,
            seconds=self._clock.seconds(),
            version=self.version,
            owner=owner,
            beat=time.time(),
        )

    def seconds_left(self) -> float | None:
        """Return an estimate of the time that a running job still takes."""
        if self.state != "running":
            return None
        return self._clock.left(self._cost_done(), sum(self.costs.values()))

    def snapshot(self) -> Snapshot:
        """Return the job as it stands, safe to keep and to hand to other threads."""
        total, done = sum(self.costs.values()), self._cost_done()
        return Snapshot(
            job_id=self.job_id,
            state=self.state,
            done=len(self.results),
            total=len(self.blocks),
            fraction=1.0 if self.complete else min(done / total, 1.0) if total else 0.0,
            seconds=self._clock.seconds(),
            seconds_left=self._clock.left(done, total) if self.state == "running" else None,
            message=self.message,
            spec=self.spec,
            results={key: self.results[key] for key in self.costs if key in self.results},
            version=self.version,
            device=self.folder.device,
            kind=self.kind,
            changed=self.changed,
            standing=self.standing,
        )

    def _note_change(self) -> None:
        self.version += 1
        self.changed = time.time()

    def _cost_done(self) -> float:
        return sum(self.costs[key] for key in self.results)


def _judge(record: Record | None, complete: bool) -> tuple[JobState, str]:
    if complete:
        return "done", MESSAGES["done"]
    if record is None or record.state == "done" or (record.state in ACTIVE and not record.taken):
        return "interrupted", MESSAGES["interrupted"]
    return record.state, record.message
