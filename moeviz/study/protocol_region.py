"""Where the printed slopes appear in a protocol map, and what its cells say besides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from moeviz.study.presets import Published
from moeviz.study.protocol_result import Cell, CellCurve, Ends, MapResult
from moeviz.study.trusted import trusted
from moeviz.text import within

WIDE = 0.25
"""An interval of a slope that is wider says little: half of what lies between flat and n^(-1/2)."""

CLOSE = 0.2
"""How far, as a share of what was measured, a prediction may be off to count as right."""

Stands = Literal["agrees", "differs", "wide", "none"]
"""The printed slope lies in the interval; outside; in one too wide to tell; there is no slope."""


Says = Literal["established", "end", "wide", "none"]
"""Some protocol shows what is printed; only by the end of an interval; intervals are too wide; no
protocol does."""


def slope_stands(ends: Ends | None, published: Published) -> Stands:
    """Return how a slope stands to the printed one, both as they are printed.

    Parameters
    ----------
    ends : tuple of three floats, or None
    published : Published
    """
    if ends is None:
        return "none"
    if not within(published.slope, ends[1], ends[2]):
        return "differs"
    return "wide" if ends[2] - ends[1] > WIDE else "agrees"


def level_stands(curve: CellCurve, published: Published, n: int) -> Stands:
    """Return how a curve's level at a size stands to the printed line's.

    Parameters
    ----------
    curve : CellCurve
    published : Published
    n : int
        The size for which the level was read.
    """
    if published.line is None or curve.level is None:
        return "none"
    _, low, high = published.line.at(n)
    return "agrees" if curve.level[1] <= high and low <= curve.level[2] else "differs"


def cell_stands(cell: Cell, published: Sequence[Published]) -> Stands:
    """Return how a cell stands to all printed slopes together.

    Parameters
    ----------
    cell : Cell
    published : sequence of Published
    """
    each = [slope_stands(c.printed, p) for c, p in zip(cell.curves, published, strict=True)]
    for worst in ("differs", "none", "wide"):
        if worst in each:
            return worst
    return "agrees"


@dataclass(frozen=True)
class Region:
    """Which cells of a map show the printed slopes.

    Attributes
    ----------
    together : tuple of Cell
        Every curve's interval contains the printed slope, and says something.
    within : tuple of Cell
        Of these, the cells in which all printed slopes lie inside their intervals, none at an end.
    level : tuple of Cell
        Of those together, the cells whose lines lie where the paper prints its own, too; empty
        where the paper prints no line.
    met : tuple of Cell
        All cells whose lines lie where the paper prints its own, whatever their slopes.
    wide : tuple of Cell
        Cells in which no curve differs and some interval is too wide to tell.
    judged : int
        Cells in which every curve has a slope, or some curve that has one differs.
    starts : tuple of Cell
        Of those together, the cells whose starts alone show the printed slopes, too.
    nearest : Cell or None
        Of the cells that do not show them, the one whose largest distance from a printed slope is
        smallest, of those that meet the printed level if some do; its intervals may be too wide to
        tell.
    """

    together: tuple[Cell, ...]
    within: tuple[Cell, ...]
    level: tuple[Cell, ...]
    met: tuple[Cell, ...]
    wide: tuple[Cell, ...]
    judged: int
    starts: tuple[Cell, ...]
    nearest: Cell | None

    @property
    def says(self) -> Says:
        """What follows from where the printed slopes appear."""
        if self.together:
            return "established" if self.within else "end"
        return "wide" if self.wide else "none"


def region(result: MapResult) -> Region:
    """Return where the printed slopes appear.

    Parameters
    ----------
    result : MapResult
    """
    published, n = result.asked.published, result.asked.sizes[-1]
    stands = {id(cell): cell_stands(cell, published) for cell in result.cells}
    together = tuple(cell for cell in result.cells if stands[id(cell)] == "agrees")
    met = tuple(
        cell
        for cell in result.cells
        if all(
            level_stands(curve, one, n) == "agrees"
            for curve, one in zip(cell.curves, published, strict=True)
        )
    )
    known = [
        cell
        for cell in result.cells
        if stands[id(cell)] in ("differs", "wide") and math.isfinite(distance(cell, published))
    ]
    return Region(
        together,
        tuple(cell for cell in together if _inside(cell, published)),
        tuple(cell for cell in met if stands[id(cell)] == "agrees"),
        met,
        tuple(cell for cell in result.cells if stands[id(cell)] == "wide"),
        sum(stand != "none" for stand in stands.values()),
        tuple(cell for cell in together if _starts_agree(result, cell)),
        min(
            [cell for cell in known if cell in met] or known,
            key=lambda cell: distance(cell, published),
            default=None,
        ),
    )


@dataclass(frozen=True)
class Alone:
    """Where one printed slope appears, whatever the figure's others do.

    Attributes
    ----------
    agree : tuple of Cell
        Its curve's interval contains it, and says something.
    starts : tuple of Cell
        Of these, the cells whose starts alone show it, with nobody training.
    wide : int
        Cells in which the interval contains it and is too wide to tell.
    """

    agree: tuple[Cell, ...]
    starts: tuple[Cell, ...]
    wide: int


def alone(result: MapResult, curve: int) -> Alone:
    """Return where one printed slope appears.

    Parameters
    ----------
    result : MapResult
    curve : int
        Its place among the printed slopes.
    """
    one = result.asked.published[curve]
    stands = [slope_stands(cell.curves[curve].printed, one) for cell in result.cells]
    agree = tuple(c for c, stand in zip(result.cells, stands, strict=True) if stand == "agrees")
    return Alone(
        agree,
        tuple(cell for cell in agree if _start_agrees(result, cell, curve)),
        stands.count("wide"),
    )


def _inside(cell: Cell, published: Sequence[Published]) -> bool:
    """Return whether all printed slopes lie inside their intervals, and not at an end."""
    return all(
        curve.printed is not None
        and round(curve.printed[1], 2) < one.slope < round(curve.printed[2], 2)
        for curve, one in zip(cell.curves, published, strict=True)
    )


def distance(cell: Cell, published: Sequence[Published]) -> float:
    """Return the largest distance of a cell's slopes from the printed ones.

    Parameters
    ----------
    cell : Cell
    published : sequence of Published

    Returns
    -------
    float
        Infinite where a curve has no slope.
    """
    return max(
        abs(curve.printed[0] - one.slope) if curve.printed else math.inf
        for curve, one in zip(cell.curves, published, strict=True)
    )


def _starts_agree(result: MapResult, cell: Cell) -> bool:
    return all(_start_agrees(result, cell, at) for at in range(len(cell.curves)))


def _start_agrees(result: MapResult, cell: Cell, curve: int) -> bool:
    found, one = result.start(cell.law, curve), result.asked.published[curve]
    return found is not None and slope_stands(found.printed, one) == "agrees"


@dataclass(frozen=True)
class Trust:
    """How predicted means stand to measured ones.

    Attributes
    ----------
    trusted, close : int
        Predicted means that are drawn; and those within :data:`CLOSE` of the measured mean.
    scattered : int
        Of those drawn and not close, how many are off by no more than two of the standard errors
        that the predicted scatter of a single loss leaves to a mean of so many replicates.
    doubted, doubted_close, doubted_scattered : int
        The same of those that are not drawn.
    """

    trusted: int
    close: int
    scattered: int
    doubted: int
    doubted_close: int
    doubted_scattered: int


def trust(results: Sequence[MapResult]) -> Trust:
    """Return how often predicted means are right, of those that are drawn and of the others.

    Parameters
    ----------
    results : sequence of MapResult
    """
    count = {True: [0, 0, 0], False: [0, 0, 0]}
    for result in results:
        for curve in (curve for cell in result.cells for curve in cell.curves):
            measured = dict(zip(curve.n, curve.mean, strict=True))
            sizes = result.asked.predicted[: len(curve.predicted)]
            spreads = curve.spread or (None,) * len(sizes)
            rows = zip(sizes, curve.predicted, curve.shift, spreads, strict=True)
            for n, told, shift, spread in rows:
                found = measured.get(n)
                if told is None or not found:
                    continue
                drawn = trusted(shift)
                error = (spread or 0.0) * told / result.asked.replicates**0.5
                close = abs(told - found) <= CLOSE * found
                count[drawn][0] += 1
                count[drawn][1] += close
                count[drawn][2] += not close and abs(told - found) <= 2.0 * error
    return Trust(*count[True], *count[False])
