"""A checkpoint opened again: the network as it stood, to be asked and not trained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from moeviz.errors import SpecificationError
from moeviz.train.build import build_network
from moeviz.train.layer import SparseLayer
from moeviz.train.look import probe
from moeviz.train.method import Method
from moeviz.train.network import Network
from moeviz.train.plan import Run
from moeviz.train.run import load_state
from moeviz.train.specification import Training
from moeviz.train.tasks import Task, make_task

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, eq=False)
class Opened:
    """A network at a checkpoint.

    Attributes
    ----------
    method : Method
    task : Task
    network : Network
    """

    method: Method
    task: Task
    network: Network

    def sparse(self, layer: int) -> SparseLayer:
        """Return a sparse layer.

        Raises
        ------
        SpecificationError
            If there is none of that number, or nobody chooses experts in it.
        """
        layers = self.network.layers
        if not 0 <= layer < len(layers):
            raise SpecificationError(
                f"Expected a layer from 0 to {len(layers) - 1}, but got {layer}; take one of these."
            )
        found = layers[layer]
        if not isinstance(found, SparseLayer):
            raise SpecificationError(
                f"Expected a sparse layer, but '{self.method.title}' is dense: it has no router; "
                "take another method."
            )
        if found.router.competes == "always":
            raise SpecificationError(
                f"Expected a router that is asked, but in '{self.method.title}' the experts' "
                "answers decide at every step; take another method."
            )
        return found

    def probe(self) -> tuple[Tensor, Tensor]:
        """Return what is shown at every checkpoint, inputs and targets, as exact as the network."""
        kind = next(self.network.parameters()).dtype
        inputs, targets = (
            part.to(kind) if part.is_floating_point() else part for part in probe(self.task)
        )
        return inputs, targets

    @torch.no_grad()
    def heard(self, inputs: Tensor) -> list[Tensor]:
        """Return the tokens that each layer is asked about, each of shape (T, d)."""
        with self.network.overheard() as found:
            self.network(inputs)
        return found


def opened(spec: Training, run: Run, state: bytes, exact: bool = False) -> Opened:
    """Return a run's network at a checkpoint.

    Parameters
    ----------
    spec : Training
    run : Run
    state : bytes
        What :func:`~moeviz.train.run.run_stretch` left.
    exact : bool
        Whether to compute in double precision from here on.

    Raises
    ------
    SpecificationError
        If the checkpoint is not one of this run, or the run has left all numbers.
    """
    method = spec.methods[run.method]
    task = make_task(spec.fields, spec.own, run.domain)
    network = build_network(method, task, run.seed)
    try:
        load_state(state, network, None)
    except Exception as error:  # torch says in many ways that bytes are no state of a network
        raise SpecificationError(
            f"Expected a checkpoint of '{method.title}', but got other data; run it again."
        ) from error
    if not all(bool(own.isfinite().all()) for own in network.parameters()):
        raise SpecificationError(
            f"Expected a network of finite numbers, but '{method.title}' has left them while it "
            "trained; take a lower learning rate."
        )
    network.requires_grad_(False)
    return Opened(method, task, network.double() if exact else network)
