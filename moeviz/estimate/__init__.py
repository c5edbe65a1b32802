"""Estimators: from data and starts to fitted mixing measures."""

from moeviz.estimate.em import ExpectationMaximisation
from moeviz.estimate.em_rule import EM_RULES, EmWay
from moeviz.estimate.em_ways import fit_ways
from moeviz.estimate.multistart import best_of, box, fit_from_starts, make_problem
from moeviz.estimate.newton import LevenbergMarquardt
from moeviz.estimate.path import Path, with_costs
from moeviz.estimate.problem import Problem
from moeviz.estimate.sgd import StochasticGradient, fit_stochastic_gradient
from moeviz.estimate.solver import FitResult, Method, fit
from moeviz.estimate.staged import fit_staged
from moeviz.estimate.starts import near_truth_start, random_start
from moeviz.estimate.status import ENDED, FAILED, Status

__all__ = [
    "EM_RULES",
    "ENDED",
    "FAILED",
    "EmWay",
    "ExpectationMaximisation",
    "FitResult",
    "LevenbergMarquardt",
    "Method",
    "Path",
    "Problem",
    "Status",
    "StochasticGradient",
    "best_of",
    "box",
    "fit",
    "fit_from_starts",
    "fit_staged",
    "fit_stochastic_gradient",
    "fit_ways",
    "make_problem",
    "near_truth_start",
    "random_start",
    "with_costs",
]
