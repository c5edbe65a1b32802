"""Which mixtures compiled code takes down their gradient, and the way from tensors to it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.errors import ShapeError
from moeviz.model.fused import density, regression
from moeviz.model.fused.instructions import instructions_of
from moeviz.model.fused.regression import as_array, data_arrays

if TYPE_CHECKING:
    from torch import Tensor

    from moeviz.model.mixture import Features, Mixture, Predictors

COSTS = "descent_cost"
"""Where the compiled costs are."""

PASS = "descent_pass"
"""Where the compiled steps are, and what they need."""

WORK = 2.5e8
"""Of a call: samples times fits times what each takes; from a tenth to a third of a second."""


@lru_cache(maxsize=256)
def has_costs(mixture: Mixture) -> bool:
    """Return whether compiled code computes this mixture's costs.

    It does where it computes the moments, if scores read their features alone.
    """
    known = regression.supported(mixture) or density.supported(mixture)
    return known and not mixture.score.reads_expert


def supported(mixture: Mixture) -> bool:
    """Return whether compiled code takes the steps of this mixture's descent.

    It does where it computes the costs, if gates are their own coordinates, or these over their
    length and a number.
    """
    return has_costs(mixture) and (mixture.score.flat or mixture.score.beside_gate is not None)


def costs(
    mixture: Mixture, predictors: Predictors, features: Features, response: Tensor, rows: Tensor
) -> Tensor:
    """Return the sum of squared residuals or the deviance of each fit.

    Parameters
    ----------
    mixture : Mixture
        One that :func:`has_costs`.
    predictors : Predictors
        Of F fits.
    features : Features
        Of R data sets.
    response : Tensor, shape (R, N)
    rows : Tensor of int, shape (F,)
        Which data set each fit uses.

    Returns
    -------
    Tensor, shape (F,)

    Raises
    ------
    ShapeError
        If the data do not go together.
    """
    from moeviz.model.fused.descent_cost import sum_costs

    expert, written = mixture.expert, instructions_of(mixture.expert)
    fits, atoms, _ = predictors.gate.shape
    found = torch.zeros(fits, dtype=torch.float64)
    sum_costs(
        as_array(predictors.gate),
        as_array(predictors.expert),
        regression.GATES[type(mixture.gate)],
        mixture.gate.kept(atoms),
        _output(mixture),
        written.steps,
        written.numbers,
        int(written.outputs[0]),
        expert.heads,
        expert.scalars,
        *data_arrays(features, response, rows),
        found.numpy(),
    )
    return found


def _output(mixture: Mixture) -> int:
    """Return what an output is called there: 0 a regression, 1 Gaussian, else its classes."""
    return density.classes_of(mixture) or int(mixture.output.density)


class Descent:
    """Fits that take steps along the gradients of batches of their samples.

    Parameters
    ----------
    mixture : Mixture
        One that is :func:`supported`.
    theta : Tensor, shape (F, P)
        Where the fits begin.
    features : Features
        Of R data sets.
    response : Tensor, shape (R, N)
    rows : Tensor of int, shape (F,)
        Which data set each fit uses.
    moving, floor : Tensor, shape (P,)
        1 where a parameter moves and 0 where it is fixed; the smallest value it may have.
    batch : int
        Samples of a batch; the last of an epoch may have fewer.
    rate : float
        Step along the gradient of the mean cost of a batch.

    Attributes
    ----------
    theta : Tensor, shape (F, P)
        Where the fits are.
    batches : int
        In an epoch.
    together : int
        Of these, so many go into a call; who wants to stop may ask between calls.

    Raises
    ------
    ShapeError
        If the data do not go together, or the parameters are not a multiple of an atom's.
    """

    def __init__(
        self,
        mixture: Mixture,
        theta: Tensor,
        features: Features,
        response: Tensor,
        rows: Tensor,
        moving: Tensor,
        floor: Tensor,
        batch: int,
        rate: float,
    ) -> None:
        from moeviz.model.fused.descent_samples import by_sample

        score, expert, written = mixture.score, mixture.expert, instructions_of(mixture.expert)
        layout = mixture.layout_of(theta, features)
        z, x, y, self._which = data_arrays(features, response, rows)
        gates, inputs = z.shape[1] - 1, x.shape[1] - 1
        self._data = np.empty((*y.shape, gates + inputs + 1))
        by_sample(z, x, y, self._data)
        self._batch, self._rate = batch, 2.0 * rate
        self._moving, self._floor = as_array(moving), as_array(floor.expand_as(moving))
        self._model = (
            regression.GATES[type(mixture.gate)],
            mixture.gate.kept(layout.atoms),
            _output(mixture),
            -1.0 if score.beside_gate is None else score.beside_gate,
            inputs,
            written.steps,
            written.numbers,
            written.outputs,
            expert.heads,
            expert.scalars,
        )
        self.theta = theta.clone(memory_format=torch.contiguous_format)
        self._atoms = self.theta.numpy().reshape(theta.shape[0], layout.atoms, layout.width)
        self.batches = -(-features.samples // batch)
        size = layout.size + layout.atoms * mixture.output.copies * len(written.steps)
        self.together = max(1, int(WORK / (theta.shape[0] * (batch * size + 1e3))))

    def walk(self, order: np.ndarray, begin: int, end: int) -> None:
        """Take the steps of the batches from `begin` to before `end` of an epoch.

        Parameters
        ----------
        order : numpy.ndarray of int64, shape (F, N)
            Each fit's order of the samples, a permutation.
        begin, end : int

        Raises
        ------
        ShapeError
            If there is not an order of the samples for each fit, or no such batch.
        """
        from moeviz.model.fused.descent_pass import descend

        wanted = (self._atoms.shape[0], self._data.shape[1])
        if order.shape != wanted or not 0 <= begin <= end <= self.batches:
            raise ShapeError(
                f"Expected orders of shape {wanted} and batches from 0 to {self.batches}, but got "
                f"{order.shape} and {begin} to {end}."
            )
        descend(
            self._atoms, *self._model, self._data, self._which, order, self._batch, begin, end,
            self._moving, self._floor, self._rate,
        )  # fmt: skip
