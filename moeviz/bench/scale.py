"""How time and memory grow with samples, replicates, experts and inputs.

Each row varies one number over a stated range and fits the exponent by which processor time grows,
by least squares on logarithms. Compiled code and tensors are measured in one run, in turns. The
peer is proportion itself: the least case grown by the power that its kind should have, one for
samples and replicates, two for the number of parameters. A ratio above 1 says that we grow less.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import psutil
import torch
from torch import Tensor

from moeviz.bench.work import Row, row
from moeviz.estimate import LevenbergMarquardt, box, fit, make_problem
from moeviz.kernels import KERNEL
from moeviz.model import Mixture, make_mixture
from moeviz.model.mixture import Features
from moeviz.model.moments import moments
from moeviz.study import PRESETS, Block, resolve_scenario
from moeviz.study.data import data_of

WAYS = ("fused", "torch")

REPEATS = 5

STEPS = 6
"""Of a fit; each passes over the samples once or twice."""

SAMPLES = (4_000, 16_000, 64_000, 256_000)
REPLICATES = (5, 20, 80, 320)
ATOMS = (2, 4, 8, 16)
INPUTS = (2, 8, 32, 64)


@dataclass(frozen=True)
class Size:
    """How large a case is.

    Attributes
    ----------
    n, replicates, atoms, inputs : int
    """

    n: int = 4_000
    replicates: int = 10
    atoms: int = 2
    inputs: int = 2

    @property
    def parameters(self) -> int:
        """P of the model."""
        return _mixture().layout(self.atoms, self.inputs).size

    def words(self, axis: str) -> str:
        """Return the numbers that stay, in words."""
        names = {"n": self.n, "R": self.replicates, "k": self.atoms, "d": self.inputs}
        return ", ".join(f"{name}={value}" for name, value in names.items() if name != axis)


def _mixture() -> Mixture:
    return make_mixture("perturbed-cosine", "softmax", "tanh")


def _made(size: Size) -> tuple[Mixture, Features, Tensor, Tensor]:
    """Return mixture, features, response and parameters of a case, all random."""
    mixture = _mixture()
    rng = torch.Generator().manual_seed(0)
    shape = (size.replicates, size.inputs, size.n)
    x = 2.0 * torch.rand(*shape, dtype=torch.float64, generator=rng) - 1.0
    theta = torch.randn(size.replicates, size.parameters, dtype=torch.float64, generator=rng)
    response = torch.randn(size.replicates, size.n, dtype=torch.float64, generator=rng)
    return mixture, mixture.features(x), response, theta / size.inputs**0.5


def _a_pass(size: Size) -> Callable[[], object]:
    mixture, features, response, theta = _made(size)
    return lambda: moments(mixture, theta, features, response)


def _a_fit(size: Size) -> Callable[[], object]:
    mixture, features, response, theta = _made(size)
    bounds = box(mixture, mixture.layout(size.atoms, size.inputs), 100.0)
    problem = make_problem(mixture, features, response, bounds)
    return lambda: fit(problem, theta, LevenbergMarquardt(max_steps=STEPS))


def _a_draw(size: Size) -> Callable[[], object]:
    values = {"routers": ("perturbed-cosine",), "experts": ("tanh",), "sizes": (size.n,)}
    spec = PRESETS["lab"].build({**values, "candidates": 1})
    found = resolve_scenario(spec).fits[0]
    block = Block("", "fits", 0.0, 0, size.n, 0, size.replicates)
    return lambda: data_of(spec, found, block)


@dataclass(frozen=True)
class Case:
    """What grows, and how it should.

    Attributes
    ----------
    what : str
        What is timed, in words.
    axis : str
        The number that is varied: n, R, k or d.
    make : callable
        From a size to what is timed, with everything made before.
    sizes : tuple of Size
    power : float
        By which it should grow in what `against` names.
    against : str
        n, R or P.
    """

    what: str
    axis: str
    make: Callable[[Size], Callable[[], object]]
    sizes: tuple[Size, ...]
    power: float = 1.0
    against: str = "n"

    def values(self) -> list[int]:
        """Return the number against which time is held."""
        kinds = {
            "n": [size.n for size in self.sizes],
            "R": [size.replicates for size in self.sizes],
            "P": [size.parameters for size in self.sizes],
        }
        return kinds[self.against]


CASES = (
    Case("one pass", "n", _a_pass, tuple(Size(n=n) for n in SAMPLES)),
    Case(f"a fit of at most {STEPS} steps", "n", _a_fit, tuple(Size(n=n) for n in SAMPLES)),
    Case("drawing data", "n", _a_draw, tuple(Size(n=n) for n in SAMPLES)),
    Case("one pass", "R", _a_pass, tuple(Size(replicates=r) for r in REPLICATES), against="R"),
    Case(
        "one pass", "k", _a_pass, tuple(Size(2_000, 4, k, 8) for k in ATOMS), 2.0, "P"
    ),
    Case(
        "one pass", "d", _a_pass, tuple(Size(2_000, 4, 8, d) for d in INPUTS), 2.0, "P"
    ),
)  # fmt: skip


@contextmanager
def _going(way: str) -> Iterator[None]:
    """Choose compiled code or tensors for passes inside the context."""
    before = os.environ.get(KERNEL)
    os.environ[KERNEL] = way
    try:
        yield
    finally:
        if before is None:
            del os.environ[KERNEL]
        else:
            os.environ[KERNEL] = before


def exponent(values: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the power by which seconds grow with values, by least squares on logarithms."""
    return float(np.polyfit(np.log(values), np.log(seconds), 1)[0])


def _timed(case: Case) -> dict[str, list[float]]:
    """Return the least processor seconds of each size, by way; ways take turns."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    for size in case.sizes:
        work = case.make(size)
        least = dict.fromkeys(WAYS, float("inf"))
        for turn in range(REPEATS + 1):
            for way in WAYS:
                with _going(way):
                    began = time.process_time()
                    work()
                    seconds = time.process_time() - began
                if turn:  # the first is for what a first use costs
                    least[way] = min(least[way], seconds)
        for way in WAYS:
            found[way].append(least[way])
    return found


def _growth(case: Case) -> list[Row]:
    values = case.values()
    rows = []
    for way, seconds in _timed(case).items():
        power = exponent(values, seconds)
        ends = exponent(values[-2:], seconds[-2:])
        grown = seconds[0] * (values[-1] / values[0]) ** case.power
        span = f"{case.against} from {values[0]:,} to {values[-1]:,}"
        rows.append(
            row(
                "scale",
                f"{case.what}, {span}, {case.sizes[0].words(case.axis)}, {way}: "
                f"exponent {power:.2f}, at the end {ends:.2f}",
                seconds[-1], f"grown by the power {case.power:g}", grown,
                way=way, against=case.against, values=values, seconds=seconds,
                exponent=power, exponent_at_the_end=ends, goal=case.power,
            )
        )  # fmt: skip
    return rows


def _peak() -> int:
    """Return the most bytes that this process has held."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def _beyond(size: Size, way: str) -> tuple[float, int]:
    """Return the processor seconds of a fit and the bytes that it takes beside its data."""
    torch.set_num_threads(1)
    with _going(way):
        _a_fit(Size(n=2_000))()  # what a first use costs
        work = _a_fit(size)
        # What was held before and given back would hide what is taken now.
        spare = max(0, _peak() - psutil.Process().memory_info().rss) + (8 << 20)
        held = np.ones(spare // 8)
        before, began = _peak(), time.process_time()
        work()
        seconds, taken = time.process_time() - began, _peak() - before
        del held
        return seconds, taken


def _memory() -> list[Row]:
    rows = []
    context = multiprocessing.get_context("spawn")
    for way in WAYS:
        found = []
        for n in SAMPLES:
            with ProcessPoolExecutor(1, context) as alone:
                found.append(alone.submit(_beyond, Size(n=n), way).result())
        taken = [held / 2**20 for _, held in found]
        rows.append(
            row(
                "memory",
                f"a fit, n from {SAMPLES[0]:,} to {SAMPLES[-1]:,}, {Size().words('n')}, {way}: "
                f"{', '.join(f'{each:.1f}' for each in taken)} MiB beside its data",
                found[-1][0], "nobody", None, way=way, values=list(SAMPLES), mebibytes=taken,
            )
        )  # fmt: skip
    return rows


def scale_benchmark() -> list[Row]:
    """Measure how passes, fits, drawing and memory grow."""
    torch.set_num_threads(1)
    return [found for case in CASES for found in _growth(case)] + _memory()
