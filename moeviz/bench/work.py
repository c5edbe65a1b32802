"""What benchmarks share: rows, data sets of a study, and equal shares for every core."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from moeviz.estimate import Problem, box, make_problem
from moeviz.model import Features, Layout, Mixture
from moeviz.study import Block, Specification, resolve_scenario
from moeviz.study.data import data_of
from moeviz.study.starts import starts

Row = dict[str, Any]


def row(name: str, work: str, ours: float, peer: str, peers: float | None, **more: Any) -> Row:
    """Return a benchmark's row; `peers` is None where the peer did not run."""
    ratio = peers / ours if peers is not None and ours > 0 else None
    return {
        "name": name, "work": work, "ours_seconds": ours,
        "peer": peer, "peer_seconds": peers, "ratio": ratio, **more,
    }  # fmt: skip


@dataclass(frozen=True)
class Task:
    """Some replicates of a study's first fit at one sample size."""

    spec: Specification
    n: int
    first: int
    last: int


@dataclass(frozen=True)
class Data:
    """Data sets, starts and parameters of a task, made before a clock runs."""

    mixture: Mixture
    layout: Layout
    features: Features
    response: Tensor
    starts: Tensor
    bounds: tuple[Tensor, Tensor]

    def to(self, device: str) -> Data:
        """Return the data on another device."""
        return replace(
            self,
            features=Features(self.features.gate.to(device), self.features.expert.to(device)),
            response=self.response.to(device),
            starts=self.starts.to(device),
            bounds=(self.bounds[0].to(device), self.bounds[1].to(device)),
        )

    def problem(self) -> Problem:
        """Return the problem of fitting each data set from its start."""
        return make_problem(self.mixture, self.features, self.response, self.bounds)


def make_data(task: Task) -> Data:
    """Draw the data sets and starts of a task."""
    fit = resolve_scenario(task.spec).fits[0]
    block = Block("", "fits", 0.0, 0, task.n, task.first, task.last)
    features, response = data_of(task.spec, fit, block)
    first = starts(task.spec, fit.mixture, fit.truth, fit.layout, block)
    bounds = box(fit.mixture, fit.layout, task.spec["box"])
    return Data(fit.mixture, fit.layout, features, response, first, bounds)


def _single_thread() -> None:
    torch.set_num_threads(1)


def pool(workers: int) -> ProcessPoolExecutor:
    """Return processes of one thread each."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, context, initializer=_single_thread)


def spread(task: Task, workers: int) -> list[Task]:
    """Cut a task into equal shares, one per process."""
    ends = np.linspace(task.first, task.last, workers + 1).astype(int)
    return [replace(task, first=int(a), last=int(b)) for a, b in itertools.pairwise(ends) if b > a]


def in_parallel(
    processes: ProcessPoolExecutor, work: Callable[..., Any], task: Task, workers: int, *more: Any
) -> tuple[float, list[Any]]:
    """Run `work` on equal shares; return the slowest share's seconds and all replicates' results.

    `work` returns its seconds and a list of one result per replicate.
    """
    shares = spread(task, workers)
    done = list(processes.map(work, shares, *([value] * len(shares) for value in more)))
    return max(seconds for seconds, _ in done), [one for _, each in done for one in each]
