"""The picture of gates: what its document says, and the mathematics that it shows."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from moeviz.charts.gates import (
    FIRST,
    MOST,
    STARTS,
    Setup,
    gates_document,
    parameters,
    score_of,
    shift_document,
)
from moeviz.charts.gates_affinities import competition_table, competitions
from moeviz.charts.gates_formula import gates_formula, library_weights, shifted
from moeviz.errors import MoevizError
from moeviz.model import AFFINITIES, SCORES, make_affinity, make_expert, make_routing, make_score
from moeviz.model.custom import CUSTOM
from moeviz.text import json_text

PLANE = [(a / 2, b / 2) for a in range(-6, 7) for b in range(-4, 5) if a or b]
STARTED = Setup(models=(("cosine", "softmax"), ("linear", "softmax")), vectors=STARTS[:3])

numbers = st.floats(-2.0, 2.0)
points = st.tuples(numbers, numbers)


def of(router: str, gate: str = "softmax", **changes) -> Setup:
    return replace(STARTED, models=((router, gate), ("linear", "softmax")), **changes)


def weights(setup: Setup, vectors=None) -> torch.Tensor:
    return library_weights(setup, 0, vectors or setup.vectors, PLANE)


@given(st.floats(0.01, 100.0), st.integers(0, 2))
def test_stretching_a_vector_does_not_move_the_cosine_gate(times, which):
    vectors = list(STARTS[:3])
    vectors[which] = (vectors[which][0] * times, vectors[which][1] * times)
    for gate in ("softmax", "sigmoid"):
        setup = of("cosine", gate)
        assert float((weights(setup, vectors) - weights(setup)).abs().max()) <= 1e-14


@given(st.floats(1.2, 100.0))
def test_stretching_moves_the_perturbed_gate_and_the_linear_one(times):
    vectors = [(STARTS[0][0] * times, STARTS[0][1] * times), *STARTS[1:3]]
    for router in ("perturbed-cosine", "linear"):
        assert float((weights(of(router), vectors) - weights(of(router))).abs().max()) > 1e-3


@given(points)
def test_one_vector_for_all_does_not_move_the_linear_gate(v):
    setup = of("linear", shift=v)
    score, _ = score_of(setup, 0)
    torch.testing.assert_close(
        weights(setup, [tuple(b) for b in shifted(setup, score)]),
        weights(setup),
        rtol=0,
        atol=1e-13,
    )


@given(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)))
def test_one_vector_for_all_coordinates_does_not_move_the_perturbed_gate(v):
    setup = of("perturbed-cosine", shift=v)
    score, _ = score_of(setup, 0)
    moved = shifted(setup, score)
    assert all(moved)
    torch.testing.assert_close(
        weights(setup, [tuple(b) for b in moved]), weights(setup), rtol=0, atol=1e-13
    )


def test_one_vector_for_all_moves_the_sigmoid_gate():
    setup = of("linear", "sigmoid", shift=(0.5, 0.0))
    score, _ = score_of(setup, 0)
    moved = weights(setup, [tuple(b) for b in shifted(setup, score)])
    assert float((moved - weights(setup)).abs().max()) > 0.1


def test_coordinates_that_leave_the_ball_have_no_vector():
    setup = of("perturbed-cosine", shift=(0.6, 0.0))
    assert shifted(setup, make_score("perturbed-cosine")).count(None) == 1


def test_weights_of_softmax_gates_sum_to_one_and_of_sigmoid_gates_need_not():
    ones = torch.ones(len(PLANE), dtype=torch.float64)
    for gate in ("softmax", "top-softmax"):
        torch.testing.assert_close(weights(of("linear", gate)).sum(0), ones)
    total = weights(of("linear", "sigmoid")).sum(0)
    assert float(total.max()) > 1.5
    assert ((weights(of("linear", "top-softmax")) > 0).sum(0) == 2).all()


@pytest.mark.parametrize("affinity", AFFINITIES)
def test_competition_reads_values_by_every_affinity(affinity):
    setup = of("competition", "winners-share", affinities=(affinity, "softplus"), expert="tanh")
    document = gates_document(setup)["models"][0]
    assert AFFINITIES[affinity].title in document["note"]
    assert (document["affinity"] is None) == (affinity == "softplus")
    kept = weights(setup)
    total = kept.sum(0)
    fine = torch.isfinite(total)
    torch.testing.assert_close(total[fine], torch.ones_like(total[fine]))
    assert "<math>" in gates_formula(setup)


def shares(affinity: str, *answers: float) -> list[float]:
    """The winners' shares of experts with some answers, as the algorithm has them."""
    values = torch.tensor(answers, dtype=torch.float64).reshape(1, -1, 1)
    gate = make_routing("winners-share", top=2)
    return gate.weights(make_affinity(affinity).of(values))[:, 0].tolist()


def test_what_can_go_wrong_with_an_affinity_does():
    def no_number(*weights):
        return any(math.isnan(weight) for weight in weights)

    assert no_number(*shares("softplus", -746.0, -800.0, -900.0))
    assert not no_number(*shares("softplus", -740.0, -800.0, -900.0))
    mixed = shares("silu", 0.1, -0.05, -3.0)
    assert max(mixed) > 1.0
    assert min(mixed) < 0.0
    assert shares("sigmoid", 38.0, 500.0, 0.0) == [0.5, 0.5, 0.0]
    assert no_number(*shares("relu", -1.0, -2.0, -3.0))
    assert shares("softmax", 1.0, 0.0, -1.0) == pytest.approx(shares("softmax", -9.0, -10.0, -11.0))
    assert no_number(*shares("exp", 710.0, 0.0, 1.0))
    assert shares("norm", -5.0, 3.0, 1.0) == [0.625, 0.375, 0.0]
    assert no_number(*shares("norm", 0.0, 0.0, 0.0))


def test_all_affinities_stand_side_by_side_with_the_theorys_gate():
    setup = of("competition", x=(-0.6, 0.75))
    theory, *algorithm = found = competitions(setup)
    assert [each.name.rpartition(" = ")[2] for each in algorithm] == [
        AFFINITIES[name].title for name in AFFINITIES
    ]
    assert theory.weights == pytest.approx(weights_at(of("competition"), setup.x))
    assert sum(theory.weights) == pytest.approx(1.0)
    by_name = dict(zip(AFFINITIES, algorithm, strict=True))
    assert by_name["silu"].outside > 0.1
    assert {name for name, each in by_name.items() if each.outside} == {"silu"}
    table = competition_table(found)
    assert table.count("\n") == len(found) + 1
    assert all(each.risk in table for each in found)


def weights_at(setup: Setup, x) -> list[float]:
    return library_weights(setup, 0, setup.vectors, [x])[:, 0].tolist()


def test_relu_leaves_nobody_to_win_where_all_answer_below_0():
    alike = ((1.0, 0.0), (1.0, 0.1), (0.9, 0.0))
    found = competitions(of("competition", vectors=alike, x=(-1.0, 0.0)))
    relu = next(each for each in found if each.name.endswith("ReLU"))
    assert 0.4 < relu.no_number < 0.6
    assert all(math.isnan(weight) for weight in relu.weights)
    assert "no numbers in" in competition_table([relu])


def test_the_theorys_gate_and_the_algorithms_differ():
    theory = weights(of("competition-bare", "softmax"))
    algorithm = weights(of("competition-bare", "winners-share", constants={"top": 3}))
    assert float((theory - algorithm).abs().max()) > 0.05


@given(st.floats(0.05, 20.0))
def test_a_temperature_is_the_inverse_length_for_the_linear_gate(temperature):
    hot = of("linear", constants={"temperature": temperature})
    vectors = [(a / temperature, b / temperature) for a, b in STARTED.vectors]
    torch.testing.assert_close(weights(hot), weights(of("linear"), vectors))


@pytest.mark.few(8)
@pytest.mark.parametrize("atoms", range(2, MOST + 1))
def test_every_score_has_its_document(score, gate, atoms):
    setup = of(score, gate, vectors=FIRST[:atoms], start=STARTS[:atoms], offsets=(0.0,) * atoms)
    document = json.loads(json_text(gates_document(setup)))
    assert [handle["id"] for handle in document["handles"]] == [
        *(f"b{i}" for i in range(1, atoms + 1)),
        "x",
    ]
    model = document["models"][0]
    assert len(model["gate"]["outputs"]) == atoms
    named = {step[1] for step in model["score"]["steps"] if step[0] == "symbol"}
    given_ones = {f"b{k}" for k in model["vector"]} | set(model["rest"][0])
    assert named <= given_ones | set(model["constants"]) | {"x1", "x2"}
    assert "<math>" in gates_formula(setup)


@pytest.mark.parametrize("router", [name for name in SCORES if name != CUSTOM])
def test_parameters_are_as_wide_as_the_library_has_them(router):
    setup = of(router)
    score, _ = score_of(setup, 0)
    width = sum(part.width for part in score.parts(2))
    if score.reads_expert:
        width = make_expert(setup.expert).width(2)
    assert {len(each) for each in parameters(setup, score, setup.vectors)} == {width}


def test_the_shift_of_a_ball_is_its_own_chart():
    """The steps say what ``coordinates`` and ``parameter`` do."""
    steps = shift_document(make_score("perturbed-cosine"))
    symbols = {step[1] for step in steps["steps"] if step[0] == "symbol"}
    assert symbols == {"b1", "b2", "v1", "v2", "tau1"}
    assert len(shift_document(make_score("linear"))["outputs"]) == 3


def test_panels_are_named_by_what_tells_them_apart():
    def names(*models):
        document = gates_document(replace(STARTED, models=models))
        return [model["short"] for model in document["models"]]

    assert names(("cosine", "softmax"), ("linear", "softmax")) == ["cosine router", "linear router"]
    assert names(("linear", "softmax"), ("linear", "sigmoid")) == ["softmax gate", "sigmoid gate"]
    assert names(("linear", "softmax"), ("linear", "softmax")) == ["left", "right"]


def test_a_score_of_three_inputs_gives_one_sentence():
    with pytest.raises(MoevizError, match="at least 3 inputs"):
        gates_document(of("custom", constants={"score_formula": "b1*x3"}))


def test_a_typed_linear_score_is_the_linear_router():
    typed = of("custom", constants={"score_formula": "dot(b,x)"})
    torch.testing.assert_close(weights(typed), weights(of("linear")))
