r"""Sequences that are shown: a paper's, or the counter-sequence of a shipped certificate.

A certificate holds all that its sequence needs, so that nothing is decided again. The certificate's
order is measured over random inputs, that of :mod:`~moeviz.symbolic.catalogue.course` over others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

from moeviz.model import Mixture
from moeviz.symbolic.catalogue.parts import model
from moeviz.symbolic.catalogue.shipped import shipped
from moeviz.symbolic.catalogue.slow import SLOW, PaperSequence, Slow
from moeviz.symbolic.certificates.report import number_from
from moeviz.symbolic.certificates.types import Certificate
from moeviz.symbolic.kernel.ground import Point
from moeviz.symbolic.questions.change import Stage
from moeviz.symbolic.questions.sequence import Moves, stage_of
from moeviz.symbolic.reading.expressions import Atom, atom


@dataclass(frozen=True)
class CertifiedSequence:
    """The measures that a certificate's solution makes.

    Attributes
    ----------
    atom : Atom
    points : tuple of mapping
        The true atoms.
    moves : Moves
    power : int
        The loss's exponent in crowded cells.
    """

    atom: Atom
    points: tuple[Point, ...]
    moves: Moves
    power: int

    def at(self, small: mpmath.mpf) -> Stage:
        """Return the measure at an epsilon; at 0 it is the truth."""
        return stage_of(self.atom, self.points, self.moves, small, self.power)


@dataclass(frozen=True)
class Walked:
    """A sequence along which the function moves less than the atoms do.

    Attributes
    ----------
    name, title : str
    claim : str
        The claim that decides it, by its id.
    test : int
        The test of that claim whose certificate has points and inputs, from 0.
    mixture : Mixture
    dimension : int
    along : str
        The input along which the function is drawn.
    shown : (str, str)
        The two parameters that the picture of atoms has as axes.
    truth : str
        What is special about the truth, as a sentence.
    paper : Slow or None
        A paper's sequence; without it the certificate's own solution is followed.
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
    paper: Slow | None = None

    @property
    def certificate(self) -> Certificate:
        """The shipped certificate; empty where none is current."""
        found = shipped(self.claim)
        if found is None:
            return Certificate()
        certificate: Certificate = found.verdict["tests"][self.test]["certificate"]
        return certificate

    def sequence(self, power: int) -> PaperSequence | CertifiedSequence:
        """Return the sequence.

        Parameters
        ----------
        power : int
            The loss's exponent in crowded cells, from 1.
        """
        if self.paper is not None:
            return self.paper.make(power)
        own = atom(self.mixture, self.dimension)
        points = [
            {s: number_from(point[str(s)]) for s in own.parameters}
            for point in self.certificate["points"]
        ]
        return CertifiedSequence(own, tuple(points), self._moves(own), power)

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


def _cosine(expert: str, **constants: Any) -> Mixture:
    return model("perturbed-cosine", "softmax", expert, **constants)


SEQUENCES: Mapping[str, Walked] = {
    one.name: one
    for one in (
        Walked(
            "flat-tanh", "a tanh expert with slope zero", "C8.over.tanh", 2, _cosine("tanh"), 2,
            "x1", ("a_1", "b"),
            "One true expert has slope zero. Two fitted ones with other biases share its place.",
        ),
        Walked(
            "ray", "cosine router, one vector longer", "C9.exact", 0,
            model("cosine", "softmax", "tanh"), 2, "x1", ("beta1_1", "beta1_2"),
            "The cosine router reads directions alone. One vector is longer, by a share of 1/n.",
            SLOW["cosine-exact"],
        ),
        Walked(
            "split-ray", "cosine router, one vector split by length", "C9.over", 0,
            model("cosine", "softmax", "tanh"), 2, "x1", ("beta1_1", "beta1_2"),
            "The cosine router reads directions alone. A shorter and a longer vector replace one.",
            SLOW["cosine-over"],
        ),
        Walked(
            "two-constants", "sigmoid gate, two constants for one", "S13.p1", 0,
            model("quadratic", "sigmoid", "linear"), 1, "x1", ("a", "b"),
            "A constant gate over a constant expert: two fitted ones, 1/n too high and too low.",
            SLOW["sigmoid-flat"],
        ),
        Walked(
            "regime-2", "multinomial experts, one that ignores x", "M6.K2", 0,
            model("linear", "softmax", "linear", "categorical", classes=2), 1, "x1", ("a", "b"),
            "One true expert has slope zero in every class. Two fitted ones share its place.",
        ),
        Walked(
            "regime-2-printed", "multinomial experts, as the proof prints it", "M6.K2", 0,
            model("linear", "softmax", "linear", "categorical", classes=2), 1, "x1", ("beta1", "b"),
            "Gate and intercept of both atoms move by 1/(2n), and their weight falls by 1/n.",
            SLOW["multinomial-regime2"],
        ),
        Walked(
            "cubic", "cubic experts, split by length", "C8.over.p3", 0,
            _cosine("polynomial", degree=3), 2, "x1", ("a_1", "b"),
            "An expert (a·x + b)³ only grows when a and b grow together, and the weight can pay.",
        ),
        Walked(
            "linear", "linear experts", "C8.over.linear", 0, _cosine("linear"), 2, "x1",
            ("a_1", "b"),
            "A linear expert is the mean of two others, however far apart these are.",
        ),
        Walked(
            "sparse-gelu", "sigmoid gate over GELU", "S10.gelu.d1", 0,
            model("quadratic", "sigmoid", "gelu"), 1, "x1", ("A", "b_gate"),
            "The true gate is constant: b to both sides does what a little more of A undoes.",
        ),
        Walked(
            "gaussian", "linear Gaussian experts", "K7", 1,
            model("linear", "softmax", "linear", "gaussian"), 1, "y", ("b", "nu"),
            "Two means to both sides with a smaller variance make nearly the density of one.",
        ),
    )
}  # fmt: skip
"""The sequences by their names."""
