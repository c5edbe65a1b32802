"""A step of any method waits for the device once, and calls few operations beside its pass."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from moeviz.estimate import ExpectationMaximisation, LevenbergMarquardt
from moeviz.estimate.solver import Run
from moeviz.kernels import KERNEL
from moeviz.model.moments import Moments
from tests.support import task

WAITS = ("aten._local_scalar_dense", "aten.nonzero", "aten.item", "aten.equal", "aten.is_nonzero")
"""Operations whose result the host needs; a list of a tensor's numbers is one, too (see below)."""

MOST_CALLS = 210
"""Operations of one step without its pass, views included; 180 if smooth, 200 with kinks."""


class Counted(TorchDispatchMode):
    """Counts operations, and those that wait."""

    def __init__(self):
        super().__init__()
        self.calls, self.waits = 0, 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.calls += 1
        self.waits += func.overloadpacket.__str__() in WAITS
        # A number that is put in place comes from the host, which waits until it has gone.
        self.waits += str(func.overloadpacket) == "aten.index_put_" and args[2].dim() == 0
        return func(*args, **(kwargs or {}))


@contextmanager
def listing(monkeypatch):
    """Count how often a tensor's numbers are brought to the host as a list or as an array."""
    brought = []

    def counting(function):
        return lambda own, *more, **options: brought.append(1) or function(own, *more, **options)

    with monkeypatch.context() as patch:
        for name in ("tolist", "numpy", "cpu"):
            patch.setattr(torch.Tensor, name, counting(getattr(torch.Tensor, name)))
        yield brought


class Answered(LevenbergMarquardt):
    """Takes its moments from a table, so that only a step's own operations are counted."""

    def moments(self, problem, theta, fits):
        cost = (theta**2).sum(1)
        gram = torch.eye(theta.shape[1], dtype=theta.dtype).expand(len(theta), -1, -1)
        return Moments(1.0 + cost, -0.5 * theta, gram)


@pytest.mark.parametrize("expert_name", ["tanh", "relu"])
def test_a_step_waits_once_and_calls_little(expert_name, rng, monkeypatch):
    problem, start, _ = task(rng, "linear", "softmax", expert_name, fits=4, n=50, half=50.0)
    run = Run(problem, start, Answered())
    run._take(1)  # the first step also chooses where it leads
    with Counted() as counted, listing(monkeypatch) as lists:
        run._take(2)
    assert run._state.index.numel() == 4
    assert len(lists) == 1
    assert counted.waits == 0
    assert counted.calls <= MOST_CALLS


@pytest.mark.parametrize(
    ("method", "output_name"),
    [
        (LevenbergMarquardt(), "regression"),
        (LevenbergMarquardt(), "gaussian"),
        (LevenbergMarquardt(), "categorical"),
        (ExpectationMaximisation(), "gaussian"),
        (ExpectationMaximisation(), "categorical"),
    ],
)
@pytest.mark.parametrize("expert_name", ["linear", "relu"])
def test_a_whole_step_waits_once_its_pass_included(
    expert_name, method, output_name, rng, monkeypatch
):
    monkeypatch.setenv(KERNEL, "torch")  # the way of every device but the processor
    problem, start, _ = task(rng, "linear", "softmax", expert_name, output_name, fits=4, n=50)
    run = Run(problem, start, method)
    run._take(1)
    with Counted() as counted, listing(monkeypatch) as lists:
        run._take(2)
    assert counted.calls > 20
    assert len(lists) == 1
    assert counted.waits == 0


@pytest.mark.parametrize(
    "wait", [bool, float, lambda flag: flag.item(), lambda flag: flag.expand(2).nonzero()]
)
def test_what_waits_is_seen(wait):
    flag = torch.ones((), dtype=torch.bool)
    with Counted() as counted:
        wait(flag)
    assert counted.waits == 1


def test_numbers_stay_on_the_device_of_their_problem():
    """Under the fake mode a tensor made without a device refuses to meet those of another."""
    from torch._subclasses import FakeTensorMode

    rng = torch.Generator().manual_seed(0)
    problem, start, _ = task(rng, "linear", "softmax", "relu", fits=3, n=50)
    moved = {
        name: getattr(problem, name).to("meta") for name in ("response", "rows", "lower", "upper")
    }
    with FakeTensorMode(allow_non_fake_inputs=True):
        theta = torch.empty(start.shape, dtype=torch.float64, device="meta")
        made = {
            name: torch.empty(value.shape, dtype=value.dtype, device="meta")
            for name, value in moved.items()
        }
        method = Answered()
        faked = replace(problem, **made)
        state = state_on_meta(method, faked, theta)
        for bent in (False, True):
            state.any_bent = bent
            ended = method.advance(faked, state)
            assert ended.device.type == "meta"
            assert state.ahead.device.type == "meta"


def state_on_meta(method, problem, theta):
    from moeviz.estimate.solver import RunningFits

    fits = torch.arange(theta.shape[0], device="meta")
    cost = (theta**2).sum(1)
    gram = torch.empty(
        theta.shape[0], theta.shape[1], theta.shape[1], dtype=theta.dtype, device="meta"
    )
    at = Moments(cost, theta, gram)
    method.__dict__["moments"] = lambda problem, theta, fits: at
    return RunningFits(fits, theta, at, torch.full_like(cost, 1e-3), torch.full_like(cost, 2.0))
