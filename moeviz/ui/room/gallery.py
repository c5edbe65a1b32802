"""What a room's screens show besides words: made in the background, told at once."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from moeviz.engine import Snapshot
from moeviz.errors import MoevizError
from moeviz.rooms.numbers import key_of
from moeviz.rooms.on_show import OnShow
from moeviz.text import json_text
from moeviz.ui.shared.news import TELLERS
from moeviz.ui.shared.session import look

if TYPE_CHECKING:
    from moeviz.ui.room.shown import Shown

MOST_KEPT = 300
"""Pictures in memory; those used longest ago are made again."""

MISSING = "This cannot be shown here."

ARRIVES = ("study",)
"""What is drawn while it runs."""

logger = logging.getLogger(__name__)


class Gallery:
    """Pictures and results of all rooms. May be used from any thread.

    Parameters
    ----------
    look : callable
        Returns a job by its name as it stands.
    """

    def __init__(self, look: Callable[[str], Snapshot] = look) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._made: OrderedDict[str, tuple[Hashable, Shown]] = OrderedDict()
        self._progress: OrderedDict[str, dict[str, Any] | None] = OrderedDict()

    def told(self, seen: OnShow) -> dict[str, Any]:
        """Return what is told of what is on show, as far as it is made.

        Parameters
        ----------
        seen : OnShow

        Returns
        -------
        dict
            ``shown``, a list in the step's order; and ``progress``, a ``sentence`` and a
            ``fraction`` of what runs, or None.
        """
        found = [self._known(_key(thing, seen)) for thing in seen.things]
        with self._lock:
            progress = self._progress.get(seen.job)
        return {
            "shown": [dict(shown.said) for _, shown in filter(None, found)],
            "progress": progress,
        }

    def picture(self, seen: OnShow, name: str) -> bytes | None:
        """Return a picture that is on show, packed; None where it is not.

        Parameters
        ----------
        seen : OnShow
        name : str
        """
        found = (self._known(_key(thing, seen)) for thing in seen.things)
        shown = (each for _, each in filter(None, found))
        return next((each.content for each in shown if each.said.get("picture") == name), None)

    def make(self, seen: OnShow) -> bool:
        """Make what is on show, and note how far its run is; return whether anything is new.

        Parameters
        ----------
        seen : OnShow
        """
        wanted = {seen.job, *(_job(thing, seen) for thing in seen.things)}
        jobs = {job: self._snapshot(job) for job in wanted}
        new = self._note(seen.job, jobs[seen.job])
        if not seen.things:
            return new
        from moeviz.ui.room.shown import Shown  # Loads what computes.

        for thing in seen.things:
            key = _key(thing, seen)
            live = jobs.get(_job(thing, seen))
            stamp = _stamp(thing, seen, live)
            known = self._known(key)
            if known is None or known[0] != stamp:
                made = _made(thing, seen.lesson, live if stamp else None)
                before = known[1] if known is not None else Shown({"words": MISSING})
                self._keep(key, (stamp, made or before))
                new = new or made is not None or known is None
        return new

    def _snapshot(self, job: str) -> Snapshot | None:
        try:
            return self._look(job) if job else None
        except MoevizError:
            return None

    def _note(self, job: str, snapshot: Snapshot | None) -> bool:
        if not job:
            return False
        said = None
        if snapshot is not None and snapshot.active:
            teller = TELLERS[snapshot.kind.name]
            fraction = min(1.0, max(0.0, teller.fraction(snapshot)))
            said = {"sentence": teller.sentence(snapshot), "fraction": round(fraction, 3)}
        with self._lock:
            new = self._progress.get(job) != said
            self._progress[job] = said
            self._progress.move_to_end(job)
            while len(self._progress) > MOST_KEPT:
                self._progress.popitem(last=False)
        return new

    def _known(self, key: str) -> tuple[Hashable, Shown] | None:
        with self._lock:
            found = self._made.get(key)
            if found is not None:
                self._made.move_to_end(key)
            return found

    def _keep(self, key: str, made: tuple[Hashable, Shown]) -> None:
        with self._lock:
            self._made[key] = made
            while len(self._made) > MOST_KEPT:
                self._made.popitem(last=False)


def _key(thing: Mapping[str, Any], seen: OnShow) -> str:
    """Return what tells apart what is shown in different rooms and after different runs."""
    parts = [thing, seen.lesson if "run" in thing else "", _job(thing, seen)]
    return hashlib.sha256(json_text(parts, compact=True).encode()).hexdigest()


def _job(thing: Mapping[str, Any], seen: OnShow) -> str:
    """Return the room's job of which a thing shows what came out; "" for what ships."""
    return seen.jobs.get(key_of(thing.get("run")), "") if thing.get("run") else ""


def _stamp(thing: Mapping[str, Any], seen: OnShow, live: Snapshot | None) -> Hashable:
    """Return of which moment of a run a picture is; None for what ships."""
    if live is None or live.state == "done":
        return live and live.job_id
    # Where a slope was asked for, points arrive over the lines that the class drew.
    arrives = (thing.get("run") or {}).get("what") in ARRIVES and seen.kind != "slope"
    return live.version if arrives and live.active and live.results else None


def _made(thing: Mapping[str, Any], lesson: str, live: Snapshot | None) -> Shown | None:
    from moeviz.ui.room.shown import shown_of

    try:
        return shown_of(thing, lesson, live)
    except MoevizError as error:
        # Of a run that goes on its first points may be missing; what is there stays.
        if live is None or not live.active:
            logger.warning("What a room shows could not be made: %s", error)
    except Exception:
        logger.exception("What a room shows could not be made")
    return None
