"""The data of a block's fits: drawn inputs and noise, answered by the model of the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from moeviz.model import Features
from moeviz.study.plan import Block
from moeviz.study.scenario import Fit, sample
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
    """
    draws = sample(spec, block.n, block.first, block.last).to(device)
    features = fit.mixture.features(draws.x)
    made = features if fit.source == fit.mixture else fit.source.features(draws.x)
    values = fit.source.values(fit.truth.to(device), made)
    return features, fit.source.output.observe(values, draws.uniform, draws.normal)
