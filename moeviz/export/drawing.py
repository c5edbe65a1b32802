"""What a study's picture shows, as numbers alone: the same in every format."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from moeviz.charts.palette import THEMES, Style, style
from moeviz.charts.words import whole
from moeviz.study import Curve, Result
from moeviz.study.reread import as_drawn
from moeviz.text import signed

Point = tuple[float, float]

MOST_CURVES = 24
"""Curves of a picture; no two of so many look the same."""

MOST_POINTS = 6000
"""Single replicates of a picture; where there are more, all are left out."""

EMPTY = (10**-2.5, 10**0.5)
"""Ends of the axis of losses where there are none."""

_LIFT = 1.6
"""How far above the curves a line with the theory's slope runs."""


@dataclass(frozen=True)
class Line:
    """One curve.

    Attributes
    ----------
    label : str
    look : Style
    means : tuple of (float, float)
        Sample size and mean loss (or median, as the study has it), where its logarithm exists.
    replicates : tuple of (float, float)
    predicted : tuple of (float, float)
        Ends of the line that the information predicts; empty for none.
    protocol : tuple of tuple of (float, float)
        Stretches of what a protocol's linear recursion predicts, where it holds.
    slope : str
        Its slope as printed; empty where it has none.
    """

    label: str
    look: Style
    means: tuple[Point, ...]
    replicates: tuple[Point, ...]
    predicted: tuple[Point, ...]
    protocol: tuple[tuple[Point, ...], ...]
    slope: str


@dataclass(frozen=True)
class Guide:
    """A line with a slope that theory names, above the curves that it speaks of.

    Attributes
    ----------
    exponent : float
    ends : tuple of (float, float)
    """

    exponent: float
    ends: tuple[Point, Point]


@dataclass(frozen=True)
class Drawing:
    """A study's picture on two logarithmic axes.

    Attributes
    ----------
    sizes : tuple of int
        All sample sizes of the study.
    x, y : tuple of float
        Ends of the axes.
    lines : tuple of Line
    guides : tuple of Guide
    reaches : tuple of float
        Reaches of the design's truths that lie on the axis.
    left_out : int
        Curves beyond :data:`MOST_CURVES`.
    crowded : bool
        Whether there were too many replicates to draw each.
    """

    sizes: tuple[int, ...]
    x: Point
    y: Point
    lines: tuple[Line, ...]
    guides: tuple[Guide, ...]
    reaches: tuple[float, ...]
    left_out: int
    crowded: bool


def drawing(result: Result, measured: bool = True) -> Drawing:
    """Return what a study's picture shows.

    Parameters
    ----------
    result : Result
    measured : bool
        Whether to show anything but the axes, which are the same for both.
    """
    result = as_drawn(result)
    sizes = tuple(sorted(set(result.spec["sizes"])))
    shown = result.curves[:MOST_CURVES]
    count = sum(len(row) for curve in shown for row in curve.loss)
    crowded = count > MOST_POINTS
    ends = (float(sizes[0]), float(sizes[-1]))
    lines = tuple(_line(index, curve, sizes, crowded) for index, curve in enumerate(shown))
    guides = tuple(_guides(shown, ends))
    x = (ends[0] / 1.2, ends[1] * 1.2)
    reaches = sorted({fit.reach for fit in result.truth if fit.reach and x[0] < fit.reach < x[1]})
    return Drawing(
        sizes,
        x,
        _range(lines, guides),
        lines if measured else (),
        guides if measured else (),
        tuple(reaches[:3]) if measured else (),
        len(result.curves) - len(shown),
        crowded,
    )


def reach_text(reach: float) -> str:
    """Return what is written beside a reach on the axis of n."""
    return f"reach {whole(reach)}"


def ticks(ends: Point) -> list[float]:
    """Return the powers of ten between two ends, and twos and fives where these are few.

    Parameters
    ----------
    ends : tuple of float
        Of an axis of losses.
    """
    powers = range(math.floor(math.log10(ends[0])), math.ceil(math.log10(ends[1])) + 1)
    few = len(powers) <= 3
    values = [step * 10.0**power for power in powers for step in ((1, 2, 5) if few else (1,))]
    return [value for value in values if ends[0] <= value <= ends[1]]


def tick_text(value: float) -> str:
    """Write a tick such as ``0.02`` or ``10⁻⁵``.

    Parameters
    ----------
    value : float
        One, two or five times a power of ten.
    """
    power = math.floor(math.log10(value) + 1e-9)
    if -3 <= power <= 3:
        return f"{value:g}"
    raised = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    step = round(value / 10.0**power)
    return f"10{raised}" if step == 1 else f"{step}·10{raised}"


def _line(index: int, curve: Curve, sizes: tuple[int, ...], crowded: bool) -> Line:
    constant = curve.predicted_constant
    positive = constant is not None and math.isfinite(constant) and constant > 0
    rows = () if crowded else zip(curve.n, curve.loss, strict=True)
    return Line(
        curve.label,
        style(index, THEMES["light"]),
        tuple(_drawable(zip(curve.n, curve.mean, strict=True))),
        tuple(_drawable((n, loss) for n, losses in rows for loss in losses)),
        tuple((float(n), constant / math.sqrt(n)) for n in (sizes[0], sizes[-1]))
        if positive and constant
        else (),
        tuple(_stretches(sizes, curve.trusted_protocol)),
        signed(curve.slope.estimate) if curve.slope else "",
    )


def _stretches(sizes: Sequence[int], values: Sequence[float | None]) -> Iterable[tuple[Point, ...]]:
    """Yield the points of a broken line, stretch by stretch; one alone is no line."""
    known = dict(_drawable(zip(sizes, values, strict=False)))
    for is_there, places in itertools.groupby(sizes, lambda n: float(n) in known):
        stretch = tuple((float(n), known[float(n)]) for n in places) if is_there else ()
        if len(stretch) > 1:
            yield stretch


def _drawable(points: Iterable[tuple[float, float | None]]) -> Iterable[Point]:
    """Yield the points that logarithmic axes can show."""
    for n, value in points:
        if value is not None and math.isfinite(value) and value > 0:
            yield float(n), value


def _guides(curves: Sequence[Curve], ends: tuple[float, float]) -> Iterable[Guide]:
    exponents = {curve.claim.exponent for curve in curves}
    for exponent in sorted(e for e in exponents if e is not None):
        levels = [
            loss / n**exponent
            for curve in curves
            if curve.claim.exponent == exponent
            for n, loss in list(_drawable(zip(curve.n, curve.mean, strict=True)))[:1]
        ]
        if levels:
            level = _LIFT * max(levels)
            first, last = ((n, level * n**exponent) for n in ends)
            yield Guide(exponent, (first, last))


def _range(lines: Sequence[Line], guides: Sequence[Guide]) -> Point:
    """Return an axis of losses that holds everything, and a decade at least."""
    points = [p for line in lines for p in (*line.means, *line.replicates, *line.predicted)]
    points += [p for line in lines for stretch in line.protocol for p in stretch]
    points += [p for guide in guides for p in guide.ends]
    if not points:
        return EMPTY
    low, high = min(y for _, y in points) / 1.3, max(y for _, y in points) * 1.3
    widen = max(1.0, math.sqrt(10.0 * low / high))
    return low / widen, high * widen
