r"""Claims of `multinomial` on the gate's weights at huge inputs (§4, after Definition 4.1).

The paper says that with a linear score "the weight distribution will become uniform" when the
input is huge. The first of two weights is :math:`\sigma(b x + c)`, with b the difference of the
gates: it goes to 1 on one side and to 0 on the other. What a map M does to that is asked map by
map.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction

import flint
import sympy

from moeviz.symbolic.catalogue.enclosing import BITS, Row, enclosed, logistic, number
from moeviz.symbolic.catalogue.multinomial import design_of
from moeviz.symbolic.catalogue.multinomial_maps import MAPS
from moeviz.symbolic.catalogue.parts import Design, relation
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.ground import Log, Number
from moeviz.symbolic.questions.claims import GENERIC, Asks, Check, Claim, Stop
from moeviz.symbolic.questions.pde import Statement, Term
from moeviz.symbolic.reading.expressions import dot, norm

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS
PAPER = "multinomial"
WHERE = "§4, after Definition 4.1"
WHY = (
    "Where one expert takes all, no data tell the others; where weights are uniform, no gate does."
)

NEAR = Fraction(1, 1000)
"""What counts as near to a limit; at the farthest inputs the weights are much nearer, or not."""

FAR = (10, 100, 1000)
"""Inputs' magnitudes."""

WIDE = 100
"""Half-width of the inputs over which a bounded map is enclosed."""

RANGES = {"tanh": (-1, 1), "cos": (-1, 1), "sin": (-1, 1), "sigmoid": (0, 1)}
"""The values that bounded maps have."""

POWERS = {"x3": 3, "x4": 4}


def claims() -> list[Claim]:
    """Return the claims on huge inputs."""
    return [_linear(), _unit(), *(_map(name) for name in (*RANGES, *POWERS, "log"))]


def _linear() -> Claim:
    design = design_of(2)
    equal = Design(design.mixture, 1, share=("beta1",))
    return Claim(
        "M11.linear",
        PAPER,
        WHERE,
        "With a linear score the gate's weights become uniform when the input is huge "
        "($d = 1$, two atoms).",
        HOLDS,
        "It says that for a huge input the weight distribution will become uniform.",
        (_value(design, "uniform"),),
        (
            _value(design, "one expert"),
            _value(equal, "one expert", "no two atoms with equal gates"),
        ),
        "One expert takes all: the one with the largest gate along the input.",
        WHY,
        "multinomial-exact",
    )


def _unit() -> Claim:
    return Claim(
        "M11.unit",
        PAPER,
        WHERE,
        r"With $M = X / \|X\|$ the score depends on the input's direction alone: a huge input has "
        "the weights of a small one ($d = 2$).",
        HOLDS,
        "The normalisation is said to keep the input's magnitude at one.",
        (_along_ray(),),
        why=WHY,
        study="multinomial-exact",
    )


def _along_ray() -> Check:
    """Return the identity that a normalised score does not change along a ray."""
    x = sympy.symbols("x1 x2", real=True)
    beta = sympy.symbols("beta1_1 beta1_2", real=True)
    statement = Statement(
        (dot(beta, x) / norm(x),),
        beta,
        x,
        tuple(Term(each, (each,)) for each in x),
        r"x \cdot \frac{\partial}{\partial x}\, \frac{\beta^\top x}{\|x\|} = 0",
        "s",
    )
    return relation("the score's slope along the ray of the input, for all inputs", statement)


def _map(name: str) -> Claim:
    return Claim(
        f"M11.{name}",
        PAPER,
        WHERE,
        rf"With $M = {MAPS[name][0]}$ every weight stays above a positive number, however huge the "
        "input ($d = 1$, two atoms).",
        HOLDS,
        "Definition 4.1 asks for a bounded M, and the paper names this one as an example."
        if name != "log"
        else "Definition 4.1 asks for a bounded M, and Appendix D uses this one.",
        (_bounded(name) if name in RANGES else _value(design_of(2), name),),
        why=WHY,
        study="multinomial-exact",
    )


def _gates(design: Design) -> tuple[Fraction, Fraction]:
    """Return the difference of two gates, and e to that of the offsets."""
    atom = design.atom
    first, second = design.points(atom)
    slope = Fraction(_plain(first[atom.gate[0]])) - Fraction(_plain(second[atom.gate[0]]))
    return slope, _scale(first[atom.offset]) / _scale(second[atom.offset])


def _plain(value: Number) -> Fraction | int:
    if isinstance(value, Log):
        raise TypeError(f"Expected a rational gate, but got {value}.")
    return value


def _scale(value: Number) -> Fraction:
    """Return e to an offset, which is the logarithm of a rational number."""
    if not isinstance(value, Log):
        raise TypeError(f"Expected an offset that is a logarithm, but got {value}.")
    return Fraction(value.argument)


def _value(design: Design, asked: str, special: str = GENERIC) -> Check:
    def decide(should_stop: Stop) -> Test:
        return _far(design, asked)

    return Check(decide, special, asks=Asks.VALUE)


def _far(design: Design, asked: str) -> Test:
    """Test where the weight of one of two atoms goes as the input grows.

    Parameters
    ----------
    design : Design
    asked : str
        "uniform" and "one expert" ask of the linear score what it does on both sides. A map's
        name asks whether the smaller weight stays positive.
    """
    start = time.perf_counter()
    before = flint.ctx.prec
    flint.ctx.prec = BITS
    try:
        slope, scale = _gates(design)
        rows = (
            _linear_rows(slope, scale)
            if asked in ("uniform", "one expert")
            else _map_rows(asked, slope, scale)
        )
        ends = [value for _, _, value in rows[-2:]]
        half = number(Fraction(1, 2))
        if asked == "uniform":
            reached = all(abs(value - half) < number(NEAR) for value in ends)
        elif asked == "one expert":
            reached = all(min(value, 1 - value) < number(NEAR) for value in ends)
        else:
            reached = not ends[-1] < number(NEAR)
    finally:
        flint.ctx.prec = before
    kept = asked not in ("uniform", "one expert")
    words = (
        f"The enclosures of the smaller weight are {', '.join(v.str(5) for *_, v in rows)}: it is "
        "monotone in the input's size, and below every bound."
        if kept
        else f"The weight is {', '.join(v.str(5) for *_, v in rows)} at these inputs, in turn on "
        "the right and on the left, and monotone between and beyond them."
    )
    names = {
        "uniform": "the weights of a linear score are near 1/2 at huge inputs",
        "one expert": "one weight of a linear score is near 1 at huge inputs",
    }
    return enclosed(
        names.get(asked, "the smaller weight stays positive"),
        HOLDS if reached else FAILS,
        r"\sigma(b x + c),\ x = 10, -10, 100, \dots"
        if not kept
        else r"\sigma(-b\,M(x) - c),\ x = 10^3, 10^{30}, 10^{300}"
        if asked == "log"
        else r"\sigma(-b\,M(x) - c),\ |x| = 1, 3, 10",
        rows,
        words,
        start,
    )


def _linear_rows(slope: Fraction, scale: Fraction) -> Sequence[Row]:
    rising = f"{slope}*x1 + " if slope else ""
    formula = f"sigmoid({rising}log({scale}))"
    return [
        (formula, {"x1": [str(x)]}, logistic(number(slope * x) + number(scale).log()))
        for far in FAR
        for x in (far, -far)
    ]


def _map_rows(name: str, slope: Fraction, scale: Fraction) -> Sequence[Row]:
    """Return the weight that falls, at growing inputs on one side."""
    log_scale = number(scale).log()
    if name == "log":
        side = 1 if slope < 0 else -1
        formula = f"sigmoid({side * slope}*log_abs(x1) + {side}*log({scale}))"
        return [
            (
                formula,
                {"x1": [str(10**n)]},
                logistic(side * (number(slope) * number(10**n).log() + log_scale)),
            )
            for n in (3, 30, 300)
        ]
    power = POWERS[name]
    side = 1 if power % 2 or slope < 0 else -1
    toward = 1 if power % 2 == 0 or slope < 0 else -1
    formula = f"sigmoid({side * slope}*x1**{power} + {side}*log({scale}))"
    return [
        (
            formula,
            {"x1": [str(toward * far)]},
            logistic(side * (number(slope * (toward * far) ** power) + log_scale)),
        )
        for far in (1, 3, 10)
    ]


def _bounded(name: str) -> Check:
    return Check(lambda should_stop: _over_range(design_of(2), name), asks=Asks.VALUE)


def _over_range(design: Design, name: str) -> Test:
    """Test that both weights stay positive: enclosures over all values that a map has."""
    start = time.perf_counter()
    before = flint.ctx.prec
    flint.ctx.prec = BITS
    try:
        slope, scale = _gates(design)
        low, high = RANGES[name]
        values = number(Fraction(low + high, 2)) + flint.arb(0, (high - low) / 2)
        wide, end = flint.arb(0, WIDE), flint.arb(WIDE)
        of = {
            # Monotone maps lie between their values at the ends.
            "tanh": (-end).tanh().union(end.tanh()),
            "sigmoid": logistic(-end).union(logistic(end)),
            "cos": wide.cos(),
            "sin": wide.sin(),
        }
        weights = logistic(number(slope) * values + number(scale).log())
        inside = bool(weights > 0 and weights < 1)
    finally:
        flint.ctx.prec = before
    rows: list[Row] = [
        (f"{name}(x1)", {"x1": [str(-WIDE), str(WIDE)]}, of[name]),
        (f"sigmoid({slope}*x1 + log({scale}))", {"x1": [str(low), str(high)]}, weights),
    ]
    words = (
        f"The map's values lie between {low} and {high}, whatever the input, and for all of these "
        f"the weight of the first atom lies in {weights.str(8)}: neither weight goes to 0."
    )
    return enclosed(
        "both weights stay positive",
        HOLDS if inside else FAILS,
        r"M,\ \sigma(b\,M + c)",
        rows,
        words,
        start,
    )
