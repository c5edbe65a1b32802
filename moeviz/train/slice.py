r"""A plane through a trained router: the two directions along which its tokens differ most.

With orthonormal axes U and an origin m, a token of the plane is :math:`m + Uy`. A score is
coordinates times features, :math:`u(\beta_i)\cdot z(x)`, so that on the plane

* a dot product is :math:`(U^\top\beta_i)\cdot y + \beta_i\cdot m`: directions of the largest
  variance about the mean m, and an offset for each expert;
* a cosine, or a perturbed one, is :math:`(U^\top u_i)\cdot y/(\|y\|+\tau_2)`: for the length of a
  token to be that of y, the plane goes through 0, along the largest mean squares.

Both are exact for tokens of the plane. A part of a unit vector is shorter than 1, so that what a
plane sees of a cosine router is a perturbed cosine router with :math:`\tau_2 = 0`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray

from moeviz.errors import SpecificationError
from moeviz.model.gates import TOP
from moeviz.model.routings import ROUTINGS, Routing, make_routing
from moeviz.model.scores import Score
from moeviz.model.threads import one_thread
from moeviz.train.opened import opened
from moeviz.train.plan import Run
from moeviz.train.routers import Router, trial_scores
from moeviz.train.specification import Training

if TYPE_CHECKING:
    from torch import Tensor

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Slice:
    """A router on a plane through its tokens.

    Attributes
    ----------
    layer : int
    score : Score
        The router's.
    gate : Routing
        The gate whose weights are the router's, or stand in proportion to them.
    same_weights : bool
        Whether they are the router's, and not in proportion alone.
    origin : ndarray, shape (d,)
        m: the tokens' mean, or 0.
    axes : ndarray, shape (d, 2)
        U.
    share : float
        Of the tokens' variance about m, or of their mean square, that lies in the plane.
    tokens : ndarray, shape (T, 2)
        y of the tokens that are shown at checkpoints.
    nearest : int
        The token that lies nearest to the plane.
    first : ndarray of int, shape (T,)
        Each token's first expert.
    vectors : ndarray, shape (N, 2)
        The experts' coordinates in the plane.
    offsets : ndarray, shape (N,)
    load : ndarray, shape (N,)
        Each expert's share of all assignments.
    named : float
        Share of the tokens to which the plane gives the same first expert.
    """

    layer: int
    score: Score
    gate: Routing
    same_weights: bool
    origin: Numbers
    axes: Numbers
    share: float
    tokens: Numbers
    nearest: int
    first: NDArray[np.int64]
    vectors: Numbers
    offsets: Numbers
    load: Numbers
    named: float

    @property
    def centred(self) -> bool:
        """Whether the plane goes through the tokens' mean, and not through 0."""
        return self.score.flat

    def scores(self, places: Numbers) -> Numbers:
        """Return the experts' scores, shape (N, P), at places of the plane, shape (P, 2)."""
        found = torch.from_numpy(self.vectors) @ self.score.features(torch.from_numpy(places.T))
        return (found + torch.from_numpy(self.offsets).unsqueeze(-1)).numpy()


@torch.no_grad()
def sliced(spec: Training, run: Run, state: bytes, layer: int) -> Slice:
    """Return a plane through a trained router.

    Parameters
    ----------
    spec : Training
    run : Run
    state : bytes
        The checkpoint.
    layer : int
        Counted from 0.

    Raises
    ------
    SpecificationError
        If the layer has no router that is asked, tokens of less than two numbers, or the
        checkpoint is none of this run.
    """
    found = opened(spec, run, state, exact=True)
    sparse = found.sparse(layer)
    head, score = sparse.head, sparse.router.score
    with one_thread():
        tokens = found.heard(found.probe()[0])[layer]
    asked = tokens if head.project is None else tokens @ head.project.T
    if asked.shape[-1] < 2:
        raise SpecificationError(
            "Expected tokens of two numbers or more, for a plane, but this router scores in one; "
            "take a larger projection."
        )
    origin = asked.mean(0) if score.flat else torch.zeros_like(asked[0])
    away = asked - origin
    axes, share = _principal(away)
    placed = away @ axes
    coordinates = score.coordinates(head.vectors)
    vectors, offsets = coordinates @ axes, coordinates @ origin
    scores = head.scores(tokens)
    seen = vectors @ score.features(placed.T) + offsets.unsqueeze(-1)
    chosen = scores.topk(sparse.top, dim=0).indices
    gate, same = gate_of(sparse.router, sparse.top)
    rest = (away - placed @ axes.T).norm(dim=-1) / asked.norm(dim=-1).clamp_min(1e-12)
    load = torch.bincount(chosen.flatten(), minlength=len(vectors)).double() / chosen.numel()
    return Slice(
        layer=layer,
        score=score,
        gate=gate,
        same_weights=same,
        origin=origin.numpy(),
        axes=axes.numpy(),
        share=share,
        tokens=placed.numpy(),
        nearest=int(rest.argmin()),
        first=chosen[0].numpy(),
        vectors=vectors.numpy(),
        offsets=offsets.numpy(),
        load=load.numpy(),
        named=float((seen.argmax(0) == chosen[0]).double().mean()),
    )


def _principal(away: Tensor) -> tuple[Tensor, float]:
    """Return two orthonormal directions along which tokens, shape (T, d), lie, and their share."""
    squares, directions = torch.linalg.eigh(away.T @ away)
    axes = directions[:, -2:].flip(-1)
    # Which way a direction points is nobody's choice but ours: its largest number is positive.
    largest = axes.abs().argmax(0, keepdim=True)
    axes = axes * axes.gather(0, largest).sign()
    total = float(squares.clamp_min(0.0).sum())
    return axes, float(squares[-2:].sum()) / total if total > 0.0 else 1.0


def gate_of(router: Router, top: int) -> tuple[Routing, bool]:
    """Return the registered gate whose weights a router's are, and whether they are the same.

    It is found by its weights and not by its name; where none is the same, one to which they
    stand in proportion.

    Parameters
    ----------
    router : Router
    top : int
        K experts for a token; more than a gate of the pictures may keep count as so many.
    """
    top = min(top, int(TOP.high))
    scores = trial_scores(top)
    kept, chosen = scores.topk(top, dim=0)
    own = torch.zeros_like(scores).scatter(0, chosen, router.kept_weights(kept, chosen, scores))
    known = [make_routing(name, temperature=router.temperature, top=top) for name in ROUTINGS]
    for gate in known:
        if torch.allclose(gate.weights(scores), own, rtol=0, atol=1e-9):
            return gate, True
    for gate in known:
        weights = gate.weights(scores)
        if torch.allclose(weights / weights.sum(0), own / own.sum(0), rtol=0, atol=1e-9):
            return gate, False
    raise SpecificationError(
        f"Expected a router with a gate that the pictures know, but '{router.title}' has another."
    )
