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
    """

    name: str
    symbols: re.Pattern[str]
    vectors: tuple[str, ...]
    words: str


MOST_INPUTS = 32
MOST_GATES = 6

SCORE = Kind(
    "score",
    re.compile(rf"x([1-9]|[12][0-9]|3[0-2])|b[1-{MOST_GATES}]"),
    ("x", "b"),
    f"the inputs x1 to x{MOST_INPUTS} and the gate parameters b1 to b{MOST_GATES}",
)
"""A score s(x; beta), without its offset, which the model adds."""

EXPERT = Kind(
    "expert",
    re.compile(r"t[12]?|s[12]"),
    (),
    "the predictor t (or two of them, t1 and t2) and the scalars s1 and s2",
)
"""An expert h(t; s) of one or two linear predictors t = a.x + b."""
