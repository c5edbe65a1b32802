"""From a study's fields to the models that they name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES, Mixture, make_gate, make_mixture
from moeviz.study.fields import OWN


def constant_names() -> list[str]:
    """Return the names of all constants of all registered variants."""
    return list(
        dict.fromkeys(
            constant.name
            for registry in (SCORES, GATES, EXPERTS, OUTPUTS)
            for variant in registry.values()
            for constant in getattr(variant, "constants", ())
        )
    )


def plain_gate(name: str, values: Mapping[str, Any], atoms: int) -> str:
    """Return the name of the gate that `name` is for K `atoms`: the dense one if it keeps all."""
    gate = make_gate(name, **{c.name: values[c.name] for c in GATES[name].constants})
    return gate.dense if gate.dense and gate.kept(atoms) == atoms else name


def own_gate(name: str, values: Mapping[str, Any]) -> bool:
    """Return whether the data of a study come from the gate `name` that is fitted."""
    data = values["data_gate"]
    return data in (OWN, name) or (
        plain_gate(data, values, values["true_atoms"]) == plain_gate(name, values, values["atoms"])
    )


def constants_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the constants of scores, gates, experts and outputs that a study's fields hold."""
    return {name: values[name] for name in constant_names() if name in values}


def model_of(values: Mapping[str, Any], router: str, gate: str, expert: str) -> Mixture:
    """Return the model of three named parts, with the output and constants of a study's fields.

    Raises
    ------
    SpecificationError
        If the parts do not go together.
    """
    return make_mixture(router, gate, expert, values["output"], **constants_of(values))


@dataclass(frozen=True)
class Named:
    """A model by the names of its parts, and the model that makes its data.

    Attributes
    ----------
    router, gate, expert : str
        Names in the registries.
    mixture, source : Mixture
        The fitted model and the data's.
    """

    router: str
    gate: str
    expert: str
    mixture: Mixture
    source: Mixture


def models(values: Mapping[str, Any]) -> list[Named]:
    """Return the models that a study's fields name: routers, then gates, then experts.

    Raises
    ------
    SpecificationError
        If parts of a model do not go together.
    """
    build = partial(model_of, values)
    found = []
    for router, gate, expert in product(values["routers"], values["gates"], values["experts"]):
        source = build(
            router if values["data_router"] == OWN else values["data_router"],
            gate if values["data_gate"] == OWN else values["data_gate"],
            expert,
        )
        found.append(Named(router, gate, expert, build(router, gate, expert), source))
    return found
