"""Small plots that are walked along: curves over one variable, and a sentence for each step."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from moeviz.charts.checker import epsilons, order_text, sizes, superscript

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
    far = "0" if loss is None else _power_of_ten(loss)
    if change is None:
        return f"Loss {far}, and the function has not moved at all: no sample tells the two apart."
    if loss is None:
        return f"Loss {far}, change of the function {_power_of_ten(change)}."
    return (
        f"Loss {far}, change of the function {_power_of_ten(change)}: "
        f"{_power_of_ten(change / loss)} times the loss."
    )


def _power_of_ten(value: float) -> str:
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


def ray_walk() -> Walk:
    """Stand-in."""
    from moeviz.charts.gate import gate_view

    scales = tuple(2 ** (k / 10) for k in range(-20, 21))
    views = {
        r: [gate_view(r, s).weight[40] for s in scales] for r in ("cosine", "perturbed-cosine")
    }
    return Walk(
        label="s",
        xs=scales,
        texts=tuple(f"s = {s:.2f}" for s in scales),
        says=tuple(
            f"β₁ is {s:.2f} times as long: the cosine router's weight stays at "
            f"{a:.3f}, the perturbed one's has gone from {views['perturbed-cosine'][20]:.3f} to {b:.3f}."
            for s, a, b in zip(scales, *views.values(), strict=True)
        ),
        x=Axis(
            0.25, 4.0, ((0.25, "¼"), (0.5, "½"), (1.0, "s = 1"), (2.0, "2"), (4.0, "4")), log=True
        ),
        y=Axis(0.0, 1.0, ((0.0, "0"), (0.5, "0.5"), (1.0, "1")), "weight of expert 1 at one input"),
        curves=(
            Along("cosine", "first", tuple(views["cosine"])),
            Along("perturbed cosine", "second", tuple(views["perturbed-cosine"])),
        ),
        at=30,
    )
