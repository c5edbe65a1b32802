"""A score and an expert of one's own: what a formula becomes, and what the lab refuses."""

from __future__ import annotations

import re

import pytest
import torch

from moeviz.charts.printed import printed
from moeviz.errors import FormulaError, SpecificationError
from moeviz.model import make_expert, make_mixture, make_score, moments
from moeviz.model.custom_expert import CustomExpert
from moeviz.model.formula import (
    EXPERT,
    SCORE,
    TYPED,
    differentiate,
    evaluate,
    parse_formula,
    spelled_out,
)
from moeviz.model.moments import CHUNK
from moeviz.study import PRESETS, Specification, assemble, run_block, split
from moeviz.theory import fisher_information, gauge_tangent, input_nodes
from tests.support import anywhere, apart, by_differences, normal, observe, uniform


def run(spec):
    return printed(
        assemble(spec, {block.id: run_block(spec, block) for block in split(spec)}, 1.0, "cpu")
    )


SCORES_OF_ONES_OWN = {
    "dot(b,x)": 3,
    "b1*x1": 1,
    "b1*x1 + tanh(x1)*b2": 2,
    "dot(b,x)/(norm(x) + 0.1)": 3,
    "dot(b,x) + b1*x3^2": 3,
    "(b1 + b2)*x1 + (b1 - b2)*exp(x2) + b3*abs(x3)": 3,
    "b1*x1 + b2*x2 + b3*x3 + b4*x1*x2 + b5*x2*x3 + b6*sin(3*x3)": 6,
}

EXPERTS_OF_ONES_OWN = [
    "s1*tanh(t)", "t", "t^3 - t", "s1*gelu(t1) + t2", "s1*tanh(t1) + s2*tanh(t2)", "exp(-t^2)",
    "softplus(t) + s1", "sqrt(t^2 + 1)", "sigmoid(t)*s1 + relu(t)/2", "s1*sin(t) + s2*cos(2*t)",
    "1/(1 + t^2)", "abs(t)", "log(2 + cos(t))",
]  # fmt: skip


@pytest.mark.parametrize(("text", "width"), SCORES_OF_ONES_OWN.items())
def test_a_typed_score_is_what_the_formula_says(text, width, rng):
    score = make_score("custom", score_formula=text)
    x, beta = uniform(rng, 4, 3, 20), normal(rng, width)
    assert sum(part.width for part in score.parts(3)) == width
    found = (score.coordinates(beta).unsqueeze(-1) * score.features(x)).sum(-2)
    values = {f"x{i + 1}": row for i, row in enumerate(x.unbind(-2))}
    values |= {f"b{i + 1}": value for i, value in enumerate(beta)}
    tree = spelled_out(parse_formula(text, SCORE), 3, width)
    torch.testing.assert_close(found, evaluate(tree, values))


def test_typed_scores_are_those_of_the_registry(rng):
    x = uniform(rng, 2, 3, 20)
    for text, name in {
        "dot(b,x)": "linear",
        "b1*tanh(x1) + b2*tanh(x2) + b3*tanh(x3)": "modified-tanh",
        "dot(b,x)/norm(x)": "modified-unit",
        "b1*log(abs(x1)) + b2*log(abs(x2)) + b3*log(abs(x3))": "modified-log",
    }.items():
        torch.testing.assert_close(
            make_score("custom", score_formula=text).features(x), make_score(name).features(x)
        )


@pytest.mark.parametrize("text", EXPERTS_OF_ONES_OWN)
def test_a_typed_expert_and_its_slopes(text, rng):
    expert = make_expert("custom", expert_formula=text)
    t = [normal(rng, 2, 3, 40).requires_grad_() for _ in range(expert.heads)]
    s = [normal(rng, 2, 3, 1).requires_grad_() for _ in range(expert.scalars)]
    value, by_head, by_scalar = expert.value_and_slopes(t, s)
    assert all(each.shape == (2, 3, 40) for each in (value, *by_head, *by_scalar))
    for given, slope in zip((*t, *s), (*by_head, *by_scalar), strict=True):
        (automatic,) = torch.autograd.grad(value.sum(), given, retain_graph=True)
        total = slope if given.shape == slope.shape else slope.sum(-1, keepdim=True)
        torch.testing.assert_close(total, automatic, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("text", EXPERTS_OF_ONES_OWN)
@pytest.mark.parametrize("made", ["regression", "gaussian"])
def test_mixtures_of_typed_parts_are_differentiated(text, made, rng):
    mixture = make_mixture(
        "custom", "softmax", "custom", made,
        score_formula="b1*x1 + b2*sin(2*x2)", expert_formula=text,
    )  # fmt: skip
    theta = anywhere(rng, mixture, mixture.layout(2, 2))
    features = mixture.features(uniform(rng, 2, 9))
    response = observe(rng, mixture, theta, features)
    numeric = -0.5 * by_differences(lambda t: mixture.cost(t, features, response), theta)
    scale = 1.0 + numeric.abs().max()
    found = mixture.score_function(theta, features, response)
    torch.testing.assert_close(found / scale, numeric / scale, rtol=0, atol=1e-6)


@pytest.mark.parametrize("function", TYPED)
def test_values_do_not_depend_on_the_batch_to_the_last_bit(function, rng, monkeypatch):
    """For every function that an expert may call, whoever shares the batch."""
    monkeypatch.setitem(CHUNK, "cpu", 128)
    inside = "t^2 + 1" if function in ("log", "sqrt") else "t"
    mixture = make_mixture(
        "custom", "softmax", "custom", score_formula="b1*x1",
        expert_formula=f"{function}({inside}) + t^2*s1",
    )  # fmt: skip
    features = mixture.features(uniform(rng, 5, 2, 128 + 61))
    theta = anywhere(rng, mixture, mixture.layout(2, 2), 5)
    response = observe(rng, mixture, theta, features)
    together = moments(mixture, theta, features, response)
    for rows in ([4], [4, 3, 0]):
        part = moments(mixture, theta[rows], features, response, torch.tensor(rows))
        for name in vars(together):
            assert torch.equal(getattr(part, name)[0], getattr(together, name)[4])


@pytest.mark.parametrize("text", list(SCORES_OF_ONES_OWN))
@pytest.mark.parametrize("weights", ["softmax", "sigmoid"])
def test_the_declared_gauge_is_all_that_data_cannot_show(text, weights, rng):
    mixture = make_mixture("custom", weights, "custom", score_formula=text)
    layout = mixture.layout(2, 3)
    theta = apart(rng, mixture, layout)
    information = fisher_information(mixture, theta[None], input_nodes(3, 4096, -2.0, 2.0))[0]
    size = information.diagonal().sqrt()
    values = torch.linalg.eigvalsh(information / (size * size.unsqueeze(1)))
    tangent = gauge_tangent(mixture, theta, layout)
    assert tangent.shape[0] == (layout.weight_column + 1 if weights == "softmax" else 0)
    assert int((values < 1e-12 * values[-1]).sum()) == tangent.shape[0]


@pytest.mark.parametrize(
    ("text", "count"),
    {
        "s1*tanh(t)": 1, "t": 0, "t^2": 1, "s1*gelu(t1) + t2": 1, "s1*tanh(t1) + s2*tanh(t2)": 7,
        "tanh(t1)*s1 + t2^2": 3, "sigmoid(t)": 0, "(t - 1)^2": 1, "gelu(t1) + t2": 1,
    }.items(),
)  # fmt: skip
def test_all_parameters_of_one_function_are_found(text, count, rng):
    expert = make_expert("custom", expert_formula=text)
    eta, x = normal(rng, expert.width(2)), uniform(rng, 2, 30)

    def value(eta):
        inputs = torch.cat([x, torch.ones_like(x[:1])])
        heads = 3 * expert.heads
        t = list(eta[:heads].unflatten(0, (expert.heads, 3)) @ inputs)
        return expert.value_and_slopes(t, list(eta[heads:, None].unbind()))[0]

    found = set()
    for _ in range(400):
        moved = expert.nearest(eta, 3 * normal(rng, expert.width(2)))
        torch.testing.assert_close(value(moved), value(eta))
        found.add(tuple(moved.tolist()))
    assert len(found) == count + 1


REFUSED_SCORES = {
    "b1^2*x1": "alone as a factor",
    "b1*b2*x1": "alone as a factor",
    "exp(b1)*x1": "alone as a factor",
    "dot(b,x)/norm(b)": "alone as a factor",
    "b1*x1 + x2": "a term without one",
    "tanh(b1*x1)": "checker can still decide",
    "b1*x1 + b2*x1": "cannot tell their parameters apart",
    "b1 + b2*x1": "cannot tell their parameters apart",
    "b1*(x1 - x1) + b2*x2": "cannot tell their parameters apart",
    "b1*x3": "at least 3 inputs",
    "dot(b,x) + b3*x1^2": "take out b3",
    "dot(b,x) + b3*x3": "at least 3 inputs",
    "b1*log(x1 - 5)": "numbers for most inputs",
}

REFUSED_EXPERTS = {
    "s1*t": "without changing it",
    "s1*relu(t)": "without changing it",
    "t + s1": "without changing it",
    "gelu(t1 + t2)": "without changing it",
    "s1*gelu(t1) + s2*t2": "without changing it",
    "1 + t - t": "without changing it",
    "log(t)": "none at some",
    "1/t": "none at some",
    "sqrt(t)": "none at some",
    "s1/s2*tanh(t)": "none at some",
}


@pytest.mark.parametrize(("text", "words"), REFUSED_SCORES.items())
def test_scores_that_no_fit_could_be_read_of_are_refused(text, words):
    with pytest.raises(FormulaError, match=words) as refusal:
        make_score("custom", score_formula=text).parts(2)
    assert re.fullmatch(r"Expected [ -~]{20,280}\.", str(refusal.value))


@pytest.mark.parametrize(("text", "words"), REFUSED_EXPERTS.items())
def test_experts_that_no_fit_could_be_read_of_are_refused(text, words):
    with pytest.raises(FormulaError, match=words) as refusal:
        make_expert("custom", expert_formula=text)
    assert re.fullmatch(r"Expected [ -~]{20,280}\.", str(refusal.value))


SMALL = {
    "routers": ["custom"], "experts": ["custom"], "gates": ["softmax"], "sizes": [1000, 8000],
    "replicates": 4, "dimension": 2, "candidates": 16, "true_atoms": 2, "atoms": 2,
}  # fmt: skip


def test_a_typed_model_is_fitted_and_follows_its_predicted_curve():
    own = {"score_formula": "b1*x1+b2 * sin(2*x2)", "expert_formula": "s1*tanh( t )"}
    spec = PRESETS["lab"].build({**SMALL, **own})
    assert spec["score_formula"] == "b1*x1 + b2*sin(2*x2)"
    assert Specification.from_json(spec.to_json()).hash == spec.hash
    result = run(spec)
    (fit,) = result["truth"]["fits"]
    assert fit["null_directions"] == fit["gauge_directions"] == 3
    assert fit["columns"] == ["beta1[1]", "beta1[2]", "beta0", "a[1]", "a[2]", "b", "s_1"]
    pinned = next(curve for curve in result["curves"] if curve["gauge"] == "pinned")
    assert pinned["mean"][1] == pytest.approx(pinned["predicted"][1], rel=0.7)
    assert pinned["theory"]["exponent"] == -0.5


def test_a_typed_linear_score_gives_the_linear_routers_fits():
    typed = run(PRESETS["lab"].build({**SMALL, "experts": ["tanh"]}))
    plain = run(PRESETS["lab"].build({**SMALL, "experts": ["tanh"], "routers": ["linear"]}))
    assert [c["loss"] for c in typed["curves"]] == [c["loss"] for c in plain["curves"]]


def test_a_formula_that_stands_at_its_default_is_not_part_of_the_identity():
    spec = PRESETS["cosine-exact"].build({})
    fields = {k: v for k, v in spec.fields.items() if not k.endswith("_formula")}
    assert Specification.make("a", fields).hash == spec.hash
    assert PRESETS["cosine-exact"].build({"score_formula": "b1*x1"}).hash != spec.hash


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"score_formula": "b1*y"}, "'y' at column 4"),
        ({"score_formula": "b1*x3"}, "at least 3 inputs"),
        ({"score_formula": "b1^2*x1"}, "alone as a factor"),
        ({"score_formula": "b1*log(x1)"}, "a number for all inputs from -1 to 1"),
        ({"expert_formula": "s1*t"}, "without changing it"),
        ({"expert_formula": "__import__('os')"}, "'_'"),
        ({"expert_formula": 7}, "a text for expert_formula"),
    ],
)
def test_a_study_refuses_formulas_before_any_work(changes, words):
    with pytest.raises(SpecificationError) as refusal:
        PRESETS["lab"].build({**SMALL, **changes})
    assert re.search(re.escape(words), str(refusal.value))


def test_a_formula_that_nobody_uses_may_be_any(rng):
    spec = PRESETS["cosine-exact"].build({"score_formula": "b1^2*x9"})
    assert spec["routers"] == ("cosine", "perturbed-cosine")


def test_nobody_claims_a_rate_for_crowded_experts_of_ones_own():
    spec = PRESETS["lab"].build({**SMALL, "experts": ["tanh"], "atoms": 3, "sizes": [100, 200]})
    curves = run(spec)["curves"]
    assert {curve["theory"]["exponent"] for curve in curves} == {None}
    assert all("the checker" in curve["theory"]["text"] for curve in curves)


def test_derivatives_are_the_formulas_own():
    tree = parse_formula("s1*tanh(t)", EXPERT)
    assert str(differentiate(tree, "t")) == "s1*(-tanh(t)^2 + 1)"
    assert CustomExpert() == make_expert("custom")
