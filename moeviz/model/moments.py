r"""Second moments of a mixture's rows and residuals, summed over samples in chunks.

One matrix product per chunk gives what estimation and the Fisher information need: with the
residual e as one more row under the rows R,

.. math:: \begin{pmatrix} R \\ e \end{pmatrix} \begin{pmatrix} R \\ e \end{pmatrix}^\top
          = \begin{pmatrix} R R^\top & R e \\ (R e)^\top & e^\top e \end{pmatrix}.

A fit's sums do not depend, to the last bit, on which other fits share its batch: the chunk's
length depends on the samples alone, each fit's data are copied into a contiguous chunk whose rows
are aligned in memory, and the sums run on one thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.model.fused import density, descent, regression
from moeviz.model.fused.choice import allowed
from moeviz.model.fused.regression import carried, products, supported
from moeviz.model.measure import Layout
from moeviz.model.mixture import Features, Mixture
from moeviz.model.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor

CHUNK = {"cpu": 1024, "cuda": 65536}
"""Samples per chunk by device: rows of a chunk stay in cache on a CPU, and fill a GPU."""


ALIGNED = 64
"""The buffer's rows are a multiple of this many numbers long; columns beyond the data are 0."""


@dataclass(frozen=True)
class Moments:
    """Sums over the samples of each fit.

    Attributes
    ----------
    cost : Tensor, shape (F,)
        Sum of squared residuals, or the deviance -2 log-likelihood.
    slope : Tensor, shape (F, P)
        Minus half the gradient of `cost`.
    gram : Tensor, shape (F, P, P)
        The curvature: R R^T for least squares, an information matrix for likelihoods.
    """

    cost: Tensor
    slope: Tensor
    gram: Tensor


def pieces(
    features: Features, response: Tensor, rows: Tensor, chunk: int
) -> Iterator[tuple[Features, Tensor]]:
    """Yield the samples of the data sets `rows` chunk by chunk, each fit's own copy."""
    for first in range(0, features.samples, chunk):
        last = min(first + chunk, features.samples)
        yield features.take(rows, first, last), response[:, first:last].index_select(0, rows)


def chunk_length(features: Features, device: torch.device) -> tuple[int, int]:
    """Return the samples per chunk and the buffer's length, which is aligned."""
    chunk = CHUNK[device.type]
    return chunk, min(chunk, -(-features.samples // ALIGNED) * ALIGNED)


def moments(
    mixture: Mixture,
    theta: Tensor,
    features: Features,
    response: Tensor,
    rows: Tensor | None = None,
) -> Moments:
    """Sum cost and products of derivatives over the samples.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (F, P)
        Parameters of F fits.
    features : Features
        Features of R data sets, with one leading axis.
    response : Tensor, shape (R, N)
        Observations.
    rows : Tensor of int, shape (F,), optional
        Which data set each fit uses; by default fit f uses data set f.

    Returns
    -------
    Moments

    Notes
    -----
    Memory is that of one chunk: about 8 F (P + K + 2 D) bytes per sample of it.
    """
    fits = theta.shape[0]
    if rows is None:
        rows = torch.arange(fits, device=theta.device)
    layout = mixture.layout_of(theta, features)
    predictors = mixture.predictors(theta, layout)
    height = mixture.height(features, layout)
    size = layout.atoms * height
    if supported(mixture) and allowed(theta, regression.PASS):
        total = products(mixture, predictors, features, response, rows)
        return _moments(total[:, size, size].clone(), total, chain_of(mixture, theta, layout))
    if density.supported(mixture) and allowed(theta, density.PASS):
        cost, total = density.likelihood(mixture, predictors, features, response, rows)
        return _moments(cost, total, chain_of(mixture, theta, layout))
    chunk, longest = chunk_length(features, theta.device)
    buffer = theta.new_zeros(fits, size + 1, longest)
    total = theta.new_zeros(fits, size + 1, size + 1)
    cost = theta.new_zeros(fits)
    with one_thread():
        for piece, observed in pieces(features, response, rows, chunk):
            if piece.samples < longest:
                buffer.zero_()
            filled = buffer[..., : piece.samples]
            derivatives = filled[:, :size].unflatten(1, (layout.atoms, height))
            at = mixture.run(predictors, piece)
            each, found = mixture.output.rows(mixture.gate, at.values, observed)
            for row in found:
                mixture.write(row, at, piece, derivatives)
                filled[:, size] = row.residual
                total += torch.bmm(buffer, buffer.transpose(1, 2))
            cost += each.sum(-1)
    if mixture.output.cost_unit is None:
        cost = total[:, size, size].clone()
    return _moments(cost, total, chain_of(mixture, theta, layout))


def costs(
    mixture: Mixture, theta: Tensor, features: Features, response: Tensor, rows: Tensor
) -> Tensor:
    """Return the cost of each fit, shape (F,), as :func:`moments` but without its products.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (F, P)
    features : Features
        Of R data sets.
    response : Tensor, shape (R, N)
    rows : Tensor of int, shape (F,)
        Which data set each fit uses.
    """
    if descent.has_costs(mixture) and allowed(theta, descent.COSTS):
        predictors = mixture.predictors(theta, mixture.layout_of(theta, features))
        return descent.costs(mixture, predictors, features, response, rows)
    return moments(mixture, theta, features, response, rows).cost


def _moments(cost: Tensor, total: Tensor, chain: Tensor | None) -> Moments:
    """Carry sums over predictors, shape (F, S + 1, S + 1), to the parameters."""
    if chain is not None and allowed(total, regression.CHAIN):
        return Moments(cost, *carried(total, chain))
    return Moments(cost, to_slope(total[:, :-1, -1], chain), to_gram(total[:, :-1, :-1], chain))


def slopes(mixture: Mixture, theta: Tensor, features: Features, response: Tensor) -> Tensor:
    """Return minus half the gradient of each fit's cost, shape (F, P), over few samples.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (F, P)
    features : Features
        Features of F data sets.
    response : Tensor, shape (F, N)
    """
    layout = mixture.layout_of(theta, features)
    predictors = mixture.predictors(theta, layout)
    if supported(mixture) and allowed(theta, regression.PASS):
        every = torch.arange(theta.shape[0])
        sums = products(mixture, predictors, features, response, every, every=False)
        return _pulled_back(mixture, theta, layout, sums[:, 0, :-1])
    if density.supported(mixture) and allowed(theta, density.PASS):
        every = torch.arange(theta.shape[0])
        _, sums = density.likelihood(mixture, predictors, features, response, every, every=False)
        return _pulled_back(mixture, theta, layout, sums[:, 0, :-1])
    at = mixture.run(predictors, features)
    found = mixture.output.slope_rows(mixture.gate, at.values, response)
    height = mixture.height(features, layout)
    out = theta.new_empty(theta.shape[0], layout.atoms, height, features.samples)
    total = theta.new_zeros(theta.shape[0], layout.atoms * height)
    for row in found:
        mixture.write(row, at, features, out)
        # Not a matrix product, whose last bits depend on how the rows lie in memory.
        out *= row.residual[:, None, None, :]
        total += out.sum(-1).flatten(1)
    return _pulled_back(mixture, theta, layout, total)


def _pulled_back(mixture: Mixture, theta: Tensor, layout: Layout, slope: Tensor) -> Tensor:
    """Carry a slope over predictors, shape (F, S), to the parameters; :func:`to_slope` of few fits.

    The batches of a protocol are so small that the scores' matrices would cost more than the pass.
    """
    own = slope.unflatten(1, (layout.atoms, -1))
    split = own.shape[2] - 1 - layout.expert_width
    gate = mixture.score.pull_back(layout.unpack(theta).gate, own[..., :split])
    return torch.cat([gate, own[..., split:]], dim=-1).flatten(1)


def chain_of(mixture: Mixture, theta: Tensor, layout: Layout) -> Tensor | None:
    """Return how the scores' coordinates change with the gates, shape (F, K, Dz, G).

    All other predictors are parameters themselves. None where the coordinates are, too.
    """
    if mixture.score.flat:
        return None
    return mixture.score.chart_jacobian(layout.unpack(theta).gate)


def to_slope(slope: Tensor, chain: Tensor | None) -> Tensor:
    """Carry a slope over predictors, shape (F, S), to the parameters, shape (F, P)."""
    if chain is None:
        return slope.clone()
    own = slope.unflatten(1, (chain.shape[1], -1))
    split = chain.shape[2]
    gate = torch.einsum("fia,fiac->fic", own[..., :split], chain)
    return torch.cat([gate, own[..., split:]], dim=-1).flatten(1)


def to_gram(total: Tensor, chain: Tensor | None) -> Tensor:
    """Carry sums over predictors, shape (F, S, S), to the parameters, shape (F, P, P)."""
    if chain is None:
        return total.clone()
    atoms, split = chain.shape[1:3]
    gram = total.unflatten(2, (atoms, -1)).unflatten(1, (atoms, -1))
    gate = torch.einsum("fiajb,fjbe->fiaje", gram[..., :split], chain)
    half = torch.cat([gate, gram[..., split:]], dim=-1)
    gate = torch.einsum("fiac,fiaje->ficje", chain, half[:, :, :split])
    return torch.cat([gate, half[:, :, split:]], dim=2).flatten(3).flatten(1, 2)
