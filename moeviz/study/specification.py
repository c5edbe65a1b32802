"""Specifications: a study as frozen data whose hash is its identity."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from moeviz.errors import SpecificationError
from moeviz.fields import Value
from moeviz.model import OUTPUTS, SCORES
from moeviz.model.custom import CUSTOM
from moeviz.model.scores import TINY
from moeviz.study.designs import DESIGNS
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields import FIELDS, OWN
from moeviz.study.limits import check_limits
from moeviz.study.models import PlannedFit, planned_fits
from moeviz.study.moving import check_moving
from moeviz.study.start_law import BLOCK, NEAR, start_law
from moeviz.study.versions import (
    FIELDS_VERSION,
    FIRST_FIELDS,
    NUMBERS_VERSION,
    READ_AFTERWARDS,
    is_version,
    migrate,
)
from moeviz.text import check_text, json_text, nearest
from moeviz.theory import DISTANCES, input_nodes

SYMMETRIES = 1
"""Version of the search for the symmetries of formulas; part of the hash of studies with one."""

NAME_LENGTH = 60


@dataclass(frozen=True)
class Specification:
    """Everything that decides a study's numbers, up to the device.

    Attributes
    ----------
    name : str
        The preset it came from; not part of its identity.
    items : tuple of (str, Value)
        Every field and its value, in the order of :data:`~moeviz.study.fields.FIELDS`.
    numbers : int
        Version of the arithmetic. Only this version's studies can be run; what an earlier one
        computed can be shown.

    Notes
    -----
    Build one with :meth:`make`, :meth:`from_json` or a preset; these check it.
    """

    name: str
    items: tuple[tuple[str, Value], ...]
    numbers: int = NUMBERS_VERSION

    @classmethod
    def make(
        cls, name: str, values: Mapping[str, Any], numbers: int = NUMBERS_VERSION
    ) -> Specification:
        """Check `values` and return the specification.

        Raises
        ------
        SpecificationError
            If a field is missing, unknown or out of its range, if fields contradict each other,
            or if the study is larger than the laboratory's limits.
        """
        unknown = [key for key in values if key not in FIELDS]
        if unknown:
            raise SpecificationError(
                f"Expected only known fields ({nearest(FIELDS, str(unknown[0]))}), but got "
                f"'{str(unknown[0])[:40]}'."
            )
        values = {**_later(), **values}
        missing = [key for key in FIELDS if key not in values]
        if missing:
            raise SpecificationError(
                f"Expected a value for every field, but '{missing[0]}' is missing."
            )
        checked = {key: field.check(values[key]) for key, field in FIELDS.items()}
        _check_together(checked)
        check_limits(checked)
        return cls(name[:NAME_LENGTH], tuple(checked.items()), numbers)

    @property
    def fields(self) -> dict[str, Any]:
        """Every field's value by name."""
        return dict(self.items)

    def __getitem__(self, field: str) -> Any:
        return self.fields[field]

    @cached_property
    def hash(self) -> str:
        """The identity: 16 hexadecimal digits of arithmetic and fields.

        A field that came later than :data:`~moeviz.study.versions.FIRST_FIELDS` is left out where
        it stands at its default, and so are :data:`~moeviz.study.versions.READ_AFTERWARDS`. Studies
        of an expert's formula name the way in which they allow for its symmetries.
        """
        usual = _later()
        fields = {
            key: value
            for key, value in self.items
            if usual.get(key) != value and key not in READ_AFTERWARDS
        }
        identity: dict[str, Any] = {"schema": self.numbers, "fields": fields}
        if CUSTOM in self["experts"]:
            identity["symmetries"] = SYMMETRIES
        content = json_text(identity, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that :meth:`from_json` turns back into this specification."""
        fields = {
            key: list(value) if isinstance(value, tuple) else value for key, value in self.items
        }
        versions = {"schema": FIELDS_VERSION, "numbers": self.numbers}
        return {**versions, "preset": self.name, "fields": fields}

    def read_as(self, statistic: str, bars: str) -> Specification:
        """Return the same study, its losses read with another statistic and drawn with other bars.

        Raises
        ------
        UnknownNameError
            If there is no such statistic, or there are no such bars.
        """
        said = {"statistic": statistic, "bars": bars}
        changed = {name: FIELDS[name].check(value) for name, value in said.items()}
        return replace(
            self, items=tuple((key, changed.get(key, value)) for key, value in self.items)
        )

    def of_today(self) -> Specification:
        """Return the study as it is computed today, whatever arithmetic it was computed with."""
        return replace(self, numbers=NUMBERS_VERSION)

    @classmethod
    def from_json(cls, data: Any) -> Specification:
        """Return the specification in plain data; one of an earlier version is migrated.

        Raises
        ------
        SpecificationError
            If the data are not a specification, not a valid one, or of a later version.
        """
        if not isinstance(data, dict) or not isinstance(data.get("fields"), dict):
            raise SpecificationError(
                "Expected a specification with 'schema', 'preset' and 'fields', but got "
                "something else; download one from a finished study to see its form."
            )
        version: Any = data.get("schema")
        # A document without a version of its numbers has one version for both.
        numbers = data.get("numbers", version)
        fields = migrate(version, data["fields"])
        if not is_version(numbers, NUMBERS_VERSION):
            raise SpecificationError(
                f"Expected numbers of version 1 to {NUMBERS_VERSION}, but got "
                f"'{str(numbers)[:40]}'; a newer laboratory may have written them."
            )
        if version < FIELDS_VERSION:
            fields = {**_defaults(), **fields}
        preset = data.get("preset", "lab")
        if not isinstance(preset, str):
            raise SpecificationError(
                "Expected the name of a preset as text, but got something else."
            )
        check_text(preset)
        return cls.make(preset, fields, numbers)


def _defaults() -> dict[str, Value]:
    return {name: field.default for name, field in FIELDS.items()}


def _later() -> dict[str, Value]:
    """Return the fields that came later than the first, with their defaults."""
    return {name: value for name, value in _defaults().items() if name not in FIRST_FIELDS}


def _check_together(values: Mapping[str, Any]) -> None:
    if values["atoms"] < values["true_atoms"]:
        raise SpecificationError(
            f"Expected at least as many fitted experts as true ones (k >= k* = "
            f"{values['true_atoms']}), but got k = {values['atoms']}."
        )
    for name in ("sparse", "flat"):
        if values[name] > values["true_atoms"]:
            raise SpecificationError(
                f"Expected {name} to be at most the true number of experts "
                f"{values['true_atoms']}, but got {values[name]}."
            )
    if not values["low"] < values["high"]:
        raise SpecificationError(
            f"Expected the least input to lie below the greatest, but got low = {values['low']:g} "
            f"and high = {values['high']:g}."
        )
    if values["window_from"] > values["sizes"][-1]:
        raise SpecificationError(
            f"Expected window_from to be at most the largest sample size {values['sizes'][-1]}, "
            f"but got {values['window_from']}."
        )
    _check_starts(values)
    _check_models(values)
    _check_readings(values)


def _check_starts(values: Mapping[str, Any]) -> None:
    law = start_law(values)
    near = values["start"] == NEAR and law.scale > 0
    if near and law.unit == BLOCK and values["true_atoms"] == 1:
        raise SpecificationError(
            "Expected at least 2 true experts for start_unit = block, because a block with one "
            "entry, such as the offset, has no spread, but got true_atoms = 1; take start_unit = "
            "absolute."
        )


def _check_models(values: Mapping[str, Any]) -> None:
    routers = dict.fromkeys((*values["routers"], values["data_router"]))
    for name in routers:
        if name != OWN and values["dimension"] < SCORES[name].smallest_dimension:
            raise SpecificationError(
                f"Expected at least {SCORES[name].smallest_dimension} input dimensions for the "
                f"{SCORES[name].title}, because in 1 a direction is only a sign, but got "
                f"dimension = {values['dimension']}."
            )
    fits = planned_fits(values)
    for fit in fits:
        _check_features(fit, values)
        _check_zero_gates(fit, values)
    check_moving(values, fits)
    density = OUTPUTS[values["output"]].density
    for name in values["estimators"]:
        if ESTIMATORS[name].densities_only and not density:
            raise SpecificationError(
                f"Expected a density for the estimator '{name}', but the output "
                f"'{values['output']}' is fitted by least squares; choose another estimator."
            )
    design = DESIGNS[values["design"]]
    if not design.searched:
        source = fits[0].source
        layout = source.layout(values["true_atoms"], values["dimension"])
        design.draw(np.random.default_rng(0), source, layout)


def _check_features(fit: PlannedFit, values: Mapping[str, Any]) -> None:
    """Refuse a score of one's own that is no number somewhere on the study's inputs."""
    for mixture in (fit.mixture, fit.source):
        if mixture.score.name != CUSTOM:
            continue
        x = input_nodes(values["dimension"], 512, values["low"], values["high"])
        if not bool(mixture.features(x).gate.isfinite().all()):
            raise SpecificationError(
                f"Expected a score that is a number for all inputs from {values['low']:g} to "
                f"{values['high']:g}, but '{values['score_formula'][:60]}' is none for some; mind "
                "divisions, roots and logarithms, or change the inputs' range."
            )


def _check_zero_gates(fit: PlannedFit, values: Mapping[str, Any]) -> None:
    """Refuse fits that start at a gate where their score is not defined."""
    law, score = start_law(values), fit.mixture.score
    flat = law.unit == BLOCK and values["sparse"] == values["true_atoms"]
    at_truth = law.spread(values["sizes"][-1]) <= TINY or flat
    if values["start"] != NEAR or not at_truth or not values["sparse"] or fit.misspecified:
        return
    if not score.defined_at_zero:
        raise SpecificationError(
            f"Expected starts away from the truth for the {score.title}, because it has no "
            f"direction and no derivative at a zero gate, but got sparse = {values['sparse']} and "
            f"start_scale = {values['start_scale']:g}"
            f"{' in units of the spread of gates that are all zero' if flat else ''}; take "
            f"{'start_unit = absolute' if flat else 'a larger start_scale'}, sparse = 0 or "
            "another router."
        )


def _check_readings(values: Mapping[str, Any]) -> None:
    density = OUTPUTS[values["output"]].density
    for name in values["losses"]:
        if name in DISTANCES and DISTANCES[name].density != density:
            kind = "a density" if DISTANCES[name].density else "a regression"
            raise SpecificationError(
                f"Expected {kind} for the distance '{name}', but the output is "
                f"'{values['output']}'; choose another reading."
            )
