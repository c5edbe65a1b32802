"""The data of a block's fits: drawn inputs and noise, answered by the model of the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from moeviz.model import Features
from moeviz.study.plan import Block
from moeviz.study.scenario import PIECE, Fit, sample
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
    replicates, _, n = draws.inputs.shape
    width = int(mixture.features(draws.x[:1, :, :1]).gate.shape[-2])
    gate = draws.inputs.new_ones(replicates, width, n)
    response = draws.normal
    predictors = source.predictors(fit.truth.to(device), fit.true_layout)
    for rows, part in _pieces(replicates, n, device):
        inputs = draws.inputs[rows, :, part]
        own = gate[rows, :, part]
        own[:, :-1] = mixture.score.features(inputs[:, :-1])
        made = Features(own, inputs)
        if source.score != mixture.score:
            made = source.features(inputs[:, :-1])
        values = source.run(predictors, made).values
        response[rows, part] = source.output.observe(
            values, draws.uniform[rows, part], draws.normal[rows, part]
        )
    return Features(gate, draws.inputs), response


def _pieces(replicates: int, n: int, device: str) -> Iterator[tuple[slice, slice]]:
    """Yield replicates and samples that belong together: everything at once on a GPU."""
    most = replicates * n if device != "cpu" else PIECE
    together = max(1, most // n)
    for first in range(0, replicates, together):
        for at in range(0, n, most):
            yield slice(first, first + together), slice(at, at + most)
