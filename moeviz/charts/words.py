"""Numbers and short sentences about a study."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def signed(value: float) -> str:
    """Write a slope with two digits and a true minus sign.

    Parameters
    ----------
    value : float
    """
    text = f"{value:.2f}"
    return text.replace("-0.00", "0.00").replace("-", "−")


def number(value: float) -> str:
    """Write a loss with three significant digits, such as ``0.0123`` or ``4.5·10⁻⁷``.

    Parameters
    ----------
    value : float
    """
    if not math.isfinite(value):
        return "not finite"
    if 1e3 <= abs(value) < 1e6:
        return f"{value:,.0f}".replace("-", "−")
    if value == 0 or 1e-4 <= abs(value) < 1e3:
        return f"{value:.3g}".replace("-", "−")
    mantissa, exponent = f"{value:.2e}".split("e")
    power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{mantissa}·10{power}".replace("-", "−")


def describe(result: Mapping[str, Any]) -> str:
    """Say in one paragraph what the plot of a study shows; for those who cannot see it.

    Parameters
    ----------
    result : mapping
        As :func:`moeviz.study.assemble` returns it.
    """
    parts = []
    for curve in result["curves"]:
        slope = curve["slope"]
        said = f"slope {signed(slope['estimate'])}" if slope else "no slope yet"
        parts.append(f"{curve['label']}: {len(curve['n'])} sample sizes, {said}")
    return "Loss against sample size on logarithmic axes. " + "; ".join(parts) + "."


def design_sentence(result: Mapping[str, Any]) -> str:
    """Say what the design's reach is, and which estimator was used.

    Parameters
    ----------
    result : mapping
        As :func:`moeviz.study.assemble` returns it.
    """
    truth = result["truth"]
    if truth is None:
        return "The truth is still being looked for."
    reaches = ", ".join(
        f"{router} router {'without end' if reach is None else f'{reach:,.0f}'}"
        for router, reach in truth["reach"].items()
    )
    return (
        f"Reach of this design, the n at which the predicted total error falls below 0.1: "
        f"{reaches}. Estimator: {result['curves'][0]['estimator']}."
    )
