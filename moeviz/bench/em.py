"""Likelihood fits beside flexmix's, and Fisher scoring beside our own EM.

All fits of a data set begin at the same parameters; flexmix, which begins with an M-step, gets
the responsibilities at these parameters. Ours run in a batch of 40 on one process per core, flexmix
fits one data set after another, as its users do; `ratio_per_core` divides our advantage by the
number of processes. Seconds are processor time, ours that of the slowest process: on an idle
machine they are the clock's, on a busy one they are disturbed least.
"""

from __future__ import annotations

import math
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import torch

from moeviz.bench.em_pass import pass_rows
from moeviz.bench.em_rows import LONGEST, REPLICATES, Array, Case, Runs, all_rows
from moeviz.bench.work import Data, Row, Task, in_parallel, make_data, pool
from moeviz.estimate import ExpectationMaximisation, LevenbergMarquardt, Method, fit
from moeviz.model import Features
from moeviz.peers import FlexmixFit, flexmix_categorical, why_missing

REPEATS = 3
"""Short runs of each side, in turns, by which one iteration is timed."""

SCORING = LevenbergMarquardt(max_steps=2000)

TIGHT = LevenbergMarquardt(max_steps=2000, cost_tolerance=3e-12)
"""Held against EM's end; the usual tolerance stops up to 5e-6 of the log-likelihood below it."""

FIGURE = "Figure 1a's model, 3 experts fitted to 2"

CASES = (
    Case(FIGURE, {}, 10_000, 50, 2000, 6, 2, 300),
    Case(FIGURE, {}, 100_000, 5, 300, 2, 1, 30),
    Case(
        "Figure 1a's truth on [-3, 3], 2 experts fitted to 2",
        {"atoms": 2, "low": -3.0, "high": 3.0},
        10_000, 50, 2000, 4, 1, 600,
    ),
)  # fmt: skip


def _run(task: Task, method: Method) -> tuple[float, list[Array]]:
    """Fit a batch; return seconds and each fit's log-likelihood at the start and after each step.

    A trace ends where its fit ended.
    """
    data = make_data(task)
    problem = data.problem()
    began = time.process_time()
    found = fit(problem, data.starts[:, 0], method, keep_trace=True)
    seconds = time.process_time() - began
    traces = -0.5 * torch.stack(found.trace, dim=1).numpy()
    return seconds, [
        trace[: steps + 1] for trace, steps in zip(traces, found.steps.tolist(), strict=True)
    ]


def _flexmix(data: Data, replicate: int, iterations: int, seconds: float) -> FlexmixFit:
    """Let flexmix fit one data set as long as it improves, within its limits."""
    mixture = data.mixture
    features = Features(data.features.gate[replicate], data.features.expert[replicate])
    response = data.response[replicate]
    values = mixture.values(data.starts[replicate, 0], features)
    shares = mixture.output.component_rows(mixture.gate, values, response)[1]
    x = features.expert[:-1]
    return flexmix_categorical(
        x.numpy(), response.numpy(), shares.numpy(), iterations, 1e-15, seconds
    )


def em_benchmark() -> list[Row]:
    """Fit multinomial logistic experts by our EM, by Fisher scoring and by flexmix."""
    workers = os.cpu_count() or 1
    rows: list[Row] = []
    with pool(workers) as processes:
        for case in CASES:
            task = Task(case.spec, case.n, 0, REPLICATES)
            rows += pass_rows(processes, case, task, workers)
            rows += all_rows(_measure(case, processes, workers))
    return rows


def _measure(case: Case, processes: ProcessPoolExecutor, workers: int) -> Runs:
    def ours(task: Task, method: Method) -> tuple[float, list[Array]]:
        return in_parallel(processes, _run, task, workers, method)

    task = Task(case.spec, case.n, 0, REPLICATES)
    few = replace(task, last=case.traced)
    here = why_missing() is None
    ours(replace(task, n=1000, last=2 * workers), ExpectationMaximisation(3, 0.0))  # first use
    data = make_data(replace(task, last=case.peers))
    timed: list[float] = []
    peer_timed: list[float] = []
    for _ in range(REPEATS):
        seconds, _ = ours(task, ExpectationMaximisation(case.timed, 0.0))
        timed.append(seconds / case.timed / REPLICATES)
        if here:
            short = _flexmix(data, 0, case.timed, math.inf)
            peer_timed.append(short.seconds_per_iteration)
    scoring_seconds, scoring = ours(task, SCORING)
    tight = ours(few, TIGHT)[1]
    em_seconds, em = ours(few, ExpectationMaximisation(case.long, 0.0))
    peers = [_flexmix(data, r, case.limit, LONGEST) for r in range(case.peers)] if here else []
    return Runs(
        case, workers, timed, peer_timed, scoring_seconds, scoring, tight, em_seconds, em, peers
    )
