"""Limits: what a study may cost, estimated before any work starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.errors import LimitError

MOST_SECONDS = 4 * 3600.0
"""Longest study, in estimated seconds of one core."""

MOST_SEARCH_SECONDS = 20.0
"""Longest search for a truth, in estimated seconds of one core."""

MOST_VALUES = 2e7
"""Largest data set of one replicate, in numbers (n times d + 1)."""


def sample_seconds(values: Mapping[str, Any]) -> float:
    """Return the estimated seconds of one core for one sample of one fit in one step.

    A fit to measurements on one core of a server processor: the elementwise part grows with the
    number of parameters P, the normal equations with its square.
    """
    size = values["atoms"] * (2 * values["dimension"] + 2)
    return (2.0 * size + 0.06 * size**2) * 1e-9


def expected_steps(values: Mapping[str, Any]) -> float:
    """Return how many steps a fit takes on average, roughly: more when it is over-specified."""
    usual = 30.0 if values["atoms"] == values["true_atoms"] else 100.0
    return min(usual, float(values["max_steps"]))


def fit_seconds(values: Mapping[str, Any], samples: int) -> float:
    """Return the estimated seconds of one core for one fit, all its starts included."""
    steps = expected_steps(values) * values["starts"]
    return samples * steps * sample_seconds(values) + 2e-4 * steps


def study_seconds(values: Mapping[str, Any]) -> float:
    """Return the estimated seconds of one core for a whole study."""
    per_size = sum(fit_seconds(values, n) for n in values["sizes"])
    return per_size * values["replicates"] * len(values["routers"])


def search_seconds(values: Mapping[str, Any]) -> float:
    """Return the estimated seconds of one core for the search for a truth."""
    if values["candidates"] == 1:
        return 0.0
    size = values["true_atoms"] * (2 * values["dimension"] + 2)
    one = 2048 * (2.0 * size + 0.06 * size**2) * 1e-9 + 2e-4
    return float(values["candidates"] * len(values["routers"]) * one)


def check_limits(values: Mapping[str, Any]) -> None:
    """Refuse a study that is too large.

    Raises
    ------
    LimitError
        If one data set is larger than the memory set aside for it, or the search for a truth or
        the whole study longer than its limit.
    """
    largest = values["sizes"][-1] * (values["dimension"] + 1)
    if largest > MOST_VALUES:
        raise LimitError(
            f"Expected n (d + 1) of at most {MOST_VALUES:,.0f} for the largest sample, but got "
            f"{largest:,}; take a smaller n or dimension."
        )
    search = search_seconds(values)
    if search > MOST_SEARCH_SECONDS:
        raise LimitError(
            f"Expected a search for a truth of at most {MOST_SEARCH_SECONDS:.0f} s, but "
            f"{values['candidates']} candidates are estimated at {search:.0f} s; take fewer "
            "candidates."
        )
    seconds = study_seconds(values)
    if seconds > MOST_SECONDS:
        raise LimitError(
            f"Expected a study of at most {MOST_SECONDS / 3600:.0f} hours on one core, but this "
            f"one is estimated at {seconds / 3600:,.0f}; take fewer replicates, starts, steps or "
            "smaller sample sizes."
        )
