"""Attention is a mixture of experts: the claim's two sides are those of the model."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy
import torch

from moeviz.model import Head, make_gate
from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.attention import GATES, TOKENS, WIDTH, sides
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.questions.claims import decide
from moeviz.symbolic.questions.pde import Statement, Term, stated
from tests.support import normal


@pytest.mark.parametrize("name", GATES)
def test_attention_is_a_mixture_of_experts(name):
    verdict = decide(CATALOGUE.claims[f"S14.{name}"])
    assert verdict.answer == Answer.HOLDS
    assert verdict.agrees
    assert len(verdict.tests) == TOKENS * WIDTH
    for test in verdict.tests:
        assert test.certificate["kind"] == "identity"
        assert test.certificate["points"] == []  # for all matrices and all sequences


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize(("row", "column"), [(0, 1), (1, 0)])
def test_both_sides_are_the_models_numbers(name, row, column, rng):
    left, right, x, parameters = sides(name, row, column)
    matrices = [normal(rng, WIDTH, WIDTH) for _ in "qkv"]
    sequence = normal(rng, TOKENS, WIDTH)
    found = Head(*matrices, make_gate(name)).look(sequence)
    numbers = [*sequence.flatten(), *torch.stack(matrices).flatten(), torch.tensor(WIDTH**-0.5)]
    values = dict(zip((*x, *parameters), map(float, numbers), strict=True))
    for side in (left, right):
        value = float(sympy.N(_plain(side).subs(values)))
        assert value == pytest.approx(found.rows[row, column].item(), rel=1e-6)


def _plain(formula):
    """A formula with the logistic function written out."""
    return formula.replace(
        lambda f: type(f).__name__ == "sigmoid", lambda f: 1 / (1 + sympy.exp(-f.args[0]))
    )


@pytest.mark.parametrize("name", GATES)
def test_another_rows_mixture_is_not_it(name):
    left, _, x, parameters = sides(name, 0, 0)
    _, other, *_ = sides(name, 1, 0)
    one = sympy.Integer(1)
    wrong = Statement((left, other), x, parameters, (Term(one, (), 0), Term(-one, (), 1)), "")
    assert stated("wrong", wrong).answer == Answer.FAILS
    right = replace(wrong, functions=(left, sides(name, 0, 0)[1]))
    assert stated("right", right).answer == Answer.HOLDS
