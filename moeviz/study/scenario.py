"""Scenarios: which models a study fits, which made the data, and with which truth."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from moeviz.model import OUTPUTS, Layout, Mixture
from moeviz.study.designs import DESIGNS, Design, draw_truth
from moeviz.study.models import PlannedFit, constant_names, planned_fits
from moeviz.study.reader import attributes
from moeviz.study.specification import Specification
from moeviz.theory import fisher_information, input_nodes, reach
from moeviz.theory.information import pinned_spread

if TYPE_CHECKING:
    from torch import Tensor

SCREEN_NODES = 2048
"""Points over the inputs while candidate truths are compared."""

TOGETHER = 6144
"""Parameters of the candidates that are compared in one batch; bounds its memory."""

PASSED = 384
"""Parameters of the candidates that pass over the inputs in one batch; more leave the cache."""

PIECE = 1 << 14
"""Numbers that are drawn and scaled in one go, so that they stay in the processor's cache."""

FINALISTS = 6
"""Candidates that are compared by their reach, after a cheaper screening."""


@dataclass(frozen=True)
class Fit(PlannedFit):
    """A planned fit with the truth of its data.

    Attributes
    ----------
    layout : Layout
        Of K fitted atoms.
    truth : Tensor, shape (P*,)
        Parameters of the model that makes the data.
    true_layout : Layout
        Of K* true atoms.
    """

    layout: Layout
    truth: Tensor
    true_layout: Layout

    @property
    def exact(self) -> bool:
        """Whether as many atoms are fitted as are true, of the same model."""
        return not self.misspecified and self.layout.atoms == self.true_layout.atoms

    @property
    def dense(self) -> bool:
        """Whether every true atom's gate sees the input, where there is something to see."""
        gate = self.true_layout.unpack(self.truth).gate
        return gate.shape[-1] == 0 or bool((gate != 0).any(-1).all())

    @property
    def needs_projection(self) -> bool:
        """Whether the fitted parameters are held against a best approximation.

        That is so where the model is not the data's, and for sigmoid gates that have more atoms
        than a truth without zero gates: two sigmoids do not add up to one (`sigmoid` §3).
        """
        crowded = self.layout.atoms > self.true_layout.atoms
        return self.misspecified or (crowded and not self.mixture.gate.normalised and self.dense)


@dataclass(frozen=True)
class Scenario:
    """What a specification says about models and truth, as tensors.

    Attributes
    ----------
    fits : tuple of Fit
        In the order of the plan.
    """

    fits: tuple[Fit, ...]


def resolve_scenario(spec: Specification) -> Scenario:
    """Return the scenario of a specification; the search for its truth runs once per process.

    Raises
    ------
    SpecificationError
        If parts of a model do not go together.
    """
    items, constants = _decisive(spec)
    return _scenario((*items, ("atoms", spec["atoms"])), constants)


def same_truths(one: Specification, other: Specification) -> bool:
    """Return whether two studies have the same fits with the same truths.

    Parameters
    ----------
    one, other : Specification
    """
    return _decisive(one) == _decisive(other)


_Items = tuple[tuple[str, Any], ...]


def _decisive(spec: Specification) -> tuple[_Items, _Items]:
    """Return what decides the truths: fields, and constants of the parts."""
    f = spec.fields
    keys = (
        "routers", "gates", "experts", "estimators", "output", "dimension", "true_atoms",
        "data_router", "data_gate", "sparse", "flat", "design", "truth_seed", "candidates",
        "low", "high",
    )  # fmt: skip
    return tuple((key, f[key]) for key in keys), tuple((name, f[name]) for name in constant_names())


@lru_cache(maxsize=64)
def _scenario(items: _Items, constants: _Items) -> Scenario:
    f = {**dict(items), **dict(constants)}
    d, design = f["dimension"], DESIGNS[f["design"]]
    planned = planned_fits(f)
    truths: dict[Mixture, Tensor] = {}
    for group in _of_one_layout([fit.source for fit in planned], f["true_atoms"], d):
        truth = _truth(group, design, f)
        truths.update(dict.fromkeys(group, truth))
    fits = [
        Fit(
            **attributes(fit),
            layout=fit.mixture.layout(f["atoms"], d),
            truth=truths[fit.source],
            true_layout=fit.source.layout(f["true_atoms"], d),
        )
        for fit in planned
    ]
    return Scenario(tuple(fits))


def _of_one_layout(sources: list[Mixture], atoms: int, d: int) -> list[tuple[Mixture, ...]]:
    """Group models that can share a truth."""
    groups: dict[Layout, list[Mixture]] = {}
    for source in dict.fromkeys(sources):
        groups.setdefault(source.layout(atoms, d), []).append(source)
    return [tuple(group) for group in groups.values()]


def _truth(mixtures: tuple[Mixture, ...], design: Design, f: dict[str, Any]) -> Tensor:
    layout = mixtures[0].layout(f["true_atoms"], f["dimension"])
    rng = np.random.default_rng(f["truth_seed"])
    count = f["candidates"] if design.searched else 1
    drawn = np.stack(
        [
            draw_truth(design, rng, mixtures[0], layout, f["sparse"], f["flat"]).ravel()
            for _ in range(count)
        ]
    )
    truths = torch.from_numpy(drawn)
    if count == 1:
        return truths[0]
    x = input_nodes(f["dimension"], SCREEN_NODES, f["low"], f["high"])
    return search_truth(mixtures, layout, truths, x)


def search_truth(
    mixtures: tuple[Mixture, ...], layout: Layout, truths: Tensor, x: Tensor
) -> Tensor:
    """Return the candidate truth whose largest reach over the mixtures is smallest.

    A reach that is no number counts as infinite. Where all are, it is the first of the screening.

    Parameters
    ----------
    mixtures : tuple of Mixture
        Models that share the truth.
    layout : Layout
        Of the truth.
    truths : Tensor, shape (C, P*)
        Candidates.
    x : Tensor, shape (1, D, N)
        Inputs.

    Returns
    -------
    Tensor, shape (P*,)
    """
    spread = torch.stack([_spread(mixture, truths, layout, x) for mixture in mixtures])
    finalists = torch.argsort(spread.amax(0), stable=True)[:FINALISTS].tolist()
    best, chosen = math.inf, finalists[0]
    for candidate in finalists:
        # The wider spread has the longer reach most often: what has lost already is found at once.
        order = torch.argsort(spread[:, candidate], descending=True, stable=True).tolist()
        longest = 0.0
        for i in order:
            samples = reach(mixtures[i], truths[candidate], layout, x).samples
            longest = math.inf if math.isnan(samples) else max(longest, samples)
            if not longest < best:
                break
        if longest < best:
            best, chosen = longest, candidate
    return truths[chosen]


def _spread(mixture: Mixture, truths: Tensor, layout: Layout, x: Tensor) -> Tensor:
    """Return the root of each candidate's mean squared error, gauge pinned, shape (C,)."""
    together, passed = (max(1, most // layout.size) for most in (TOGETHER, PASSED))
    spread = []
    for batch in truths.split(together):
        seen = [fisher_information(mixture, part, x) for part in batch.split(passed)]
        spread.append(pinned_spread(mixture, batch, layout, torch.cat(seen)))
    return torch.cat(spread)


def stream(spec: Specification, purpose: int, n: int, replicate: int) -> np.random.Generator:
    """Return the random stream of one purpose of one replicate.

    Purposes are 0 for data, 1 for starts and 2 for the order of stochastic gradient descent.
    """
    return np.random.default_rng((spec["seed"], purpose, n, replicate))


@dataclass(frozen=True)
class Draws:
    """What is random in the data sets of some replicates.

    Attributes
    ----------
    inputs : Tensor, shape (R, D + 1, N)
        Uniform on the study's cube, and a last row of ones.
    normal : Tensor, shape (R, N)
        Standard draws.
    uniform : Tensor, shape (R, N)
        Standard draws; zeros where the study's output asks for none.
    """

    inputs: Tensor
    normal: Tensor
    uniform: Tensor

    @property
    def x(self) -> Tensor:
        """The inputs alone, shape (R, D, N)."""
        return self.inputs[:, :-1]

    def to(self, device: str) -> Draws:
        """Return the draws on another device."""
        return Draws(self.inputs.to(device), self.normal.to(device), self.uniform.to(device))


def sample(spec: Specification, n: int, first: int, last: int) -> Draws:
    """Draw inputs and noise of replicates `first` to `last`.

    The same draws serve every fit of a study, so that curves differ by model and estimator alone.
    """
    d, count = spec["dimension"], last - first
    inputs, normal = np.empty((count, d + 1, n)), np.empty((count, n))
    inputs[:, d] = 1.0
    chosen = OUTPUTS[spec["output"]].chosen
    uniform = np.empty((count, n)) if chosen else None
    low, width = spec["low"], spec["high"] - spec["low"]
    for row, replicate in enumerate(range(first, last)):
        rng = stream(spec, 0, n, replicate)
        flat = inputs[row, :d].reshape(-1)
        for at in range(0, d * n, PIECE):
            piece = flat[at : at + PIECE]
            rng.random(out=piece)
            piece *= width
            piece += low
        rng.standard_normal(out=normal[row])
        if uniform is not None:  # last of its stream: to leave it out changes nothing before it
            rng.random(out=uniform[row])
    found = torch.from_numpy(normal)
    drawn = found.new_zeros(()).expand_as(found) if uniform is None else torch.from_numpy(uniform)
    return Draws(torch.from_numpy(inputs), found, drawn)
