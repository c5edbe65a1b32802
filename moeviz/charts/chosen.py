"""Which curves of a study are on at first, and what they are called at their ends."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from moeviz.model import EXPERTS, GATES, SCORES
from moeviz.study import ESTIMATORS, PlannedCurve
from moeviz.study.curve_kinds import APART, STARTS, UNFINISHED, UNTRAINED
from moeviz.theory import GAUGES
from moeviz.theory.claim import SLOW

LEFT = "left to do"
"""What the short name of a curve of how far it is to the converged estimator says."""

MOST = 3
"""Curves that are on at first."""

_READINGS = {
    "radial": "length",
    "angular": "direction",
    "mass": "weights",
    "gate": "gates",
    "expert": "experts",
    "total": "all parameters",
    "l2": "function",
    "hellinger": "density, Hellinger",
    "tv": "density, variation",
    "transport": "all atoms",
}
"""What a reading that is not a paper's loss looks at, in a word or two."""

_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


Part = tuple[tuple[str, ...], ...]
"""Some of a study's curves, by their keys; none stands for all of them."""


def part_of(curves: Sequence[PlannedCurve], asked: Sequence[PlannedCurve]) -> Part:
    """Return which part of a study another one asks for.

    Parameters
    ----------
    curves : sequence of PlannedCurve
        Of the study.
    asked : sequence of PlannedCurve
        Of the other one.

    Returns
    -------
    tuple
        Empty where it asks for all of them, or for one that the study has not.
    """
    known = {curve.key for curve in curves}
    # A kept result may lack curves that lie beside those of fits.
    wanted = {curve.key for curve in asked if curve.trained or curve.key in known}
    return tuple(sorted(wanted)) if wanted < known else ()


def first_curves(curves: Sequence[PlannedCurve], part: Part = ()) -> tuple[int, ...]:
    """Return the places of the two or three curves that answer a study's question.

    The rule reads the plan alone, so that the choice stands from the first point on. Of every
    fit the main reading is taken: the one whose slope a paper prints, else, where the truth moves,
    one that a minimax bound speaks of, else the first. Of many
    fits three are, each router once before any comes twice. Where there is room left, the curve
    joins whose exponent in theory is farthest from those of the curves taken: what theory says
    behaves otherwise. A study with a single fit shows two readings of it. Where a part of the
    study is asked for, the rule holds in that part, and no other curve is on.

    Parameters
    ----------
    curves : sequence of PlannedCurve
    part : tuple
        As :func:`part_of` returns it.

    Returns
    -------
    tuple of int
        In the study's order; at most three, with the starts of these and, where that makes no
        more than six, what they have left to do.
    """
    if part:
        own = [place for place, curve in enumerate(curves) if curve.key in part]
        return tuple(own[place] for place in first_curves([curves[place] for place in own]))
    mains: dict[int, int] = {}
    fitted = [place for place, curve in enumerate(curves) if curve.trained]
    for place in fitted:
        curve = curves[place]
        known = mains.get(curve.fit)
        if known is None or _first(curve) > _first(curves[known]):
            mains[curve.fit] = place
    times: Counter[str] = Counter()
    ranked = []
    for place in mains.values():
        ranked.append((times[curves[place].router], place))
        times[curves[place].router] += 1
    taken = [place for _, place in sorted(ranked)][:MOST]
    rest = [place for place in fitted if place not in taken]
    begun = [place for place, curve in enumerate(curves) if not (curve.trained or curve.separates)]
    begun = [place for place in begun if any(_same(curves[place], curves[i]) for i in taken)]
    if len(taken) + len(begun) > 2 * MOST:
        begun = [place for place in begun if curves[place].kind == STARTS]
    begun += _apart_of(curves, taken)
    if len(taken) + len(begun) < MOST and rest:
        gap, other = max((_apart(curves, place, taken), -place) for place in rest)
        if gap > 0 or len(taken) < 2:
            taken.append(-other)
    return tuple(sorted(taken + begun))


def _first(curve: PlannedCurve) -> tuple[bool, bool]:
    """Return what makes a reading of a fit its main one, the greatest first."""
    return curve.published is not None, curve.setting.moving and curve.claim.rate == SLOW


def _apart_of(curves: Sequence[PlannedCurve], taken: Sequence[int]) -> list[int]:
    """Return the separations of the curves taken, the first of each loss."""
    models = [(c.router, c.gate, c.expert, c.reading) for c in (curves[place] for place in taken)]
    found: dict[str, int] = {}
    for place, curve in enumerate(curves):
        if curve.separates and (curve.router, curve.gate, curve.expert, curve.reading) in models:
            found.setdefault(curve.reading.loss, place)
    return list(found.values())


def _same(start: PlannedCurve, curve: PlannedCurve) -> bool:
    """Return whether a curve of starts, or of what is left, belongs to a protocol's curve."""
    models = [(one.router, one.gate, one.expert, one.reading) for one in (start, curve)]
    own = start.kind == STARTS or start.fit == curve.fit
    return models[0] == models[1] and own and ESTIMATORS[curve.estimator].published


def _apart(curves: Sequence[PlannedCurve], place: int, taken: Sequence[int]) -> float:
    """Return how far a curve's exponent lies from the nearest of those taken; 0 if unknown."""
    own = curves[place].claim.exponent
    known = [e for each in taken if (e := curves[each].claim.exponent) is not None]
    return min((abs(own - other) for other in known), default=0.0) if own is not None else 0.0


def short_names(curves: Sequence[PlannedCurve]) -> tuple[str, ...]:
    """Return names that fit beside a line's end: only what tells the curves apart.

    Parameters
    ----------
    curves : sequence of PlannedCurve

    Returns
    -------
    tuple of str
        All different; a curve whose short name is another's keeps its label.
    """
    models = [
        (
            SCORES[curve.router].title,
            GATES[curve.gate].title,
            EXPERTS[curve.expert].title,
            ESTIMATORS[curve.estimator].title,
        )
        for curve in curves
    ]
    fitted = [model for curve, model in zip(curves, models, strict=True) if curve.trained]
    several = [len(set(column)) > 1 for column in zip(*(fitted or models), strict=True)]
    readings = [_reading(curve, curves) for curve in curves]
    names = []
    for curve, model, reading in zip(curves, models, readings, strict=True):
        parts = [part for part, use in zip(model, several, strict=True) if use]
        if curve.kind == STARTS:
            parts = [*parts[: -1 if several[-1] else None], UNTRAINED]
        elif curve.kind == UNFINISHED:
            parts = [*parts, LEFT]
        elif curve.kind == APART:
            parts = [*parts[: -1 if several[-1] else None], APART]
        words = [", ".join(map(_shorter, parts))] if parts else []
        words += [reading] if len(set(readings)) > 1 else []
        names.append(": ".join(words) or _shorter(model[0]))
    times = Counter(names)
    return tuple(
        name if times[name] == 1 else curve.label for name, curve in zip(names, curves, strict=True)
    )


def _shorter(title: str) -> str:
    """Return a title without the word that says of what it is one."""
    return re.sub(r" (router|gate|expert|estimator)\b", "", title)


def _reading(curve: PlannedCurve, curves: Sequence[PlannedCurve]) -> str:
    """Return what a curve looks at, and in which gauge where the study has several of it."""
    loss, gauge = curve.reading.loss, GAUGES[curve.reading.gauge].title
    gauges = {other.reading.gauge for other in curves if other.reading.loss == loss}
    letter = re.fullmatch(r"(?:\w+-)?([A-Z])([\d,]+)", loss)
    if letter is None:
        word = _READINGS.get(loss, loss)
        return f"{word}, {gauge}" if len(gauges) > 1 else word
    return gauge if len(gauges) > 1 else f"loss {letter[1]}{letter[2].translate(_SUBSCRIPTS)}"
