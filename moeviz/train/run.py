"""A stretch of a training run: from one checkpoint to the next, the same in whatever pieces."""

from __future__ import annotations

import io
import math
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from moeviz.text import finite
from moeviz.train.build import build_network
from moeviz.train.freed import keep_freed
from moeviz.train.layer import Routed
from moeviz.train.method import Method
from moeviz.train.network import Network
from moeviz.train.numbers import mixed_precision
from moeviz.train.optimizer import make_optimizer
from moeviz.train.plan import Run
from moeviz.train.record import NOTHING_SEEN, Kept, see
from moeviz.train.schedule import Schedule, draw_schedule
from moeviz.train.specification import Training
from moeviz.train.stop import Stop, heed
from moeviz.train.streams import stream
from moeviz.train.tasks import Task, make_task
from moeviz.train.upcycling import upcycle

if TYPE_CHECKING:
    from torch import Tensor

RISE = 0.08
"""Share of the steps over which the learning rate rises."""

LONGEST_GRADIENT = 1.0
"""A longer gradient is shortened to this length."""


def run_stretch(
    spec: Training,
    run: Run,
    stretch: int,
    before: bytes | None,
    device: str = "cpu",
    should_stop: Stop | None = None,
) -> tuple[dict[str, Any], bytes]:
    """Train from one checkpoint to the next.

    Parameters
    ----------
    spec : Training
    run : Run
        One of the comparison's.
    stretch : int
        Its number, counted from 0.
    before : bytes or None
        What the stretch before left; None for the first one.
    device : str
        ``"cpu"`` or ``"cuda"``.
    should_stop : callable or None

    Returns
    -------
    record : dict
        Plain data: ``step``; ``train``, the loss of each step; ``seconds``; ``competed``, on how
        many steps each layer competed, None for a method without; ``learned_per_second``, tokens;
        and what :func:`moeviz.train.record.see` says. Timings differ from run to run, and nothing
        else does. What is no finite number is None.
    state : bytes
        For the next stretch.

    Raises
    ------
    Cancelled
        Once `should_stop` is true.
    """
    keep_freed()
    method, seed = spec.methods[run.method], run.seed
    task = make_task(spec.fields, spec.own, run.domain)
    network = build_network(method, task, seed).to(device)
    optimizer = make_optimizer(network, method.fields)
    kept = Kept()
    if before is None:
        if spec["start"] == "upcycled" and not method.dense:

            def train(source: Network, dense: Method) -> None:
                stepping = make_optimizer(source, dense.fields)
                for step in range(dense.fields["steps"]):
                    heed(should_stop)
                    train_step(source, stepping, task, dense, seed, step, None)

            upcycle(network, spec, task, run, train)
    else:
        kept = load_state(before, network, optimizer)
    first = spec.steps_at[stretch - 1] if stretch else 0
    last = spec.steps_at[stretch]
    when = schedule_of(method, seed)
    began, steps = time.perf_counter(), []
    for step in range(first, last):
        heed(should_stop)
        steps.append(train_step(network, optimizer, task, method, seed, step, when))
    # A device is waited for once a stretch.
    losses = torch.stack(steps).tolist()
    seconds = time.perf_counter() - began
    tokens = (last - first) * method.fields["batch"] * task.context
    record: dict[str, Any] = {
        "step": last,
        "train": [task.shown(loss) for loss in losses],
        "seconds": seconds,
        "competed": None if when is None else when.active[:, first:last].sum(1).tolist(),
        "learned_per_second": tokens / max(seconds, 1e-9),
        **NOTHING_SEEN,
    }
    if math.isfinite(losses[-1]):
        seen, kept = see(network, task, kept, last, last == spec["steps"], should_stop)
        record |= seen
    # Nothing goes on from the last stretch: what is left is the network.
    return finite(record), save_state(network, None if last == spec["steps"] else optimizer, kept)


def schedule_of(method: Method, seed: int) -> Schedule | None:
    """Return when which layer of a method competes; None where none does."""
    if not method.competes:
        return None
    f = method.fields
    return draw_schedule(
        f["layers"], f["steps"], f["omega"], f["most"], stream(seed, "schedule"), f["warm_up"],
        f["move"],
    )  # fmt: skip


def train_step(
    network: Network,
    optimizer: torch.optim.Optimizer,
    task: Task,
    method: Method,
    seed: int,
    step: int,
    when: Schedule | None,
) -> Tensor:
    """Take one step and return the task's loss before it, without waiting for the device."""
    f = method.fields
    for group in optimizer.param_groups:
        group["lr"] = f["rate"] * rate_share(step, f["steps"])
    device = next(network.parameters()).device
    inputs, targets = (part.to(device) for part in task.batch(seed, step, f["batch"]))
    competes = [] if when is None else when.active[:, step].tolist()
    with mixed_precision(f["precision"], device.type):
        answers, routed = network(inputs, competes, stream(seed, "noise", step))
        loss = task.loss(answers, targets)
        whole = loss + beside(routed, f)
    optimizer.zero_grad()
    whole.backward()
    nn.utils.clip_grad_norm_(network.parameters(), LONGEST_GRADIENT)
    optimizer.step()
    return loss.detach()


def beside(routed: list[Routed], fields: dict[str, Any]) -> Tensor:
    """Return what is added to the task's loss: each loss with its weight, over the layers."""
    weights = {
        "balance": fields["balance"],
        "z": fields["z"],
        "distillation": fields["gamma"],
        "diversity": fields["beta"],
    }
    total = routed[0].answer.new_zeros(())
    for did in routed:
        for name, loss in did.losses.items():
            if weights[name]:
                total = total + weights[name] * loss
    return total


def rate_share(step: int, steps: int) -> float:
    """Return the learning rate's share of its highest: it rises, then falls as a cosine."""
    rise = max(1, round(RISE * steps))
    if step < rise:
        return (step + 1) / rise
    return 0.5 * (1.0 + math.cos(math.pi * (step - rise) / max(1, steps - rise)))


def save_state(network: Network, optimizer: torch.optim.Optimizer | None, kept: Kept) -> bytes:
    """Return all that the next stretch goes on from; without an optimizer, what can be opened."""
    file = io.BytesIO()
    held = {"network": network.state_dict(), "kept": asdict(kept)}
    if optimizer is not None:
        held["optimizer"] = optimizer.state_dict()
    torch.save(held, file)
    return file.getvalue()


def load_state(state: bytes, network: Network, optimizer: torch.optim.Optimizer | None) -> Kept:
    """Put a checkpoint into a network and return what was kept beside its weights.

    It is read as numbers alone: nothing in it can run.
    """
    held = torch.load(io.BytesIO(state), map_location="cpu", weights_only=True)
    network.load_state_dict(held["network"])
    if optimizer is not None:
        optimizer.load_state_dict(held["optimizer"])
    return Kept(**held["kept"])
