"""Scenarios: which models a study fits, which made the data, and with which truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from moeviz.model import Layout, Mixture
from moeviz.study.models import PlannedFit, constant_names, planned_fits
from moeviz.study.reader import attributes
from moeviz.study.specification import Specification
from moeviz.study.truth_search import chosen_truth

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Fit(PlannedFit):
    """A planned fit with the truth of its data.

    Attributes
    ----------
    layout : Layout
        Of K fitted atoms.
    truth : Tensor, shape (P*,)
        Parameters of the model that makes the data.
    true_layout : Layout
        Of K* true atoms.
    """

    layout: Layout
    truth: Tensor
    true_layout: Layout

    @property
    def exact(self) -> bool:
        """Whether as many atoms are fitted as are true, of the same model."""
        return not self.misspecified and self.layout.atoms == self.true_layout.atoms

    @property
    def dense(self) -> bool:
        """Whether every true atom's gate sees the input, where there is something to see."""
        gate = self.true_layout.unpack(self.truth).gate
        return gate.shape[-1] == 0 or bool((gate != 0).any(-1).all())

    @property
    def needs_projection(self) -> bool:
        """Whether the fitted parameters are held against a best approximation.

        That is so where the model is not the data's, and for sigmoid gates that have more atoms
        than a truth without zero gates: two sigmoids do not add up to one (`sigmoid` §3).
        """
        crowded = self.layout.atoms > self.true_layout.atoms
        return self.misspecified or (crowded and not self.mixture.gate.normalised and self.dense)


@dataclass(frozen=True)
class Scenario:
    """What a specification says about models and truth, as tensors.

    Attributes
    ----------
    fits : tuple of Fit
        In the order of the plan.
    """

    fits: tuple[Fit, ...]


def resolve_scenario(spec: Specification) -> Scenario:
    """Return the scenario of a specification; the search for its truth runs once per process.

    Raises
    ------
    SpecificationError
        If parts of a model do not go together.
    """
    items, constants = _decisive(spec)
    return _scenario((*items, ("atoms", spec["atoms"])), constants)


def same_truths(one: Specification, other: Specification) -> bool:
    """Return whether two studies have the same fits with the same truths.

    Parameters
    ----------
    one, other : Specification
    """
    return _decisive(one) == _decisive(other)


_Items = tuple[tuple[str, Any], ...]


def _decisive(spec: Specification) -> tuple[_Items, _Items]:
    """Return what decides the truths: fields, and constants of the parts."""
    f = spec.fields
    keys = (
        "routers", "gates", "experts", "estimators", "output", "dimension", "true_atoms",
        "data_router", "data_gate", "sparse", "flat", "design", "truth_seed", "candidates",
        "low", "high",
    )  # fmt: skip
    return tuple((key, f[key]) for key in keys), tuple((name, f[name]) for name in constant_names())


@lru_cache(maxsize=64)
def _scenario(items: _Items, constants: _Items) -> Scenario:
    f = {**dict(items), **dict(constants)}
    d = f["dimension"]
    planned = planned_fits(f)
    truths: dict[Mixture, Tensor] = {}
    for group in _of_one_layout([fit.source for fit in planned], f["true_atoms"], d):
        truth = chosen_truth(group, f)
        truths.update(dict.fromkeys(group, truth))
    fits = [
        Fit(
            **attributes(fit),
            layout=fit.mixture.layout(f["atoms"], d),
            truth=truths[fit.source],
            true_layout=fit.source.layout(f["true_atoms"], d),
        )
        for fit in planned
    ]
    return Scenario(tuple(fits))


def _of_one_layout(sources: list[Mixture], atoms: int, d: int) -> list[tuple[Mixture, ...]]:
    """Group models that can share a truth."""
    groups: dict[Layout, list[Mixture]] = {}
    for source in dict.fromkeys(sources):
        groups.setdefault(source.layout(atoms, d), []).append(source)
    return [tuple(group) for group in groups.values()]
