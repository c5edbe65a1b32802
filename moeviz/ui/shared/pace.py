"""How often those who watch jobs are told: less often the more there is to do."""

from __future__ import annotations

LOOK_SECONDS = 1 / 10
"""A watched job is looked at no more often than this."""

FEW_JOBS = 4
"""So many watched jobs are looked at that often; of more each is looked at less often."""

FEW_STREAMS = 10
"""Of more readers in all each is told so much less often."""

SHARE = 9.0
"""After telling a job its task tells nothing for this many times as long, times the watched jobs.

So all streams together take a tenth of one core at most, however many jobs are watched, and a part
of that where many watch: they click as well, and pages come first. How long it took is the time of
the clock, from the beginning of the making until all who watch have been written to: where the
machine is busy both take longer, and news become rarer by themselves. A first text is made at once,
and so is that of a job that has ended: then nothing more will be made of it.
"""


def pause(took: float, jobs: int, streams: int) -> float:
    """Return how long a job is told nothing after it was told something.

    Parameters
    ----------
    took : float
        Seconds that it took to make the texts and to send them to all.
    jobs : int
        How many are watched.
    streams : int
        By how many, in all.
    """
    return SHARE * took * max(1.0, jobs, streams / FEW_STREAMS)


def look_again(jobs: int) -> float:
    """Return the seconds between two looks at a watched job.

    Parameters
    ----------
    jobs : int
        How many are watched.
    """
    return LOOK_SECONDS * max(1.0, jobs / FEW_JOBS)
