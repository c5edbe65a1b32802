"""Plans: which fits a study runs, and which curves are read from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moeviz.model import SCORES, Domain
from moeviz.study.specification import Specification
from moeviz.theory import GAUGES, Reading


@dataclass(frozen=True)
class Curve:
    """One line of a study's plot.

    Attributes
    ----------
    label : str
        For people.
    router : str
        Name of its score.
    fit : int
        Which of the study's fits it is read from.
    reading : Reading
    """

    label: str
    router: str
    fit: int
    reading: Reading


def exact(spec: Specification) -> bool:
    """Return whether as many experts are fitted as are true."""
    return bool(spec["atoms"] == spec["true_atoms"])


def plan_curves(spec: Specification) -> tuple[Curve, ...]:
    """Return the study's curves.

    Every router is read with every gauge; one that forgets its gates' lengths besides by its
    radial and its angular error.
    """
    loss = "L3" if exact(spec) else "L2"
    curves: list[Curve] = []
    for fit, router in enumerate(spec["routers"]):
        score = SCORES[router]
        for gauge in spec["gauges"]:
            label = f"{score.title}, {GAUGES[gauge].title}"
            curves.append(Curve(label, router, fit, Reading(loss, gauge)))
        if score.domain is Domain.SPHERE:
            curves.append(
                Curve(f"{score.title}, radial error", router, fit, Reading("radial", "offset"))
            )
            curves.append(
                Curve(f"{score.title}, angular error", router, fit, Reading("angular", "pinned"))
            )
    return tuple(curves)


def estimator_words(spec: Specification) -> str:
    """Return what the estimator is, in words."""
    f: dict[str, Any] = spec.fields
    start = (
        f"starts near the truth (scale {f['start_scale']:g})"
        if f["start"] == "near-truth"
        else "random starts"
    )
    best = f", best of {f['starts']}" if f["starts"] > 1 else ""
    return (
        f"least squares over the box of half-width {f['box']:g}, Levenberg-Marquardt to "
        f"convergence, {start}{best}"
    )
