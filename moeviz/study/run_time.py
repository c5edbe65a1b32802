"""Run times: how long a study and its parts are estimated to take, in seconds of one core."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from moeviz.model import Mixture
from moeviz.model.fused import density, descent, regression
from moeviz.study.allowed_steps import end_steps
from moeviz.study.designs import DESIGNS
from moeviz.study.estimators import ESTIMATORS
from moeviz.study.models import PlannedFit

EM_STEPS = 150.0
"""Iterations that expectation-maximisation is expected to take to a usual tolerance."""

EM_USUAL, EM_POWER = 1e-6, 0.6
"""The usual tolerance of a mean log-likelihood, and how iterations grow as it gets smaller."""

EM_SQUARE = 0.01
"""Times the square of a change of the parameters, about what it adds to the mean log-likelihood."""

EM_STEP_SECONDS = 4.5e-4
"""What an iteration of EM takes beside its samples, however many fits share it."""

DRAW_SECONDS = 5e-8
"""What a sample takes to be drawn and answered, in seconds of one core."""

READING_SECONDS = 0.05
"""What reading the fits of one sample size in one way takes, whatever else they cost."""

END_PASSES = 200.0
"""Passes over its sample that the converged estimator takes from where a protocol stops."""


def parameters(values: Mapping[str, Any], fits: Sequence[PlannedFit]) -> int:
    """Return the largest number of parameters of a study's fits."""
    return max(fit.mixture.layout(values["atoms"], values["dimension"]).size for fit in fits)


def sample_seconds(size: int, mixture: Mixture, products: bool = True) -> float:
    """Return the estimated seconds of one core for one sample of one fit in one pass.

    A fit to measurements on one core of a server processor: the elementwise part grows with the
    number of parameters P, the normal equations with its square. Compiled code takes a third of
    that for a regression and two thirds for a density; a router that reads the experts' values
    takes three times as much. The estimate is that of a machine which has compiled code, so that
    a study has the same blocks everywhere.

    Parameters
    ----------
    size : int
        P.
    mixture : Mixture
    products : bool
        Whether the pass makes the normal equations, and not the derivative alone.
    """
    share = 1.0
    if regression.supported(mixture):
        share = 1.0 / 3.0
    elif density.supported(mixture):
        share = 2.0 / 3.0
    elif mixture.score.reads_expert:
        share = 3.0
    return share * (3.0 * size + 0.06 * size**2 * products) * 1e-9


def expected_passes(values: Mapping[str, Any]) -> float:
    """Return how often a converged fit passes over its sample on average, roughly.

    With more atoms than the truth a regression creeps along valleys: measured were 110 to 350
    passes for regressions and 80 to 120 for densities.
    """
    usual = 200.0 if values["output"] == "regression" else 100.0
    if values["atoms"] == values["true_atoms"]:
        usual = 10.0 if values["start"] == "near-truth" else 30.0
    return min(usual, float(values["max_steps"]))


def em_steps(values: Mapping[str, Any], samples: int) -> float:
    """Return how many iterations expectation-maximisation takes on average, roughly.

    With more atoms than the truth it creeps along valleys: in three studies at n = 1000 and 10,000
    it took 10 to 250 iterations to a tolerance of 1e-6 of the mean log-likelihood, 20 to 1200 to
    1e-7, 300 to 1750 to 1e-8 and 1000 to 2000 (all that were allowed) to 1e-10. A relative
    tolerance ends it about there, too, and one of the parameters where its square, times
    :data:`EM_SQUARE`, would. With as many atoms it takes few, whatever the rule: it stands still.
    """
    most, rule, tolerance = float(values["em_steps"]), values["em_rule"], values["em_tolerance"]
    if values["atoms"] == values["true_atoms"]:
        return min(most, EM_STEPS)
    if rule == "total":
        tolerance = tolerance / samples
    elif rule == "parameters":
        tolerance = EM_SQUARE * tolerance**2
    if rule == "none" or not tolerance:
        return most
    return float(min(most, EM_STEPS * max(1.0, EM_USUAL / tolerance) ** EM_POWER))


def fit_seconds(values: Mapping[str, Any], samples: int, fit: PlannedFit, size: int) -> float:
    """Return the estimated seconds of one core for one fit, all its starts included."""
    drawn, each = samples * DRAW_SECONDS, sample_seconds(size, fit.mixture)
    passes = expected_passes(values)
    if fit.estimator == "sgd":
        one = descent_seconds(values, samples, fit.mixture, size)
        return float(drawn + values["starts"] * one)
    if fit.estimator == "em":
        passes = em_steps(values, samples)
    return float(drawn + values["starts"] * passes * (samples * each + 2e-4))


def descent_seconds(values: Mapping[str, Any], samples: int, mixture: Mixture, size: int) -> float:
    """Return the estimated seconds of one core for one fit of a descent from one start.

    A fit to measurements, where the descent is compiled: what a sample takes in an epoch, its
    order's draw included, what a step takes beside its samples, and what a sample takes once, to
    be laid out and for the cost at the end. Tensor by tensor a step's many small operations cost
    most; all replicates share them.
    """
    batches = values["epochs"] * math.ceil(samples / (values["batch"] or samples))
    if descent.supported(mixture):
        each = values["epochs"] * (35.0 + 0.35 * size) + 10.0 + 0.4 * size
        return float(1e-9 * (samples * each + batches * (500.0 + 5.0 * size)))
    passes = values["epochs"] * samples * sample_seconds(size, mixture, products=False)
    return float(passes + batches * 6e-4 / max(1, values["replicates"]))


def start_seconds(values: Mapping[str, Any], samples: int, fit: PlannedFit, size: int) -> float:
    """Return the estimated seconds of one core for reading one replicate's starts."""
    several = values["starts"] if values["starts"] > 1 else 0
    return several * samples * sample_seconds(size, fit.mixture) + 2e-4


def end_seconds(values: Mapping[str, Any], samples: int, fit: PlannedFit, size: int) -> float:
    """Return the estimated seconds of one core for one fit of a protocol, trained to the end.

    The protocol is run again. Each step after it passes over the sample and solves P equations.
    """
    passes = min(float(end_steps(values, size)), END_PASSES)
    each = samples * sample_seconds(size, fit.mixture) + 2e-4 + 1.5e-10 * size**3
    return fit_seconds(values, samples, fit, size) + passes * each


def study_seconds(values: Mapping[str, Any], fits: Sequence[PlannedFit]) -> float:
    """Return the estimated seconds of one core for a whole study."""
    size = parameters(values, fits)
    per_replicate = sum(fit_seconds(values, n, fit, size) for n in values["sizes"] for fit in fits)
    read = most_curves(values, fits) * len(values["sizes"]) * READING_SECONDS
    ended = sum(
        end_seconds(values, n, fit, size)
        for n in values["sizes"]
        for fit in fits
        if ESTIMATORS[fit.estimator].published
    )
    ends = ended * min(values["unfinished"], values["replicates"])
    return float(per_replicate * values["replicates"] + read + ends)


def most_curves(values: Mapping[str, Any], fits: Sequence[PlannedFit]) -> int:
    """Return how many curves a study has at most; a gauge that changes nothing makes none."""
    return len(fits) * len(values["losses"]) * len(values["gauges"])


def search_seconds(values: Mapping[str, Any], fits: Sequence[PlannedFit]) -> float:
    """Return the estimated seconds of one core for the search for a truth."""
    if not DESIGNS[values["design"]].searched or values["candidates"] == 1:
        return 0.0
    sources = {fit.source for fit in fits}
    total = 0.0
    for source in sources:
        size = source.layout(values["true_atoms"], values["dimension"]).size
        total += 2048 * sample_seconds(size, source) + 2e-4
    return float(values["candidates"] * total)
