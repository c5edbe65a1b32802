"""The gauge's tangent space: infinitesimal parameter changes that no data can show."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.model.measure import Layout
from moeviz.model.mixture import Mixture
from moeviz.model.scores import Domain, Score
from moeviz.theory.fibre import copy_slices

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Direction:
    """A direction in parameter space along which f does not change.

    Attributes
    ----------
    words : str
        What moves along it.
    vector : Tensor, shape (..., P)
    """

    words: str
    vector: Tensor


def gauge_tangent(mixture: Mixture, theta: Tensor, layout: Layout) -> Tensor:
    """Return directions in parameter space along which f does not change.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (..., P)
    layout : Layout

    Returns
    -------
    Tensor, shape (..., G, P)
        A basis of the declared gauge's tangent space at `theta`. Of several parameters whose
        gauges differ in dimension, which no random ones do, the smallest is G.
    """
    return _rows([d.vector for d in gauge_directions(mixture, theta, layout)], theta)


def gauge_directions(mixture: Mixture, theta: Tensor, layout: Layout) -> list[Direction]:
    """Return the rows of :func:`gauge_tangent`, each with what moves along it.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (..., P)
    layout : Layout
    """
    measure = layout.unpack(theta)
    score, gate = mixture.score, measure.gate
    directions: list[Direction] = []

    def add(words: str, gate_part: Tensor, weight_part: float) -> None:
        moved = measure.replace(
            torch.full_like(measure.log_weight, weight_part),
            gate=gate_part,
            expert=torch.zeros_like(measure.expert),
        )
        directions.append(Direction(words, layout.pack(moved)))

    if score.domain is Domain.SPHERE:
        for i in range(layout.atoms):
            radial = torch.zeros_like(gate)
            radial[..., i, :] = gate[..., i, :]
            add(f"the length of gate {i + 1}", radial, 0.0)
    if mixture.gate.normalised:
        add("one constant added to every offset", torch.zeros_like(gate), 1.0)
        for number, v in enumerate(_shift_directions(score, gate), start=1):
            words = _SHIFTS[score.domain].format(number)
            if score.domain is Domain.SPHERE:
                moved = torch.linalg.vector_norm(gate, dim=-1, keepdim=True) * v.unsqueeze(-2)
            else:
                moved = torch.linalg.solve(score.chart_jacobian(gate), v.expand_as(gate))
            add(words, moved, 0.0)
    inside = "expert {}, which stays the same function"
    directions += _in_experts(mixture, theta, layout, mixture.expert.fibre, inside)
    return directions


_SHIFTS = {
    Domain.SPACE: "one vector along entry {} added to every gate",
    Domain.BALL: "one vector along entry {} added to every gate's u",
    Domain.SPHERE: "a common move {} of all gates' directions, which stay on the sphere",
}


def _rows(directions: list[Tensor], theta: Tensor) -> Tensor:
    """Stack directions, shape (..., P) each, to (..., G, P); there may be none."""
    if not directions:
        return theta.new_zeros(*theta.shape[:-1], 0, theta.shape[-1])
    return torch.stack(directions, dim=-2)


def _shift_directions(score: Score, gate: Tensor) -> tuple[Tensor, ...]:
    """Return a basis of the infinitesimal common shifts of the coordinates.

    Each of its V vectors has the shape (D,), or (..., D) where it depends on the gates.
    """
    if score.domain is not Domain.SPHERE:
        return torch.eye(gate.shape[-1], dtype=gate.dtype, device=gate.device).unbind()
    _, singular, right = torch.linalg.svd(score.coordinates(gate), full_matrices=True)
    rank = int((singular > 1e-10).sum(-1).amax())
    return right[..., rank:, :].unbind(-2)


def _in_experts(
    mixture: Mixture,
    theta: Tensor,
    layout: Layout,
    of: Callable[[Tensor], Tensor],
    words: str = "",
) -> list[Direction]:
    """Return what `of` says of each expert's parameter as directions in parameter space."""
    found = []
    for atom in range(layout.atoms):
        at = layout.column(atom, "expert")
        for copy in copy_slices(mixture, layout.expert_width):
            for direction in of(theta[..., at][..., copy]).unbind(-2):
                whole = torch.zeros_like(theta)
                whole[..., at.start + copy.start : at.start + copy.stop] = direction
                found.append(Direction(words.format(atom + 1), whole))
    return found


def pinned_slice(mixture: Mixture, theta: Tensor, layout: Layout) -> Tensor:
    """Return linear functionals that vanish on small moves with the gauge pinned.

    Parameters
    ----------
    mixture : Mixture
    theta : Tensor, shape (..., P)
        The truth.
    layout : Layout

    Returns
    -------
    Tensor, shape (..., C, P)
        The last offset, the last gate's coordinates or, on the sphere, each gate's length, and
        what fixes a point on each expert's fibre.
    """
    eye = torch.eye(layout.size, dtype=theta.dtype)
    rows: list[Tensor] = []
    if mixture.gate.normalised:
        rows += eye[layout.column(-1, "weight")].unbind()
    if mixture.score.domain is Domain.SPHERE:
        for i in range(layout.atoms):
            at = layout.column(i, "gate")
            radial = torch.zeros_like(theta)
            radial[..., at] = mixture.score.coordinates(theta[..., at])
            rows.append(radial)
    elif mixture.gate.normalised:
        rows += eye[layout.column(-1, "gate")].unbind()
    slices = _in_experts(mixture, theta, layout, mixture.expert.fibre_slice)
    rows += [held.vector for held in slices]
    return _rows([row.expand_as(theta) for row in rows], theta)


def free_columns(mixture: Mixture, layout: Layout) -> Tensor:
    """Return which entries of a parameter vector are parameters, shape (P,).

    A score without offsets holds them at 0.
    """
    free = torch.ones(layout.size, dtype=torch.bool)
    if not mixture.score.has_offset:
        for atom in range(layout.atoms):
            free[layout.column(atom, "weight")] = False
    return free
