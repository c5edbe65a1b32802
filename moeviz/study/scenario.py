"""Scenarios: where the data come from, and the search for a truth that can be learnt."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from moeviz.errors import InformationError
from moeviz.model import GaussianRegression, Layout, Mixture, make_mixture
from moeviz.study.specification import Specification
from moeviz.theory import fisher_information, input_nodes, reach
from moeviz.theory.information import pinned_root

SCREEN_NODES = 2048
"""Points over the inputs while candidate truths are compared."""

TOGETHER = 6144
"""Parameters of the candidates that are compared in one batch; bounds its memory."""

FINALISTS = 6
"""Candidates that are compared by their reach, after a cheaper screening."""


@dataclass(frozen=True)
class Scenario:
    """What a specification says about truth and data, as tensors.

    Attributes
    ----------
    mixtures : tuple of Mixture
        One for each router of the study.
    layout : Layout
        Of the truth: K* atoms.
    truth : Tensor, shape (P*,)
        True parameters, the same for each router.
    output : GaussianRegression
    """

    mixtures: tuple[Mixture, ...]
    layout: Layout
    truth: Tensor
    output: GaussianRegression


def resolve_scenario(spec: Specification) -> Scenario:
    """Return the scenario of a specification; the search for its truth runs once per process."""
    f = spec.fields
    constants = (("degree", float(f["degree"])), ("tau1", f["tau1"]), ("tau2", f["tau2"]))
    return _scenario(
        f["routers"], f["gate"], f["expert"], constants, f["true_atoms"], f["dimension"],
        f["noise"], f["truth_seed"], f["candidates"],
    )  # fmt: skip


@lru_cache(maxsize=64)
def _scenario(
    routers: tuple[str, ...],
    gate: str,
    expert: str,
    constants: tuple[tuple[str, float], ...],
    atoms: int,
    dimension: int,
    noise: float,
    seed: int,
    candidates: int,
) -> Scenario:
    mixtures = tuple(make_mixture(r, gate, expert, **dict(constants)) for r in routers)
    layout = mixtures[0].layout(atoms, dimension)
    output = GaussianRegression(noise)
    truth = search_truth(mixtures, layout, output, seed, candidates)
    return Scenario(mixtures, layout, truth, output)


def candidate_truth(rng: np.random.Generator, layout: Layout) -> NDArray[np.float64]:
    """Draw a truth, shape (K*, W).

    Gates have uniform directions and lengths from 0.5 to 1; offsets lie within 0.5 of 0, the
    last at 0; expert slopes have uniform directions and lengths from 3 to 5; intercepts lie
    within 1 of 0.
    """
    atoms, d = layout.atoms, layout.gate
    gate = _directions(rng, atoms, d) * rng.uniform(0.5, 1.0, (atoms, 1))
    offset = rng.uniform(-0.5, 0.5, (atoms, 1))
    offset[-1] = 0.0
    slope = _directions(rng, atoms, d) * rng.uniform(3.0, 5.0, (atoms, 1))
    intercept = rng.uniform(-1.0, 1.0, (atoms, 1))
    return np.concatenate([gate, offset, slope, intercept], axis=1)


def _directions(rng: np.random.Generator, count: int, d: int) -> NDArray[np.float64]:
    vectors = rng.standard_normal((count, d))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def search_truth(
    mixtures: tuple[Mixture, ...],
    layout: Layout,
    output: GaussianRegression,
    seed: int,
    candidates: int,
) -> Tensor:
    """Return the candidate truth whose largest reach over the mixtures is smallest.

    Parameters
    ----------
    mixtures : tuple of Mixture
        Models that share the truth.
    layout : Layout
        Of the truth.
    output : GaussianRegression
    seed, candidates : int
        Stream and number of candidates.

    Returns
    -------
    Tensor, shape (P*,)
    """
    rng = np.random.default_rng(seed)
    drawn = np.stack([candidate_truth(rng, layout).ravel() for _ in range(candidates)])
    truths = torch.from_numpy(drawn)
    if candidates == 1:
        return truths[0]
    x = input_nodes(layout.gate, SCREEN_NODES)
    spread = torch.stack([_spread(mixture, output, truths, layout, x) for mixture in mixtures])
    finalists = torch.argsort(spread.amax(0), stable=True)[:FINALISTS]
    reaches = [
        max(reach(mixture, output, truths[i], layout, x).samples for mixture in mixtures)
        for i in finalists
    ]
    return truths[finalists[int(np.argmin(reaches))]]


def _spread(
    mixture: Mixture, output: GaussianRegression, truths: Tensor, layout: Layout, x: Tensor
) -> Tensor:
    """Return the root of each candidate's mean squared error, gauge pinned, shape (C,)."""
    values = torch.full((truths.shape[0],), torch.inf, dtype=truths.dtype)
    together = max(1, TOGETHER // layout.size)
    for first in range(0, truths.shape[0], together):
        batch = truths[first : first + together]
        for i, one in enumerate(fisher_information(mixture, output, batch, x)):
            try:
                values[first + i] = pinned_root(mixture, batch[i], layout, one).norm()
            except InformationError:
                continue
    return values


def stream(spec: Specification, purpose: int, n: int, replicate: int) -> np.random.Generator:
    """Return the random stream of one purpose (0 data, 1 starts) of one replicate."""
    return np.random.default_rng((spec["seed"], purpose, n, replicate))


def sample(spec: Specification, n: int, first: int, last: int) -> tuple[Tensor, Tensor]:
    """Draw inputs and standard noise of replicates `first` to `last`.

    The same draws serve every router of a study, so that curves differ by the model alone.

    Returns
    -------
    x : Tensor, shape (last - first, D, n)
        Uniform on the cube [-1, 1]^D (`cosine` §5.1).
    noise : Tensor, shape (last - first, n)
        Standard normal.
    """
    d = spec["dimension"]
    x = np.empty((last - first, d, n))
    noise = np.empty((last - first, n))
    for row, replicate in enumerate(range(first, last)):
        rng = stream(spec, 0, n, replicate)
        rng.random(out=x[row])
        rng.standard_normal(out=noise[row])
    x *= 2.0
    x -= 1.0
    return torch.from_numpy(x), torch.from_numpy(noise)
