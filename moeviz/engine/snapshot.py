"""What a page or a command sees of a job at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from moeviz.engine.kind import Study, default_study

State = Literal["waiting", "running", "done", "cancelled", "failed", "interrupted"]

ACTIVE: tuple[State, ...] = ("waiting", "running")
"""States that will change without anybody's doing."""

STATES: tuple[State, ...] = (*ACTIVE, "done", "cancelled", "failed", "interrupted")
"""All states of a job."""


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
        The study's specification.
    results : mapping of str to dict
        Finished blocks by id, in the study's order.
    version : int
        Grows with every change.
    device : str
        ``"cpu"`` or ``"cuda"``.
    study : Study
        The functions behind the specification.
    """

    job_id: str
    state: State
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
    study: Study = field(default_factory=default_study, repr=False, compare=False)

    @property
    def active(self) -> bool:
        """Whether the job is waiting or running."""
        return self.state in ACTIVE

    def result(self) -> dict[str, Any]:
        """Return the study's result, put together from the blocks that are there."""
        return self.study.assemble(self.spec, self.results, self.seconds, self.device)
