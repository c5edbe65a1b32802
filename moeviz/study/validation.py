"""Validation: studies whose fields contradict each other are refused, each with what to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from moeviz.errors import SpecificationError
from moeviz.model import OUTPUTS, SCORES
from moeviz.model.custom import CUSTOM
from moeviz.model.scores import TINY
from moeviz.study.designs import DESIGNS
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields import OWN
from moeviz.study.models import PlannedFit, planned_fits
from moeviz.study.moving import check_moving
from moeviz.study.start_law import BLOCK, NEAR, start_law
from moeviz.theory import DISTANCES, input_nodes


def check_together(values: Mapping[str, Any]) -> None:
    """Refuse a study whose fields, each sound by itself, contradict each other.

    Parameters
    ----------
    values : mapping
        A study's fields.

    Raises
    ------
    SpecificationError
        If there is no such study; it says which field to change.
    """
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
