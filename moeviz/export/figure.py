"""A study's picture as SVG, drawn without a browser."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from moeviz.charts.convergence import size_text
from moeviz.charts.palette import THEMES, Theme
from moeviz.charts.words import describe
from moeviz.errors import printable
from moeviz.export.drawing import Drawing, Line, Point, drawing, reach_text, tick_text, ticks
from moeviz.export.words import title_of
from moeviz.study import Result
from moeviz.text import signed

WIDTH = 960
"""Of the picture, in pixels; its height grows with the names beside it."""

SMALL = 800
"""A width for paper, where letters are small beside those of a screen."""

FONT = "system-ui, 'DejaVu Sans', Arial, sans-serif"

_LEFT, _RIGHT, _TOP, _BELOW = 78, 290, 52, 66
_PLOT = 400
_LETTERS = 26
_ROW = 20
_DODGE = 5
"""Pixels by which neighbouring curves' replicates stand apart, so that none hides another."""

_SHAPES = {
    "circle": "",
    "square": "M-6,-6H6V6H-6Z",
    "triangle-up": "M0,-7L7,6H-7Z",
    "triangle-down": "M0,7L7,-6H-7Z",
    "diamond": "M0,-8L8,0L0,8L-8,0Z",
    "cross": "M-2,-7H2V-2H7V2H2V7H-2V2H-7V-2H-2Z",
    "x": "M-7,-4L-4,-7L0,-3L4,-7L7,-4L3,0L7,4L4,7L0,3L-4,7L-7,4L-3,0Z",
    "star": "M0,-8L2,-3L8,-3L3,1L5,7L0,3L-5,7L-3,1L-8,-3L-2,-3Z",
}
"""Markers by the names that the palette gives them; a circle is no path."""


def study_svg(
    result: Result,
    link: str = "",
    font: str = FONT,
    width: int = WIDTH,
    measured: bool = True,
    framed: bool = True,
) -> str:
    """Return a study's picture, finished or not, as a document of its own.

    Parameters
    ----------
    result : Result
    link : str
        Where the study is; written below the picture, empty for nowhere.
    font : str
        Families of the letters, as CSS has them.
    width : int
        In pixels; letters keep their size.
    measured : bool
        Whether to show anything but the axes.
    framed : bool
        Whether title and link stand in the picture.

    Returns
    -------
    str
        SVG; the same for the same result.

    Notes
    -----
    Per curve: every replicate as a faint point, as long as there are at most
    :data:`~moeviz.export.drawing.MOST_POINTS`, the mean as a thick line with the curve's own
    colour, dash and marker, its name with its slope at the line's end, the line that the
    information matrix predicts, and what a protocol's steps predict, thin and dashed. Each exponent
    of the theory is one grey line with its number.
    """
    shown = drawing(result, measured)
    page = _Page(shown, width, framed)
    body = [*page.axes(), *page.guides()]
    for place, line in enumerate(shown.lines):
        body += page.curve(line, _DODGE * (place - (len(shown.lines) - 1) / 2))
    body += [*page.exponents(), *page.reaches(), *page.names()]
    if framed:
        body.append(page.text(_LEFT, 28, title_of(result.spec), size=20, weight="bold"))
        body.append(page.text(_LEFT, page.height - 8, link[:200], size=12, colour="quiet"))
    height, said = page.height, escape(printable(describe(result)))
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            f'width="{width}" height="{height}" role="img" font-family={quoteattr(font)}>',
            f"<title>{escape(printable(title_of(result.spec)))}</title>",
            f"<desc>{said}</desc>",
            f'<rect width="{width}" height="{height}" fill="{page.theme.ground}"/>',
            *body,
            "</svg>\n",
        ]
    )


class _Page:
    """Places what a drawing shows on pixels."""

    def __init__(self, shown: Drawing, width: int, framed: bool) -> None:
        self.shown = shown
        self.theme: Theme = THEMES["light"]
        self.blocks = [_wrapped(line) for line in shown.lines]
        rows = sum(len(block) for block in self.blocks) + len(self.blocks) / 2
        self.top = _TOP if framed else 14
        self.bottom = self.top + max(_PLOT, math.ceil(rows * _ROW))
        self.height = self.bottom + _BELOW + (26 if framed else 0)
        self.right = width - (_RIGHT if shown.lines else 24)

    def at(self, point: Point) -> Point:
        """Return where a point of the axes lies."""
        across = _share(point[0], self.shown.x)
        up = _share(point[1], self.shown.y)
        x = _LEFT + across * (self.right - _LEFT)
        return x, self.bottom - up * (self.bottom - self.top)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: int = 15,
        anchor: str = "start",
        colour: str = "",
        weight: str = "normal",
    ) -> str:
        """Return words at a place; `colour` is a name of the theme or a colour."""
        fill = getattr(self.theme, colour or "text", colour)
        return (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
            f'text-anchor="{anchor}" fill="{fill}" stroke="{self.theme.ground}" stroke-width="4" '
            f'paint-order="stroke">{escape(printable(words))}</text>'
        )

    def axes(self) -> Iterator[str]:
        """Yield grid, axes and their numbers."""
        grid, quiet = self.theme.grid, self.theme.quiet
        for value in ticks(self.shown.y):
            _, y = self.at((self.shown.x[0], value))
            yield _path([(_LEFT, y), (self.right, y)], grid, 1)
            yield self.text(_LEFT - 8, y + 5, tick_text(value), anchor="end")
        beyond = -math.inf
        for n in self.shown.sizes:
            x, _ = self.at((n, self.shown.y[0]))
            yield _path([(x, self.top), (x, self.bottom + 6)], grid, 1)
            if x - beyond > 52:
                yield self.text(x, self.bottom + 24, size_text(n), anchor="middle")
                beyond = x
        corner = [(_LEFT, self.top), (_LEFT, self.bottom), (self.right, self.bottom)]
        yield _path(corner, quiet, 1.5)
        middle = (_LEFT + self.right) / 2
        yield self.text(middle, self.bottom + 50, "sample size n", size=17, anchor="middle")
        up = (self.top + self.bottom) / 2
        yield (
            f'<g transform="translate(22 {up:.1f}) rotate(-90)">'
            f"{self.text(0, 0, 'loss', size=17, anchor='middle')}</g>"
        )

    def reaches(self) -> Iterator[str]:
        """Yield the reaches of the design, marked on the axis of n."""
        for place, reach in enumerate(self.shown.reaches):
            x, _ = self.at((reach, self.shown.y[0]))
            yield _path([(x, self.bottom), (x, self.bottom - 14)], self.theme.text, 2.5)
            near = x > self.right - 110
            words = reach_text(reach)
            yield self.text(
                x - 5 if near else x + 5,
                self.bottom - 6 - 17 * place,
                words,
                size=14,
                anchor="end" if near else "start",
            )

    def guides(self) -> Iterator[str]:
        """Yield the lines of the theory."""
        for guide in self.shown.guides:
            yield _path([self.at(end) for end in guide.ends], self.theme.quiet, 2, "10,8")

    def exponents(self) -> Iterator[str]:
        """Yield the exponent of each line of the theory, where no other's stands."""
        for place, guide in enumerate(self.shown.guides):
            first, last = (self.at(end) for end in guide.ends)
            share = (0.08, 0.55, 0.32)[place % 3]
            x = first[0] + share * (last[0] - first[0])
            y = first[1] + share * (last[1] - first[1])
            words = f"theory: slope {signed(guide.exponent)}"
            yield self.text(x + 8, y - 10, words, size=14, colour="quiet")

    def curve(self, line: Line, aside: float) -> Iterator[str]:
        """Yield one curve: replicates, moved `aside` by some pixels, predicted lines, means."""
        look = line.look
        if line.replicates:
            spots = (self.at(point) for point in line.replicates)
            dots = "".join(f"M{x + aside:.1f},{y:.1f}h0" for x, y in spots)
            yield (
                f'<path d="{dots}" stroke="{look.colour}" stroke-width="4" '
                'stroke-linecap="round" stroke-opacity="0.25" fill="none"/>'
            )
        if line.predicted:
            yield _path([self.at(point) for point in line.predicted], look.colour, 2, "2,5")
        for stretch in line.protocol:
            yield _path([self.at(point) for point in stretch], look.colour, 2, "10,6")
        places = [self.at(point) for point in line.means]
        if len(places) > 1:
            dash = "" if look.dash == "solid" else look.dash.replace("px", "")
            yield _path(places, look.colour, 3.5, dash)
        for x, y in places:
            yield _marker(look.marker, look.colour, x, y)

    def names(self) -> Iterator[str]:
        """Yield each curve's name beside its end, none over another."""
        heights = [_ROW * len(block) + _ROW / 2 for block in self.blocks]
        wanted = [
            self.at(line.means[-1])[1] if line.means else self.bottom for line in self.shown.lines
        ]
        tops = _apart(wanted, heights, self.top, self.bottom)
        for line, block, top in zip(self.shown.lines, self.blocks, tops, strict=True):
            if line.means:
                x, y = self.at(line.means[-1])
                tip = (self.right + 8, top + _ROW / 2)
                yield _path([(x + 8, y), tip], line.look.colour, 1)
            yield _marker(line.look.marker, line.look.colour, self.right + 18, top + _ROW / 2)
            for row, words in enumerate(block):
                y = top + _ROW * (row + 0.75)
                yield self.text(self.right + 32, y, words, colour=line.look.colour)


def _wrapped(line: Line) -> list[str]:
    said = f"{line.label}: {line.slope}" if line.slope else line.label
    return textwrap.wrap(printable(said), _LETTERS) or [""]


def _apart(
    wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float
) -> list[float]:
    """Return tops of blocks near their wanted middles, from `top` to `bottom`, none over another.

    From above each block moves down as far as those before it ask, and from below up again.
    """
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    tops = [middle - height / 2 for middle, height in zip(wanted, heights, strict=True)]
    free = top
    for i in order:
        tops[i] = max(tops[i], free)
        free = tops[i] + heights[i]
    free = bottom
    for i in reversed(order):
        tops[i] = min(tops[i], free - heights[i])
        free = tops[i]
    return tops


def _share(value: float, ends: Point) -> float:
    return math.log(value / ends[0]) / math.log(ends[1] / ends[0])


def _path(points: Iterable[Point], colour: str, width: float, dash: str = "") -> str:
    steps = "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{steps}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>'


def _marker(kind: str, colour: str, x: float, y: float) -> str:
    shape = _SHAPES.get(kind, "")
    if not shape:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" fill="{colour}"/>'
    return f'<path transform="translate({x:.1f} {y:.1f})" d="{shape}" fill="{colour}"/>'
