"""The losses beside the task's, by hand."""

from __future__ import annotations

import pytest
import torch

from moeviz.errors import SpecificationError
from moeviz.train.losses import balance_loss, distillation_loss, diversity_loss, z_loss
from tests.train.layers import stream


def shares(seed: int, experts: int = 5, tokens: int = 30) -> torch.Tensor:
    return torch.rand(experts, tokens, generator=stream(seed), dtype=torch.float64)


def test_distillation_is_zero_at_agreement_and_only_there() -> None:
    own, won = shares(1), shares(1).topk(2, dim=0).indices
    assert distillation_loss(own, own.clone(), won, 0.1) == 0.0
    assert distillation_loss(own, shares(2), won, 0.1) > 0.0


@pytest.mark.parametrize("alpha", [0.0, 0.1, 2.0])
def test_distillation_is_eq_2(alpha: float) -> None:
    own, other = shares(1), shares(2)
    won = other.topk(2, dim=0).indices
    by_hand = []
    for t in range(30):
        square = [(float(own[j, t]) - float(other[j, t])) ** 2 for j in range(5)]
        winners = sum(square[int(j)] for j in won[:, t])
        by_hand.append(sum(square) / 5 + alpha / 2 * winners)
    expected = sum(by_hand) / 30
    assert float(distillation_loss(own, other, won, alpha)) == pytest.approx(expected, rel=1e-12)


def test_diversity_is_eq_3() -> None:
    answers = torch.randn(3, 4, 6, generator=stream(3), dtype=torch.float64)
    by_hand = []
    for t in range(4):
        rows = answers[:, t]
        correlation = rows @ rows.T / rows.square().sum()
        by_hand.append((correlation.sum() - correlation.trace()) / 6)
    expected = torch.stack(by_hand).mean()
    torch.testing.assert_close(diversity_loss(answers), expected)


def test_equal_answers_have_correlation_1_and_answers_at_right_angles_0() -> None:
    one = torch.randn(1, 5, 6, generator=stream(1), dtype=torch.float64)
    equal = one.expand(3, 5, 6)
    assert float(diversity_loss(equal, "rows")) == pytest.approx(1.0)
    assert float(diversity_loss(equal, "whole")) == pytest.approx(1.0 / 3.0)
    square = torch.eye(3, 6, dtype=torch.float64).unsqueeze(1).expand(3, 5, 6)
    assert float(diversity_loss(square)) == pytest.approx(0.0, abs=1e-15)


def test_diversity_of_nothing_is_nothing() -> None:
    for norm in ("whole", "rows"):
        silent = torch.zeros(2, 3, 4, dtype=torch.float64, requires_grad=True)
        loss = diversity_loss(silent, norm)
        assert loss == 0.0
        assert torch.autograd.grad(loss, silent)[0].isfinite().all()
    assert diversity_loss(torch.ones(1, 3, 4)) == 0.0
    with pytest.raises(SpecificationError, match="Expected one of whole, rows"):
        diversity_loss(torch.ones(2, 3, 4), "spectral")


def test_balance_is_1_where_all_are_equally_busy_and_n_where_one_does_everything() -> None:
    even = torch.full((4, 8), 0.25, dtype=torch.float64)
    chosen = torch.stack([torch.arange(8) % 4, (torch.arange(8) + 1) % 4])
    assert float(balance_loss(even, chosen)) == pytest.approx(1.0)
    one = torch.zeros(4, 8, dtype=torch.float64)
    one[2] = 1.0
    assert float(balance_loss(one, torch.full((1, 8), 2))) == pytest.approx(4.0)


def test_z_is_the_square_of_what_a_softmax_divides_by() -> None:
    scores = torch.full((4, 3), 2.0, dtype=torch.float64)
    expected = (2.0 + torch.log(torch.tensor(4.0, dtype=torch.float64))) ** 2
    torch.testing.assert_close(z_loss(scores), expected)
    torch.testing.assert_close(z_loss(scores - scores.logsumexp(0)), expected * 0.0)
