"""What the generators of a tower are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy


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

    # Members are looked up a million times; an Enum's own hash is that of its name, in Python.
    __hash__ = object.__hash__


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
