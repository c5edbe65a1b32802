"""How often those who watch jobs are told: less often the more there is to do."""

from __future__ import annotations

LOOK_SECONDS = 1 / 10
"""A watched job is looked at no more often than this."""

FEW_JOBS = 4
"""So many watched jobs are looked at that often; of more each is looked at less often."""

SHARE = 9.0
"""After telling a job its task tells nothing for this many times as long, times the watched jobs.

So all streams together take a tenth of one core at most, however many jobs are watched and however
many watch each, and pages are answered. How long it took is the clock's time, from the beginning of
the making until all who watch have been written to: where the machine is busy both take longer, and
news become rarer by themselves. A first text is made at once, and so is that of a job that has
ended: then nothing more will be made of it.
"""


def pause(took: float, jobs: int) -> float:
    """Return how long a job is told nothing after it was told something.

    Parameters
    ----------
    took : float
        Seconds that it took to make the texts and to send them to all.
    jobs : int
        How many are watched.
    """
    return SHARE * took * max(1, jobs)


def look_again(jobs: int) -> float:
    """Return the seconds between two looks at a watched job.

    Parameters
    ----------
    jobs : int
        How many are watched.
    """
    return LOOK_SECONDS * max(1.0, jobs / FEW_JOBS)
