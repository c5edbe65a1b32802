r"""Sequences of measures whose functions approach the truth's faster than their atoms do.

Two kinds: the checker's counter-sequences, whose direction a shipped certificate holds, and the
sequences :math:`G_n` that the papers write down. The certificate's order is measured over random
inputs, this one over fixed ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath
import sympy

from moeviz.model import Mixture
from moeviz.symbolic.catalogue.parts import model
from moeviz.symbolic.catalogue.shipped import shipped
from moeviz.symbolic.certificates.report import number_from
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.kernel.numeric import precise
from moeviz.symbolic.questions.sequence import Moves, Placed, placed
from moeviz.symbolic.reading.expressions import Atom, atom

Points = list[Point]
Build = Callable[[Atom, Points, mpmath.mpf, int], tuple[list[Placed], mpmath.mpf]]
"""From the atom, the true atoms, 1/n and the loss's exponent to fitted atoms and their loss."""


@dataclass(frozen=True)
class Slow:
    """A sequence along which the function moves less than the atoms do.

    Attributes
    ----------
    name, title : str
    claim : str
        The claim that decides it, by its id.
    test : int
        The test of that claim whose certificate has the points, from 0.
    mixture : Mixture
    dimension : int
    along : str
        The input along which the function is drawn.
    shown : (str, str)
        The two parameters that the picture of atoms has as axes.
    truth : str
        What is special about the truth, as a sentence.
    build : callable or None
        A paper's sequence; without it the certificate's own solution is followed.
    source : str
        Where a paper has it.
    zeros : tuple of str
        Parameters of the first atom that are 0, other than in the certificate.
    """

    name: str
    title: str
    claim: str
    test: int
    mixture: Mixture
    dimension: int
    along: str
    shown: tuple[str, str]
    truth: str
    build: Build | None = None
    source: str = ""
    zeros: tuple[str, ...] = ()

    @property
    def certificate(self) -> Mapping[str, Any]:
        """The shipped certificate; empty where none is current."""
        found = shipped(self.claim)
        return found.verdict["tests"][self.test]["certificate"] if found else {}

    @property
    def atom(self) -> Atom:
        """The model's atom in symbols."""
        return atom(self.mixture, self.dimension)

    def points(self, own: Atom) -> Points:
        """Return the true atoms.

        Parameters
        ----------
        own : Atom
        """
        first, *others = self.certificate["points"]
        said = [first | dict.fromkeys(self.zeros, "0"), *others]
        return [{s: number_from(point[str(s)]) for s in own.parameters} for point in said]

    def at(
        self, own: Atom, points: Points, epsilon: mpmath.mpf, power: int
    ) -> tuple[list[Placed], mpmath.mpf]:
        """Return the fitted atoms and their loss, at mpmath's present precision.

        Parameters
        ----------
        own : Atom
        points : list of mapping
            The true atoms.
        epsilon : mpf
            Of a paper's sequence, 1/n.
        power : int
            The loss's exponent in crowded cells.
        """
        if self.build is not None:
            return self.build(own, points, epsilon, power)
        return placed(own, points, self._moves(own), epsilon, power)

    def _moves(self, own: Atom) -> Moves:
        symbols = {str(s): s for s in own.parameters}
        certificate = self.certificate
        shifts = {
            (m["atom"] - 1, symbols[m["by"][0]]): Fraction(m["coefficient"])
            for m in certificate["members"]
            if len(m["by"]) == 1
        }
        spreads = [
            (
                block["atom"] - 1,
                [symbols[name] for name in block["parameters"]],
                [[Fraction(entry) for entry in row] for row in block["rows"]],
            )
            for block in certificate["matrices"]
        ]
        return Moves(shifts, spreads)


def _values(own: Atom, point: Point) -> dict[sympy.Symbol, mpmath.mpf]:
    return {s: precise(point[s]) for s in own.parameters}


def _longer(
    own: Atom, points: Points, epsilon: mpmath.mpf, scales: Sequence[mpmath.mpf], power: int
) -> tuple[list[Placed], mpmath.mpf]:
    """Return atoms with the first one's vector at several lengths, which share its weight."""
    first, *others = (_values(own, point) for point in points)
    vector = [s for s in own.gate if str(s).startswith("beta1")]
    length = mpmath.sqrt(sum(first[s] ** 2 for s in vector))
    share = mpmath.mpf(1) / len(scales)
    atoms = [(share, first | {s: first[s] * scale for s in vector}) for scale in scales]
    loss = mpmath.exp(first[own.offset]) * (length * epsilon) ** power
    return [*atoms, *((mpmath.mpf(1), other) for other in others)], loss


def _ray(
    own: Atom, points: Points, epsilon: mpmath.mpf, power: int
) -> tuple[list[Placed], mpmath.mpf]:
    return _longer(own, points, epsilon, (1 + epsilon,), power)


def _split_ray(
    own: Atom, points: Points, epsilon: mpmath.mpf, power: int
) -> tuple[list[Placed], mpmath.mpf]:
    return _longer(own, points, epsilon, (1 - epsilon, 1 + epsilon), power)


def _two_constants(
    own: Atom, points: Points, epsilon: mpmath.mpf, power: int
) -> tuple[list[Placed], mpmath.mpf]:
    """Return two constant experts in place of one; both sigmoids together are a little heavier."""
    first, *others = (_values(own, point) for point in points)
    named = {str(s): s for s in own.parameters}
    weight = 1 / (1 + mpmath.exp(-first[own.offset]))  # Half of the true one, which two share.
    extra = epsilon ** (power + 1)
    each = (2 * weight + extra) / 2
    offset = mpmath.log(each / (1 - each))
    atoms = [
        first | {own.offset: offset, named["b"]: first[named["b"]] + sign * epsilon}
        for sign in (1, -1)
    ]
    one = mpmath.mpf(1)
    return [(one, values) for values in [*atoms, *others]], extra + 2 * epsilon**power


def _cosine(expert: str, **constants: Any) -> Mixture:
    return model("perturbed-cosine", "softmax", expert, **constants)


SEQUENCES: Mapping[str, Slow] = {
    one.name: one
    for one in (
        Slow(
            "flat-tanh", "a tanh expert with slope zero", "C8.over.tanh", 2, _cosine("tanh"), 2,
            "x1", ("a_1", "b"),
            "One true expert has slope zero. Two fitted ones with other biases share its place.",
        ),
        Slow(
            "ray", "cosine router, one vector longer", "C9.exact", 0,
            model("cosine", "softmax", "tanh"), 2, "x1", ("beta1_1", "beta1_2"),
            "The cosine router reads directions alone. One vector is longer, by a share of 1/n.",
            _ray, "cosine Theorem 5",
        ),
        Slow(
            "split-ray", "cosine router, one vector split by length", "C9.over", 0,
            model("cosine", "softmax", "tanh"), 2, "x1", ("beta1_1", "beta1_2"),
            "The cosine router reads directions alone. A shorter and a longer vector replace one.",
            _split_ray, "cosine Theorem 2",
        ),
        Slow(
            "two-constants", "sigmoid gate, two constants for one", "S13.p1", 0,
            model("quadratic", "sigmoid", "linear"), 1, "x1", ("a", "b"),
            "A constant gate over a constant expert: two fitted ones, 1/n too high and too low.",
            _two_constants, "sigmoid Lemma 2", ("a",),
        ),
        Slow(
            "regime-2", "multinomial experts, one that ignores x", "M6.K2", 0,
            model("linear", "softmax", "linear", "categorical", classes=2), 1, "x1", ("a", "b"),
            "One true expert has slope zero in every class. Two fitted ones share its place.",
        ),
        Slow(
            "cubic", "cubic experts, split by length", "C8.over.p3", 0,
            _cosine("polynomial", degree=3), 2, "x1", ("a_1", "b"),
            "An expert (a·x + b)³ only grows when a and b grow together, and the weight can pay.",
        ),
        Slow(
            "linear", "linear experts", "C8.over.linear", 0, _cosine("linear"), 2, "x1",
            ("a_1", "b"),
            "A linear expert is the mean of two others, however far apart these are.",
        ),
        Slow(
            "sparse-gelu", "sigmoid gate over GELU", "S10.gelu.d1", 0,
            model("quadratic", "sigmoid", "gelu"), 1, "x1", ("A", "b_gate"),
            "The true gate is constant: b to both sides does what a little more of A undoes.",
        ),
        Slow(
            "gaussian", "linear Gaussian experts", "K7", 1,
            model("linear", "softmax", "linear", "gaussian"), 1, "y", ("b", "nu"),
            "Two means to both sides with a smaller variance make nearly the density of one.",
        ),
    )
}  # fmt: skip
"""The sequences by their names."""
