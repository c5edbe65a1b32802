"""A curve held against what a paper prints of it: in the paper's statistic, slope and level."""

from __future__ import annotations

from dataclasses import dataclass

from moeviz.study.curves import Curve
from moeviz.study.presets.preset import Published
from moeviz.study.slope import Level, Line, Slope, fit_line
from moeviz.study.specification import Specification
from moeviz.text import within


@dataclass(frozen=True)
class Against:
    """What was measured beside what is printed.

    Attributes
    ----------
    published : Published
        What the paper prints.
    slope : Slope or None
        The curve's, read as the paper reads its own; None where there is none.
    level : Level or None
        Where the line with that slope lies at the largest sample size; None where there is none.
    printed : Level or None
        Where the paper's line lies there, and between which losses rounding leaves it; None where
        the paper prints no line.
    """

    published: Published
    slope: Slope | None
    level: Level | None
    printed: Level | None

    @property
    def slope_inside(self) -> bool | None:
        """Whether the printed slope lies in the interval, as printed; None where there is none."""
        if self.slope is None:
            return None
        return within(self.published.slope, self.slope.low, self.slope.high)

    @property
    def level_inside(self) -> bool | None:
        """Whether the printed level's range and ours meet; None where one of them is not there."""
        if self.level is None or self.printed is None:
            return None
        return self.printed.low <= self.level.high and self.level.low <= self.printed.high


def held_against(spec: Specification, curve: Curve) -> Against | None:
    """Return a curve beside what is printed of it; None where nothing is.

    Parameters
    ----------
    spec : Specification
        The curve's study.
    curve : Curve
    """
    paper = curve.published
    if paper is None:
        return None
    largest = curve.n[-1] if curve.n else max(spec["sizes"])
    printed = Level(largest, *paper.line.at(largest)) if paper.line is not None else None
    same = paper.statistic == spec["statistic"]
    if same and printed is None:
        return Against(paper, curve.slope, None, None)
    line = fit_line(
        curve.n, curve.loss, largest, paper.statistic, spec["window_from"], spec["seed"]
    )
    found = line if isinstance(line, Line) else None
    slope = found.slope if found else None
    if same:
        slope = curve.slope
    return Against(paper, slope, found.level if found else None, printed)
