"""Results to export: one computed small for these tests, and those that ship with the project."""

from __future__ import annotations

from dataclasses import replace

import pytest

from moeviz.study import PRESETS, Result, assemble, run_block, split
from moeviz.study.kept import kept_names, kept_result

SMALL = {
    "routers": ("linear", "perturbed-cosine"), "experts": ("linear",), "sizes": (100, 200),
    "replicates": 2, "candidates": 2, "max_steps": 20,
}  # fmt: skip
LINK = "https://lab.example/convergence?preset=lab&v=2&sizes=100,200"


@pytest.fixture(scope="session")
def small() -> Result:
    spec = PRESETS["lab"].build(SMALL)
    return assemble(spec, {b.id: run_block(spec, b) for b in split(spec)}, 1.5, "cpu")


@pytest.fixture(scope="session")
def empty(small: Result) -> Result:
    return assemble(small.spec, {}, 0.0, "")


@pytest.fixture(scope="session")
def kept() -> list[Result]:
    """Three that differ most: few curves, most curves, and densities of classes."""
    results = [kept_result(name).result for name in kept_names()]
    most = max(results, key=lambda result: len(result.curves))
    return [*(kept_result(name).result for name in ("cosine-exact", "multinomial-fig3")), most]


def renamed(result: Result, name: str) -> Result:
    """A result whose first curve has another name."""
    first, *others = result.curves
    return replace(result, curves=(replace(first, label=name), *others))


def repeated(result: Result, times: int) -> Result:
    """A result with its curves several times, each under a name of its own."""
    curves = [
        replace(curve, label=f"{curve.label} ({turn})")
        for turn in range(times)
        for curve in result.curves
    ]
    return replace(result, curves=tuple(curves))
