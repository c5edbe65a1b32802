r"""When which layer competes, :math:`\Lambda`, as rows of cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from moeviz.charts.training_diagnostics import rounded
from moeviz.train.plan import Run
from moeviz.train.run import schedule_of
from moeviz.train.specification import Training

MOST_CELLS = 240
"""Of one row of the map."""

MOST_ROWS = 24
"""Of all maps of a comparison; further seeds are left out."""


def schedules(spec: Training) -> list[dict[str, Any]]:
    r"""Return when which layer competes, :math:`\Lambda`, for every method that has a schedule.

    Parameters
    ----------
    spec : Training

    Returns
    -------
    list of dict
        ``method`` and ``seed``; ``width``, the steps of one cell; ``layers``, for each layer the
        numbers of steps with competition, cell by cell; ``share``, that of all steps, layer by
        layer.
    """
    found: list[dict[str, Any]] = []
    for method, line in enumerate(spec.methods):
        for seed in range(spec["seed"], spec["seed"] + spec["seeds"]):
            if not line.competes or len(found) * spec["layers"] >= MOST_ROWS:
                continue
            found.append({"method": method, "seed": seed, **_schedule(spec, Run(method, seed, 0))})
    return found


def _schedule(spec: Training, run: Run) -> dict[str, Any]:
    when = schedule_of(spec.methods[run.method], run.seed)
    if when is None:
        raise ValueError(f"Expected a method that competes on schedule, but got {run.id}.")
    active = when.active.numpy()
    width = -(-active.shape[1] // MOST_CELLS)
    starts = np.arange(0, active.shape[1], width)
    cells = np.add.reduceat(active.astype(int), starts, axis=1)
    return {
        "width": width,
        "layers": [row.tolist() for row in cells],
        "share": rounded(active.mean(axis=1)),
    }
