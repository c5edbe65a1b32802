"""One publisher for all who watch jobs of this server.

Each watched job has one task, which looks at it now and then and has its text made when there is
something new: once for each theme, in a thread. Watchers wait for the next text; who reads slowly
gets the newest and holds nobody up.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Collection, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from moeviz.engine import Snapshot, UnknownJobError
from moeviz.errors import MoevizError
from moeviz.text import json_text
from moeviz.ui.shared import news
from moeviz.ui.shared.events import Event
from moeviz.ui.shared.pace import look_again, pause
from moeviz.ui.shared.publication import Publication, Sheet

BEAT_SECONDS = 10.0
"""A stream without news says this often that it is alive."""

RETRY = Event(b"retry: 1000\n\n")
BEAT = Event(b"event: beat\ndata:\n\n")
END = Event(b"event: end\ndata:\n\n")

UNEXPECTED = (
    "Something went wrong on the server that should not have; it has been written down there. "
    "Reload the page."
)

logger = logging.getLogger(__name__)

Tell = Callable[[Snapshot, Collection[str]], Mapping[str, str]]


class Publisher:
    """Tells everybody who watches a job of its progress. To be used in one event loop.

    Parameters
    ----------
    look : callable
        Returns a job by its name as it stands; raises a :class:`~moeviz.errors.MoevizError` where
        there is none. Called in a thread.
    tell : callable
        As :func:`moeviz.ui.shared.news.tell`. Called in a thread.
    beat : float
        Seconds between signs of life of a stream.
    """

    def __init__(
        self,
        look: Callable[[str], Snapshot],
        tell: Tell = news.tell,
        beat: float = BEAT_SECONDS,
    ) -> None:
        self._look = look
        self._tell = tell
        self._beat = beat
        self._streams = 0
        self._closing = False
        self._publications: dict[str, Publication] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        # One thread, so that pages get their turn however many jobs are watched.
        self._thread = ThreadPoolExecutor(1, "moeviz-live")

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return self._streams

    async def stream(self, job: str, theme: str, seen: str = "") -> AsyncGenerator[Event, None]:
        """Return a job's news as events, until the job or the server ends.

        Parameters
        ----------
        job : str
            The job's name.
        theme : str
            One of the palette's.
        seen : str
            Name of the text that the reader has already.
        """
        self._streams += 1
        try:
            publication = self._publication(job)
            with publication.watched(theme) as news_came:
                yield RETRY
                while not self._closing:
                    news_came.clear()
                    sheet = publication.sheets.get(theme)
                    if sheet is not None and sheet.name != seen:
                        seen = sheet.name
                        yield sheet.event  # While this one is read, newer ones may come and go.
                    elif publication.ended:
                        yield _last(publication)
                        return
                    else:
                        try:
                            async with asyncio.timeout(self._beat):
                                await news_came.wait()
                        except TimeoutError:
                            yield BEAT
        finally:
            self._streams -= 1

    async def newest(self, job: str, theme: str) -> Sheet | str:
        """Return the newest text of a job, or a sentence that says why there is none.

        Parameters
        ----------
        job : str
            The job's name.
        theme : str
            One of the palette's.
        """
        publication = self._publication(job)
        with publication.watched(theme) as news_came:
            while True:
                news_came.clear()
                if theme in publication.sheets:
                    return publication.sheets[theme]
                if publication.ended or self._closing:
                    return publication.gone or UNEXPECTED
                await news_came.wait()

    async def knows(self, job: str) -> bool:
        """Return whether there is a job of that name, as far as can be told.

        Parameters
        ----------
        job : str
            The job's name.
        """
        if job in self._publications or self._closing:
            return True
        try:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(self._thread, self._look, job)
        except UnknownJobError:
            return False
        except MoevizError:
            return True
        return True

    def close(self) -> None:
        """End all streams; in the event loop that they live in."""
        self._closing = True
        for task in self._tasks:
            task.cancel()
        for publication in self._publications.values():
            publication.wake()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _publication(self, job: str) -> Publication:
        found = self._publications.get(job)
        if found is None or found.ended:
            found = Publication(job)
            if self._closing:
                found.end(UNEXPECTED)
                return found
            self._publications[job] = found
            task = asyncio.create_task(self._publish(found))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return found

    async def _publish(self, publication: Publication) -> None:
        """Look at a job for as long as somebody watches it and it goes on."""
        loop = asyncio.get_running_loop()
        due = 0.0
        try:
            while not (publication.ended or self._closing):
                publication.missing.clear()
                themes = publication.themes()
                if not themes:
                    break
                publication.keep(themes)
                began = time.monotonic()
                known = dict(publication.stamps)
                active, stamp, new = await loop.run_in_executor(
                    self._thread, self._make, publication.job, themes, known, began >= due
                )
                self._spread(publication, active, stamp, new)
                if new:
                    await asyncio.sleep(0)  # All who were woken write before this goes on.
                    now = time.monotonic()
                    due = now + pause(now - began, len(self._publications), self._streams)
                with suppress(TimeoutError):
                    async with asyncio.timeout(look_again(len(self._publications))):
                        await publication.missing.wait()
        except MoevizError as error:
            publication.end(str(error))
        except Exception:
            logger.exception("What is told of job %s could not be made", publication.job)
            publication.end(UNEXPECTED)
        finally:
            if self._publications.get(publication.job) is publication:
                del self._publications[publication.job]

    def _make(
        self, job: str, themes: Collection[str], known: Mapping[str, Hashable], due: bool
    ) -> tuple[bool, Hashable, dict[str, Sheet]]:
        """Look at a job and make what is new; of one that goes on, what was told before if due."""
        snapshot = self._look(job)
        stamp = news.stamp(snapshot)
        due = due or not snapshot.active
        new = [t for t in themes if t not in known or (due and known[t] != stamp)]
        texts = self._tell(snapshot, new) if new else {}
        return snapshot.active, stamp, {theme: Sheet.of(text) for theme, text in texts.items()}

    def _spread(
        self, publication: Publication, active: bool, stamp: Hashable, new: Mapping[str, Sheet]
    ) -> None:
        publication.sheets.update(new)
        publication.stamps.update(dict.fromkeys(new, stamp))
        # Somebody who came meanwhile with another theme is told before the end.
        if not active and set(publication.themes()) <= publication.sheets.keys():
            publication.end()
        elif new:
            publication.wake()


def _last(publication: Publication) -> Event:
    if publication.gone is None:
        return END
    said = json_text({"message": publication.gone})
    return Event(b"event: gone\ndata: %s\n\n" % said.encode())
