"""Derivatives in a tower are those of autograd; symbols read models as tensors do."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import pytest
import sympy
import torch
from hypothesis import assume, given
from hypothesis import strategies as st

from moeviz.errors import FormulaError
from moeviz.model import OUTPUTS
from moeviz.symbolic.kernel.at_point import AtPoint
from moeviz.symbolic.kernel.balls import Balls
from moeviz.symbolic.kernel.family import on_signs
from moeviz.symbolic.kernel.functions import gelu, log_abs, normal_cdf, relu, sigmoid, softplus
from moeviz.symbolic.kernel.ground import Ground
from moeviz.symbolic.kernel.numeric import TENSORS, evaluate
from moeviz.symbolic.kernel.tower import Kind, Tower
from moeviz.symbolic.reading.expressions import RESPONSE, atom
from moeviz.symbolic.reading.families import term
from tests.support import anywhere, combined, pairings, uniform

X, A, B = sympy.symbols("x1 a b", real=True)

FUNCTIONS = {
    "exp": sympy.exp,
    "log": lambda t: sympy.log(3 + t**2),
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tanh": sympy.tanh,
    "sigmoid": sigmoid,
    "softplus": softplus,
    "normal_cdf": normal_cdf,
    "gelu": gelu,
    "relu": relu,
    "log_abs": log_abs,
    "root": lambda t: sympy.sqrt(1 + t**2),
    "inverse root": lambda t: (2 + t**2) ** sympy.Rational(-3, 2),
    "inverse": lambda t: 1 / (3 + sympy.sin(t)),
    "composed": lambda t: sigmoid(sympy.exp(t / 2) * gelu(t)) + sympy.tanh(t) / (2 + sympy.cos(t)),
}

ORDERS = [(), (A,), (B,), (A, A), (A, B), (B, B)]

FRACTIONS = st.fractions(Fraction(-3, 2), Fraction(3, 2), max_denominator=40)


def argument(a, b, x):
    return a * x + b + x**2 / 3


def tower_of(*formulas):
    """A tower of formulas in x1 and the parameters a and b, and their polynomials."""
    tower = Tower([X], [A, B])
    for formula in formulas:
        tower.embed(formula)
    return tower, [tower.poly(formula) for formula in formulas]


def by_tower(tower, p, by, point, x):
    """A derivative's value: through the tower, the basics at a point, and balls."""
    for symbol in by:
        p = tower.derivative(p, symbol)
    ground = Ground(tower.inputs)
    polynomial = AtPoint(tower, ground, point).polynomial(p)
    balls = Balls(ground, {"x1": x})
    signs = {i: int(balls.polynomial(ground.argument(i)) > 0) for i in ground.of_kind(Kind.STEP)}
    return float(balls.polynomial(on_signs(ground, signs, polynomial)).mid())


def by_autograd(formula, by, point, x):
    """The same derivative, by automatic differentiation."""
    values = {
        s: torch.tensor(float(v), dtype=torch.float64, requires_grad=True) for s, v in point.items()
    }
    value = evaluate(formula, {X: torch.tensor(float(x), dtype=torch.float64), **values}, TENSORS)
    for symbol in by:
        if not value.requires_grad:
            return 0.0
        (value,) = torch.autograd.grad(
            value, values[symbol], create_graph=True, materialize_grads=True
        )
    return float(value.detach())


@pytest.mark.parametrize("name", FUNCTIONS)
@given(a=FRACTIONS, b=FRACTIONS, x=FRACTIONS)
def test_derivatives_are_those_of_automatic_differentiation(name, a, b, x):
    assume(abs(argument(a, b, x)) >= Fraction(1, 20))  # at kinks and poles there is none
    formula = FUNCTIONS[name](argument(A, B, X))
    tower, (p,) = tower_of(formula)
    for by in ORDERS:
        found = by_tower(tower, p, by, {A: a, B: b}, x)
        expected = by_autograd(formula, by, {A: a, B: b}, x)
        assert math.isclose(found, expected, rel_tol=1e-8, abs_tol=1e-9), by


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_order_of_differentiation_does_not_matter(name):
    tower, (p,) = tower_of(FUNCTIONS[name](argument(A, B, X)))
    assert tower.derivative(tower.derivative(p, A), B) == tower.derivative(
        tower.derivative(p, B), A
    )
    assert tower.derivative(tower.derivative(p, A), X) == tower.derivative(
        tower.derivative(p, X), A
    )


@pytest.mark.parametrize(("left", "right"), list(itertools.pairwise(FUNCTIONS)))
def test_the_derivative_obeys_leibniz(left, right):
    formulas = [FUNCTIONS[left](argument(A, B, X)), FUNCTIONS[right](A - B * X)]
    tower, (p, q, product) = tower_of(*formulas, formulas[0] * formulas[1])
    for s in (A, B, X):
        leibniz = tower.derivative(p, s) * q + p * tower.derivative(q, s)
        assert tower.derivative(product, s) == leibniz


def test_a_step_is_differentiated_once():
    tower, (p,) = tower_of(relu(A * X + B))
    mass = tower.derivative(tower.derivative(p, B), B)
    (index,) = (i for i, g in enumerate(tower.generators) if g.kind is Kind.KINK)
    assert mass == tower.poly(tower.generators[index].symbol)
    with pytest.raises(FormulaError, match="one derivative of a step"):
        tower.derivative(mass, B)


@pytest.mark.parametrize(
    "formula",
    [
        sympy.gamma(A * X),
        A ** sympy.Rational(1, 3),
        A**B,
        sympy.Symbol("unknown") * X,
        sympy.Heaviside(A * X),
        sympy.pi * X,
    ],
    ids=str,
)
def test_unknown_formulas_are_refused(formula):
    with pytest.raises(FormulaError, match="Expected"):
        tower_of(formula)


def test_a_closed_tower_takes_no_new_function():
    tower, _ = tower_of(sympy.exp(A * X))
    with pytest.raises(RuntimeError, match="closed"):
        tower.poly(sympy.tanh(B * X))


# Every registered score with every registered expert; gates and outputs take turns.
REGISTERED = pairings(["softmax", "sigmoid"], list(OUTPUTS))


@pytest.mark.few(5)
@pytest.mark.parametrize("names", REGISTERED, ids="-".join)
def test_numbers_and_symbols_agree(names, rng):
    mixture = combined(*names, classes=3)
    dimension, atoms, samples = 2, 2, 5
    layout = mixture.layout(atoms, dimension)
    theta = anywhere(rng, mixture, layout)
    x = uniform(rng, dimension, samples)
    y = uniform(rng, samples)
    response = torch.arange(samples).double() % 3 if names[3] == "categorical" else y
    model = atom(mixture, dimension)

    width = len(model.parameters)
    inputs = dict(zip(model.inputs, [*x, y], strict=False)) | {RESPONSE: y}
    above = [torch.zeros(samples).double() for _ in model.values]
    below = torch.zeros(samples).double()
    for number in range(atoms):
        own = theta[number * width : (number + 1) * width]
        at = {**inputs, **dict(zip(model.parameters, own, strict=True))}
        for total, formula in zip(above, term(model), strict=True):
            total += evaluate(formula, at, TENSORS)
        below += evaluate(model.affinity, at, TENSORS)
    symbols = [a if model.logistic else a / below for a in above]

    features = mixture.features(x)
    if mixture.output.density:
        numbers = (-0.5 * mixture.cost(theta, features, response)).exp()
    else:
        numbers = mixture.predict(theta, features)
    if names[3] == "gaussian":
        found = symbols[0] / math.sqrt(2 * math.pi)
    elif names[3] == "categorical":
        found = torch.stack(symbols)[response.long(), torch.arange(samples)]
        torch.testing.assert_close(sum(symbols), torch.ones(samples).double(), rtol=0, atol=1e-12)
    else:
        found = symbols[0]
    torch.testing.assert_close(found, numbers, rtol=1e-12, atol=1e-12)
