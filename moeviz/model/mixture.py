r"""The mixture of experts :math:`f_G(x) = \sum_i g_i(x)\, h(x, \eta_i)`: values and derivatives.

Inputs have the sample axis last, so that every elementwise step runs over long rows. Each row of
the Jacobian is a weight (one number per atom and sample) times a feature, first with respect to
the score's coordinates u and then, by a small matrix per fit, with respect to the parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from moeviz.errors import ShapeError
from moeviz.model.experts import Expert, make_expert
from moeviz.model.gates import GATES, Gate
from moeviz.model.measure import Layout
from moeviz.model.scores import Score, make_score


@dataclass(frozen=True)
class Features:
    """What a mixture needs of its inputs, computed once per data set.

    Attributes
    ----------
    gate : Tensor, shape (..., Dz + 1, N)
        The score's features z(x) and a last row of ones.
    expert : Tensor, shape (..., D + 1, N)
        The inputs and a last row of ones.
    """

    gate: Tensor
    expert: Tensor

    @property
    def samples(self) -> int:
        """N."""
        return int(self.expert.shape[-1])

    def take(self, rows: Tensor, first: int, last: int) -> Features:
        """Return a contiguous copy of samples `first` to `last` of the data sets `rows`."""
        return Features(
            self.gate[:, :, first:last].index_select(0, rows),
            self.expert[:, :, first:last].index_select(0, rows),
        )


@dataclass(frozen=True)
class Predictors:
    """A parameter vector as the linear predictors that act on the features.

    Attributes
    ----------
    gate : Tensor, shape (..., K, Dz + 1)
        The score's coordinates and the log-weight.
    expert : Tensor, shape (..., K, D + 1)
        The experts' slopes and intercepts.
    """

    gate: Tensor
    expert: Tensor


@dataclass(frozen=True)
class Mixture:
    """A combination of score, gate and expert.

    Attributes
    ----------
    score : Score
    gate : Gate
    expert : Expert
    """

    score: Score
    gate: Gate
    expert: Expert

    def layout(self, atoms: int, dimension: int) -> Layout:
        """Return how K `atoms` over inputs of D = `dimension` lie in a parameter vector."""
        return Layout(atoms, dimension, dimension + 1)

    def features(self, x: Tensor) -> Features:
        """Return the features of inputs `x`, shape (..., D, N)."""
        ones = x.new_ones(*x.shape[:-2], 1, x.shape[-1])
        return Features(
            torch.cat([self.score.features(x), ones], dim=-2), torch.cat([x, ones], dim=-2)
        )

    def layout_of(self, theta: Tensor, features: Features) -> Layout:
        """Return the layout of `theta`, shape (..., P), for inputs as wide as `features`.

        Raises
        ------
        ShapeError
            If P is no multiple of an atom's width.
        """
        dimension = int(features.expert.shape[-2]) - 1
        width = self.layout(1, dimension).width
        atoms, rest = divmod(int(theta.shape[-1]), width)
        if rest or not atoms:
            raise ShapeError(
                f"Expected parameter vectors of a multiple of {width} entries for inputs of "
                f"dimension {dimension}, but got {theta.shape[-1]}."
            )
        return self.layout(atoms, dimension)

    def predictors(self, theta: Tensor, layout: Layout) -> Predictors:
        """Return the linear predictors of the parameters `theta`, shape (..., P)."""
        measure = layout.unpack(theta)
        u = self.score.coordinates(measure.gate)
        return Predictors(torch.cat([u, measure.log_weight.unsqueeze(-1)], dim=-1), measure.expert)

    def chain(self, theta: Tensor, layout: Layout) -> Tensor:
        """Return d(predictors)/d(parameters) of each atom, shape (..., K, Dz + D + 2, W)."""
        measure = layout.unpack(theta)
        chart = self.score.chart_jacobian(measure.gate)
        features = int(chart.shape[-2])
        out = theta.new_zeros(*chart.shape[:-2], features + 1 + layout.expert, layout.width)
        out[..., :features, : layout.gate] = chart
        out[..., features:, layout.gate :] = torch.eye(
            1 + layout.expert, dtype=theta.dtype, device=theta.device
        )
        return out

    def values(self, predictors: Predictors, features: Features) -> Tensor:
        """Return f, shape (..., N)."""
        weights = self.gate.weights(predictors.gate @ features.gate)
        experts, _ = self.expert.value_and_slope(predictors.expert @ features.expert)
        return (weights * experts).sum(-2)

    def values_and_rows(self, predictors: Predictors, features: Features, rows: Tensor) -> Tensor:
        """Return f, shape (..., N), and write its derivatives by the predictors.

        Parameters
        ----------
        predictors : Predictors
        features : Features
        rows : Tensor, shape (..., K, Dz + D + 2, N)
            Overwritten with the derivatives.
        """
        weights = self.gate.weights(torch.matmul(predictors.gate, features.gate))
        experts, slopes = self.expert.value_and_slope(
            torch.matmul(predictors.expert, features.expert)
        )
        mean = (weights * experts).sum(-2, keepdim=True)
        split = features.gate.shape[-2]
        by_score = self.gate.score_derivative(weights, experts, mean)
        torch.mul(by_score.unsqueeze(-2), features.gate.unsqueeze(-3), out=rows[..., :split, :])
        by_predictor = weights * slopes
        torch.mul(
            by_predictor.unsqueeze(-2), features.expert.unsqueeze(-3), out=rows[..., split:, :]
        )
        return mean.squeeze(-2)

    def predict(self, theta: Tensor, features: Features) -> Tensor:
        """Return f, shape (..., N), at parameters `theta`, shape (..., P).

        Raises
        ------
        ShapeError
            If the parameters do not fit the features.
        """
        layout = self.layout_of(theta, features)
        return self.values(self.predictors(theta, layout), features)

    def jacobian(self, theta: Tensor, features: Features) -> Tensor:
        """Return df/dtheta, shape (..., P, N), at parameters `theta`, shape (..., P).

        Raises
        ------
        ShapeError
            If the parameters do not fit the features.
        """
        layout = self.layout_of(theta, features)
        lead = torch.broadcast_shapes(theta.shape[:-1], features.expert.shape[:-2])
        height = int(features.gate.shape[-2] + features.expert.shape[-2])
        rows = theta.new_empty(*lead, layout.atoms, height, features.samples)
        self.values_and_rows(self.predictors(theta, layout), features, rows)
        chain = self.chain(theta, layout)
        return (chain.transpose(-1, -2) @ rows).flatten(-3, -2)


def make_mixture(score: str, gate: str, expert: str, **constants: float) -> Mixture:
    """Build a mixture by its parts' names.

    Parameters
    ----------
    score, gate, expert : str
        Names in the registries.
    **constants : float
        Values of the parts' constants by name (such as ``tau1`` or ``degree``).

    Raises
    ------
    UnknownNameError
        If a name is not registered.
    SpecificationError
        If a constant is out of its range.
    """
    return Mixture(make_score(score, **constants), GATES[gate], make_expert(expert, **constants))
