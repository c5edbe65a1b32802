"""What is said of a curve of what a protocol has left to do, and of the ends that it leads to."""

from __future__ import annotations

from moeviz.charts.words import number
from moeviz.estimate import FAILED, Status
from moeviz.study.allowed_steps import end_steps
from moeviz.study.plan import plan
from moeviz.study.result import Curve
from moeviz.study.specification import Specification

WHAT = (
    "How far this protocol's fits are from where the converged estimator ends that goes on where "
    "they stopped, on the same data"
)


def left_words(spec: Specification, curve: Curve) -> str:
    """Say what a protocol's training has yet to cover, and of how much.

    Parameters
    ----------
    spec : Specification
        The curve's study.
    curve : Curve
        Of kind "unfinished".
    """
    most = max(map(len, curve.loss), default=0)
    of = f"{most} data set{'s' * (most != 1)} of each size" if most else ""
    return f"{WHAT}{f': {of}' * bool(of)}.{left_of(curve)}{_ends(spec, curve)}"


def left_of(curve: Curve) -> str:
    """Compare what is left with what there was, at the largest size that has both.

    Parameters
    ----------
    curve : Curve
        Of kind "unfinished".

    Returns
    -------
    str
        A sentence with a space before it; empty where nothing is known.
    """
    rows = zip(curve.n, curve.mean, curve.outset or (), strict=False)
    known = [(n, left, whole) for n, left, whole in rows if left is not None and whole is not None]
    if not known:
        return ""
    n, left, whole = known[-1]
    if left == 0:
        return f" At n = {n:,} nothing is left: training has reached that end."
    if left > whole:
        return (
            f" At n = {n:,} training has yet to cover {number(left)}; its starts were nearer, at "
            f"{number(whole)}."
        )
    return f" At n = {n:,} training has yet to cover {number(left)} of {number(whole)}, on average."


def _ends(spec: Specification, curve: Curve) -> str:
    """Count the ends that are no minima inside the box, for their places say little."""
    count: dict[Status, int] = {
        kind: sum(each.get(kind.label, 0) for each in curve.status)
        for kind in Status
        if kind not in (Status.CONVERGED, Status.PROTOCOL)
    }
    total = sum(sum(each.values()) for each in curve.status)
    mixture = plan(spec).fits[curve.fit].mixture
    steps = end_steps(spec.fields, mixture.layout(spec["atoms"], spec["dimension"]).size)
    words: dict[Status, str] = {
        Status.STEP_LIMIT: f"were still on their way after {steps} steps",
        Status.BOUNDARY: "lie on the edge of the box",
    }
    failed = sum(number for kind, number in count.items() if kind in FAILED)
    parts = [f"{count[kind]} {said}" for kind, said in words.items() if count.get(kind)]
    parts += [f"{failed} failed"] if failed else []
    if not parts:
        return ""
    return (
        f" Of {total} ends {', '.join(parts)}: these are no minima inside the box, and the "
        "distance is to where the estimator stood then."
    )
