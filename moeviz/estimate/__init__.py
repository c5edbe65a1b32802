"""Estimators: from data and starts to fitted mixing measures."""

from moeviz.estimate.least_squares import (
    FitResult,
    LevenbergMarquardt,
    Status,
    fit_least_squares,
)
from moeviz.estimate.multistart import box, fit_from_starts
from moeviz.estimate.problem import LeastSquaresProblem
from moeviz.estimate.starts import near_truth_start, random_start

__all__ = [
    "FitResult",
    "LeastSquaresProblem",
    "LevenbergMarquardt",
    "Status",
    "box",
    "fit_from_starts",
    "fit_least_squares",
    "near_truth_start",
    "random_start",
]
