r"""A study as LaTeX: a figure by pgfplots and a table of slopes, in one document that compiles.

It needs what Debian's ``texlive-pictures`` brings. Every number comes from the result.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import cycle

from moeviz.charts.convergence import size_text
from moeviz.charts.palette import Style
from moeviz.charts.table import slope_table
from moeviz.errors import printable
from moeviz.export.drawing import Drawing, Line, Point, drawing, reach_text, tick_text, ticks
from moeviz.export.words import checked_link, state_of, title_of
from moeviz.study import Result
from moeviz.symbolic.certificates.latex import text
from moeviz.text import signed

SIGNS: Mapping[str, str] = {
    "−": "$-$", "–": "--", "—": "---", "·": r"$\cdot$", "×": r"$\times$", "±": r"$\pm$",
    "→": r"$\to$", "∞": r"$\infty$", "‖": r"$\|$", "√": r"$\surd$", "≥": r"$\ge$", "≤": r"$\le$",
    "§": r"\S{}", "°": r"$^\circ$", "ₖ": "$_k$", "ᵢ": "$_i$", "…": r"\dots{}", "\u00a0": "~",
    **dict(zip("αβγεηθλμνπστφ", (
        f"${name}$" for name in (
            r"\alpha", r"\beta", r"\gamma", r"\varepsilon", r"\eta", r"\theta", r"\lambda",
            r"\mu", r"\nu", r"\pi", r"\sigma", r"\tau", r"\varphi",
        )
    ), strict=True)),
    **{sign: f"$^{digit}$" for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{sign: f"$_{digit}$" for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")},
    "⁻": "$^-$",
}  # fmt: skip
"""Characters beyond ASCII in the laboratory's own words. Others lose their accents, or become a
question mark, so that what a visitor called a study never keeps it from compiling."""

MARKS: Mapping[str, str] = {
    "circle": "*",
    "square": "square*",
    "triangle-up": "triangle*",
    "diamond": "diamond*",
    "cross": "+",
    "x": "x",
    "star": "star",
    "triangle-down": "triangle*",
}
"""Markers of pgfplots by the names that the palette gives them."""

_ON_A_LINE = 4
_MOST_TICKS = 9
_GUIDES = ("dashed", "dash dot", "loosely dashed", "dash dot dot")
"""How lines of the theory are drawn, one after another; their entries tell them apart."""


def study_latex(result: Result, link: str = "") -> str:
    """Return a document with a study's figure and its table of slopes.

    Parameters
    ----------
    result : Result
    link : str
        Where the study is; empty for nowhere.

    Returns
    -------
    str
        ASCII; the same for the same result.

    Raises
    ------
    SpecificationError
        If the link is none that can be printed.
    """
    shown, title = drawing(result), title_of(result.spec)
    source = checked_link(link)
    lines = [
        f"% {_comment(title)}, study {result.hash}",
        *([f"% {_comment(source)}"] if source else []),
        r"\documentclass{article}",
        r"\usepackage{pgfplots}",
        r"\pgfplotsset{compat=1.16}",
        *(
            rf"\definecolor{{curve{i}}}{{HTML}}{{{line.look.colour[1:].upper()}}}"
            for i, line in enumerate(shown.lines)
        ),
        r"\begin{document}",
        r"\begin{figure}[ht]",
        r"\centering",
        *_picture(shown),
        rf"\caption{{{_caption(result, shown, title)}}}",
        r"\end{figure}",
        *_table(result, shown),
        *([rf"\noindent{{\footnotesize\ttfamily {_broken(source)}}}"] if source else []),
        r"\end{document}",
    ]
    return "\n".join(lines) + "\n"


def words(said: str) -> str:
    """Return words as LaTeX in plain ASCII.

    Parameters
    ----------
    said : str
        With any characters; a dollar is a dollar.
    """
    return "".join(_letter(letter) for letter in printable(said))


def _letter(letter: str) -> str:
    if letter in SIGNS:
        return SIGNS[letter]
    if letter.isascii():
        return text(letter) if letter.isprintable() else " "
    plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
    return text(plain[:1]) if plain.strip() else "?"


def _comment(said: str) -> str:
    """Return words for one line after a percent sign."""
    plain = unicodedata.normalize("NFKD", said.replace("−", "-")).encode("ascii", "replace")
    return "".join(c if c.isprintable() else " " for c in plain.decode())


def _broken(link: str) -> str:
    """Return a link that may be broken at its marks."""
    return "".join(
        words(letter) + (r"\allowbreak " if letter in "/?&,=-" else "") for letter in link
    )


def _picture(shown: Drawing) -> Iterator[str]:
    sizes = shown.sizes if len(shown.sizes) <= _MOST_TICKS else shown.sizes[:: len(shown.sizes) - 1]
    yield r"\begin{tikzpicture}"
    yield r"\begin{loglogaxis}["
    yield r"  width=\linewidth, height=0.72\linewidth, xlabel={sample size $n$}, ylabel={loss},"
    yield f"  xmin={_number(shown.x[0])}, xmax={_number(shown.x[1])},"
    yield f"  ymin={_number(shown.y[0])}, ymax={_number(shown.y[1])},"
    yield _tick_keys("x", sizes, map(size_text, sizes))
    yield _tick_keys("y", ticks(shown.y), map(tick_text, ticks(shown.y)))
    yield "  axis lines=left, grid=major, grid style={gray!25}, minor tick num=0,"
    yield "  legend columns=1, legend cell align=left,"
    yield "  legend style={at={(0.5,-0.2)}, anchor=north, draw=none, font=\\footnotesize},"
    yield "]"
    for index, line in enumerate(shown.lines):
        yield from _replicates(index, line)
    for index, line in enumerate(shown.lines):
        yield from _curve(index, line)
    for look, guide in zip(cycle(_GUIDES), shown.guides, strict=False):
        yield rf"\addplot[gray, thick, {look}] coordinates {{"
        yield from _coordinates(guide.ends)
        yield rf"}}; \addlegendentry{{theory: slope {words(signed(guide.exponent))}}}"
    for reach in shown.reaches:
        place = f"({_number(reach)},{_number(shown.y[0])})"
        yield rf"\node[above right, font=\scriptsize] at (axis cs:{_number(reach)},"
        yield rf"  {_number(shown.y[0])}) {{{words(reach_text(reach))}}};"
        yield rf"\addplot[only marks, mark=|, forget plot] coordinates {{{place}}};"
    yield r"\end{loglogaxis}"
    yield r"\end{tikzpicture}"


def _tick_keys(axis: str, places: Iterable[float], labels: Iterable[str]) -> str:
    at = ",".join(map(_number, places))
    said = ",".join(f"{{{words(label)}}}" for label in labels)
    return f"  {axis}tick={{{at}}}, {axis}ticklabels={{{said}}},"


def _replicates(index: int, line: Line) -> Iterator[str]:
    if line.replicates:
        yield rf"\addplot[only marks, mark=*, mark size=0.6pt, curve{index}, opacity=0.3,"
        yield "  forget plot] coordinates {"
        yield from _coordinates(line.replicates)
        yield "};"


def _curve(index: int, line: Line) -> Iterator[str]:
    if line.predicted:
        yield rf"\addplot[curve{index}, densely dotted, thick, forget plot] coordinates {{"
        yield from _coordinates(line.predicted)
        yield "};"
    for stretch in line.protocol:
        yield rf"\addplot[curve{index}, densely dashed, thick, forget plot] coordinates {{"
        yield from _coordinates(stretch)
        yield "};"
    if line.means:
        yield rf"\addplot[curve{index}, very thick, {_dash(line.look)}{_mark(line.look)}]"
        yield "coordinates {"
        yield from _coordinates(line.means)
        yield rf"}}; \addlegendentry{{{words(line.label)}}}"


def _coordinates(points: Sequence[Point]) -> Iterator[str]:
    for start in range(0, len(points), _ON_A_LINE):
        some = points[start : start + _ON_A_LINE]
        yield "  " + " ".join(f"({_number(x)},{_number(y)})" for x, y in some)


def _number(value: float) -> str:
    """Write a number with all digits that pgfplots reads."""
    return f"{value:.9g}"


def _dash(look: Style) -> str:
    """Return a dash pattern; the palette's pixels are drawn at a third of a point."""
    if look.dash == "solid":
        return ""
    lengths = [float(part.removesuffix("px")) / 3 for part in look.dash.split(",")]
    steps = " ".join(
        f"{'off' if place % 2 else 'on'} {length:.2f}pt" for place, length in enumerate(lengths)
    )
    return f"dash pattern={steps}, "


def _mark(look: Style) -> str:
    turned = ", rotate=180" if look.marker == "triangle-down" else ""
    return f"mark={MARKS.get(look.marker, '*')}, mark options={{solid{turned}}}"


def _caption(result: Result, shown: Drawing, title: str) -> str:
    said = [
        f"{title}. Mean loss over {result.spec['replicates']} replicates against the sample size;",
        "faint points are single replicates," if not shown.crowded else "",
        "dotted lines are predicted by the information matrix.",
        "Thin dashed lines are predicted from a protocol's steps alone."
        if any(line.protocol for line in shown.lines)
        else "",
        f"{shown.left_out} more curves are not drawn." if shown.left_out else "",
        state_of(result),
    ]
    return words(" ".join(filter(None, said)))


def _table(result: Result, shown: Drawing) -> Iterator[str]:
    """Yield the table of slopes; each curve has its colour and marker."""
    table = slope_table(result)
    titles = list(table)
    # The papers' column has sentences in it; then there is less room for names.
    wide = {"Curve": 0.28 if "Paper" in table else 0.4, "Paper": 0.28}
    columns = "".join(rf"p{{{wide[t]}\linewidth}}" if t in wide else "l" for t in titles)
    yield r"\begin{table}[ht]"
    yield r"\centering\footnotesize"
    yield rf"\begin{{tabular}}{{{columns}}}"
    yield " & ".join(map(words, titles)) + r" \\ \hline"
    for row, line in enumerate(shown.lines):
        key = (
            rf"\raggedright\tikz[baseline=-0.6ex]\draw[curve{row}, thick] plot[{_mark(line.look)}] "
            "coordinates {(0,0)};"
        )
        cells = [rf"{key} {words(line.label)}", *(words(table[t][row]) for t in titles[1:])]
        yield " & ".join(cells) + r" \\"
    yield r"\end{tabular}"
    yield r"\caption{Slopes of the logarithm of the loss on that of $n$, with 95\,\% intervals.}"
    yield r"\end{table}"
