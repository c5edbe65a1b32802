"""Each kind of certificate, made again: relations, determinants, matrices, identities, values."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import mpmath
import sympy
from mpmath import iv

from moeviz.symbolic.certificates.standalone.combinations import (
    CLOCK,
    NotReproducedError,
    Source,
    Term,
    as_formula,
    masses_on,
    need,
    verify_zero,
)
from moeviz.symbolic.certificates.standalone.formulas import Expr, Kink, Relu, Step, is_zero, read
from moeviz.symbolic.certificates.standalone.linear import (
    enclosed_determinant,
    meet,
    pivots_of,
    stated_interval,
)
from moeviz.symbolic.certificates.standalone.values import INTERVALS, Evaluator, Log, Moved, Plane

DRAWS = 3
"""Random values of the parameters at which an identity is evaluated."""

DRAWS_OF_POINTS = 40
"""Random parameters that are tried until all formulas have a value at some input."""

MOST_KINKS = 4
"""Kinks of which both sides are looked at one by one."""


def members_terms(
    source: Source, members: Sequence[Mapping[str, Any]], function: int
) -> list[Term]:
    """Return a relation's terms for one value of a discrete response."""
    return [
        Term(
            sympy.Rational(m["coefficient"]),
            source.derivative(function, m["by"]),
            source.points[m["atom"] - 1],
        )
        for m in members
    ]


def relation(source: Source, members: Sequence[Mapping[str, Any]]) -> str:
    """Show that a linear relation between derivatives is zero."""
    need(any(Fraction(m["coefficient"]) for m in members), "the relation has no coefficients")
    how = {
        verify_zero(source, members_terms(source, members, f), source.data["point masses"])
        for f in range(len(source.functions))
    }
    return f"zero {max(how, key=len)}"


def determinant(source: Source) -> str:
    """Enclose a determinant at the certificate's inputs: it is not zero."""
    data = source.data
    if not data["members"]:
        return "no member is left"
    before = iv.prec
    try:
        for times in (1, 2, 4, 8):
            iv.prec = data["bits"] * times + 32
            value = enclosed_determinant([_row(source, x) for x in data["inputs"]])
            if value is not None and 0 not in value:
                stated = stated_interval(data["determinant"])
                words = f"{mpmath.nstr(mpmath.mpf(value.mid), 8)}, stated {data['determinant']}"
                need(meet(value, stated), f"the determinant is {words}")
                return f"the determinant is {words}, computed with {iv.prec} bits"
    finally:
        iv.prec = before
    raise NotReproducedError("the determinant's enclosure contains 0")


def _row(source: Source, given: Mapping[str, Any]) -> list[Any]:
    piece = source.data["pieces"][given["piece"]]
    x = {s: Fraction(given[str(s)]) for s in source.inputs}
    need(source.inside(x), "an input lies outside its box")
    plane = None if piece["kink"] is None else kink_of(source, piece["kink"], x)
    plain: dict[int, Evaluator] = {}
    row = []
    for member in source.data["members"]:
        point = source.points[member["atom"] - 1]
        at = plain.setdefault(member["atom"], Evaluator(INTERVALS, {**point, **x}))
        formula = source.derivative(piece["class"] - 1, member["by"])
        row.append(factor_at(source, formula, point, at, plane))
    return row


def matrix_of(block: Mapping[str, Any]) -> list[list[Fraction]]:
    """Return a block's matrix."""
    rows = [[Fraction(e) for e in row] for row in block["rows"]]
    square = all(len(row) == len(rows) == len(block["parameters"]) for row in rows)
    need(
        square and all(rows[i][j] == rows[j][i] for i in range(len(rows)) for j in range(i)),
        "a matrix is not symmetric",
    )
    return rows


def second_order_of(
    block: Mapping[str, Any], members: Sequence[Mapping[str, Any]]
) -> list[list[Fraction]]:
    """Return M of a relation: its coefficients off the diagonal, twice those on it."""
    names = block["parameters"]
    m = [[Fraction(0)] * len(names) for _ in names]
    for member in members:
        if member["atom"] == block["atom"] and len(member["by"]) == 2:
            a, b = (names.index(n) for n in member["by"])
            m[a][b] = m[b][a] = Fraction(member["coefficient"]) * (2 if a == b else 1)
    return m


def dual(source: Source) -> str:
    """Show that positive definite matrices W are orthogonal to every relation's second order."""
    data = source.data
    blocks = data["matrices"]
    for block in blocks:
        pivots = pivots_of(matrix_of(block))
        need(pivots is not None and all(d > 0 for d in pivots), "W is not positive definite")
    words = set()
    for members in data["relations"]:
        product = Fraction(0)
        for block in blocks:
            own = second_order_of(block, members)
            for row, other in zip(matrix_of(block), own, strict=True):
                product += sum((w * m for w, m in zip(row, other, strict=True)), Fraction(0))
        need(product == 0, f"<W, M> is {product} for a relation, not 0")
        words.add(relation(source, members))
    named = {(m["atom"], *m["by"]) for part in (data["members"], *data["relations"]) for m in part}
    need(
        len(named) == len(data["members"]) + len(data["relations"]),
        "relations and independent members do not make up the family",
    )
    for block in blocks:
        names = block["parameters"]
        for i, a in enumerate(names):
            for b in names[i:]:
                pair = {(block["atom"], a, b), (block["atom"], b, a)}
                need(bool(pair & named), "a second derivative is missing")
    how = (
        f"{len(data['relations'])} relations, each {max(words, key=len)}"
        if words
        else "no relation"
    )
    return f"W positive definite, orthogonal to {how}; {determinant(source)}"


def stated_terms(source: Source, point: Mapping[Any, Fraction | Log]) -> list[Term]:
    """Return the terms of a stated relation, whose coefficients are formulas."""
    return [
        Term(
            read(t["coefficient"], source.symbols),
            source.derivative(t["function"] - 1, t["by"]),
            point,
        )
        for t in source.data["terms"]
    ]


def random_point(source: Source, rng: random.Random) -> dict[Any, Fraction | Log]:
    """Return the certificate's values, and random rationals for other parameters.

    Where a condition of the domain holds at no input that is tried, other values are drawn.
    """
    for _ in range(DRAWS_OF_POINTS):
        point: dict[Any, Fraction | Log] = dict(source.points[0]) if source.points else {}
        for s in source.parameters:
            sign = rng.choice((1, -1))
            point.setdefault(s, Fraction(sign * rng.randrange(1, 40), rng.randrange(7, 23)))
        try:
            source.random_input(rng, [point])
        except NotReproducedError:
            continue
        return point
    raise NotReproducedError("no parameters were found at which all formulas have a value")


def identity(source: Source) -> str:
    """Show that a stated relation holds, with the free parameters as symbols and as numbers."""
    rng = random.Random(2)
    for draw in range(DRAWS):
        terms = stated_terms(source, random_point(source, rng))
        how = verify_zero(source, terms, masses=True, seed=draw, prove=False)
    values = source.points[0] if source.points else {}
    total = sum((t.coefficient * t.formula for t in stated_terms(source, values)), sympy.Integer(0))
    if sympy_proves(total.subs({s: as_formula(v) for s, v in values.items()})):
        how = "symbolically and to 60 digits"
    return f"zero {how}"


def sympy_proves(total: Expr) -> bool:
    """Return whether sympy sees in time that a formula is zero on both sides of each kink."""
    arguments = sorted({f.args[0] for f in total.atoms(Relu, Step)}, key=str)
    if len(arguments) > MOST_KINKS:
        return False
    for sides in itertools.product((0, 1), repeat=len(arguments)):
        values: dict[Any, Any] = {}
        for t, side in zip(arguments, sides, strict=True):
            values |= {Step(t): side, Relu(t): side * t, Kink(t): 0}
        own = total.xreplace(
            {k: sympy.Integer(v) if isinstance(v, int) else v for k, v in values.items()}
        )
        if not CLOCK.run(is_zero, own):
            return False
    return True


def value(source: Source) -> str:
    """Enclose the left side of a relation that does not hold, at a point: it is not zero."""
    data = source.data
    if "enclosures" in data:
        return "; ".join(enclosure(source, e) for e in data["enclosures"])
    x = {s: Fraction(data["inputs"][str(s)]) for s in source.inputs}
    plane = None if data.get("kink") is None else kink_of(source, data["kink"], x)
    before = iv.prec
    iv.prec = 256
    try:
        total = iv.mpf(0)
        for term in stated_terms(source, source.points[0]):
            at = Evaluator(INTERVALS, {**term.point, **x})
            total += factor_at(source, term.formula, term.point, at, plane) * at(term.coefficient)
        what = "the left side is" if plane is None else "the point mass on the kink is"
        words = f"{what} {mpmath.nstr(mpmath.mpf(total.mid), 8)}"
        need(meet(total, stated_interval(data["value"])), f"{words}, not {data['value']}")
        need(0 not in total, f"{words}, and its enclosure contains 0")
        return f"{words}, not zero"
    finally:
        iv.prec = before


def kink_of(source: Source, stated: Mapping[str, Any], x: Mapping[Any, Fraction]) -> Plane:
    """Return a hyperplane of the certificate, on which an input must lie."""
    slope = {s: Fraction(stated["slope"][str(s)]) for s in source.inputs}
    plane = slope, Fraction(stated["intercept"])
    height = sum((v * x[s] for s, v in slope.items()), plane[1])
    need(height == 0, "an input does not lie on its kink")
    return plane


def factor_at(
    source: Source,
    formula: Expr,
    point: Mapping[Any, Fraction | Log],
    plain: Evaluator,
    plane: Plane | None,
) -> Any:
    """Return a formula's value, or what its point masses on a hyperplane are multiplied by."""
    if plane is None:
        return plain(formula)
    masses = masses_on(source, formula, point, plane)
    if not masses:
        return iv.mpf(0)
    return Evaluator(INTERVALS, plain.place, masses)(formula) - plain(formula)


def enclosure(source: Source, stated: Mapping[str, Any]) -> str:
    """Enclose a formula over a box of inputs: the interval is finite and meets the stated one."""
    formula = read(stated["formula"], source.symbols)
    before = iv.prec
    iv.prec = 256
    try:
        box = {}
        for n, ends in stated["inputs"].items():
            low, high = (INTERVALS.number(Fraction(e)) for e in (ends[0], ends[-1]))
            box[source.symbols[n]] = iv.mpf([low.a, high.b])
        value = Moved(INTERVALS, box)(formula)
        ends = " to ".join(mpmath.nstr(mpmath.mpf(end.mid), 8) for end in (value.a, value.b))
        words = f"{stated['formula']} lies in {ends}, stated {stated['value']}"
        need(bool(-mpmath.inf < value.a and value.b < mpmath.inf), f"{words}, unbounded")
        need(meet(value, stated_interval(stated["value"])), words)
        return words
    finally:
        iv.prec = before


def constants(source: Source) -> str:
    """Show that the first derivative is the stated combination of the others."""
    first, *others = source.data["members"]
    lead = Fraction(first["coefficient"])
    found = [-Fraction(m["coefficient"]) / lead for m in others]
    stated = [Fraction(c) for c in source.data["constants"] if Fraction(c)]
    need(found == stated, "the constants are not those of the relation")
    return relation(source, source.data["members"])
