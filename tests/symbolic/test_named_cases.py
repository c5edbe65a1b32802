"""Claims whose tests name all special cases there are: the reasons, found again by numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy

from moeviz.symbolic.catalogue import CATALOGUE
from moeviz.symbolic.catalogue.shipped import shipped, shipped_summary
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.questions.claims import Complete

NULL, FULL = 1e-11, 1e-7
"""Smallest singular value over the largest: of dependent and of independent functions."""

PROVED = [
    name
    for name, claim in CATALOGUE.claims.items()
    if any(isinstance(check.search, Complete) for check in claim.checks)
]


def test_whatever_holds_under_a_condition_says_why_its_cases_are_all_or_how_far_was_searched():
    for name, summary in shipped_summary().items():
        if summary.verdict == str(Answer.CONDITIONAL):
            assert shipped(name).verdict["searched"], name
    assert PROVED == ["S20.gelu", "S21.gelu", "K8.x", "K9.d1", "K9.d2", "K10"]
    for name in PROVED:
        (said,) = shipped(name).verdict["searched"]
        assert said["proved"]
        assert said["words"]


def ratio(columns):
    sizes = np.linalg.norm(columns, axis=0)
    values = np.linalg.svd(columns / np.where(sizes > 0, sizes, 1.0), compute_uv=False)
    return values[-1] / values[0]


def unit(w1, b, w2):
    """The functions of K8.x at 400 inputs, with derivatives written out by hand."""
    x = np.linspace(-6.0, 6.0, 400)
    z = w1 * x + b
    s, soft = 1.0 / (1.0 + np.exp(-z)), np.logaddexp(0.0, z)
    gate = 1.0 / (1.0 + np.exp(-w2 * soft))
    first = [w2 * s * x, w2 * s, soft]
    bend = s - s * s
    second = {
        (0, 0): w2 * bend * x * x,
        (0, 1): w2 * bend * x,
        (1, 1): w2 * bend,
        (0, 2): s * x,
        (1, 2): s,
        (2, 2): 0.0 * x,
    }
    pairs = itertools.combinations_with_replacement(range(3), 2)
    both = [second[u, v] + first[u] * first[v] for u, v in pairs]
    return np.stack([np.ones_like(x), *(gate * one for one in (*first, *both))], 1)


@pytest.mark.parametrize("w2", [-3.0, -1.0, -0.5, 0.5, 1.5, 2.0, 3.0])
@pytest.mark.parametrize(("w1", "b"), [(1.0, 0.0), (-1.0, 0.0), (1.2, 0.4)])
def test_a_softplus_unit_is_free_whatever_its_intercept(w1, b, w2):
    assert ratio(unit(w1, b, w2)) > FULL


@pytest.mark.parametrize(("w1", "b", "w2"), [(1.2, 0.4, 1.0), (-0.7, 0.0, 1.0), (1.2, 0.4, 0.0)])
def test_a_softplus_unit_of_outer_weight_one_is_not(w1, b, w2):
    """At weight 1 the affinity is 1 + e^z, which is its own derivative but for a constant."""
    assert ratio(unit(w1, b, w2)) < NULL
    if w2:
        columns = unit(w1, b, w2)
        np.testing.assert_allclose(columns[:, 2], columns[:, 7], rtol=1e-12)


def line(a, b, x):
    s = 1.0 / (1.0 + np.exp(-(x @ a + b)))
    d = range(x.shape[1])
    pairs = itertools.combinations_with_replacement(d, 2)
    plain = [np.ones(len(x)), *(x[:, u] for u in d), s, *(x[:, u] * s for u in d)]
    return np.stack([*plain, *(x[:, u] * x[:, v] * s for u, v in pairs)], 1)


def test_a_linear_experts_functions_are_dependent_where_the_slope_is_zero_alone():
    rng = np.random.default_rng(2)
    x = rng.uniform(-3.0, 3.0, (600, 2))
    for a in ([1.0, 0.0], [0.0, -2.0], [1.0, 1.0], [1.0, -1.0], [1.5, -0.7]):
        for b in (-1.0, 0.0, 2.0):
            assert ratio(line(np.array(a), b, x)) > FULL
    assert ratio(line(np.zeros(2), 0.5, x)) < NULL


def test_a_linear_experts_span_is_carried_into_itself_by_an_affine_change():
    rng = np.random.default_rng(3)
    x = rng.uniform(-2.0, 2.0, (500, 2))
    turn, shift = rng.normal(size=(2, 2)), rng.normal(size=2)
    a, b = np.array([0.8, -0.6]), 0.3
    moved = line(a, b, x @ turn + shift)
    own = line(turn @ a, b + shift @ a, x)
    left = moved - own @ np.linalg.lstsq(own, moved, rcond=None)[0]
    assert np.abs(left).max() < 1e-8


def test_two_sigmoids_for_one_are_a_sum_of_exponentials_that_is_one():
    u, v, w = sympy.symbols("u v w", positive=True)
    difference = 1 / (1 + u) + 1 / (1 + v) - 1 / (1 + w)
    top, _ = sympy.fraction(sympy.together(difference))
    said = 1 + 2 * w + w * u + w * v - u * v
    assert sympy.expand(top - said) == 0
