"""Which densities compiled code knows, and the way from tensors to the pass of their likelihood."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from moeviz.model.categorical import Categorical
from moeviz.model.fused.instructions import instructions_of
from moeviz.model.fused.regression import as_array, data_arrays, has_instructions
from moeviz.model.gates import SoftmaxGate, TopSoftmaxGate
from moeviz.model.outputs import GaussianDensity

if TYPE_CHECKING:
    from torch import Tensor

    from moeviz.model.mixture import Features, Mixture, Predictors

PASS = "density_pass"
"""The module of the compiled pass."""


@lru_cache(maxsize=256)
def supported(mixture: Mixture) -> bool:
    """Return whether compiled code computes this density's moments.

    It does where scores are linear in their features or read off the expert, with a softmax gate
    and formulas that have instructions.
    """
    return (
        type(mixture.output) in (GaussianDensity, Categorical)
        and type(mixture.gate) in (SoftmaxGate, TopSoftmaxGate)
        and has_instructions(mixture)
    )


def classes_of(mixture: Mixture) -> int:
    """Return the number of classes, 0 for Gaussian densities."""
    return mixture.output.classes if isinstance(mixture.output, Categorical) else 0


def likelihood(
    mixture: Mixture,
    predictors: Predictors,
    features: Features,
    response: Tensor,
    rows: Tensor,
    every: bool = True,
) -> tuple[Tensor, Tensor]:
    """Return the deviance, and products of the rows by the predictors and the residual.

    Parameters
    ----------
    mixture : Mixture
        One that is :func:`supported`.
    predictors : Predictors
        Of F fits.
    features : Features
        Of R data sets.
    response : Tensor, shape (R, N)
    rows : Tensor of int, shape (F,)
        Which data set each fit uses.
    every : bool
        Whether all products are wanted, or the residual's alone.

    Returns
    -------
    cost : Tensor, shape (F,)
    total : Tensor, shape (F, S + 1, S + 1) or (F, 1, S + 1)
        The residual comes last.
    """
    from moeviz.model.fused.density_pass import sum_likelihoods

    expert, written = mixture.expert, instructions_of(mixture.expert, mixture.score)
    fits, atoms, _ = predictors.gate.shape
    height = atoms * (predictors.gate.shape[2] + predictors.expert.shape[2]) + 1
    cost = torch.zeros(fits, dtype=torch.float64)
    total = torch.zeros(fits, height if every else 1, height, dtype=torch.float64)
    sum_likelihoods(
        as_array(predictors.gate),
        as_array(predictors.expert),
        mixture.gate.kept(atoms),
        classes_of(mixture),
        written.steps,
        written.numbers,
        int(written.outputs[0]),
        written.outputs[1:],
        expert.heads,
        expert.scalars,
        *data_arrays(features, response, rows, fits),
        cost.numpy(),
        total.numpy(),
    )
    return cost, total
