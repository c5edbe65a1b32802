"""A method's network at its start."""

from __future__ import annotations

from dataclasses import replace

from moeviz.train.alone import Alone
from moeviz.train.dense import DenseLayer
from moeviz.train.layer import SparseLayer
from moeviz.train.method import Method
from moeviz.train.network import Layer, Network
from moeviz.train.reference import REFERENCES
from moeviz.train.routers import ROUTERS, Router
from moeviz.train.streams import stream
from moeviz.train.tasks import Task


def router_of(method: Method) -> Router:
    """Return a sparse method's router with its settings."""
    names = ("temperature", "tau1", "tau2")
    return ROUTERS[method.name](**{name: method.fields[name] for name in names})


def build_network(method: Method, task: Task, seed: int) -> Network:
    """Return a method's network as it begins; methods of one seed share all but their routers.

    Parameters
    ----------
    method : Method
    task : Task
    seed : int
    """
    # A task may have fewer tokens than the network could look at, or more.
    sizes, rules = replace(method.sizes(), context=task.context), method.rules()
    width = task.width or sizes.width

    def make() -> Layer:
        if method.dense:
            return DenseLayer(REFERENCES[method.name], rules, width)
        return SparseLayer(router_of(method), rules, width)

    if task.width is None:
        network = Network(sizes, make, task.embed(width), task.outputs, task.causal)
    else:
        network = Alone(make)
    network.start(stream(seed, "body"), stream(seed, "experts"), stream(seed, "router"))
    return network
