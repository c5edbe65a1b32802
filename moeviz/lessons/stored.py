"""How far visitors are in lessons, kept in the store; in memory where that refuses."""

from __future__ import annotations

import logging
from collections.abc import Callable

from moeviz.engine import Store
from moeviz.engine.errors import StoreError
from moeviz.engine.progress import Progress as Kept
from moeviz.lessons.progress import Place, Remembered

logger = logging.getLogger(__name__)


class Stored:
    """Keeps places through restarts; no lesson stops because a disk is full.

    Parameters
    ----------
    store : callable
        Returns the store.
    """

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._here = Remembered()

    def load(self, person: str) -> dict[str, Place]:
        """Return somebody's places by the names of lessons."""
        try:
            kept = Kept(self._store()).load_all(person)
        except StoreError as error:
            logger.warning("Progress in lessons could not be read: %s", error)
            kept = {}
        found = {name: Place.from_json(data) for name, data in kept.items()}
        return {
            **{name: place for name, place in found.items() if place is not None},
            **self._here.load(person),
        }

    def save(self, person: str, lesson: str, place: Place) -> None:
        """Keep a place."""
        try:
            Kept(self._store()).save(person, lesson, place.to_json())
        except StoreError as error:
            logger.warning("Progress in a lesson is kept in memory alone: %s", error)
            self._here.save(person, lesson, place)

    def delete(self, person: str) -> None:
        """Forget all of somebody's places."""
        self._here.delete(person)
        Kept(self._store()).delete(person)
