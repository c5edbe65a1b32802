"""What a paper prints, drawn and said beside the curve that repeats it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moeviz.charts.bands import positive
from moeviz.charts.guides import power_text
from moeviz.charts.palette import Style, Theme
from moeviz.charts.words import model_words, no_slope, number, reach_words, why_undefined
from moeviz.study.against import Against, held_against
from moeviz.study.presets import Published
from moeviz.study.result import Curve, Result
from moeviz.study.slope import Level, Slope
from moeviz.study.specification import Specification
from moeviz.study.statistic import STATISTICS
from moeviz.text import signed


def printed_line(
    curve: Curve, paper: Published, look: Style, theme: Theme, sizes: Sequence[int]
) -> dict[str, Any] | None:
    """Return the line that a paper prints, over the sizes of the figure where it prints them.

    Parameters
    ----------
    curve : Curve
        What is drawn of it are its means.
    paper : Published
    look : Style
    theme : Theme
    sizes : sequence of int
        All sample sizes of the study.

    Returns
    -------
    dict or None
        One of Plotly's traces. It lies at the printed level where the paper prints its fit; else
        it runs through our first point, which its hover text says; None where neither is there.
    """
    if paper.line is not None:
        span = paper.sizes or tuple(sizes)
        ends = [float(span[0]), float(span[-1])]
        losses = [paper.line.at(n)[0] for n in ends]
        slope, said = paper.line.slope, "at its printed level"
    else:
        pairs = zip(curve.n, map(positive, curve.mean), strict=True)
        first = next(((n, loss) for n, loss in pairs if loss is not None), None)
        if first is None:
            return None
        ends = [float(first[0]), float(max(sizes))]
        losses = [first[1] * (n / first[0]) ** paper.slope for n in ends]
        slope, said = paper.slope, "through our first point, for its level is not printed"
    middle = (ends[0] * ends[1]) ** 0.5
    return {
        "type": "scatter",
        "mode": "lines+text",
        "name": f"{curve.label}, {paper.source}",
        "x": [ends[0], middle, ends[1]],
        "y": [losses[0], (losses[0] * losses[1]) ** 0.5, losses[1]],
        "text": ["", f"paper: {power_text(slope)}", ""],
        "textposition": "top center",
        "textfont": {"color": theme.text, "size": 14},
        "line": {"color": look.colour, "width": 1.5, "dash": "dashdot"},
        "hovertemplate": f"n = %{{x:,}}<br>{paper.source}, {said}: %{{y:.4g}}",
        "meta": {"part": "paper"},
    }


def comparison(result: Result) -> str:
    """Say how our slopes and levels stand to the paper's, and how far the design reaches.

    Parameters
    ----------
    result : Result

    Returns
    -------
    str
        One paragraph; empty for a study that repeats no published figure.
    """
    found = [(curve, curve.published) for curve in result.curves if curve.published]
    if not found:
        return ""
    curves = [curve for curve, _ in found]
    sentences = [against_words(result.spec, curve) for curve in curves]
    sentences += _reach_sentences(result, curves)
    ended = [count for curve in curves for count in curve.status]
    if any(count.get("protocol run") for count in ended):
        sentences.append(
            "The fits stopped after the published number of epochs, converged or not: what is "
            "left of their start is part of the loss."
        )
    if 2 * sum(count.get("boundary", 0) for count in ended) > sum(sum(c.values()) for c in ended):
        sentences.append(
            "Most fits ended on the edge of the box: their parameters say where the box ends."
        )
    notes = list(dict.fromkeys(paper.note for _, paper in found if paper.note))
    if notes:
        sentences.append(f"Of the paper's experiment, {'; '.join(notes)}.")
    return " ".join(sentences)


def against_words(spec: Specification, curve: Curve) -> str:
    """Say in a sentence or two how a curve stands to what a paper prints of it.

    Parameters
    ----------
    spec : Specification
        The curve's study.
    curve : Curve

    Returns
    -------
    str
        Empty where nothing is printed of it.
    """
    found = held_against(spec, curve)
    if found is None:
        return ""
    paper = found.published
    other = paper.statistic != spec["statistic"]
    read = f" through {STATISTICS[paper.statistic].plural}" if other else ""
    said = f"{_upper(curve.label)}: the paper prints {signed(paper.slope)}{read} ({paper.source})"
    if found.slope is None:
        said += f"; {no_slope(curve, 'our slope is not there')}."
    else:
        ours = ", ours read so is" if other else ", ours is"
        said += f"{ours} {_interval(found.slope)}; {_verdict(found.slope, found)}."
        if other and curve.slope is not None:
            title = STATISTICS[spec["statistic"]].title
            said += f" Read by the {title}, as here, it is {signed(curve.slope.estimate)}."
    return said + level_words(found)


def level_words(found: Against) -> str:
    """Say where our line lies beside the printed one; empty where there is no printed level."""
    ours, paper = found.level, found.printed
    if ours is None or paper is None:
        return ""
    said = (
        f" At n = {paper.n:,} the paper's line lies at {number(paper.value)} "
        f"({number(paper.low)} to {number(paper.high)} as rounded), ours at {number(ours.value)} "
        f"({number(ours.low)} to {number(ours.high)})"
    )
    return f"{said}: {_apart(ours, paper, bool(found.level_inside))}."


def _apart(ours: Level, paper: Level, inside: bool) -> str:
    if inside:
        return "no difference can be told"
    factor = max(ours.value / paper.value, paper.value / ours.value)
    way = "higher" if ours.value > paper.value else "lower"
    return f"ours is {number(factor)} times {way}"


def _interval(slope: Slope) -> str:
    return f"{signed(slope.estimate)} ({signed(slope.low)} to {signed(slope.high)})"


def _verdict(slope: Slope, found: Against) -> str:
    if found.slope_inside:
        return "our interval contains the paper's slope"
    if slope.estimate < found.published.slope:
        return "our loss falls faster than the paper's"
    if round(slope.high, 2) >= 0:
        return "our loss rises" if round(slope.low, 2) > 0 else "our loss does not plainly fall"
    return "our loss falls more slowly than the paper's"


def _reach_sentences(result: Result, curves: Sequence[Curve]) -> list[str]:
    if not result.truth or not any(curve.n for curve in curves):
        return []
    largest = max(max(curve.n) for curve in curves if curve.n)
    shown = {curve.fit for curve in curves}
    fits = [fit for fit in result.truth if fit.fit in shown]
    undefined = [fit for fit in fits if fit.null is None]
    fits = [fit for fit in fits if fit.null is not None]
    if not fits:
        why = dict.fromkeys(_upper(why_undefined(fit)) for fit in undefined)
        return [f"{each}, so that no reach is defined." for each in why]
    names = model_words(result.curves)
    said = dict.fromkeys(f"{names[fit.fit]}: {reach_words(fit)}" for fit in fits)
    short = [fit.reach is None or fit.reach > largest for fit in fits]
    if all(short):
        verdict = "no sample here is large enough for the rate of the theorem to show"
    elif any(short):
        verdict = "only some of the fits have samples large enough to show a theorem's rate"
    else:
        verdict = "the largest samples lie beyond it"
    return [f"Reach of the design: {'; '.join(said)}; our largest n is {largest:,}: {verdict}."]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
