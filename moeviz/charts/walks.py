"""Small plots that are walked along: curves over one variable, and a sentence for each step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from moeviz.charts.checker import epsilons, order_text, sizes, superscript
from moeviz.charts.derivation import ray
from moeviz.charts.gates import FEATURED

LOOKS = ("first", "second")
"""How the curves of a walk look: by colour and dash together."""


@dataclass(frozen=True)
class Axis:
    """An axis of a walk.

    Attributes
    ----------
    low, high : float
        Its ends.
    ticks : tuple of (float, str)
        Values with what is written beside them.
    title : str
    log : bool
        Whether it is logarithmic.
    """

    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    title: str = ""
    log: bool = False


@dataclass(frozen=True)
class Along:
    """A curve of a walk.

    Attributes
    ----------
    name : str
        Stands at its end.
    look : {"first", "second"}
    ys : tuple of float or None
        One per step; None where there is nothing to draw.
    """

    name: str
    look: str
    ys: tuple[float | None, ...]


@dataclass(frozen=True)
class Walk:
    """A plot that is walked along.

    Attributes
    ----------
    label : str
        Of the slider.
    xs : tuple of float
        One per step.
    texts, says : tuple of str
        Where one stands at each step, and what is to be noticed there.
    x, y : Axis
    curves : tuple of Along
    at : int
        The step to begin with.
    """

    label: str
    xs: tuple[float, ...]
    texts: tuple[str, ...]
    says: tuple[str, ...]
    x: Axis
    y: Axis
    curves: tuple[Along, ...]
    at: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def sequence_walk(sequence: Mapping[str, Any]) -> Walk:
    """Return the walk along a counter-sequence: loss and change of the function as ε falls.

    Parameters
    ----------
    sequence : mapping
        As :func:`moeviz.symbolic.questions.sequence.measure` returns it.

    Notes
    -----
    A function that does not move at all has no line: its logarithm is minus infinity.
    """
    steps = epsilons(sequence)
    loss = sizes(sequence["loss"])
    change = [None] * len(steps) if sequence["exact"] else sizes(sequence["function"])
    curves = [Along(f"loss, order {order_text(sequence['loss order'])}", "first", tuple(loss))]
    if not sequence["exact"]:
        name = f"change of the function, order {order_text(sequence['function order'])}"
        curves.append(Along(name, "second", tuple(change)))
    seen = [value for curve in curves for value in curve.ys if value]
    return Walk(
        label="ε, smaller to the right",
        xs=tuple(steps),
        texts=tuple(f"ε = {superscript(text)}" for text in sequence["epsilon"]),
        says=tuple(map(_step_words, loss, change)),
        # The sequence goes to the right.
        x=Axis(
            max(steps),
            min(steps),
            tuple((e, superscript(t)) for e, t in zip(steps, sequence["epsilon"], strict=True)),
            log=True,
        ),
        y=_decades(seen),
        curves=tuple(curves),
        at=len(steps) - 1,
    )


def _step_words(loss: float | None, change: float | None) -> str:
    far = "0" if loss is None else power_of_ten(loss)
    if change is None:
        return f"Loss {far}, and the function has not moved at all: no sample tells the two apart."
    if loss is None:
        return f"Loss {far}, change of the function {power_of_ten(change)}."
    return (
        f"Loss {far}, change of the function {power_of_ten(change)}: "
        f"{power_of_ten(change / loss)} times the loss."
    )


def power_of_ten(value: float) -> str:
    """Return a positive number with two digits and a power of ten, as 2.4·10⁻⁵."""
    if 0.01 <= value < 1000:
        return f"{value:.2g}"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits}·{superscript(f'10^{int(power)}')}"


def _decades(values: Sequence[float]) -> Axis:
    """Return a logarithmic axis with a handful of powers of ten."""
    if not values:
        return Axis(0.1, 10.0, ((1.0, "1"),), "size", True)
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)
    step = max(1, math.ceil((high - low) / 4))
    ticks = tuple((10.0**p, superscript(f"10^{p}")) for p in range(high, low - 1, -step))
    return Axis(10.0**low, 10.0**high, ticks, "size", True)


_LENGTHS = ((0.1, "⅒"), (1.0, "s = 1"), (10.0, "10"))


@lru_cache(maxsize=1)
def ray_walk() -> Walk:
    """Return the walk along the ray β₁ → s β₁: an expert's weight by the featured routers.

    The input is the one of the ray's at which the last router's weight moves most.
    """
    rays = [ray(name) for name in FEATURED]
    scales = tuple(rays[0]["scales"])
    last = rays[-1]["weights"]
    inputs = range(len(rays[-1]["inputs"]))
    place = max(inputs, key=lambda n: abs(last[-1][n][0] - last[0][n][0]))
    weights = [tuple(step[place][0] for step in found["weights"]) for found in rays]
    names = [found["title"].removesuffix(" router") for found in rays]
    still = scales.index(1.0)
    return Walk(
        label="s",
        xs=scales,
        texts=tuple(f"s = {scale:.2g}" for scale in scales),
        says=tuple(
            _ray_words(scale, names, [(own[still], own[step]) for own in weights])
            for step, scale in enumerate(scales)
        ),
        x=Axis(scales[0], scales[-1], _LENGTHS, log=True),
        y=_tenths([value for own in weights for value in own], "weight of expert 1"),
        curves=tuple(map(Along, names, LOOKS, weights)),
        at=still + 12,
    )


def _tenths(values: Sequence[float], title: str) -> Axis:
    """Return an axis around some numbers that begins and ends at tenths."""
    low, high = math.floor(10 * min(values)), math.ceil(10 * max(values))
    return Axis(
        low / 10, high / 10, tuple((n / 10, f"{n / 10:g}") for n in range(low, high + 1)), title
    )


def _ray_words(scale: float, names: Sequence[str], weights: Sequence[tuple[float, float]]) -> str:
    """Say what has become of each weight with β₁ so many times as long."""
    moves = [
        f"{name} {after - before:+.3f}"
        for name, (before, after) in zip(names, weights, strict=True)
    ]
    moved = ", ".join(moves).replace("-", "−").replace("+0.000", "0.000").replace("−0.000", "0.000")
    return f"With β₁ {scale:.2g} times as long the weight has moved: {moved}."
