"""How far a person is in each lesson, and what they said there: kept until they delete it.

A person is a name drawn by chance, which a browser keeps; nothing else is known of them.
"""

from __future__ import annotations

import json
import time
from typing import Any

from moeviz.engine.errors import StoreError
from moeviz.engine.store import Store
from moeviz.text import json_text

MOST_BYTES = 16 * 1024
"""Of what is kept of one lesson, as JSON in UTF-8."""

MOST_LESSONS = 200
"""Lessons of one person."""

LONGEST = {"person": 200, "lesson": 100}
"""Characters of names."""


class Progress:
    """What persons did in lessons. All methods may be called from any thread.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._shelf = store.shelf

    def load(self, person: str, lesson: str) -> Any:
        """Return what was saved of a lesson; None where nothing was.

        Parameters
        ----------
        person, lesson : str

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        return self.load_all(person).get(lesson)

    def load_all(self, person: str) -> dict[str, Any]:
        """Return what was saved of all lessons, by their names, the latest first.

        Parameters
        ----------
        person : str

        Raises
        ------
        StoreError
            If the store cannot be read.
        """
        if not _fits("person", person):
            return {}

        nothing: list[tuple[str, str]] = []
        found = self._shelf.read(lambda rows, c: rows.progress.read(c, person), nothing)
        return {lesson: json.loads(content) for lesson, content in found}

    def save(self, person: str, lesson: str, content: Any) -> None:
        """Keep what was done in a lesson, in the place of what was kept of it.

        Parameters
        ----------
        person, lesson : str
        content : Any
            Plain data of at most :data:`MOST_BYTES` as JSON.

        Raises
        ------
        StoreError
            If it is too much, or the store cannot be written to.
        """
        text = json_text(content, compact=True)
        if not (_fits("person", person) and _fits("lesson", lesson)):
            raise StoreError("Expected the names of a person and a lesson, but one is none.")
        size = len(text.encode())
        if size > MOST_BYTES:
            raise StoreError(
                f"Expected at most {MOST_BYTES:,} bytes of answers in a lesson, but got {size:,}; "
                "start the lesson again."
            )

        def write(rows: Any, c: Any) -> bool:
            return bool(rows.progress.write(c, person, lesson, text, time.time(), MOST_LESSONS))

        if not self._shelf.write(write):
            raise StoreError(
                f"Expected at most {MOST_LESSONS} lessons of one visitor, but this is one more; "
                "delete what is kept of others."
            )

    def delete(self, person: str, lesson: str | None = None) -> int:
        """Delete what is kept of a lesson, or of all; return of how many.

        Parameters
        ----------
        person : str
        lesson : str, optional

        Raises
        ------
        StoreError
            If the store cannot be written to.
        """
        if not self.load_all(person):
            return 0

        return self._shelf.write(lambda rows, c: int(rows.progress.remove(c, person, lesson)))


def _fits(what: str, name: str) -> bool:
    return 0 < len(name) <= LONGEST[what] and "\0" not in name
