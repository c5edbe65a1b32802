"""Readings: a loss after a gauge is fixed, the number that a curve shows."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from moeviz.model.measure import Layout
from moeviz.model.mixture import Mixture
from moeviz.theory.gauge import GAUGES
from moeviz.theory.voronoi import LOSSES


@dataclass(frozen=True)
class Reading:
    """What is measured on fits: one fit can be read in several ways.

    Attributes
    ----------
    loss, gauge : str
        Names in :data:`~moeviz.theory.voronoi.LOSSES` and :data:`~moeviz.theory.gauge.GAUGES`.
    """

    loss: str
    gauge: str

    @property
    def depends_on_function_only(self) -> bool:
        """Whether two parameters of the same function always read the same."""
        return GAUGES[self.gauge].complete and not LOSSES[self.loss].sees_gauge

    def read(self, mixture: Mixture, theta: Tensor, true: Tensor, layout: Layout) -> Tensor:
        """Return the reading of fits.

        Parameters
        ----------
        mixture : Mixture
        theta : Tensor, shape (R, P)
            Fitted parameters of K atoms.
        true : Tensor, shape (P*,)
            True parameters of K* atoms.
        layout : Layout
            Layout of `theta`.

        Returns
        -------
        Tensor, shape (R,)
        """
        loss = LOSSES[self.loss]
        atoms = true.shape[-1] // layout.width
        truth = Layout(atoms, layout.gate, layout.expert).unpack(true.unsqueeze(0))
        fitted = layout.unpack(theta)
        fixed = GAUGES[self.gauge].fix(fitted, truth, mixture.score, loss.evaluate)
        return loss.evaluate(fixed, truth)
