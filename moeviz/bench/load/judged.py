"""What is made of what a class met: percentiles, shares, slopes, and a verdict for each goal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

ANSWER_SECONDS = 0.3
"""Goal: the 95th percentile from a change to its answer."""

HEALTH_SECONDS = 0.1
"""Goal: the 95th percentile of the health address."""

SPEED = 0.9
"""Goal: the share of its speed that a study keeps while it is watched."""

ONCE = 1.5
"""Work for a study that all ask for, as a multiple of what it takes alone; twice would be 2."""

GROWTH_MIB = 64.0
"""Goal: how much the server may grow over a thousand visits, once it is warm."""

FILES = 8
"""Goal: how many more files the server may hold open at the end than at the start."""

WARM_SHARE = 1 / 3
"""The part of a long run that counts as warming up."""


@dataclass(frozen=True)
class Verdict:
    """One goal, and what was measured.

    Attributes
    ----------
    what, goal, measured : str
    met : bool or None
        None where it could not be measured.
    """

    what: str
    goal: str
    measured: str
    met: bool | None

    def line(self) -> str:
        """Return it as a line of text."""
        word = {True: "met", False: "MISSED", None: "not measured"}[self.met]
        return f"{word:12}  {self.what}: {self.measured} (goal: {self.goal})"


def without_own(answers: Iterable[Mapping[str, Any]]) -> list[float]:
    """Return how long answers took without what the clients themselves needed meanwhile.

    All clients share one process with one thread, so that its processor time between a change and
    its answer was never the server's. That some of it passed while the server was busy makes
    this a lower bound; the times as the clients met them are the upper one.

    Parameters
    ----------
    answers : iterable of mapping
        With ``seconds`` and ``own``.
    """
    return [max(0.0, float(each["seconds"]) - float(each["own"])) for each in answers]


def rate(done: Iterable[tuple[float, float]], window: Sequence[float]) -> float:
    """Return how much was done per second of a window.

    Parameters
    ----------
    done : iterable of (float, float)
        When pieces of work were finished, and how much each was.
    window : (float, float)
        Its beginning and end; the part of a piece that was done before it is not known, and
        counts, as does the part of the next one not.
    """
    first, last = window
    return sum(work for at, work in done if first < at <= last) / (last - first)


def speed(done: Sequence[tuple[float, float]], marks: Mapping[str, Sequence[float]]) -> float:
    """Return the share of its unwatched speed at which a study ran while it was watched.

    Unwatched is before and after; the mean of both, so that a machine that drifts does no harm.

    Parameters
    ----------
    done : sequence of (float, float)
        As of :func:`rate`.
    marks : mapping
        Windows ``before``, ``work`` and ``after``.
    """
    alone = (rate(done, marks["before"]) + rate(done, marks["after"])) / 2
    return rate(done, marks["work"]) / alone if alone > 0 else float("nan")


def growth(samples: Sequence[tuple[float, float]]) -> float:
    """Return how fast a value grows once what is measured is warm, in its unit per unit of time.

    Parameters
    ----------
    samples : sequence of (float, float)
        Time and value. The first third is left out. The slope is the median of those of all
        pairs (Theil and Sen), which no single peak moves; not a number for fewer than two.
    """
    kept = list(samples[int(WARM_SHARE * len(samples)) :])
    slopes = [
        (later - value) / (then - at)
        for number, (at, value) in enumerate(kept)
        for then, later in kept[number + 1 :]
        if then > at
    ]
    return median(slopes) if slopes else float("nan")


def at_most(what: str, value: float, goal: float, unit: str, digits: int = 3) -> Verdict:
    """Return the verdict on a value that has an upper bound; one that is no number misses it.

    Parameters
    ----------
    what : str
    value, goal : float
    unit : str
    digits : int
        After the point.
    """
    said = f"{value:.{digits}f} {unit}".strip()
    return Verdict(what, f"at most {goal:g} {unit}".strip(), said, value <= goal)


def at_least(what: str, value: float, goal: float, unit: str, digits: int = 3) -> Verdict:
    """Return the verdict on a value that has a lower bound, as :func:`at_most` does."""
    said = f"{value:.{digits}f} {unit}".strip()
    return Verdict(what, f"at least {goal:g} {unit}".strip(), said, value >= goal)


def none_of(what: str, found: Sequence[str], of: int) -> Verdict:
    """Return the verdict on what should not be.

    Parameters
    ----------
    what : str
    found : sequence of str
        What there is, in words; the first is said.
    of : int
        Of how many. Of none nothing can be said.
    """
    said = f"{len(found)} of {of}" + (f", as: {found[0]}" if found else "")
    return Verdict(what, "none", said, not found if of else None)
