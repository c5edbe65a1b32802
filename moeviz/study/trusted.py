"""Which predictions of a protocol are trusted: those that the cost's bend hardly moves."""

from __future__ import annotations

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
