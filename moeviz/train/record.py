"""What a checkpoint's record says of a network, and what a run keeps from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from moeviz.train.evaluate import measure, watched
from moeviz.train.look import look
from moeviz.train.network import Network
from moeviz.train.stop import Stop
from moeviz.train.tasks import Task

if TYPE_CHECKING:
    from torch import Tensor

NOTHING_SEEN: dict[str, Any] = {
    "held_out": None,
    "held_out_error": None,
    "accuracy": None,
    "inputs": None,
    "validation": None,
    "final": None,
    "asked_per_second": None,
    "look": None,
}
"""What the record of a network says whose loss is no number any more."""


@dataclass(frozen=True)
class Kept:
    """What a run keeps beside its weights.

    Attributes
    ----------
    chosen : list of Tensor or None
        Each layer's assignments at the last checkpoint.
    best : dict of str to Tensor or None
        The weights that a task's validation likes best so far; None without validation.
    best_step : int
        After how many steps.
    best_told, best_loss : float
        Their share of right answers and their loss there.
    """

    chosen: list[Tensor] | None = None
    best: dict[str, Tensor] | None = None
    best_step: int = 0
    best_told: float = -1.0
    best_loss: float = 0.0


def see(
    network: Network,
    task: Task,
    kept: Kept,
    step: int,
    ends: bool,
    should_stop: Stop | None = None,
) -> tuple[dict[str, Any], Kept]:
    """Return what a record says of a network, and what to keep.

    Parameters
    ----------
    network : Network
    task : Task
    kept : Kept
        From the checkpoint before.
    step : int
        Steps so far.
    ends : bool
        Whether this is the last checkpoint.
    should_stop : callable or None

    Returns
    -------
    record : dict
        ``held_out`` and, where answers are right or wrong, ``accuracy``, on the inputs that every
        checkpoint asks, ``inputs`` of them, with the loss' standard error ``held_out_error``;
        ``validation``, the same of the inputs by which a checkpoint is chosen, or None; at the end
        ``final``: loss, standard error, accuracy and number of inputs over all that is held out, of
        the weights after ``step`` steps: those that validation likes best, or else the last;
        ``asked_per_second``, tokens; ``look``, see :func:`moeviz.train.look.look`.
    kept : Kept

    Raises
    ------
    Cancelled
        Once `should_stop` is true.

    Notes
    -----
    `cosine` §5.3 chooses a checkpoint by domains that are learned. The more right answers the
    better, and of as many the smaller loss.
    """
    held = task.held_out()
    found = measure(network, task, *watched(*held, task.context), should_stop)
    record: dict[str, Any] = {
        "held_out": found.loss,
        "held_out_error": found.error,
        "accuracy": found.accuracy,
        "inputs": found.inputs,
        "validation": None,
        "final": None,
        "asked_per_second": found.per_second,
    }
    validation = task.validation()
    if validation is not None:
        chosen = measure(network, task, *watched(*validation, task.context), should_stop)
        record["validation"] = chosen.to_json()
        kept = _better(kept, network, step, chosen.accuracy or 0.0, chosen.loss)
    record["look"], routed = look(network, task, kept.chosen, should_stop)
    if ends:
        record["final"] = _final(network, task, kept, step, should_stop)
    return record, replace(kept, chosen=routed)


def _better(kept: Kept, network: Network, step: int, told: float, loss: float) -> Kept:
    """Return what is kept with the network's weights in it if validation likes them better."""
    if kept.best is not None and (told, -loss) <= (kept.best_told, -kept.best_loss):
        return kept
    weights = {name: own.detach().cpu().clone() for name, own in network.state_dict().items()}
    return replace(kept, best=weights, best_step=step, best_told=told, best_loss=loss)


def _final(
    network: Network, task: Task, kept: Kept, step: int, should_stop: Stop | None
) -> dict[str, Any]:
    """Return what the chosen weights reach on all that is held out; the network stays as it is."""
    if kept.best is None or kept.best_step == step:
        return {"step": step, **measure(network, task, *task.held_out(), should_stop).to_json()}
    own = {name: weights.clone() for name, weights in network.state_dict().items()}
    network.load_state_dict(kept.best)
    try:
        found = measure(network, task, *task.held_out(), should_stop)
    finally:
        network.load_state_dict(own)
    return {"step": kept.best_step, **found.to_json()}
