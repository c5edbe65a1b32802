"""Planned curves: which lines a study's plot will have, what they are called and held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.study.equal import expert_of, gauge_title
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields import BESIDE
from moeviz.study.models import PlannedFit
from moeviz.study.moves import OWN_TRUTH
from moeviz.study.moving import move_of
from moeviz.study.presets.preset import Published
from moeviz.study.presets.published import published_slope
from moeviz.study.readings import paper_loss, readings
from moeviz.study.setting import setting_of
from moeviz.study.specification import Specification
from moeviz.theory import DISTANCES, GAUGES, LOSSES, Reading
from moeviz.theory.rates import RateClaim, Setting, claimed_rate

UNTRAINED = "before training"
"""What the name of a curve of starts says."""

APART = "separation"
"""What the name of a curve says that shows how far a moving truth is from its limit."""

OF_STARTS = RateClaim(None, "Theory speaks of estimators, not of where they start.", "moeviz")
"""What theory says of a curve of starts."""

OF_SEPARATION = RateClaim(
    None, "How far the truths are from their limit is chosen, not learnt.", "moeviz"
)
"""What theory says of a curve of separations."""


@dataclass(frozen=True)
class PlannedCurve:
    """One line of a study's plot, before there are numbers.

    Attributes
    ----------
    label : str
        For people.
    router, gate, expert, estimator : str
        Names in the registries.
    fit : int
        Which of the study's fits it is read from.
    reading : Reading
    setting : Setting
        What theory's claim depends on.
    gauge_title, estimator_title : str
        The gauge, and what the estimator does, in words.
    published : Published or None
        The slope that a paper prints for it.
    trained : bool
        Whether it is read off fits; else off the starts of a protocol, which nobody trained, or
        off a moving truth itself.
    separates : bool
        Whether it shows how far a moving truth is from its limit.
    """

    label: str
    router: str
    gate: str
    expert: str
    estimator: str
    fit: int
    reading: Reading
    setting: Setting
    gauge_title: str
    estimator_title: str
    published: Published | None
    trained: bool
    separates: bool

    @cached_property
    def claim(self) -> RateClaim:
        """What theory says of the curve."""
        if self.separates:
            return OF_SEPARATION
        return claimed_rate(self.setting, self.reading) if self.trained else OF_STARTS

    @property
    def key(self) -> tuple[str, ...]:
        """What tells the curve apart from all others of its study."""
        reading = self.reading
        return (
            self.router,
            self.gate,
            self.expert,
            self.estimator,
            reading.loss,
            reading.gauge,
            APART if self.separates else "" if self.trained else UNTRAINED,
        )


def plan_curves(spec: Specification, fits: Iterable[PlannedFit]) -> tuple[PlannedCurve, ...]:
    """Return the curves of a study's fits, one for each reading of each fit.

    After them come, where the study asks for it, the curves of the protocols' starts: one for each
    reading of each model that a protocol fits, for protocols share their starts. Where the truth
    moves its distance from the limit follows, for each reading of each model.

    Parameters
    ----------
    spec : Specification
    fits : iterable of PlannedFit
    """
    fits = tuple(fits)
    curves = [plan_curve(spec, fit, one) for fit in fits for one in readings(spec, fit)]
    begun: dict[tuple[str, str, str], PlannedFit] = {}
    for fit in fits if spec["untrained"] == BESIDE else ():
        if ESTIMATORS[fit.estimator].published:
            begun.setdefault((fit.router, fit.gate, fit.expert), fit)
    of_starts = [
        plan_curve(spec, fit, one, trained=False)
        for fit in begun.values()
        for one in readings(spec, fit)
    ]
    models: dict[tuple[str, str, str], PlannedFit] = {}
    for fit in fits if move_of(spec.fields) else ():
        models.setdefault((fit.router, fit.gate, fit.expert), fit)
    apart = [
        plan_curve(spec, fit, one, trained=False, separates=True)
        for fit in models.values()
        for one in readings(spec, fit)
    ]
    return (*_told_apart(curves), *_told_apart(of_starts), *_told_apart(apart))


def plan_curve(
    spec: Specification,
    fit: PlannedFit,
    reading: Reading,
    trained: bool = True,
    separates: bool = False,
) -> PlannedCurve:
    """Return the curve of one reading of one fit.

    Parameters
    ----------
    spec : Specification
    fit : PlannedFit
    reading : Reading
    trained : bool
        Whether it is read off the fit itself; else off its starts, or off the moving truth.
    separates : bool
        Whether it is read off the moving truth.
    """
    what = _estimator_words(spec, fit.estimator) if trained else _untrained_words(spec, separates)
    gauge = gauge_title(expert_of(spec.fields, fit.expert), reading)
    return PlannedCurve(
        _label(spec, fit, reading, gauge, "" if trained else APART if separates else UNTRAINED),
        fit.router,
        fit.gate,
        fit.expert,
        fit.estimator,
        fit.index,
        reading,
        setting_of(spec.fields, fit),
        gauge,
        what,
        published_slope(spec, fit, reading) if trained else None,
        trained,
        separates,
    )


def fit_name(spec: Specification, fit: PlannedFit) -> str:
    """Return what one of a study's fits is called.

    Parameters
    ----------
    spec : Specification
    fit : PlannedFit
    """
    words = [SCORES[fit.router].title, GATES[fit.gate].title, EXPERTS[fit.expert].title]
    if len(spec["estimators"]) > 1:
        words.append(ESTIMATORS[fit.estimator].title)
    return ", ".join(words)


def _told_apart(curves: list[PlannedCurve]) -> list[PlannedCurve]:
    """Name the gauge of curves that have one name otherwise."""
    times = Counter(curve.label for curve in curves)
    return [
        replace(curve, label=f"{curve.label}, {GAUGES[curve.reading.gauge].title}")
        if times[curve.label] > 1
        else curve
        for curve in curves
    ]


def _label(spec: Specification, fit: PlannedFit, reading: Reading, gauge: str, role: str) -> str:
    words = [SCORES[fit.router].title]
    if len(spec["gates"]) > 1:
        words.append(GATES[fit.gate].title)
    if len(spec["experts"]) > 1:
        words.append(EXPERTS[fit.expert].title)
    if role:
        words.append(role)
    elif len(spec["estimators"]) > 1:
        words.append(ESTIMATORS[fit.estimator].title)
    plain = len(spec["losses"]) == 1 and reading.loss == paper_loss(spec, fit)
    if reading.loss in DISTANCES:
        words.append(DISTANCES[reading.loss].title)
    elif reading.loss in ("radial", "angular"):
        words.append(f"{reading.loss} error")
    else:
        if not plain:
            words.append(LOSSES[reading.loss].title)
        if len(spec["gauges"]) > 1 or plain:
            words.append(gauge)
    return ", ".join(words)


def _estimator_words(spec: Specification, estimator: str) -> str:
    """Return what an estimator is, in words."""
    chosen = ESTIMATORS[estimator]
    what = chosen.describe(spec.fields, OUTPUTS[spec["output"]].density)
    return f"{what}, {_start_words(spec)}"


def _untrained_words(spec: Specification, separates: bool) -> str:
    """Return what is read where nothing is trained, in words."""
    if separates:
        return "no fit: the truth of each sample size against their limit"
    return f"no training, {_start_words(spec)}"


def _start_words(spec: Specification) -> str:
    """Return where fits start, in words."""
    near = "the truth"
    if move_of(spec.fields) and spec["moving_start"] != OWN_TRUTH:
        near = "the truths' limit"
    start = (
        f"starts near {near} (scale {spec['start_scale']:g})"
        if spec["start"] == "near-truth"
        else "random starts"
    )
    best = f", best of {spec['starts']}" if spec["starts"] > 1 else ""
    return f"{start}{best}"
