"""Blocks: the pieces of a study, each a pure function of the specification."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from moeviz.errors import Cancelled
from moeviz.estimate import LevenbergMarquardt, box, fit_from_starts, near_truth_start, random_start
from moeviz.model import Layout
from moeviz.study.limits import fit_seconds
from moeviz.study.plan import exact, plan_curves
from moeviz.study.scenario import resolve_scenario, sample, stream
from moeviz.study.specification import Specification
from moeviz.theory import (
    fisher_information,
    gauge_tangent,
    input_nodes,
    null_space,
    predicted_constants,
    reach,
)

BLOCK_SECONDS = 1.0
"""Estimated seconds of one core that a block should not exceed, where it can be cut."""

BLOCK_BYTES = 96e6
"""Bytes of data and features that a block should not exceed, where it can be cut."""

INFORMATION_SECONDS = 0.5


@dataclass(frozen=True)
class Block:
    """A piece of a study: unit of progress, cancelling, retry and distribution.

    Attributes
    ----------
    id : str
        Safe as a file name.
    kind : {"information", "fits"}
    cost : float
        Estimated seconds of one core.
    fit : int
        Which router of the study.
    n : int
        Sample size; 0 for information.
    first, last : int
        Range of replicates.
    """

    id: str
    kind: str
    cost: float
    fit: int
    n: int = 0
    first: int = 0
    last: int = 0


def split(spec: Specification) -> tuple[Block, ...]:
    """Cut a study into blocks, in the order in which they should run.

    Small samples come first, then each router's information, then larger samples, so that points
    appear at once.
    """
    blocks: list[Block] = []
    routers = range(len(spec["routers"]))
    for rank, n in enumerate(spec["sizes"]):
        for fit in routers:
            blocks += _cut(spec, fit, n)
        if rank == 0:
            blocks += [
                Block(f"information-{fit}", "information", INFORMATION_SECONDS, fit)
                for fit in routers
            ]
    return tuple(blocks)


def _cut(spec: Specification, fit: int, n: int) -> list[Block]:
    seconds = fit_seconds(spec.fields, n)
    bytes_each = 8.0 * n * (3 * spec["dimension"] + 4)
    most = max(1, min(int(BLOCK_SECONDS / seconds), int(BLOCK_BYTES / bytes_each)))
    replicates = spec["replicates"]
    parts = math.ceil(replicates / most)
    ends = [replicates * part // parts for part in range(parts + 1)]
    return [
        Block(f"fit{fit}-n{n}-r{a}-{b}", "fits", seconds * (b - a), fit, n, a, b)
        for a, b in itertools.pairwise(ends)
    ]


def run_block(
    spec: Specification,
    block: Block,
    device: str = "cpu",
    should_stop: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    """Compute one block.

    Parameters
    ----------
    spec : Specification
    block : Block
        One of :func:`split`'s.
    device : str
        Where to compute, "cpu" or "cuda".
    should_stop : callable, optional
        Asked between steps; when it says yes the work stops.

    Returns
    -------
    dict
        Plain data. For fits: ``readings`` (per curve index, per replicate), ``status``,
        ``steps``, ``residual``. For information: ``constants`` (per curve index), ``reach``,
        ``spectrum``, ``null``, ``gauge``.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    began = time.perf_counter()
    if should_stop is not None and should_stop():
        raise Cancelled("The study was cancelled.")
    if block.kind == "information":
        result = _information(spec, block)
    else:
        result = _fits(spec, block, device, should_stop)
    result.update(id=block.id, kind=block.kind, fit=block.fit)
    result.update(device=device, seconds=time.perf_counter() - began)
    return result


def _fits(
    spec: Specification, block: Block, device: str, should_stop: Callable[[], bool] | None
) -> dict[str, Any]:
    scene = resolve_scenario(spec)
    mixture = scene.mixtures[block.fit]
    layout = mixture.layout(spec["atoms"], spec["dimension"])
    x, noise = (part.to(device) for part in sample(spec, block.n, block.first, block.last))
    features = mixture.features(x)
    truth = scene.truth.to(device)
    response = scene.output.observe(mixture.predict(truth, features), noise)
    del x, noise
    fitted = fit_from_starts(
        mixture,
        features,
        response,
        starts(spec, scene.truth, layout, block).to(device),
        box(layout, spec["box"]),
        LevenbergMarquardt(max_steps=spec["max_steps"]),
        should_stop,
    )
    theta = fitted.theta.cpu()
    readings = {
        str(index): curve.reading.read(mixture, theta, scene.truth, layout).tolist()
        for index, curve in enumerate(plan_curves(spec))
        if curve.fit == block.fit
    }
    return {
        "n": block.n,
        "first": block.first,
        "last": block.last,
        "readings": readings,
        "status": fitted.status.tolist(),
        "steps": fitted.steps.tolist(),
        "residual": (fitted.squares / block.n).tolist(),
    }


def starts(spec: Specification, truth: Tensor, layout: Layout, block: Block) -> Tensor:
    """Return the starting points of a block's fits, shape (replicates, S, P)."""
    atoms = truth.reshape(spec["true_atoms"], layout.width).numpy()
    rows = []
    for replicate in range(block.first, block.last):
        rng = stream(spec, 1, block.n, replicate)
        for _ in range(spec["starts"]):
            if spec["start"] == "near-truth":
                drawn = near_truth_start(rng, atoms, layout.atoms, layout, spec["start_scale"])
            else:
                drawn = random_start(rng, layout.atoms, layout)
            rows.append(drawn.ravel())
    return torch.from_numpy(np.stack(rows)).reshape(-1, spec["starts"], layout.size)


def _information(spec: Specification, block: Block) -> dict[str, Any]:
    scene = resolve_scenario(spec)
    mixture = scene.mixtures[block.fit]
    x = input_nodes(spec["dimension"])
    information = fisher_information(mixture, scene.output, scene.truth.unsqueeze(0), x)[0]
    curves = [(i, c) for i, c in enumerate(plan_curves(spec)) if c.fit == block.fit]
    constants: dict[str, float | None] = {str(i): None for i, _ in curves}
    if exact(spec):
        values = predicted_constants(
            mixture, scene.truth, scene.layout, information, tuple(c.reading for _, c in curves)
        )
        constants = {
            str(i): value if math.isfinite(value) else None
            for (i, _), value in zip(curves, values, strict=True)
        }
    found = reach(mixture, scene.output, scene.truth, scene.layout, x)
    return {
        "constants": constants,
        "reach": found.samples if math.isfinite(found.samples) else None,
        "total_error_constant": found.constant if math.isfinite(found.constant) else None,
        "spectrum": torch.linalg.eigvalsh(information).tolist(),
        "null": int(null_space(information).shape[0]),
        "gauge": int(gauge_tangent(mixture, scene.truth, scene.layout).shape[0]),
        "truth": scene.truth.reshape(scene.layout.atoms, -1).tolist(),
    }
