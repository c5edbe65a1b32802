"""Scores, gates and experts on their own."""

from __future__ import annotations

import pytest
import torch

from moeviz.model import (
    EXPERTS,
    GATES,
    SCORES,
    ActivationExpert,
    make_expert,
    make_gate,
    make_score,
)
from tests.support import NORMALISED, normal, uniform


def gate_block(rng, chart, *lead, dimension=3):
    return normal(rng, *lead, sum(part.width for part in chart.parts(dimension)))


def test_chart_jacobian_agrees_with_automatic_differentiation(score, rng):
    chart = make_score(score, tau1=0.7)
    beta = gate_block(rng, chart)
    automatic = torch.func.jacrev(chart.coordinates)(beta)
    torch.testing.assert_close(chart.chart_jacobian(beta), automatic, rtol=1e-12, atol=1e-13)


def test_a_slope_is_pulled_back_by_the_charts_jacobian(score, rng):
    chart = make_score(score, tau1=0.7)
    beta = gate_block(rng, chart, 4)
    beta[1] = 0.0
    slope = normal(rng, *chart.coordinates(beta).shape)
    wanted = (slope.unsqueeze(-2) @ chart.chart_jacobian(beta)).squeeze(-2)
    torch.testing.assert_close(chart.pull_back(beta, slope), wanted, rtol=1e-13, atol=1e-14)


def test_parameter_is_a_right_inverse_of_the_chart(score, rng):
    chart = make_score(score, tau1=0.7)
    u = chart.coordinates(gate_block(rng, chart, 5))
    torch.testing.assert_close(chart.coordinates(chart.parameter(u)), u, rtol=0, atol=1e-14)


def test_features_and_coordinates_have_one_length(score, rng):
    chart = make_score(score)
    beta, x = gate_block(rng, chart, 4), uniform(rng, 3, 20)
    assert chart.features(x).shape == (chart.coordinates(beta).shape[-1], 20)


def test_features_are_finite_at_the_origin(score):
    chart = make_score(score)
    assert torch.isfinite(chart.features(torch.zeros(3, 1, dtype=torch.float64))).all()
    zero = torch.zeros(sum(part.width for part in chart.parts(3)), dtype=torch.float64)
    assert torch.isfinite(chart.coordinates(zero)).all()
    assert torch.isfinite(chart.chart_jacobian(zero)).all()


def test_affinity_is_differentiated(score, rng):
    chart = make_score(score)
    value = 3 * normal(rng, 50)
    high, low = chart.affinity(value + 1e-6)[0], chart.affinity(value - 1e-6)[0]
    slope = chart.affinity(value)[1]
    torch.testing.assert_close((high - low) / 2e-6, slope, rtol=0, atol=1e-8)
    assert bool((slope != 0).any()) == chart.reads_expert


def test_perturbed_router_without_perturbation_tends_to_the_cosine_router(rng):
    x, beta = uniform(rng, 1, 3, 20), normal(rng, 1, 4, 3)
    cosine, close = make_score("cosine"), make_score("perturbed-cosine", tau1=1e-3, tau2=0.0)
    exact = cosine.coordinates(beta) @ cosine.features(x)
    near = close.coordinates(beta) @ close.features(x)
    torch.testing.assert_close(near, exact, rtol=0, atol=1e-2)


def test_quadratic_scores_are_quadratic_forms(rng):
    x, beta = uniform(rng, 3, 20), normal(rng, 9)
    rows, columns = torch.triu_indices(3, 3)
    matrix = torch.zeros(3, 3, dtype=torch.float64)
    matrix[rows, columns] = matrix[columns, rows] = beta[:6]
    form = torch.einsum("in,ij,jn->n", x, matrix, x)
    whole, part = make_score("quadratic"), make_score("partial-quadratic")
    torch.testing.assert_close(part.coordinates(beta[:6]) @ part.features(x), form)
    torch.testing.assert_close(whole.coordinates(beta) @ whole.features(x), form + beta[6:] @ x)
    (metric,) = (piece.metric for piece in part.parts(3))
    torch.testing.assert_close(
        (beta[:6] ** 2 * torch.tensor(metric)).sum().sqrt(), torch.linalg.matrix_norm(matrix)
    )


def test_weights_are_shares(gate, rng):
    weights = make_gate(gate).weights(4 * normal(rng, 2, 4, 30))
    assert ((weights >= 0) & (weights <= 1)).all()
    if GATES[gate].normalised:
        torch.testing.assert_close(weights.sum(-2), torch.ones(2, 30, dtype=torch.float64))


def test_log_weights_are_the_logs_of_the_weights(gate, rng):
    scores = 4 * normal(rng, 2, 4, 30)
    made = make_gate(gate)
    torch.testing.assert_close(made.log_weights(scores).exp(), made.weights(scores.clone()))


def test_normalised_gates_do_not_see_a_common_shift_and_others_do(gate, rng):
    made, scores = make_gate(gate), normal(rng, 4, 30)
    shifted = made.weights(scores + normal(rng, 1, 30))
    assert torch.allclose(shifted, made.weights(scores), atol=1e-14) == made.normalised


def test_score_derivative_agrees_with_differences(gate, rng):
    made, scores, values = make_gate(gate), 2 * normal(rng, 4, 30), normal(rng, 4, 30)

    def mixed(s):
        return (made.weights(s.clone()) * values).sum(-2)

    slope = made.score_derivative(made.weights(scores.clone()), values, mixed(scores).unsqueeze(-2))
    for atom in range(4):
        move = torch.zeros_like(scores)
        move[atom] = 1e-6
        numeric = (mixed(scores + move) - mixed(scores - move)) / 2e-6
        torch.testing.assert_close(slope[atom], numeric, rtol=0, atol=1e-8)


@pytest.mark.parametrize("top", [1, 2, 3, 7])
def test_top_gates_keep_the_largest_scores(top, rng):
    scores = normal(rng, 4, 50)
    kept = min(top, 4)
    order = scores.argsort(0, descending=True)
    for name in ("softmax", "sigmoid"):
        weights = make_gate(f"top-{name}", top=top).weights(scores.clone())
        assert ((weights > 0).sum(0) == kept).all()
        assert (weights.gather(0, order)[:kept] > 0).all()
        if kept == 4:
            torch.testing.assert_close(weights, make_gate(name).weights(scores.clone()))


def test_of_equal_scores_the_first_are_kept():
    level = torch.zeros(4, 3, dtype=torch.float64)
    for name in ("top-softmax", "top-sigmoid"):
        assert (make_gate(name, top=2).weights(level.clone()) > 0).tolist() == [
            [True] * 3, [True] * 3, [False] * 3, [False] * 3,
        ]  # fmt: skip


def test_huge_scores_stay_finite(gate):
    scores = torch.tensor([[[1e6], [-1e6], [9e5]]], dtype=torch.float64)
    assert torch.isfinite(make_gate(gate).weights(scores)).all()


def heads_and_scalars(rng, expert, scale=2.0):
    t = [scale * normal(rng, 200) for _ in range(expert.heads)]
    return t, [normal(rng, 1) for _ in range(expert.scalars)]


def test_expert_slopes_agree_with_differences(expert, rng):
    made = make_expert(expert, degree=3)
    t, s = heads_and_scalars(rng, made)
    value, by_head, by_scalar = made.value_and_slopes(t, s)
    assert len(by_head) == made.heads
    assert len(by_scalar) == made.scalars
    for given, slopes in ((t, by_head), (s, by_scalar)):
        for i, slope in enumerate(slopes):
            here = given[i]
            given[i] = here + 1e-6
            high = made.value_and_slopes(t, s)[0]
            given[i] = here - 1e-6
            low = made.value_and_slopes(t, s)[0]
            given[i] = here
            torch.testing.assert_close(
                (high - low) / 2e-6, slope.expand_as(value), atol=1e-6, rtol=1e-6
            )


ACTIVATIONS = [name for name in EXPERTS if isinstance(make_expert(name), ActivationExpert)]


@pytest.mark.only(expert=ACTIVATIONS)
def test_activation_slope_agrees_with_automatic_differentiation(expert, rng):
    activation = make_expert(expert, degree=3)
    t = 3 * normal(rng, 200)
    t.requires_grad_(True)
    value, slope = activation.value_and_slope(t)
    (automatic,) = torch.autograd.grad(value.sum(), t)
    torch.testing.assert_close(slope, automatic, rtol=1e-12, atol=1e-13)


def expert_value(made, eta, x):
    """The function of one expert block, shape (E,), on inputs (D, N)."""
    width = x.shape[0] + 1
    ones = torch.cat([x, torch.ones_like(x[:1])])
    t = [eta[i * width : (i + 1) * width] @ ones for i in range(made.heads)]
    return made.value_and_slopes(t, list(eta[made.heads * width :].split(1)))[0]


@pytest.mark.parametrize("degree", [1, 2, 3, 4])
def test_nearest_parameter_is_the_same_function_and_no_farther(expert, degree, rng):
    made = make_expert(expert, degree=degree, hidden=3)
    x, eta = uniform(rng, 2, 50), normal(rng, made.width(2))
    for _ in range(10):
        true = 3 * normal(rng, made.width(2))
        moved = made.nearest(eta, true)
        torch.testing.assert_close(expert_value(made, moved, x), expert_value(made, eta, x))
        if made.fibre(eta).shape[0] == 0:  # a point on a continuous fibre is chosen by a slice
            assert (moved - true).norm() <= (eta - true).norm() + 1e-12


def test_nearest_parameter_of_the_same_function_is_the_true_one(expert, rng):
    made = make_expert(expert, degree=2, hidden=3)
    for _ in range(10):
        true = normal(rng, made.width(2))
        moved = made.nearest(made.nearest(true, 3 * normal(rng, made.width(2))), true)
        torch.testing.assert_close(moved, true, rtol=0, atol=1e-13)


def test_function_does_not_change_along_the_fibre(expert, rng):
    made = make_expert(expert)
    x, eta = uniform(rng, 2, 50), normal(rng, made.width(2))
    for direction in made.fibre(eta):
        change = expert_value(made, eta + 1e-5 * direction, x) - expert_value(
            made, eta - 1e-5 * direction, x
        )
        assert change.abs().max() < 1e-13
    assert made.fibre_slice(eta).shape == made.fibre(eta).shape


def test_expert_parts_fill_the_block(expert):
    made = make_expert(expert, hidden=3)
    assert sum(part.width for part in made.parts(4)) == made.width(4)


def test_the_papers_variants_are_there():
    assert {"linear", "cosine", "perturbed-cosine", "quadratic", "partial-quadratic"} <= set(SCORES)
    assert {"competition", "competition-bare", "modified-tanh", "modified-unit"} <= set(SCORES)
    assert {"linear", "polynomial", "relu", "gelu", "tanh", "sigmoid", "ffn"} <= set(EXPERTS)
    assert set(NORMALISED) == {"softmax", "top-softmax"}
