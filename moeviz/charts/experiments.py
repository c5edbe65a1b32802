"""The published simulations beside ours: tables made from what is kept, for the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from moeviz.charts.chosen import short_names
from moeviz.charts.established import (
    DESIGNED_HEADS,
    MAP_HEADS,
    designed_rows,
    map_hours,
    map_rows,
)
from moeviz.charts.protocol_words import predicted_slope
from moeviz.charts.words import number
from moeviz.study.against import held_against
from moeviz.study.curve_kinds import STARTS
from moeviz.study.kept import KeptResult, kept_result
from moeviz.study.presets import FIGURES, PRESETS, Figure
from moeviz.study.reader import attributes, plain
from moeviz.study.result import Curve, Result
from moeviz.study.slope import Level, Slope
from moeviz.text import signed

Find = Callable[[str], KeptResult | None]
Row = dict[str, Any]

LIKELIHOODS = next(each for each in FIGURES if not each.slopes)
"""The figure that shows likelihoods by iteration, and no slopes."""

HEADS = (
    "figure", "fit", "sizes × replicates", "paper", "ours, through means",
    "ours, through means of logs", "before training", "predicted protocol",
    "of its start, at the least and the largest n",
)  # fmt: skip
LEVEL_HEADS = ("figure", "n", "the paper's line", "ours, through means", "mean of the starts")
LEVELS = (
    "Where `multinomial` prints its lines: their losses at our largest n, with what rounding "
    "leaves open, and our lines' with their intervals."
)
FALLS = (
    "`multinomial` Fig. 3: minus the mean log-likelihood before the first and after the last "
    "iteration, mean over replicates."
)
DESIGNED_WORDS = (
    "Designed truths: converged estimators, exact-specified, the gauge fixed. Theory says −0.50."
)
KEY = """\
Each row of the first table is a slope that a paper prints: there the loss falls like n to that
power. −0.50 is one over the square root of n, 0.00 is level.

  figure               the paper's figure; "nine experts" and "to the end" are second runs of one:
                       with nine fitted experts in place of eight, and with expectation-
                       maximisation that goes on until nothing moves
  fit                  which curve of the figure; its loss, where the curves have several
  sizes × replicates   how many sample sizes ours has, and how many data sets at each
  paper                the slope that the paper prints
  ours, through means  our slope with its 95 % interval, read as the papers draw their lines;
                       "of logs": the same fits, read by the means of the losses' logarithms
  before training      the slope of these fits' starts; 0.00 where it does not depend on n how
                       far they lie
  predicted protocol   the slope that starts, steps and batches alone should have
  of its start         the mean loss at the end of training, in per cent of that of the starts,
                       at the least n and at the largest; above 100 % training led away
  a dash               not known: nothing is predicted there, or our fits have no slope

In the table of likelihoods a gate is fitted to data of its own model, or all gates are to one
data set. In the table of maps a protocol is where starts lie and how training goes on from there;
"by their starts alone": the slope is there with nobody training.
"""
"""What the columns of the slopes say, for who sees the tables without the page around them."""

FALL_HEADS = ("gate", "data of its own: first, last", "one data set: first, last")


def experiment_rows(find: Find = kept_result) -> tuple[Row, ...]:
    """Return each printed slope with what our kept results have beside it, as plain data.

    Parameters
    ----------
    find : callable
        Finds a preset's kept result.

    Returns
    -------
    tuple of dict
        ``preset``, ``figure``, ``fit`` (a curve's short name), ``experts`` (fitted), ``paper``,
        ``sizes``, ``replicates``, ``slope`` (in the paper's statistic), ``own`` (in ours),
        ``starts`` and ``predicted`` (slopes), ``left`` (the share of its start's mean loss that a
        fit ends with, at the least and the largest size), ``level``, ``printed_level`` and
        ``starts_level``. Slopes and levels are dicts, or None where there is none.
    """
    return tuple(row for figure in FIGURES for row in _rows(figure, find))


def _rows(figure: Figure, find: Find) -> Iterator[Row]:
    for name in figure.presets if figure.slopes else ():
        kept = find(name)
        if kept is None:
            continue
        result = kept.result
        names = short_names(result.curves)
        for curve, fit in zip(result.curves, names, strict=True):
            found = held_against(result.spec, curve)
            if found is None:
                continue
            starts = _starts(result, curve)
            yield {
                "preset": name,
                "figure": figure.source,
                "fit": fit,
                "experts": result.spec["atoms"],
                "paper": found.published.slope,
                "sizes": len(curve.n),
                "replicates": result.spec["replicates"],
                "slope": _plain(found.slope),
                "own": _plain(curve.slope),
                "starts": _plain(starts.slope if starts else None),
                "predicted": predicted_slope(curve, result.spec["window_from"]),
                "left": _left(curve, starts),
                "level": _plain(found.level),
                "printed_level": _plain(found.printed),
                "starts_level": starts.mean[-1] if starts and starts.mean else None,
            }


def _starts(result: Result, curve: Curve) -> Curve | None:
    """Return the curve of the starts that a trained curve began from."""
    key = (curve.router, curve.gate, curve.expert, curve.reading)
    return next(
        (
            one
            for one in result.curves
            if one.kind == STARTS and (one.router, one.gate, one.expert, one.reading) == key
        ),
        None,
    )


def _left(curve: Curve, starts: Curve | None) -> list[float] | None:
    if starts is None or not curve.n or curve.n != starts.n:
        return None
    pairs = [(curve.mean[place], starts.mean[place]) for place in (0, -1)]
    shares = [end / begun for end, begun in pairs if end is not None and begun]
    return shares if len(shares) == len(pairs) else None


def _plain(value: Slope | Level | None) -> dict[str, Any] | None:
    return None if value is None else plain(attributes(value))


def likelihood_rows(find: Find = kept_result) -> tuple[Row, ...]:
    """Return the likelihoods by iteration of the figure that shows these, both readings.

    Parameters
    ----------
    find : callable
        Finds a preset's kept result.

    Returns
    -------
    tuple of dict
        ``gate``, and for each of the figure's presets, under its name, ``[first, last]`` of minus
        the mean log-likelihood; None where it is not kept.
    """
    rows: dict[str, Row] = {}
    for name in LIKELIHOODS.presets:
        kept = find(name)
        curves = kept.result.curves if kept is not None else ()
        for curve, gate in zip(curves, short_names(curves), strict=True):
            if curve.trained and curve.trace:
                row = rows.setdefault(gate, {"gate": gate} | dict.fromkeys(LIKELIHOODS.presets))
                row[name] = [curve.trace[0], curve.trace[-1]]
    return tuple(rows.values())


def experiments_markdown(find: Find = kept_result) -> str:
    """Return the tables of the published experiments, as the documentation has them.

    Parameters
    ----------
    find : callable
        Finds a preset's kept result.
    """
    rows = experiment_rows(find)
    slopes = [
        (
            _figure(row),
            row["fit"],
            f"{row['sizes']} × {row['replicates']}",
            signed(row["paper"]),
            _slope(row["slope"]),
            _slope(row["own"]),
            "–" if row["starts"] is None else signed(row["starts"]["estimate"]),
            "–" if row["predicted"] is None else signed(row["predicted"]),
            "–" if row["left"] is None else ", ".join(f"{100 * s:.0f} %" for s in row["left"]),
        )
        for row in rows
    ]
    levels = [
        (
            _figure(row),
            f"{row['printed_level']['n']:,}",
            _level(row["printed_level"]),
            "–" if row["level"] is None else _level(row["level"]),
            number(row["starts_level"]),
        )
        for row in rows
        if row["printed_level"] is not None
    ]
    falls = [
        (row["gate"], *(_fall(row[name]) for name in LIKELIHOODS.presets))
        for row in likelihood_rows(find)
    ]
    return "".join(
        f"{line}\n"
        for line in [
            *_table(HEADS, slopes),
            "",
            LEVELS,
            "",
            *_table(LEVEL_HEADS, levels),
            "",
            FALLS,
            "",
            *_table(FALL_HEADS, falls),
            "",
            _maps_words(),
            "",
            *_table(MAP_HEADS, map_rows()),
            "",
            DESIGNED_WORDS,
            "",
            *_table(DESIGNED_HEADS, designed_rows(find)),
        ]
    )


def experiments_json(find: Find = kept_result) -> dict[str, Any]:
    """Return what the tables are made of, as plain data.

    Parameters
    ----------
    find : callable
        Finds a preset's kept result.
    """
    return {
        "slopes": list(experiment_rows(find)),
        "likelihoods": list(likelihood_rows(find)),
        "maps": [dict(zip(MAP_HEADS, row, strict=True)) for row in map_rows()],
        "designed": [dict(zip(DESIGNED_HEADS, row, strict=True)) for row in designed_rows(find)],
    }


def _maps_words() -> str:
    count, hours = map_hours()
    return (
        "What would have to be true: at how many protocols of a figure's map the printed slopes "
        "appear, together and each by itself, and what that says. "
        f"The {count} maps took {hours:.1f} hours of one core."
    )


def _figure(row: Row) -> str:
    """Return the figure with what its preset's title says beyond it."""
    beside = PRESETS[row["preset"]].title.split(", ")[2:]
    return ", ".join([row["figure"], *beside])


def _slope(slope: Row | None) -> str:
    if slope is None:
        return "–"
    return f"{signed(slope['estimate'])} ({signed(slope['low'])} to {signed(slope['high'])})"


def _level(level: Row) -> str:
    return f"{number(level['value'])} ({number(level['low'])} to {number(level['high'])})"


def _fall(ends: Sequence[float] | None) -> str:
    return "–" if ends is None else ", ".join(f"{value:.4f}" for value in ends)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    line, bar = "|".join("---" for _ in heads), "\\|"
    return [
        f"| {' | '.join(heads)} |",
        f"|{line}|",
        *(f"| {' | '.join(cell.replace('|', bar) for cell in cells)} |" for cells in rows),
    ]
