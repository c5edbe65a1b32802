"""Sums over predictors, carried to the parameters fit by fit in compiled code.

Matrices of a few rows take longer to hand to a batched product than to multiply.
"""

from __future__ import annotations

import numpy as np

from moeviz.model.fused import elementary as el
from moeviz.model.fused.kept import kept


@kept(
    "void(f8[:,:,::1], f8[:,:,:,::1], f8[:,::1], f8[:,:,::1])",
    fastmath=set(el.FAST),
)  # fmt: skip
def carry(total: np.ndarray, chart: np.ndarray, slope: np.ndarray, gram: np.ndarray) -> None:
    """Write C^T R e and C^T R R^T C, where C holds the charts and is otherwise the identity.

    Parameters
    ----------
    total : shape (F, S + 1, S + 1)
        Products of the rows by the predictors and the residual, which is the last.
    chart : shape (F, K, Dz, G)
        How each atom's coordinates change with its gate.
    slope, gram : shapes (F, P) and (F, P, P)
        Overwritten.
    """
    atoms, coordinates, gates = chart.shape[1], chart.shape[2], chart.shape[3]
    size, parameters = total.shape[1] - 1, gram.shape[1]
    height, width = size // atoms, parameters // atoms
    half = np.empty((size + 1, parameters))
    for f in range(chart.shape[0]):
        for a in range(size + 1):
            to, row = half[a], total[f, a]
            for i in range(atoms):
                at, own = i * width, i * height
                for c in range(gates):
                    to[at + c] = 0.0
                for b in range(coordinates):
                    for c in range(gates):
                        to[at + c] += row[own + b] * chart[f, i, b, c]
                for e in range(height - coordinates):
                    to[at + gates + e] = row[own + coordinates + e]
        for p in range(parameters):
            slope[f, p] = half[size, p]
        for i in range(atoms):
            at, own = i * width, i * height
            for c in range(gates):
                to = gram[f, at + c]
                for p in range(parameters):
                    to[p] = 0.0
                for b in range(coordinates):
                    factor, row = chart[f, i, b, c], half[own + b]
                    for p in range(parameters):
                        to[p] += factor * row[p]
            for e in range(height - coordinates):
                to, row = gram[f, at + gates + e], half[own + coordinates + e]
                for p in range(parameters):
                    to[p] = row[p]
