"""The full search for exceptions of the catalogue's claims, in several processes, with a limit."""

from __future__ import annotations

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.synchronize import Event
from typing import Any

from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.search import kept
from moeviz.symbolic.catalogue.search.hunt import hunt
from moeviz.symbolic.catalogue.search.space import Search

PATIENCE = 1.0
"""Seconds that processes get to hand over what they have, once the search is stopped."""


@dataclass(frozen=True)
class Place:
    """Where a search stands in the catalogue.

    Attributes
    ----------
    claim : str
    part : str
        "checks" or "repair".
    number : int
    """

    claim: str
    part: str
    number: int

    @property
    def search(self) -> Search:
        """The search itself."""
        found = getattr(CATALOGUE.claims[self.claim], self.part)[self.number].search
        if not isinstance(found, Search):
            raise ValueError(f"Expected a test with a search, but got {self}.")
        return found


def searches(names: Sequence[str] = ()) -> dict[str, list[Place]]:
    """Return the searches that claims ask for, each once, with the places that share it.

    Parameters
    ----------
    names : sequence of str
        Ids of claims, or beginnings of ids; none for the whole catalogue.

    Raises
    ------
    UnknownNameError
        If an id is not there.
    """
    claims = [c for name in names for c in CATALOGUE.find(name)] or CATALOGUE.claims.values()
    found: dict[str, list[Place]] = {}
    for claim in claims:
        for part in ("checks", "repair"):
            for number, check in enumerate(getattr(claim, part)):
                if isinstance(check.search, Search):
                    place = Place(claim.id, part, number)
                    places = found.setdefault(check.search.digest, [])
                    if place not in places:
                        places.append(place)
    return found


def search_all(
    names: Sequence[str] = (), limit: float = 1200.0, workers: int = 2, resume: bool = False
) -> Iterator[dict[str, Any]]:
    """Search for exceptions, cheapest searches first; yield what each found, as it is found.

    Parameters
    ----------
    names : sequence of str
        As for :func:`searches`.
    limit : float
        Seconds in all. A search that it cuts off says how many patterns have no answer.
    workers : int
        Processes.
    resume : bool
        Whether to go on from what is kept, where that is unfinished.

    Yields
    ------
    dict
        As :meth:`moeviz.symbolic.catalogue.search.hunt.Found.to_json`, with "digest", "claims" and
        "date".

    Raises
    ------
    KeyboardInterrupt
        When interrupted, after what the processes have by then was yielded.
    """
    wanted = sorted(searches(names).items(), key=lambda item: _cost(item[1][0].search))
    end = time.time() + limit
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(stop,))
    futures: dict[Future[dict[str, Any]], None] = {}
    try:
        for digest, places in wanted:
            entry = (kept.entry(digest) or {}) if resume else {}
            if resume and entry and not entry["left"]:
                continue
            known, seconds = entry.get("tests", {}), entry.get("seconds", 0.0)
            futures[pool.submit(_search, places, end, known, seconds)] = None
        yield from _done(futures, None)
    except KeyboardInterrupt:
        stop.set()
        for future in futures:
            future.cancel()
        yield from _done(futures, PATIENCE)
        raise
    finally:
        stop.set()
        children = multiprocessing.active_children()
        pool.shutdown(wait=False, cancel_futures=True)
        for process in children:
            process.terminate()


def _done(
    futures: dict[Future[dict[str, Any]], None], timeout: float | None
) -> Iterator[dict[str, Any]]:
    """Yield results as they come, each once."""
    try:
        for future in as_completed([f for f in futures if not f.cancelled()], timeout):
            futures.pop(future)
            yield future.result()
    except TimeoutError:
        return


def _cost(search: Search) -> int:
    """Return what orders searches by their work: patterns times the size of one test."""
    size = sum(map(len, search.model)) * (8 if "second-order" in search.question else 1)
    return size * len(search.patterns)


_STOP: list[Event] = []


def _begin(stop: Event) -> None:
    """Let a process be stopped by its parent alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _STOP.append(stop)


def _search(
    places: Sequence[Place], end: float, known: dict[str, Any], seconds: float
) -> dict[str, Any]:
    def should_stop() -> bool:
        return time.time() > end or any(stop.is_set() for stop in _STOP)

    return search_one(places, should_stop, known, seconds)


def search_one(
    places: Sequence[Place],
    should_stop: Callable[[], bool] = lambda: False,
    known: dict[str, Any] | None = None,
    seconds: float = 0.0,
) -> dict[str, Any]:
    """Make one search that some places of the catalogue share; return it as plain data.

    Parameters
    ----------
    places : sequence of Place
    should_stop : callable
    known : dict, optional
        The tests of an earlier, unfinished search.
    seconds : float
        What that took.
    """
    search = places[0].search
    found = hunt(search, should_stop, known, seconds)
    return {
        "digest": search.digest,
        "claims": list(dict.fromkeys(place.claim for place in places)),
        "date": datetime.now(UTC).date().isoformat(),
        **found.to_json(),
    }


def keep_searches(found: Sequence[dict[str, Any]]) -> None:
    """Keep searches in the project.

    A test that fails at generic points already has no exceptions, and is not kept.

    Parameters
    ----------
    found : sequence of dict
        As :func:`search_all` yields them.
    """
    all_places = searches()
    entries = {}
    current = set(all_places)
    for one in found:
        if one["generic"] == "fails":
            current.discard(one["digest"])
            continue
        claims = list(dict.fromkeys(place.claim for place in all_places[one["digest"]]))
        entry = {key: value for key, value in one.items() if key != "digest"}
        entries[one["digest"]] = {**entry, "claims": claims}
    kept.keep(entries, current)
