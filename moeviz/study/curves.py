"""Planned curves: which lines a study's plot will have, what they are called and held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

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
from moeviz.study.start_law import NEAR, start_law
from moeviz.theory import DISTANCES, GAUGES, LOSSES, Reading
from moeviz.theory.rates import RateClaim, Setting, claimed_rate

FITS, STARTS, UNFINISHED = "fits", "starts", "unfinished"
"""Kinds of curves, and of the blocks that they are read off: see :class:`PlannedCurve`."""

APART = "separation"
"""The kind of a curve of how far a moving truth is from its limit, and what its name says."""

KINDS = (FITS, STARTS, UNFINISHED, APART)

UNTRAINED = "before training"
"""What the name of a curve of starts says."""

TO_THE_END = "to the converged estimator"
"""What the name of a curve of what is left says."""

NO_CLAIM: Mapping[str, RateClaim] = {
    STARTS: RateClaim(None, "Theory speaks of estimators, not of where they start.", "moeviz"),
    UNFINISHED: RateClaim(
        None, "Theory speaks of estimators, not of how far it is to them.", "moeviz"
    ),
    APART: RateClaim(
        None, "How far the truths are from their limit is chosen, not learnt.", "moeviz"
    ),
}
"""What theory says of the other kinds of curves than fits."""

_WORDS: Mapping[str, str] = {FITS: "", STARTS: UNTRAINED, UNFINISHED: TO_THE_END, APART: APART}


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
    kind : {"fits", "starts", "unfinished", "separation"}
        Whether it is read off fits; off the starts of a protocol, which nobody trained; is how
        far a protocol's fits are from the converged estimator on the same data; or how far a
        moving truth is from its limit.
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
    kind: str

    @property
    def trained(self) -> bool:
        """Whether it shows how far fits are from the truth, which theory speaks of."""
        return self.kind == FITS

    @property
    def separates(self) -> bool:
        """Whether it shows how far a moving truth is from its limit."""
        return self.kind == APART

    @cached_property
    def claim(self) -> RateClaim:
        """What theory says of the curve."""
        return NO_CLAIM.get(self.kind) or claimed_rate(self.setting, self.reading)

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
            _WORDS[self.kind],
        )


def plan_curves(spec: Specification, fits: Iterable[PlannedFit]) -> tuple[PlannedCurve, ...]:
    """Return the curves of a study's fits, one for each reading of each fit.

    After them come, where the study asks for it, the curves of the protocols' starts: one for each
    reading of each model that a protocol fits, for protocols share their starts. Then those of what
    each protocol has left to do, one for each reading. Where the truth moves its distance from the
    limit follows, for each reading of each model.

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
    ended = [fit for fit in fits if ESTIMATORS[fit.estimator].published and spec["unfinished"]]
    moved: dict[tuple[str, str, str], PlannedFit] = {}
    for fit in fits if move_of(spec.fields) else ():
        moved.setdefault((fit.router, fit.gate, fit.expert), fit)
    others = [
        [plan_curve(spec, fit, one, kind) for fit in some for one in readings(spec, fit)]
        for kind, some in ((STARTS, begun.values()), (UNFINISHED, ended), (APART, moved.values()))
    ]
    return tuple(chain.from_iterable(map(_told_apart, (curves, *others))))


def plan_curve(
    spec: Specification, fit: PlannedFit, reading: Reading, kind: str = FITS
) -> PlannedCurve:
    """Return the curve of one reading of one fit.

    Parameters
    ----------
    spec : Specification
    fit : PlannedFit
    reading : Reading
    kind : {"fits", "starts", "unfinished", "separation"}
        See :class:`PlannedCurve`.
    """
    gauge = gauge_title(expert_of(spec.fields, fit.expert), reading)
    return PlannedCurve(
        _label(spec, fit, reading, gauge, kind),
        fit.router,
        fit.gate,
        fit.expert,
        fit.estimator,
        fit.index,
        reading,
        setting_of(spec.fields, fit),
        gauge,
        _estimator_words(spec, fit.estimator, kind),
        published_slope(spec, fit, reading) if kind == FITS else None,
        kind,
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


def _label(spec: Specification, fit: PlannedFit, reading: Reading, gauge: str, kind: str) -> str:
    words = [SCORES[fit.router].title]
    if len(spec["gates"]) > 1:
        words.append(GATES[fit.gate].title)
    if len(spec["experts"]) > 1:
        words.append(EXPERTS[fit.expert].title)
    if len(spec["estimators"]) > 1 and kind not in (STARTS, APART):
        words.append(ESTIMATORS[fit.estimator].title)
    if kind != FITS:
        words.append(_WORDS[kind])
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


def _estimator_words(spec: Specification, estimator: str, kind: str) -> str:
    """Return what an estimator is, in words, or what stands for it in another kind of curve."""
    if kind == APART:
        return "no fit: the truth of each sample size against their limit"
    if kind == STARTS:
        return f"no training, {_start_words(spec)}"
    chosen = ESTIMATORS[estimator]
    what = chosen.describe(spec.fields, OUTPUTS[spec["output"]].density)
    ended = ", then the converged estimator from there" if kind == UNFINISHED else ""
    return f"{what}, {_start_words(spec)}{ended}"


def _start_words(spec: Specification) -> str:
    """Return where fits start, in words."""
    crowded = spec["atoms"] > spec["true_atoms"]
    moving = move_of(spec.fields) and spec["moving_start"] != OWN_TRUTH
    place = "the truths' limit" if moving else "the truth"
    near = spec["start"] == NEAR
    start = start_law(spec.fields).words(crowded, place) if near else "random starts"
    best = f", best of {spec['starts']}" if spec["starts"] > 1 else ""
    return f"{start}{best}"
