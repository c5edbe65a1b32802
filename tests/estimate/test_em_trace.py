"""One run of expectation-maximisation knows where every larger tolerance would have ended."""

from __future__ import annotations

import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.estimate import ExpectationMaximisation, Status, fit, trace_em
from tests.estimate.test_likelihood import data

TOLERANCES = (1e-9, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-1)
SMALLEST = ExpectationMaximisation(300, 1e-9)


def traced(rng, output, expert="linear", keep_path=False, fits=12):
    """A trace of fits of which one has no cost, with the problem and the starts."""
    task, start, _ = data(rng, "linear", expert, output, n=150, fits=fits, spread=1.5)
    task.response[1] = torch.nan if output == "gaussian" else task.response[1]
    return task, start, trace_em(task, start, SMALLEST, keep_path=keep_path)


@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize(
    ("output_name", "expert_name"),
    [("gaussian", "linear"), ("gaussian", "tanh"), ("categorical", "linear")],
)
def test_a_trace_ends_where_a_run_of_its_own_does_bit_for_bit(
    output_name, expert_name, tolerance, rng
):
    task, start, trace = traced(rng, output_name, expert_name, keep_path=True)
    read = trace.stopped_at(tolerance)
    alone = fit(task, start, ExpectationMaximisation(300, tolerance))
    assert torch.equal(read.steps, alone.steps)
    assert torch.equal(read.status, alone.status)
    assert torch.equal(read.cost.nan_to_num(-1.0), alone.cost.nan_to_num(-1.0))
    assert torch.equal(read.theta, alone.theta)


@pytest.mark.parametrize("limit", [0, 1, 7, 300])
def test_fewer_steps_are_read_off_as_well(limit, rng):
    task, start, trace = traced(rng, "categorical")
    read = trace.stopped_at(1e-6, limit)
    alone = fit(task, start, ExpectationMaximisation(limit, 1e-6))
    assert torch.equal(read.steps, alone.steps)
    assert torch.equal(read.status, alone.status)
    assert torch.equal(read.cost, alone.cost)


def test_larger_tolerances_end_no_later(rng):
    _, _, trace = traced(rng, "gaussian")
    steps = torch.stack([trace.stopped_at(tolerance).steps for tolerance in TOLERANCES])
    assert (steps[1:] <= steps[:-1]).all()
    assert (steps[-1] < steps[0]).any()


def test_without_a_path_only_unmoved_parameters_are_known(rng):
    _, _, trace = traced(rng, "gaussian")
    read = trace.stopped_at(1e-6)
    lost = read.status == int(Status.NON_FINITE)
    assert lost.tolist() == [fit == 1 for fit in range(12)]
    assert torch.equal(read.theta[lost], trace.start[lost])
    assert torch.isnan(read.theta[~lost]).all()


@pytest.mark.parametrize(("tolerance", "limit"), [(1e-10, None), (float("nan"), 3), (1e-6, 301)])
def test_what_a_run_cannot_know_is_refused(tolerance, limit, rng):
    _, _, trace = traced(rng, "categorical", fits=2)
    with pytest.raises(SpecificationError, match="as those of the run"):
        trace.stopped_at(tolerance, limit)
