"""The way from tensors to the compiled loops that make a study's data sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moeviz.model.fused.instructions import instructions_of
from moeviz.model.fused.regression import GATES, as_array, sample_arrays
from moeviz.model.outputs import GaussianRegression
from moeviz.model.scores import TINY

if TYPE_CHECKING:
    from torch import Tensor

    from moeviz.model.mixture import Features, Mixture, Predictors

PASS = "answers"
"""The module of the compiled loops."""


def observe(mixture: Mixture, predictors: Predictors, features: Features, response: Tensor) -> None:
    """Turn standard normal draws into observations.

    Parameters
    ----------
    mixture : Mixture
        One that :func:`~moeviz.model.fused.regression.supported` knows.
    predictors : Predictors
        Of one parameter vector.
    features : Features
        Of R data sets.
    response : Tensor, shape (R, N)
        The draws; overwritten, however they lie in memory.

    Raises
    ------
    ShapeError
        If the draws do not go with the features.
    """
    from moeviz.model.fused.answers import add_means

    expert, output = mixture.expert, mixture.output
    written = instructions_of(expert, mixture.score)
    if not isinstance(output, GaussianRegression):
        raise TypeError(f"Expected a regression, but got {output.name}; ask `supported` first.")
    draws = response.contiguous()
    add_means(
        as_array(predictors.gate),
        as_array(predictors.expert),
        GATES[type(mixture.gate)],
        mixture.gate.kept(int(predictors.gate.shape[0])),
        written.steps,
        written.numbers,
        int(written.outputs[0]),
        int(written.outputs[-2]) if mixture.score.reads_expert else -1,
        expert.heads,
        expert.scalars,
        output.noise,
        *sample_arrays(features, draws),
    )
    if draws is not response:
        response.copy_(draws)


def gate_features(mixture: Mixture, inputs: Tensor) -> Tensor | None:
    """Return the score's features and a last row of ones, shape (R, Dz + 1, N).

    Parameters
    ----------
    mixture : Mixture
    inputs : Tensor, shape (R, D + 1, N)
        The inputs and a last row of ones.

    Returns
    -------
    Tensor or None
        None of features that compiled code does not know.
    """
    from moeviz.model.fused.answers import divide_by_norms

    beside = mixture.score.beside_norm
    if beside is None:
        return None
    out = inputs.new_empty(inputs.shape)
    divide_by_norms(as_array(inputs), beside, TINY, out.numpy())
    return out
