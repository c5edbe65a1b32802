"""Tests of flat experts with irrational values: they begin with members in a constant ratio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from moeviz.symbolic.catalogue.parts import Design
from moeviz.symbolic.certificates.report import Test
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.functions import gelu
from moeviz.symbolic.questions.claims import Check, Stop
from moeviz.symbolic.questions.gauge import gauge_family
from moeviz.symbolic.questions.proportion import (
    Pair,
    enclosed_rows,
    may_be_proportional,
    proportional,
)


def flat_first(
    name: str,
    check: Check,
    design: Design,
    family: Callable[[Stop], Family],
    wanted: Callable[[Family, Pair], bool],
) -> Check:
    """Return a test that begins with members in an irrational ratio, where these can be expected.

    A flat expert's value is a number, and of GELU an irrational one, which no relation over the
    rationals can have among its coefficients.
    """
    zeros = {name for special in design.specials for name, value in special.items() if value == 0}
    flat = any(name.partition("_")[0] == "a" for name in zeros)
    if not flat or not any(f.has(gelu) for f in design.atom.values):
        return check

    def decide(should_stop: Stop) -> Test:
        found = proportional(name, family(should_stop), should_stop, wanted)
        return found or check.run(should_stop)

    return replace(check, run=decide)


def any_pair(family: Family, pair: Pair) -> bool:
    """Return True: in a literal test any two proportional members are a relation."""
    return True


def no_gauge(design: Design, family: Family, pair: Pair) -> bool:
    """Return whether no combination of two parameters leaves all gates and experts as they are.

    The gauge's family has its members by atom, then by parameter.
    """
    atom = design.atom
    gauge, _ = gauge_family(atom, design.points(atom), design.support, None)
    members = [family.members[i] for i in pair]
    width = len(atom.parameters)
    first, second = (m.atom * width + atom.parameters.index(m.orders[0]) for m in members)
    return not may_be_proportional(enclosed_rows(gauge), (first, second))


def spreads(design: Design, family: Family, pair: Pair) -> bool:
    """Return whether a ratio of two members solves the equation of the cone.

    With d^2 Q / dp^2 = C dQ / dp' the matrix M that is 1 at (p, p) and m = -C / 2 do; a ratio of
    first derivatives that is no gauge does with M = 0.
    """
    orders = [family.members[i].orders for i in pair]
    first = [len(by) == 1 for by in orders]
    if all(first):
        return no_gauge(design, family, pair)
    return any(first) and any(len(by) == 2 and by[0] == by[1] for by in orders)
