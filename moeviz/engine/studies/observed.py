"""What an engine does, as it is to be seen: its workers, its queue, what came back lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from moeviz.engine.history import Past
from moeviz.engine.jobs import Job
from moeviz.engine.snapshot import Standing
from moeviz.engine.workers.news import Line
from moeviz.engine.workers.view import Row


@dataclass(frozen=True)
class Queued:
    """One job that waits or runs.

    Attributes
    ----------
    job : str
        Its name.
    kind, label : str
        What kind of job it is, and the preset that it began as; "" where it has none.
    visitors : tuple of str
        Who asked for it.
    state, message, device : str
    done, total : int
        Blocks.
    standing : Standing or None
        Where it stands among others.
    seconds_left : float or None
    """

    job: str
    kind: str
    label: str
    visitors: tuple[str, ...]
    state: str
    message: str
    device: str
    done: int
    total: int
    standing: Standing | None
    seconds_left: float | None


@dataclass(frozen=True)
class Observed:
    """An engine at one moment.

    Attributes
    ----------
    ready : bool
        Whether the workers have started.
    here : bool
        Whether they are this machine's own.
    rows : tuple of Row
        The workers.
    jobs : tuple of Queued
        Those that wait or run, in the order in which they are served.
    past : tuple of Past
        The blocks that came back lately, the oldest first.
    per_minute : tuple of float or None
        As :meth:`moeviz.engine.history.History.per_minute`.
    news : tuple of Line
        What happened to the workers.
    """

    ready: bool
    here: bool
    rows: tuple[Row, ...]
    jobs: tuple[Queued, ...]
    past: tuple[Past, ...]
    per_minute: tuple[float | None, ...]
    news: tuple[Line, ...]


def queued(jobs: Iterable[Job]) -> tuple[Queued, ...]:
    """Return the jobs of an engine in the order in which they are served. Their lock must be held.

    Parameters
    ----------
    jobs : iterable of Job
        Those that wait or run.
    """
    found = [_queued(job) for job in jobs]
    return tuple(sorted(found, key=_turn))


def _turn(job: Queued) -> tuple[bool, float, str]:
    standing = job.standing
    begun = standing is not None and standing.wait == 0.0
    return (not begun, standing.before if standing is not None else 1e9, job.job)


def _queued(job: Job) -> Queued:
    return Queued(
        job=job.job_id,
        kind=job.kind.name,
        label=job.label,
        visitors=tuple(sorted(job.visitors)),
        state=job.state,
        message=job.message,
        device=job.folder.device,
        done=len(job.results),
        total=len(job.blocks),
        standing=job.standing,
        seconds_left=job.seconds_left(),
    )
