r"""The gauge of a trained router: what may change in it without any change of the loss.

The theory (:mod:`moeviz.theory.gauge`) says which changes these are. A cosine router forgets the
length of each expert's vector. A softmax does not see what is added to all scores alike, which is
one vector v added to the coordinates u of all experts, as far as they stay in the set that
coordinates fill. Here both are done to a trained network, and its loss is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.model.scores import Domain, Score
from moeviz.model.threads import one_thread
from moeviz.theory.gauge import RIM, sphere_translations
from moeviz.train.layer import SparseLayer
from moeviz.train.network import Network
from moeviz.train.opened import Opened, opened
from moeviz.train.plan import Run
from moeviz.train.routers import Router, trial_scores
from moeviz.train.specification import Training
from moeviz.train.stop import Stop, heed

if TYPE_CHECKING:
    from torch import Tensor

LEAST, LARGEST, PLACES = 0.25, 4.0, 33
"""Factors by which a vector is stretched: so many, evenly in their logs."""

PART = 0.8
"""Of the way to the rim of the ball that a common vector may take coordinates."""


@dataclass(frozen=True)
class LayerGauge:
    """What a layer's loss does when its router's vectors are changed.

    Attributes
    ----------
    layer, expert : int
        Whose vector is stretched: the expert that answers most tokens.
    factors, losses : tuple of float, shape (F,)
        The loss on the probe, in the task's unit, for each factor.
    plain : float
        The loss as it is.
    stretch_free, shift_free : bool
        Whether the theory says that stretching, or adding a common vector, changes nothing.
    shift : float
        Length of the common vector v in the router's coordinates; 0 where there is none.
    shifted : float
        The loss once it is added.
    """

    layer: int
    expert: int
    factors: tuple[float, ...]
    losses: tuple[float, ...]
    plain: float
    stretch_free: bool
    shift_free: bool
    shift: float
    shifted: float

    @property
    def most(self) -> float:
        """By how much the loss moves at most while the vector is stretched."""
        return max(abs(loss - self.plain) for loss in self.losses)

    @property
    def moved(self) -> float:
        """By how much the loss moves when the common vector is added."""
        return abs(self.shifted - self.plain)


@dataclass(frozen=True)
class GaugeSeen:
    """What a run's loss does when its routers' vectors are changed.

    Attributes
    ----------
    unit : str
        Of the loss.
    layers : tuple of LayerGauge
    """

    unit: str
    layers: tuple[LayerGauge, ...]


def factors() -> tuple[float, ...]:
    """Return the factors by which a vector is stretched; 1 is the one in the middle."""
    each = (LARGEST / LEAST) ** (1.0 / (PLACES - 1))
    return tuple(1.0 if at == PLACES // 2 else LEAST * each**at for at in range(PLACES))


def gauge_of(
    spec: Training,
    run: Run,
    state: bytes,
    should_stop: Stop | None = None,
    layers: Sequence[int] | None = None,
) -> GaugeSeen:
    """Return what changes of a trained router the loss does not see, in double precision.

    Parameters
    ----------
    spec : Training
    run : Run
    state : bytes
        The checkpoint.
    should_stop : callable, optional
        Asked before each loss.
    layers : sequence of int, optional
        Which layers, counted from 0; all of them by themselves.

    Raises
    ------
    SpecificationError
        If the checkpoint is none of this run, or its routers are not asked.
    Cancelled
        Once `should_stop` is true.
    """
    found = opened(spec, run, state, exact=True)
    inputs, targets = found.probe()

    def loss() -> float:
        heed(should_stop, "Stretching")
        with torch.no_grad(), one_thread():
            answers, _ = found.network(inputs)
            return found.task.shown(float(found.task.loss(answers, targets)))

    busiest = _busiest(found, inputs)
    plain = loss()
    return GaugeSeen(
        found.task.unit,
        tuple(
            _seen(found.sparse(layer), layer, busiest[layer], plain, loss)
            for layer in (range(len(busiest)) if layers is None else layers)
        ),
    )


@torch.no_grad()
def _busiest(found: Opened, inputs: Tensor) -> list[int]:
    """Return each layer's expert that answers most tokens."""
    network: Network = found.network
    _, routed = network(inputs)
    return [
        int(torch.bincount(did.chosen.flatten(), minlength=found.sparse(at).rules.experts).argmax())
        for at, did in enumerate(routed)
    ]


def _seen(
    layer: SparseLayer, at: int, expert: int, plain: float, loss: Callable[[], float]
) -> LayerGauge:
    vectors = layer.head.vectors
    begun = vectors.clone()
    tried = factors()
    losses = []
    try:
        for factor in tried:
            vectors[expert] = factor * begun[expert]
            losses.append(loss())
        vectors.copy_(begun)
        moved, length = shifted(layer.router.score, begun)
        vectors.copy_(moved)
        after = loss()
    finally:
        vectors.copy_(begun)
    return LayerGauge(
        layer=at,
        expert=expert,
        factors=tried,
        losses=tuple(losses),
        plain=plain,
        stretch_free=layer.router.score.domain is Domain.SPHERE,
        shift_free=sees_differences(layer.router, layer.top),
        shift=length,
        shifted=after,
    )


def sees_differences(router: Router, top: int) -> bool:
    """Return whether a router's weights stay when one number is added to all K = `top` scores."""
    scores = trial_scores(top)
    kept, chosen = scores.topk(top, dim=0)
    plain = router.kept_weights(kept, chosen, scores)
    moved = router.kept_weights(kept + 1.7, chosen, scores + 1.7)
    return torch.allclose(moved, plain, rtol=0, atol=1e-12)


def shifted(score: Score, vectors: Tensor) -> tuple[Tensor, float]:
    """Return vectors, shape (N, d), with one v added to all coordinates, and the length of v.

    On the sphere v is the reflection of :func:`~moeviz.theory.gauge.sphere_translations`; in the
    ball it is as long as leaves all coordinates well inside; elsewhere as long as the longest
    vector.
    """
    u = score.coordinates(vectors)
    if score.domain is Domain.SPHERE:
        v = sphere_translations(u, u, torch.ones_like(u[:, 0]))[1]
        return score.parameter(u + v) * _length(vectors), float(v.norm())
    way = torch.ones_like(u[0]) / u.shape[-1] ** 0.5
    if score.domain is Domain.BALL:
        along, square = u @ way, (u * u).sum(-1)
        # The largest t with |u_i + t way| < 1 for every i.
        room = float(((along.square() + RIM - square).clamp_min(0.0).sqrt() - along).amin())
        v = PART * max(room, 0.0) * way
        return score.parameter(u + v), float(v.norm())
    v = float(_length(u).amax()) * way
    return score.parameter(u + v), float(v.norm())


def _length(vectors: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(vectors, dim=-1, keepdim=True)
    return length
