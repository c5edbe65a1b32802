"""Measures of two atoms whose gate and experts are made of the same functions, and their densities.

With two classes a measure of two atoms is a gate s and two logits u, v. Others have any of these
three functions, or their opposites, in each place. With more classes the gate stays and the
experts' classes are renamed. A gate that reads M(X) keeps its place.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import flint
import sympy

from moeviz.errors import Cancelled
from moeviz.symbolic.catalogue.enclosing import BITS, Row, enclosed, number
from moeviz.symbolic.catalogue.parts import Design
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.ground import Log, Number
from moeviz.symbolic.questions.checks import independence
from moeviz.symbolic.questions.claims import Stop
from moeviz.symbolic.reading.expressions import categorical
from moeviz.symbolic.reading.families import derivatives

PLACES = (Fraction(3, 7), Fraction(-5, 4), Fraction(11, 6))
"""Inputs at which densities are told apart."""


@dataclass(frozen=True)
class Line:
    """A slope times what is read, plus the logarithm of a number.

    Attributes
    ----------
    slope : Fraction
    scale : Fraction
        e to the intercept.
    """

    slope: Fraction
    scale: Fraction

    def __neg__(self) -> Line:
        return Line(-self.slope, 1 / self.scale)

    def __sub__(self, other: Line) -> Line:
        return Line(self.slope - other.slope, self.scale / other.scale)

    def odds(self, read: str) -> str:
        """Return the formula of e to the line."""
        return f"{self.scale}*exp({self.slope}*{read})" if self.slope else str(self.scale)

    def ball(self, read: flint.arb) -> flint.arb:
        """Return the value's enclosure."""
        return number(self.slope) * read + number(self.scale).log()


Logits = tuple[Line, ...]


@dataclass(frozen=True)
class Two:
    """A measure of two atoms: the gate's log-odds, and the logits of both experts.

    Attributes
    ----------
    gate : Line
        Of the first atom against the second.
    experts : tuple of Logits
    """

    gate: Line
    experts: tuple[Logits, Logits]

    @property
    def turned(self) -> Two:
        """The same measure with its atoms in the other order."""
        return Two(-self.gate, (self.experts[1], self.experts[0]))

    @property
    def allowed(self) -> bool:
        """Whether section 2 has it: a gate that reads the input, and experts that differ."""
        return self.gate.slope != 0 and self.experts[0] != self.experts[1]


def another(name: str, design: Design, should_stop: Stop = None) -> Test:
    """Test that no other measure of the same functions has a design's density.

    Parameters
    ----------
    name : str
        What is tested, in words.
    design : Design
        Two atoms, one input, classes.
    should_stop : callable, optional

    Notes
    -----
    At special parameters fewer others are there: some are the measure itself, have no gate that
    reads the input, or coincide. Those that are there differ nearby too. So a search may go from
    special parameters that hold to more general ones where as many others are there, as with a
    gauge of one size: the test's family are the others.
    """
    start = time.perf_counter()
    own = _measure(design)
    read = sympy.diff(design.atom.score, design.atom.gate[0])
    rows: list[Row] = []
    tried: list[Two] = []
    before = flint.ctx.prec
    flint.ctx.prec = BITS
    try:
        for other in _others(own, moves=read == design.atom.inputs[0]):
            if should_stop is not None and should_stop():
                raise Cancelled("The check was cancelled.")
            tried.append(other)
            apart = _apart(own, other, read)
            if apart is not None:
                rows.append(apart)
                continue
            test = independence(name, _pair(design, own, other, read), should_stop)
            if test.answer != Answer.HOLDS:
                return test
    finally:
        flint.ctx.prec = before
    closest = min((abs(value).lower() for _, _, value in rows), default=flint.arb(0))
    words = (
        f"{len(tried)} other measures have gate and experts of the same functions. The density of "
        f"each differs from this one's at some input, by {closest.str(3, radius=False)} at least."
    )
    rows.sort(key=lambda row: abs(row[2]).lower())
    test = enclosed(name, Answer.HOLDS, "g_G(x) - g_{G'}(x)", rows, words, start)
    return replace(test, family=tuple(tried))


def _measure(design: Design) -> Two:
    """Return a design's measure."""
    atom = design.atom
    gates, experts = [], []
    for point in design.points(atom):
        values = {s.name: value for s, value in point.items()}
        gates.append(Line(_rational(values[atom.gate[0].name]), _scale(values[atom.offset.name])))
        numbers = sorted(n[1:] for n in values if n == "a" or n.startswith("a_"))
        experts.append(
            tuple(Line(_rational(values[f"a{n}"]), _scale(values[f"b{n}"])) for n in numbers)
        )
    return Two(gates[0] - gates[1], (experts[0], experts[1]))


def _rational(value: Number) -> Fraction:
    if isinstance(value, Log):
        raise TypeError(f"Expected a rational slope, but got {value}.")
    return Fraction(value)


def _scale(value: Number) -> Fraction:
    """Return e to an intercept, which is the log of a rational number, or 0."""
    if isinstance(value, Log):
        return Fraction(value.argument)
    if value == 0:
        return Fraction(1)
    raise TypeError(f"Expected an intercept that is a logarithm, but got {value}.")


def _others(own: Two, moves: bool) -> Iterator[Two]:
    """Yield the other measures that are made of the same functions, each once.

    Parameters
    ----------
    own : Two
    moves : bool
        Whether the gate's function may be an expert's.
    """
    known = {own, own.turned}
    for other in _exchanged(own, moves) if len(own.experts[0]) == 1 else _renamed(own):
        if other.allowed and other not in known:
            known |= {other, other.turned}
            yield other


def _exchanged(own: Two, moves: bool) -> Iterator[Two]:
    """Yield measures of the same functions and their opposites; some may be there twice."""
    lines = [own.gate, own.experts[0][0], own.experts[1][0]]
    gates, logits = (lines, lines) if moves else (lines[:1], lines[1:])
    signed = [sign for logit in logits for sign in (logit, -logit)]
    for gate, first, second in itertools.product(gates, signed, signed):
        yield Two(gate, ((first,), (second,)))


def _renamed(own: Two) -> Iterator[Two]:
    """Yield measures with the same gate whose experts' classes have other names."""
    for pair in (own.experts, own.experts[::-1]):
        for first, second in itertools.product(*(_classes_renamed(e) for e in pair)):
            yield Two(own.gate, (first, second))


def _classes_renamed(expert: Logits) -> Iterator[Logits]:
    """Yield an expert's logits with its classes in every order; the last one's is 0."""
    for order in itertools.permutations((*expert, Line(Fraction(0), Fraction(1)))):
        yield tuple(logit - order[-1] for logit in order[:-1])


def _apart(own: Two, other: Two, read: sympy.Expr) -> Row | None:
    """Return at which input, and for which class, two densities surely differ; None if nowhere."""
    text = str(read)
    best: Row | None = None
    for x in PLACES:
        at = number(x), number(x) if read.is_Symbol else number(x).tanh()
        pairs = zip(_density(own, *at), _density(other, *at), strict=True)
        for place, (mine, theirs) in enumerate(pairs):
            value = mine - theirs
            if value.contains(0):
                continue
            if best is None or abs(value).lower() > abs(best[2]).lower():
                formula = f"{_text(own, place, text)} - ({_text(other, place, text)})"
                best = formula, {"x1": [str(x)]}, value
        if best is not None:
            return best
    return None


def _density(measure: Two, x: flint.arb, read: flint.arb) -> list[flint.arb]:
    """Return the enclosures of all classes' probabilities."""
    weight = measure.gate.ball(read).exp()
    each = []
    for expert in measure.experts:
        odds = [*(logit.ball(x).exp() for logit in expert), flint.arb(1)]
        total = sum(odds, flint.arb(0))
        each.append([o / total for o in odds])
    return [(weight * p + q) / (1 + weight) for p, q in zip(*each, strict=True)]


def _text(measure: Two, place: int, read: str) -> str:
    """Return the formula of a class's probability."""
    shares = []
    for expert in measure.experts:
        logits = (*expert, Line(Fraction(0), Fraction(1)))
        others = [logit - logits[place] for k, logit in enumerate(logits) if k != place]
        shares.append(f"1/({' + '.join(['1', *(line.odds('x1') for line in others)])})")
    weight = measure.gate.odds(read)
    return f"({weight}*{shares[0]} + {shares[1]})/({weight} + 1)"


def _pair(design: Design, own: Two, other: Two, read: sympy.Expr) -> Family:
    """Return two densities as a family, which is dependent only if they are the same."""
    x = design.atom.inputs
    values: dict[sympy.Symbol, Number] = {}
    densities = []
    for mark, measure in (("", own), ("_o", other)):
        weight = sympy.exp(_symbols(f"beta{mark}", f"w{mark}", measure.gate, read, values))
        experts = []
        for j, expert in enumerate(measure.experts, start=1):
            logits = [
                _symbols(f"a{mark}_{s}__{j}", f"b{mark}_{s}__{j}", logit, x[0], values)
                for s, logit in enumerate(expert, start=1)
            ]
            experts.append(categorical(logits))
        pairs = zip(*experts, strict=True)
        densities.append([(weight * p + q) / (weight + 1) for p, q in pairs])
    t = sympy.symbols("t1 t2", real=True)
    return derivatives(
        [t[0] * mine + t[1] * theirs for mine, theirs in zip(*densities, strict=True)],
        x,
        (*values, *t),
        {},
        [{**values, **dict.fromkeys(t, 0)}],
        [[(s,) for s in t]],
        labels=["g_{G}", "g_{G'}"],
    )


def _symbols(
    slope: str, scale: str, line: Line, read: sympy.Expr, values: dict[sympy.Symbol, Number]
) -> sympy.Expr:
    """Return a line in symbols, whose values are noted."""
    a, b = sympy.Symbol(slope, real=True), sympy.Symbol(scale, real=True)
    values |= {a: line.slope, b: Log(line.scale)}
    return a * read + b
