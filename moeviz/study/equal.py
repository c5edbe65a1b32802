"""Parameters of an expert that give the same function: what readings say of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.model import OUTPUTS, Expert, make_expert
from moeviz.study.models import constants_of
from moeviz.study.summary import Losses
from moeviz.theory import GAUGES, LOSSES, Reading

TIMES = 10.0
"""A loss of so many times the predicted one is not the first order's."""

DEVIATIONS = 3.0
"""A mean squared residual within so many standard deviations of the noise is the noise."""


def expert_of(fields: Mapping[str, Any], name: str) -> Expert:
    """Return an expert with the constants of a study's fields.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    name : str
        The expert's name in the registry.
    """
    return make_expert(name, **constants_of(fields))


def modulo_symmetries(expert: Expert, reading: Reading) -> bool:
    """Return whether a reading allows for symmetries beyond signs and orders.

    Parameters
    ----------
    expert : Expert
    reading : Reading
    """
    return moves_experts(reading) and not expert.symmetries.plain


def moves_experts(reading: Reading) -> bool:
    """Return whether experts are moved to the nearest of their equals before a loss is read."""
    if reading.of_function:
        return False
    return GAUGES[reading.gauge].complete and not LOSSES[reading.loss].sees_gauge


def gauge_title(expert: Expert, reading: Reading) -> str:
    """Return a reading's gauge in words, the symmetries that it allows for included.

    Parameters
    ----------
    expert : Expert
    reading : Reading
    """
    title = GAUGES[reading.gauge].title
    return (
        f"{title}, modulo the expert's symmetries" if modulo_symmetries(expert, reading) else title
    )


def function_alone(
    fields: Mapping[str, Any],
    n: Sequence[int],
    residual: Sequence[Losses],
    loss: Sequence[Losses],
    constant: float | None,
) -> list[int] | None:
    """Count, at each sample size, the fits that have learnt the function and not the parameters.

    Parameters
    ----------
    fields : mapping
        A specification's fields.
    n : sequence of int
        Sample sizes.
    residual, loss : sequence of sequence of float
        Each fit's mean squared residual and loss, by sample size.
    constant : float or None
        The information predicts this over the root of n.

    Returns
    -------
    list of int or None
        None where that cannot be told: of a density, or where nothing is predicted.

    Notes
    -----
    The mean square of n normal errors has mean sigma^2 and deviation sigma^2 sqrt(2 / n). A fit
    whose residuals lie within that has the function.
    """
    if constant is None or OUTPUTS[fields["output"]].density:
        return None
    return [
        sum(
            r is not None
            and value is not None
            and abs(r / fields["noise"] ** 2 - 1.0) <= DEVIATIONS * math.sqrt(2.0 / size)
            and not value <= TIMES * constant / math.sqrt(size)
            for r, value in zip(residuals, values, strict=True)
        )
        for size, residuals, values in zip(n, residual, loss, strict=True)
    ]
