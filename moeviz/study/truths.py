"""The truth of each sample size, where truths move, and how far it is from its limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from moeviz.study.moves import OWN_TRUTH
from moeviz.study.moving import moved
from moeviz.study.scenario import Fit
from moeviz.study.slope import ROUNDING
from moeviz.study.specification import Specification
from moeviz.theory import Reading, Reference
from moeviz.theory.two_points import least_errors

if TYPE_CHECKING:
    from torch import Tensor


def fit_at(spec: Specification, fit: Fit, n: int) -> Fit:
    """Return a fit with the truth of a sample size.

    Parameters
    ----------
    spec : Specification
    fit : Fit
        With the limit.
    n : int
    """
    truth, layout = moved(spec.fields, fit.truth, fit.true_layout, n)
    return fit if truth is fit.truth else replace(fit, truth=truth, true_layout=layout)


def middle(spec: Specification, fit: Fit, n: int) -> Tensor:
    """Return what near-truth starts lie around, shape (P*,): the limit, or the size's own truth.

    Parameters
    ----------
    spec : Specification
    fit : Fit
        With the limit.
    n : int
    """
    return fit_at(spec, fit, n).truth if spec["moving_start"] == OWN_TRUTH else fit.truth


def separations(
    spec: Specification, fit: Fit, readings: Mapping[int, Reading], x: Tensor
) -> dict[str, Any]:
    """Return how far a fit's truths are from their limit, at each of the study's sizes.

    Parameters
    ----------
    spec : Specification
    fit : Fit
        With the limit.
    readings : mapping of int to Reading
        By the index of their curve.
    x : Tensor, shape (1, D, N)
        Inputs.

    Returns
    -------
    dict
        ``readings``: by curve index, one number for each size; zero where it is no more than
        rounding. ``errors``: what :func:`~moeviz.theory.two_points.least_errors` says at each.
    """
    limit = Reference(fit.source, fit.truth, fit.true_layout, x=x)
    there = [fit_at(spec, fit, n) for n in spec["sizes"]]

    def read(reading: Reading, at: Fit) -> float:
        found = reading.read(fit.source, at.truth.unsqueeze(0), limit, at.true_layout)
        return float(found[0]) if not float(found[0]) <= ROUNDING else 0.0

    return {
        "readings": {str(i): [read(one, at) for at in there] for i, one in readings.items()},
        "errors": [
            least_errors(fit.source, at.truth, fit.truth, x, n)
            for n, at in zip(spec["sizes"], there, strict=True)
        ],
    }
