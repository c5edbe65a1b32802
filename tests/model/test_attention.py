"""Attention is a mixture of linear experts with quadratic scores."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.errors import ShapeError
from moeviz.model import Head, as_experts, attention_rows, make_gate, make_routing
from tests.support import normal


def head(rng, width, values, keys=3):
    """The matrices B and W_V of a head."""
    queries, others = normal(rng, width, keys), normal(rng, width, keys)
    return queries @ others.T / math.sqrt(keys), normal(rng, width, values)


@pytest.mark.parametrize(
    ("tokens", "width", "values"), [(1, 1, 1), (3, 2, 2), (4, 3, 1), (5, 1, 4)]
)
def test_each_row_is_a_mixture_over_the_flattened_sequence(gate, tokens, width, values, rng):
    b, w_v = head(rng, width, values)
    x = normal(rng, 7, tokens, width)
    rows = attention_rows(x, b, w_v, make_gate(gate))
    for row in range(tokens):
        found = as_experts(row, tokens, b, w_v).value(x.flatten(-2), make_gate(gate))
        torch.testing.assert_close(found, rows[:, row], rtol=0, atol=1e-12)


def test_rows_are_those_of_the_textbook(rng):
    b, w_v = head(rng, 2, 3)
    x = normal(rng, 4, 2)
    scores = x @ b @ x.T
    for name, weights in (("softmax", scores.softmax(1)), ("sigmoid", scores.sigmoid())):
        torch.testing.assert_close(
            attention_rows(x, b, w_v, make_gate(name)), weights @ x @ w_v, rtol=0, atol=1e-12
        )


def test_the_scores_are_quadratic_forms_of_one_pair_of_tokens(rng):
    """M_ij is B in block (i, j) and 0 elsewhere; P_j is W_V in the rows of token j."""
    b, w_v = head(rng, 2, 3)
    mixture = as_experts(1, 3, b, w_v)
    blocks = mixture.scores.unflatten(2, (3, 2)).unflatten(1, (3, 2))
    slopes = mixture.experts.unflatten(1, (3, 2))
    for j in range(3):
        assert torch.equal(blocks[j, 1, :, j], b)
        assert torch.equal(slopes[j, j], w_v)
    assert torch.count_nonzero(mixture.scores) == 3 * torch.count_nonzero(b)
    assert torch.count_nonzero(mixture.experts) == 3 * torch.count_nonzero(w_v)


def test_matrices_that_do_not_fit_are_refused(rng):
    b, w_v = head(rng, 2, 3)
    with pytest.raises(ShapeError, match=r"B of shape \(4, 4\)"):
        attention_rows(normal(rng, 3, 4), b, w_v, make_gate("softmax"))
    with pytest.raises(ShapeError, match="a row from 0 to 2"):
        as_experts(3, 3, b, w_v)


def looked(rng, gate, tokens=4, **constants):
    matrices = [normal(rng, 3, width) for width in (2, 2, 5)]
    return Head(*matrices, make_routing(gate, **constants)).look(normal(rng, tokens, 3))


@pytest.mark.parametrize("tokens", [1, 2, 8])
def test_a_head_and_its_mixtures_are_the_same_to_rounding(gate, tokens, rng):
    found = looked(rng, gate, tokens, temperature=0.8)
    assert 0.0 <= found.gap() < 1e-12
    torch.testing.assert_close(found.rows, found.weights @ found.values, rtol=0, atol=0)


def test_a_heads_parts_are_the_textbooks(rng):
    found = looked(rng, "softmax")
    head, x = found.head, found.x
    scores = (x @ head.w_q) @ (x @ head.w_k).T / math.sqrt(2)
    torch.testing.assert_close(found.scores, scores)
    torch.testing.assert_close(found.rows, scores.softmax(1) @ (x @ head.w_v))
    gated = torch.einsum("a,jab,b->j", x.flatten(), found.mixture(2).scores, x.flatten())
    torch.testing.assert_close(gated, scores[2])
    answers = torch.einsum("a,jav->jv", x.flatten(), found.mixture(2).experts)
    torch.testing.assert_close(answers, found.values)


def test_under_a_softmax_others_lose_what_one_gains_and_under_a_sigmoid_nobody_does(rng):
    soft = looked(rng, "softmax").raised(1, 2, 1.0)
    alone = looked(rng, "sigmoid").raised(1, 2, 1.0)
    for change in (soft, alone):
        assert change[1, 2] > 0
        assert (change[[0, 2, 3]] == 0).all()
    others = [0, 1, 3]
    assert (soft[1, others] < 0).all()
    assert abs(float(soft[1].sum())) < 1e-15
    assert (alone[1, others] == 0).all()


def test_matrices_of_a_head_that_do_not_fit_are_refused(rng):
    with pytest.raises(ShapeError, match=r"one shape \(d, d_k\)"):
        Head(normal(rng, 3, 2), normal(rng, 3, 1), normal(rng, 3, 1), make_gate("softmax"))
    with pytest.raises(ShapeError, match="tokens of width 4"):
        looked(rng, "softmax").head.look(normal(rng, 2, 4))
