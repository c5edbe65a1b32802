"""Tests whose claim speaks of all parameters: with the search for the families that fail.

What must be distinct is read in the papers: in `cosine` Definitions 1 and 2 the experts'
parameters eta_1, ..., eta_k, as in assumption (A.2); in `sigmoid` Definitions 1 and 2 the tuples
(A_i, b_i, c_i, eta_i), in Definition 3 the tuples (A_i, c_i, eta_i); in `multinomial` section 2
the pairs (a_i, b_i) of the true atoms; in `compete` section 3 the pairs (W_i, nu_i).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import sympy

from moeviz.model import Part
from moeviz.symbolic.catalogue import parts
from moeviz.symbolic.catalogue.parts import Design, Orders
from moeviz.symbolic.catalogue.place import placed
from moeviz.symbolic.catalogue.ratios import any_pair, flat_first, no_gauge, spreads
from moeviz.symbolic.catalogue.search import pattern as of
from moeviz.symbolic.catalogue.search.pattern import Block, at
from moeviz.symbolic.catalogue.search.space import Search, in_one
from moeviz.symbolic.certificates.report import Test
from moeviz.symbolic.kernel.family import Family
from moeviz.symbolic.kernel.functions import log_abs, relu
from moeviz.symbolic.questions.checks import cone_family
from moeviz.symbolic.questions.claims import GENERIC, Check, Stop
from moeviz.symbolic.reading.expressions import Atom
from moeviz.symbolic.reading.families import expansion

Build = Callable[[Design, str], Check]
"""Takes a design and the condition under which its point is avoided; returns the test."""

GATE, OFFSET, EXPERT = "gate", "offset", "expert"

ALL = tuple(of.RELATIONS)
PLAIN = (of.GENERIC, of.EQUAL)

WORDS: Mapping[str, str] = {
    "beta1": "gate",
    "u": "gate",
    "A": "gate matrix",
    "b_gate": "gate vector",
    "c": "offset",
    "beta0": "offset",
    "a": "slope",
    "b": "intercept",
    "lambda": "factor",
    "W2": "outer weight",
    "nu": "variance",
    "eta": "constant",
}
"""Parts of an atom in words; of a class or of a hidden unit with its number."""

Left = Mapping[str, str]
"""Blocks and the relation, in words, that they must not have at the same time."""

Never = Mapping[str, Sequence[Left]]
"""Why patterns are left out by the claim's own words, and the patterns."""

ZERO = "zero"
"""Zero in one of the atoms, whichever it is."""


def literal(
    name: str,
    design: Design,
    orders: Orders,
    distinct: Sequence[str],
    never: Mapping[str, Sequence[Left]] | None = None,
) -> Check:
    """Return the test of a definition's family, searched for its exceptions.

    Parameters
    ----------
    name : str
        What is tested, in words.
    design : Design
        Two atoms.
    orders : callable
        Derivatives of one atom.
    distinct : sequence of str
        Parts, of which at least one must differ between the atoms.
    never : mapping, optional
        Why patterns are left out by the claim's own words, and the patterns.
    """
    text = ", ".join("".join(map(str, by)) for by in orders(design.atom))

    def build(own: Design, special: str) -> Check:
        check = parts.literal(name, own, orders, special)
        return flat_first(name, check, own, lambda _: parts.literal_family(own, orders), any_pair)

    return searched(build, name, design, text, distinct, never or {}, whole=False)


def first_order(
    design: Design, distinct: Sequence[str], never: Mapping[str, Sequence[Left]] | None = None
) -> Check:
    """Return the first-order test of the whole model modulo its gauge, searched for exceptions.

    Parameters
    ----------
    design : Design
    distinct : sequence of str
    never : mapping, optional
        As for :func:`literal`.
    """

    def build(own: Design, special: str) -> Check:
        def family(_: Stop) -> Family:
            atom = own.atom
            every = [[(s,) for s in atom.parameters]] * 2
            return expansion(atom, own.points(atom), every, own.support, masses=False)

        check = parts.first_order(own, special)
        return flat_first(name, check, own, family, partial(no_gauge, own))

    name = "first order modulo gauge"
    return searched(build, name, design, "", distinct, never or {}, whole=True)


def cone(
    design: Design, distinct: Sequence[str], never: Mapping[str, Sequence[Left]] | None = None
) -> Check:
    """Return the second-order test with the first cell crowded, searched for exceptions.

    Parameters
    ----------
    design : Design
    distinct : sequence of str
    never : mapping, optional
        As for :func:`literal`.
    """

    def build(own: Design, special: str) -> Check:
        def family(should_stop: Stop) -> Family:
            atom = own.atom
            return cone_family(atom, own.points(atom), (0,), own.support, should_stop=should_stop)

        return flat_first(
            name, parts.cone(own, special=special), own, family, partial(spreads, own)
        )

    name = "second-order cone, cell 1 crowded"
    return searched(build, name, design, "", distinct, never or {}, whole=True, symmetric=False)


def searched(
    build: Build,
    name: str,
    design: Design,
    orders: str,
    distinct: Sequence[str],
    never: Mapping[str, Sequence[Left]],
    whole: bool,
    symmetric: bool = True,
) -> Check:
    """Return a test with its search."""
    if len(design.specials) != 2 or design.share:
        raise ValueError("Expected a design of two atoms that share nothing.")
    atom = design.atom
    blocks, base = _blocks(design, whole)

    def ask(pattern: int, seed: int, special: str) -> Check:
        def decide(should_stop: Stop) -> Test:
            return build(placed(design, blocks, pattern, seed), special).run(should_stop)

        return Check(decide, special)

    search = Search(
        name,
        (
            str(design.dimension),
            orders,
            str(atom.score),
            str(atom.values),
            str(atom.affinity),
            str([sorted((k, str(v)) for k, v in special.items()) for special in design.specials]),
        ),
        blocks,
        ask,
        _left_out(blocks, distinct, never),
        base,
        _inputs(atom, design.dimension),
        symmetric and design.specials[0] == design.specials[1],
    )
    return replace(build(design, GENERIC), search=search)


def _blocks(design: Design, whole: bool) -> tuple[tuple[Block, ...], int]:
    """Return the blocks of an atom with their relations, and what all patterns have in common."""
    layout = design.mixture.layout(1, design.dimension)
    atom = design.atom
    offset = Part(str(atom.offset), "", 1)
    named = [
        *((part, GATE) for part in layout.gate_parts),
        # Alone, a softmax gate's term has its offset as a factor, which changes no relation.
        *([(offset, OFFSET)] if whole or atom.logistic else []),
        *((part, EXPERT) for part in layout.expert_parts),
    ]
    blocks: list[Block] = []
    base = 0
    for part, group in named:
        values = [special.get(part.name) for special in design.specials]
        if values[0] is not None and values[0] == values[1]:
            continue
        relations = _relations(design, part.name, group, whole)
        if values[0] == 0:
            # Zero in the first atom: all that can be asked is whether it is in the other too.
            base |= at(len(blocks), of.FIRST_ZERO)
            relations = (of.FIRST_ZERO, of.BOTH_ZERO)
        elif values[0] is not None:
            held = (of.GENERIC, of.EQUAL, of.OPPOSITE, of.SECOND_ZERO)
            relations = tuple(r for r in relations if r in held)
        blocks.append(Block(part.name, _word(part.name), group, relations))
    return tuple(blocks), base


def _relations(design: Design, name: str, group: str, whole: bool) -> tuple[int, ...]:
    """Return the relations that are looked at for one block."""
    if name == "nu":
        return PLAIN  # positive
    if design.atom.logistic or not whole or group == EXPERT:
        return ALL
    if group == OFFSET or design.mixture.score.name != "cosine":
        # A softmax gate does not change when one constant is added to all offsets, or one vector
        # to all gates that the score is linear in; of the perturbed cosine score these are
        # u = beta / (|beta| + tau). So zero and opposite are generic, and equal is left.
        return PLAIN
    return ALL


def _word(name: str) -> str:
    if name in WORDS:
        return WORDS[name]
    part, _, number = name.partition("_")
    if part in ("W1", "b") and number == "1":
        return "inner weight" if part == "W1" else "intercept"
    if part in WORDS and number.isdigit():
        return f"{WORDS[part]} of class {number}"
    return name


def _left_out(
    blocks: Sequence[Block], distinct: Sequence[str], never: Mapping[str, Sequence[Left]]
) -> dict[int, str]:
    """Return the patterns that the claim does not speak of."""
    places = {block.name: place for place, block in enumerate(blocks)}
    same = sum(at(place, of.EQUAL) for name, place in places.items() if name in distinct)
    words = " and ".join(_word(name) for name in distinct if name in places)
    found = {same: f"atoms with the same {words}"}
    for why, patterns in never.items():
        for left in patterns:
            for mask in _masks(left, places):
                found[mask] = why
    return found


def _masks(left: Left, places: Mapping[str, int]) -> tuple[int, ...]:
    if set(left.values()) == {ZERO}:
        pairs = [in_one(places[name]) for name in left]
        return sum(p[0] for p in pairs), sum(p[1] for p in pairs)
    return (sum(at(places[name], of.NAMED[words]) for name, words in left.items()),)


def _inputs(atom: Atom, dimension: int) -> tuple[int, ...]:
    """Return the supports that can make a difference.

    The functions are analytic but for absolute values and kinks, and an analytic function that is
    zero on an interval is zero on the line; in more dimensions the norm is analytic outside 0,
    which leaves its domain in one piece.
    """
    formulas = (atom.score, atom.affinity, *atom.values)
    x = atom.inputs[:dimension]
    found = [of.TWO_SIDED]
    if any(f.has(sympy.Abs(s)) or f.has(log_abs(s)) for f in formulas for s in x):
        found.append(of.POSITIVE)
    if any(f.has(relu) for f in formulas):
        found.append(of.ACTIVE)
    return tuple(found)
