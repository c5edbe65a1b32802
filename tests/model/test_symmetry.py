"""Symmetries of experts: what is declared or found leaves the function, and nothing is left out."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.model import make_expert
from moeviz.model.symmetry import NONE, Symmetry
from tests.support import normal, uniform

FORMULAS = {
    "sin(t)": (1, (2 * math.pi,)),
    "cos(t)": (1, (2 * math.pi,)),
    "sin(2*t + 1)": (1, (math.pi,)),
    "sin(t/3)": (1, (6 * math.pi,)),
    "sin(40*t)": (1, (math.pi / 20,)),
    "sin(t) + sin(2*t)": (0, (2 * math.pi,)),
    "sin(t) + cos(3*t/2)": (0, (4 * math.pi,)),
    "abs(sin(t))": (1, (math.pi,)),
    "exp(cos(t))": (1, (2 * math.pi,)),
    "sin(t)^4 + cos(t)^4": (1, (math.pi / 2,)),
    "s1*sin(t)": (3, (2 * math.pi, 0.0)),
    "sin(t1)*sin(t2)": (15, (2 * math.pi, 2 * math.pi)),
    "s1*sin(t1) + s2*sin(t2)": (31, (2 * math.pi, 2 * math.pi, 0.0, 0.0)),
    "(t - 1)^2": (1, ()),
    "exp(-(t + 2)^2)": (1, ()),
    "abs(t)": (1, ()),
    "softplus(t) - t/2": (1, ()),
    "s1^2*tanh(t)": (1, ()),
    "s1*sigmoid(t) + s2": (1, ()),
    "(tanh(t) + 1)*s1 + s2": (1, ()),
    "gelu(t1) + t2": (1, ()),
    "gelu(t1 - 1) + t2": (1, ()),
    "s1*gelu(t1) + t2": (1, ()),
    "s1*tanh(t1) + s2*tanh(t2)": (7, ()),
    "tanh(t1 - t2) + tanh(t1 + t2)": (1, ()),
    "t": (0, ()),
    "tanh(t)": (0, ()),
    "t + sin(t)": (0, ()),
    "sin(t) + t/1000000": (0, ()),
    "sin(t) + tanh(t)/1000000": (0, ()),
    "sin(sqrt(2)*t) + sin(t)": (0, ()),
    "sigmoid(50*t)": (0, ()),
}
"""Symmetries modulo periods, the identity left out, and periods of predictors and scalars."""


def value(made, eta, x):
    """The function of expert blocks, shape (..., E), on inputs (D, N)."""
    t, s = heads_and_scalars(made, eta, x)
    return made.value_and_slopes(t, s)[0]


def heads_and_scalars(made, eta, x):
    ones = torch.cat([x, torch.ones_like(x[:1])])
    split = eta.shape[-1] - made.scalars
    predictors = eta[..., :split].unflatten(-1, (made.heads, len(ones)))
    t = [row @ ones for row in predictors.unbind(-2)]
    return t, [eta[..., split + k, None] for k in range(made.scalars)]


def check_all_leave_the_value(made, rng):
    t = [2 * normal(rng, 300) for _ in range(made.heads)]
    s = [2 * normal(rng, 300) for _ in range(made.scalars)]
    plain = made.value_and_slopes(t, s)[0]
    assert torch.isfinite(plain).all()
    maps = list(made.symmetries.maps)
    count = made.heads + made.scalars
    for place, period in enumerate(made.symmetries.periods):
        shift = tuple(period if at == place else 0.0 for at in range(count))
        eye = [tuple(float(i == j) for j in range(count)) for i in range(count)]
        heads = tuple(row[: made.heads] for row in eye[: made.heads])
        scalars = tuple(row[made.heads :] for row in eye[made.heads :])
        maps.append(Symmetry(heads, scalars, shift))
    for one in maps:
        moved, changed = one.move(t, s, torch.ones_like(t[0]))
        torch.testing.assert_close(
            made.value_and_slopes(moved, changed)[0], plain, rtol=1e-10, atol=1e-10
        )


def check_no_other_parameters_give_the_function(made, rng, starts=96, steps=150):
    """Fit the function with itself from many starts: what fits is one of its known equals."""
    x = uniform(rng, 2, 160) * 2.0
    width = made.width(2)
    size = torch.linspace(1.0, 1.3, made.heads, dtype=torch.float64)
    eta = 0.4 * normal(rng, width)
    for head in range(made.heads):
        eta[3 * head] += size[head]
    eta[width - made.scalars :] += 1.0
    target = value(made, eta, x)
    fitted = 2.5 * normal(rng, starts, width)
    damping = torch.full((starts, 1, 1), 1e-2, dtype=torch.float64)
    eye = torch.eye(width, dtype=torch.float64)
    ones = torch.cat([x, torch.ones_like(x[:1])])
    cost = (value(made, fitted, x) - target).square().sum(-1)
    for _ in range(steps):
        t, s = heads_and_scalars(made, fitted, x)
        got, by_head, by_scalar = made.value_and_slopes(t, s)
        rows = [slope.unsqueeze(-2) * ones for slope in by_head]
        rows += [slope.unsqueeze(-2) for slope in by_scalar]
        jacobian = torch.cat([row.expand(starts, -1, -1) for row in rows], dim=-2)
        gap = (got - target).unsqueeze(-1)
        normal_matrix = jacobian @ jacobian.transpose(-1, -2)
        scale = normal_matrix.diagonal(dim1=-2, dim2=-1).mean(-1)[:, None, None] + 1e-12
        step = torch.linalg.solve(normal_matrix + damping * scale * eye, -(jacobian @ gap))
        trial = fitted + step.squeeze(-1)
        new = torch.nan_to_num((value(made, trial, x) - target).square().sum(-1), nan=torch.inf)
        better = new < cost
        fitted = torch.where(better[:, None], trial, fitted)
        cost = torch.where(better, new, cost)
        damping = (damping * torch.where(better, 0.2, 5.0)[:, None, None]).clamp(1e-14, 1e10)
    done = cost < 1e-18 * (1.0 + target.square().sum())
    assert int(done.sum()) >= 3
    gap = (made.nearest(fitted[done], eta.expand(int(done.sum()), -1)) - eta).abs().amax(-1)
    assert gap.max() < 1e-4


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_declared_symmetries_leave_the_value(expert, degree, rng):
    check_all_leave_the_value(make_expert(expert, degree=degree, hidden=3), rng)


def test_no_symmetry_is_left_undeclared(expert, rng):
    check_no_other_parameters_give_the_function(make_expert(expert, degree=2), rng)


def test_no_symmetry_of_an_odd_polynomial_is_left_undeclared(rng):
    check_no_other_parameters_give_the_function(make_expert("polynomial", degree=3), rng)


@pytest.mark.parametrize(("formula", "found"), FORMULAS.items())
def test_symmetries_of_formulas_are_found_and_leave_the_value(formula, found, rng):
    made = make_expert("custom", expert_formula=formula)
    count, periods = found
    assert len(made.symmetries.maps) == count
    assert made.symmetries.periods == pytest.approx(periods, abs=1e-12)
    check_all_leave_the_value(made, rng)


@pytest.mark.parametrize(
    "formula",
    [
        "sin(t)", "s1*sin(t)", "(t - 1)^2", "gelu(t1) + t2", "s1*gelu(t1) + t2",
        "s1*sigmoid(t) + s2", "exp(-t^2)", "tanh(t)",
    ],
)  # fmt: skip
def test_no_other_parameters_give_a_formulas_function(formula, rng):
    made = make_expert("custom", expert_formula=formula)
    check_no_other_parameters_give_the_function(made, rng)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_nearest_of_all_equals_is_taken(formula, rng):
    made = make_expert("custom", expert_formula=formula)
    x, true = uniform(rng, 2, 40), normal(rng, 20, made.width(2))
    eta = normal(rng, 20, made.width(2))
    moved = made.nearest(eta, true)
    torch.testing.assert_close(value(made, moved, x), value(made, eta, x), rtol=1e-9, atol=1e-9)
    gap = torch.linalg.vector_norm(moved - true, dim=-1)
    assert (gap <= torch.linalg.vector_norm(eta - true, dim=-1) + 1e-12).all()
    again = made.nearest(made.nearest(eta, 9 * normal(rng, 20, made.width(2))), eta)
    torch.testing.assert_close(again, eta, rtol=0, atol=1e-9)


def test_sine_is_brought_back_over_many_periods():
    sine = make_expert("custom", expert_formula="sin(t)")
    true = torch.tensor([2.0, -1.0, 0.3], dtype=torch.float64)
    whole = torch.tensor([2.0, -1.0, 0.3 + 14 * math.pi], dtype=torch.float64)
    mirrored = torch.tensor([-2.0, 1.0, math.pi - 0.3 - 6 * math.pi], dtype=torch.float64)
    for fitted in (whole, mirrored):
        torch.testing.assert_close(sine.nearest(fitted, true), true, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "made",
    [
        make_expert("polynomial", degree=2),
        make_expert("scaled-tanh"),
        make_expert("ffn"),
        make_expert("custom", expert_formula="s1*gelu(t1) + t2"),
    ],
    ids=lambda made: made.name,
)
def test_a_symmetry_that_is_not_declared_is_seen(made, rng, monkeypatch):
    monkeypatch.setattr(type(made), "symmetries", NONE)
    with pytest.raises(AssertionError):
        check_no_other_parameters_give_the_function(made, rng)
