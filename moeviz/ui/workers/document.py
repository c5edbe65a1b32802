"""What the page of workers shows, as one text for all who look.

Nothing in it says who anybody is or where anything lies: visitors and workers have numbers, jobs
have letters, and a host is named by the first part of its name where it is not the server's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moeviz.engine.studies.observed import Observed, Queued
from moeviz.engine.workers.view import SILENT_SECONDS, Row
from moeviz.text import json_text
from moeviz.ui.shared.person import person
from moeviz.ui.workers.names import Names
from moeviz.ui.workers.words import (
    blocks_words,
    device_words,
    job_words,
    memory_words,
    news_words,
    now_words,
    place_words,
    sized,
    state_words,
    summary_words,
)

MOST_LANES = 48
"""Workers that are drawn; of more it is said how many there are."""

MOST_JOBS = 60
"""Jobs that are listed."""

MOST_NEWS = 6
"""Lines about who came and went."""


class Board:
    """Makes the text. To be used by one thread at a time.

    Parameters
    ----------
    clock : callable
        Seconds since the epoch; for tests.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._workers = Names()
        self._jobs = Names()
        self._visitors = Names()

    def text(self, seen: Observed, store: Mapping[str, Any]) -> str:
        """Return the text.

        Parameters
        ----------
        seen : Observed
            What the engine does now.
        store : mapping
            What the store is called, and how it is: ``kind`` and ``words``.
        """
        for row in seen.rows:  # in this order they are numbered
            self._workers.number(row.address)
        shown = seen.rows[:MOST_LANES]
        jobs = [self._job(job, place) for place, job in enumerate(seen.jobs[:MOST_JOBS])]
        known = {job.job: job for job in seen.jobs}
        return json_text(
            {
                "at": round(self._clock(), 2),
                "summary": summary_words(seen),
                "lanes": [self._lane(row, seen, known) for row in shown],
                "more": len(seen.rows) - len(shown),
                "jobs": jobs,
                "waiting_more": max(0, len(seen.jobs) - MOST_JOBS),
                "rate": seen.per_minute,
                "rate_words": blocks_words(seen.per_minute),
                "store": dict(store),
                "news": self._news(seen),
            }
        )

    def _job(self, job: Queued, place: int) -> dict[str, Any]:
        number = self._jobs.number(job.job)
        who = [self._visitors.number(person(visitor)) for visitor in job.visitors]
        return {
            "number": number,
            "letter": self._jobs.letter(job.job),
            "words": job_words(job),
            "who": sorted({f"visitor {each + 1}" for each in who}) or ["somebody"],
            "state": state_words(job, place),
            "running": job.state == "running",
            "done": job.done,
            "total": job.total,
        }

    def _lane(self, row: Row, seen: Observed, known: Mapping[str, Queued]) -> dict[str, Any]:
        now = [each for each in row.now if each.job]
        at = self._clock()
        return {
            "name": f"Worker {self._workers.number(row.address) + 1}",
            "device": "GPU" if row.gpu else "CPU",
            "where": place_words(row, seen.here),
            "what": device_words(row),
            "memory": memory_words(row),
            "share": min(1.0, row.used / row.limit) if row.limit else None,
            "words": now_words(row, known, self._jobs),
            "trouble": bool(row.strange) or row.silent > SILENT_SECONDS,
            "blocks": [
                [self._jobs.number(past.job), self._jobs.letter(past.job),
                 round(past.began, 2), round(past.ended, 2)]
                for past in seen.past
                if past.worker == row.address
            ],
            "now": [
                [self._jobs.number(each.job), self._jobs.letter(each.job),
                 round(at - each.seconds - min(row.silent, 2.0), 2)]
                for each in now
            ],
        }  # fmt: skip

    def _news(self, seen: Observed) -> list[list[str]]:
        lines: Sequence[Any] = seen.news[-MOST_NEWS:][::-1]
        return [
            [
                sized(self._clock() - line.when),
                news_words(line, f"Worker {self._workers.number(line.who) + 1}"),
            ]
            for line in lines
        ]
