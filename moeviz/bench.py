"""Benchmarks: our speed and a peer's on the same data, to the same result, in one run.

Machines are noisy and differ, so what counts is the ratio. Each row says what was done, how long
we took, how long the peer took, and the peer's time divided by ours. A floor's row times, as the
peer, one part of our work alone: the work cannot be faster than that.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from moeviz.estimate import FitResult, LevenbergMarquardt, box, fit_from_starts
from moeviz.model import Features, Layout, Mixture
from moeviz.model.moments import CHUNK
from moeviz.model.registry import Registry
from moeviz.study import PRESETS, Block, Specification, resolve_scenario
from moeviz.study.blocks import starts
from moeviz.study.scenario import sample

Row = dict[str, Any]

BENCHMARKS: Registry[Callable[[], list[Row]]] = Registry("benchmark")


def run_benchmarks(names: Sequence[str] = ()) -> list[Row]:
    """Run benchmarks by name, or all of them.

    Returns
    -------
    list of dict
        Rows ``{name, work, ours_seconds, peer, peer_seconds, ratio, ...}``.

    Raises
    ------
    UnknownNameError
        If a name is not that of a benchmark.
    """
    chosen = [BENCHMARKS[name] for name in (names or BENCHMARKS)]
    return [row for benchmark in chosen for row in benchmark()]


def _row(name: str, work: str, ours: float, peer: str, peers: float, **more: Any) -> Row:
    ratio = peers / ours if ours > 0 else None
    return {
        "name": name, "work": work, "ours_seconds": ours,
        "peer": peer, "peer_seconds": peers, "ratio": ratio, **more,
    }  # fmt: skip


@dataclass(frozen=True)
class _Task:
    """Some replicates of one router at one sample size."""

    spec: Specification
    n: int
    first: int
    last: int


@dataclass(frozen=True)
class _Data:
    mixture: Mixture
    layout: Layout
    features: Features
    response: Tensor
    starts: Tensor


def _data(task: _Task) -> _Data:
    scene = resolve_scenario(task.spec)
    mixture = scene.mixtures[0]
    layout = mixture.layout(task.spec["atoms"], task.spec["dimension"])
    x, noise = sample(task.spec, task.n, task.first, task.last)
    features = mixture.features(x)
    response = scene.output.observe(mixture.predict(scene.truth, features), noise)
    block = Block("", "fits", 0.0, 0, task.n, task.first, task.last)
    return _Data(mixture, layout, features, response, starts(task.spec, scene.truth, layout, block))


def _ours(task: _Task) -> tuple[float, list[float], list[int]]:
    """Fit a batch; return seconds, sums of squares and steps."""
    data = _data(task)
    began = time.perf_counter()
    result = _fit(task, data)
    seconds = time.perf_counter() - began
    return seconds, result.squares.tolist(), result.steps.tolist()


def _fit(task: _Task, data: _Data) -> FitResult:
    return fit_from_starts(
        data.mixture, data.features, data.response, data.starts,
        box(data.layout, task.spec["box"]), LevenbergMarquardt(max_steps=task.spec["max_steps"]),
    )  # fmt: skip


def _scipy(task: _Task) -> tuple[float, list[float], list[int]]:
    """Fit one data set after another by MINPACK with our analytic Jacobian."""
    from scipy.optimize import least_squares

    data = _data(task)
    free = torch.ones(data.layout.size, dtype=torch.bool)
    free[data.layout.column(-1, "weight")] = False
    squares: list[float] = []
    steps: list[int] = []
    began = time.perf_counter()
    for row in range(data.response.shape[0]):
        features = Features(data.features.gate[row], data.features.expert[row])
        response = data.response[row]
        start = data.starts[row, 0]

        def theta(free_part: np.ndarray, start: Tensor = start) -> Tensor:
            full = start.clone()
            full[free] = torch.from_numpy(free_part)
            return full

        def residual(
            p: np.ndarray, features: Features = features, response: Tensor = response
        ) -> np.ndarray:
            return (data.mixture.predict(theta(p), features) - response).numpy()

        def jacobian(p: np.ndarray, features: Features = features) -> np.ndarray:
            return data.mixture.jacobian(theta(p), features)[free].T.numpy()

        found = least_squares(
            residual, start[free].numpy(), jacobian, method="lm",
            ftol=1e-11, xtol=1e-11, gtol=1e-11,
        )  # fmt: skip
        squares.append(2.0 * float(found.cost))
        steps.append(int(found.nfev))
    return time.perf_counter() - began, squares, steps


def _single_thread() -> None:
    torch.set_num_threads(1)


def _pool(workers: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, initializer=_single_thread)


def _spread(task: _Task, workers: int) -> list[_Task]:
    ends = np.linspace(task.first, task.last, workers + 1).astype(int)
    return [replace(task, first=int(a), last=int(b)) for a, b in itertools.pairwise(ends)]


def _in_parallel(
    pool: ProcessPoolExecutor, work: Callable[[_Task], Any], task: _Task, workers: int
) -> tuple[float, list[float], list[int]]:
    """Run `work` on equal shares, one per process; return the slowest share's seconds."""
    shares = list(pool.map(work, _spread(task, workers)))
    return (
        max(share[0] for share in shares),
        [value for share in shares for value in share[1]],
        [value for share in shares for value in share[2]],
    )


def _floor(task: _Task) -> tuple[float, float]:
    """Time the batched J J^T and the exponentials of one pass over the data, alone."""
    data = _data(task)
    fits, samples = data.response.shape
    chunk = CHUNK["cpu"]
    height = data.layout.size + 1
    rows = torch.rand(fits, height, chunk, dtype=torch.float64)
    scores = torch.rand(fits, data.layout.atoms, chunk, dtype=torch.float64)
    passes = -(-samples // chunk)
    began = time.perf_counter()
    for _ in range(passes):
        torch.bmm(rows, rows.transpose(1, 2))
    middle = time.perf_counter()
    for _ in range(passes):
        torch.exp(scores)
    return middle - began, time.perf_counter() - middle


def _floor_share(task: _Task) -> tuple[float, float, float]:
    """Time one pass of the moments and its two floors; best of three."""
    data = _data(task)
    theta = data.starts[:, 0].contiguous()
    from moeviz.model import moments

    best = [float("inf")] * 3
    for _ in range(3):
        began = time.perf_counter()
        moments(data.mixture, theta, data.features, data.response)
        whole = time.perf_counter() - began
        best = [min(a, b) for a, b in zip(best, (whole, *_floor(task)), strict=True)]
    return best[0], best[1], best[2]


def least_squares_benchmark() -> list[Row]:
    """Fit the same data by our batched solver and by ``scipy.optimize.least_squares``.

    Both run on one process per core, on equal shares of the replicates, from the same starts,
    with data and starts made before the clock runs. The table says by how much the sums of
    squares differ, relative to them: with a smooth expert both solvers meet; with a kinked one
    (ReLU) there are local minima a few samples apart, so the rows also say whose are lower.
    """
    workers = os.cpu_count() or 1
    rows: list[Row] = []
    with _pool(workers) as pool:
        for expert, atoms, n in (
            ("tanh", 2, 10_000),
            ("tanh", 2, 100_000),
            ("relu", 2, 100_000),
            ("tanh", 3, 100_000),
        ):
            spec = PRESETS["lab"].build(
                {
                    "routers": ["perturbed-cosine"], "expert": expert, "true_atoms": atoms,
                    "atoms": atoms, "sizes": [n], "replicates": 20, "box": 100.0,
                }
            )  # fmt: skip
            task = _Task(spec, n, 0, 20)
            _in_parallel(pool, _ours, replace(task, n=1000), workers)  # start-up and first use
            ours = _in_parallel(pool, _ours, task, workers)
            peer = _in_parallel(pool, _scipy, task, workers)
            difference = (np.array(ours[1]) - np.array(peer[1])) / np.array(peer[1])
            work = f"20 fits, perturbed cosine, {expert}, k={atoms}, d=2, n={n}"
            rows.append(
                _row(
                    "least-squares", work, ours[0],
                    "scipy.optimize.least_squares(method='lm')", peer[0],
                    steps_ours=float(np.mean(ours[2])), steps_peer=float(np.mean(peer[2])),
                    largest_cost_excess=float(difference.max()),
                    largest_cost_saving=float(-difference.min()),
                    same_cost_to_1e_8=int((np.abs(difference) <= 1e-8).sum()),
                    processes=workers,
                )
            )  # fmt: skip
            shares = list(pool.map(_floor_share, _spread(task, workers)))
            whole, product, exponential = (max(share[i] for share in shares) for i in range(3))
            rows.append(_row("floor", f"one pass, {work}", whole, "batched J J^T alone", product))
            rows.append(_row("floor", f"one pass, {work}", whole, "exp alone", exponential))
    return rows


BENCHMARKS.add("least-squares", least_squares_benchmark)
