"""Claims altered by hand get the opposite verdict: the checker does not say yes to everything."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy

from moeviz.model import make_mixture
from moeviz.symbolic.catalogue.parts import Design, model, plain
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.kernel.functions import gelu, log_abs, relu, sigmoid, softplus
from moeviz.symbolic.kernel.ground import Log
from moeviz.symbolic.questions import checks
from moeviz.symbolic.questions.pde import Statement, Term, stated
from moeviz.symbolic.reading.expressions import (
    atom,
    categorical,
    dot,
    full_form,
    gaussian,
    inputs,
    norm,
)
from moeviz.symbolic.reading.families import derivatives, term, up_to
from moeviz.symbolic.reading.points import generic

ONE = sympy.Integer(1)
HALF = sympy.Rational(1, 2)


def named(*names: str) -> list[sympy.Symbol]:
    return [sympy.Symbol(name, real=True) for name in names]


def says(function, x, parameters, terms, point=None) -> Answer:
    functions = tuple(function) if isinstance(function, list | tuple) else (function,)
    written = tuple(Term(c * ONE, tuple(by), *rest) for c, by, *rest in terms)
    statement = Statement(functions, tuple(x), tuple(parameters), written, "relation")
    return stated("mutation", statement, point).answer


# Relations: (name, true relation, altered relation), each as arguments of `says`.


def cosine(terms, d=2, tau1=0, tau2=0):
    x = inputs(d)
    beta = named(*(f"beta1_{i}" for i in range(1, d + 1)))
    h = sympy.Symbol("h")
    s = dot(beta, x) / ((norm(beta) + tau1) * (norm(x) + tau2))
    return sympy.exp(s) * h, x, (*beta, h), terms(beta)


def euler(signs=(1, 1), scale=1, shift=0):
    return lambda b: [
        (signs[0] * b[0] + shift, [b[0]]),
        *((signs[1] * scale * u, [u]) for u in b[1:]),
    ]


def second_euler(beta, cross=2):
    u, v = beta
    return [(u * u, [u, u]), (cross * u * v, [u, v]), (v * v, [v, v])]


def eight(left, right, phi=lambda t: t, sign=-1, d=1):
    x = inputs(d)
    a, b, c, alpha, beta = named("A", "b", "c", "alpha", "beta")
    f = sigmoid(full_form([a], x) + b * x[0] + c) * phi(alpha * x[0] + beta)
    table = {"A": a, "b": b, "c": c, "alpha": alpha, "beta": beta}
    parameters = (a, b, c, alpha, beta)
    terms = [(ONE, [table[n] for n in left]), (sign * ONE, [table[n] for n in right])]
    return f, x, parameters, terms


def heat(factor=2, by="nu", mean=lambda a, b, x: a * x + b):
    (x,) = inputs(1)
    y, a, b, nu = named("y", "a", "b", "nu")
    f = gaussian(mean(a, b, x), nu)
    table = {"nu": nu, "a": a}
    return f, (x, y), (a, b, nu), [(ONE, [b, b]), (-factor * ONE, [table[by]])]


def logistic(constant, klass=0, classes=2, slope=0):
    (x,) = inputs(1)
    (beta,) = named("beta1")
    a = named(*(f"a_{s}" for s in range(1, classes)))
    b = named(*(f"b_{s}" for s in range(1, classes)))
    u = [
        sympy.exp(beta * x) * q for q in categorical([i + s * x for i, s in zip(a, b, strict=True)])
    ]
    p = categorical(a)
    terms = [(ONE, [beta], klass), (-constant(p), [b[0]], klass)]
    return u, (x,), (beta, *a, *b), terms, dict.fromkeys(b, slope)


def homogeneous(phi, degree, drop=False):
    (x,) = inputs(1)
    a, b = named("a", "b")
    f = phi(a * x + b)
    terms = [(a, [a]), (b, [b]), (-degree * ONE, [])]
    return f, (x,), (a, b), terms[1:] if drop else terms


def identity(function, x=None):
    return function, x or inputs(1), named("a", "b"), [(ONE, [])]


X = inputs(1)[0]

PAIRS = {
    "cosine: a wrong sign": (cosine(euler()), cosine(euler(signs=(1, -1)))),
    "cosine: one term missing": (cosine(euler()), cosine(lambda b: [(b[0], [b[0]])])),
    "cosine: a wrong constant": (cosine(euler()), cosine(euler(scale=2))),
    "cosine: a shifted coefficient": (cosine(euler()), cosine(euler(shift=1))),
    "cosine: tau1 > 0 put for tau1 = 0": (cosine(euler()), cosine(euler(), tau1=HALF)),
    "cosine: tau1 small put for tau1 = 0": (
        cosine(euler()),
        cosine(euler(), tau1=sympy.Rational(1, 1000)),
    ),
    "cosine: tau2 > 0 changes nothing, tau1 > 0 does": (
        cosine(euler(), tau2=HALF),
        cosine(euler(), tau1=HALF, tau2=HALF),
    ),
    "cosine in 3 dimensions: a wrong sign": (
        cosine(euler(), d=3),
        cosine(euler(signs=(-1, 1)), d=3),
    ),
    "second contraction: cross term once": (
        cosine(second_euler),
        cosine(lambda b: second_euler(b, cross=1)),
    ),
    "second contraction: cross term missing": (
        cosine(second_euler),
        cosine(lambda b: second_euler(b, cross=0)),
    ),
    "second contraction: tau1 > 0": (cosine(second_euler), cosine(second_euler, tau1=HALF)),
    "eq. 8a: plus for minus": (
        eight(("A", "c"), ("b", "b")),
        eight(("A", "c"), ("b", "b"), sign=1),
    ),
    "eq. 8a: c for b": (eight(("A", "c"), ("b", "b")), eight(("A", "c"), ("b", "c"))),
    "eq. 8b: beta for alpha": (
        eight(("A", "beta"), ("b", "alpha")),
        eight(("A", "beta"), ("b", "beta")),
    ),
    "eq. 8b with GELU: A for b": (
        eight(("A", "beta"), ("b", "alpha"), gelu),
        eight(("A", "beta"), ("A", "alpha"), gelu),
    ),
    "eq. 8c: a doubled side": (
        eight(("b", "beta"), ("c", "alpha")),
        eight(("b", "beta"), ("c", "alpha"), sign=-2),
    ),
    "eq. 8c with ReLU: c for alpha": (
        eight(("b", "beta"), ("c", "alpha"), relu),
        eight(("b", "beta"), ("c", "beta"), relu),
    ),
    "heat equation: 1 for 2": (heat(), heat(factor=1)),
    "heat equation: the wrong sign": (heat(), heat(factor=-2)),
    "heat equation: slope for variance": (heat(), heat(by="a")),
    "heat equation: a mean that is not linear in b": (
        heat(),
        heat(mean=lambda a, b, x: a * x + sympy.tanh(b)),
    ),
    "class relation: p for 1 - p": (
        logistic(lambda p: 1 / (1 - p[0])),
        logistic(lambda p: 1 / p[0]),
    ),
    "class relation: the wrong sign": (
        logistic(lambda p: 1 / (1 - p[0])),
        logistic(lambda p: -1 / (1 - p[0])),
    ),
    "class relation: the other class": (
        logistic(lambda p: 1 / (1 - p[0]), classes=3),
        logistic(lambda p: 1 / (1 - p[0]), klass=1, classes=3),
    ),
    "class relation: a slope that is not zero": (
        logistic(lambda p: 1 / (1 - p[0])),
        logistic(lambda p: 1 / (1 - p[0]), slope=Fraction(1, 2)),
    ),
    "class relation: the last class": (
        logistic(lambda p: 1 / (1 - p[0])),
        logistic(lambda p: 1 / (1 - p[0]), klass=1),
    ),
    "homogeneity of ReLU: degree 2": (homogeneous(relu, 1), homogeneous(relu, 2)),
    "homogeneity of a square: degree 1": (
        homogeneous(lambda t: t**2, 2),
        homogeneous(lambda t: t**2, 1),
    ),
    "homogeneity of a cube: a term missing": (
        homogeneous(lambda t: t**3, 3),
        homogeneous(lambda t: t**3, 3, drop=True),
    ),
    "GELU is not homogeneous": (homogeneous(relu, 1), homogeneous(gelu, 1)),
    "sigmoid: s(x) + s(-x) is 1, not 2": (
        identity(sigmoid(X) + sigmoid(-X) - 1),
        identity(sigmoid(X) + sigmoid(-X) - 2),
    ),
    "tanh is 2 s(2x) - 1, not 2 s(x) - 1": (
        identity(sympy.tanh(X) - 2 * sigmoid(2 * X) + 1),
        identity(sympy.tanh(X) - 2 * sigmoid(X) + 1),
    ),
    "softplus: f(x) - f(-x) is x, not 2x": (
        identity(softplus(X) - softplus(-X) - X),
        identity(softplus(X) - softplus(-X) - 2 * X),
    ),
    "ReLU: f(x) - f(-x) is x, not -x": (
        identity(relu(X) - relu(-X) - X),
        identity(relu(X) - relu(-X) + X),
    ),
    "circle: the squares add up to 1, not differ by it": (
        identity(sympy.sin(X) ** 2 + sympy.cos(X) ** 2 - 1),
        identity(sympy.sin(X) ** 2 - sympy.cos(X) ** 2 - 1),
    ),
}


@pytest.mark.parametrize("name", list(PAIRS))
def test_a_relation_holds_and_its_alteration_fails(name):
    true, altered = PAIRS[name]
    assert says(*true) == Answer.HOLDS
    assert says(*altered) == Answer.FAILS


# Families and whole models: (true, altered) as functions that return an answer.


def powers(*members):
    (x,) = inputs(1)
    return checks.independence("powers", plain([(str(m), m) for m in members], (x,), (), {})).answer


def first(design):
    own = design.atom
    return checks.first_order(own, design.points(own)).answer


def cone(mixture, d=1, special=None, crowded=(0,)):
    own = atom(mixture, d)
    points = [generic(own, 0, special), generic(own, 1)]
    return checks.cone(own, points, crowded).answer


def literal(mixture, d, low, high):
    own = atom(mixture, d)
    family = derivatives(
        term(own),
        own.inputs,
        own.parameters,
        own.latex,
        [generic(own, 0), generic(own, 1)],
        [up_to(own.moving, low, high)] * 2,
    )
    return checks.independence("literal", family).answer


CLASSES = {"classes": 2}
OPPOSITES = {
    "M = tanh, and M = X put for it": (
        lambda: powers(X**0, X, sympy.tanh(X), X**2, X * sympy.tanh(X), sympy.tanh(X) ** 2),
        lambda: powers(X**0, X, X, X**2, X * X, X**2),
    ),
    "M = X^3, and M = X^2 put for it": (
        lambda: powers(X**0, X, X**3, X**2, X**4, X**6),
        lambda: powers(X**0, X, X**2, X**2, X**3, X**4),
    ),
    "log |X| and its square, and a multiple put for the square": (
        lambda: powers(X**0, log_abs(X), log_abs(X) ** 2),
        lambda: powers(X**0, log_abs(X), 3 * log_abs(X) - 2),
    ),
    "exponentials of different arguments, and of the same": (
        lambda: powers(sympy.exp(X), sympy.exp(2 * X), sympy.exp(3 * X) + 1),
        lambda: powers(sympy.exp(X), sympy.exp(2 * X), sympy.exp(X) * (2 - sympy.exp(X))),
    ),
    "tanh experts under a linear router, and linear experts put for them": (
        lambda: cone(make_mixture("linear", "softmax", "tanh")),
        lambda: cone(make_mixture("linear", "softmax", "linear")),
    ),
    "tau2 > 0, and tau2 = 0 put for it": (
        lambda: cone(make_mixture("perturbed-cosine", "softmax", "tanh"), 2),
        lambda: cone(make_mixture("perturbed-cosine", "softmax", "tanh", tau2=0.0), 2),
    ),
    "competition, and no competition put for it": (
        lambda: cone(make_mixture("competition", "softmax", "linear", "gaussian")),
        lambda: cone(make_mixture("linear", "softmax", "linear", "gaussian")),
    ),
    "an expert with a slope, and without": (
        lambda: cone(make_mixture("linear", "softmax", "linear", "categorical", **CLASSES)),
        lambda: cone(
            make_mixture("linear", "softmax", "linear", "categorical", **CLASSES), 1, {"a": 0}
        ),
    ),
    "the partial score, and the full one put for it": (
        lambda: cone(
            make_mixture("partial-quadratic", "sigmoid", "gelu"),
            1,
            {"A": 0, "c": Log(Fraction(1, 3))},
        ),
        lambda: cone(
            make_mixture("quadratic", "sigmoid", "gelu"),
            1,
            {"A": 0, "b_gate": 0, "c": Log(Fraction(1, 3))},
        ),
    ),
    "a gate that is not zero, and zero put for it": (
        lambda: first(Design(model("quadratic", "sigmoid", "scaled-gelu"), 1)),
        lambda: first(
            Design(model("quadratic", "sigmoid", "scaled-gelu"), 1, ({"A": 0, "b_gate": 0}, {}))
        ),
    ),
    "tanh up to order 1, and a power put for it": (
        lambda: literal(make_mixture("perturbed-cosine", "softmax", "tanh"), 2, 0, 1),
        lambda: literal(make_mixture("perturbed-cosine", "softmax", "polynomial"), 2, 0, 1),
    ),
    "tanh with the perturbed router, and tau1 = tau2 = 0 put for it": (
        lambda: literal(make_mixture("perturbed-cosine", "softmax", "tanh"), 2, 1, 1),
        lambda: literal(make_mixture("cosine", "softmax", "tanh"), 2, 1, 1),
    ),
}


@pytest.mark.parametrize("name", list(OPPOSITES))
def test_a_claim_holds_and_its_alteration_fails(name):
    true, altered = OPPOSITES[name]
    assert true() == Answer.HOLDS
    assert altered() == Answer.FAILS
