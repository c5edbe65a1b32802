"""Certificates as plain data: what is written, and what script, LaTeX and page read.

Numbers are texts of fractions, so that nothing is lost on the way; formulas are texts in the names
under "symbols". The script's own program reads the same data and knows nothing of these types.
"""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

Kind = Literal[
    "relation",
    "determinant",
    "counter-sequence",
    "dual matrix",
    "identity",
    "value",
    "constants",
]
"""How a certificate is read."""

Numbers = dict[str, str]
"""Numbers by the names of symbols."""


class Symbols(TypedDict):
    """The names that formulas are written in."""

    inputs: list[str]
    parameters: list[str]


class Member(TypedDict):
    """A derivative of a function at an atom (from 1), with its coefficient in a relation."""

    label: str
    atom: int
    by: list[str]
    coefficient: NotRequired[str]


class Kink(TypedDict):
    """A hyperplane slope . x + intercept = 0."""

    slope: Numbers
    intercept: str


_PieceOf = TypedDict("_PieceOf", {"class": int, "kink": Kink | None})


class PieceOf(_PieceOf):
    """A piece of the inputs: the value of a discrete response (from 1), the kink that it is on."""


class BlockMatrix(TypedDict):
    """A matrix over some parameters of one atom (from 1)."""

    atom: int
    parameters: list[str]
    rows: list[list[str]]


class StatedTerm(TypedDict):
    """A term of a stated relation: a coefficient times a derivative of a function (from 1)."""

    coefficient: str
    by: list[str]
    function: int


class Enclosure(TypedDict):
    """A formula's value at an input, or over an interval of each."""

    formula: str
    inputs: dict[str, list[str]]
    value: str


_Measured = TypedDict(
    "_Measured",
    {
        "epsilon": list[str],
        "function": list[str],
        "loss": list[str],
        "function order": str,
        "loss order": str,
        "exact": bool,
        "atoms": int,
    },
)


class Measured(_Measured):
    """How fast function and loss go to zero along a counter-sequence."""


class Spot(TypedDict):
    """A left side at one place, in double precision, and the largest of its terms."""

    inputs: dict[str, float]
    residual: float
    size: float


_Certificate = TypedDict(
    "_Certificate",
    {
        "kind": Kind,
        "latex": str,
        # What it is made of: formulas, names, atoms, the box of the inputs, its pieces.
        "functions": list[str],
        "symbols": Symbols,
        "points": list[Numbers],
        "support": list[list[str]],
        "domain": list[str],
        "point masses": bool,
        "pieces": list[PieceOf],
        # What it says.
        "where": str,
        "members": list[Member],
        "relations in all": int,
        "rank": int,
        "columns": list[int],
        "inputs": "list[dict[str, str | int]] | Numbers",
        "determinant": str,
        "bits": int,
        "gauge": list[list[Member]],
        "relations": list[list[Member]],
        "all relations": list[str],
        "matrices": list[BlockMatrix],
        "atoms needed": list[int],
        "sequence": Measured,
        "constants": Numbers,
        "terms": list[StatedTerm],
        "kink": Kink,
        "value": str,
        "enclosures": list[Enclosure],
        "spot": list[Spot],
    },
    total=False,
)


class Certificate(_Certificate, total=False):
    """A certificate; its kind says which entries it has. An undecided test's is empty."""
