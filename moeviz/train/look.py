"""What a network does with tokens that it is shown at every checkpoint."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from moeviz.train import diagnostics
from moeviz.train.layer import Routed, SparseLayer
from moeviz.train.network import Network
from moeviz.train.tasks import Task

CHUNK = 64
"""Inputs that are answered at once where nothing is learned."""

PROBE_TOKENS = 512
"""Tokens whose routing is kept at every checkpoint."""


@torch.no_grad()
def held_out_loss(network: Network, task: Task) -> float:
    """Return the mean loss on what is held out, in the task's unit."""
    inputs, targets = task.held_out()
    total = 0.0
    for first in range(0, len(inputs), CHUNK):
        part = slice(first, first + CHUNK)
        answers, _ = network(inputs[part])
        total += float(task.loss(answers, targets[part])) * len(inputs[part])
    return task.shown(total / len(inputs))


def probe(task: Task) -> tuple[Tensor, Tensor]:
    """Return the inputs and targets that are shown at every checkpoint."""
    inputs, targets = task.held_out()
    count = max(1, PROBE_TOKENS // task.context)
    return inputs[:count], targets[:count]


@torch.no_grad()
def look(network: Network, task: Task, before: list[Tensor] | None) -> tuple[dict[str, Any], Any]:
    """Return what the papers look at, of every layer, and the assignments.

    Parameters
    ----------
    network : Network
    task : Task
    before : list of Tensor or None, shape (K, T)
        Each layer's assignments at the checkpoint before.
    """
    inputs, targets = probe(task)
    heard: list[Tensor] = []
    hooks = [
        layer.register_forward_pre_hook(lambda _, given: heard.append(given[0]))
        for layer in network.layers
    ]
    try:
        answers, routed = network(inputs)
    finally:
        for hook in hooks:
            hook.remove()
    plain = float(task.loss(answers, targets))
    layers: list[dict[str, Any]] = []
    for at, (layer, x, did) in enumerate(zip(network.layers, heard, routed, strict=True)):
        if not isinstance(layer, SparseLayer):
            layers.append({})
            continue
        past = None if before is None else before[at]
        shift = _one_rank_down(network, layer, inputs, targets, task)
        layers.append(_layer(layer, x, did, past) | {"rank_down": _gain(shift, plain, task)})
    return {"loss": task.shown(plain), "layers": layers}, [did.chosen for did in routed]


def _gain(shifted: float | None, plain: float, task: Task) -> float | None:
    return None if shifted is None else task.shown(shifted) - task.shown(plain)


def _layer(
    layer: SparseLayer, x: Tensor, did: Routed, before: Tensor | None
) -> dict[str, float | list[float] | list[list[int]] | None]:
    experts = layer.rules.experts
    answers = layer.experts.every(x)
    winners = layer.affinities(answers).topk(layer.top, dim=0).indices
    return {
        "change": None if before is None else diagnostics.change_rate(before, did.chosen),
        "agreement": diagnostics.agreement(did.chosen, winners),
        "use_entropy": diagnostics.use_entropy(did.chosen, experts),
        "weight_entropy": diagnostics.weight_entropy(did.weights),
        "load": diagnostics.load(did.chosen, experts).tolist(),
        "score_norm": diagnostics.score_norm(did.scores),
        "similarity": diagnostics.similarity(answers),
        "chosen": did.chosen.tolist(),
        "winners": winners.tolist(),
    }


def _one_rank_down(
    network: Network, layer: SparseLayer, inputs: Tensor, targets: Tensor, task: Task
) -> float | None:
    """Return the loss with the layer's best expert replaced by that of rank K + 1."""
    if layer.top >= layer.rules.experts:
        return None
    with layer.shifted():
        answers, _ = network(inputs)
    return float(task.loss(answers, targets))
