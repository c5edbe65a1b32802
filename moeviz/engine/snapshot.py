"""What a page or a command sees of a job at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from moeviz.engine.kind import Kind

JobState = Literal["waiting", "running", "done", "cancelled", "failed", "interrupted"]
"""Where a job of any kind stands."""

ACTIVE: tuple[JobState, ...] = ("waiting", "running")
"""States that will change without anybody's doing."""

STOPPED: tuple[JobState, ...] = ("cancelled", "failed", "interrupted")
"""States of a job that ended before it was whole; submitting it computes what is missing."""

STATES: tuple[JobState, ...] = get_args(JobState)
"""All states of a job."""


AWAY = (
    "The database of finished work does not answer; what was computed is kept once it does again."
)
"""What is said of a job meanwhile."""


@dataclass(frozen=True)
class Standing:
    """Where a job stands among those that share the workers.

    Attributes
    ----------
    others : int
        Other jobs that share them.
    before : int
        Jobs that are given a block before this one is.
    wait : float or None
        Estimated seconds until it is, 0 for a job that has a block under way; None where nobody
        can tell.
    """

    others: int
    before: int
    wait: float | None


@dataclass(frozen=True)
class Snapshot:
    """A job as it stood when it was asked for.

    Attributes
    ----------
    job_id : str
        The specification's hash.
    state : str
        ``waiting`` (for workers or for an earlier job), ``running``, ``done``, ``cancelled``,
        ``failed`` (a block raised an error) or ``interrupted`` (the process that was computing it
        is gone). Submitting a job that is in one of the last three computes what is missing.
    done, total : int
        Blocks.
    fraction : float
        Share of the work that is done, by the blocks' costs.
    seconds : float
        Time spent computing so far.
    seconds_left : float or None
        Estimate; None while there is nothing to base one on.
    message : str
        One sentence for people.
    spec : Specification
        Its specification.
    results : mapping of str to dict
        Finished blocks by id, in the job's order.
    version : int
        Grows with every change.
    device : str
        ``"cpu"`` or ``"cuda"``.
    kind : Kind
        What kind of job it is.
    changed : float
        When it last changed, in seconds since the epoch; 0 where nobody knows.
    standing : Standing or None
        Where it stands among others, while this engine computes it.
    """

    job_id: str
    state: JobState
    done: int
    total: int
    fraction: float
    seconds: float
    seconds_left: float | None
    message: str
    spec: Any
    results: Mapping[str, dict[str, Any]]
    version: int
    device: str
    kind: Kind = field(repr=False, compare=False)
    changed: float = 0.0
    standing: Standing | None = None

    @property
    def active(self) -> bool:
        """Whether the job is waiting or running."""
        return self.state in ACTIVE

    def result(self) -> Any:
        """Return the job's result, put together from the blocks that are there."""
        return self.kind.assemble(self.spec, self.results, self.seconds, self.device)
