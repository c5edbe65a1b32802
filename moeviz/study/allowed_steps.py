"""How many steps the converged estimator is allowed from where a protocol stops."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LARGE = 200
"""Parameters beyond which few steps are allowed from there; those who stop so are counted."""

LARGE_STEPS = 30
"""Steps that are allowed then: they take most of what the cost has left, at a price."""


def end_steps(values: Mapping[str, Any], size: int) -> int:
    """Return the steps that the converged estimator is allowed from where a protocol stops.

    Parameters
    ----------
    values : mapping
        A study's fields.
    size : int
        P.
    """
    return min(int(values["max_steps"]), LARGE_STEPS if size > LARGE else int(values["max_steps"]))
