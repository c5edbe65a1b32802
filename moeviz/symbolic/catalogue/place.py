"""Points of two atoms that are related as a pattern says, and where their inputs lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import sympy

from moeviz.errors import FormulaError
from moeviz.symbolic.catalogue.parts import Design
from moeviz.symbolic.catalogue.search import pattern as of
from moeviz.symbolic.catalogue.search.pattern import Block, relation
from moeviz.symbolic.kernel.functions import relu, sigmoid
from moeviz.symbolic.kernel.ground import Log, Number, Point
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.reading.expressions import Atom
from moeviz.symbolic.reading.families import support_of


def placed(design: Design, blocks: Sequence[Block], pattern: int, seed: int) -> Design:
    """Return two atoms that are related as a pattern says.

    Parameters
    ----------
    design : Design
    blocks : sequence of Block
    pattern : int
    seed : int
        Of the generic values.

    Raises
    ------
    FormulaError
        If no inputs were found at which no unit is 0, where the pattern asks for them.
    """
    specials: list[dict[str, Number]] = [dict(special) for special in design.specials]
    share = []
    for place, block in enumerate(blocks):
        found = relation(pattern, place)
        if found & of.FIRST_ZERO:
            specials[0][block.name] = 0
        if found & of.SECOND_ZERO:
            specials[1][block.name] = 0
        if found == of.EQUAL:
            share.append(block.name)
        if found == of.OPPOSITE:
            share.append(f"-{block.name}")
    for place, block in enumerate(blocks):
        if relation(pattern, place) & (of.FIRST_ZERO | of.SECOND_ZERO):
            _flatten(design, block.name, specials)
    own = replace(design, specials=tuple(specials), share=tuple(share), seed=seed)
    side = relation(pattern, len(blocks))
    if side == of.POSITIVE:
        return replace(own, support=support_of(own.atom.inputs, 0, 2))
    if side != of.ACTIVE:
        return own
    for further in range(ACTIVE_TRIES):
        tried = replace(own, seed=seed + 2 * further)
        support = _active(tried.atom, tried.points(tried.atom))
        if support is not None:
            return replace(tried, support=support)
    raise FormulaError("Expected inputs at which no unit is 0, but these experts have none.")


def _flatten(design: Design, slope: str, specials: Sequence[dict[str, Number]]) -> None:
    """Give a flat expert's intercept a value at which the expert is rational.

    The relations of a constant expert have its value among their coefficients: tanh(b) is
    rational where b is the log of a rational number.
    """
    part, mark, number = slope.partition("_")
    intercept = f"b{mark}{number}"
    atom = design.atom
    affinity = design.mixture.score.reads_expert
    exponential = any(f.has(sympy.tanh, sigmoid) for f in atom.values) or affinity
    known = {name.name for name in design.mixture.layout(1, design.dimension).expert_parts}
    if part not in ("a", "W1") or intercept not in known or not exponential:
        return
    for special, log in zip(specials, (Fraction(3), Fraction(5, 2)), strict=True):
        special.setdefault(intercept, Log(log))


ACTIVE_TRIES = 8
"""Draws of the values; of some, one unit is 0 wherever the other is not."""


def _active(atom: Atom, points: Sequence[Point]) -> Support | None:
    """Return a box that no kink meets and in which no unit is 0, if there is one."""
    x = [s for s in atom.inputs if s.name != "y"]
    arguments = []
    for kink in sorted({k for f in atom.values for k in f.atoms(relu)}, key=str):
        for point in points:
            # A kink's argument has no logs: those of offsets stand in scores.
            rational = {s: sympy.Rational(v) for s, v in point.items() if not isinstance(v, Log)}
            arguments.append(sympy.expand(kink.args[0].xreplace(rational)))
    steps = [sum(abs(Fraction(str(a.coeff(s)))) for s in x) for a in arguments]
    rng = np.random.default_rng(3)
    wide = Support.box([s.name for s in x])
    best: tuple[Fraction, dict[str, Fraction]] | None = None
    for _ in range(PLACES):
        place = wide.point(rng)
        at_place = {s: sympy.Rational(place[s.name]) for s in x}
        values = [Fraction(str(a.xreplace(at_place))) for a in arguments]
        if not all(v > 0 for v in values):
            continue
        reaches = [v / (2 * step) for v, step in zip(values, steps, strict=True) if step]
        reach = min([*reaches, Fraction(1)])
        if best is None or reach > best[0]:
            best = reach, place
    if best is None:
        return None
    reach, place = best
    wide_y = support_of(atom.inputs).bounds[len(x) :]
    return Support((*((n, v - reach, v + reach) for n, v in place.items()), *wide_y))


PLACES = 60
"""Random inputs at which the box is looked for."""
