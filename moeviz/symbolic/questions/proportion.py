r"""Two members that are proportional by a number which is not rational.

Relations are sought over the rationals. An expert that is constant in x makes members proportional
by numbers such as :math:`b\,\Phi(b) / (\Phi(b) + b\,\varphi(b))`. Two functions u and v are
dependent exactly if

.. math:: u(x)\, v(x') - v(x)\, u(x') = 0 \quad\text{for all } x, x',

and for two derivatives of one function F at one point this is a linear relation between
derivatives of :math:`F(x; \theta)\, F(x'; \theta')` at :math:`\theta' = \theta`: an identity over
the rationals.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import flint
import numpy as np
import sympy

from moeviz.errors import Cancelled
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.balls import Balls
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.ground import Number
from moeviz.symbolic.questions.pde import Statement, Term, stated

PLACES = 4
"""Inputs at which two members are compared before the identity is tried."""

Pair = tuple[int, int]


def proportional(
    name: str,
    family: Family,
    should_stop: Callable[[], bool] | None = None,
    wanted: Callable[[Family, Pair], bool] = lambda family, pair: True,
) -> Test | None:
    """Return a test that fails by two proportional members of one atom, if there are such.

    Parameters
    ----------
    name : str
        What is tested, in words.
    family : Family
        Of one function, without point masses on kinks. On which side of its kinks each of the two
        inputs lies is the identity's affair, which asks for all of them.
    should_stop : callable, optional
    wanted : callable
        Whether a pair of members is looked at.

    Raises
    ------
    Cancelled
        If `should_stop` said yes.
    """
    if len(family.functions) != 1 or any(p.plane is not None for p in family.pieces):
        return None
    for pair in _candidates(family):
        if should_stop is not None and should_stop():
            raise Cancelled("The check was cancelled.")
        if not wanted(family, pair):
            continue
        found = _identity(name, family, pair)
        if found.answer == Answer.HOLDS:
            return Test(
                name,
                Answer.FAILS,
                "",
                found.certificate,
                found.steps,
                found.seconds,
                found.family,
            )
    return None


def enclosed_rows(family: Family) -> list[list[flint.arb]]:
    """Return enclosures of all members at a few inputs of every piece, one row each."""
    rng = np.random.default_rng(5)
    before = flint.ctx.prec
    flint.ctx.prec = 192
    try:
        rows = []
        for piece in family.pieces:
            for _ in range(PLACES):
                place = family.place(piece, rng)
                if place is not None:
                    balls = Balls(piece.ground, place)
                    rows.append([balls.polynomial(row) for row in piece.rows])
        return rows
    finally:
        flint.ctx.prec = before


def may_be_proportional(rows: list[list[flint.arb]], pair: Pair) -> bool:
    """Return whether no enclosure tells two members' ratios at two rows apart."""
    i, j = pair
    return all((u[i] * v[j] - u[j] * v[i]).contains(0) for u, v in itertools.combinations(rows, 2))


def _candidates(family: Family) -> list[Pair]:
    """Return the pairs of one atom that no enclosure tells apart."""
    rows = enclosed_rows(family)
    return [
        pair
        for pair in itertools.combinations(range(len(family)), 2)
        if family.members[pair[0]].atom == family.members[pair[1]].atom
        and may_be_proportional(rows, pair)
    ]


def _identity(name: str, family: Family, pair: Pair) -> Test:
    """Test whether two members of one atom are proportional, as an identity in two inputs."""
    first, second = (family.members[i] for i in pair)
    tower = family.tower
    there = {s: sympy.Symbol(f"{s}__there", real=True) for s in (*tower.inputs, *tower.parameters)}
    function = family.functions[0]
    u, v = first.orders, second.orders
    above = tuple(there[s] for s in v)
    below = tuple(there[s] for s in u)
    statement = Statement(
        (function * function.xreplace(there),),
        (*tower.inputs, *(there[s] for s in tower.inputs)),
        (*tower.parameters, *(there[s] for s in tower.parameters)),
        (Term(sympy.Integer(1), (*u, *above)), Term(sympy.Integer(-1), (*v, *below))),
        rf"{first.label}(x)\;{second.label}(x') - {second.label}(x)\;{first.label}(x') = 0",
        "F(x) F(x')",
    )
    own = family.points[first.atom]
    point: dict[sympy.Symbol, Number] = {
        **{s: own[s] for s in tower.parameters},
        **{there[s]: own[s] for s in tower.parameters},
    }
    return stated(name, statement, point)
