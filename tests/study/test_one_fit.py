"""One fit, step by step: its numbers are the library's, and what cannot be is refused."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch

from moeviz.errors import Cancelled, SpecificationError
from moeviz.estimate import (
    LevenbergMarquardt,
    Status,
    StochasticGradient,
    box,
    fit,
    make_problem,
)
from moeviz.study.one_fit import drawn_start, one_fit
from moeviz.study.one_fit_asked import FARTHEST, Asked
from moeviz.study.one_fit_models import EM, SGD, SMALL_MODELS, SOLVER
from moeviz.study.one_fit_walk import GONE, MOST_FRAMES
from moeviz.theory import GAUGES, LOSSES
from moeviz.theory.voronoi import voronoi_cells

WAYS = [(name, method) for name, model in SMALL_MODELS.items() for method in model.methods]


def again(found):
    """The problem and the start of a fit, set up once more from what it says of itself."""
    model, asked = found.model, found.asked
    mixture, layout = model.mixture(asked.noise), model.layout(asked.atoms)
    features = mixture.features(found.x.reshape(1, 1, -1))
    problem = make_problem(
        mixture, features, found.y.reshape(1, -1), box(mixture, layout, FARTHEST)
    )
    start = torch.tensor(asked.start, dtype=torch.float64).reshape(1, -1)
    return problem, start, mixture, layout


@pytest.mark.parametrize("name", SMALL_MODELS)
def test_the_walks_numbers_are_those_of_the_librarys_fit(name):
    found = one_fit(Asked(name, n=120))
    problem, start, mixture, layout = again(found)
    plain = fit(problem, start, LevenbergMarquardt(max_steps=200))
    assert found.walk.cost[-1] == float(plain.cost[0]) / 120
    assert found.walk.status == Status(int(plain.status[0]))
    truth = found.model.layout(2).unpack(found.model.theta)
    held = GAUGES["pinned"].fix(layout.unpack(plain.theta), truth, mixture, LOSSES["L2"].evaluate)
    assert found.walk.loss[-1] == pytest.approx(float(LOSSES["L2"].evaluate(held, truth)), rel=1e-9)
    assert found.walk.cells[-1] == tuple(voronoi_cells(held, truth)[0].tolist())


@pytest.mark.parametrize(("name", "method"), WAYS)
def test_every_method_walks_and_what_is_shown_has_the_cost_that_is_said(name, method):
    found = one_fit(Asked(name, n=150, method=method))
    problem, _, _, _ = again(found)
    for walk in (found.walk, found.beside):
        assert walk.steps[0] == 0
        assert all(a < b for a, b in pairwise(walk.steps))
        assert len(walk.steps) == len(walk.cost) == len(walk.loss) == len(walk.atoms) <= MOST_FRAMES
        # The gauge of the truth changes no function.
        theta = walk.atoms.flatten(1)
        every = torch.zeros(len(theta), dtype=torch.long)
        assert problem.moments(theta, every).cost / 150 == pytest.approx(walk.cost, rel=1e-6)
    for walk in (found.walk, found.beside):
        if walk.method != SGD:
            assert all(b <= a for a, b in pairwise(walk.cost))
    assert found.walk.cost[0] == found.beside.cost[0]
    assert found.walk.method == method
    assert {found.estimator.method} == {SOLVER}


def test_the_same_is_asked_the_same_is_found_and_seeds_tell_apart():
    asked = Asked(n=100, method=SGD)
    one, two, other = (one_fit(a) for a in (asked, asked, replace(asked, seed=2)))
    assert torch.equal(one.walk.atoms, two.walk.atoms)
    assert torch.equal(one.y, two.y)
    assert not torch.equal(one.y, other.y)
    assert drawn_start(asked) == drawn_start(replace(asked, seed=2))
    assert drawn_start(asked) != drawn_start(replace(asked, start_seed=2))


def test_a_whole_batch_is_a_step_along_the_gradient_of_the_mean_cost():
    rate = 1e-3
    asked = Asked(n=80, method=SGD, protocol=StochasticGradient(3, rate, 0))
    found = one_fit(asked)
    problem, start, mixture, _ = again(found)
    theta = start.clone().requires_grad_()
    mixture.cost(theta, problem.features, problem.response).mean().backward()
    moved = start - rate * theta.grad * (problem.upper > problem.lower)
    cost = float(mixture.cost(moved, problem.features, problem.response).mean())
    assert found.walk.cost[1] == pytest.approx(cost, rel=1e-12)
    assert all(b < a for a, b in pairwise(found.walk.cost))
    assert found.walk.passes == (0.0, 1.0, 2.0, 3.0)


def test_a_common_shift_of_the_gates_is_another_start_of_the_same_function():
    asked = Asked(n=100)
    start = drawn_start(asked)
    moved = tuple((beta + 0.7, offset + 0.4, *rest) for beta, offset, *rest in start)
    one, two = one_fit(replace(asked, start=start)), one_fit(replace(asked, start=moved))
    assert two.walk.cost[0] == pytest.approx(one.walk.cost[0], rel=1e-12)
    assert np.allclose(one.walk.atoms[0], two.walk.atoms[0], atol=1e-12)


def test_a_rate_that_is_too_large_diverges_and_the_walk_ends_before_that():
    walk = one_fit(Asked(method=SGD, protocol=StochasticGradient(10, 3.0, 32))).walk
    assert walk.status == Status.DIVERGED
    assert 1 < len(walk.steps) < 70
    assert all(map(math.isfinite, walk.cost))
    assert float(walk.atoms.abs().max()) < 10 * GONE
    assert walk.cost[-1] > walk.cost[0]


@pytest.mark.parametrize("atoms", [1, 3, 4])
def test_more_and_fewer_atoms_than_are_true_are_fitted(atoms):
    found = one_fit(Asked(n=100, atoms=atoms, steps=20))
    assert found.walk.atoms.shape[1:] == (atoms, 4)
    assert all(map(math.isfinite, found.walk.loss))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(start=((0.0, 0.0, 1.0),) * 2), "a start of 2 atoms with 4 numbers each"),
        (Asked(start=((math.nan, 0.0, 1.0, 0.0),) * 2), "Expected β of starting atom 1 between"),
        (Asked(start=((0.0, 0.0, 1e9, 0.0),) * 2), "Expected a of starting atom 1 between"),
        (Asked("gaussian", start=((0.0, 0.0, 1.0, 0.0, 0.0),) * 2), "Expected ν of starting atom"),
        (Asked(method=EM), "Expected one of solver, sgd"),
        (Asked(n=2000, protocol=StochasticGradient(100, 0.1, 1)), "at most 2,000 batches"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(asked, words):
    with pytest.raises(SpecificationError, match=words):
        one_fit(asked)


def test_a_fit_that_nobody_wants_any_more_ends():
    with pytest.raises(Cancelled):
        one_fit(Asked(), lambda: True)
