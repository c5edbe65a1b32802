"""Least squares beside scipy's MINPACK, with what bounds our speed from below."""

from __future__ import annotations

import os
import time
from concurrent.futures import Executor
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from moeviz.bench.work import Row, Task, in_parallel, make_data, pool, row, spread
from moeviz.estimate import LevenbergMarquardt, fit
from moeviz.kernels import KERNEL
from moeviz.model import Features
from moeviz.model.moments import CHUNK, moments
from moeviz.study import PRESETS

Found = tuple[float, list[tuple[float, int]]]

REPLICATES = 20

WIDE, WIDE_FITS = 10_000, 4
"""Samples and fits of the pass over many inputs."""

CASES = (
    ("tanh", 2, 10_000),
    ("tanh", 2, 100_000),
    ("relu", 2, 100_000),
    ("tanh", 3, 100_000),
)


def _ours(task: Task) -> Found:
    """Fit a batch; return seconds, sums of squares and steps."""
    data = make_data(task)
    method = LevenbergMarquardt(max_steps=task.spec["max_steps"])
    began = time.process_time()
    found = fit(data.problem(), data.starts[:, 0], method)
    seconds = time.process_time() - began
    return seconds, list(zip(found.cost.tolist(), found.steps.tolist(), strict=True))


def _scipy(task: Task) -> Found:
    """Fit one data set after another by MINPACK with our analytic Jacobian."""
    from scipy.optimize import least_squares

    data = make_data(task)
    free = data.bounds[1] > data.bounds[0]
    found: list[tuple[float, int]] = []
    began = time.process_time()
    for replicate in range(data.response.shape[0]):
        features = Features(data.features.gate[replicate], data.features.expert[replicate])
        response = data.response[replicate]
        start = data.starts[replicate, 0]

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

        end = least_squares(
            residual, start[free].numpy(), jacobian, method="lm",
            ftol=1e-11, xtol=1e-11, gtol=1e-11,
        )  # fmt: skip
        found.append((2.0 * float(end.cost), int(end.nfev)))
    return time.process_time() - began, found


def _floor(task: Task) -> tuple[float, float]:
    """Time the batched J J^T and the exponentials of one pass over the data, alone."""
    data = make_data(task)
    fits, samples = data.response.shape
    chunk = CHUNK["cpu"]
    rows = torch.rand(fits, data.layout.size + 1, chunk, dtype=torch.float64)
    scores = torch.rand(fits, data.layout.atoms, chunk, dtype=torch.float64)
    passes = -(-samples // chunk)
    began = time.process_time()
    for _ in range(passes):
        torch.bmm(rows, rows.transpose(1, 2))
    middle = time.process_time()
    for _ in range(passes):
        torch.exp(scores)
    return middle - began, time.process_time() - middle


def _one_pass(task: Task) -> tuple[float, ...]:
    """Time one pass of the moments, compiled and tensor by tensor, and two floors; best of three.

    Returns
    -------
    tuple of float
        Seconds of :data:`PASSES`, in their order.
    """
    data = make_data(task)
    theta = data.starts[:, 0].contiguous()

    def seconds(kernel: str) -> float:
        os.environ[KERNEL] = kernel
        began = time.process_time()
        moments(data.mixture, theta, data.features, data.response)
        return time.process_time() - began

    before = os.environ.get(KERNEL, "")
    seconds("fused")  # the first one loads or compiles
    rounds = [(seconds("fused"), seconds("torch"), *_floor(task)) for _ in range(3)]
    os.environ[KERNEL] = before
    return tuple(map(min, zip(*rounds, strict=True)))


PASSES = ("compiled", "tensor by tensor", "batched J J^T alone", "exp alone")


def _pass_rows(processes: Executor, task: Task, work: str, workers: int) -> list[Row]:
    """Return rows of one pass: beside the tensor's way, and beside what bounds it from below."""
    shares = list(processes.map(_one_pass, spread(task, workers)))
    # Seconds of one core for all fits; of parts that run side by side, their sum.
    found = dict(zip(PASSES, (sum(parts) for parts in zip(*shares, strict=True)), strict=True))
    each = {
        name: 1e9 * seconds / (task.n * (task.last - task.first)) for name, seconds in found.items()
    }
    ours = found["compiled"]
    rows = []
    for name in PASSES[1:]:
        rows.append(
            row(
                "pass" if name == "tensor by tensor" else "floor",
                f"one pass, {work}", ours, name, found[name],
                nanoseconds_per_sample_and_fit=each["compiled"],
                peer_nanoseconds_per_sample_and_fit=each[name],
            )
        )  # fmt: skip
    return rows


def least_squares_benchmark() -> list[Row]:
    """Fit the same data by our batched solver and by ``scipy.optimize.least_squares``.

    Both run on one process per core, on equal shares of the replicates, from the same starts,
    with data and starts made before the clock runs. The table says by how much the sums of
    squares differ, relative to them: with a smooth expert both solvers meet; with a kinked one
    (ReLU) there are local minima a few samples apart, so the rows also say whose are lower.

    One pass over the samples stands beside the tensor's way and beside its floors: the product
    J J^T as a batched matrix product, and the gate's exponentials.
    """
    workers = os.cpu_count() or 1
    rows: list[Row] = []
    with pool(workers) as processes:
        for expert, atoms, n in CASES:
            spec = PRESETS["lab"].build(
                {
                    "routers": ("perturbed-cosine",), "experts": (expert,), "true_atoms": atoms,
                    "atoms": atoms, "sizes": (n,), "replicates": REPLICATES, "box": 100.0,
                }
            )  # fmt: skip
            task = Task(spec, n, 0, REPLICATES)
            in_parallel(processes, _ours, replace(task, n=1000), workers)  # first use of all parts
            seconds, found = in_parallel(processes, _ours, task, workers)
            peer_seconds, peers = in_parallel(processes, _scipy, task, workers)
            ours, theirs = np.array(found), np.array(peers)
            difference = (ours[:, 0] - theirs[:, 0]) / theirs[:, 0]
            work = f"{REPLICATES} fits, perturbed cosine, {expert}, k={atoms}, d=2, n={n}"
            rows.append(
                row(
                    "least-squares", work, seconds,
                    "scipy.optimize.least_squares(method='lm')", peer_seconds,
                    steps_ours=float(ours[:, 1].mean()), steps_peer=float(theirs[:, 1].mean()),
                    largest_cost_excess=float(difference.max()),
                    largest_cost_saving=float(-difference.min()),
                    same_cost_to_1e_8=int((np.abs(difference) <= 1e-8).sum()),
                    processes=workers,
                )
            )  # fmt: skip
            rows += _pass_rows(processes, task, work, workers)
        wide = PRESETS["cosine-fig1a"].build({"sizes": (WIDE,), "replicates": WIDE_FITS})
        work = f"{WIDE_FITS} fits, cosine-fig1a's first model, k=8, d=32, n={WIDE}"
        rows += _pass_rows(processes, Task(wide, WIDE, 0, WIDE_FITS), work, workers)
    return rows
