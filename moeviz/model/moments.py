r"""Second moments of a mixture's residual and Jacobian, summed over samples in chunks.

One matrix product per chunk gives all three quantities that least squares and the Fisher
information need: with the residual r as one more row under the Jacobian J,

.. math:: \begin{pmatrix} J \\ r \end{pmatrix} \begin{pmatrix} J \\ r \end{pmatrix}^\top
          = \begin{pmatrix} J J^\top & J r \\ (J r)^\top & r^\top r \end{pmatrix}.

A fit's sums do not depend, to the last bit, on which other fits share its batch: the chunk's
length depends on the samples alone, each fit's data are copied into a contiguous chunk whose rows
are aligned in memory, and the sums run on one thread.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from moeviz.model.mixture import Features, Mixture
from moeviz.model.threads import one_thread

CHUNK = {"cpu": 2048, "cuda": 16384}
"""Samples per chunk by device: rows of a chunk stay in cache on a CPU, and fill a GPU."""


ALIGNED = 64
"""The buffer's rows are a multiple of this many numbers long; columns beyond the data are 0."""


@dataclass(frozen=True)
class Moments:
    """Sums over the samples of each fit.

    Attributes
    ----------
    squares : Tensor, shape (F,)
        Sum of squared residuals r = y - f.
    slope : Tensor, shape (F, P)
        Sum of r * df/dtheta: minus half the gradient of `squares`.
    gram : Tensor, shape (F, P, P)
        Sum of df/dtheta df/dtheta^T.
    """

    squares: Tensor
    slope: Tensor
    gram: Tensor


def moments(
    mixture: Mixture,
    theta: Tensor,
    features: Features,
    response: Tensor,
    rows: Tensor | None = None,
) -> Moments:
    """Sum squared residuals and products of derivatives over the samples.

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
    height = int(features.gate.shape[-2] + features.expert.shape[-2])
    size = layout.atoms * height
    chunk = CHUNK[theta.device.type]
    longest = min(chunk, -(-features.samples // ALIGNED) * ALIGNED)
    buffer = theta.new_zeros(fits, size + 1, longest)
    total = theta.new_zeros(fits, size + 1, size + 1)
    with one_thread():
        for first in range(0, features.samples, chunk):
            last = min(first + chunk, features.samples)
            if last - first < longest:
                buffer.zero_()
            filled = buffer[..., : last - first]
            jacobian = filled[:, :size].unflatten(1, (layout.atoms, height))
            piece = features.take(rows, first, last)
            value = mixture.values_and_rows(predictors, piece, jacobian)
            observed = response[:, first:last].index_select(0, rows)
            torch.sub(observed, value, out=filled[:, size])
            total += torch.bmm(buffer, buffer.transpose(1, 2))
    return _in_parameters(total, mixture.chain(theta, layout))


def _in_parameters(total: Tensor, chain: Tensor) -> Moments:
    """Carry sums over predictors, shape (F, S + 1, S + 1), to the parameters by the chain rule."""
    fits, atoms, height, width = chain.shape
    size = atoms * height
    gram = total[:, :size, :size].unflatten(2, (atoms, height)).unflatten(1, (atoms, height))
    half = torch.einsum("fiajb,fjbe->fiaje", gram, chain)
    full = torch.einsum("fiac,fiaje->ficje", chain, half)
    slope = torch.einsum(
        "fia,fiac->fic", total[:, :size, size].unflatten(1, (atoms, height)), chain
    )
    return Moments(
        total[:, size, size].clone(),
        slope.flatten(1),
        full.reshape(fits, atoms * width, atoms * width),
    )
