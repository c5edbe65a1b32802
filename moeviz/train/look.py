"""What a network does with the tokens that it is shown at every checkpoint."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch

from moeviz.model.routings import WinnersShareRouting
from moeviz.train import diagnostics
from moeviz.train.layer import Routed, SparseLayer
from moeviz.train.network import Network
from moeviz.train.packed import pack
from moeviz.train.portions import PROBE_TOKENS, SCORED_NUMBERS
from moeviz.train.stop import Stop, heed
from moeviz.train.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor


def probe_size(task: Task) -> int:
    """Return how many inputs are shown at every checkpoint."""
    return min(len(task.held_out()[0]), max(1, PROBE_TOKENS // task.context))


def probe(task: Task) -> tuple[Tensor, Tensor]:
    """Return the inputs and targets that are shown at every checkpoint: the first ones held out."""
    inputs, targets = task.held_out()
    return inputs[: probe_size(task)], targets[: probe_size(task)]


@torch.no_grad()
def look(
    network: Network, task: Task, before: list[Tensor] | None, should_stop: Stop | None = None
) -> tuple[dict[str, Any], list[Tensor]]:
    """Return what the papers look at, of every layer, and the assignments.

    Parameters
    ----------
    network : Network
    task : Task
    before : list of Tensor or None, shape (K, T)
        Each layer's assignments at the checkpoint before.
    should_stop : callable or None

    Returns
    -------
    record : dict
        ``loss`` on these tokens, and ``layers``: for a sparse one the numbers of
        :mod:`moeviz.train.diagnostics`; ``rank_down``, what the loss gains where rank K + 1 takes
        the best expert's place; ``truth``, :class:`moeviz.train.diagnostics.Matched` where the true
        gate is known, else None; and packed arrays (:mod:`moeviz.train.packed`): ``chosen``, by the
        router, with ``weights``, and ``winners`` of the competition with their ``shares``, of shape
        (K, T); the router's ``scores`` and the experts' ``affinities``, of shape (N, T'), of the
        first T' tokens. For a dense layer an empty one.
    chosen : list of Tensor, shape (K, T)

    Raises
    ------
    Cancelled
        Once `should_stop` is true.
    """
    device = next(network.parameters()).device
    inputs, targets = (part.to(device) for part in probe(task))
    with network.overheard() as heard:
        answers, routed = network(inputs)
    plain = task.shown(float(task.loss(answers, targets)))
    layers: list[dict[str, Any]] = []
    for at, (layer, x, did) in enumerate(zip(network.layers, heard, routed, strict=True)):
        heed(should_stop)
        if not isinstance(layer, SparseLayer):
            layers.append({})
            continue
        past = None if before is None else before[at].to(device)
        shifted = _one_rank_down(network, layer, inputs, targets, task)
        seen = _seen(layer, x, did, past, task.context, should_stop)
        layers.append(
            {
                "rank_down": None if shifted is None else shifted - plain,
                "truth": _against_truth(task, did, layer.rules.experts),
                **seen,
            }
        )
    return {"loss": plain, "layers": layers}, [did.chosen.cpu() for did in routed]


def _against_truth(task: Task, did: Routed, experts: int) -> dict[str, Any] | None:
    """Return how the router meets the true gate; None where none is known."""
    truth = task.truth()
    if truth is None:
        return None
    known = truth[0][:, : did.chosen.shape[1]].to(did.chosen.device)
    return asdict(diagnostics.matched(did.chosen, experts, known, truth[1]))


def _seen(
    layer: SparseLayer,
    x: Tensor,
    did: Routed,
    before: Tensor | None,
    context: int,
    should_stop: Stop | None,
) -> dict[str, Any]:
    """Return what one layer did with tokens, and what would have won the competition."""
    experts = layer.rules.experts
    affinities, alike = _competition(layer, x, should_stop)
    best, winners = affinities.topk(layer.top, dim=0)
    scored = context * min(x.shape[0] // context, max(1, SCORED_NUMBERS // (experts * context)))
    return {
        "change": None if before is None else diagnostics.change_rate(before, did.chosen),
        "agreement": diagnostics.agreement(did.chosen, winners),
        "use_entropy": diagnostics.use_entropy(did.chosen, experts),
        "weight_entropy": diagnostics.weight_entropy(did.weights),
        "load": diagnostics.load(did.chosen, experts).tolist(),
        "score_norm": diagnostics.score_norm(did.scores),
        "similarity": alike,
        "chosen": pack(did.chosen, "u1"),
        "winners": pack(winners, "u1"),
        "weights": pack(did.weights, "u2"),
        "shares": pack(WinnersShareRouting(layer.top).weights(best), "u2"),
        "scores": pack(did.scores[:, :scored], "u2"),
        "affinities": pack(affinities[:, :scored], "u2"),
    }


def _competition(layer: SparseLayer, x: Tensor, should_stop: Stop | None) -> tuple[Tensor, float]:
    """Return how strongly all experts answer tokens, (N, T), and how alike their answers are."""
    affinities, alike = [], 0.0
    for answers in layer.experts.parts(x):
        heed(should_stop)
        affinities.append(layer.affinities(answers))
        alike += diagnostics.similarity(answers) * answers.shape[1]
    return torch.cat(affinities, dim=1), alike / len(x)


def _one_rank_down(
    network: Network, layer: SparseLayer, inputs: Tensor, targets: Tensor, task: Task
) -> float | None:
    """Return the loss with the layer's best expert replaced by that of rank K + 1."""
    if layer.top >= layer.rules.experts:
        return None
    with layer.shifted():
        answers, _ = network(inputs)
    return task.shown(float(task.loss(answers, targets)))
