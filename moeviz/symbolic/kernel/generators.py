"""What the generators of a tower are, and the functions that they stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import sympy

from moeviz.symbolic.kernel.functions import log_abs, normal_cdf, relu, sigmoid, softplus


class Kind(Enum):
    """What a generator is."""

    INPUT = "input"
    PARAMETER = "parameter"
    EXP = "exp"
    SIGMOID = "sigmoid"
    TANH = "tanh"
    SOFTPLUS = "softplus"
    CDF = "normal distribution function"
    DENSITY = "normal density"
    RELU = "relu"
    STEP = "step"
    KINK = "point mass on the kink"
    SIN = "sin"
    COS = "cos"
    LOG = "log"
    LOG_ABS = "log of the size"
    ROOT = "square root"
    INVERSE = "inverse"


UNARY = {
    sympy.exp: Kind.EXP,
    sigmoid: Kind.SIGMOID,
    sympy.tanh: Kind.TANH,
    softplus: Kind.SOFTPLUS,
    normal_cdf: Kind.CDF,
    sympy.sin: Kind.SIN,
    sympy.cos: Kind.COS,
    sympy.log: Kind.LOG,
    log_abs: Kind.LOG_ABS,
}

WRITTEN: dict[Kind, Callable[[sympy.Expr], sympy.Expr]] = {
    **{kind: function for function, kind in UNARY.items()},
    Kind.RELU: relu,
    Kind.ROOT: sympy.sqrt,
    Kind.INVERSE: lambda t: 1 / t,
}
"""The function that a generator of a typed formula stands for."""


@dataclass(frozen=True)
class Generator:
    """One generator of a tower.

    Attributes
    ----------
    symbol : sympy.Symbol
    kind : Kind
    argument : sympy.Expr or None
        A polynomial in earlier generators; None for inputs and parameters.
    """

    symbol: sympy.Symbol
    kind: Kind
    argument: sympy.Expr | None
