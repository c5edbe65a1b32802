"""How far somebody is in a lesson: kept by a person's key, so that a reload loses nothing."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from moeviz.lessons.parts import MOST_STEPS
from moeviz.lessons.runs import LAST_SEED
from moeviz.text import json_text

MOST_BYTES = 16_384
"""Of what is kept of one person and lesson."""

MOST_PERSONS = 2000
"""That are remembered where nothing is written."""


@dataclass(frozen=True)
class Place:
    """Where somebody is in a lesson.

    Attributes
    ----------
    step : int
        From 1.
    said : mapping of str to str
        Answers by the ids of steps, as :func:`~moeviz.lessons.answers.answer_text` has them.
    seed : int or None
        Of the truth that was run live.
    ended : bool
        Whether somebody came to the lesson's end once; what was kept before that was kept says
        it by its step alone.
    """

    step: int = 1
    said: Mapping[str, str] = field(default_factory=dict)
    seed: int | None = None
    ended: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`from_json` turns back into this place."""
        ended = {"ended": True} if self.ended else {}
        return {"step": self.step, "said": dict(self.said), "seed": self.seed, **ended}

    def after(self, before: Place | None, steps: int) -> Place:
        """Return what is kept of this place where another one was kept: an end stays one.

        A look at the beginning, where nothing is answered, takes no answers away.

        Parameters
        ----------
        before : Place or None
        steps : int
            Of the lesson.
        """
        ended = self.step >= steps or (before is not None and before.over(steps))
        kept = before if before is not None and before.said and not self.said else self
        return replace(kept, ended=ended)

    def over(self, steps: int) -> bool:
        """Return whether somebody came to the lesson's end once.

        Parameters
        ----------
        steps : int
            Of the lesson.
        """
        return self.ended or self.step >= steps

    @classmethod
    def from_json(cls, data: Any) -> Place | None:
        """Return the place in plain data; None where there is none.

        Parameters
        ----------
        data : Any
            Whatever was kept.
        """
        if not isinstance(data, Mapping) or len(json_text(data)) > MOST_BYTES:
            return None
        step, said, seed = data.get("step"), data.get("said"), data.get("seed")
        if not isinstance(step, int) or not 1 <= step <= MOST_STEPS:
            return None
        if not isinstance(said, Mapping):
            return None
        if seed is not None and not (isinstance(seed, int) and 1 <= seed <= LAST_SEED):
            return None
        answers = {str(k)[:40]: str(v)[:200] for k, v in list(said.items())[:MOST_STEPS]}
        return cls(step, answers, seed, data.get("ended") is True)


class Progress(Protocol):
    """Keeps places."""

    def load(self, person: str) -> Mapping[str, Place]:
        """Return somebody's places by the names of lessons."""

    def save(self, person: str, lesson: str, place: Place) -> None:
        """Keep a place."""

    def delete(self, person: str) -> None:
        """Forget all of somebody's places."""


class Remembered:
    """Keeps places for as long as the server runs, those of the latest persons.

    Parameters
    ----------
    most : int
        Persons.
    """

    def __init__(self, most: int = MOST_PERSONS) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kept: OrderedDict[str, dict[str, str]] = OrderedDict()

    def load(self, person: str) -> dict[str, Place]:
        """Return somebody's places by the names of lessons."""
        with self._lock:
            own = dict(self._kept.get(person, {}))
        found = {name: Place.from_json(json.loads(text)) for name, text in own.items()}
        return {name: place for name, place in found.items() if place is not None}

    def save(self, person: str, lesson: str, place: Place) -> None:
        """Keep a place; what is too large is left out."""
        text = json_text(place.to_json(), compact=True)
        if not person or len(text) > MOST_BYTES:
            return
        with self._lock:
            own = self._kept.setdefault(person, {})
            own[lesson] = text
            while len(own) > MOST_STEPS:
                own.pop(next(iter(own)))
            self._kept.move_to_end(person)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def delete(self, person: str) -> None:
        """Forget all of somebody's places."""
        with self._lock:
            self._kept.pop(person, None)
