"""Representatives of an orbit in closed form: what each gauge reads where geometry says it."""

from __future__ import annotations

import math

import pytest
import torch

from moeviz.model import Domain, MixingMeasure, make_mixture
from moeviz.theory import (
    DISTANCES,
    LOSSES,
    Reading,
    Reference,
    gauge_tangent,
    input_nodes,
    null_space,
)
from moeviz.theory.fibre import copy_slices, expert_distances, with_nearest_experts
from moeviz.theory.gauge import fix_offset, fix_pinned, match_mass, sphere_translations, translate
from moeviz.theory.information import Reach, covariance_root, node_draws
from moeviz.theory.tangent import pinned_slice
from tests.support import anywhere, combined, measure, normal


def theta_of(layout, weights, gates, experts):
    """Parameters from masses, gates and experts; masses become offsets of the layout's gate."""
    mass = torch.tensor([weights], dtype=torch.float64)
    made = MixingMeasure(
        torch.logit(mass) if layout.logistic else mass.log(),
        {
            "gate": torch.tensor([gates], dtype=torch.float64),
            "expert": torch.tensor([experts], dtype=torch.float64),
        },
        logistic=layout.logistic,
        parts={"gate": layout.gate_parts, "expert": layout.expert_parts},
    )
    return layout.pack(made)


EXPERTS = [[3.0, 0.0, 0.0], [0.0, -3.0, 0.0], [-3.0, 3.0, 1.0]]


def turned(angle, length):
    return [length * math.cos(angle), length * math.sin(angle)]


@pytest.mark.parametrize("length", [0.05, 0.4, 3.0])
@pytest.mark.parametrize("angle", [0.1, 0.6])
def test_on_a_ray_the_nearest_point_is_the_foot_of_the_perpendicular(length, angle):
    """A cosine router under a sigmoid gate: a turned gate's length is free, nothing else is.

    Pinned, the gate takes its true length and lies a chord away; the best length is nearer.
    """
    mixture = combined("cosine", "sigmoid", "tanh")
    layout, weights = mixture.layout(3, 2), [0.3, 0.5, 0.4]
    true = [turned(0.0, length), turned(2.0, 1.3), turned(4.0, 0.7)]
    fitted = [turned(angle, 5.0), turned(2.0, 0.2), turned(4.0, 9.0)]
    truth = theta_of(layout, weights, true, EXPERTS)
    theta = theta_of(layout, weights, fitted, EXPERTS)
    reference = Reference(mixture, truth[0], layout)
    for gauge, distance in (
        ("pinned", 2.0 * length * math.sin(angle / 2)),
        ("quotient", length * math.sin(angle)),
    ):
        value = Reading("gate", gauge).read(mixture, theta, reference, layout)
        assert value.item() == pytest.approx(0.3 * distance, rel=1e-9), gauge


def test_each_of_several_gates_takes_the_length_of_its_own_true_one():
    """Two fitted atoms for the first true one and one for the second: lengths alone are off."""
    mixture = combined("cosine", "sigmoid", "tanh")
    layout = mixture.layout(2, 2)
    true = [turned(0.3, 2.0), turned(2.0, 0.5)]
    truth = theta_of(layout, [0.4, 0.6], true, EXPERTS[:2])
    fitted = [turned(2.0, 7.0), turned(0.3, 0.1), turned(0.3, 9.0)]
    experts = [EXPERTS[1], EXPERTS[0], EXPERTS[0]]
    theta = theta_of(layout.of(3), [0.6, 0.1, 0.3], fitted, experts)
    reference = Reference(mixture, truth[0], layout)
    for gauge in ("pinned", "quotient"):
        value = Reading("L3", gauge).read(mixture, theta, reference, layout.of(3))
        assert value.item() == pytest.approx(0.0, abs=1e-12), gauge


@pytest.mark.parametrize("score_name", ["linear", "perturbed-cosine", "modified-tanh"])
def test_the_best_shift_puts_the_heavier_of_two_gates_in_place(score_name):
    """Two gates apart by e: a common shift leaves the lighter with |e|, its weight times that."""
    mixture = make_mixture(score_name, "softmax", "tanh", tau1=1.0, tau2=0.1)
    layout = mixture.layout(2, 2)
    weights, e = [4.0, 1.0], torch.tensor([0.06, -0.03], dtype=torch.float64)
    true = torch.tensor([[0.1, 0.2], [-0.2, 0.1]], dtype=torch.float64)
    shifted = mixture.score.coordinates(true)
    shifted = shifted + torch.tensor([0.1, 0.05]).double()
    moved = torch.stack([shifted[0], shifted[1] + e])
    gates = mixture.score.parameter(moved).tolist()
    truth = theta_of(layout, weights, true.tolist(), EXPERTS[:2])
    theta = theta_of(layout, weights, gates, EXPERTS[:2])
    reference = Reference(mixture, truth[0], layout)
    found = {
        gauge: Reading("L3", gauge).read(mixture, theta, reference, layout).item()
        for gauge in ("pinned", "quotient", "offset")
    }
    if mixture.score.flat:
        assert found["pinned"] == pytest.approx(4.0 * e.norm().item(), rel=1e-9)
        assert found["quotient"] == pytest.approx(e.norm().item(), rel=1e-3)
    assert found["quotient"] < 0.3 * found["pinned"]
    assert found["pinned"] < found["offset"]


def test_a_shift_beyond_the_ball_is_not_made():
    mixture = combined("perturbed-cosine", "softmax", "tanh")
    layout = mixture.layout(2, 2)
    gates = mixture.score.parameter(torch.tensor([[0.6, 0.0], [-0.6, 0.0]]).double()).tolist()
    made = layout.unpack(theta_of(layout, [1.0, 1.0], gates, EXPERTS[:2]))
    for v, inside in (([0.3, 0.0], True), ([0.39, 0.05], True), ([0.41, 0.0], False)):
        after = translate(made, mixture.score, torch.tensor([v]).double(), 0.25)
        moved = mixture.score.coordinates(after.gate) - mixture.score.coordinates(made.gate)
        expected = torch.tensor(v if inside else [0.0, 0.0]).double().expand(1, 2, 2)
        torch.testing.assert_close(moved, expected, rtol=0, atol=1e-12)
        torch.testing.assert_close(after.log_weight, made.log_weight + 0.25)


TRUE = measure([1.0, 0.5], [[0.0], [10.0]], [[0.0, 0.0], [4.0, 0.0]])


def test_the_last_cell_gets_its_true_mass_and_ratios_stay():
    fitted = measure([2.0, 3.0, 1.0], [[0.1], [9.0], [11.0]], [[0.0, 0.0], [4.0, 0.0], [4.0, 1.0]])
    fixed = match_mass(fitted, TRUE)
    torch.testing.assert_close(fixed.weight[0, 1:].sum(), TRUE.weight[0, 1])
    torch.testing.assert_close(fixed.weight, fitted.weight * (0.5 / 4.0))
    assert torch.equal(fixed.gate, fitted.gate)


def test_an_empty_last_cell_takes_the_atom_with_the_nearest_expert():
    """Both gates belong to the first true atom; the second one's expert is like the last's."""
    fitted = measure([2.0, 3.0], [[0.1], [0.2]], [[0.1, 0.0], [3.0, 0.0]])
    fixed = match_mass(fitted, TRUE)
    torch.testing.assert_close(fixed.weight, fitted.weight * (0.5 / 3.0))


def test_gates_without_a_common_constant_keep_their_offsets():
    for names in (("linear", "sigmoid", "tanh"), ("competition-bare", "softmax", "tanh")):
        mixture = combined(*names)
        layout = mixture.layout(2, 2)
        gates = [[0.1, 0.2][: layout.gate_width], [0.3, 0.1][: layout.gate_width]]
        weights = [0.4, 0.2] if layout.logistic else [1.0, 1.0]
        made = layout.unpack(theta_of(layout, weights, gates, EXPERTS[:2]))
        other = layout.unpack(theta_of(layout, [0.9, 0.6], gates, EXPERTS[:2]))
        for fix in (fix_offset, fix_pinned):
            fixed = fix(made, other, mixture, lambda fitted, true: fitted.log_weight.sum(-1))
            assert torch.equal(fixed.log_weight, made.log_weight)


@pytest.mark.parametrize(("atoms", "dimension"), [(2, 3), (2, 5), (3, 4), (1, 3)])
def test_the_best_translation_on_the_sphere_is_the_nearest_of_all(atoms, dimension, rng):
    """Held against many other translations of the admissible sphere, in weighted squares."""
    u, target = (
        torch.nn.functional.normalize(normal(rng, 4, atoms, dimension), dim=-1) for _ in "ut"
    )
    weight = torch.rand(4, atoms, generator=rng, dtype=torch.float64) + 0.05
    still, mirrored, best = sphere_translations(u, target, weight)
    assert (still == 0).all()

    def miss(v):
        return (weight * (u + v.unsqueeze(-2) - target).square().sum(-1)).sum(-1)

    lengths = torch.linalg.vector_norm(u + best.unsqueeze(-2), dim=-1)
    torch.testing.assert_close(lengths, torch.ones_like(lengths), rtol=0, atol=1e-12)
    for row in range(4):
        differences = u[row, 1:] - u[row, :1]
        _, singular, right = torch.linalg.svd(differences, full_matrices=True)
        basis = right[int((singular > 1e-10).sum()) :]
        w = basis.T @ (basis @ u[row, 0])
        torch.testing.assert_close(mirrored[row], -2.0 * w)
        directions = torch.nn.functional.normalize(normal(rng, 500, len(basis)), dim=1) @ basis
        for v in w.norm() * directions - w:
            assert miss(best)[row] <= miss(v.expand(4, -1))[row] + 1e-12


def test_copies_of_an_expert_lie_one_after_the_other_and_a_variance_behind_them():
    one, three = [slice(0, 3)], [slice(0, 3), slice(3, 6), slice(6, 9)]
    for output, expected in (("regression", one), ("gaussian", one), ("categorical", three)):
        mixture = combined("linear", "softmax", "tanh", output, classes=4)
        assert copy_slices(mixture, mixture.layout(1, 2).expert_width) == expected


def test_experts_are_as_far_apart_as_their_functions_allow():
    """lambda relu(a t + b) is the same at (lambda/r, r a, r b): distances see the nearest."""
    mixture = combined("linear", "softmax", "scaled-relu")
    layout = mixture.layout(2, 1)
    names = [part.name for part in layout.expert_parts]
    rows = [{"a": 1.0, "b": 0.5, "lambda": 2.0}, {"a": -2.0, "b": 1.0, "lambda": 1.0}]
    stretched = [{k: v * (0.5 if k == "lambda" else 2.0) for k, v in row.items()} for row in rows]
    order = [next(n for n in row if name.startswith(n)) for row in rows[:1] for name in names]
    true, fitted = (
        layout.unpack(
            theta_of(layout, [1.0, 1.0], [[0.0], [1.0]], [[row[k] for k in order] for row in each])
        )
        for each in (rows, stretched[::-1])
    )
    far = expert_distances(mixture, fitted, true)[0]
    assert far[0, 1] < 1e-12
    assert far[1, 0] < 1e-12
    assert far[0, 0] > 0.5
    moved = with_nearest_experts(mixture, fitted, true)
    torch.testing.assert_close(moved.expert, true.expert.flip(1))


def test_draws_are_the_next_coordinates_of_the_inputs_own_sequence():
    for dimension in (1, 3):
        x = input_nodes(dimension, 256, 0.0, 1.0)[0]
        whole = input_nodes(dimension + 2, 256, 0.0, 1.0)[0]
        uniform, gauss = node_draws(dimension, 256)
        assert torch.equal(whole[:dimension], x)
        assert torch.equal(uniform, whole[dimension])
        torch.testing.assert_close(torch.special.ndtr(gauss), whole[dimension + 1])


def test_a_designs_reach_is_where_its_predicted_error_is_a_tenth():
    reached = Reach(constant=7.0).samples
    assert 7.0 / math.sqrt(reached) == pytest.approx(0.1)


def test_blindness_is_a_share_of_the_largest_eigenvalue():
    blind = null_space(torch.diag(torch.tensor([1e3, 1e-9, 1e-3], dtype=torch.float64)))
    assert blind.abs().tolist() == [[0.0, 1.0, 0.0]]
    assert null_space(torch.diag(torch.tensor([1e3, 1e-7, 1e-3]).double())).shape[0] == 0
    small = 1e-20 * torch.eye(3, dtype=torch.float64)
    assert null_space(small).shape[0] == 0


@pytest.mark.parametrize("gauge", [0, 1, 3])
def test_a_covariance_root_is_the_inverse_of_what_is_seen(gauge, rng):
    """B B^T I is the projection off the gauge, along which nothing moves."""
    root = normal(rng, 6, 6)
    tangent = torch.linalg.qr(normal(rng, 6, 6))[0][:gauge]
    off = torch.eye(6, dtype=torch.float64) - tangent.T @ tangent
    information = off @ (root @ root.T) @ off
    found = covariance_root(information, 2.5 * tangent)
    assert found.shape == (6, 6 - gauge)
    torch.testing.assert_close(found @ found.T @ information, off, rtol=0, atol=1e-8)
    torch.testing.assert_close(found @ found.T, torch.linalg.pinv(information, rtol=1e-10))


@pytest.mark.parametrize("dimension", [2, 3, 5])
def test_equal_directions_leave_more_translations(dimension, rng):
    """Atoms that point one way differ in nothing: any direction can be theirs together."""
    u = torch.nn.functional.normalize(normal(rng, 3, 1, dimension), dim=-1).expand(-1, 3, -1)
    target = torch.nn.functional.normalize(normal(rng, 3, 1, dimension), dim=-1).expand(-1, 3, -1)
    best = sphere_translations(u, target, torch.ones(3, 3, dtype=torch.float64))[2]
    torch.testing.assert_close(u + best.unsqueeze(-2), target, rtol=0, atol=1e-12)


@pytest.mark.parametrize(("parallel", "shifts"), [(False, 1), (True, 2)])
def test_parallel_gates_of_a_cosine_router_can_shift_in_more_ways(parallel, shifts, rng):
    """Two gates in three dimensions: lengths, the offsets' constant, and what is across both."""
    mixture = combined("cosine", "softmax", "tanh")
    layout = mixture.layout(2, 3)
    theta = normal(rng, layout.size)
    if parallel:
        theta[layout.column(1, "gate")] = 2.5 * theta[layout.column(0, "gate")]
    tangent = gauge_tangent(mixture, theta, layout)
    assert tangent.shape[0] == 2 + 1 + shifts
    assert torch.linalg.matrix_rank(tangent) == tangent.shape[0]
    features = mixture.features(torch.rand(3, 50, generator=rng, dtype=torch.float64) - 0.5)
    for direction in tangent:
        up, down = (mixture.predict(theta + h * direction, features) for h in (1e-5, -1e-5))
        assert (up - down).abs().max() < 1e-9


@pytest.mark.parametrize("score_name", ["linear", "perturbed-cosine", "quadratic", "cosine"])
def test_pinning_holds_the_last_offset_and_the_last_gate_or_all_lengths(score_name, rng):
    mixture = combined(score_name, "softmax", "tanh")
    layout = mixture.layout(3, 2)
    theta = normal(rng, layout.size)
    held = pinned_slice(mixture, theta, layout)
    eye = torch.eye(layout.size, dtype=torch.float64)
    assert torch.equal(held[:1], eye[layout.column(-1, "weight")])
    if mixture.score.domain is Domain.SPHERE:
        columns = [layout.column(atom, "gate") for atom in range(3)]
        lengths = (theta @ held[1:].T).tolist()
        assert lengths == pytest.approx([theta[at].norm().item() for at in columns])
        assert (held[1:] != 0).sum().item() == 3 * layout.gate_width
    else:
        assert torch.equal(held[1:], eye[layout.column(-1, "gate")])


@pytest.mark.parametrize("length", [1e-3, 0.3, 20.0])
def test_lengths_and_directions_are_read_apart_at_any_size(length):
    """Three fitted gates and two true ones: masses, lengths and chords, atom by atom."""
    true = measure([1.0, 2.0], [turned(0.0, length), turned(2.0, 2 * length)], EXPERTS[:2])
    fitted = measure(
        [0.5, 0.75, 1.5],
        [turned(0.2, length), turned(-0.1, 3 * length), turned(2.5, length)],
        [EXPERTS[0], EXPERTS[0], EXPERTS[1]],
    )
    radial = 0.5 * 0.0 + 0.75 * 2 * length + 1.5 * length
    angular = length * (0.5 * 2 * math.sin(0.1) + 0.75 * 2 * math.sin(0.05))
    angular += 1.5 * 2 * length * 2 * math.sin(0.25)
    assert LOSSES["radial"].evaluate(fitted, true).item() == pytest.approx(radial, rel=1e-12)
    assert LOSSES["angular"].evaluate(fitted, true).item() == pytest.approx(angular, rel=1e-12)


def test_the_whole_error_is_the_length_of_all_differences():
    """In log-weight, gate and expert, each atom against its cell's; of three fits at once."""
    true = measure([1.0, 2.0], [[0.0, 0.0], [9.0, 0.0]], EXPERTS[:2])
    fitted = measure([4.0, math.e**2], [[9.0, 0.4], [0.3, 0.0]], [EXPERTS[1], [3.0, 0.0, 1.2]])
    expected = math.sqrt(2.0**2 + math.log(2.0) ** 2 + 0.3**2 + 0.4**2 + 1.2**2)
    three = fitted.replace(
        fitted.log_weight.expand(3, -1),
        **{name: block.expand(3, -1, -1) for name, block in fitted.blocks.items()},
    )
    found = LOSSES["total"].evaluate(three, true)
    torch.testing.assert_close(found, torch.full((3,), expected, dtype=torch.float64))


def test_several_fits_are_read_as_each_alone(rng):
    """Distances of densities of many fits at many inputs, in one call or in several."""
    for output in ("regression", "gaussian", "categorical"):
        name = "l2" if output == "regression" else "hellinger"
        mixture = combined("linear", "softmax", "tanh", output)
        layout = mixture.layout(2, 2)
        theta, x = anywhere(rng, mixture, layout, 3), input_nodes(2, 8)
        evaluate = DISTANCES[name].evaluate
        together = evaluate(mixture, theta[:2], mixture, theta[2], x)
        alone = [evaluate(mixture, theta[i : i + 1], mixture, theta[2], x) for i in range(2)]
        assert together.shape == (2,)
        torch.testing.assert_close(together, torch.cat(alone), rtol=1e-9, atol=1e-12)
