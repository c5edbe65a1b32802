"""Limits: how large a study may be; a larger one is refused before any work starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moeviz.errors import LimitError
from moeviz.study.models import planned_fits
from moeviz.study.run_time import most_curves, search_seconds, study_seconds

MOST_SECONDS = 24 * 3600.0
"""Longest study, in estimated seconds of one core.

The longest published figure, `multinomial` Fig. 1b with 200 sizes, 40 replicates and 2000
iterations of EM each, is estimated at half of that.
"""

MOST_SEARCH_SECONDS = 20.0
"""Longest search for a truth, in estimated seconds of one core."""

MOST_CURVES = 500
"""Curves of a study, at most: fits times losses times gauges; beyond, no picture shows them."""

MOST_VALUES = 2e7
"""Largest data set of one replicate, in numbers (n times d + 1)."""


def check_limits(values: Mapping[str, Any]) -> None:
    """Refuse a study that is too large.

    Parameters
    ----------
    values : mapping
        A study's fields.

    Raises
    ------
    LimitError
        If one data set, or the orders of its samples, are larger than the memory set aside for
        them, if there are more curves than can be shown, or if the search for a truth or the whole
        study is longer than its limit.
    """
    largest = values["sizes"][-1] * (values["dimension"] + 1)
    if largest > MOST_VALUES:
        raise LimitError(
            f"Expected n (d + 1) of at most {MOST_VALUES:,.0f} for the largest sample, but got "
            f"{largest:,}; take a smaller n or dimension."
        )
    fits = planned_fits(values)
    together = values["sizes"][-1] * values["starts"]
    if "sgd" in values["estimators"] and together > MOST_VALUES:
        raise LimitError(
            f"Expected n times starts of at most {MOST_VALUES:,.0f} for stochastic gradient "
            f"descent, which holds an order of the sample for every start, but got {together:,}; "
            "take a smaller n or fewer starts."
        )
    curves = most_curves(values, fits)
    if curves > MOST_CURVES:
        raise LimitError(
            f"Expected a study of at most {MOST_CURVES} curves, but {len(fits)} fits with "
            f"{len(values['losses'])} losses in {len(values['gauges'])} gauges make {curves:,}; "
            "compare fewer models, or read them in fewer ways."
        )
    search = search_seconds(values, fits)
    if search > MOST_SEARCH_SECONDS:
        raise LimitError(
            f"Expected a search for a truth of at most {MOST_SEARCH_SECONDS:.0f} s, but "
            f"{values['candidates']} candidates are estimated at {search:.0f} s; take fewer "
            "candidates."
        )
    seconds = study_seconds(values, fits)
    if seconds > MOST_SECONDS:
        raise LimitError(
            f"Expected a study of at most {MOST_SECONDS / 3600:.0f} hours on one core, but this "
            f"one is estimated at {seconds / 3600:,.0f}; take fewer replicates, starts, steps or "
            "smaller sample sizes."
        )
