"""Readings: a loss after a gauge is fixed, the number that a curve shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.model.measure import Layout
from moeviz.model.mixture import Mixture
from moeviz.theory.distances import DISTANCES
from moeviz.theory.gauge import GAUGES
from moeviz.theory.losses import LOSSES

if TYPE_CHECKING:
    from torch import Tensor

TOGETHER = 8
"""Fits whose distance between functions is computed in one batch; bounds memory."""


@dataclass(frozen=True)
class Reference:
    """What fits are held against.

    Attributes
    ----------
    mixture : Mixture
        The model that made the data.
    truth : Tensor, shape (P*,)
        Its parameters.
    layout : Layout
        Their layout.
    nearest : Tensor, shape (Q,), optional
        Parameters of the fitted model that come nearest to the truth, where that model does not
        contain it.
    nearest_layout : Layout, optional
        Their layout.
    x : Tensor, shape (1, D, N), optional
        Inputs over which distances between functions are averaged.
    """

    mixture: Mixture
    truth: Tensor
    layout: Layout
    nearest: Tensor | None = None
    nearest_layout: Layout | None = None
    x: Tensor | None = None


@dataclass(frozen=True)
class Reading:
    """What is measured on fits: one fit can be read in several ways.

    Attributes
    ----------
    loss : str
        Name in :data:`~moeviz.theory.losses.LOSSES`, or in
        :data:`~moeviz.theory.distances.DISTANCES` for a distance between functions.
    gauge : str
        Name in :data:`~moeviz.theory.gauge.GAUGES`; distances between functions need none.
    """

    loss: str
    gauge: str

    @property
    def of_function(self) -> bool:
        """Whether the reading compares functions instead of parameters."""
        return self.loss in DISTANCES

    @property
    def metric(self) -> bool:
        """Whether it is a metric, which a bound from two truths needs."""
        return self.of_function or LOSSES[self.loss].metric

    @property
    def title(self) -> str:
        """The loss in words."""
        return (DISTANCES if self.of_function else LOSSES)[self.loss].title

    def depends_on_function_only(self, mixture: Mixture) -> bool:
        """Return whether two parameters of the same function always read the same."""
        if self.of_function:
            return True
        return GAUGES[self.gauge].complete and not LOSSES[self.loss].sees_gauge

    def read(self, mixture: Mixture, theta: Tensor, reference: Reference, layout: Layout) -> Tensor:
        """Return the reading of fits.

        Parameters
        ----------
        mixture : Mixture
            The fitted model.
        theta : Tensor, shape (R, P)
            Fitted parameters of K atoms.
        reference : Reference
        layout : Layout
            Layout of `theta`.

        Returns
        -------
        Tensor, shape (R,)
            Not a number where the reference has no parameters of the fitted model.
        """
        if self.of_function:
            distance = DISTANCES[self.loss].evaluate
            return torch.cat(
                [
                    distance(mixture, part, reference.mixture, reference.truth, reference.x)
                    for part in theta.split(TOGETHER)
                ]
            )
        true, true_layout = reference.truth, reference.layout
        if reference.nearest is not None and reference.nearest_layout is not None:
            true, true_layout = reference.nearest, reference.nearest_layout
        loss = LOSSES[self.loss]
        truth = true_layout.unpack(true.unsqueeze(0))
        fixed = GAUGES[self.gauge].fix(layout.unpack(theta), truth, mixture, loss.evaluate)
        return loss.evaluate(fixed, truth)
