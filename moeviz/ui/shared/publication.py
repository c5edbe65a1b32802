"""One job as all who watch it are told of it, and what they are told."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from moeviz.ui.shared.events import Event

LINGER_SECONDS = 3.0
"""A job is looked at for so long after the last watcher has left; who reloads comes back to it."""


@dataclass(frozen=True)
class Sheet:
    """What is told of a job at one moment, in one theme.

    Attributes
    ----------
    name : str
        Tells texts apart; the same text has the same name, also after a restart.
    text : bytes
        JSON.
    event : Event
        The text as a server-sent event, packed already.
    """

    name: str
    text: bytes
    event: Event

    @staticmethod
    def of(text: str) -> Sheet:
        """Return the sheet of a JSON text that stands on one line."""
        content = text.encode()
        name = hashlib.sha256(content).hexdigest()[:16]
        event = Event(b"id: %s\ndata: %s\n\n" % (name.encode(), content))
        _ = event.packed  # Here, in the thread, and not when the first reader needs it.
        return Sheet(name, content, event)


class Publication:
    """One job as all its watchers are told of it; lives in the event loop.

    Attributes
    ----------
    sheets : dict of str to Sheet
        The newest one, by theme.
    gone : str or None
        One sentence, once nothing can be told.
    ended : bool
        Whether nothing more will come.
    """

    def __init__(self, job: str) -> None:
        self.job = job
        self.sheets: dict[str, Sheet] = {}
        self.gone: str | None = None
        self.ended = False
        self.missing = asyncio.Event()
        self.stamps: dict[str, Hashable] = {}
        self._themes: Counter[str] = Counter()
        self._until: dict[str, float] = {}
        self._waiting: set[asyncio.Event] = set()

    def themes(self) -> list[str]:
        """Return the themes that somebody watches, or did a moment ago."""
        now = time.monotonic()
        recent = {theme for theme, until in self._until.items() if until > now}
        return sorted(recent | {theme for theme, count in self._themes.items() if count})

    @contextmanager
    def watched(self, theme: str) -> Iterator[asyncio.Event]:
        """Count a watcher, and give it an event that is set whenever there is news."""
        news_came = asyncio.Event()
        self._waiting.add(news_came)
        self._themes[theme] += 1
        if theme not in self.sheets:
            self.missing.set()
        try:
            yield news_came
        finally:
            self._waiting.discard(news_came)
            self._themes[theme] -= 1
            self._until[theme] = time.monotonic() + LINGER_SECONDS

    def keep(self, themes: Collection[str]) -> None:
        """Forget the themes that nobody watches any more; what is there is so never old."""
        for theme in self.sheets.keys() - set(themes):
            del self.sheets[theme], self.stamps[theme]

    def end(self, gone: str | None = None) -> None:
        """Say that nothing more will come."""
        self.gone, self.ended = gone, True
        self.wake()

    def wake(self) -> None:
        """Have all watchers look."""
        for each in self._waiting:
            each.set()
