"""Fits begun on a part of the sample beside fits of the whole: passes, and differing minima."""

from __future__ import annotations

import time

import torch

from moeviz.bench.work import Row, Task, make_data
from moeviz.estimate import FitResult, LevenbergMarquardt, fit, fit_staged
from moeviz.study import PRESETS

STUDIES = ("cosine-exact", "sigmoid-dense", "multinomial-exact")
"""Presets at live size; `cosine-over`, whose fits take long, is a benchmark of its own."""

VALUES = 2_000_000
"""Samples of all fits of a batch."""

SAME = 1e-8
"""Costs that differ by no more than this share of their scale belong to one minimum."""


def starts_benchmark(names: tuple[str, ...] = STUDIES) -> list[Row]:
    """Run every first fit of studies both ways; list the replicates that reach other minima.

    Parameters
    ----------
    names : tuple of str
        Presets with regressions or densities.

    Returns
    -------
    list of dict
        A row for each study and sample size: passes, seconds, the share of other minima, and each
        of them as ``{replicate, staged, whole}`` with both costs per observation.
    """
    rows: list[Row] = []
    for name in names:
        preset = PRESETS[name]
        spec = preset.build(preset.at_size("live"))
        for n in spec["sizes"]:
            together = max(1, VALUES // n)
            rows.append(_compared(name, [
                Task(spec, n, first, min(first + together, spec["replicates"]))
                for first in range(0, spec["replicates"], together)
            ]))  # fmt: skip
    return rows


def _compared(name: str, tasks: list[Task]) -> Row:
    seconds, passes = [0.0, 0.0], [0.0, 0.0]
    other, count, largest = [], 0, 0.0
    for task in tasks:
        data = make_data(task)
        method = LevenbergMarquardt(max_steps=task.spec["max_steps"])
        problem, start = data.problem(), data.starts[:, 0]
        found: list[FitResult] = []
        for way, run in enumerate((fit_staged, fit)):
            began = time.process_time()
            found.append(run(problem, start, method))
            seconds[way] += time.process_time() - began
            passes[way] += float(_passes(found[way]).sum())
        staged, whole = found
        apart = (staged.cost - whole.cost) / problem.scale(whole.cost)
        largest = max(largest, float(apart.abs().max()))
        count += len(apart)
        other += [
            {
                "replicate": task.first + row,
                "staged": float(staged.cost[row]) / task.n,
                "whole": float(whole.cost[row]) / task.n,
            }
            for row in torch.nonzero(apart.abs() > SAME).flatten().tolist()
        ]
    return {
        "name": "starts", "work": f"{name}, n={tasks[0].n}, {count} fits",
        "ours_seconds": seconds[0], "peer": "converged-whole", "peer_seconds": seconds[1],
        "ratio": seconds[1] / seconds[0], "passes": passes[0] / count,
        "passes_whole": passes[1] / count, "other_share": len(other) / count,
        "largest_difference": largest, "other": other,
    }  # fmt: skip


def _passes(found: FitResult) -> torch.Tensor:
    assert found.passes is not None
    return found.passes
