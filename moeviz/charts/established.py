"""What the protocol maps and the designed truths establish: two tables for the documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from moeviz.charts.chosen import short_names
from moeviz.charts.protocol_lessons import curve_name
from moeviz.study.kept import KeptResult, kept_result
from moeviz.study.presets import PRESETS
from moeviz.study.protocol_kept import KeptMap, kept_map, map_names
from moeviz.study.protocol_region import alone, region
from moeviz.text import signed

DESIGNED = (
    "cosine-exact-experts", "sigmoid-dense", "multinomial-exact", "compete-exact",
    "gaussian-exact",
)  # fmt: skip
"""Presets whose truths are chosen by their reach, exact-specified and fitted to the end."""

MAP_HEADS = ("figure", "all printed slopes together", "each by itself", "level as printed", "so")
DESIGNED_HEADS = ("study", "fit", "slope", "95 % interval")


def map_rows(find: Callable[[str], KeptMap | None] = kept_map) -> tuple[tuple[str, ...], ...]:
    """Return one row for each figure that has a map, under :data:`MAP_HEADS`.

    Parameters
    ----------
    find : callable
        Finds a figure's kept map.
    """
    return tuple(_map_row(name, find(name)) for name in map_names())


def _map_row(name: str, kept: KeptMap | None) -> tuple[str, ...]:
    title = PRESETS[name].title
    if kept is None:
        return (title, "no map is kept yet", "–", "–", "–")
    result, asked = kept.result, kept.result.asked
    found, whole = region(result), len(result.cells)
    each = []
    for at, one in enumerate(asked.published):
        shown = alone(result, at)
        words = f"{signed(one.slope)} ({curve_name(name, one)}) at {len(shown.agree)}"
        if shown.agree:
            words += f", {len(shown.starts)} of them by their starts alone"
        each.append(words)
    printed = all(one.line for one in asked.published)
    return (
        title,
        f"{len(found.together)} of {whole}",
        "; ".join(each),
        f"{len(found.met)} of {whole}" if printed else "not printed",
        _so(kept),
    )


def _so(kept: KeptMap) -> str:
    """Return what a map establishes, in a few words."""
    found = region(kept.result)
    wide = f"at {len(found.wide)} of {len(kept.result.cells)} too wide an interval"
    return {
        "established": "established that a protocol shows them; that it was the paper's is "
        "compatible",
        "end": "compatible at the very end of an interval; not established",
        "wide": f"cannot tell: {wide}",
        "none": "none of these protocols shows them",
    }[found.says]


def map_hours(find: Callable[[str], KeptMap | None] = kept_map) -> tuple[int, float]:
    """Return how many maps are kept, and how many hours of one core they took.

    Parameters
    ----------
    find : callable
        Finds a figure's kept map.
    """
    kept = [found for name in map_names() if (found := find(name)) is not None]
    return len(kept), sum(found.result.seconds for found in kept) / 3600


def designed_rows(
    find: Callable[[str], KeptResult | None] = kept_result,
) -> tuple[tuple[str, ...], ...]:
    """Return one row for each fit of the designed truths, under :data:`DESIGNED_HEADS`.

    Parameters
    ----------
    find : callable
        Finds a preset's kept result.
    """
    return tuple(row for name in DESIGNED for row in _designed(name, find(name)))


def _designed(name: str, kept: KeptResult | None) -> Iterator[tuple[str, ...]]:
    if kept is None:
        return
    curves = kept.result.curves
    for curve, fit in zip(curves, short_names(curves), strict=True):
        if curve.slope is not None and not curve.reading.metric:
            low, high = signed(curve.slope.low), signed(curve.slope.high)
            yield PRESETS[name].title, fit, signed(curve.slope.estimate), f"{low} to {high}"
