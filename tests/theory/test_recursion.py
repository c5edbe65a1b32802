"""The linear recursion is exact on quadratic costs, in every regime, without a step being taken."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.theory.powers import geometric, power
from moeviz.theory.recursion import Schedule, descent_step, newton_step, recursion

RATE = 0.1
CURVATURES = (0.0, 1e-3, 0.4, 4.0)
REPLICATES = 10_000
MOVING = torch.ones(4, dtype=torch.bool)


def quadratic(seed=0):
    """Return H with known eigenvalues and a C of its own, which does not see H's null direction."""
    rng = np.random.default_rng(seed)
    turn = torch.from_numpy(np.linalg.qr(rng.standard_normal((4, 4)))[0])
    root = torch.from_numpy(rng.standard_normal((4, 4)))
    root[0] = 0.0
    hessian = turn @ torch.diag(torch.tensor(CURVATURES, dtype=torch.float64)) @ turn.T
    return hessian, turn @ root @ root.T @ turn.T, turn @ root


def run(hessian, root, schedule, spread, seed=1):
    """Run gradient descent itself on many samples of a quadratic cost; return the last errors."""
    rng = np.random.default_rng(seed)
    error = torch.from_numpy(spread * rng.standard_normal((REPLICATES, 4)))
    normal = torch.from_numpy(rng.standard_normal((REPLICATES, schedule.samples, 4)))
    gradient = normal @ root.T
    for _ in range(int(schedule.epochs)):
        order = torch.from_numpy(rng.random((REPLICATES, schedule.samples))).argsort(1)
        shuffled = gradient.gather(1, order.unsqueeze(-1).expand(-1, -1, 4))
        for batch in shuffled.split(schedule.size, dim=1):
            error = error - RATE * (error @ hessian + batch.mean(1))
    return error


REGIMES = {
    "start": (Schedule(40, 8, 2), 30.0),
    "sample, full batch": (Schedule(40, 0, 3), 0.0),
    "sample, fixed batch": (Schedule(40, 8, 1), 0.0),
    "floor": (Schedule(40, 2, 8), 0.0),
    "estimator": (Schedule(12, 0, 60), 0.01),
    "a last batch that is smaller": (Schedule(30, 7, 3), 0.5),
    "a last batch of one": (Schedule(25, 8, 2), 0.0),
    "one sample a batch": (Schedule(11, 1, 4), 0.2),
    "a batch of all": (Schedule(11, 11, 4), 0.2),
    "a batch of more than all": (Schedule(11, 50, 4), 0.2),
    "nobody trains": (Schedule(11, 4, 0), 0.2),
}


@pytest.mark.parametrize("regime", REGIMES)
def test_the_mean_over_many_replicates_is_the_prediction(regime):
    schedule, spread = REGIMES[regime]
    hessian, noise, root = quadratic()
    modes = recursion(hessian, noise, descent_step(MOVING, RATE))
    start = spread**2 * torch.eye(4, dtype=torch.float64)
    expected = modes.second_moment(start, schedule)
    error = run(hessian, root, schedule, spread)
    products = error.unsqueeze(1) * error.unsqueeze(2)
    standard = products.std(0) / REPLICATES**0.5
    assert ((products.mean(0) - expected).abs() <= 5.0 * standard + 1e-14).all()


def eigen(curvature, noise=1.0):
    """Return the recursion of one direction."""
    one = torch.ones(1, 1, dtype=torch.float64)
    step = descent_step(torch.ones(1, dtype=torch.bool), RATE)
    return recursion(curvature * one, noise * one, step)


def slope(modes, start, schedules):
    """Return the slope of the root mean square against n."""
    square = torch.full((1, 1), start**2, dtype=torch.float64)
    values = [math.log(float(modes.second_moment(square, s)) ** 0.5) for s in schedules]
    return np.polyfit([math.log(s.samples) for s in schedules], values, 1)[0]


SIZES = (10**3, 10**4, 10**5)


@pytest.mark.parametrize(
    ("curvature", "start", "batch", "epochs", "expected"),
    [
        (1e-9, 0.1, 0, 10, 0.0),  # what is left of the start
        (1e-6, 0.0, 0, 10, -0.5),  # the sample's own gradient, full batch
        (1e-8, 0.0, 100, 10, 0.5),  # the same in batches of a fixed size
        (1.0, 0.1, 0, 10**4, -0.5),  # the estimator's own error
        (1.0, 0.0, 10, 10**3, 0.0),  # the floor
    ],
)
def test_every_regime_has_its_slope(curvature, start, batch, epochs, expected):
    schedules = [Schedule(n, batch, epochs) for n in SIZES]
    assert slope(eigen(curvature), start, schedules) == pytest.approx(expected, abs=0.02)


def test_the_limit_is_the_sandwich_and_the_floor():
    hessian, noise, _ = quadratic()
    modes = recursion(hessian, noise, descent_step(MOVING, RATE))
    inverse = torch.linalg.pinv(hessian, rtol=1e-8)
    sandwich = inverse @ noise @ inverse / 50
    none = torch.zeros(4, 4, dtype=torch.float64)
    torch.testing.assert_close(
        modes.second_moment(none, Schedule(50, 0, math.inf)), sandwich, rtol=1e-8, atol=1e-10
    )
    one, many = eigen(1.0, 2.0), Schedule(10**6, 10, math.inf)
    floor = one.modes @ one.shuffled(many) @ one.modes.T
    assert float(floor) == pytest.approx(RATE**2 * 2.0 / 10 / (1 - (1 - RATE) ** 2), rel=1e-3)
    sampled = one.modes @ one.sampled(many) @ one.modes.T
    assert float(sampled) == pytest.approx(2.0 / 10**6)


def test_ten_million_steps_agree_with_as_many_taken_by_squaring():
    hessian, noise, _ = quadratic()
    modes = recursion(hessian, noise, descent_step(MOVING, RATE))
    left = modes.start_map(10**7)
    taken = torch.linalg.matrix_power(torch.eye(4, dtype=torch.float64) - RATE * hessian, 10**7)
    torch.testing.assert_close(left, taken, rtol=1e-6, atol=1e-6)
    assert modes.second_moment(torch.eye(4).double(), Schedule(10**9, 1000, 10)).isfinite().all()


def test_sums_of_powers_are_sums_of_powers_also_next_to_zero():
    rates = torch.tensor([-0.2, 0.0, 1e-12, 1e-3, 0.3, 0.5, 1.0, 1.7, 2.5], dtype=torch.float64)
    for steps in (0, 1, 2, 9):
        by_hand = sum(((1 - rates) ** t for t in range(steps)), torch.zeros_like(rates))
        torch.testing.assert_close(geometric(rates, steps), by_hand)
        torch.testing.assert_close(power(rates, steps), (1 - rates) ** steps)
    assert float(geometric(torch.tensor([1e-12]).double(), 10**7)) == pytest.approx(
        1e7 * (1 - 0.5e-5), rel=1e-9
    )
    limit = geometric(torch.tensor([0.0, 0.1, 1.9]).double(), math.inf)
    torch.testing.assert_close(limit, torch.tensor([math.inf, 10.0, 1 / 1.9]).double())


def test_held_coordinates_and_the_gauge_keep_their_start():
    hessian, noise, _ = quadratic()
    moving = torch.tensor([True, False, True, True])
    modes = recursion(hessian, noise, descent_step(moving, RATE))
    start = torch.eye(4, dtype=torch.float64)
    end = modes.second_moment(start, Schedule(10, 2, 50))
    assert end[1, 1] == 1.0
    whole = recursion(hessian, noise, descent_step(MOVING, RATE))
    gauge = torch.linalg.eigh(hessian)[1][:, 0]
    end = whole.second_moment(start, Schedule(10, 2, 50))
    assert float(gauge @ end @ gauge) == pytest.approx(1.0, abs=1e-9)


def test_a_rate_that_is_too_large_is_said_to_diverge():
    assert not eigen(1.9 / RATE).diverges
    wild = eigen(2.1 / RATE)
    assert wild.diverges
    none = torch.zeros(1, 1, dtype=torch.float64)
    assert wild.second_moment(none, Schedule(100, 0, 10)).isfinite().all()
    assert wild.second_moment(none, Schedule(100, 0, 10**6)).isinf().all()


def test_newton_steps_with_the_curvature_itself_arrive_at_once():
    hessian, noise, _ = quadratic()
    modes = recursion(hessian, noise, newton_step(hessian, MOVING))
    torch.testing.assert_close(modes.rates, torch.ones(3, dtype=torch.float64))
    held = recursion(hessian, noise, newton_step(hessian, torch.tensor([True, False, True, True])))
    assert (held.modes[1] == 0).all()


def test_from_a_point_that_is_no_minimum_errors_grow_as_steps_say():
    hessian, noise, root = quadratic()
    modes = recursion(-0.01 * hessian, noise, descent_step(MOVING, RATE))
    assert modes.falls
    assert modes.diverges
    schedule = Schedule(12, 4, 5)
    expected = modes.second_moment(0.01 * torch.eye(4, dtype=torch.float64), schedule)
    error = run(-0.01 * hessian, root, schedule, 0.1)
    products = error.unsqueeze(1) * error.unsqueeze(2)
    standard = products.std(0) / REPLICATES**0.5
    assert ((products.mean(0) - expected).abs() <= 5.0 * standard).all()


def test_what_makes_no_sense_is_refused():
    with pytest.raises(SpecificationError, match="at least one sample"):
        Schedule(0)
    with pytest.raises(SpecificationError, match="no negative batch"):
        Schedule(10, -1)
