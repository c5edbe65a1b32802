"""Every row of the checker's table is one function in all its readings."""

from __future__ import annotations

import flint
import mpmath
import pytest
import sympy
import torch

from moeviz.model.formula import TYPED
from moeviz.symbolic.kernel.functions import BY_HEAD, BY_KIND, BY_NAME
from moeviz.symbolic.kernel.generators import Kind

X = sympy.Symbol("x", real=True)
POINTS = (0.3, 1.7)
BALLS = [kind for kind, row in BY_KIND.items() if row.written in BY_HEAD and kind is not Kind.RELU]


def test_every_function_that_can_be_typed_has_a_row():
    assert set(TYPED) <= set(BY_NAME)


@pytest.mark.parametrize("at", POINTS)
@pytest.mark.parametrize("head", BY_HEAD, ids=str)
def test_precise_numbers_and_tensors_agree(head, at):
    row = BY_HEAD[head]
    precise = float(row.precise(mpmath.mpf(at)))
    assert row.tensor(torch.tensor(at, dtype=torch.float64)).item() == pytest.approx(precise, 1e-14)
    assert row.written(X).has(head)


@pytest.mark.parametrize("at", POINTS)
@pytest.mark.parametrize("kind", BALLS, ids=str)
def test_balls_hold_the_precise_numbers(kind, at):
    row = BY_KIND[kind]
    value = row.ball(flint.arb(at))
    assert float(value.mid()) == pytest.approx(float(row.precise(mpmath.mpf(at))), rel=1e-14)
    assert float(value.rad()) < 1e-12


SIGNED = [kind for kind, row in BY_KIND.items() if row.sign is not None and row in BY_HEAD.values()]


@pytest.mark.parametrize("kind", SIGNED, ids=str)
def test_signs_are_those_of_the_values(kind):
    row = BY_KIND[kind]
    values = [float(row.precise(mpmath.mpf(at))) for at in (-2.0, 0.5)]
    assert min(values) > 0 if row.sign else min(values) == 0
