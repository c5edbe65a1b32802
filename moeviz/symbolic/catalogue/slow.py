r"""The papers' sequences :math:`G_n`, and the checker's counter-sequences, by the claims' ids.

Each is a function of a small number, 1/n or epsilon, whose atoms move away from the truth much
faster than their function does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy

from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.model.registry import Registry
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.parts import Design, Special, model
from moeviz.symbolic.catalogue.sigmoid import SPARSE
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.kernel.numeric import precise
from moeviz.symbolic.kernel.support import Support
from moeviz.symbolic.questions.change import Placed, Stage, Values
from moeviz.symbolic.questions.sequence import PLACES, CounterSequence
from moeviz.symbolic.reading.expressions import Atom

Moves = Callable[["PaperSequence", mpmath.mpf], Stage]


@dataclass(frozen=True)
class PaperSequence:
    """A sequence that a paper writes down.

    Attributes
    ----------
    atom : Atom
    points : tuple of mapping
        The true atoms.
    r : int
        The power in the loss.
    moves : callable
        From the sequence and 1/n to its measure.
    """

    atom: Atom
    points: tuple[Point, ...]
    r: int
    moves: Moves

    def at(self, small: mpmath.mpf) -> Stage:
        """Return G_n at 1/n; at 0 it is the truth."""
        return self.moves(self, small)

    def places(self) -> list[Values]:
        """Return the inputs over which the function's change is averaged."""
        rng = np.random.default_rng(3)
        support = Support.box([s.name for s in self.atom.inputs])
        points = (support.point(rng) for _ in range(PLACES))
        return [{s: precise(x[s.name]) for s in self.atom.inputs} for x in points]

    def true_atom(self, cell: int) -> Values:
        """Return a true atom's parameters."""
        return {s: precise(self.points[cell][s]) for s in self.atom.parameters}


@dataclass(frozen=True)
class Slow:
    """A sequence of a paper's, by name.

    Attributes
    ----------
    name, title, words, source : str
        Name in the registry; a few words; what moves, in a sentence; paper key and theorem.
    claim : str
        The claim that it is about.
    make : callable
        From r to the sequence.
    orders : callable
        From r to the orders of function and loss in 1/n, of which the first may be infinity.
    """

    name: str
    title: str
    words: str
    source: str
    claim: str
    make: Callable[[int], PaperSequence]
    orders: Callable[[int], tuple[float, int]]


SLOW: Registry[Slow] = Registry("sequence of a paper")


def _made(names: tuple[str, ...], dimension: int, special: Special, moves: Moves) -> Any:
    def make(r: int) -> PaperSequence:
        if r < 1:
            raise UnknownNameError(f"Expected a loss L1,r with r of at least 1, but got r = {r}.")
        design = Design(model(*names), dimension, (special, {}))
        return PaperSequence(design.atom, tuple(design.points(design.atom)), r, moves)

    return make


def _stretched(sequence: PaperSequence, small: mpmath.mpf) -> Stage:
    """Return Theorem 5's measure: the first gate times 1 + 1/n."""
    first, second = (sequence.true_atom(cell) for cell in (0, 1))
    loss = mpmath.exp(first[sequence.atom.offset]) * _length(sequence, first, small) ** sequence.r
    _stretch(sequence, first, 1 + small)
    return Stage([Placed(0, mpmath.mpf(1), first), Placed(1, mpmath.mpf(1), second)], loss)


def _split(sequence: PaperSequence, small: mpmath.mpf) -> Stage:
    """Return Theorem 2's measure: two halves of the first atom, gates times 1 - 1/n and 1 + 1/n."""
    half = mpmath.mpf(1) / 2
    first = sequence.true_atom(0)
    loss = mpmath.exp(first[sequence.atom.offset]) * _length(sequence, first, small) ** sequence.r
    atoms = []
    for sign in (-1, 1):
        own = sequence.true_atom(0)
        _stretch(sequence, own, 1 + sign * small)
        atoms.append(Placed(0, half, own))
    return Stage([*atoms, Placed(1, mpmath.mpf(1), sequence.true_atom(1))], loss)


def _gate(sequence: PaperSequence) -> list[sympy.Symbol]:
    return [s for s in sequence.atom.gate if s.name.startswith("beta1")]


def _length(sequence: PaperSequence, values: Values, small: mpmath.mpf) -> mpmath.mpf:
    """Return how far a gate moves that is stretched by 1 + 1/n."""
    return small * mpmath.sqrt(sum(values[s] ** 2 for s in _gate(sequence)))


def _stretch(sequence: PaperSequence, values: Values, by: mpmath.mpf) -> None:
    for s in _gate(sequence):
        values[s] *= by


def _raised(sequence: PaperSequence, small: mpmath.mpf) -> Stage:
    """Return Lemma 2's measure: two atoms with a flat expert whose intercepts are moved by 1/n.

    Their weights together are the true one and 1/n^(r+1).
    """
    (intercept,) = (s for s in sequence.atom.own if s.name == "b")
    offset, r = sequence.atom.offset, sequence.r
    base = sequence.true_atom(0)
    # Two fitted atoms share the true weight 2 sigma(c) of the cell.
    share = 1 / (1 + mpmath.exp(-base[offset])) + small ** (r + 1) / 2
    atoms = []
    for sign in (1, -1):
        own = sequence.true_atom(0)
        own[offset] = mpmath.log(share / (1 - share))
        own[intercept] += sign * small
        atoms.append(Placed(0, mpmath.mpf(1), own))
    loss = small ** (r + 1) + 2 * small**r
    return Stage([*atoms, Placed(1, mpmath.mpf(1), sequence.true_atom(1))], loss)


def _shifted(sequence: PaperSequence, small: mpmath.mpf) -> Stage:
    """Return Proposition 3.2's measure with t_n = 1/n and c_n = 1/(2n).

    Two atoms share the first one's mass less t_n; gate and intercept of both are moved by c_n.
    """
    base = sequence.true_atom(0)
    mass = mpmath.exp(base[sequence.atom.offset])
    if small >= mass:
        raise SpecificationError(
            f"Expected t_n = 1/n below the first atom's weight, {mpmath.nstr(mass, 4)}, which is "
            "what is left of it otherwise; take a larger n."
        )
    moved = (*_gate(sequence), next(s for s in sequence.atom.own if s.name == "b"))
    for s in moved:
        base[s] += small / 2
    half = (1 - small / mass) / 2
    loss = (mass - small) * len(moved) * (small / 2) ** sequence.r + small
    pair = [Placed(0, half, dict(base)) for _ in range(2)]
    return Stage([*pair, Placed(1, mpmath.mpf(1), sequence.true_atom(1))], loss)


for _slow in (
    Slow(
        "cosine-exact",
        "one gate, ever longer",
        "The first gate is 1 + 1/n times as long: a cosine does not see it.",
        "cosine Theorem 5",
        "C9.exact",
        _made(("cosine", "softmax", "tanh"), 2, {}, _stretched),
        lambda r: (float("inf"), r),
    ),
    Slow(
        "cosine-over",
        "two halves, one shorter and one longer",
        "The first atom is halved, one gate 1 - 1/n and one 1 + 1/n times as long.",
        "cosine Theorem 2",
        "C9.over",
        _made(("cosine", "softmax", "tanh"), 2, {}, _split),
        lambda r: (float("inf"), r),
    ),
    Slow(
        "sigmoid-flat",
        "two intercepts, one higher and one lower",
        "A flat expert is split in two whose intercepts are moved apart by 1/n; their weights "
        "together grow by 1/n^(r+1).",
        "sigmoid Lemma 2",
        "S13.p1",
        _made(("quadratic", "sigmoid", "linear"), 1, {**SPARSE, "a": 0}, _raised),
        lambda r: (r + 1, r),
    ),
    Slow(
        "multinomial-regime2",
        "a pair that is moved together",
        "A flat expert is split in two; gate and intercept of both are moved by 1/(2n), their "
        "weights together fall by 1/n. As printed its function falls no faster than the loss: the "
        "proof bounds the inputs where it needs each of them. The checker's own sequence does.",
        "multinomial Proposition 3.2",
        "M6.K2",
        _made(("linear", "softmax", "linear", "categorical"), 1, {"a": 0}, _shifted),
        lambda r: (1, 1),
    ),
):
    SLOW.add(_slow.name, _slow)


@lru_cache(maxsize=32)
def counter_sequence(claim: str) -> CounterSequence:
    """Return the counter-sequence by which a claim's bound fails, deciding its tests until then.

    Parameters
    ----------
    claim : str
        Its id.

    Raises
    ------
    UnknownNameError
        If there is no such claim, or none of its tests has one.
    """
    (found, *_) = CATALOGUE.find(claim)
    for check in (*found.checks, *found.repair):
        test = check.run(None)
        if isinstance(test.along, CounterSequence):
            return test.along
    raise UnknownNameError(
        f"Expected a claim that fails along a counter-sequence, but {found.id} does not; take one "
        "such as C8.over.linear, S10.gelu.d1 or M6.K2."
    )
