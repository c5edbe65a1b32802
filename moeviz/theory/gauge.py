r"""Gauge: parameter changes that leave :math:`f_G` unchanged, and how to fix them.

A softmax gate does not see a function of x that is added to every score. Over scores
:math:`u(\beta_i)\cdot z(x) + \beta_{0i}` such a function is :math:`v\cdot z(x) + c`, so the group
acts by :math:`u_i \mapsto u_i + v,\ \beta_{0i} \mapsto \beta_{0i} + c` for every v that keeps all
coordinates in the score's domain:

* all of space (linear score): every v;
* the open unit ball (perturbed cosine): every v with all :math:`\|u_i + v\| < 1`;
* the unit sphere (cosine): the v with all :math:`\|u_i + v\| = 1`, a sphere of dimension d - k
  through the origin; besides, each gate's length is free, because the chart forgets it.

A sigmoid gate sees every score on its own, so of all this only the lengths remain. An expert
whose parameter is not decided by its function, such as a scaled ReLU, adds its own fibre, and the
symmetries that it declares (:mod:`moeviz.model.symmetry`) their finitely many or periodic equals.

Three ways to hold a fit against the truth:

* ``offset``: only c is fixed (`cosine` pins :math:`\beta_{0k}=0`);
* ``pinned``: the gate that belongs to the last true atom is moved onto it, on the sphere each
  gate takes its true atom's length, and experts move along their fibres to the nearest true one;
* ``quotient``: the group element that makes the loss smallest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch

from moeviz.model.measure import MixingMeasure
from moeviz.model.mixture import Mixture
from moeviz.model.registry import Registry
from moeviz.model.scores import TINY, Domain, Score
from moeviz.theory.fibre import expert_distances, with_nearest_experts
from moeviz.theory.voronoi import all_distances, block_distances, cell_membership

if TYPE_CHECKING:
    from torch import Tensor

RIM = 1.0 - 1e-9
"""Coordinates in the unit ball stay this far inside, so that the chart can be inverted."""

Evaluate: TypeAlias = "Callable[[MixingMeasure, MixingMeasure], Tensor]"
Fix = Callable[[MixingMeasure, MixingMeasure, Mixture, Evaluate], MixingMeasure]


@dataclass(frozen=True)
class GaugeFixing:
    """A way to choose one representative of a fit's gauge orbit.

    Attributes
    ----------
    name, title, help : str
        Name in the registry; short words; one sentence for people.
    fix : callable
        From fitted measure (leading axis R), true measure, mixture and loss to the representative.
    complete : bool
        Whether nothing that the data cannot show is left free.
    """

    name: str
    title: str
    help: str
    fix: Fix
    complete: bool


GAUGES: Registry[GaugeFixing] = Registry("gauge")


def _translate(measure: MixingMeasure, score: Score, v: Tensor) -> tuple[MixingMeasure, Tensor]:
    """Add v, shape (R, D), to every coordinate; also return which replicates allow it, shape (R,).

    Where the result would leave the domain, the measure stays as it was.
    """
    u = score.coordinates(measure.gate)
    moved = u + v.unsqueeze(-2)
    allowed = torch.ones(v.shape[:-1], dtype=torch.bool, device=v.device)
    if score.domain is Domain.BALL:
        allowed = (torch.linalg.vector_norm(moved, dim=-1) < RIM).all(-1)
    safe = torch.where(allowed[..., None, None], moved, u)
    gate = score.parameter(safe)
    if score.domain is Domain.SPHERE:
        gate = gate * torch.linalg.vector_norm(measure.gate, dim=-1, keepdim=True)
    gate = torch.where(allowed[..., None, None], gate, measure.gate)
    return measure.replace(gate=gate), allowed


def translate(measure: MixingMeasure, score: Score, v: Tensor, c: Tensor | float) -> MixingMeasure:
    """Act on a measure by the group element (v, c).

    Parameters
    ----------
    measure : MixingMeasure
        Leading axis R.
    score : Score
    v : Tensor, shape (R, D)
        Added to the score's coordinates. On the sphere it must be one of
        :func:`sphere_translations`; elsewhere any. A replicate in which it would leave the
        score's domain keeps its gates.
    c : Tensor, shape (R,), or float
        Added to every log-weight.

    Returns
    -------
    MixingMeasure
    """
    moved, _ = _translate(measure, score, v)
    shift = torch.as_tensor(c, dtype=v.dtype, device=v.device)
    return moved.replace(log_weight=moved.log_weight + shift[..., None])


def match_mass(fitted: MixingMeasure, true: MixingMeasure) -> MixingMeasure:
    """Shift all log-weights so that the last true atom's cell has its true mass.

    For an exact-specified fit this is the convention beta_0k = 0 of `cosine` (A.3). An empty cell
    takes the fitted atom whose expert is nearest.
    """
    apart = all_distances(fitted, true)
    inside = cell_membership(fitted, true, apart)[..., -1] > 0
    nearest = apart.blocks["expert"][..., -1]
    alone = nearest <= nearest.amin(-1, keepdim=True)
    member = torch.where(inside.any(-1, keepdim=True), inside, alone)
    mass = fitted.log_weight.masked_fill(~member, -torch.inf).logsumexp(-1)
    shift = true.log_weight[..., -1] - mass
    return fitted.replace(log_weight=fitted.log_weight + shift.unsqueeze(-1))


def _anchor(fitted: MixingMeasure, true: MixingMeasure) -> Tensor:
    """Return the fitted atom whose expert is nearest to the last true one, shape (R,)."""
    return block_distances(fitted, true, "expert")[..., -1].argmin(-1)


def _partner(fitted: MixingMeasure, true: MixingMeasure, score: Score) -> Tensor:
    """Return each fitted atom's true atom by expert and direction, shape (R, K)."""
    u, target = score.coordinates(fitted.gate), score.coordinates(true.gate)
    distance = torch.linalg.vector_norm(u.unsqueeze(-2) - target.unsqueeze(-3), dim=-1)
    return (distance**2 + block_distances(fitted, true, "expert") ** 2).argmin(-1)


def sphere_translations(u: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    r"""Return group elements v that keep unit vectors on the unit sphere.

    The admissible v form a sphere: with S the space orthogonal to all differences
    :math:`u_i - u_1` and w the projection of :math:`u_1` on S, they are
    :math:`v = -w + \|w\|\omega` for unit vectors :math:`\omega \in S`.

    Parameters
    ----------
    u : Tensor, shape (R, K, D)
        Unit vectors.
    target : Tensor, shape (R, K, D)
        Where they should go.
    weight : Tensor, shape (R, K)
        How much each matters.

    Returns
    -------
    Tensor, shape (3, R, D)
        The identity, the reflection -2w, and the v that brings u nearest to `target` in weighted
        squares.
    """
    differences = u[..., 1:, :] - u[..., :1, :]
    if differences.shape[-2]:
        _, singular, right = torch.linalg.svd(differences, full_matrices=True)
        rank = (singular > 1e-10).sum(-1)
        index = torch.arange(u.shape[-1], device=u.device)
        basis = right * (index >= rank.unsqueeze(-1)).unsqueeze(-1)
    else:
        basis = torch.eye(u.shape[-1], dtype=u.dtype, device=u.device).expand(*u.shape[:-2], -1, -1)
    project = basis.transpose(-1, -2) @ basis
    w = (project @ u[..., 0, :, None]).squeeze(-1)
    pull = (weight.unsqueeze(-1) * (target - u + w.unsqueeze(-2))).sum(-2, keepdim=True)
    pull = (project @ pull.transpose(-1, -2)).squeeze(-1)
    length = torch.linalg.vector_norm(pull, dim=-1, keepdim=True)
    omega = torch.where(length > 1e-12, pull / length.clamp_min(TINY), torch.zeros_like(pull))
    radius = torch.linalg.vector_norm(w, dim=-1, keepdim=True)
    best = torch.where(length > 1e-12, radius * omega - w, torch.zeros_like(w))
    return torch.stack([torch.zeros_like(w), -2.0 * w, best])


def _with_lengths(fitted: MixingMeasure, true: MixingMeasure, score: Score) -> MixingMeasure:
    """Give each gate the length of its true atom's gate."""
    partner = _partner(fitted, true, score)
    length = torch.linalg.vector_norm(true.gate, dim=-1).expand(*partner.shape[:-1], -1)
    return fitted.replace(
        gate=score.coordinates(fitted.gate) * length.gather(-1, partner).unsqueeze(-1)
    )


def _sphere_candidates(
    fitted: MixingMeasure, true: MixingMeasure, mixture: Mixture
) -> list[MixingMeasure]:
    if not mixture.gate.normalised:
        return [fitted]
    score = mixture.score
    u = score.coordinates(fitted.gate)
    partner = expert_distances(mixture, fitted, true).argmin(-1)
    unit = score.coordinates(true.gate).expand(*u.shape[:-2], -1, -1)
    target = unit.gather(-2, partner.unsqueeze(-1).expand(*partner.shape, u.shape[-1]))
    moves = sphere_translations(u, target, torch.softmax(fitted.log_weight, -1))
    return [_translate(fitted, score, v)[0] for v in moves]


def _best(
    candidates: list[MixingMeasure], true: MixingMeasure, evaluate: Evaluate
) -> MixingMeasure:
    """Return, for each replicate, the candidate with the smallest loss (the first of equals)."""
    values = torch.stack([evaluate(candidate, true) for candidate in candidates])
    values = torch.nan_to_num(values, nan=torch.inf)
    choice = (values <= values.amin(0)).to(torch.int8).argmax(0)
    log_weight = torch.stack([c.log_weight for c in candidates])
    gate = torch.stack([c.gate for c in candidates])
    expert = torch.stack([c.expert for c in candidates])
    row = torch.arange(choice.shape[0], device=choice.device)
    return candidates[0].replace(
        log_weight[choice, row], gate=gate[choice, row], expert=expert[choice, row]
    )


def _with_mass(fitted: MixingMeasure, true: MixingMeasure, mixture: Mixture) -> MixingMeasure:
    """Fix the common constant of the log-weights, where there is one."""
    if mixture.gate.normalised and mixture.score.has_offset:
        return match_mass(fitted, true)
    return fitted


def fix_offset(
    fitted: MixingMeasure, true: MixingMeasure, mixture: Mixture, evaluate: Evaluate
) -> MixingMeasure:
    """Fix the common constant of the log-weights and nothing else."""
    return _with_mass(fitted, true, mixture)


def fix_pinned(
    fitted: MixingMeasure, true: MixingMeasure, mixture: Mixture, evaluate: Evaluate
) -> MixingMeasure:
    """Move the last true atom's gate onto it, directions to true lengths, experts along fibres.

    Where that would leave the unit ball, the fit keeps its gates.
    """
    fitted = with_nearest_experts(mixture, fitted, true)
    score = mixture.score
    if score.domain is Domain.SPHERE:
        lengths = [
            _with_mass(_with_lengths(c, true, score), true, mixture)
            for c in _sphere_candidates(fitted, true, mixture)
        ]
        return _best(lengths, true, evaluate)
    if not mixture.gate.normalised:
        return fitted
    u = score.coordinates(fitted.gate)
    anchor = _anchor(fitted, true)
    index = anchor[..., None, None].expand(*anchor.shape, 1, u.shape[-1])
    v = score.coordinates(true.gate)[..., -1, :] - u.gather(-2, index).squeeze(-2)
    return _with_mass(_translate(fitted, score, v)[0], true, mixture)


def fix_quotient(
    fitted: MixingMeasure, true: MixingMeasure, mixture: Mixture, evaluate: Evaluate
) -> MixingMeasure:
    """Search the group for the element with the smallest loss.

    A pattern search over (v, c) from the pinned and the untouched representative; the value is
    never above either, and an upper bound of the infimum. On the sphere, v runs over
    :func:`sphere_translations` and the lengths are those nearest to the true gates. Experts move
    along their fibres to the nearest true one.
    """
    score = mixture.score
    starts = [
        _with_mass(fitted, true, mixture),
        _with_mass(with_nearest_experts(mixture, fitted, true), true, mixture),
        fix_pinned(fitted, true, mixture, evaluate),
    ]
    sphere = score.domain is Domain.SPHERE
    if sphere:
        starts += [
            _with_mass(_at_nearest_length(c, true, score), true, mixture)
            for c in _sphere_candidates(with_nearest_experts(mixture, fitted, true), true, mixture)
        ]
    best = _best(starts, true, evaluate)
    if not mixture.gate.normalised or not score.has_offset:
        return best
    return _search(best, true, score, evaluate, move_gates=not sphere)


def _at_nearest_length(fitted: MixingMeasure, true: MixingMeasure, score: Score) -> MixingMeasure:
    """Move each gate along its ray to the point nearest to its true atom's gate."""
    partner = _partner(fitted, true, score)
    unit = score.coordinates(fitted.gate)
    index = partner.unsqueeze(-1).expand(*partner.shape, unit.shape[-1])
    target = true.gate.expand(*unit.shape[:-2], -1, -1).gather(-2, index)
    length = (unit * target).sum(-1, keepdim=True).clamp_min(1e-12)
    return fitted.replace(gate=unit * length)


def _search(
    fitted: MixingMeasure,
    true: MixingMeasure,
    score: Score,
    evaluate: Evaluate,
    move_gates: bool,
    sweeps: int = 60,
) -> MixingMeasure:
    """Compass search over the group from `fitted`; each replicate halves its own step.

    A sweep takes the directions one after another, each from where the last one led. All that are
    left are tried at once; each replicate goes along its first that is better, and on from there.
    """
    best, value = fitted, evaluate(fitted, true)
    dimension = fitted.gate.shape[-1] if move_gates else 0
    step = torch.full_like(value, 0.25)
    axes = torch.eye(dimension + 1, dtype=value.dtype, device=value.device)
    directions = torch.cat([axes, -axes])
    count = directions.shape[0]
    order = torch.arange(count, device=value.device).unsqueeze(-1)
    row = torch.arange(value.shape[0], device=value.device)
    for _ in range(sweeps):
        start = value
        following = torch.zeros_like(row)
        while True:
            move = step.unsqueeze(-1) * directions.unsqueeze(-2)
            candidate = _spread(best, count).replace(log_weight=best.log_weight + move[..., -1:])
            allowed = order >= following
            if move_gates:
                candidate, inside = _translate(candidate, score, move[..., :dimension])
                allowed = allowed & inside
            trial = evaluate(candidate, true)
            better = allowed & (trial < value)
            found = better.any(0)
            if not bool(found.any()):
                break
            first = better.to(torch.int8).argmax(0)
            best = best.replace(
                torch.where(found[:, None], candidate.log_weight[first, row], best.log_weight),
                **{
                    name: torch.where(found[:, None, None], block[first, row], best.blocks[name])
                    for name, block in candidate.blocks.items()
                },
            )
            value = torch.where(found, trial[first, row], value)
            following = torch.where(found, first + 1, count)
        step = torch.where(value < start, step, 0.5 * step)
    return best


def _spread(measure: MixingMeasure, count: int) -> MixingMeasure:
    """Return the measure `count` times, along a new first axis."""
    return measure.replace(
        measure.log_weight.expand(count, *measure.log_weight.shape),
        **{name: block.expand(count, *block.shape) for name, block in measure.blocks.items()},
    )


for _gauge in (
    GaugeFixing(
        "pinned",
        "gauge pinned",
        "The gate that belongs to the last true atom is moved onto it, and where a router "
        "forgets a gate's length the true length is put in; then the loss is measured.",
        fix_pinned,
        complete=True,
    ),
    GaugeFixing(
        "quotient",
        "best gauge",
        "Of all parameters that give the same function, the one with the smallest loss counts.",
        fix_quotient,
        complete=True,
    ),
    GaugeFixing(
        "offset",
        "only β₀ₖ pinned",
        "The papers' convention: one offset is fixed, everything else is compared as it came "
        "out of the fit.",
        fix_offset,
        complete=False,
    ),
):
    GAUGES.add(_gauge.name, _gauge)
