r"""Fisher information, what it cannot see, and the curve that it predicts.

For regression with Gaussian noise one observation carries
:math:`I(\theta^*) = \mathbb{E}[J J^\top]/\sigma^2` with :math:`J = \partial f/\partial\theta`;
for a density it is the second moment of the score. Its null space is the gauge. Off the gauge
the least-squares or maximum-likelihood estimator of n observations is, to first order,
:math:`\theta^* + \Delta/\sqrt n` with :math:`\Delta \sim N(0, I^+)`; a reading that depends on
the function alone then falls as :math:`C/\sqrt n`, and C can be computed before any fit is run.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from moeviz.errors import InformationError
from moeviz.model.measure import Layout
from moeviz.model.mixture import Features, Mixture
from moeviz.model.moments import moments
from moeviz.theory.reading import Reading, Reference
from moeviz.theory.tangent import free_columns, gauge_tangent, pinned_slice

if TYPE_CHECKING:
    from torch import Tensor

NODES = 1 << 14
"""Points of the low-discrepancy sample over the inputs' support."""

DRAWS = 4096
"""Normal draws behind a predicted constant; its relative error is about 1 %."""

FUNCTION_DRAWS = 256
"""Draws behind a predicted metric, of functions or of measures, which costs more."""

SMALL = 1e-5
"""Scale at which a reading is differentiated along a draw."""

BLIND = 1e-14
"""Off the gauge, an eigenvalue of the information below this share of the largest is rounding."""

TARGET = 0.1
"""The reach of a design is the n at which the predicted error falls below this."""


def input_nodes(dimension: int, nodes: int = NODES, low: float = -1.0, high: float = 1.0) -> Tensor:
    """Return a low-discrepancy sample of the cube [low, high]^D, shape (1, D, nodes).

    Points are a Sobol sequence, shifted to cell centres so that none lies on the boundary.
    """
    return (low + (high - low) * _sobol(dimension, nodes)).unsqueeze(0)


@lru_cache(maxsize=16)
def _sobol(dimension: int, nodes: int) -> Tensor:
    """Return points of the unit cube, shape (D, nodes). Shared: read them only."""
    points = torch.quasirandom.SobolEngine(dimension).draw(nodes, dtype=torch.float64)
    return (points + 0.5 / nodes).T.contiguous()


def node_draws(dimension: int, nodes: int) -> tuple[Tensor, Tensor]:
    """Return a uniform and a normal draw for each of :func:`input_nodes`, shape (nodes,) each.

    They are the next two coordinates of the same sequence, so that inputs and draws together
    fill their space evenly.
    """
    points = _sobol(dimension + 2, nodes)
    return points[-2].contiguous(), torch.special.ndtri(points[-1])


def fisher_information(mixture: Mixture, theta: Tensor, x: Tensor) -> Tensor:
    """Return the information of one observation, averaged over inputs.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (B, P)
        Parameters at which to differentiate.
    x : Tensor, shape (1, D, N)
        Inputs, equally weighted.

    Returns
    -------
    Tensor, shape (B, P, P)

    Notes
    -----
    Where an expert has a kink, derivatives hold almost everywhere, which is what the information
    needs. Where the information is an average over observations, one is drawn per input.
    """
    features = mixture.features(x)
    rows = torch.zeros(theta.shape[0], dtype=torch.long)
    response = x.new_zeros(1, x.shape[-1])
    if mixture.output.information_depends_on_response:
        uniform, normal = node_draws(int(x.shape[-2]), int(x.shape[-1]))
        response = torch.stack(
            [
                mixture.output.observe(mixture.values(one, _first(features)), uniform, normal)
                for one in theta
            ]
        )
        rows = torch.arange(theta.shape[0])
        features = Features(
            *(part.expand(theta.shape[0], -1, -1) for part in (features.gate, features.expert))
        )
    gram = moments(mixture, theta, features, response, rows).gram
    return gram * (mixture.output.information_factor / x.shape[-1])


def _first(features: Features) -> Features:
    return Features(features.gate[0], features.expert[0])


def null_space(information: Tensor, relative: float = 1e-11) -> Tensor:
    """Return an orthonormal basis of the directions without information, shape (G, P).

    Parameters
    ----------
    information : Tensor, shape (P, P)
    relative : float
        Eigenvalues below this share of the largest count as zero.
    """
    values, vectors = torch.linalg.eigh(information)
    return vectors[:, values < relative * values[-1]].T


def covariance_root(information: Tensor, tangent: Tensor) -> Tensor:
    """Return B with B B^T the inverse information off the gauge, shape (..., P, P - G).

    Parameters
    ----------
    information : Tensor, shape (..., P, P)
    tangent : Tensor, shape (..., G, P)
        The gauge's tangent space.

    Raises
    ------
    InformationError
        If the information, or one of several, has null directions beyond the gauge.
    """
    off, reduced = _off_the_gauge(information, tangent)
    if not bool(_sees(reduced).all()):
        raise InformationError(
            "Expected information in every direction off the gauge, but this truth has directions "
            "that no data show; choose another truth."
        )
    lower = torch.linalg.cholesky(reduced)
    eye = torch.eye(reduced.shape[-1], dtype=information.dtype)
    return off @ torch.linalg.solve_triangular(lower, eye.expand_as(lower), upper=False).mT


def _off_the_gauge(information: Tensor, tangent: Tensor) -> tuple[Tensor, Tensor]:
    """Return an orthonormal basis off the gauge, shape (..., P, P - G), and the information there.

    The latter has shape (..., P - G, P - G).
    """
    off = torch.eye(information.shape[-1], dtype=information.dtype)
    if tangent.shape[-2]:
        q, _ = torch.linalg.qr(tangent.mT, mode="complete")
        off = q[..., tangent.shape[-2] :]
    return off, off.mT @ information @ off


def _sees(reduced: Tensor) -> Tensor:
    """Return whether there is information in every direction, shape (...)."""
    if not reduced.shape[-1]:
        return torch.ones(reduced.shape[:-2], dtype=torch.bool)
    finite = reduced.isfinite().all(-1).all(-1)
    eye = torch.eye(reduced.shape[-1], dtype=reduced.dtype)
    # An eigenvalue of what is no number cannot be had, for it or for what comes along with it.
    values = torch.linalg.eigvalsh(torch.where(finite[..., None, None], reduced, eye))
    return finite & (values[..., 0] > BLIND * values[..., -1])


def _free(
    mixture: Mixture, theta: Tensor, layout: Layout, information: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Return which entries are parameters, the gauge's tangent that moves only those, information.

    Shapes (P,), (..., G, P) and (..., F, F) with F the number of parameters.
    """
    free = free_columns(mixture, layout)
    tangent = gauge_tangent(mixture, theta, layout)
    held = (tangent[..., ~free] == 0).all(-1)
    while held.ndim > 1:
        held = held.all(0)
    return free, tangent[..., held, :], information[..., free, :][..., free]


def parameter_root(mixture: Mixture, theta: Tensor, layout: Layout, information: Tensor) -> Tensor:
    """Return B with B B^T the first-order covariance of one observation, shape (..., P, Q).

    Entries that are no parameters do not move; along the gauge nothing moves.

    Raises
    ------
    InformationError
        If the information, or one of several, has null directions beyond the gauge.
    """
    free, tangent, inner = _free(mixture, theta, layout, information)
    root = covariance_root(inner, tangent[..., free])
    whole = root.new_zeros(*root.shape[:-2], layout.size, root.shape[-1])
    whole[..., free, :] = root
    return whole


def pinned_root(mixture: Mixture, theta: Tensor, layout: Layout, information: Tensor) -> Tensor:
    """Return B with B B^T the first-order covariance of one observation, gauge pinned.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (..., P)
        The truth.
    layout : Layout
    information : Tensor, shape (..., P, P)

    Returns
    -------
    Tensor, shape (..., P, Q)

    Raises
    ------
    InformationError
        If the information, or one of several, has null directions beyond the gauge.
    """
    root = parameter_root(mixture, theta, layout, information)
    _, tangent, _ = _free(mixture, theta, layout, information)
    if not tangent.shape[-2]:
        return root
    functionals = pinned_slice(mixture, theta, layout)
    along = torch.linalg.pinv(functionals @ tangent.mT) @ (functionals @ root)
    return root - tangent.mT @ along


def pinned_spread(mixture: Mixture, theta: Tensor, layout: Layout, information: Tensor) -> Tensor:
    """Return the root of the mean squared first-order error of one observation, gauge pinned.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (C, P)
        Truths.
    layout : Layout
    information : Tensor, shape (C, P, P)

    Returns
    -------
    Tensor, shape (C,)
        Infinity where the information has null directions beyond the gauge.
    """
    free, tangent, inner = _free(mixture, theta, layout, information)
    seen = _sees(_off_the_gauge(inner, tangent[..., free])[1])
    spread = torch.full(seen.shape, torch.inf, dtype=information.dtype)
    if bool(seen.any()):
        root = pinned_root(mixture, theta[seen], layout, information[seen])
        spread[seen] = torch.linalg.vector_norm(root, dim=(-2, -1))
    return spread


def predicted_constants(
    mixture: Mixture,
    theta: Tensor,
    layout: Layout,
    information: Tensor,
    readings: tuple[Reading, ...],
    draws: int = DRAWS,
    x: Tensor | None = None,
) -> list[float]:
    r"""Return C of each reading's predicted curve :math:`C/\sqrt n`.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (P,)
        The truth.
    layout : Layout
    information : Tensor, shape (P, P)
        Information of one observation at the truth.
    readings : tuple of Reading
    draws : int
        Normal draws averaged over; the same in every call.
    x : Tensor, shape (1, D, N), optional
        Inputs over which distances between functions are averaged.

    Returns
    -------
    list of float
        Infinity where the information has null directions beyond the gauge, or where a reading
        does not depend on the function alone.
    """
    try:
        root = parameter_root(mixture, theta, layout, information)
    except InformationError:
        return [float("inf")] * len(readings)
    rng = np.random.default_rng(0)
    normal = torch.from_numpy(rng.standard_normal((draws, root.shape[1])))
    near = theta + SMALL / root.norm() * (normal @ root.T)
    reference = Reference(mixture, theta, layout, x=x)
    return [
        float(
            reading.read(
                mixture, near[:FUNCTION_DRAWS] if reading.metric else near, reference, layout
            ).mean()
            * root.norm()
            / SMALL
        )
        if reading.depends_on_function_only(mixture)
        else float("inf")
        for reading in readings
    ]


@dataclass(frozen=True)
class Reach:
    """How many observations a design needs before its rate can be seen.

    Attributes
    ----------
    constant : float
        C of the predicted total error C / sqrt(n), gauge pinned.
    """

    constant: float

    @property
    def samples(self) -> float:
        """The n at which the predicted total error falls below 0.1."""
        return (self.constant / TARGET) ** 2


def reach(mixture: Mixture, theta: Tensor, layout: Layout, x: Tensor) -> Reach:
    """Return the reach of an exact-specified design.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (P,)
        The truth.
    layout : Layout
    x : Tensor, shape (1, D, N)
        Inputs, equally weighted.
    """
    information = fisher_information(mixture, theta.unsqueeze(0), x)[0]
    (constant,) = predicted_constants(
        mixture, theta, layout, information, (Reading("total", "pinned"),)
    )
    return Reach(constant)
