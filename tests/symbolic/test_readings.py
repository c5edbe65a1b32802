"""What the checker makes of a part's text: gates and scores that no registry has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
import sympy

from moeviz.errors import FormulaError
from moeviz.model import GATES, Mixture, Part, make_mixture
from moeviz.model.competition import CompetitionScore
from moeviz.model.gates import SoftmaxGate
from moeviz.symbolic.kernel.functions import sigmoid, softplus
from moeviz.symbolic.reading.expressions import atom
from moeviz.symbolic.reading.families import term

BETA, OFFSET = sympy.Symbol("beta1", real=True), sympy.Symbol("beta0", real=True)
A, B, X = sympy.symbols("a b x1", real=True)


def mixture(score="linear", gate="softmax", expert="tanh", output="regression", **constants):
    return make_mixture(score, gate, expert, output, **constants)


@pytest.mark.parametrize("name", GATES)
def test_a_gates_weight_is_read_from_its_text(name):
    own = atom(mixture(gate=name), 1)
    weight = sympy.exp(own.score) if GATES[name].normalised else sigmoid(own.score)
    assert own.weight == weight
    assert term(own) == (weight * sympy.tanh(A * X + B),)


@dataclass(frozen=True)
class SoftGate(SoftmaxGate):
    """Weights in proportion to softplus(s)."""

    name: ClassVar[str] = "soft"
    text: ClassVar[str] = "softplus(s)/sum(softplus(s))"


def test_a_gate_of_another_function_is_read_too():
    base = mixture()
    own = atom(Mixture(base.score, SoftGate(), base.expert, base.output), 1)
    assert own.weight == softplus(BETA * X + OFFSET)
    assert not own.logistic


@dataclass(frozen=True)
class BothScore(CompetitionScore):
    """A score that reads the input and the expert."""

    name: ClassVar[str] = "both"
    text: ClassVar[str] = "dot(b,x) + softplus(h) + 2*log(1 + x1^2)"

    def parts(self, dimension):
        return (Part("beta1", r"\beta_1", dimension),)


def test_e_to_a_score_is_written_without_the_logarithms():
    base = mixture(expert="linear")
    own = atom(Mixture(BothScore(), base.gate, base.expert, base.output), 1)
    h = A * X + B
    assert own.score == BETA * X + softplus(h) + 2 * sympy.log(1 + X**2) + OFFSET
    shown = sympy.exp(OFFSET + BETA * X) * (1 + sympy.exp(h)) * (1 + X**2) ** 2
    assert sympy.simplify(own.affinity - shown) == 0


def test_a_text_that_names_what_is_not_there_is_refused():
    @dataclass(frozen=True)
    class Lost(CompetitionScore):
        text: ClassVar[str] = "dot(b,x) + x9"

    base = mixture()
    with pytest.raises(FormulaError, match="Expected"):
        atom(Mixture(Lost(), base.gate, base.expert, base.output), 1)
