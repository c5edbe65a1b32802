"""The complete data's moments of densities, by compiled code."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.model.fused.density import classes_of
from moeviz.model.fused.instructions import instructions_of
from moeviz.model.fused.regression import as_array, data_arrays

if TYPE_CHECKING:
    from torch import Tensor

    from moeviz.model.mixture import Features, Mixture, Predictors

PASS = "complete_pass"
"""The module of the compiled pass."""


@dataclass(frozen=True)
class Plan:
    """Which sums over the samples an expert needs, and where its moments lie among them.

    A sum is one row of weights times one product of two of the W features. Its place is W's pair
    (in the order of pairs a <= b) times the number of an atom's rows, plus the row.

    Attributes
    ----------
    pairs : numpy.ndarray of int64, shape (G, 3)
        Channels m <= m' of all copies, and the first row of weights of their product, one for
        each atom.
    singles : numpy.ndarray of int64, shape (H,)
        The first row of each channel's own weights.
    ends : numpy.ndarray of int64, shape (3,)
        How many rows go with products of two features, with these or single ones, and at all.
    gram : numpy.ndarray of int64, shape (E, E)
        The places of an atom's information.
    slope : numpy.ndarray of int64, shape (E,)
        The places of its slope.
    """

    pairs: np.ndarray
    singles: np.ndarray
    ends: np.ndarray
    gram: np.ndarray
    slope: np.ndarray


def _pair(a: int, b: int, width: int) -> int:
    a, b = min(a, b), max(a, b)
    return a * width - a * (a - 1) // 2 + b - a


@lru_cache(maxsize=64)
def plan_of(copies: int, heads: int, scalars: int, width: int, atoms: int) -> Plan:
    """Return the plan for `atoms`, each with `copies` of an expert over `width` features.

    Parameters
    ----------
    copies, heads, scalars, width, atoms : int
    """
    wide = [h < heads for _ in range(copies) for h in range(heads + scalars)]
    # Predictors go with all features; a scalar goes with the last, which is 1.
    rows: list[list[tuple[int, ...]]] = [[], [], []]
    for m, predictor in enumerate(wide):
        rows[1 if predictor else 2].append((m,))
    pairs = list(itertools.combinations_with_replacement(range(len(wide)), 2))
    for m, o in pairs:
        rows[2 - wide[m] - wide[o]].append((m, o))
    row_of = {which: row for row, which in enumerate(itertools.chain(*rows))}
    columns = [
        (m, a)
        for m, predictor in enumerate(wide)
        for a in (range(width) if predictor else [width - 1])
    ]
    many = len(row_of)
    return Plan(
        np.array([(m, o, atoms * row_of[(m, o)]) for m, o in pairs], dtype=np.int64),
        np.array([atoms * row_of[(m,)] for m in range(len(wide))], dtype=np.int64),
        atoms * np.cumsum([len(kind) for kind in rows]).astype(np.int64),
        np.array(
            [
                [_pair(a, b, width) * many + row_of[(min(m, o), max(m, o))] for o, b in columns]
                for m, a in columns
            ],
            dtype=np.int64,
        ),
        np.array([_pair(a, width - 1, width) * many + row_of[(m,)] for m, a in columns]),
    )


def complete(
    mixture: Mixture, predictors: Predictors, features: Features, response: Tensor, rows: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return the complete data's moments over the predictors.

    Parameters
    ----------
    mixture : Mixture
        One that :func:`moeviz.model.fused.density.supported` says yes to.
    predictors : Predictors
        Of F fits.
    features : Features
        Of R data sets.
    response : Tensor, shape (R, N)
    rows : Tensor of int, shape (F,)
        Which data set each fit uses.

    Returns
    -------
    cost : Tensor, shape (F,)
    slope : Tensor, shape (F, S)
    information : Tensor, shape (F, S, S)
    share : Tensor, shape (F, K)
    """
    from moeviz.model.fused.complete_pass import sum_complete

    expert, written = mixture.expert, instructions_of(mixture.expert, mixture.score)
    fits, atoms, wide = predictors.gate.shape
    height = wide + predictors.expert.shape[2]
    width = int(features.expert.shape[-2])
    plan = plan_of(mixture.output.copies, expert.heads, expert.scalars, width, atoms)
    linear = written.outputs[0] == 0 and not mixture.score.reads_expert
    cost, share = torch.zeros(fits, dtype=torch.float64), torch.zeros(fits, atoms).double()
    slope = torch.zeros(fits, atoms, height, dtype=torch.float64)
    gram = torch.zeros(fits, atoms, height, atoms, height, dtype=torch.float64)
    sum_complete(
        as_array(predictors.gate),
        as_array(predictors.expert),
        mixture.gate.kept(atoms),
        classes_of(mixture),
        written.steps[:0] if linear else written.steps,
        written.numbers,
        int(written.outputs[0]),
        written.outputs[:0] if linear else written.outputs[1:],
        expert.heads,
        expert.scalars,
        plan.pairs,
        plan.singles,
        plan.ends,
        plan.gram,
        plan.slope,
        *data_arrays(features, response, rows, fits),
        cost.numpy(),
        share.numpy(),
        slope.numpy(),
        gram.numpy(),
    )
    size = atoms * height
    return cost, slope.view(fits, size), gram.view(fits, size, size), share
