"""A study to be played: how its points arrived, and how one fit's atoms moved.

Everything is read off the result; nothing is fitted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moeviz.charts.palette import Theme, style
from moeviz.charts.takeaway import nothing_learnt
from moeviz.charts.tracks import tracks
from moeviz.study import Curve, Result, plan

Array = NDArray[np.float64]

WITHOUT = (
    "How the atoms moved was not kept with this result, which is of before that was done. Run the "
    "study here to see them move."
)
LOST = "Every fit diverged: no atoms are left that could be seen to move."
WAITING = "No fit has ended yet; when one has, its atoms can be seen to move."


def replay_document(result: Result, sizes: Sequence[int], theme: Theme) -> dict[str, Any]:
    """Return what a study's replay needs, as plain data.

    Parameters
    ----------
    result : Result
        Finished or not.
    sizes : sequence of int
        All sample sizes of the study.
    theme : Theme
        Colours.

    Returns
    -------
    dict
        ``arrival``: ``sizes``, ``curves`` (``name``, ``glyph``, ``colour``, ``dash``,
        ``trained``) and ``frames``, one after each block in the plan's order, with ``fit``,
        ``n``, ``replicates`` (how many there are by then), ``kind`` (as a block's) and ``points``:
        for each curve of the block its place, the size's place and the mean so far.
        ``tracks``: see :func:`~moeviz.charts.tracks.tracks`. ``advice``: what to do where there
        are none; else empty. ``colours``: of the true atoms, in order; ``ground``: the theme's.
    """
    looks = [style(place, theme) for place in range(len(result.curves))]
    found = tracks(result)
    missing = WITHOUT if result.complete else WAITING
    missing = LOST if nothing_learnt(result) else missing
    return {
        "arrival": {
            "sizes": list(sizes),
            "curves": [
                {
                    "name": curve.label,
                    "glyph": look.glyph,
                    "colour": look.colour,
                    "dash": look.dash,
                    "trained": curve.trained,
                }
                for curve, look in zip(result.curves, looks, strict=True)
            ],
            "frames": arrival_frames(result, sizes),
        },
        "tracks": found,
        "advice": "" if found else missing,
        "colours": list(theme.curves),
        "ground": theme.ground,
    }


def arrival_frames(result: Result, sizes: Sequence[int]) -> list[dict[str, Any]]:
    """Return what was known after each block of a study, block by block in the plan's order.

    Parameters
    ----------
    result : Result
    sizes : sequence of int
        All sample sizes of the study.

    Returns
    -------
    list of dict
        See :func:`replay_document`. A mean is null from the first fit on that has no loss.
    """
    means = [
        {n: (ids, _running_mean(loss)) for n, ids, loss in _rows(curve)} for curve in result.curves
    ]
    places = {n: place for place, n in enumerate(sizes)}
    frames = []
    for block in plan(result.spec).blocks:
        count, points = 0, []
        for index, curve in enumerate(result.curves):
            if (curve.fit, curve.kind) != (block.fit, block.kind) or block.n not in means[index]:
                continue
            if curve.separates:
                continue
            ids, mean = means[index][block.n]
            count = int(np.searchsorted(ids, block.last))
            if block.first in ids and count:
                value = float(mean[count - 1])
                shown = value if np.isfinite(value) else None
                points.append([index, places[block.n], shown])
        if points:
            frame = {"fit": block.fit, "n": block.n, "replicates": count, "kind": block.kind}
            frames.append({**frame, "points": points})
    return frames


def _rows(curve: Curve) -> zip[tuple[int, tuple[int, ...], tuple[float | None, ...]]]:
    return zip(curve.n, curve.replicates, curve.loss, strict=True)


def _running_mean(losses: Sequence[float | None]) -> Array:
    """Return the mean of the first loss, of the first two, and so on, shape (R,)."""
    values = np.array([np.nan if value is None else value for value in losses], dtype=float)
    return np.asarray(np.cumsum(values) / np.arange(1, len(values) + 1))
