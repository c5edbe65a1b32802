"""How a claim and a curve that seems to contradict it go together."""

from __future__ import annotations

from collections.abc import Sequence

from moeviz.study import Curve
from moeviz.text import signed
from moeviz.theory import GAUGES, Reading
from moeviz.theory.claim import SLOW
from moeviz.theory.rates import RateClaim

FROM_THE_TRUTH = (
    "The theorem measures from the best approximation with as many experts as are fitted; the "
    "study measures from the truth, to which an expert to spare need not come near."
)


def reconciled(claim: RateClaim, curve: Curve, curves: Sequence[Curve]) -> str:
    """Say how claim and curve can both be right where they seem to disagree.

    Parameters
    ----------
    claim : RateClaim
    curve : Curve
        The one that measures it.
    curves : sequence of Curve
        All curves of its study.

    Returns
    -------
    str
        Why a curve can fall although no power of n is claimed, or need not fall where the claim is
        about the best approximation; empty where they do not seem to disagree.
    """
    setting = curve.setting
    if "best approximation" in claim.note and setting.over_specified and not setting.misspecified:
        return FROM_THE_TRUTH
    if not claim.rate.startswith(SLOW) or not curve.slope or curve.slope.high >= 0:
        return ""
    said = (
        "Both can be right: the claim is a minimax statement, about the worst truth; the curve is "
        "one fixed truth's."
    )
    of_fit = {c.reading: c for c in curves if c.fit == curve.fit and c.trained}
    radial = of_fit.get(Reading("radial", "offset"))
    if radial is None or not radial.slope:
        return said
    flat = (
        "What stays flat is the gates' length, which no data can show: the same fits' radial "
        f"error has slope {signed(radial.slope.estimate)}"
    )
    other = of_fit.get(Reading(curve.reading.loss, _other_gauge(curve)))
    if not GAUGES[curve.reading.gauge].complete:
        return f"{said} The paper pins only β₀ₖ, and so does this curve.{_whole(other)} {flat}."
    if other is not None and other.slope:
        flat += f", and their loss as the paper reads it {signed(other.slope.estimate)}"
    return f"{said} The paper pins only β₀ₖ; here the whole gauge is fixed. {flat}."


def _other_gauge(curve: Curve) -> str:
    return "offset" if GAUGES[curve.reading.gauge].complete else "pinned"


def _whole(pinned: Curve | None) -> str:
    """Say how the same fits fall once the whole gauge is fixed, where that was read."""
    if pinned is None or not pinned.slope:
        return ""
    exponent, source = pinned.claim.exponent, pinned.claim.source
    theory = "" if exponent is None else f", where theory says {signed(exponent)} ({source})"
    slope = signed(pinned.slope.estimate)
    return f" With the whole gauge fixed the same fits have slope {slope}{theory}."
