"""From a study's fields to the models that they name, and to the fits of these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


def misspecified(values: Mapping[str, Any], router: str, gate: str) -> bool:
    """Return whether data of a study come from another model than the one that is fitted.

    A gate that keeps every expert counts as the dense gate that it then is.

    Parameters
    ----------
    values : mapping
        A study's fields.
    router, gate : str
        Names of the fitted model's.
    """
    own_router = values["data_router"] in (OWN, router)
    return not (own_router and own_gate(gate, values))


@dataclass(frozen=True)
class PlannedFit:
    """One model that a study fits with one estimator, before there are numbers.

    Attributes
    ----------
    index : int
        The fit's place in the study.
    router, gate, expert, estimator : str
        Names in the registries.
    mixture, source : Mixture
        The fitted model and the data's.
    misspecified : bool
        Whether the data come from another model, see :func:`misspecified`.
    """

    index: int
    router: str
    gate: str
    expert: str
    estimator: str
    mixture: Mixture
    source: Mixture
    misspecified: bool


def any_misspecified(values: Mapping[str, Any]) -> bool:
    """Return whether some fit's data come from another gate or router than its own.

    Parameters
    ----------
    values : mapping
        A study's fields; they need not go together, as those of a form half filled in.
    """
    fitted = product(values["routers"], values["gates"])
    return any(misspecified(values, router, gate) for router, gate in fitted)


def planned_fits(values: Mapping[str, Any]) -> tuple[PlannedFit, ...]:
    """Return a study's fits in their one order: routers, gates, experts, then estimators.

    Parameters
    ----------
    values : mapping
        A study's fields.

    Raises
    ------
    SpecificationError
        If parts of a model do not go together.
    """
    names = product(values["routers"], values["gates"], values["experts"], values["estimators"])
    return tuple(plan_fit(values, index, *each) for index, each in enumerate(names))


def plan_fit(
    values: Mapping[str, Any], index: int, router: str, gate: str, expert: str, estimator: str
) -> PlannedFit:
    """Return one fit of a study.

    Parameters
    ----------
    values : mapping
        A study's fields.
    index : int
        Its place in the study.
    router, gate, expert, estimator : str
        Names in the registries.
    """
    source = model_of(
        values,
        router if values["data_router"] == OWN else values["data_router"],
        gate if values["data_gate"] == OWN else values["data_gate"],
        expert,
    )
    mixture = model_of(values, router, gate, expert)
    foreign = misspecified(values, router, gate)
    return PlannedFit(index, router, gate, expert, estimator, mixture, source, foreign)
