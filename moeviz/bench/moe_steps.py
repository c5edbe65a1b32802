"""Whole steps of training, method by method, and the memory that a worker takes."""

from __future__ import annotations

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from statistics import median
from typing import Any

import torch

from moeviz.bench.work import Row, row
from moeviz.train.build import build_network
from moeviz.train.freed import most_held
from moeviz.train.optimizer import make_optimizer
from moeviz.train.plan import Run
from moeviz.train.reference import REFERENCES
from moeviz.train.routers import ROUTERS, CompeteSMoE, SMoE
from moeviz.train.run import run_stretch, schedule_of, train_step
from moeviz.train.specification import Training
from moeviz.train.tasks import make_task

FIRST, LAST = 60, 100
"""Steps that are timed; competition is on in some of them."""

GOALS = {CompeteSMoE.name: 1.15}
"""What a method's step may cost, in steps of SMoE, the mean over its schedule."""

LARGE = {"experts": 64, "top": 8}

MOST_MEMORY = 1.5 * 2**30
"""Bytes that a worker may take."""


def step_rows(device: str, precision: str = "float32") -> list[Row]:
    """Return each method's step beside SMoE's, all of them in turns.

    A method that competes on some steps takes its mean over the schedule: the medians of steps with
    and without, by their shares of the whole run.
    """
    names = [SMoE.name, *(n for n in (*ROUTERS, *REFERENCES) if n != SMoE.name)]
    specs = [Training.make("bench", {"methods": name, "precision": precision}) for name in names]
    f = specs[0].fields
    task = make_task(f)
    seconds: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in names}
    runs = []
    for (method,) in (spec.methods for spec in specs):
        network = build_network(method, task, 1).to(device)
        optimizer = make_optimizer(network, method.fields)
        runs.append((method, network, optimizer, schedule_of(method, 1)))
    for step in range(FIRST - 3, LAST):
        for method, network, optimizer, when in runs:
            began = time.perf_counter()
            float(train_step(network, optimizer, task, method, 1, step, when))
            if step >= FIRST:
                competes = when is not None and bool(when.active[:, step].any())
                seconds[method.name][competes].append(time.perf_counter() - began)
    means: dict[str, tuple[float, dict[str, Any]]] = {}
    for method, _, _, when in runs:
        plain, competing = (median(each) if each else 0.0 for each in seconds[method.name])
        share = 0.0 if when is None else float(when.active.any(0).double().mean())
        more = {"competing_step_seconds": competing, "competing_share": share} if share else {}
        means[method.name] = ((1.0 - share) * plain + share * competing, more)
    base = means[SMoE.name][0]
    size = f"L={f['layers']}, d={f['width']}, N={f['experts']}, K={f['top']}, H={f['hidden']}"
    size += f", {f['batch']} x {f['context']} tokens, {device}, {precision}"
    return [
        row(
            "moe-step", f"a step of {name}, {size}", ours, f"a step of {SMoE.name}", base,
            over=ours / base, goal=GOALS.get(name),
            tokens_per_second=f["batch"] * f["context"] / ours, **more,
        )
        for name, (ours, more) in means.items()
    ]  # fmt: skip


def _peak(fields: dict[str, Any]) -> tuple[float, float]:
    """Return seconds and the most bytes that this process has held, after a whole run."""
    torch.set_num_threads(1)
    spec = Training.make("bench", fields)
    began = time.perf_counter()
    state = None
    for number in range(len(spec.steps_at)):
        _, state = run_stretch(spec, Run(0, 1, 0), number, state)
    return time.perf_counter() - began, float(most_held())


def memory_rows() -> list[Row]:
    """Return the peak memory of a new process that trains and looks once, at two sizes."""
    rows: list[Row] = []
    context = multiprocessing.get_context("spawn")
    for words, sizes in (("live size", {}), ("N=64, K=8", LARGE)):
        for name in (SMoE.name, CompeteSMoE.name):
            fields = {"methods": name, "steps": 20, "points": 2, "omega": 0.3, **sizes}
            with ProcessPoolExecutor(1, context) as processes:
                seconds, peak = processes.submit(_peak, fields).result()
            rows.append(
                row(
                    "moe-memory", f"a run of {name} of 20 steps, {words}, one process", seconds,
                    "nobody", None, peak_bytes=peak, most_bytes=MOST_MEMORY,
                )
            )  # fmt: skip
    return rows
