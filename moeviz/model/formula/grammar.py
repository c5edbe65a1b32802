"""The language of formulas: its grammar, its limits, and what each kind of formula may name."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 400
"""Characters of a formula; more is refused before anything is read."""

DEEPEST = 20
"""Levels of brackets and of a formula's tree."""

LARGEST = 200
"""Nodes of a formula's tree."""

LARGEST_EXPONENT = 8
"""Exponents are whole numbers from minus this to this."""

GRAMMAR = r"""
    ?start: sum
    ?sum: product
        | sum "+" product        -> plus
        | sum "-" product        -> less
    ?product: signed
        | product "*" signed     -> times
        | product "/" signed     -> over
    ?signed: power
        | "-" signed             -> negative
        | "+" signed
    ?power: atom
        | atom ("^" | "**") exponent  -> power
    ?exponent: power
        | "-" exponent           -> negative
    ?atom: NUMBER                -> number
        | NAME                   -> symbol
        | NAME "(" [sum ("," sum)*] ")"  -> call
        | "(" sum ")"

    NUMBER: /[0-9]+(\.[0-9]+)?|\.[0-9]+/
    NAME: /[A-Za-z][A-Za-z0-9]*/
    %ignore / +/
"""


@dataclass(frozen=True)
class Kind:
    """What a formula is for, and so what it may name.

    Attributes
    ----------
    name : str
        What it is called in messages.
    symbols : re.Pattern
        The names of its symbols.
    vectors : tuple of str
        Names that stand for whole vectors, inside norm and dot only.
    words : str
        Its names, for people.
    operations : tuple of str
        Functions of vectors that it may call.
    entries : bool
        Whether functions of numbers may be taken of vectors, entry by entry.
    constants : tuple of str
        Names of constants that have their values elsewhere.
    """

    name: str
    symbols: re.Pattern[str]
    vectors: tuple[str, ...]
    words: str
    operations: tuple[str, ...] = ()
    entries: bool = False
    constants: tuple[str, ...] = ()


MOST_INPUTS = 32
MOST_GATES = 6

SCORE = Kind(
    "score",
    re.compile(rf"x([1-9]|[12][0-9]|3[0-2])|b[1-{MOST_GATES}]"),
    ("x", "b"),
    f"the inputs x1 to x{MOST_INPUTS} and the gate parameters b1 to b{MOST_GATES}",
    ("norm", "dot"),
)
"""A score s(x; beta), without its offset, which the model adds."""

EXPERT = Kind(
    "expert",
    re.compile(r"t[12]?|s[12]"),
    (),
    "the predictor t (or two of them, t1 and t2) and the scalars s1 and s2",
)
"""An expert h(t; s) of one or two linear predictors t = a.x + b."""

ROUTER = Kind(
    "router",
    re.compile(r"h|x[1-9][0-9]*|b[1-9][0-9]*"),
    ("x", "b", "A", "S"),
    "the input x, the gate parameters b, a matrix A or S before them, and the expert's value h",
    ("norm", "dot", "quad"),
    entries=True,
)
"""A registered score, without its offset: a score's language with matrices, functions of vectors
entry by entry, and the expert's own value."""

UNITS = Kind(
    "expert with units",
    re.compile(r"t[1-9]?|s[1-9]?"),
    (),
    "the predictor t and the scalars s, each a number or, inside of dot, a vector",
    ("dot",),
    entries=True,
)
"""A registered expert: an expert's language with sums over units."""

WEIGHT = Kind(
    "weight",
    re.compile(r"s"),
    (),
    "the atom's score s, which inside of sum and winner is that of every atom",
    ("sum", "winner"),
    entries=True,
)
"""A registered gate."""

AFFINITY = Kind(
    "affinity",
    re.compile(r"h"),
    ("h",),
    "the expert's answer h, which inside of sum is that of every expert and inside of norm whole",
    ("sum", "norm"),
    entries=True,
)
"""What competition reads off an expert's answer, entry by entry."""
