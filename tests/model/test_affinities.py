"""Competition: affinities, the theory's gate beside the algorithm's, and what can go wrong."""

from __future__ import annotations

import pytest
import torch

from moeviz.errors import SpecificationError, UnknownNameError
from moeviz.model import (
    AFFINITIES,
    GATES,
    RISKS,
    ROUTINGS,
    compete,
    make_affinity,
    make_gate,
    make_mixture,
    make_routing,
    make_score,
)
from moeviz.model.formula import Symbol, evaluate, mathml, spelled_weight
from moeviz.model.formula.build import add, call, rebuilt
from moeviz.model.formula.tree import Call
from moeviz.model.reading import formula_of, numbers_of
from moeviz.model.settings import constant_fields
from moeviz.study.fields import FIELDS
from tests.support import normal

CLOSE = {"rtol": 1e-13, "atol": 1e-13}
BY_ENTRY = [name for name in AFFINITIES if name not in ("softmax", "norm")]


def answers(rng, *, entries=3, experts=4, samples=40, scale=2.0):
    return scale * normal(rng, entries, experts, samples)


def of_all(tree, experts, own):
    """An affinity's formula for one expert, written out in h1, ..., hK."""
    if isinstance(tree, Call) and tree.function == "sum":
        inside = tree.arguments[0]
        return add(*(of_all(inside, experts, i) for i in range(1, experts + 1)))
    if tree == Symbol("h"):
        return Symbol(f"h{own}")
    return rebuilt(tree, lambda child: of_all(child, experts, own))


@pytest.mark.parametrize("name", [name for name in AFFINITIES if name != "norm"])
def test_an_affinity_is_the_mean_of_its_text(name, rng):
    affinity, h = make_affinity(name), answers(rng)
    named = {f"h{i}": h[:, i - 1] for i in range(1, 5)}
    tree = formula_of(affinity)
    found = [evaluate(of_all(tree, 4, i), named).mean(0) for i in range(1, 5)]
    torch.testing.assert_close(affinity.of(h), torch.stack(found), **CLOSE)


def test_the_norm_is_its_text(rng):
    h = answers(rng)
    assert formula_of(make_affinity("norm")) == call("norm", Symbol("h"))
    torch.testing.assert_close(make_affinity("norm").of(h), (h * h).sum(0).sqrt(), **CLOSE)


def test_softplus_is_the_affinity_that_studies_compete_with(rng):
    h = answers(rng, entries=1)
    (value,) = make_score("competition").affinity(h)[0]
    assert torch.equal(make_affinity("softplus").of(h), value)


def test_the_theorys_gate_is_proportional_to_one_plus_exp(rng):
    """`compete` eq. 6: exp(log(1 + exp(g))) over the sum."""
    h = answers(rng, entries=1)
    found = compete(h, make_affinity("softplus"), make_routing("softmax")).weights
    raised = 1.0 + h[0].exp()
    torch.testing.assert_close(found, raised / raised.sum(0), **CLOSE)


def test_the_theorys_gate_is_that_of_a_study(rng):
    """The weights of a mixture under competition are the contest's of its experts' answers."""
    mixture = make_mixture("competition-bare", "softmax", "tanh")
    layout = mixture.layout(3, 2)
    theta = normal(rng, layout.size)
    theta[[layout.column(i, "weight").start for i in range(3)]] = 0.0
    values = mixture.values(theta, mixture.features(normal(rng, 2, 50)))
    found = compete(values.experts[0][None], make_affinity("softplus"), make_routing("softmax"))
    torch.testing.assert_close(found.weights, values.weights, **CLOSE)


@pytest.mark.parametrize("name", list(AFFINITIES))
@pytest.mark.parametrize("top", [1, 2, 4, 9])
def test_the_algorithms_weights_are_the_winners_shares(name, top, rng):
    h = answers(rng).abs()  # nothing goes wrong
    found = compete(h, make_affinity(name), make_routing("winners-share", top=top))
    order = found.affinities.argsort(0, descending=True)
    kept = found.affinities.gather(0, order)[:top]
    torch.testing.assert_close(found.weights.gather(0, order)[:top], kept / kept.sum(0), **CLOSE)
    assert (found.weights.gather(0, order)[top:] == 0).all()
    torch.testing.assert_close(found.weights.sum(0), torch.ones(40, dtype=torch.float64), **CLOSE)


def test_the_two_gates_differ_and_agree_on_who_wins(rng):
    h = answers(rng, entries=1)
    theory = compete(h, make_affinity("softplus"), make_routing("softmax"))
    algorithm = compete(h, make_affinity("softplus"), make_routing("winners-share", top=2))
    assert torch.equal(theory.weights.argmax(0), algorithm.weights.argmax(0))
    assert not torch.allclose(theory.weights, algorithm.weights, atol=0.05)


def test_a_softmax_over_one_answers_entries_would_tell_nobody_apart(rng):
    """Why the softmax is taken over the experts: over entries the mean is 1/V for everybody."""
    h = answers(rng, entries=5)
    shares = h.exp() / h.exp().sum(0)
    torch.testing.assert_close(shares.mean(0), torch.full_like(shares[0], 0.2), **CLOSE)
    assert make_affinity("softmax").of(h).std(0).min() > 1e-3


# Temperature.


def test_every_gate_has_a_routing_which_at_temperature_one_is_the_gate(gate, rng):
    scores = 4 * normal(rng, 2, 4, 30)
    assert torch.equal(make_routing(gate).weights(scores), make_gate(gate).weights(scores))
    assert ROUTINGS[gate].base is GATES[gate]


def test_a_temperature_divides_scores(gate, rng):
    scores = normal(rng, 4, 30)
    warm = make_routing(gate, temperature=2.5, top=3)
    cold = make_gate(gate, top=3).weights(scores / 2.5)
    assert torch.equal(warm.weights(scores), cold)


@pytest.mark.parametrize("name", list(ROUTINGS))
def test_a_routing_is_its_text(name, rng):
    routing = make_routing(name, temperature=0.7, top=2)
    scores = normal(rng, 4, 60)
    named = {f"s{i}": row for i, row in enumerate(scores, start=1)}
    named |= {k: scores.new_tensor(v) for k, v in numbers_of(routing).items()}
    tree = formula_of(routing)
    found = [evaluate(spelled_weight(tree, 4, i), named).expand(60) for i in range(1, 5)]
    torch.testing.assert_close(torch.stack(found), routing.weights(scores), **CLOSE)
    assert mathml(tree, {}).startswith("<m")


def test_their_constants_are_fields_that_apply_where_they_are_used():
    fields = {f.name: f for f in constant_fields({"routing": ROUTINGS, "affinity": AFFINITIES}, "")}
    assert set(fields) == {"temperature", "top"}
    for name, routing in ROUTINGS.items():
        used = {c.name for c in routing.constants}
        values = {"routing": name, "affinity": "softplus"}
        assert {f for f, field in fields.items() if field.applies(values)} == used
    with pytest.raises(SpecificationError, match="temperature"):
        make_routing("softmax", temperature=0.0)


def test_a_study_has_none_of_them():
    """So that no study has another identity than before."""
    assert "temperature" not in FIELDS
    assert "winners-share" not in GATES


def test_cold_gates_choose_one_expert_and_hot_ones_all_alike(rng):
    scores = normal(rng, 4, 30).sort(0).values + torch.arange(4.0).unsqueeze(-1)
    cold = make_routing("softmax", temperature=0.01).weights(scores)
    hot = make_routing("softmax", temperature=100.0).weights(scores)
    assert cold[-1].min() > 1 - 1e-12
    assert (hot - 0.25).abs().max() < 0.03


# One formula for fits and for automatic differentiation.


def test_a_gates_weights_differentiate_to_its_score_derivative(gate, rng):
    made, scores, values = make_gate(gate), 2 * normal(rng, 4, 30), normal(rng, 4, 30)
    before = scores.clone()
    scores.requires_grad_(True)
    weights = made.weights(scores)
    mean = (weights * values).sum(-2, keepdim=True)
    (automatic,) = torch.autograd.grad(mean.sum(), scores)
    found = made.score_derivative(weights, values, mean)
    torch.testing.assert_close(automatic, found, **CLOSE)
    assert torch.equal(scores, before)


def test_log_weights_differentiate_to_one_minus_the_share(normalised_gate, rng):
    scores = normal(rng, 4, 30).requires_grad_(True)
    made = make_gate(normalised_gate, top=4)
    (automatic,) = torch.autograd.grad(made.log_weights(scores)[0].sum(), scores)
    expected = -made.weights(scores)
    expected[0] += 1.0
    torch.testing.assert_close(automatic, expected, **CLOSE)


@pytest.mark.parametrize("affinity", list(AFFINITIES))
@pytest.mark.parametrize("routing", list(ROUTINGS))
def test_automatic_differentiation_goes_through_a_contest(affinity, routing, rng):
    h = answers(rng, samples=5).abs().requires_grad_(True)

    def weights(given):
        return compete(given, make_affinity(affinity), make_routing(routing)).weights

    assert torch.autograd.gradcheck(weights, h, eps=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", BY_ENTRY)
def test_affinities_differentiate_to_the_slope_of_their_formula(name):
    """Also at 0, where softplus is made of pieces that bend, and where e^-t overflows."""
    h = torch.tensor([-800.0, -40.0, -1.0, 0.0, 1.0, 40.0], dtype=torch.float64)[None, None]
    h.requires_grad_(True)
    (automatic,) = torch.autograd.grad(make_affinity(name).of(h).sum(), h)
    sigma = 1.0 / (1.0 + (-h).exp())
    expected = {
        "softplus": sigma,
        "silu": sigma * (1.0 + h * (1.0 - sigma)),
        "sigmoid": sigma * (1.0 - sigma),
        "relu": (h > 0).to(h.dtype),
        "exp": h.exp(),
    }[name]
    torch.testing.assert_close(automatic, expected, **CLOSE)


# What can go wrong.

EXAMPLES = {
    "overflow": ("exp", "winners-share", [800.0, 1.0, 0.0]),
    "zero-sum": ("relu", "winners-share", [-1.0, -2.0, -3.0]),
    "outside": ("silu", "winners-share", [2.0, -0.1, -0.2]),
    "silent": ("relu", "winners-share", [1.0, -1.0, -2.0]),
    "tie": ("sigmoid", "winners-share", [50.0, 60.0, 70.0]),
    "order": ("norm", "winners-share", [-3.0, -2.0, 1.0]),
}
"""For each risk an affinity, a routing and answers at which it happens."""


def troubles(affinity, routing, given, **constants):
    h = torch.tensor(given, dtype=torch.float64)[None, :, None]
    found = compete(h, make_affinity(affinity), make_routing(routing, **constants)).troubles()
    return {name for name, where in found.items() if bool(where)}


def test_every_risk_has_an_example():
    assert set(EXAMPLES) == set(RISKS)


@pytest.mark.parametrize("risk", list(EXAMPLES))
def test_what_can_go_wrong_is_said(risk):
    assert risk in troubles(*EXAMPLES[risk])
    assert risk not in troubles("softplus", "winners-share", [1.0, 2.0, 3.0])


@pytest.mark.parametrize("affinity", ["softplus", "softmax"])
def test_the_papers_affinity_keeps_the_order_and_the_shares(affinity, rng):
    h = answers(rng, entries=1, samples=500, scale=8.0)
    found = compete(h, make_affinity(affinity), make_routing("winners-share")).troubles()
    assert not any(where.any() for where in found.values())


def test_a_softmax_affinity_never_sums_to_zero():
    assert troubles("softmax", "winners-share", [-900.0, -1900.0, -2900.0]) == {"silent", "tie"}
    assert "zero-sum" in troubles("softplus", "winners-share", [-900.0, -1900.0, -2900.0])


def test_the_theorys_gate_has_weights_where_the_algorithm_has_none():
    assert troubles("relu", "softmax", [-1.0, -2.0, -3.0]) == set()
    assert "zero-sum" in troubles("relu", "winners-share", [-1.0, -2.0, -3.0])


def test_overflow_leaves_no_weight_in_either():
    for routing in ("softmax", "winners-share"):
        assert "overflow" in troubles("exp", routing, [800.0, 1.0, 0.0])


def test_what_is_not_there_is_refused():
    with pytest.raises(UnknownNameError, match="softplus"):
        make_affinity("swish")
