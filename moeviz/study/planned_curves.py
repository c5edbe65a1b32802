"""Planned curves: which lines a study's plot will have, and what they are held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from moeviz.study.curve_kinds import APART, FITS, NO_CLAIM, STARTS, UNFINISHED, WORDS
from moeviz.study.curve_names import curve_label, estimator_words
from moeviz.study.equal import expert_of, gauge_title
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.fields import BESIDE, EVERY
from moeviz.study.models import PlannedFit
from moeviz.study.moving import move_of
from moeviz.study.presets.preset import Published
from moeviz.study.presets.published import published_slope
from moeviz.study.readings import readings
from moeviz.study.setting import setting_of
from moeviz.study.specification import Specification
from moeviz.theory import GAUGES, Reading
from moeviz.theory.rates import RateClaim, Setting, claimed_rate


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
            WORDS[self.kind],
        )


def plan_curves(spec: Specification, fits: Iterable[PlannedFit]) -> tuple[PlannedCurve, ...]:
    """Return the curves of a study's fits, one for each reading of each fit.

    After them come, where the study asks for it, the curves of the starts of protocols or of all
    fits: one for each reading of each model, for estimators share their starts. Then those of what
    each protocol has left to do, one for each reading. Where the truth moves its distance from the
    limit follows, for each reading of each model.

    Parameters
    ----------
    spec : Specification
    fits : iterable of PlannedFit
    """
    fits = tuple(fits)
    curves = [plan_curve(spec, fit, one) for fit in fits for one in readings(spec, fit)]
    protocols = [fit for fit in fits if ESTIMATORS[fit.estimator].published]
    started = {BESIDE: protocols, EVERY: fits}.get(spec["untrained"], ())
    begun = _of_each_model(started)
    ended = protocols if spec["unfinished"] else ()
    moved = _of_each_model(fits) if move_of(spec.fields) else ()
    others = [
        [plan_curve(spec, fit, one, kind) for fit in some for one in readings(spec, fit)]
        for kind, some in ((STARTS, begun), (UNFINISHED, ended), (APART, moved))
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
        curve_label(spec, fit, reading, gauge, kind),
        fit.router,
        fit.gate,
        fit.expert,
        fit.estimator,
        fit.index,
        reading,
        setting_of(spec.fields, fit),
        gauge,
        estimator_words(spec, fit.estimator, kind),
        published_slope(spec, fit, reading) if kind == FITS else None,
        kind,
    )


def _told_apart(curves: list[PlannedCurve]) -> list[PlannedCurve]:
    """Name the gauge of curves that have one name otherwise."""
    times = Counter(curve.label for curve in curves)
    return [
        replace(curve, label=f"{curve.label}, {GAUGES[curve.reading.gauge].title}")
        if times[curve.label] > 1
        else curve
        for curve in curves
    ]


def _of_each_model(fits: Iterable[PlannedFit]) -> tuple[PlannedFit, ...]:
    """Return the first fit of each model."""
    first: dict[tuple[str, str, str], PlannedFit] = {}
    for fit in fits:
        first.setdefault((fit.router, fit.gate, fit.expert), fit)
    return tuple(first.values())
