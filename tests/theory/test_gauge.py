"""Gauge: what leaves the function unchanged, and what fixing it does."""

from __future__ import annotations

import itertools

import pytest
import torch

from moeviz.model import GATES, SCORES, Domain, make_mixture
from moeviz.theory import (
    GAUGES,
    LOSSES,
    Reading,
    Reference,
    fisher_information,
    free_columns,
    gauge_tangent,
    input_nodes,
    translate,
)
from moeviz.theory.gauge import sphere_translations
from moeviz.theory.tangent import pinned_slice
from tests.support import (
    COMBINATIONS,
    DENSE,
    TOP_PAIRINGS,
    anywhere,
    apart,
    combined,
    normal,
    orbit,
    serving,
    uniform,
)

SHAPES = [(2, 2), (3, 2), (2, 4), (3, 3)]
COMPLETE = [name for name, fixing in GAUGES.items() if fixing.complete]
FREE = ["linear", "polynomial", "scaled-relu", "scaled-tanh", "ffn"]
"""Experts of which some have several parameters for one function, and one that has not."""


def assert_same_function(mixture, before, after, features):
    found, expected = mixture.values(after, features), mixture.values(before, features)
    torch.testing.assert_close(found.weights, expected.weights, rtol=0, atol=1e-11)
    for mine, theirs in zip(found.experts, expected.experts, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-11, atol=1e-11)


def assert_orbit_is_of_one_function(mixture, atoms, dimension, rng):
    layout = mixture.layout(atoms, dimension)
    theta = anywhere(rng, mixture, layout, 1)
    features = mixture.features(uniform(rng, 1, dimension, 60))
    for moved in orbit(rng, mixture, layout.unpack(theta)):
        assert_same_function(mixture, theta, layout.pack(moved), features)


@pytest.mark.few(30)
def test_declared_gauge_leaves_the_function_unchanged(combination, rng):
    assert_orbit_is_of_one_function(combined(*combination, degree=2), 3, 2, rng)


@pytest.mark.few(12)
@pytest.mark.parametrize(
    ("gate_name", "atoms", "dimension"),
    [(gate, *shape) for shape in SHAPES for gate in (GATES if shape[0] > 2 else DENSE)],
)
def test_declared_gauge_in_other_shapes(score, gate_name, atoms, dimension, rng):
    mixture = combined(score, gate_name, "ffn", hidden=3)
    assert_orbit_is_of_one_function(mixture, atoms, dimension, rng)


def scaled_information(mixture, layout, theta, x):
    """Information on the entries that are parameters, its diagonal 1; and the declared gauge.

    Returns the information, shape (Q, Q), and unit vectors along the gauge, shape (G, Q).
    """
    free = free_columns(mixture, layout)
    information = fisher_information(mixture, theta[None], x)[0][free][:, free]
    tangent = gauge_tangent(mixture, theta, layout)
    tangent = tangent[(tangent[:, ~free] == 0).all(1)][:, free]
    size = information.diagonal().sqrt()
    size = size.clamp_min(1e-6 * size.amax())  # an expert may be all but unseen
    along = torch.nn.functional.normalize(tangent * size, dim=1)
    return information / (size * size.unsqueeze(1)), along


def blind_directions(scaled):
    values = torch.linalg.eigvalsh(scaled)
    return int((values < 1e-12 * values[-1]).sum())


@pytest.mark.few(20)
@pytest.mark.parametrize("names", [n for n in COMBINATIONS if n[1] in DENSE], ids="+".join)
def test_null_space_of_the_information_is_the_declared_gauge(names, rng):
    """At a generic truth, over the entries that are parameters: no more, no less.

    And what a pinned representative holds still leaves no direction of the gauge.
    """
    mixture = combined(*names, degree=2)
    layout = mixture.layout(2, 2)
    theta = apart(rng, mixture, layout)
    scaled, along = scaled_information(mixture, layout, theta, input_nodes(2, 2048))
    assert blind_directions(scaled) == along.shape[0]
    assert (scaled @ along.T).abs().sum() < 1e-10
    tangent = gauge_tangent(mixture, theta, layout)
    held = tangent[(tangent[:, ~free_columns(mixture, layout)] == 0).all(1)]
    across = pinned_slice(mixture, theta, layout) @ held.T
    assert torch.linalg.matrix_rank(across) == held.shape[0]


@pytest.mark.few(15)
@pytest.mark.parametrize("names", TOP_PAIRINGS, ids="+".join)
def test_null_space_of_a_gate_that_leaves_experts_out(names, rng):
    """Two of three are let through: data show no less of any truth, and all of some truth.

    Truths at which more is hidden exist, such as one whose third expert nowhere comes second.
    """
    mixture = combined(*names, degree=2)
    layout, x = mixture.layout(3, 2), input_nodes(2, 2048, -2.0, 2.0)
    blind = []
    for theta in serving(rng, mixture, layout, x[0]):
        scaled, along = scaled_information(mixture, layout, theta, x)
        assert (scaled @ along.T).abs().sum() < 1e-10
        blind.append(blind_directions(scaled))
    assert min(blind) == along.shape[0]


@pytest.mark.few(9)
@pytest.mark.parametrize(
    ("score_name", "dimension"),
    [(name, d) for name in SCORES for d in (1, 3) if d >= SCORES[name].smallest_dimension],
)
def test_null_space_in_other_dimensions(score_name, density, dimension, rng):
    mixture = combined(score_name, "softmax", "tanh", density)
    layout = mixture.layout(2, dimension)
    theta = apart(rng, mixture, layout)
    information = fisher_information(mixture, theta[None], input_nodes(dimension, 4096, -2.0, 2.0))[
        0
    ]
    free = free_columns(mixture, layout)
    tangent = gauge_tangent(mixture, theta, layout)
    inside = tangent[(tangent[:, ~free] == 0).all(1)]
    size = information[free][:, free].diagonal().sqrt()
    values = torch.linalg.eigvalsh(information[free][:, free] / (size * size.unsqueeze(1)))
    assert int((values < 1e-12 * values[-1]).sum()) == inside.shape[0]


def test_offsets_alone_may_be_no_parameters(score):
    mixture = combined(score, "softmax", "ffn", "gaussian")
    layout = mixture.layout(3, 2)
    free = free_columns(mixture, layout).reshape(3, -1)
    assert free[:, layout.weight_column].all() == mixture.score.has_offset
    free[:, layout.weight_column] = True
    assert free.all()


@pytest.mark.few(15)
@pytest.mark.parametrize(
    ("fixing", "gate_name", "expert_name"),
    [
        *itertools.product(["pinned", "offset"], GATES, ["linear", "scaled-relu", "ffn"]),
        ("quotient", "softmax", "ffn"),  # a search, which takes its time
    ],
)
def test_fixing_a_gauge_leaves_the_function_unchanged(score, gate_name, fixing, expert_name, rng):
    mixture = combined(score, gate_name, expert_name)
    layout = mixture.layout(3, 2)
    true, theta = anywhere(rng, mixture, layout, 1), anywhere(rng, mixture, layout, 4)
    fixed = GAUGES[fixing].fix(
        layout.unpack(theta), layout.unpack(true), mixture, LOSSES["L3"].evaluate
    )
    features = mixture.features(uniform(rng, 1, 2, 60))
    assert_same_function(mixture, theta, layout.pack(fixed), features)
    if not mixture.score.has_offset:
        assert torch.equal(fixed.log_weight, torch.zeros_like(fixed.log_weight))


@pytest.mark.few(20)
@pytest.mark.parametrize("expert_name", FREE)
@pytest.mark.only(output=["regression", "categorical"])
def test_a_complete_gauge_reads_zero_on_the_whole_orbit_of_the_truth(
    score, gate, expert_name, output, rng
):
    mixture = combined(score, gate, expert_name, output, degree=2)
    layout = mixture.layout(3, 2)
    true = apart(rng, mixture, layout)
    reference = Reference(mixture, true, layout)
    for fixing in COMPLETE:
        case = (gate, output, expert_name)
        if fixing == "quotient" and case != ("softmax", "regression", "scaled-tanh"):
            continue  # a search, which takes its time
        for moved in orbit(rng, mixture, layout.unpack(true.unsqueeze(0))):
            value = Reading("L3", fixing).read(mixture, layout.pack(moved), reference, layout)
            assert value.item() < 1e-8


@pytest.mark.few(15)
@pytest.mark.parametrize("expert_name", FREE)
def test_pinned_readings_of_a_fit_are_those_of_its_whole_orbit(score, gate, expert_name, rng):
    mixture = combined(score, gate, expert_name, degree=2)
    layout = mixture.layout(3, 2)
    true = apart(rng, mixture, layout)
    reference, reading = Reference(mixture, true, layout), Reading("L3", "pinned")
    near = layout.unpack((true + 0.03 * anywhere(rng, mixture, layout)).unsqueeze(0))
    first = reading.read(mixture, layout.pack(near), reference, layout)
    assert first > 1e-3
    for moved in orbit(rng, mixture, near):
        again = reading.read(mixture, layout.pack(moved), reference, layout)
        torch.testing.assert_close(again, first, rtol=1e-8, atol=0)


@pytest.mark.few(4)
@pytest.mark.parametrize(("atoms", "dimension"), [(2, 2), (3, 3)])
def test_the_best_gauge_is_never_above_the_others(score, atoms, dimension, rng):
    mixture = combined(score, "softmax", "scaled-relu")
    layout = mixture.layout(atoms, dimension)
    reference = Reference(mixture, anywhere(rng, mixture, layout), layout)
    theta = anywhere(rng, mixture, layout, 4)
    values = {
        gauge: Reading("L3", gauge).read(mixture, theta, reference, layout) for gauge in GAUGES
    }
    assert (values["quotient"] <= values["pinned"] + 1e-12).all()
    assert (values["quotient"] <= values["offset"] + 1e-12).all()


@pytest.mark.only(
    score=[name for name, score in SCORES.items() if score.domain is not Domain.SPHERE]
)
def test_pinned_gate_lies_on_the_true_one(score, normalised_gate, rng):
    mixture = combined(score, normalised_gate, "tanh")
    layout = mixture.layout(3, 2)
    true = anywhere(rng, mixture, layout, 1)
    near = true + 0.05 * anywhere(rng, mixture, layout, 4)
    fixed = GAUGES["pinned"].fix(
        layout.unpack(near), layout.unpack(true), mixture, LOSSES["L3"].evaluate
    )
    last = layout.unpack(true).gate[:, -1].expand(4, -1)
    torch.testing.assert_close(fixed.gate[:, -1], last, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(
        fixed.log_weight[:, -1], layout.unpack(true).log_weight[:, -1].expand(4)
    )


def test_translations_outside_the_ball_are_refused(rng):
    mixture = make_mixture("perturbed-cosine", "softmax", "tanh")
    layout = mixture.layout(2, 2)
    measure = layout.unpack(anywhere(rng, mixture, layout, 1))
    far = torch.full((1, 2), 3.0, dtype=torch.float64)
    assert torch.equal(translate(measure, mixture.score, far, 0.0).gate, measure.gate)


def test_sphere_translations_keep_unit_vectors_unit(rng):
    for atoms, dimension in [(1, 2), (2, 2), (2, 5), (4, 3)]:
        u = torch.nn.functional.normalize(normal(rng, 6, atoms, dimension), dim=-1)
        target = torch.nn.functional.normalize(normal(rng, 6, atoms, dimension), dim=-1)
        moves = sphere_translations(u, target, torch.ones(6, atoms, dtype=torch.float64))
        lengths = torch.linalg.vector_norm(u + moves.unsqueeze(-2), dim=-1)
        torch.testing.assert_close(lengths, torch.ones_like(lengths), rtol=0, atol=1e-12)


def test_two_directions_in_the_plane_have_a_mirror_image_with_the_same_function(rng):
    """u_1, u_2 and -u_2, -u_1 have the same difference, which is all that two atoms show."""
    mixture = make_mixture("cosine", "softmax", "relu")
    layout = mixture.layout(2, 2)
    theta = normal(rng, 1, layout.size)
    measure = layout.unpack(theta)
    unit = mixture.score.coordinates(measure.gate)
    mirror = measure.replace(gate=-unit.flip(-2))
    features = mixture.features(uniform(rng, 1, 2, 200))
    torch.testing.assert_close(
        mixture.predict(layout.pack(mirror), features), mixture.predict(theta, features)
    )
    reading, reference = Reading("L3", "pinned"), Reference(mixture, theta[0], layout)
    assert reading.read(mixture, layout.pack(mirror), reference, layout) < 1e-9
