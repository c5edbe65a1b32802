"""One pass over the samples of EM and of Fisher scoring: compiled beside tensor by tensor."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Executor

import torch

from moeviz.bench.em_rows import Case
from moeviz.bench.work import Row, Task, make_data, row, spread
from moeviz.kernels import KERNEL
from moeviz.model.complete import complete_moments
from moeviz.model.moments import moments

PASSES: dict[str, Callable[..., object]] = {"EM": complete_moments, "Fisher scoring": moments}

ROUNDS = 5
"""Of each way, in turns; the fastest counts."""


def _seconds(task: Task) -> list[float]:
    """Return processor seconds of each pass, compiled and tensor by tensor, over a share."""
    data = make_data(task)
    theta, rows = data.starts[:, 0].contiguous(), torch.arange(task.last - task.first)
    before = os.environ.get(KERNEL, "")
    best = []
    for one_pass in PASSES.values():
        for kernel in ("fused", "torch"):
            os.environ[KERNEL] = kernel
            times = []
            for _ in range(ROUNDS + 1):  # the first one loads or compiles
                began = time.process_time()
                one_pass(data.mixture, theta, data.features, data.response, rows)
                times.append(time.process_time() - began)
            best.append(min(times[1:]))
    os.environ[KERNEL] = before
    return best


def pass_rows(processes: Executor, case: Case, task: Task, workers: int) -> list[Row]:
    """Return a row for each kind of pass, with seconds of one core for all fits."""
    shares = list(processes.map(_seconds, spread(task, workers)))
    found = [sum(parts) for parts in zip(*shares, strict=True)]
    per = 1e9 / (task.n * (task.last - task.first))
    return [
        row(
            "pass", f"one pass of {name}, {case.work}", ours, "tensor by tensor", theirs,
            nanoseconds_per_sample_and_fit=per * ours,
            peer_nanoseconds_per_sample_and_fit=per * theirs,
        )
        for name, ours, theirs in zip(PASSES, found[::2], found[1::2], strict=True)
    ]  # fmt: skip
