r"""Moments of the complete data: what expectation-maximisation sees of a density.

With responsibilities :math:`r_{ni}`, the expected complete log-likelihood
:math:`Q = \sum_n \sum_i r_{ni} (\log g_i(x_n) + \log p_i(y_n|x_n))` has at the present parameters
the same gradient as the observed log-likelihood, and the information

.. math:: \sum_n \Bigl[\sum_i \bigl(g_i\, S_i S_i^\top + r_{ni} \sum_c E_{ic} E_{ic}^\top\bigr)
          - \Bigl(\sum_i g_i S_i\Bigr) \Bigl(\sum_i g_i S_i\Bigr)^\top\Bigr]

with S the scores' derivatives and E the rows of single components. It is at least as large as the
observed information, which is why the steps of EM are short and safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.model.fused.choice import allowed
from moeviz.model.fused.complete import PASS, complete
from moeviz.model.fused.density import supported
from moeviz.model.mixture import Features, Mixture, Pass
from moeviz.model.moments import Moments, chain_of, chunk_length, pieces, to_gram, to_slope
from moeviz.model.output import Row
from moeviz.model.threads import one_thread

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class CompleteMoments(Moments):
    """Moments of the complete data.

    Attributes
    ----------
    share : Tensor, shape (F, K)
        Sum of each atom's responsibilities.
    """

    share: Tensor


def complete_moments(
    mixture: Mixture, theta: Tensor, features: Features, response: Tensor, rows: Tensor
) -> CompleteMoments:
    """Sum deviance, score and complete-data information over the samples.

    Parameters
    ----------
    mixture : Mixture
        Of a density.
    theta : Tensor, shape (F, P)
        Parameters of F fits.
    features : Features
        Features of R data sets, with one leading axis.
    response : Tensor, shape (R, N)
        Observations.
    rows : Tensor of int, shape (F,)
        Which data set each fit uses.

    Returns
    -------
    CompleteMoments
    """
    if supported(mixture) and allowed(theta, PASS):
        layout = mixture.layout_of(theta, features)
        cost, slope, gram, share = complete(
            mixture, mixture.predictors(theta, layout), features, response, rows
        )
        chain = chain_of(mixture, theta, layout)
        return CompleteMoments(cost, to_slope(slope, chain), to_gram(gram, chain), share)
    sums = _Sums(mixture, theta, features)
    chunk, longest = chunk_length(features, theta.device)
    add = sums.add_joint if mixture.score.reads_expert else sums.add_apart
    with one_thread():
        for piece, observed in pieces(features, response, rows, chunk):
            add(piece, observed, longest)
    return sums.result()


class _Sums:
    """Running sums over the samples, in the coordinates of the predictors."""

    def __init__(self, mixture: Mixture, theta: Tensor, features: Features) -> None:
        self.mixture = mixture
        self.layout = mixture.layout_of(theta, features)
        self.predictors = mixture.predictors(theta, self.layout)
        self.chain = chain_of(mixture, theta, self.layout)
        fits, atoms, height = (
            theta.shape[0],
            self.layout.atoms,
            mixture.height(features, self.layout),
        )
        self.split = height - self.layout.expert_width
        self.mixed = theta.new_zeros(fits, atoms, height, atoms, height)
        self.blocks = theta.new_zeros(fits, atoms, height, height)
        self.slope = theta.new_zeros(fits, atoms, height)
        self.cost = theta.new_zeros(fits)
        self.share = theta.new_zeros(fits, atoms)
        self.buffers: dict[str, Tensor] = {}

    def buffer(self, name: str, rows: int, samples: int, longest: int) -> Tensor:
        """Return a buffer of aligned rows, shape (F, K, rows, longest), 0 beyond the samples."""
        if name not in self.buffers:
            self.buffers[name] = self.slope.new_zeros(*self.share.shape, rows, longest)
        if samples < longest:
            self.buffers[name].zero_()
        return self.buffers[name]

    def _components(self, piece: Features, observed: Tensor) -> tuple[Pass, Tensor, list[Row]]:
        at = self.mixture.run(self.predictors, piece)
        cost, shares, rows = self.mixture.output.component_rows(
            self.mixture.gate, at.values, observed
        )
        self.cost += cost.sum(-1)
        self.share += shares.sum(-1)
        return at, shares, rows

    def add_apart(self, piece: Features, observed: Tensor, longest: int) -> None:
        """Add samples where scores and experts share no parameters."""
        n, gates, experts = piece.samples, slice(0, self.split), slice(self.split, None)
        at, shares, rows = self._components(piece, observed)
        weights = at.values.weights
        weighted = self.buffer("gate", self.split, n, longest)
        plain = self.buffer("features", self.split, n, longest)
        plain[..., :n] = piece.gate.unsqueeze(1)
        torch.mul(weights.unsqueeze(-2), plain[..., :n], out=weighted[..., :n])
        flat = weighted.flatten(1, 2)
        product = torch.bmm(flat, flat.transpose(1, 2)).unflatten(2, (-1, self.split))
        self.mixed[:, :, gates, :, gates] += product.unflatten(1, (-1, self.split))
        self.blocks[..., gates, gates] += torch.matmul(weighted, plain.transpose(-1, -2))
        self.slope[..., gates] += _times(plain[..., :n], shares - weights)
        root = shares.sqrt()
        own = self.buffer("expert", self.layout.expert_width, n, longest)
        for row in rows:
            self.mixture.write_expert(
                [root * v for v in row.by_value],
                [root * v for v in row.by_scalar],
                at,
                piece,
                own[..., :n],
            )
            self.blocks[..., experts, experts] += torch.matmul(own, own.transpose(-1, -2))
            self.slope[..., experts] += _times(own[..., :n], root * row.residual)

    def add_joint(self, piece: Features, observed: Tensor, longest: int) -> None:
        """Add samples where scores read the experts."""
        n, height = piece.samples, self.slope.shape[-1]
        at, shares, rows = self._components(piece, observed)
        weights = at.values.weights
        scored, weighted, own = (
            self.buffer(name, height, n, longest) for name in ("scored", "weighted", "own")
        )
        self.mixture.write(
            Row(torch.ones_like(weights), [], [], observed), at, piece, scored[..., :n]
        )
        torch.mul(scored[..., :n], weights.unsqueeze(-2), out=weighted[..., :n])
        flat = weighted.flatten(1, 2)
        self.mixed += torch.bmm(flat, flat.transpose(1, 2)).reshape(self.mixed.shape)
        self.blocks += torch.matmul(weighted, scored.transpose(-1, -2))
        self.slope += _times(scored[..., :n], shares - weights)
        root = shares.sqrt()
        for row in rows:
            self.mixture.write(row, at, piece, own[..., :n])
            own[..., :n] *= root.unsqueeze(-2)
            self.blocks += torch.matmul(own, own.transpose(-1, -2))
            self.slope += _times(own[..., :n], root * row.residual)

    def result(self) -> CompleteMoments:
        """Return the moments in the parameters."""
        total = -self.mixed
        for i in range(self.layout.atoms):
            total[:, i, :, i, :] += self.blocks[:, i]
        total = total.flatten(3, 4).flatten(1, 2)
        slope = to_slope(self.slope.flatten(1), self.chain)
        return CompleteMoments(self.cost, slope, to_gram(total, self.chain), self.share)


def _times(rows: Tensor, weights: Tensor) -> Tensor:
    """Return each row's sum of products with its atom's weights, shape (F, K, H).

    Not a matrix product, whose last bits depend on how the rows lie in memory.
    """
    return (rows * weights.unsqueeze(-2)).sum(-1)
