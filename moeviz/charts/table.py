"""Tables of a study: every replicate as CSV, and short tables that stand beside the plot.

The short tables are mappings from a column's title to its cells, all text, in the order in which
they should be read.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from moeviz.charts.convergence import size_text
from moeviz.charts.palette import THEMES, style
from moeviz.charts.words import model_words, number
from moeviz.model import OUTPUTS
from moeviz.study import Curve, Published, Result
from moeviz.study.against import held_against
from moeviz.study.local_slope import LocalSlope
from moeviz.study.slope import Slope
from moeviz.text import signed

CSV_COLUMNS = (
    "preset",
    "hash",
    "curve",
    "estimator",
    "gauge",
    "loss_name",
    "n",
    "replicate",
    "loss",
)

RARE = ("protocol run", "non-finite", "diverged", "stuck")
"""Ways for a fit to end that get a column only where one did."""

Table = dict[str, list[str]]


def replicate_rows(result: Result) -> Iterator[tuple[Any, ...]]:
    """Yield one row per curve, sample size and replicate, in the order of :data:`CSV_COLUMNS`.

    A fit without a loss has an empty text in its place.

    Parameters
    ----------
    result : Result
    """
    head = (result.spec.name, result.hash)
    for curve in result.curves:
        name = (curve.label, curve.estimator, curve.reading.gauge, curve.reading.loss)
        columns = zip(curve.n, curve.replicates, curve.loss, strict=True)
        for n, replicates, losses in columns:
            for replicate, loss in zip(replicates, losses, strict=True):
                shown = "" if loss is None else float(loss)
                yield (*head, *name, int(n), int(replicate), shown)


def replicates_csv(result: Result) -> str:
    """Write every replicate of a study as CSV.

    Parameters
    ----------
    result : Result

    Returns
    -------
    str
        A line of titles, then one line per curve, sample size and replicate. A loss is written
        so that reading it back gives the same float; a fit without one leaves its place empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for *words, loss in replicate_rows(result):
        writer.writerow([*words, repr(loss) if isinstance(loss, float) else loss])
    return out.getvalue()


def slope_table(result: Result, guesses: Sequence[float | None] = ()) -> Table:
    """Return the slopes: measured, with interval, beside theory, paper and the class's guess.

    Parameters
    ----------
    result : Result
    guesses : sequence of float or None
        What was predicted for each curve before the study ran; shorter is filled with None. The
        column is left out where nothing was predicted, and so are the papers' where none is known:
        what they print, and ours read in their statistic.
    """
    curves = result.curves
    table: Table = {
        "Curve": _names(curves),
        "Slope": [_slope(curve, lambda slope: signed(slope.estimate)) for curve in curves],
        "95 % interval": [
            _slope(curve, lambda slope: f"{signed(slope.low)} to {signed(slope.high)}")
            for curve in curves
        ],
        "Theory": [_exponent(curve.claim.exponent) for curve in curves],
    }
    if any(curve.published for curve in curves):
        table["Paper"] = [_paper(curve.published) for curve in curves]
        table |= _as_papers_read(result)
    if any(guess is not None for guess in guesses):
        padded = [*guesses, *[None] * len(curves)][: len(curves)]
        table["Our guess"] = [_exponent(guess) for guess in padded]
    return table


def loss_table(result: Result, sizes: Sequence[int], statistic: str = "mean") -> Table:
    """Return the mean or median loss over replicates, a row per curve, a column per sample size.

    Parameters
    ----------
    result : Result
    sizes : sequence of int
        All sample sizes of the study.
    statistic : {"mean", "median"}
        Which of the two.
    """
    curves = result.curves
    found = [
        dict(zip(curve.n, curve.median if statistic == "median" else curve.mean, strict=True))
        for curve in curves
    ]
    columns = {
        f"n = {size_text(n)}": [number(row[n]) if n in row else "–" for row in found] for n in sizes
    }
    return {f"{statistic.capitalize()} loss": _names(curves), **columns}


def local_slope_table(result: Result) -> Table:
    """Return the slope between neighbouring sample sizes, one row per curve.

    Parameters
    ----------
    result : Result
    """
    curves = result.curves
    found = [dict(zip(pairwise(curve.n), curve.local_slope, strict=True)) for curve in curves]
    columns = {
        f"{size_text(a)} to {size_text(b)}": [
            _local(row[a, b]) if (a, b) in row else "–" for row in found
        ]
        for a, b in sorted({pair for row in found for pair in row})
    }
    return {"Local slope": _names(curves), **columns}


def fits_table(result: Result) -> Table:
    """Return how the fits ended, one row per fitted model, estimator and sample size.

    Parameters
    ----------
    result : Result
        Curves of one fit are readings of the same
        data, so these are counted once; the mean cost per observation stands last: the squared
        residual of a regression, the deviance of a density.
    """
    curves = result.curves
    names = model_words(curves, estimator=True)
    first_of_fit: dict[int, Curve] = {}
    for curve in curves:
        first_of_fit.setdefault(curve.fit, curve)
    density = OUTPUTS[result.spec["output"]].density
    cost = "Deviance per observation" if density else "Mean squared residual"
    counts = [count for curve in curves for count in curve.status]
    kinds = list(dict.fromkeys(kind for count in counts for kind in count))
    unheard = {kind for kind in RARE if not any(count.get(kind) for count in counts)}
    rows: list[dict[str, str]] = []
    for fit, curve in first_of_fit.items():
        columns = zip(curve.n, curve.status, curve.residual, curve.steps, strict=True)
        for n, status, residual, steps in columns:
            # A kept result may not know every way to end that its neighbours know.
            shown = {k.capitalize(): str(status.get(k, 0)) for k in kinds if k not in unheard}
            last = {"Mean steps": number(steps), cost: number(residual)}
            rows.append({"Fit": names[fit], "n": size_text(n), **shown, **last})
    titles = rows[0] if rows else ()
    return {title: [row[title] for row in rows] for title in titles}


def _names(curves: Sequence[Curve]) -> list[str]:
    theme = THEMES["light"]
    return [f"{style(i, theme).glyph} {curve.label}" for i, curve in enumerate(curves)]


def _paper(published: Published | None) -> str:
    if published is None:
        return "–"
    slope = signed(published.slope)
    return f"{slope} ({published.note})" if published.note else slope


def _as_papers_read(result: Result) -> Table:
    """Return our slopes and levels as the papers read theirs, beside the levels that they print."""
    found = [held_against(result.spec, curve) for curve in result.curves]
    table = {
        "Ours, as the paper reads": [
            _read(one.slope) if one and one.slope else "–" for one in found
        ]
    }
    levels = {one.printed.n for one in found if one and one.printed}
    for n in sorted(levels):
        here = [one if one and one.printed and one.printed.n == n else None for one in found]
        table[f"Paper's level at {size_text(n)}"] = [
            number(one.printed.value) if one and one.printed else "–" for one in here
        ]
        table[f"Our level at {size_text(n)}"] = [
            number(one.level.value) if one and one.level else "–" for one in here
        ]
    return table


def _read(slope: Slope) -> str:
    said = f"{signed(slope.estimate)} ({signed(slope.low)} to {signed(slope.high)})"
    return said.replace(" ", "\u00a0")


def _slope(curve: Curve, say: Callable[[Slope], str]) -> str:
    # A no-break space keeps an interval on one line.
    return say(curve.slope).replace(" ", "\u00a0") if curve.slope else "–"


def _local(entry: LocalSlope) -> str:
    slope, low, high = entry.slope, entry.low, entry.high
    if slope is None or low is None or high is None:
        return "none"
    return f"{signed(slope)}\u00a0±\u00a0{signed((high - low) / 2)}"


def _exponent(value: float | None) -> str:
    return "–" if value is None else signed(value)
