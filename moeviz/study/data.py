"""The data of a block's fits: drawn inputs and noise, answered by the model of the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from moeviz.model import Features, Mixture
from moeviz.model.fused.choice import allowed
from moeviz.model.fused.observations import PASS, gate_features, observe
from moeviz.model.fused.regression import supported
from moeviz.model.mixture import Predictors
from moeviz.study.draws import PIECE, Draws, sample
from moeviz.study.plan import Block
from moeviz.study.scenario import Fit
from moeviz.study.specification import Specification

if TYPE_CHECKING:
    from torch import Tensor


def data_of(
    spec: Specification, fit: Fit, block: Block, device: str = "cpu"
) -> tuple[Features, Tensor]:
    """Return the features of a block's data sets, for the fitted model, and their responses.

    Parameters
    ----------
    spec : Specification
    fit : Fit
    block : Block
        Says which sample size and replicates.
    device : str
        Where to compute.

    Returns
    -------
    features : Features
    response : Tensor, shape (replicates, n)

    Notes
    -----
    The samples are worked through in pieces that stay in the processor's cache, and what is kept
    is written where it stays.
    """
    draws = sample(spec, block.n, block.first, block.last).to(device)
    mixture, source = fit.mixture, fit.source
    gate = _gate_features(mixture, draws.inputs)
    made = gate if source.score == mixture.score else _gate_features(source, draws.inputs)
    predictors = source.predictors(fit.truth.to(device), fit.true_layout)
    _answer(source, predictors, Features(made, draws.inputs), draws)
    return Features(gate, draws.inputs), draws.normal


def _gate_features(mixture: Mixture, inputs: Tensor) -> Tensor:
    """Return the score's features and a last row of ones, shape (R, Dz + 1, N)."""
    if allowed(inputs, PASS) and (compiled := gate_features(mixture, inputs)) is not None:
        return compiled
    x = inputs[:, :-1]
    first = x[:1, :, :1]
    one = mixture.score.features(first)
    if one is first:  # the inputs themselves, which nobody writes to
        return inputs
    gate = inputs.new_ones(x.shape[0], one.shape[-2] + 1, x.shape[-1])
    for rows, part in _pieces(x):
        gate[rows, :-1, part] = mixture.score.features(x[rows, :, part])
    return gate


def _answer(source: Mixture, predictors: Predictors, features: Features, draws: Draws) -> None:
    """Turn the normal draws into observations."""
    response = draws.normal
    if supported(source) and allowed(response, PASS):
        observe(source, predictors, features, response)
        return
    for rows, part in _pieces(features.expert):
        piece = Features(features.gate[rows, :, part], features.expert[rows, :, part])
        response[rows, part] = source.output.observe(
            source.run(predictors, piece).values, draws.uniform[rows, part], response[rows, part]
        )


def _pieces(x: Tensor) -> Iterator[tuple[slice, slice]]:
    """Yield replicates and samples that belong together: everything at once on a GPU."""
    replicates, n = int(x.shape[0]), int(x.shape[-1])
    most = PIECE if x.device.type == "cpu" else replicates * n
    together = max(1, most // n)
    for first in range(0, replicates, together):
        for at in range(0, n, most):
            yield slice(first, first + together), slice(at, at + most)
