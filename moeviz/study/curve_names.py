"""What a study's fits and curves are called, and what is said of their estimators."""

from __future__ import annotations

from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.study.curve_kinds import APART, FITS, STARTS, UNFINISHED, WORDS
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.models import PlannedFit
from moeviz.study.moves import OWN_TRUTH
from moeviz.study.moving import move_of
from moeviz.study.readings import paper_loss
from moeviz.study.specification import Specification
from moeviz.study.start_law import NEAR, start_law
from moeviz.theory import DISTANCES, LOSSES, Reading


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


def curve_label(
    spec: Specification, fit: PlannedFit, reading: Reading, gauge: str, kind: str
) -> str:
    """Return what one curve is called; only what differs among a study's curves is named.

    Parameters
    ----------
    spec : Specification
    fit : PlannedFit
    reading : Reading
    gauge : str
        Its gauge, in words.
    kind : str
        One of :data:`~moeviz.study.curve_kinds.KINDS`.
    """
    words = [SCORES[fit.router].title]
    if len(spec["gates"]) > 1:
        words.append(GATES[fit.gate].title)
    if len(spec["experts"]) > 1:
        words.append(EXPERTS[fit.expert].title)
    if len(spec["estimators"]) > 1 and kind not in (STARTS, APART):
        words.append(ESTIMATORS[fit.estimator].title)
    if kind != FITS:
        words.append(WORDS[kind])
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


def estimator_words(spec: Specification, estimator: str, kind: str) -> str:
    """Return what an estimator is, in words, or what stands for it in another kind of curve.

    Parameters
    ----------
    spec : Specification
    estimator : str
    kind : str
        One of :data:`~moeviz.study.curve_kinds.KINDS`.
    """
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
