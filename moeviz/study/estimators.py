"""Estimators by name: what a study may run on its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from moeviz.estimate import (
    EM_RULES,
    ExpectationMaximisation,
    FitResult,
    LevenbergMarquardt,
    StochasticGradient,
    best_of,
    fit,
    fit_staged,
    fit_stochastic_gradient,
    make_problem,
    with_costs,
)
from moeviz.model import Features, Mixture
from moeviz.model.registry import Registry
from moeviz.theory.linear_em import LinearEm
from moeviz.theory.linear_protocols import LinearDescent, LinearProtocol

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

Values = Mapping[str, Any]
Streams: TypeAlias = "Callable[[], Sequence[np.random.Generator]]"


@dataclass(frozen=True)
class Data:
    """What an estimator works on.

    Attributes
    ----------
    mixture : Mixture
    features : Features
        Features of R data sets.
    response : Tensor, shape (R, N)
    starts : Tensor, shape (R, S, P)
    bounds : pair of Tensor, shape (P,)
        Ends of the box.
    streams : callable
        Returns a fresh random stream for each replicate.
    watched : bool
        Whether to keep the path of the first data set's best fit.
    exact : bool
        Whether as many atoms are fitted as are true, of the same model: the cost then has one
        valley near the truth, which a part of the sample finds, too.
    """

    mixture: Mixture
    features: Features
    response: Tensor
    starts: Tensor
    bounds: tuple[Tensor, Tensor]
    streams: Streams
    watched: bool = False
    exact: bool = False


Run = Callable[[Data, Values, Callable[[], bool] | None], FitResult]


@dataclass(frozen=True)
class Estimator:
    """A way to fit.

    Attributes
    ----------
    name, title : str
        Name in the registry; words for people.
    describe : callable
        From a study's fields and whether it fits a density to a phrase that says what is run.
    run : callable
        From data, fields and a question whether to stop, to fits.
    published : bool
        Whether it is a paper's protocol and not the estimator of its theorems.
    densities_only : bool
        Whether it needs a likelihood of components.
    fields : tuple of str
        The fields of a study that set it up, and nothing else.
    linear : callable or None
        From a study's fields to its linear recursion, which predicts what it measures; None of
        estimators that converge, which the information predicts.
    """

    name: str
    title: str
    describe: Callable[[Values, bool], str]
    run: Run
    published: bool
    densities_only: bool = False
    fields: tuple[str, ...] = ()
    linear: Callable[[Values], LinearProtocol] | None = None


ESTIMATORS: Registry[Estimator] = Registry("estimator")


def _converged(data: Data, values: Values, should_stop: Callable[[], bool] | None) -> FitResult:
    method = LevenbergMarquardt(max_steps=values["max_steps"])
    # With more atoms than the truth has, minima lie so close along valleys that a part of the
    # sample often leads to another one.
    way = fit_staged if data.exact else fit
    return _iterate(data, partial(way, method=method), should_stop)


def _whole(data: Data, values: Values, should_stop: Callable[[], bool] | None) -> FitResult:
    method = LevenbergMarquardt(max_steps=values["max_steps"])
    return _iterate(data, partial(fit, method=method), should_stop)


def _em(data: Data, values: Values, should_stop: Callable[[], bool] | None) -> FitResult:
    method = ExpectationMaximisation(values["em_steps"], values["em_tolerance"], values["em_rule"])
    return _iterate(data, partial(fit, method=method), should_stop)


def _iterate(
    data: Data, fitted: Callable[..., FitResult], should_stop: Callable[[], bool] | None
) -> FitResult:
    replicates, count, size = data.starts.shape
    problem = make_problem(data.mixture, data.features, data.response, data.bounds, count)
    trace = data.mixture.output.density
    starts, watched = data.starts.reshape(-1, size), count if data.watched else 0
    fits = fitted(problem, starts, should_stop=should_stop, keep_trace=trace, watched=watched)
    return best_of(fits, replicates, count)


def _sgd(data: Data, values: Values, should_stop: Callable[[], bool] | None) -> FitResult:
    replicates, count, size = data.starts.shape
    problem = make_problem(data.mixture, data.features, data.response, data.bounds, count)
    protocol = StochasticGradient(values["epochs"], values["rate"], values["batch"])
    streams = [stream for stream in data.streams() for _ in range(count)]
    starts = data.starts.reshape(-1, size)
    watched = count if data.watched else 0
    fits = fit_stochastic_gradient(problem, starts, protocol, streams, should_stop, watched)
    best = best_of(fits, replicates, count)
    return replace(best, paths=[with_costs(problem, path, alone=True) for path in best.paths])


def _converged_words(values: Values, density: bool) -> str:
    box = f"over the box of half-width {values['box']:g}"
    if density:
        return f"maximum likelihood {box}, damped Fisher scoring to convergence"
    return f"least squares {box}, Levenberg-Marquardt to convergence"


def _whole_words(values: Values, density: bool) -> str:
    return f"{_converged_words(values, density)}, on the whole sample from the start"


def _em_words(values: Values, density: bool) -> str:
    tolerance, steps = f"{values['em_tolerance']:g}", values["em_steps"]
    to = {
        "mean": f"to {tolerance} or {steps} iterations",
        "none": f"for {steps} iterations",
    }.get(values["em_rule"])
    if to is None:
        what = EM_RULES[values["em_rule"]].title
        to = f"to {tolerance} ({what}) or {steps} iterations"
    return f"expectation-maximisation {to}, over the box of half-width {values['box']:g}"


def _sgd_words(values: Values, density: bool) -> str:
    batches = f"batches of {values['batch']}" if values["batch"] else "the whole sample a step"
    return (
        f"stochastic gradient descent, {values['epochs']} epochs, rate {values['rate']:g}, "
        f"{batches}"
    )


for _estimator in (
    Estimator(
        "converged",
        "converged estimator",
        _converged_words,
        _converged,
        published=False,
        fields=("max_steps",),
    ),
    Estimator(
        "converged-whole",
        "converged estimator, whole sample from the start",
        _whole_words,
        _whole,
        published=False,
        fields=("max_steps",),
    ),
    Estimator(
        "em",
        "expectation-maximisation",
        _em_words,
        _em,
        published=True,
        densities_only=True,
        fields=("em_steps", "em_tolerance", "em_rule"),
        linear=lambda values: LinearEm(
            values["em_steps"], values["em_tolerance"], values["em_rule"]
        ),
    ),
    Estimator(
        "sgd",
        "stochastic gradient descent",
        _sgd_words,
        _sgd,
        published=True,
        fields=("epochs", "rate", "batch"),
        linear=lambda values: LinearDescent(values["epochs"], values["rate"], values["batch"]),
    ),
):
    ESTIMATORS.add(_estimator.name, _estimator)
