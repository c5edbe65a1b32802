"""Which predictions of a protocol are trusted: those that the cost's bend hardly moves."""

from __future__ import annotations

from collections.abc import Sequence

from moeviz.study.reader import Numbers

TRUSTED = 0.15
"""Predicted losses that the cost's bend moves by a larger share of themselves are not shown."""


def trusted(shift: float | None) -> bool:
    """Return whether a predicted loss is shown.

    Parameters
    ----------
    shift : float or None
        By what share the cost's departure from its quadratic moves it; None for without bound.
    """
    return shift is not None and shift <= TRUSTED


def trusted_values(values: Sequence[float | None], shifts: Sequence[float | None]) -> Numbers:
    """Return predicted losses, None in place of those that are not shown.

    Parameters
    ----------
    values : sequence of float or None
    shifts : sequence of float or None
        Of :func:`trusted`.
    """
    pairs = zip(values, shifts, strict=True)
    return tuple(value if trusted(shift) else None for value, shift in pairs)
