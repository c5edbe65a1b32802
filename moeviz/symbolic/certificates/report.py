"""What a check says: an answer in words, its certificate, and the steps that lead there."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy

from moeviz.symbolic.certificates.types import Certificate
from moeviz.symbolic.kernel.ground import Log, Number, Point


class Answer(StrEnum):
    """The four verdicts."""

    HOLDS = "holds"
    FAILS = "fails"
    CONDITIONAL = "holds under a condition"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Step:
    """One step of a decision, for people.

    Attributes
    ----------
    title : str
    lines : tuple of str
        Plain words; text between dollars is LaTeX.
    """

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Test:
    """One test of a claim.

    Attributes
    ----------
    name : str
        What is tested, in words.
    answer : Answer
    condition : str
        The named condition, or why the test is undecided; empty otherwise.
    certificate : Certificate
        JSON-able; its "kind" says how to read it.
    steps : tuple of Step
    seconds : float
    family, relations : object or None
        The :class:`moeviz.symbolic.kernel.family.Family` that was decided and its
        :class:`moeviz.symbolic.kernel.relations.Relations`, for whoever wants to look again; not in
        the JSON.
    along : object or None
        The :class:`moeviz.symbolic.questions.sequence.CounterSequence` of a certificate that has
        one; not in the JSON.
    """

    name: str
    answer: Answer
    condition: str = ""
    certificate: Certificate = field(default_factory=Certificate)
    steps: tuple[Step, ...] = ()
    seconds: float = 0.0
    family: Any = field(default=None, compare=False, repr=False)
    relations: Any = field(default=None, compare=False, repr=False)
    along: Any = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Return the test as plain data."""
        return {
            "name": self.name,
            "verdict": str(self.answer),
            "condition": self.condition,
            "certificate": self.certificate,
            "steps": [{"title": s.title, "lines": list(s.lines)} for s in self.steps],
            "seconds": round(self.seconds, 3),
        }


def number_text(value: Number) -> str:
    """Return a number as text that :func:`number_from` reads."""
    return f"log({value.argument})" if isinstance(value, Log) else str(Fraction(value))


def number_from(text: str) -> Number:
    """Return the number that a text of :func:`number_text` stands for."""
    if text.startswith("log("):
        return Log(Fraction(text[4:-1]))
    return Fraction(text)


def point_json(point: Point) -> dict[str, str]:
    """Return a point as text by parameter."""
    return {symbol.name: number_text(value) for symbol, value in point.items()}


@lru_cache(maxsize=1024)
def fraction_latex(value: Fraction) -> str:
    """Return a fraction's LaTeX."""
    return str(sympy.latex(sympy.Rational(value.numerator, value.denominator)))
