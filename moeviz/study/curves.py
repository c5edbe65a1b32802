"""Plans: which curves are read from a study's fits."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import product

from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES, Domain
from moeviz.study.equal import expert_of, gauge_title
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields import PAPER
from moeviz.study.specification import Specification
from moeviz.theory import DISTANCES, GAUGES, LOSSES, Reading

DEFAULT_GAUGE = "pinned"


@dataclass(frozen=True)
class Curve:
    """One line of a study's plot.

    Attributes
    ----------
    label : str
        For people.
    router, gate, expert, estimator : str
        Names in the registries.
    fit : int
        Which of the study's fits it is read from.
    reading : Reading
    """

    label: str
    router: str
    gate: str
    expert: str
    estimator: str
    fit: int
    reading: Reading


def exact(spec: Specification) -> bool:
    """Return whether as many experts are fitted as are true."""
    return bool(spec["atoms"] == spec["true_atoms"])


def paper_loss(spec: Specification, router: str, gate: str, expert: str) -> str:
    """Return the loss of the paper that studies this model."""
    if spec["output"] == "categorical":
        return "D2"
    if spec["output"] == "gaussian":
        return "compete-L2" if expert == "linear" else "compete-L1"
    if not GATES[gate].normalised:
        partial = router == "partial-quadratic"
        if spec["sparse"]:
            return "sigmoid-L4" if partial else "sigmoid-L1"
        return "sigmoid-L5" if partial else "sigmoid-L3"
    return "L3" if exact(spec) else "L2"


def plan_curves(spec: Specification) -> tuple[Curve, ...]:
    """Return the study's curves.

    Every fit is read with every loss and gauge; one whose router forgets its gates' lengths
    besides by its radial and its angular error. A gauge that changes nothing is left out.
    """
    curves: list[Curve] = []
    fits = product(spec["routers"], spec["gates"], spec["experts"], spec["estimators"])
    for fit, (router, gate, expert, estimator) in enumerate(fits):
        for reading in _readings(spec, router, gate, expert):
            label = _label(spec, (router, gate, expert, estimator), reading)
            curves.append(Curve(label, router, gate, expert, estimator, fit, reading))
    return tuple(_told_apart(curves))


def _told_apart(curves: list[Curve]) -> list[Curve]:
    """Name the gauge of curves that have one name otherwise."""
    times = Counter(curve.label for curve in curves)
    return [
        replace(curve, label=f"{curve.label}, {GAUGES[curve.reading.gauge].title}")
        if times[curve.label] > 1
        else curve
        for curve in curves
    ]


def _readings(spec: Specification, router: str, gate: str, expert: str) -> list[Reading]:
    paper = paper_loss(spec, router, gate, expert)
    names = [paper if name == PAPER else name for name in spec["losses"]]
    if SCORES[router].reads_expert:
        names = [name for name in names if name != "gate"]
    readings = []
    for name in dict.fromkeys(names):
        if name in DISTANCES:
            readings.append(Reading(name, DEFAULT_GAUGE))
        else:
            readings += [Reading(name, gauge) for gauge in spec["gauges"]]
    if SCORES[router].domain is Domain.SPHERE and PAPER in spec["losses"]:
        readings += [Reading("radial", "offset"), Reading("angular", "pinned")]
    return list(dict.fromkeys(readings))


def _label(spec: Specification, names: tuple[str, str, str, str], reading: Reading) -> str:
    router, gate, expert, estimator = names
    words = [SCORES[router].title]
    if len(spec["gates"]) > 1:
        words.append(GATES[gate].title)
    if len(spec["experts"]) > 1:
        words.append(EXPERTS[expert].title)
    if len(spec["estimators"]) > 1:
        words.append(ESTIMATORS[estimator].title)
    plain = len(spec["losses"]) == 1 and reading.loss == paper_loss(spec, router, gate, expert)
    if reading.loss in DISTANCES:
        words.append(DISTANCES[reading.loss].title)
    elif reading.loss in ("radial", "angular"):
        words.append(f"{reading.loss} error")
    else:
        if not plain:
            words.append(LOSSES[reading.loss].title)
        if len(spec["gauges"]) > 1 or plain:
            words.append(gauge_title(expert_of(spec.fields, expert), reading))
    return ", ".join(words)


def estimator_words(spec: Specification, estimator: str) -> str:
    """Return what an estimator is, in words."""
    chosen = ESTIMATORS[estimator]
    what = chosen.describe(spec.fields, OUTPUTS[spec["output"]].density)
    start = (
        f"starts near the truth (scale {spec['start_scale']:g})"
        if spec["start"] == "near-truth"
        else "random starts"
    )
    best = f", best of {spec['starts']}" if spec["starts"] > 1 else ""
    return f"{what}, {start}{best}"
