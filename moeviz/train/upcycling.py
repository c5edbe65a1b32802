"""Sparse upcycling: every expert begins as a copy of a dense layer that was trained before."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from moeviz.recent import Recent
from moeviz.train.build import build_network
from moeviz.train.method import Method
from moeviz.train.network import Network
from moeviz.train.plan import Run
from moeviz.train.specification import Training
from moeviz.train.tasks import Task

DENSE = "dense-active"
"""The reference that is trained first."""

KEPT = 2
"""Dense networks that a process remembers: the methods of a seed begin with the same one."""

State = dict[str, Tensor]

_trained: Recent[State] = Recent(KEPT)


def upcycle(
    network: Network, spec: Training, task: Task, run: Run, train: Callable[[Network, Method], None]
) -> None:
    """Make every expert a copy of the layers of a dense network (`compete` §2.3).

    The dense layer has an expert's width, so that what answers a token is as wide as before.

    Parameters
    ----------
    network : Network
        What begins so.
    spec : Training
    task : Task
    run : Run
    train : callable
        Trains the dense network, a method of its own.
    """
    dense = Method(DENSE, DENSE, {**spec.fields, "top": 1, "steps": spec["dense_steps"]})
    device = next(network.parameters()).device
    source = build_network(dense, task, run.seed).to(device)
    key = (spec.hash, run.seed, run.domain, device.type)

    def trained() -> State:
        train(source, dense)
        return dict(source.state_dict())

    source.load_state_dict(_trained.get(key, trained))
    body = {k: v for k, v in source.state_dict().items() if ".layer." not in f".{k}"}
    network.load_state_dict(body, strict=False)
    for own, given in zip(network.layers, source.layers, strict=True):
        one = given.experts
        for experts in (own.experts, getattr(own, "shared", None)):
            if experts is not None:
                experts.copy_of(one.w_in[0], one.b_in[0], one.w_out[0], one.b_out[0])
