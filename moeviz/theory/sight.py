r"""What a design can see: eigenvalues of its information, null vectors by name, its reach.

Two ways to look: a quick one over few nodes, which follows a hand, and the full one. They differ
in the nodes alone. The predicted total error of n observations is :math:`C/\sqrt n` with
:math:`C = \mathbb{E}\|B z\|`, z normal and B a root of the covariance with the gauge pinned; it is
an integral over one number, so that no random draws make it jump.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from moeviz.errors import InformationError, SpecificationError
from moeviz.model.measure import EXPERT, Layout
from moeviz.model.mixture import Mixture
from moeviz.model.threads import one_thread
from moeviz.theory.information import (
    BLIND,
    NODES,
    TARGET,
    fisher_information,
    input_nodes,
    pinned_root,
)
from moeviz.theory.tangent import free_columns, gauge_directions

if TYPE_CHECKING:
    from torch import Tensor

QUICK_NODES = 1 << 13
"""Nodes while a hand moves."""

ROUGH = 300
"""Parameters above which a quick look takes half as many nodes, and is rough."""

FAINT = 0.01
"""Entries of a null vector below this share of its largest are not named."""

STEP, ENDS = 0.25, 60.0
"""Of the integral behind C, in the logarithm of its variable."""


@dataclass(frozen=True)
class Setup:
    """A design: a model at its truth, and the inputs.

    Attributes
    ----------
    mixture : Mixture
    theta : Tensor, shape (P,)
        The truth.
    layout : Layout
    low, high : float
        Inputs are uniform on the cube [low, high]^D.
    """

    mixture: Mixture
    theta: Tensor
    layout: Layout
    low: float = -1.0
    high: float = 1.0

    @property
    def dimension(self) -> int:
        """D, the number of inputs."""
        width = next(
            (d for d in range(1, 65) if self.mixture.layout(1, d).width == self.layout.width), 0
        )
        if not width:
            raise SpecificationError(
                "Expected a layout of the mixture over 1 to 64 inputs, but got one of another "
                "model; make it with mixture.layout."
            )
        return width

    def over(self, low: float, high: float) -> Setup:
        """Return the design with other inputs.

        Raises
        ------
        SpecificationError
            If they are no interval.
        """
        if not -math.inf < low < high < math.inf:
            raise SpecificationError(
                f"Expected inputs from a lower to a higher number, but got {low:g} to {high:g}."
            )
        return replace(self, low=low, high=high)

    def with_noise(self, noise: float) -> Setup:
        """Return the design with another standard deviation of a regression's noise.

        Raises
        ------
        SpecificationError
            If the output has no such constant, or it would not be positive.
        """
        output: Any = self.mixture.output
        if "noise" not in {field.name for field in fields(output)}:
            raise SpecificationError(
                f"Expected a regression, whose noise is a constant, but the output "
                f"'{output.name}' has none; its spread is a parameter of the truth."
            )
        if not 0.0 < noise < math.inf:
            raise SpecificationError(f"Expected noise above 0, but got {noise:g}.")
        return replace(self, mixture=replace(self.mixture, output=replace(output, noise=noise)))

    def distance(self, first: int, second: int) -> float:
        """Return how far two experts' parameters are apart, gates and offsets left aside."""
        one, other = (self.theta[self.layout.column(i, EXPERT)] for i in (first, second))
        return float((one - other).norm())

    def with_distance(self, first: int, second: int, distance: float) -> Setup:
        """Return the design with two experts moved on their line, their middle held.

        Parameters
        ----------
        first, second : int
            Which experts, counted from 0.
        distance : float
            At least 0; at 0 they are one function.

        Raises
        ------
        SpecificationError
            If they lie on each other, so that there is no line.
        """
        now = self.distance(first, second)
        if now == 0.0 or not 0.0 <= distance < math.inf:
            raise SpecificationError(
                f"Expected two experts that differ and a distance of at least 0, but they are "
                f"{now:g} apart and the distance is {distance:g}."
            )
        theta = self.theta.clone()
        one, other = (self.layout.column(i, EXPERT) for i in (first, second))
        middle = (self.theta[one] + self.theta[other]) / 2.0
        half = (self.theta[one] - self.theta[other]) * (distance / now / 2.0)
        theta[one], theta[other] = middle + half, middle - half
        return replace(self, theta=theta)


class Move(NamedTuple):
    """What a null vector moves: an entry of an atom's parameters (from 0), and how much."""

    atom: int
    parameter: str
    share: float


@dataclass(frozen=True)
class Null:
    """A direction without information.

    Attributes
    ----------
    gauge : bool
        Whether it is one along which the function never changes, declared with the model; else
        this truth has lost a parameter.
    words : str
        What moves along it.
    moves : tuple of Move
        The entries that move, as shares of the largest, those of less than 1 % left out.
    """

    gauge: bool
    words: str
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Sight:
    """What a design can see.

    Attributes
    ----------
    nodes : int
        Inputs over which the information was averaged.
    values : tuple of float
        Its eigenvalues over the parameters, ascending; of those that are 0 but for rounding some
        may be negative.
    null : int
        How many of them are 0 but for rounding.
    nulls : tuple of Null
        The declared gauge, then what else is not seen; together as many as `null`, unless an
        eigenvalue is so small that it cannot be told from 0.
    constant : float
        C of the predicted total error C / sqrt(n), gauge pinned; infinity where more than the
        gauge is not seen.
    """

    nodes: int
    values: tuple[float, ...]
    null: int
    nulls: tuple[Null, ...]
    constant: float

    @property
    def rough(self) -> bool:
        """Whether there are so few nodes for so many parameters that the numbers are rough."""
        return self.nodes < NODES and len(self.values) > ROUGH

    @property
    def gauge(self) -> int:
        """How many directions the declared gauge has."""
        return sum(one.gauge for one in self.nulls)

    @property
    def reach(self) -> float:
        """The n at which the predicted total error falls below 0.1."""
        return (self.constant / TARGET) ** 2

    def noisier(self, factor: float) -> Sight:
        """Return what a regression sees when its noise is so many times as large.

        Parameters
        ----------
        factor : float
            Above 0.
        """
        values = tuple(value / factor**2 for value in self.values)
        return replace(self, values=values, constant=self.constant * factor)

    def error(self, n: float) -> float:
        """Return the predicted total error of n observations."""
        return self.constant / math.sqrt(n)


def quick_nodes(parameters: int) -> int:
    """Return how many nodes a quick look at a model of so many parameters takes.

    Notes
    -----
    The reach over them differs from that over all nodes by a hundredth or two; above
    :data:`ROUGH` parameters it may be half as long again.
    """
    least = 1 << (4 * parameters - 1).bit_length()
    affordable = QUICK_NODES if parameters <= ROUGH else QUICK_NODES // 2
    return min(NODES, max(least, affordable))


def sight(setup: Setup, quick: bool = False) -> Sight:
    """Return what a design can see.

    Parameters
    ----------
    setup : Setup
    quick : bool
        Whether to average over few nodes, as fits a picture that follows a hand: up to 150
        parameters it takes a processor less than 50 ms, up to 300 less than 100.
    """
    nodes = quick_nodes(setup.layout.size) if quick else NODES
    mixture, theta, layout = setup.mixture, setup.theta, setup.layout
    with one_thread():
        x = input_nodes(setup.dimension, nodes, setup.low, setup.high)
        information = fisher_information(mixture, theta.unsqueeze(0), x)[0]
        free = free_columns(mixture, layout)
        values = torch.linalg.eigvalsh(information[free][:, free])
        nulls = _nulls(setup, information, free)
        constant = math.inf
        if all(one.gauge for one in nulls):
            constant = _constant(setup, information)
    null = int((values <= _rounding(values)).sum())
    return Sight(nodes, tuple(values.tolist()), null, nulls, constant)


def _rounding(values: Tensor) -> Tensor:
    """Return what an eigenvalue is surely 0 below, of ascending eigenvalues."""
    eps = torch.finfo(values.dtype).eps
    return values[-1] * max(BLIND, 4.0 * eps * len(values))


def _nulls(setup: Setup, information: Tensor, free: Tensor) -> tuple[Null, ...]:
    """Return the directions of the gauge, then those off it that have no information."""
    directions = [
        one
        for one in gauge_directions(setup.mixture, setup.theta, setup.layout)
        if bool((one.vector[~free] == 0).all())
    ]
    found = [Null(True, one.words, _moves(one.vector, setup.layout)) for one in directions]
    inner = information[free][:, free]
    off = torch.eye(len(inner), dtype=inner.dtype)
    if directions:
        tangent = torch.stack([one.vector[free] for one in directions])
        off = torch.linalg.qr(tangent.T, mode="complete")[0][:, len(directions) :]
    if not off.shape[1]:
        return tuple(found)
    reduced = off.T @ inner @ off
    values = torch.linalg.eigvalsh(
        reduced
    )  # Without vectors, which few designs need: half the time.
    if not bool((values <= _rounding(values)).any()):
        return tuple(found)
    values, vectors = torch.linalg.eigh(reduced)
    lost = _plain((off @ vectors[:, values <= _rounding(values)]).T)
    for row in lost:
        whole = information.new_zeros(setup.layout.size)
        whole[free] = row
        moves = _moves(whole, setup.layout)
        named = ", ".join(f"{m.parameter} of expert {m.atom + 1}" for m in moves[:4])
        more = " and more" if len(moves) > 4 else ""
        found.append(Null(False, f"no data show {named}{more}", moves))
    return tuple(found)


def _plain(rows: Tensor) -> Tensor:
    """Return a basis of the same space, shape (G, P), in which few entries are not 0."""
    rows = rows.clone()
    for i in range(len(rows)):
        rest = rows[i:]
        at = int(rest.abs().argmax())
        pivot, column = i + at // rows.shape[1], at % rows.shape[1]
        rows[[i, pivot]] = rows[[pivot, i]]
        rows[i] = rows[i] / rows[i, column]
        others = [j for j in range(len(rows)) if j != i]
        rows[others] -= rows[others, column].unsqueeze(-1) * rows[i]
    return rows


def _moves(vector: Tensor, layout: Layout) -> tuple[Move, ...]:
    """Return the entries of a vector, shape (P,), that are not small, largest first."""
    size = vector.abs()
    top = float(vector[size.argmax()])
    if top == 0.0:
        return ()
    names = layout.names()
    order = size.argsort(descending=True, stable=True).tolist()
    return tuple(
        Move(i // layout.width, names[i % layout.width], float(vector[i]) / top)
        for i in order
        if abs(float(vector[i]) / top) > FAINT
    )


def _constant(setup: Setup, information: Tensor) -> float:
    """Return C of the total error with the gauge pinned; infinity where it cannot be had."""
    try:
        root = pinned_root(setup.mixture, setup.theta, setup.layout, information)
    except InformationError:
        return math.inf
    root = root * _metric(setup.layout).sqrt().unsqueeze(-1)
    return expected_norm(root)


def _metric(layout: Layout) -> Tensor:
    """Return how much each entry's square counts in the total error, shape (P,)."""

    def of(parts: Any) -> list[float]:
        return [m for part in parts for m in (part.metric or (1.0,) * part.width)]

    row = [*of(layout.gate_parts), 1.0, *of(layout.expert_parts)]
    return torch.tensor(row * layout.atoms, dtype=torch.float64)


def expected_norm(root: Tensor) -> float:
    r"""Return the mean length of B z for normal z.

    Parameters
    ----------
    root : Tensor, shape (P, Q)
        B.

    Notes
    -----
    With :math:`\lambda` the eigenvalues of :math:`B^\top B` the mean is
    :math:`\frac{1}{2\sqrt\pi} \int_0^\infty t^{-3/2} (1 - \prod_i (1 + 2\lambda_i t)^{-1/2})\, dt`,
    summed here over equal steps of log t.
    """
    small = root.T @ root if root.shape[1] <= root.shape[0] else root @ root.T
    values = torch.linalg.eigvalsh(small).clamp_min(0.0)
    if not len(values) or float(values[-1]) == 0.0:
        return 0.0
    scaled = values / values[-1]
    u = torch.arange(-ENDS, ENDS + STEP, STEP, dtype=root.dtype)
    log = -0.5 * torch.log1p(2.0 * scaled * u.exp().unsqueeze(-1)).sum(-1)
    integral = (-torch.expm1(log) * (-0.5 * u).exp()).sum() * STEP
    return float(integral / (2.0 * math.sqrt(math.pi)) * values[-1].sqrt())
