"""One run of expectation-maximisation ends in many ways, each as a run of its own would."""

from __future__ import annotations

import pytest
import torch

from moeviz.errors import Cancelled, SpecificationError
from moeviz.estimate import (
    EM_RULES,
    EmWay,
    ExpectationMaximisation,
    Status,
    fit,
    fit_ways,
)
from tests.estimate.test_likelihood import data

TOLERANCES = (0.0, 1e-8, 1e-6, 1e-4, 1e-2, 1.0)
FINE = (1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-1)


def ways(most):
    """Ways that end after 0 steps up to `most`, some of them equal."""
    every = [
        EmWay(rule, tolerance, steps)
        for rule in EM_RULES
        for tolerance in (TOLERANCES if EM_RULES[rule].tolerates else (0.0, 1.0))
        for steps in (0, 1, 9, most)
    ]
    fine = [EmWay("mean", tolerance, most * 3 // 4) for tolerance in FINE]
    return [*every, *fine, *(EmWay("mean", 1e-6, steps) for steps in (0, 1, 7, most * 3 // 4))]


def same(one, other):
    assert torch.equal(one.steps, other.steps)
    assert torch.equal(one.status, other.status)
    assert torch.equal(one.cost.nan_to_num(-1.0), other.cost.nan_to_num(-1.0))
    assert torch.equal(one.theta, other.theta)
    assert torch.equal(one.passes, other.passes)


@pytest.mark.parametrize(
    ("output_name", "expert_name", "most"),
    [
        ("gaussian", "linear", 400),
        ("gaussian", "tanh", 100),
        ("categorical", "linear", 100),
    ],
)
def test_every_way_ends_where_a_run_of_its_own_does_bit_for_bit(
    output_name, expert_name, most, rng
):
    task, start, _ = data(rng, "linear", expert_name, output_name, n=150, fits=12, spread=1.5)
    if output_name == "gaussian":
        task.response[1] = torch.nan
    asked = ways(most)
    found = fit_ways(task, start, asked)
    alone = {
        way: fit(task, start, ExpectationMaximisation(way.steps, way.tolerance, way.rule))
        for way in set(asked)
    }
    for way, read in zip(asked, found, strict=True):
        same(read, alone[way])
    ended = torch.stack([one.status for one in found])
    assert {int(Status.CONVERGED), int(Status.STEP_LIMIT)} <= set(ended.unique().tolist())
    assert (ended == int(Status.NON_FINITE)).any() == (output_name == "gaussian")
    assert len({tuple(one.steps.tolist()) for one in found}) > 10


def test_larger_tolerances_end_no_later_and_who_is_lost_keeps_its_start(rng):
    task, start, _ = data(rng, "linear", "linear", "gaussian", n=150, fits=12, spread=1.5)
    task.response[1] = torch.nan
    found = fit_ways(task, start, [EmWay("mean", tolerance, 300) for tolerance in FINE])
    steps = torch.stack([one.steps for one in found])
    assert (steps[1:] <= steps[:-1]).all()
    assert (steps[-1] < steps[0]).any()
    for one in found:
        lost = one.status == int(Status.NON_FINITE)
        assert lost.tolist() == [number == 1 for number in range(12)]
        assert torch.equal(one.theta[lost], task.clamp(start)[lost])


def test_rules_watch_what_they_say(rng):
    """Read off the path: the first whole step that changes less than the tolerance."""
    task, start, _ = data(rng, "linear", "linear", "gaussian", n=300, fits=1, spread=0.5)
    watched = fit(task, start, ExpectationMaximisation(60, 0.0), watched=1, kept=60)
    (path,) = watched.paths
    theta, level = path.theta, -0.5 * path.cost
    rise = level[1:] - level[:-1]
    changes = {
        "mean": rise / task.samples,
        "total": rise,
        "relative": rise / level[:-1].abs(),
        "parameters": (theta[1:] - theta[:-1]).abs().amax(1),
    }
    for rule, change in changes.items():
        tolerance = float(change[20]) * 1.0001
        (read,) = fit_ways(task, start, [EmWay(rule, tolerance, 60)])
        first = int((change <= tolerance).nonzero()[0]) + 1
        assert read.steps.tolist() == [first]
    (every,) = fit_ways(task, start, [EmWay("none", 1e9, 15)])
    assert every.steps.tolist() == [15]
    assert every.status.tolist() == [int(Status.STEP_LIMIT)]


def test_without_a_rule_a_run_ends_where_it_stands_still(rng):
    task, start, _ = data(rng, "linear", "linear", "gaussian", n=400, fits=4, spread=0.2)
    found = fit(task, start, ExpectationMaximisation(5000, 1.0, "none"))
    ended = found.status == int(Status.CONVERGED)
    assert ended.any()
    assert (found.steps[ended] < 5000).all()


def test_it_asks_once_an_iteration_whether_to_stop_and_ends_with_the_last_way(rng):
    task, start, _ = data(rng, "linear", "linear", "gaussian", n=150, fits=3, spread=1.5)
    asked = []
    ways = [EmWay("mean", 1e-3, 50), EmWay("none", 0.0, 17), EmWay("total", 10.0, 50)]
    found = fit_ways(task, start, ways, should_stop=lambda: bool(asked.append(1)))
    assert len(asked) == max(int(one.steps.max()) for one in found) == 17


def test_no_ways_take_no_run_and_unknown_ones_are_refused(rng):
    task, start, _ = data(rng, "linear", "linear", "gaussian", n=50, fits=2)
    assert fit_ways(task, start, []) == ()
    with pytest.raises(SpecificationError, match="Expected a rule of mean, total"):
        EmWay("likelihood")
    for wrong in (EmWay, lambda *numbers: EmWay("total", *numbers[1:])):
        with pytest.raises(SpecificationError, match="at least 0"):
            wrong("mean", float("nan"), 3)
    with pytest.raises(SpecificationError, match="at least 0"):
        EmWay("mean", 1.0, -1)
    with pytest.raises(Cancelled):
        fit_ways(task, start, ways(400), should_stop=lambda: True)
