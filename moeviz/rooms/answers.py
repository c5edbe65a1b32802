"""Answers: which of them a question takes, and what many say together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.rooms.errors import RoomError
from moeviz.rooms.step import Step
from moeviz.ruler import verdict

Content = float | str | tuple[str, ...]
"""A number or a slope, the name of a choice, or names in order."""

BINS = 24
"""Of a histogram, at most."""


def read_answer(step: Step, said: Any) -> Content:
    """Return what somebody answered.

    Parameters
    ----------
    step : Step
    said : Any
        Plain data.

    Raises
    ------
    RoomError
        If that is no answer to the question.
    """
    names = [name for name, _ in step.options]
    if step.kind in ("number", "slope"):
        known = isinstance(said, int | float) and not isinstance(said, bool)
        if known and step.low <= said <= step.high:
            steps = round((float(said) - step.low) / step.by)
            value = float(f"{step.low + steps * step.by:.10g}")
            return min(max(value, float(step.low)), float(step.high))
        raise RoomError(
            f"Expected a number from {step.low:g} to {step.high:g} as an answer; try again."
        )
    if step.kind == "choice":
        if isinstance(said, str) and said in names:
            return said
        raise RoomError("Expected one of the answers to choose from; choose again.")
    if step.kind == "order":
        known = isinstance(said, list | tuple) and len(said) == len(names)
        if known and all(isinstance(each, str) for each in said) and set(said) == set(names):
            return tuple(said)
        raise RoomError("Expected each of the things once, in an order; put them in order again.")
    raise RoomError("Expected a question, but this step has none; wait for the next one.")


def together(
    step: Step, contents: Sequence[Content], outcome: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what many answers say, without saying who.

    Parameters
    ----------
    step : Step
    contents : sequence
        As :func:`read_answer` returns them.
    outcome : mapping or None
        What came out, as :func:`moeviz.ruler.verdict` reads it.

    Returns
    -------
    dict
        ``count``; ``right``, how many were, or None where that is not known, and where it is
        ``near``, how many nearly, and ``judged``, which answers were ``right`` and ``near``, the
        others being wrong; of slopes ``fan`` (slope and count each),
        of numbers ``bars`` (from, to, count), of choices and orders ``bars`` (name, count; of
        orders the names joined by ``>``).
    """
    judged = [(verdict(content, outcome), content) for content in contents]
    said: dict[str, Any] = {"count": len(contents), "right": None}
    if contents and all(each != "unknown" for each, _ in judged):
        of: dict[str, list[Content]] = {"right": [], "near": []}
        for each, content in judged:
            of.get(each, []).append(content)
        said |= {name: len(found) for name, found in of.items()}
        said["judged"] = {name: list(dict.fromkeys(found)) for name, found in of.items()}
    if step.kind == "slope":
        said["fan"] = [list(pair) for pair in sorted(Counter(map(_number, contents)).items())]
    elif step.kind == "number":
        said["bars"] = _histogram(step, [_number(content) for content in contents])
    elif step.kind == "choice":
        counts = Counter(contents)
        said["bars"] = [[name, counts[name]] for name, _ in step.options]
    elif step.kind == "order":
        orders = Counter(">".join(content) for content in contents if isinstance(content, tuple))
        said["bars"] = [list(pair) for pair in sorted(orders.items(), key=_often)[:BINS]]
    return said


def _often(pair: tuple[str, int]) -> tuple[int, str]:
    return -pair[1], pair[0]


def _number(content: Content) -> float:
    return content if isinstance(content, float) else math.nan


def _histogram(step: Step, values: Sequence[float]) -> list[list[float]]:
    """Return bars of one width over the whole range; each value stands in one of them."""
    steps = round((step.high - step.low) / step.by)
    each = max(1, math.ceil((steps + 1) / BINS))
    counts = Counter(min(round((v - step.low) / step.by), steps) // each for v in values)
    ends = range(0, steps + 1, each)
    return [
        [
            float(f"{step.low + (first - 0.5) * step.by:.10g}"),
            float(f"{step.low + (first + each - 0.5) * step.by:.10g}"),
            counts[first // each],
        ]
        for first in ends
    ]
