"""Attention is a mixture of linear experts with quadratic scores."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.errors import ShapeError
from moeviz.model import as_experts, attention_rows, make_gate
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
