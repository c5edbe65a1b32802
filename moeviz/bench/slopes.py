"""Whole studies by the staged and by the plain estimator: slopes, intervals, and every loss."""

from __future__ import annotations

import time
from typing import Any

import torch

from moeviz.bench.work import Row
from moeviz.study import PRESETS
from moeviz.study.assemble import assemble
from moeviz.study.blocks import run_block
from moeviz.study.plan import plan
from moeviz.study.result import Curve

STUDIES = ("cosine-exact", "sigmoid-dense", "multinomial-exact", "cosine-over")
"""Presets at live size."""

WAYS = ("converged", "converged-whole")

SAME = 1e-2
"""Losses that differ by a larger share are listed, replicate by replicate."""


def slopes_benchmark(names: tuple[str, ...] = STUDIES) -> list[Row]:
    """Run presets with both estimators on the same data and lay their curves side by side.

    Parameters
    ----------
    names : tuple of str
        Presets of converged fits.

    Returns
    -------
    list of dict
        A row for each curve: slope and interval ``[estimate, low, high]`` of both ways, the
        largest relative difference of a replicate's loss, how many differ by more than
        :data:`SAME`, and each of them as ``{n, replicate, staged, whole}``.
    """
    torch.set_num_threads(1)
    rows: list[Row] = []
    for name in names:
        seconds = [0.0, 0.0]
        curves: list[tuple[Curve, ...]] = []
        for way, estimator in enumerate(WAYS):
            preset = PRESETS[name]
            spec = preset.build({**preset.at_size("live"), "estimators": (estimator,)})
            began = time.process_time()
            found = {block.id: run_block(spec, block) for block in plan(spec).blocks}
            seconds[way] = time.process_time() - began
            curves.append(assemble(spec, found, seconds[way], "cpu").curves)
        rows += [
            {
                "name": "slopes", "work": f"{name}, {plain.label}", "ours_seconds": seconds[0],
                "peer": WAYS[1], "peer_seconds": seconds[1], "ratio": seconds[1] / seconds[0],
                **_beside(staged, plain),
            }
            for staged, plain in zip(curves[0], curves[1], strict=True)
            if staged.trained
        ]  # fmt: skip
    return rows


def _beside(staged: Curve, plain: Curve) -> dict[str, Any]:
    pairs = [
        (n, replicate, ours, theirs)
        for place, n in enumerate(staged.n)
        for replicate, ours, theirs in zip(
            staged.replicates[place], staged.loss[place], plain.loss[place], strict=True
        )
    ]
    lost = [pair for pair in pairs if (pair[2] is None) != (pair[3] is None)]
    apart = [
        (abs(ours - theirs) / max(abs(theirs), 1e-300), n, replicate, ours, theirs)
        for n, replicate, ours, theirs in pairs
        if ours is not None and theirs is not None
    ]
    other = [entry[1:] for entry in apart if entry[0] > SAME] + lost
    return {
        "slope": _told(staged), "slope_whole": _told(plain), "fits": len(pairs),
        "largest_loss_difference": max((entry[0] for entry in apart), default=0.0),
        "other_share": len(other) / len(pairs),
        "other": [
            {"n": n, "replicate": replicate, "staged": ours, "whole": theirs}
            for n, replicate, ours, theirs in other
        ],
    }  # fmt: skip


def _told(curve: Curve) -> list[float] | None:
    slope = curve.slope
    return None if slope is None else [slope.estimate, slope.low, slope.high]
