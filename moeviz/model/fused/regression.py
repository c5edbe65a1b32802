"""Which regressions the fused pass knows, and the way from tensors to it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from moeviz.errors import FormulaError, ShapeError
from moeviz.model.fused.instructions import UnsupportedError, instructions_of
from moeviz.model.gates import Gate, SigmoidGate, SoftmaxGate, TopSigmoidGate, TopSoftmaxGate
from moeviz.model.outputs import GaussianRegression

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

    from moeviz.model.mixture import Features, Mixture, Predictors

GATES: dict[type[Gate], int] = {
    SoftmaxGate: 0,
    TopSoftmaxGate: 0,
    SigmoidGate: 1,
    TopSigmoidGate: 1,
}
"""The gates that compiled code knows, and which formula each has."""

PASS = "least_squares"
"""The module of the compiled pass."""

CHAIN = "chain"
"""The module that carries sums to the parameters."""


@lru_cache(maxsize=256)
def supported(mixture: Mixture) -> bool:
    """Return whether the fused pass computes this mixture's moments.

    It does of a regression whose scores are linear in their features or read off the expert, with
    a gate that compiled code knows and formulas that have instructions.
    """
    return (
        type(mixture.output) is GaussianRegression
        and type(mixture.gate) in GATES
        and has_instructions(mixture)
    )


def has_instructions(mixture: Mixture) -> bool:
    """Return whether the texts of the expert, and of a score that reads it, have instructions."""
    try:
        instructions_of(mixture.expert, mixture.score)
    except (UnsupportedError, FormulaError, AttributeError):
        return False  # a part without a text, or of words that are not known here
    return True


def products(
    mixture: Mixture,
    predictors: Predictors,
    features: Features,
    response: Tensor,
    rows: Tensor,
    every: bool = True,
) -> Tensor:
    """Sum the products of the rows by the predictors and the residual, which is the last.

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
    Tensor, shape (F, S + 1, S + 1) or (F, 1, S + 1)
    """
    from moeviz.model.fused.least_squares import sum_products

    expert, written = mixture.expert, instructions_of(mixture.expert, mixture.score)
    fits, atoms, _ = predictors.gate.shape
    height = atoms * (predictors.gate.shape[2] + predictors.expert.shape[2]) + 1
    total = torch.empty(fits, height if every else 1, height, dtype=torch.float64)
    sum_products(
        as_array(predictors.gate),
        as_array(predictors.expert),
        GATES[type(mixture.gate)],
        mixture.gate.kept(atoms),
        written.steps,
        written.numbers,
        written.outputs,
        expert.heads,
        expert.scalars,
        *data_arrays(features, response, rows, fits),
        total.numpy(),
    )
    return total


def carried(total: Tensor, chain: Tensor) -> tuple[Tensor, Tensor]:
    """Carry sums over predictors to the parameters.

    Parameters
    ----------
    total : Tensor, shape (F, S + 1, S + 1)
        As :func:`products` returns it.
    chain : Tensor, shape (F, K, Dz, G)
        How the scores' coordinates change with the gates.

    Returns
    -------
    slope, gram : Tensor, shapes (F, P) and (F, P, P)
    """
    from moeviz.model.fused.chain import carry

    fits, atoms, coordinates, gates = chain.shape
    size = total.shape[1] - 1 + atoms * (gates - coordinates)
    slope, gram = total.new_empty(fits, size), total.new_empty(fits, size, size)
    carry(as_array(total), as_array(chain), slope.numpy(), gram.numpy())
    return slope, gram


def data_arrays(
    features: Features, response: Tensor, rows: Tensor, fits: int | None = None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return features, observations and each fit's data set, for a compiled pass to read.

    Parameters
    ----------
    features : Features
        Of R data sets.
    response : Tensor, shape (R, N)
    rows : Tensor of int, shape (F,)
    fits : int, optional
        F; by default there are as many as `rows` has.

    Raises
    ------
    ShapeError
        If the responses do not go with the features, or a fit's data set is not there; compiled
        code would read beside its arrays and say nothing. If numbers are of a kind that the way
        tensor by tensor refuses, too.
    """
    gate, expert, y = sample_arrays(features, response)
    sets = expert.shape[0]
    if rows.dtype not in (torch.int64, torch.int32) or rows.shape != (fits or rows.numel(),):
        raise ShapeError(
            f"Expected whole numbers (int64 or int32) of shape ({fits or rows.numel()},), each "
            f"fit's data set, but got {rows.dtype} of shape {tuple(rows.shape)}."
        )
    which = as_array(rows.to(torch.int64))
    if which.size and not (which.min() >= 0 and which.max() < sets):
        raise ShapeError(
            f"Expected data sets from 0 to {sets - 1}, but got {which.min()} to {which.max()}."
        )
    return gate, expert, y, which


def sample_arrays(
    features: Features, response: Tensor
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features and observations, for compiled code to read.

    Whatever real numbers the observations are, they become those of full width.

    Parameters
    ----------
    features : Features
        Of R data sets.
    response : Tensor, shape (R, N)

    Raises
    ------
    ShapeError
        If they do not go together, or cannot be turned into numbers of full width.
    """
    sets, samples = int(features.expert.shape[0]), features.samples
    if tuple(response.shape) != (sets, samples):
        raise ShapeError(
            f"Expected responses of shape ({sets}, {samples}), as the features have, but got "
            f"{tuple(response.shape)}."
        )
    kinds = {features.gate.dtype, features.expert.dtype}
    if kinds != {torch.float64} or response.is_complex():
        raise ShapeError(
            "Expected features of torch.float64 and real responses, but got features of "
            f"{' and '.join(sorted(map(str, kinds)))} and responses of {response.dtype}; turn "
            "them into torch.float64 first."
        )
    y = as_array(response.to(torch.float64))
    return as_array(features.gate), as_array(features.expert), y


def as_array(tensor: Tensor) -> np.ndarray:
    """Return a tensor's numbers, contiguous, for compiled code to read."""
    array: np.ndarray = tensor.detach().contiguous().numpy()
    return array
