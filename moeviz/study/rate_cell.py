"""One claimed rate of the papers, by the study that measures it, and the row that it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from moeviz.errors import SpecificationError
from moeviz.model import EXPERTS
from moeviz.study.fields import PAPER
from moeviz.study.plan import plan
from moeviz.study.planned_curves import PlannedCurve
from moeviz.study.presets import PRESETS
from moeviz.study.readings import DEFAULT_GAUGE
from moeviz.study.specification import Specification
from moeviz.theory import DISTANCES
from moeviz.theory.claim import RateClaim

COMPARED: Mapping[str, str] = {"routers": "router", "gates": "gate", "experts": "expert"}
"""Fields that list what a study compares, and what of a curve tells which one it is of."""

FUNCTION = "function"
"""The column of claims about the function that all parameters make together, or the density."""

COLUMNS: Mapping[str, str] = {
    "linear": "linear",
    "polynomial": "polynomial",
    "relu": "ReLU · GELU",
    "smooth": "tanh · FFN",
    "classes": "classes",
    FUNCTION: "the function itself",
}
"""Families of experts, by the names that links use, with what heads their column; last that of
claims which are not about parameters."""

SETTINGS: Mapping[str, str] = {
    "exact": "exact-specified",
    "over": "over-specified",
    "density": "function itself",
}
"""What claims are about: as many experts as are true, more, or the function itself.

Rows are of the first two; cells of the column :data:`FUNCTION` are of the last.
"""

SEVERAL = frozenset({"ReLU, GELU"})
"""What several experts are called of which a paper says the same."""

_COLUMN: Mapping[str, str] = {
    "linear": "linear",
    "polynomial": "polynomial",
    "polynomial, degree 2": "polynomial",
    "ReLU": "relu",
    "ReLU, GELU": "relu",
    "tanh": "smooth",
    "FFN": "smooth",
    "multinomial logistic": "classes",
}


@dataclass(frozen=True)
class RateCell:
    """One claimed rate, by the study that measures it.

    Attributes
    ----------
    expert_words : str
        Which expert.
    preset : str
        The preset that measures it.
    settings : mapping of str to str
        Fields, as text, in which the study differs from the preset.
    gauge : str
        In which gauge the study's curve is read; the paper's own where the claim lives there.
    decided_by : tuple of str
        Claims of the checker's catalogue that decide what the rate rests on, for the expert that
        is measured; none where the paper takes the rate from another one.
    beside : mapping of str to str
        Such claims for experts of which the paper's sentence speaks too but that are not measured:
        by what the expert is called, the claim.
    """

    expert_words: str
    preset: str
    settings: Mapping[str, str] = field(default_factory=dict)
    gauge: str = DEFAULT_GAUGE
    decided_by: tuple[str, ...] = ()
    beside: Mapping[str, str] = field(default_factory=dict)

    @property
    def column(self) -> str:
        """The family of experts, or that it is about the function; one of :data:`COLUMNS`."""
        return FUNCTION if self.of_function else _COLUMN[self.expert_words]

    @property
    def of_function(self) -> bool:
        """Whether the claim is about the function or the density, and not about parameters."""
        return self.settings.get("losses", PAPER) in DISTANCES

    @cached_property
    def specification(self) -> Specification:
        """The study in the size that runs in front of a class."""
        preset = PRESETS[self.preset]
        return preset.build(preset.parse(self.settings))

    @cached_property
    def curve(self) -> PlannedCurve:
        """The curve of :attr:`specification` that the claim is about.

        Raises
        ------
        SpecificationError
            If the study has no such curve.
        """
        for curve in plan(self.specification).curves:
            if self.speaks_of(curve):
                return curve
        raise SpecificationError(
            f"Expected a curve of '{self.preset}' that the claim for {self.expert_words} is about, "
            "but the study has none; change the cell's settings or its gauge."
        )

    @property
    def noun(self) -> str:
        """What a claim that is not about parameters is about: "function" or "density"; or empty."""
        if not self.of_function:
            return ""
        return "density" if DISTANCES[self.settings["losses"]].density else "function"

    @property
    def measured_with(self) -> str:
        """Which expert is measured, where the paper's sentence speaks of several; else empty."""
        if self.expert_words not in SEVERAL:
            return ""
        return EXPERTS[self.curve.expert].title.removesuffix(" expert")

    @property
    def curve_settings(self) -> dict[str, str]:
        """Fields, as text, by which a study of the cell's preset asks for its curve alone."""
        return {**self.settings, **asking_for(self.curve)}

    @property
    def claim(self) -> RateClaim:
        """What is claimed of :attr:`curve`."""
        return self.curve.claim

    def speaks_of(self, curve: PlannedCurve) -> bool:
        """Return whether the claim is about a curve of a study that covers this one.

        Parameters
        ----------
        curve : PlannedCurve
            Of a result, or of a plan.
        """
        wanted = {COMPARED[key]: text for key, text in self.settings.items() if key in COMPARED}
        loss = self.settings.get("losses", PAPER)
        return (
            curve.trained
            and all(getattr(curve, key) == name for key, name in wanted.items())
            and loss in (PAPER, curve.reading.loss)
            and curve.reading.gauge == self.gauge
        )


def asking_for(curve: PlannedCurve) -> dict[str, str]:
    """Return the fields, as text, by which a study asks for one curve of it and its like.

    Parameters
    ----------
    curve : PlannedCurve

    Returns
    -------
    dict
        Its fit is the only one, and its gauge the only one; the losses stay the study's.
    """
    own = {field: getattr(curve, name) for field, name in COMPARED.items()}
    return {**own, "estimators": curve.estimator, "gauges": curve.reading.gauge}


@dataclass(frozen=True)
class RateRow:
    """The claims for one gate in one regime; at most one for each column.

    Attributes
    ----------
    name : str
        What links call it.
    paper, gate_words, regime_words : str
    setting : str
        One of :data:`SETTINGS`, and not the last.
    cells : tuple of RateCell
    """

    name: str
    paper: str
    gate_words: str
    regime_words: str
    setting: str
    cells: tuple[RateCell, ...]
