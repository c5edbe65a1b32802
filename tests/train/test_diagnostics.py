"""Numbers of a network's routing."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.errors import ShapeError
from moeviz.train import diagnostics
from tests.train.layers import stream


def chosen(seed: int, top: int = 2, experts: int = 6, tokens: int = 50) -> torch.Tensor:
    return torch.rand(experts, tokens, generator=stream(seed)).topk(top, dim=0).indices


def test_assignments_agree_as_sets() -> None:
    one, other = chosen(1), chosen(2)
    by_hand = [
        len(set(one[:, t].tolist()) & set(other[:, t].tolist())) / 2 for t in range(one.shape[1])
    ]
    assert diagnostics.agreement(one, other) == pytest.approx(sum(by_hand) / 50)
    assert diagnostics.change_rate(one, other) == pytest.approx(1 - sum(by_hand) / 50)
    assert diagnostics.change_rate(one, one.flip(0)) == 0.0
    assert diagnostics.change_rate(chosen(1) % 3, chosen(1) % 3 + 3) == 1.0
    with pytest.raises(ShapeError, match="the same tokens"):
        diagnostics.agreement(one, chosen(1, tokens=49))


def test_entropy_of_use_is_at_most_the_log_of_the_number_and_reached_where_all_are_busy() -> None:
    even = torch.arange(48).view(2, 24) % 8
    assert diagnostics.use_entropy(even, 8) == pytest.approx(3.0)
    assert diagnostics.use_entropy(torch.zeros(2, 24, dtype=torch.int64), 8) == 0.0
    assert 0.0 < diagnostics.use_entropy(chosen(3), 6) < math.log2(6)
    assert diagnostics.load(chosen(3), 6).sum() == pytest.approx(1.0)


def test_entropy_of_weights() -> None:
    assert diagnostics.weight_entropy(torch.full((4, 9), 0.3)) == pytest.approx(2.0)
    alone = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert diagnostics.weight_entropy(alone) == 0.0


def test_similarity_of_equal_and_of_opposite_experts() -> None:
    one = torch.randn(1, 7, 5, generator=stream(1), dtype=torch.float64)
    assert diagnostics.similarity(one.expand(4, 7, 5)) == pytest.approx(1.0)
    assert diagnostics.similarity(torch.cat([one, -2 * one])) == pytest.approx(-1.0)
    assert diagnostics.similarity(one) == 1.0


def test_the_length_of_scores() -> None:
    scores = torch.tensor([[3.0, 0.0], [4.0, 1.0]])
    assert diagnostics.score_norm(scores) == pytest.approx(3.0)
