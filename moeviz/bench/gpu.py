"""The same passes and fits on a GPU and on one core, in one run.

A pass is :func:`moeviz.model.moments.moments`, what every step of an estimator costs. Its time on
the GPU stands beside the bytes that the chunk's rows need in the device's memory, once written and
once read by the matrix product, and beside what a plain copy of memory reaches on the same device.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import torch

from moeviz.bench.work import Data, Row, Task, make_data, row
from moeviz.engine import Engine
from moeviz.errors import MoevizError
from moeviz.estimate import LevenbergMarquardt, fit
from moeviz.model.moments import CHUNK, Moments, moments
from moeviz.study import PRESETS

T = TypeVar("T")

REPEATS = 3
"""Timed calls of each side of a row, of which the quickest counts; one more comes before them."""

CASES = (
    ("tanh", 2, 2, 100_000, 20),
    ("relu", 2, 2, 100_000, 20),
    ("tanh", 2, 2, 100_000, 160),
    ("tanh", 8, 8, 100_000, 8),
)
"""Expert, atoms, dimension, samples and replicates."""

CHUNKS = (4096, 16384, 65536, 262144)

STUDIES = ("cosine-exact", "sigmoid-dense", "multinomial-exact")

SEEDS = 3
"""Studies counted of each preset; the median stands in the table."""

STEPS = 12
"""Of a whole fit: some of these have a flat valley, which one core follows for minutes."""

BYTES = 8


class NoGpuError(MoevizError):
    """There is no device to measure."""


def _best(work: Callable[[], T], wait: Callable[[], object]) -> tuple[float, T]:
    """Return the least seconds of `work`, after one call that loads and compiles, and its result.

    Both sides of a row are timed by this. `wait` returns when the device has done all that it was
    given.
    """
    found = work()
    least = float("inf")
    for _ in range(REPEATS):
        wait()
        began = time.perf_counter()
        work()
        wait()
        least = min(least, time.perf_counter() - began)
    return least, found


def _here() -> None:
    """Wait for the processor, which is done when a call returns."""


def _there() -> None:
    torch.cuda.synchronize()


def _bandwidth() -> float:
    """Return the bytes per second, read and written, of a copy inside the device's memory."""
    source = torch.empty(2**27, dtype=torch.float64, device="cuda")
    target = torch.empty_like(source)
    seconds, _ = _best(lambda: target.copy_(source), _there)
    return 2 * BYTES * source.numel() / seconds


@contextmanager
def _chunk(length: int) -> Iterator[None]:
    kept = CHUNK["cuda"]
    CHUNK["cuda"] = length
    try:
        yield
    finally:
        CHUNK["cuda"] = kept


def gpu_benchmark() -> list[Row]:
    """Measure passes and fits on the GPU, with one core of the CPU as the peer, then whole studies.

    Passes and fits are warm and the best of three on either side.

    Studies run at live size through the engine, from a cold store, on workers that are ready; their
    peer is the same with every core. The machine's first study is not counted.

    Raises
    ------
    NoGpuError
        Where PyTorch finds no CUDA device.
    """
    if not torch.cuda.is_available():
        raise NoGpuError(
            "Expected a CUDA device and a PyTorch built for it; found none, so there is nothing "
            "to measure."
        )
    torch.set_num_threads(1)
    name = torch.cuda.get_device_name(0)
    peak = _bandwidth()
    rows: list[Row] = []
    for expert, atoms, dimension, n, replicates in CASES:
        spec = PRESETS["lab"].build(
            {
                "routers": ("perturbed-cosine",), "experts": (expert,), "true_atoms": atoms,
                "atoms": atoms, "dimension": dimension, "design": "cosine", "sizes": (n,),
                "replicates": replicates, "box": 100.0,
            }
        )  # fmt: skip
        here = make_data(Task(spec, n, 0, replicates))
        there = here.to("cuda")
        work = f"{replicates} fits, perturbed cosine, {expert}, k={atoms}, d={dimension}, n={n}"
        moved = 2.0 * BYTES * replicates * n * (here.layout.size + 1)
        rows += [
            row(
                "gpu", f"one pass, {work}, chunk {length}", seconds, "one core", core, device=name,
                ns_per_sample_and_fit=1e9 * seconds / (n * replicates),
                rows_bytes_share_of_copy=moved / seconds / peak, copy_bytes_per_second=peak,
                **more,
            )
            for length, seconds, core, more in _passes(here, there)
        ]  # fmt: skip
        rows.append(_fits(work, here, there, name))
    return [*rows, *_studies(name)]


def _pass(data: Data) -> Moments:
    return moments(data.mixture, data.starts[:, 0].contiguous(), data.features, data.response)


def _passes(here: Data, there: Data) -> Iterator[tuple[int, float, float, Row]]:
    """Yield for each length of a chunk the seconds on the GPU and on one core, and what differs."""
    core, expected = _best(lambda: _pass(here), _here)
    for length in CHUNKS:
        with _chunk(length):
            seconds, found = _best(lambda: _pass(there), _there)
            torch.cuda.reset_peak_memory_stats()
            _pass(there)
            memory = torch.cuda.max_memory_allocated()
        apart = max(
            float((getattr(found, part).cpu() - value).abs().max() / (1 + value.abs().max()))
            for part, value in vars(expected).items()
        )
        yield length, seconds, core, {
            "largest_relative_difference": apart, "memory_bytes": memory,
        }  # fmt: skip


def _fits(work: str, here: Data, there: Data, name: str) -> Row:
    method = LevenbergMarquardt(max_steps=STEPS)
    problem, same = there.problem(), here.problem()
    seconds, found = _best(lambda: fit(problem, there.starts[:, 0], method), _there)
    core, expected = _best(lambda: fit(same, here.starts[:, 0], method), _here)
    apart = (found.cost.cpu() - expected.cost).abs() / expected.cost
    return row(
        "gpu", f"whole fits, {work}", seconds, "one core", core, device=name,
        same_cost_to_1e_9=int((apart <= 1e-9).sum()), fits=len(apart),
        largest_relative_difference=float(apart.max()),
        steps=float(expected.steps.double().mean()),
    )  # fmt: skip


def _studies(name: str) -> list[Row]:
    """Run presets through the engine on the GPU and on the cores, with seeds of their own."""
    seconds: dict[str, dict[str, list[float]]] = {}
    shapes: dict[str, dict[str, Any]] = {}
    for device in ("cuda", "cpu"):
        with TemporaryDirectory() as store, Engine(store=store, device=device) as engine:
            for seed in range(SEEDS + 1):
                for preset in STUDIES:
                    spec = PRESETS[preset].build(
                        {**PRESETS[preset].at_size("live"), "seed": 1 + seed}
                    )
                    began = time.perf_counter()
                    done = engine.wait(engine.submit(spec))
                    taken = time.perf_counter() - began
                    assert done.state == "done", done.message
                    if seed:
                        seconds.setdefault(preset, {}).setdefault(device, []).append(taken)
            shapes[device] = engine.hardware()
    cores = shapes["cpu"]["workers"]
    return [
        row(
            "gpu", f"a study through the engine, {preset}, live", median(by["cuda"]),
            f"{cores} cores", median(by["cpu"]), device=name, seconds=by["cuda"],
            peer_all_seconds=by["cpu"],
        )
        for preset, by in seconds.items()
    ]  # fmt: skip
