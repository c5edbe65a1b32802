r"""Families that definitions and theorems are about, built from an atom of a model.

Two kinds: the derivatives of one atom's unnormalised term, as the papers' definitions list them,
and the terms of a Taylor expansion of the whole model. With softmax gates the expansion is exact
in one respect that definitions leave out: with the true function f*,

.. math:: (f_G - f^*)\, D_G = \sum_i w_i e^{s_i} (h_i - f^*), \qquad D_G = \sum_i w_i e^{s_i},

so that derivatives act on e^s (h - f*), where f* stands still. Multiplied by the true denominator
this is e^s (h D* - N*), which has no fraction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations_with_replacement

import sympy

from moeviz.symbolic.kernel.family import Family, Member
from moeviz.symbolic.kernel.ground import Number, Point
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.kernel.tower import Tower
from moeviz.symbolic.reading.expressions import Atom

Orders = Iterable[tuple[sympy.Symbol, ...]]


def term(atom: Atom) -> tuple[sympy.Expr, ...]:
    """Return what one atom adds before normalisation: its own weight times its value."""
    return tuple(atom.weight * value for value in atom.values)


def up_to(
    parameters: Sequence[sympy.Symbol], low: int, high: int
) -> list[tuple[sympy.Symbol, ...]]:
    """Return the derivatives of orders `low` to `high`, each once."""
    return [
        orders
        for order in range(low, high + 1)
        for orders in combinations_with_replacement(parameters, order)
    ]


def support_of(inputs: Sequence[sympy.Symbol], low: int = -2, high: int = 2) -> Support:
    """Return the box of the inputs; a response is always two-sided."""
    box = Support.box([s.name for s in inputs], low, high)
    wide = Support.box(["y"], -2, 2).bounds[0]
    return Support(tuple(wide if b[0] == "y" else b for b in box.bounds))


def derivatives(
    functions: Sequence[sympy.Expr],
    inputs: Sequence[sympy.Symbol],
    parameters: Sequence[sympy.Symbol],
    latex: Mapping[sympy.Symbol, str],
    points: Sequence[Point],
    orders: Sequence[Orders],
    support: Support | None = None,
    masses: bool = True,
    name: str = "F",
    labels: Sequence[str] | None = None,
) -> Family:
    """Return derivatives of one function at several points.

    What was asked for a short time ago is returned again, with all that was found of it.

    Parameters
    ----------
    functions : sequence of sympy.Expr
        One for each value of a discrete response.
    inputs, parameters : sequence of sympy.Symbol
    latex : mapping
        LaTeX of the parameters.
    points : sequence of mapping
        The atoms.
    orders : sequence of iterables
        For each atom the parameters to differentiate by.
    support : Support, optional
    masses : bool
        Whether point masses on kinks count.
    name : str
        LaTeX of the function.
    labels : sequence of str, optional
        LaTeX of the members, in place of that of their derivatives.
    """
    asked = tuple(tuple(map(tuple, own)) for own in orders)
    if labels is None:
        marks = [f"{name}_{{{i + 1}}}" if len(points) > 1 else name for i in range(len(points))]
        labels = [
            derivative_latex(mark, by, latex)
            for mark, own in zip(marks, asked, strict=True)
            for by in own
        ]
    return _derivatives(
        tuple(functions),
        tuple(inputs),
        tuple(parameters),
        tuple(tuple(point.items()) for point in points),
        asked,
        support or support_of(inputs),
        masses,
        tuple(labels),
    )


@lru_cache(maxsize=192)
def _derivatives(
    functions: tuple[sympy.Expr, ...],
    inputs: tuple[sympy.Symbol, ...],
    parameters: tuple[sympy.Symbol, ...],
    points: tuple[tuple[tuple[sympy.Symbol, Number], ...], ...],
    asked: tuple[tuple[tuple[sympy.Symbol, ...], ...], ...],
    support: Support,
    masses: bool,
    labels: tuple[str, ...],
) -> Family:
    tower = _tower(functions, inputs, parameters)
    sheets = [tower.poly(function) for function in functions]
    names = iter(labels)
    members = []
    for number, own in enumerate(asked):
        for by in own:
            rows = []
            for p in sheets:
                for symbol in by:
                    p = tower.derivative(p, symbol)
                rows.append(p)
            members.append(Member(next(names), by, number, tuple(rows)))
    return Family(tower, [dict(p) for p in points], members, support, masses, functions)


@lru_cache(maxsize=8)
def _tower(
    functions: tuple[sympy.Expr, ...],
    inputs: tuple[sympy.Symbol, ...],
    parameters: tuple[sympy.Symbol, ...],
) -> Tower:
    """Return a tower with functions in it; at other points its derivatives are the same."""
    tower = Tower(inputs, parameters)
    for function in functions:
        tower.embed(function)
    return tower


def forget() -> None:
    """Forget the families that are kept for being asked again."""
    _derivatives.cache_clear()


def derivative_latex(
    name: str, by: Sequence[sympy.Symbol], latex: Mapping[sympy.Symbol, str]
) -> str:
    """Return a derivative's LaTeX."""
    if not by:
        return name
    order = f"^{len(by)}" if len(by) > 1 else ""
    under = r"\,".join(rf"\partial {latex.get(s, s.name)}" for s in by)
    return rf"\frac{{\partial{order} {name}}}{{{under}}}"


def expansion(
    atom: Atom,
    points: Sequence[Point],
    orders: Sequence[Orders],
    support: Support | None = None,
    masses: bool = True,
) -> Family:
    """Return the Taylor terms of the whole model about a true measure.

    Parameters
    ----------
    atom : Atom
    points : sequence of mapping
        The true atoms. For a sigmoid gate the terms stand alone; for a softmax gate the
        denominator and the true function of all of them take part.
    orders : sequence of iterables
        For each atom the parameters to differentiate by; an empty tuple is the term itself.
    support : Support, optional
    masses : bool
    """
    if atom.logistic:
        return derivatives(
            term(atom), atom.inputs, atom.parameters, atom.latex, points, orders, support, masses
        )
    frozen: dict[sympy.Symbol, Number] = {}
    weights, values = [], []
    for number, point in enumerate(points, start=1):
        rename = {s: sympy.Symbol(f"{s}__{number}", real=True) for s in atom.parameters}
        frozen |= {rename[s]: value for s, value in point.items()}
        weights.append(atom.weight.xreplace(rename))
        values.append([value.xreplace(rename) for value in atom.values])
    below = sum(weights, sympy.Integer(0))
    functions = []
    for sheet, value in enumerate(atom.values):
        above = sum((w * v[sheet] for w, v in zip(weights, values, strict=True)), sympy.Integer(0))
        functions.append(atom.weight * (value * below - above))
    return derivatives(
        functions,
        atom.inputs,
        (*atom.parameters, *frozen),
        atom.latex,
        [{**point, **frozen} for point in points],
        orders,
        support,
        masses,
        "Q",
    )
