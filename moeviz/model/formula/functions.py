"""The functions that formulas may call: one row each, with value, slope, derivative and LaTeX.

A function is added here, and in :mod:`moeviz.symbolic.kernel.functions` for the checker; nothing
else lists them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import torch

from moeviz.model.elementwise import sigmoid, softplus
from moeviz.model.formula.build import ONE, ZERO, add, call, minus, multiply, number, raised
from moeviz.model.formula.tree import Tree

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Function:
    """A function of one number.

    Attributes
    ----------
    value : callable
        From a tensor to the values.
    derivative : callable
        From the argument's tree and the function's own to the derivative's.
    latex : str
        With ``%s`` where the argument goes.
    both : callable or None
        From a tensor to values and slopes, with what they share computed once; None for functions
        that only derivatives call, which nobody may type.
    """

    value: Callable[[Tensor], Tensor]
    derivative: Callable[[Tree, Tree], Tree]
    latex: str
    both: Callable[[Tensor], tuple[Tensor, Tensor]] | None = None

    @property
    def typed(self) -> bool:
        """Whether a formula may call it."""
        return self.both is not None

    def value_and_slope(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """Return value and slope, both of the shape of `t`.

        Raises
        ------
        TypeError
            If the function is for derivatives only.
        """
        if self.both is None:
            raise TypeError("Expected a function that formulas may call, but got a derivative's.")
        return self.both(t)


def _step(t: Tensor) -> Tensor:
    return (t > 0).to(t.dtype)


def _normal_density(t: Tensor) -> Tensor:
    return torch.exp(t * t * -0.5) * (1.0 / math.sqrt(2.0 * math.pi))


def _exp(t: Tensor) -> tuple[Tensor, Tensor]:
    value = torch.exp(t)
    return value, value


def _sqrt(t: Tensor) -> tuple[Tensor, Tensor]:
    value = torch.sqrt(t)
    return value, 0.5 * value.reciprocal()


def _tanh(t: Tensor) -> tuple[Tensor, Tensor]:
    value = torch.tanh(t)
    return value, 1.0 - value * value


def _sigmoid(t: Tensor) -> tuple[Tensor, Tensor]:
    value = sigmoid(t)
    return value, value * (1.0 - value)


def _relu(t: Tensor) -> tuple[Tensor, Tensor]:
    slope = _step(t)
    return t * slope, slope


def _gelu(t: Tensor) -> tuple[Tensor, Tensor]:
    integral = torch.special.ndtr(t)
    density = torch.exp(t * t * -0.5).mul_(1.0 / math.sqrt(2.0 * math.pi))
    return t * integral, density.mul_(t).add_(integral)


def _named(name: str) -> str:
    return rf"{name}\left(%s\right)"


FUNCTIONS: Mapping[str, Function] = {
    "exp": Function(lambda t: torch.exp(t), lambda z, f: f, _named(r"\exp"), _exp),
    "log": Function(
        lambda t: torch.log(t),
        lambda z, f: raised(z, -1),
        _named(r"\log"),
        lambda t: (torch.log(t), t.reciprocal()),
    ),
    "sqrt": Function(
        lambda t: torch.sqrt(t),
        lambda z, f: multiply(number(Fraction(1, 2)), raised(f, -1)),
        r"\sqrt{%s}",
        _sqrt,
    ),
    "abs": Function(
        lambda t: torch.abs(t),
        lambda z, f: call("sign", z),
        r"\left|%s\right|",
        lambda t: (torch.abs(t), torch.sign(t)),
    ),
    "sin": Function(
        lambda t: torch.sin(t),
        lambda z, f: call("cos", z),
        _named(r"\sin"),
        lambda t: (torch.sin(t), torch.cos(t)),
    ),
    "cos": Function(
        lambda t: torch.cos(t),
        lambda z, f: minus(call("sin", z)),
        _named(r"\cos"),
        lambda t: (torch.cos(t), -torch.sin(t)),
    ),
    "tanh": Function(
        lambda t: torch.tanh(t), lambda z, f: add(minus(raised(f, 2)), ONE), _named(r"\tanh"), _tanh
    ),
    "sigmoid": Function(
        sigmoid, lambda z, f: multiply(f, add(minus(f), ONE)), _named(r"\sigma"), _sigmoid
    ),
    "softplus": Function(
        softplus,
        lambda z, f: call("sigmoid", z),
        _named(r"\mathrm{softplus}"),
        lambda t: (softplus(t), sigmoid(t)),
    ),
    "relu": Function(
        lambda t: t * _step(t), lambda z, f: call("step", z), _named(r"\mathrm{ReLU}"), _relu
    ),
    "gelu": Function(
        lambda t: t * torch.special.ndtr(t),
        lambda z, f: add(call("normal_cdf", z), multiply(z, call("normal_density", z))),
        _named(r"\mathrm{GELU}"),
        _gelu,
    ),
    "sign": Function(lambda t: torch.sign(t), lambda z, f: ZERO, _named(r"\mathrm{sign}")),
    "step": Function(_step, lambda z, f: ZERO, _named(r"\mathrm{step}")),
    "normal_cdf": Function(
        lambda t: torch.special.ndtr(t), lambda z, f: call("normal_density", z), _named(r"\Phi")
    ),
    "normal_density": Function(
        _normal_density, lambda z, f: minus(multiply(z, f)), _named(r"\varphi")
    ),
}
"""Functions of numbers. The slopes of relu and abs at 0 are taken to be 0.

PyTorch is named inside of functions alone, so that who lists models need not wait for it.
"""


@dataclass(frozen=True)
class Operation:
    """A function of whole vectors.

    Attributes
    ----------
    arguments : int
        How many it takes.
    latex : str
        With ``{0}`` and ``{1}`` where the arguments go.
    example : str
        How it is written.
    """

    arguments: int
    latex: str
    example: str


OPERATIONS: Mapping[str, Operation] = {
    "norm": Operation(1, r"\lVert {0} \rVert", "norm(x) or norm(b)"),
    "dot": Operation(2, r"{0}^\top {1}", "dot(b,x)"),
    "quad": Operation(2, r"{1}^\top {0} {1}", "quad(S,x)"),
    "sum": Operation(1, r"\sum_j {0}", "sum(exp(s))"),
    "winner": Operation(2, r"\mathbf{{1}}_{{\mathrm{{Top}}{1}}}({0})", "winner(s,2)"),
}
"""Functions of vectors, written out in numbers by :mod:`moeviz.model.formula.spell`.

``quad(S,x)`` is the form of a symmetric matrix, given by its entries on and above the diagonal;
``quad(A,x)`` that of one given by all its entries. ``winner(s,K)`` is 1 for the K largest scores,
the first ones of equal ones, and 0 for the others.
"""

TYPED: tuple[str, ...] = tuple(name for name, row in FUNCTIONS.items() if row.typed)
"""Functions of a number that a formula may call."""
