"""How well a network answers what it did not learn from.

Every checkpoint asks the same inputs, :data:`WATCHED_TOKENS` of them, spread evenly over what is
held out: so a curve is of one set, and two methods' curves are of the same. Once, at the end,
everything is asked.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from moeviz.train.network import Network
from moeviz.train.portions import TOKENS_AT_ONCE
from moeviz.train.stop import Stop, heed
from moeviz.train.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

WATCHED_TOKENS = 4096
"""Tokens of the inputs that every checkpoint asks."""

WORK_AT_ONCE = 2e10
"""Multiplications between two questions whether to stop: at most a second or so."""


@dataclass(frozen=True)
class Measured:
    """What a network reached on some inputs.

    Attributes
    ----------
    loss : float
        The mean, in the task's unit.
    error : float or None
        Its standard error, over inputs; None for a single input.
    accuracy : float or None
        The share of right answers, for a task that has such.
    inputs : int
        How many were asked.
    per_second : float
        Tokens answered in a second, by the router alone.
    """

    loss: float
    error: float | None
    accuracy: float | None
    inputs: int
    per_second: float

    def to_json(self) -> dict[str, Any]:
        """Return loss, its standard error, accuracy and number of inputs, as plain data."""
        return {
            "loss": self.loss, "error": self.error, "accuracy": self.accuracy,
            "inputs": self.inputs,
        }  # fmt: skip


def watched(inputs: Tensor, targets: Tensor, context: int) -> tuple[Tensor, Tensor]:
    """Return the inputs, of S = `context` tokens each, that every checkpoint asks, and targets."""
    count = min(len(inputs), max(1, WATCHED_TOKENS // context))
    at = torch.arange(count) * len(inputs) // count
    return inputs[at], targets[at]


@torch.no_grad()
def measure(
    network: Network, task: Task, inputs: Tensor, targets: Tensor, should_stop: Stop | None = None
) -> Measured:
    """Return what a network reaches on inputs.

    Raises
    ------
    Cancelled
        Once `should_stop` is true; it is asked at the latest every
        :data:`~moeviz.train.portions.TOKENS_AT_ONCE` tokens.
    """
    device = next(network.parameters()).device
    most = WORK_AT_ONCE / sum(own.numel() for own in network.parameters())
    at_once = max(1, int(min(TOKENS_AT_ONCE, most)) // task.context)
    losses: list[Tensor] = []
    right: list[Tensor] = []
    began = time.perf_counter()
    for first in range(0, len(inputs), at_once):
        heed(should_stop)
        asked = inputs[first : first + at_once].to(device)
        known = targets[first : first + at_once].to(device)
        answers, _ = network(asked)
        losses.append(task.losses(answers, known).double().cpu())
        told = task.right(answers, known)
        if told is not None:
            right.append(told.cpu())
    seconds = time.perf_counter() - began
    each = torch.cat(losses)
    count = len(each)
    spread = float(each.std()) / count**0.5 if count > 1 else None
    return Measured(
        task.shown(float(each.mean())),
        None if spread is None else task.shown(spread),
        float(torch.cat(right).double().mean()) if right else None,
        count,
        count * task.context / max(seconds, 1e-9),
    )
