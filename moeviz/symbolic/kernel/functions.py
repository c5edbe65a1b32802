"""The functions that the checker knows: one row each, for every reading of a formula.

A function of the language of formulas has a row in :mod:`moeviz.model.formula.functions` and one
here: what it is in sympy, in a tower, at a point, in balls, at high precision and as a tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import flint
import mpmath
import sympy
import torch

from moeviz.symbolic.kernel.generators import Kind

sigmoid = sympy.Function("sigmoid")
"""1 / (1 + e^-t)."""

softplus = sympy.Function("softplus")
"""log(1 + e^t)."""

relu = sympy.Function("relu")
"""max(t, 0)."""

gelu = sympy.Function("gelu")
"""t times the standard normal distribution function at t."""

normal_cdf = sympy.Function("normal_cdf")
"""The standard normal distribution function."""

log_abs = sympy.Function("log_abs")
"""log |t|."""

Ball = flint.arb


def _missing(*_: Any) -> Any:
    """Stand for a reading that a function does not have."""
    raise TypeError("Expected a reading that this function has; give it one in its row.")


def _constant(tower: Any, g: Any, argument: Any) -> None:
    """Stand for the rule of a generator that has no derivative."""


def _called(name: str) -> Callable[[Any], Any]:
    """Return PyTorch's function of a name, which is looked up when it is called."""
    return lambda t: attrgetter(name)(torch)(t)


@dataclass(frozen=True)
class Function:
    """A function of one number; what has no meaning for it is left out.

    Attributes
    ----------
    name : str
        In the language of formulas; empty for what no formula calls.
    written : callable
        From an expression to the function of it.
    kind : Kind or None
        The generator that it becomes in a tower.
    embedded : callable
        From a tower and an embedded argument to what it becomes there instead.
    rule : callable
        From a tower, the generator g and its argument a to phi with dg = phi da; to None where
        there is none.
    at : callable
        From a ground and the argument at a point to the value there.
    ball : callable
        From an argument's enclosure to the value's.
    precise, tensor : callable
        In mpmath and in torch.
    sign : int or None
        1 where all values are positive, 0 where none is negative.
    """

    name: str
    written: Callable[[Any], Any] = _missing
    kind: Kind | None = None
    embedded: Callable[[Any, Any], Any] = _missing
    rule: Callable[[Any, Any, Any], Any] = _constant
    at: Callable[[Any, Any], Any] = _missing
    ball: Callable[[Ball], Ball] = _missing
    precise: Callable[[Any], Any] = _missing
    tensor: Callable[[Any], Any] = _missing
    sign: int | None = None


ROWS = (
    Function(
        "exp",
        sympy.exp,
        Kind.EXP,
        rule=lambda tower, g, a: g,
        at=lambda ground, a: ground.exp(a),
        ball=lambda a: a.exp(),
        precise=mpmath.exp,
        tensor=_called("exp"),
        sign=1,
    ),
    Function(
        "log",
        sympy.log,
        Kind.LOG,
        rule=lambda tower, g, a: tower.inverse(a),
        at=lambda ground, a: ground.log(a, positive=True),
        ball=lambda a: a.log(),
        precise=mpmath.log,
        tensor=_called("log"),
    ),
    Function(
        "",
        log_abs,
        Kind.LOG_ABS,
        rule=lambda tower, g, a: tower.inverse(a),
        at=lambda ground, a: ground.log(a, positive=False),
        ball=lambda a: abs(a).log(),
        precise=lambda t: mpmath.log(abs(t)),
        tensor=lambda t: t.abs().log(),
    ),
    Function(
        "sin",
        sympy.sin,
        Kind.SIN,
        rule=lambda tower, g, a: tower.generator(Kind.COS, a),
        at=lambda ground, a: ground.odd(Kind.SIN, a),
        ball=lambda a: a.sin(),
        precise=mpmath.sin,
        tensor=_called("sin"),
    ),
    Function(
        "cos",
        sympy.cos,
        Kind.COS,
        rule=lambda tower, g, a: -tower.generator(Kind.SIN, a),
        at=lambda ground, a: ground.cos(a),
        ball=lambda a: a.cos(),
        precise=mpmath.cos,
        tensor=_called("cos"),
    ),
    Function(
        "tanh",
        sympy.tanh,
        Kind.TANH,
        rule=lambda tower, g, a: 1 - g**2,
        at=lambda ground, a: ground.tanh(a),
        ball=lambda a: a.tanh(),
        precise=mpmath.tanh,
        tensor=_called("tanh"),
    ),
    Function(
        "sigmoid",
        sigmoid,
        Kind.SIGMOID,
        rule=lambda tower, g, a: g - g**2,
        at=lambda ground, a: ground.logistic(a),
        ball=lambda a: 1 / (1 + (-a).exp()),
        precise=lambda t: 1 / (1 + mpmath.exp(-t)),
        tensor=_called("sigmoid"),
        sign=1,
    ),
    Function(
        "softplus",
        softplus,
        Kind.SOFTPLUS,
        rule=lambda tower, g, a: tower.generator(Kind.SIGMOID, a),
        at=lambda ground, a: ground.softplus(a),
        ball=lambda a: (1 + a.exp()).log(),
        precise=lambda t: mpmath.log(1 + mpmath.exp(t)),
        tensor=_called("nn.functional.softplus"),
        sign=1,
    ),
    Function(
        "relu",
        relu,
        Kind.RELU,
        rule=lambda tower, g, a: tower.generator(Kind.STEP, a),
        ball=lambda a: (a + abs(a)) / 2,
        precise=lambda t: t if t > 0 else mpmath.mpf(0),
        tensor=_called("relu"),
        sign=0,
    ),
    Function(
        "gelu",
        gelu,
        embedded=lambda tower, a: a * tower.generator(Kind.CDF, a),
        ball=lambda a: a * (1 + (a / Ball(2).sqrt()).erf()) / 2,
        precise=lambda t: t * mpmath.ncdf(t),
        tensor=_called("nn.functional.gelu"),
    ),
    Function(
        "abs",
        sympy.Abs,
        embedded=lambda tower, a: tower.size(a),
        ball=abs,
        precise=abs,
        tensor=_called("abs"),
    ),
    Function(
        "sqrt",
        sympy.sqrt,
        Kind.ROOT,
        rule=lambda tower, g, a: tower.inverse(g) / 2,
        at=lambda ground, a: ground.root(a),
        ball=lambda a: a.sqrt(),
        sign=0,
    ),
    Function(
        "normal_cdf",
        normal_cdf,
        Kind.CDF,
        rule=lambda tower, g, a: tower.generator(Kind.DENSITY, a),
        at=lambda ground, a: ground.cdf(a),
        ball=lambda a: (1 + (a / Ball(2).sqrt()).erf()) / 2,
        precise=mpmath.ncdf,
        tensor=_called("special.ndtr"),
        sign=1,
    ),
    Function(
        "normal_density",
        lambda z: sympy.exp(-(z**2) / 2) / sympy.sqrt(2 * sympy.pi),
        Kind.DENSITY,
        rule=lambda tower, g, a: -a * g,
        at=lambda ground, a: ground.density(a),
        ball=lambda a: (-(a * a) / 2).exp() / (2 * Ball.pi()).sqrt(),
        sign=1,
    ),
    Function("sign", sympy.sign),
    Function(
        "step",
        lambda z: sympy.Heaviside(z, 0),
        Kind.STEP,
        rule=lambda tower, g, a: tower.generator(Kind.KINK, a),
        sign=0,
    ),
    Function("", kind=Kind.KINK, at=lambda ground, a: ground.kink(a)),
    Function(
        "",
        lambda t: 1 / t,
        Kind.INVERSE,
        rule=lambda tower, g, a: -(g**2),
        at=lambda ground, a: ground.inverse(a),
        ball=lambda a: 1 / a,
    ),
)

BY_NAME: Mapping[str, Function] = {row.name: row for row in ROWS if row.name}
"""What formulas and their derivatives call."""

BY_KIND: Mapping[Kind, Function] = {row.kind: row for row in ROWS if row.kind}
"""What the generators of a tower stand for."""

BY_HEAD: Mapping[Any, Function] = {
    row.written: row
    for row in ROWS
    if isinstance(row.written, sympy.FunctionClass) and row.precise is not _missing
}
"""What the checker's expressions call."""
