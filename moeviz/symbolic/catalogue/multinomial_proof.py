r"""Claims of `multinomial`: the independences that the proofs of Theorems 3.1 and 4.4 rest on.

With f the class probabilities, :math:`h_\ell` the logits and :math:`g_{G_*}` the density, Appendix
A.1 expands the discrepancy in

.. math:: X^{q_1} e^{\beta_{1j} X}\, \partial_h^{q_2} f_j, \quad X^\gamma e^{\beta_{1j} X} g_{G_*}

and says that this set F (eq. 26) is linearly independent. It never is: as
:math:`\sum_j e^{s_j} (f_j - g_{G_*}) = 0`, with a relation for each power of X that all cells
have. These relations are the gauge, so that F without the terms of one :math:`g_{G_*}` is asked
about as well.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

import sympy

from moeviz.symbolic.catalogue import for_all
from moeviz.symbolic.catalogue.multinomial import READS, design_of, first_regime, own_parts
from moeviz.symbolic.catalogue.parts import Design
from moeviz.symbolic.certificates.report import Answer, Test
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.ground import Number
from moeviz.symbolic.questions.checks import independence
from moeviz.symbolic.questions.claims import GENERIC, Check, Claim, Stop
from moeviz.symbolic.reading.expressions import Atom, inputs
from moeviz.symbolic.reading.families import derivatives

HOLDS, FAILS = Answer.HOLDS, Answer.FAILS
PAPER = "multinomial"

CROWDED, SINGLE = 2, 1
"""Taylor orders of a cell with several fitted atoms, and of one with a single one."""

Named = tuple[str, Sequence[sympy.Expr]]
"""A function's LaTeX and its values, one for each class."""

WHY_FIRST = "Step 3 of the proof of Theorem 3.1: its coefficients can only vanish one by one."
WHY_MODIFIED = "Step 3 of the proof of Theorem 4.4: its coefficients can only vanish one by one."


def claims() -> list[Claim]:
    """Return the claims on the proofs."""
    return [*_standard(), *_modified(), *_flat()]


def _standard() -> list[Claim]:
    return [
        Claim(
            f"M10.standard.K{classes}",
            PAPER,
            "App. A.1, eq. 26",
            r"In Regime 1 the set $\mathcal F$ of all $X^{q_1} e^{\beta_{1j} X}\, \partial_h^{q_2} "
            r"f_j$ and $X^\gamma e^{\beta_{1j} X} g_{G_*}$ is linearly independent as functions of "
            rf"$(X, Y)$ ($K = {classes}$, $d = 1$, $k_* = 2$, cell 1 crowded).",
            HOLDS,
            "The proof of Theorem 3.1 says that it suffices to show this, and shows it.",
            (_literal("the set F", design_of(classes)),),
            (
                _without_gauge(
                    "F without the last atom's terms of the density",
                    design_of(classes),
                    own_parts(classes),
                    first_regime(classes),
                ),
            ),
            r"$\mathcal F$ without the last atom's $X^\gamma e^{\beta_{1k_*} X} g_{G_*}$, which "
            "pinning its gate leaves out.",
            WHY_FIRST,
            "multinomial-exact",
        )
        for classes in (2, 3)
    ]


def _modified() -> list[Claim]:
    found = []
    for classes in (2, 3):
        design = design_of(classes, score="modified-tanh")
        found.append(
            Claim(
                f"M10.modified.K{classes}",
                PAPER,
                "App. A.3, Regime 1",
                r"With $M = \tanh$ the set of all $M^{q_4} X^{q_3} e^{\beta_{1j} M}\, "
                r"\partial_h^{q_2} f_j$ and $M^\gamma e^{\beta_{1j} M} g_{G_*}$ is linearly "
                rf"independent as functions of $(X, Y)$ ($K = {classes}$, $d = 1$, $k_* = 2$, "
                "cell 1 crowded).",
                HOLDS,
                "The proof of Theorem 4.4 says so, by the arguments for F.",
                (_literal("the modified set", design, modified=True),),
                (
                    _without_gauge(
                        "the modified set without the last atom's terms of the density",
                        design,
                        own_parts(classes),
                        first_regime(classes),
                        modified=True,
                    ),
                ),
                r"The same without the last atom's $M^\gamma e^{\beta_{1k_*} M} g_{G_*}$, which "
                "pinning its gate leaves out.",
                WHY_MODIFIED,
                "multinomial-exact",
            )
        )
    return found


def _flat() -> list[Claim]:
    found = []
    for classes in (2, 3):
        design = design_of(classes, special=True, score="modified-tanh")
        check = _one_atom(design)
        found.append(
            Claim(
                f"M10.flat.K{classes}",
                PAPER,
                "App. A.3, Regime 2",
                r"With $M = \tanh$ and an expert whose slopes are all 0 a combination of its "
                r"$X^{q_3} M^{q_4}\, \partial_h^{q_2} f$ vanishes only with all coefficients "
                rf"($K = {classes}$, $d = 1$, crowded cell).",
                HOLDS,
                "The proof of Theorem 4.4 leaves the derivatives of f out of a vanishing sum.",
                (check,),
                _not_flat(classes),
                "The same for an expert that is not flat.",
                WHY_MODIFIED,
                "multinomial-regime2",
            )
        )
    return found


def _not_flat(classes: int) -> tuple[Check, ...]:
    """Return the tests of an expert that is not flat: with a third class, one slope may be 0."""
    design = design_of(classes, score="modified-tanh")
    found = (_one_atom(design),)
    if classes == 2:
        return found
    one = Design(design.mixture, 1, ({"a_1": 0}, {}))
    return (*found, _one_atom(one, "no crowded expert in which a class has slope 0"))


def _literal(name: str, design: Design, modified: bool = False) -> Check:
    """Return the test that the set is independent as it is printed."""

    def decide(should_stop: Stop) -> Test:
        return independence(name, _family(design, modified, pinned=False), should_stop)

    return Check(decide)


def _without_gauge(
    name: str,
    design: Design,
    distinct: Sequence[str],
    never: dict[str, tuple[dict[str, str], ...]],
    modified: bool = False,
) -> Check:
    """Return the test of the set without one atom's density terms, searched for exceptions."""

    def build(own: Design, special: str) -> Check:
        def decide(should_stop: Stop) -> Test:
            return independence(name, _family(own, modified, pinned=True), should_stop)

        return Check(decide, special)

    return for_all.searched(
        build, name, design, "", distinct, never or dict(READS), whole=True, symmetric=False
    )


def _one_atom(design: Design, special: str = GENERIC) -> Check:
    """Return the test that what one crowded atom adds is independent, the density left out."""

    def decide(should_stop: Stop) -> Test:
        atom = design.atom
        point = design.points(atom)[0]
        members = _numerator(atom, CROWDED, 1, modified=True, gated=False)
        family = _as_family(atom, members, {s: point[s] for s in atom.own})
        return independence("derivatives of one crowded expert", family, should_stop)

    return Check(decide, special)


def _family(design: Design, modified: bool, pinned: bool) -> Family:
    """Return the set at two atoms, of which the first is crowded.

    Parameters
    ----------
    design : Design
    modified : bool
        Whether the powers are those of Appendix A.3, with M(X) in the gate, or those of A.1.
    pinned : bool
        Whether the last atom's terms of the density are left out.
    """
    atom = design.atom
    frozen: dict[sympy.Symbol, Number] = {}
    own = []
    for number, point in enumerate(design.points(atom), start=1):
        names = {s: sympy.Symbol(f"{s}__{number}", real=True) for s in atom.parameters}
        frozen |= {names[s]: value for s, value in point.items()}
        own.append(names)
    weights = [atom.weight.xreplace(names) for names in own]
    below = sum(weights, sympy.Integer(0))
    density = [
        sum(
            (w * value.xreplace(names) for w, names in zip(weights, own, strict=True)),
            sympy.Integer(0),
        )
        / below
        for value in atom.values
    ]
    members: list[Named] = []
    for number, names in enumerate(own, start=1):
        order = CROWDED if number == 1 else SINGLE
        terms = _numerator(atom, order, number, modified, gated=True)
        members += [(label, [e.xreplace(names) for e in values]) for label, values in terms]
        if pinned and number == len(own):
            continue
        gate = sympy.exp((atom.score - atom.offset).xreplace(names))
        read = _read(atom) if modified else inputs(1)[0]
        mark = "M" if modified else "X"
        members += [
            (
                f"{_power(mark, power)}e_{{{number}}}\\, g",
                [read**power * gate * g for g in density],
            )
            for power in range(order + 1)
        ]
    return _as_family(atom, members, frozen)


def _numerator(
    atom: Atom, order: int, number: int, modified: bool, gated: bool
) -> list[tuple[str, list[sympy.Expr]]]:
    """Return the terms of a cell's Taylor expansion in the numerator.

    Parameters
    ----------
    atom : Atom
    order : int
        Of the expansion: 2 for a crowded cell.
    number : int
        The atom, from 1, for the labels.
    modified : bool
        0 <= |q2| + |q4| <= order and |q3| <= |q2| (App. A.3), or 0 <= |q1| + |q2| <= 2 order
        (eq. 26).
    gated : bool
        Whether they are multiplied by the gate.
    """
    x, m = inputs(1)[0], _read(atom)
    gate = sympy.exp(atom.score - atom.offset) if gated else sympy.Integer(1)
    mark = f"e_{{{number}}}\\, " if gated else ""
    known = dict(zip(_classes(len(atom.values)), atom.values, strict=True))
    found = []
    for orders, values in _of_logits(len(atom.values), order if modified else 2 * order):
        size = sum(orders)
        powers = (
            [(q3, q4) for q4 in range(order - size + 1) for q3 in range(size + 1)]
            if modified
            else [(q1, 0) for q1 in range(2 * order - size + 1)]
        )
        label = rf"\partial_h^{{({','.join(map(str, orders))})}} f_{{{number}}}"
        found += [
            (
                f"{_power('M', of_m)}{_power('X', of_x)}{mark}{label}",
                [m**of_m * x**of_x * gate * value.xreplace(known) for value in values],
            )
            for of_x, of_m in powers
        ]
    return found


def _read(atom: Atom) -> sympy.Expr:
    """Return what the gate reads: M(X)."""
    return sympy.diff(atom.score, atom.gate[0])


def _classes(count: int) -> tuple[sympy.Symbol, ...]:
    return tuple(sympy.Symbol(f"p_{s}", real=True) for s in range(1, count + 1))


@lru_cache(maxsize=8)
def _of_logits(
    count: int, order: int
) -> tuple[tuple[tuple[int, ...], tuple[sympy.Expr, ...]], ...]:
    """Return the derivatives of class probabilities by logits, as polynomials in them."""
    p = _classes(count)
    found = {(0,) * (count - 1): p}
    for total in range(1, order + 1):
        for orders in itertools.product(range(total + 1), repeat=count - 1):
            if sum(orders) != total:
                continue
            by = next(place for place, times in enumerate(orders) if times)
            before = found[tuple(times - (i == by) for i, times in enumerate(orders))]
            found[orders] = tuple(_by_logit(value, p, by) for value in before)
    return tuple(found.items())


def _by_logit(value: sympy.Expr, p: Sequence[sympy.Symbol], by: int) -> sympy.Expr:
    """Return a derivative by a logit: of p_s it is p_s (1 - p_s), of another class -p_s p_by."""
    parts = (
        sympy.diff(value, own) * own * (int(place == by) - p[by]) for place, own in enumerate(p)
    )
    return sympy.expand(sum(parts, sympy.Integer(0)))


def _power(mark: str, times: int) -> str:
    return "" if not times else f"{mark}\\, " if times == 1 else f"{mark}^{{{times}}}\\, "


def _as_family(atom: Atom, members: Sequence[Named], values: dict[sympy.Symbol, Number]) -> Family:
    """Return given functions of input and class: derivatives of their sum by coefficients."""
    dummies = [sympy.Symbol(f"t{i}", real=True) for i in range(1, len(members) + 1)]
    functions = [
        sum((t * of[s] for t, (_, of) in zip(dummies, members, strict=True)), sympy.Integer(0))
        for s in range(len(atom.values))
    ]
    return derivatives(
        functions,
        atom.inputs,
        (*values, *dummies),
        {},
        [{**values, **dict.fromkeys(dummies, 0)}],
        [[(t,) for t in dummies]],
        labels=[label for label, _ in members],
    )
