"""A sparse layer: what it answers, in whatever way its experts are asked, and who moves it."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from moeviz.errors import SpecificationError
from moeviz.model import make_expert, make_gate, make_output, make_score
from moeviz.model.affinities import AFFINITIES, make_affinity
from moeviz.model.elementwise import softplus
from moeviz.model.formula import FUNCTIONS
from moeviz.model.mixture import Mixture
from moeviz.train import experts as experts_module
from moeviz.train import grouped
from moeviz.train.dispatch import UNEVEN, dispatch
from moeviz.train.experts import Experts, mix
from moeviz.train.layer import SparseLayer
from moeviz.train.phi import FUSED
from moeviz.train.routers import ROUTERS
from moeviz.train.rules import Rules
from moeviz.train.strength import strengths
from tests.train.layers import TOKENS, WIDTH, layer, stream, tokens

METHODS = tuple(ROUTERS)
STATED = {
    "smoe": ("linear", "softmax"),
    "cosine": ("cosine", "softmax"),
    "perturbed-cosine": ("perturbed-cosine", "softmax"),
    "moeut": ("linear", "sigmoid"),
}
"""Methods that are, with every expert kept, a mixture of the model: its score and gate."""


@pytest.mark.parametrize("method", STATED)
def test_a_layer_that_keeps_every_expert_is_the_models_dense_mixture(method: str) -> None:
    """With one hidden unit that is the answer's first coordinate, expert i is GELU(a.x + b)."""
    sparse = layer(method, experts=4, top=4, hidden=1)
    with torch.no_grad():
        sparse.experts.w_out.zero_()
        sparse.experts.w_out[:, 0, 0] = 1.0
        sparse.experts.b_out.zero_()
    score, gate = STATED[method]
    router = sparse.router
    mixture = Mixture(
        make_score(score, tau1=router.tau1, tau2=router.tau2),
        make_gate(gate),
        make_expert("gelu"),
        make_output("regression"),
    )
    x = tokens()
    scores = mixture.score.coordinates(sparse.head.vectors) @ mixture.score.features(x.T)
    hidden = sparse.experts.w_in[:, :, 0] @ x.T + sparse.experts.b_in[:, :, 0]
    values = mixture.expert.value_and_slopes([hidden], [])[0]
    dense = (mixture.gate.weights(scores) * values).sum(0)
    torch.testing.assert_close(sparse(x).answer[:, 0], dense, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("competes", [False, True])
def test_permuting_the_experts_permutes_everything(method: str, competes: bool) -> None:
    sparse, other = layer(method), layer(method)
    order = torch.randperm(6, generator=stream(3))
    with torch.no_grad():
        for module in (other.experts, other.head):
            for name, own in module.named_parameters():
                if name != "project":
                    own.copy_(own[order].clone())
    x = tokens()
    one, two = sparse(x, competes), other(x, competes)
    torch.testing.assert_close(two.answer, one.answer, rtol=0.0, atol=1e-12)
    torch.testing.assert_close(two.scores, one.scores[order], rtol=0.0, atol=1e-12)
    assert torch.equal(order[two.chosen], one.chosen)
    for name, loss in one.losses.items():
        torch.testing.assert_close(two.losses[name], loss, rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("method", ["cosine", "xmoe"])
def test_a_cosine_layer_does_not_see_how_long_an_experts_vector_is(method: str) -> None:
    sparse = layer(method)
    before = sparse(tokens()).answer
    with torch.no_grad():
        sparse.head.vectors[2] *= 3.7
    torch.testing.assert_close(sparse(tokens()).answer, before, rtol=0.0, atol=1e-13)


@pytest.mark.parametrize("method", ["perturbed-cosine", "pcosine", "smoe"])
def test_a_layer_that_sees_lengths_answers_differently(method: str) -> None:
    sparse = layer(method)
    before = sparse(tokens()).answer
    with torch.no_grad():
        sparse.head.vectors[2] *= 3.7
    assert (sparse(tokens()).answer - before).abs().max() > 1e-3


def test_competition_of_all_is_the_average_weighed_by_the_mean_softplus() -> None:
    sparse = layer("competition", experts=4, top=4)
    x = tokens()
    answers = sparse.experts.every(x)
    weights = softplus(answers).mean(-1)
    expected = (weights.unsqueeze(-1) * answers).sum(0) / weights.sum(0).unsqueeze(-1)
    torch.testing.assert_close(sparse(x).answer, expected, rtol=0.0, atol=1e-12)


def test_who_wins_has_the_largest_affinity() -> None:
    sparse = layer("competesmoe")
    x = tokens()
    routed = sparse(x, competes=True)
    affinities = sparse.affinities(sparse.experts.every(x))
    kept = affinities.gather(0, routed.chosen)
    assert torch.equal(kept, affinities.sort(0, descending=True).values[:3])
    torch.testing.assert_close(routed.weights, kept / kept.sum(0))
    assert routed.competed
    assert not sparse(x).competed


@pytest.mark.parametrize("method", METHODS)
def test_weights_of_kept_experts(method: str) -> None:
    routed = layer(method)(tokens())
    assert (routed.weights > 0).all()
    total = routed.weights.sum(0)
    if method in ("moeut", "shared-v2"):
        assert (total - 1).abs().max() > 0.01
    else:
        torch.testing.assert_close(total, torch.ones_like(total))


@pytest.mark.parametrize("method", ["shared-v2", "shared-v3"])
def test_a_shared_expert_is_one_of_the_k(method: str) -> None:
    sparse = layer(method)
    routed = sparse(tokens())
    assert routed.chosen.shape == (2, TOKENS)
    assert sparse.shared is not None
    index = routed.chosen.unsqueeze(-1).expand(-1, -1, WIDTH)
    chosen = sparse.experts.every(tokens()).gather(0, index)
    expected = (routed.weights.unsqueeze(-1) * chosen).sum(0) + sparse.shared.every(tokens())[0]
    torch.testing.assert_close(routed.answer, expected)
    with pytest.raises(SpecificationError, match="at least 2 experts for a token"):
        layer(method, top=1)


def test_noise_moves_the_choice_only_while_training() -> None:
    sparse = layer("smoe-noisy")
    still, again = sparse(tokens()), sparse(tokens())
    assert torch.equal(still.chosen, again.chosen)
    noisy = sparse(tokens(), noise=stream(5))
    assert not torch.equal(noisy.chosen, still.chosen)
    assert torch.equal(noisy.chosen, sparse(tokens(), noise=stream(5)).chosen)


@pytest.mark.parametrize(
    "chosen",
    [
        torch.randint(0, 5, (1, 64), generator=stream(1)),
        torch.zeros(1, 64, dtype=torch.int64),
        torch.stack([torch.arange(64) % 3, torch.arange(64) % 2 + 3]),
        torch.stack([torch.zeros(64, dtype=torch.int64), torch.arange(64) % 4 + 1]),
        torch.zeros(1, 1, dtype=torch.int64),
        torch.zeros(1, 0, dtype=torch.int64),
    ],
)
def test_the_table_answers_as_the_loop_does_however_uneven(chosen: Tensor) -> None:
    experts = Experts(5, WIDTH, 7).double()
    experts.start(stream(2))
    x = tokens(4, int(chosen.shape[1]))
    table = dispatch(chosen, 5)
    assert len(table.token) <= max(UNEVEN * chosen.numel(), 1) + 5 * table.length
    ways = []
    for ask in (experts.chosen, experts.one_by_one):
        asked = x.clone().requires_grad_()
        answers = ask(asked, chosen)
        parameters = (asked, *experts.parameters())
        slopes = torch.autograd.grad((answers.sin()).sum(), parameters, allow_unused=True)
        ways.append((answers, *(torch.zeros(1) if s is None else s for s in slopes)))
    for table_way, loop_way in zip(*ways, strict=True):
        torch.testing.assert_close(table_way, loop_way, rtol=0.0, atol=1e-12)


def aligned(method: str = "smoe", **rules: Any) -> SparseLayer:
    """A layer in single precision of a width that grouped products are for."""
    made = SparseLayer(ROUTERS[method](), Rules(**{**ALIGNED, **rules}), 8)
    draw = stream(1)
    with torch.no_grad():
        for own in made.parameters():
            own.normal_(0.0, 0.4, generator=draw)
    return made


ALIGNED = {"experts": 6, "top": 3, "hidden": 12, "projection": 4}


@pytest.mark.parametrize("function", ["gelu", "relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("spread", [0.0, 1.0, 20.0])
def test_grouped_products_answer_as_the_loop_does_to_five_digits(
    function: str, spread: float
) -> None:
    """However uneven: at 0 all tokens go to the same experts, at 20 each to its own."""
    sparse = aligned(function=function)
    x = torch.randn(50, 8, generator=stream(3))
    scores = spread * sparse.head.scores(x).detach() + torch.arange(6.0).unsqueeze(1)
    chosen = scores.topk(3, dim=0).indices
    shares = torch.rand(3, 50, generator=stream(4))
    assert grouped.serves(x, 12)
    ways = []
    for ask in ("mixed", "chosen", "one_by_one"):
        asked, weighed = x.clone().requires_grad_(), shares.clone().requires_grad_()
        if ask == "mixed":
            answers = sparse.experts.mixed(asked, chosen, weighed)
        else:
            answers = mix(getattr(sparse.experts, ask)(asked, chosen), weighed)
        parts = (asked, weighed, *sparse.experts.parameters())
        ways.append((answers, *torch.autograd.grad(answers.sin().sum(), parts)))
    for way in ways[:2]:
        for found, expected in zip(way, ways[2], strict=True):
            torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_grouped_products_are_not_for_what_they_cannot_do() -> None:
    x = torch.zeros(4, 8)
    assert not grouped.serves(x.double(), 12)
    assert not grouped.serves(x, 13)
    assert not grouped.serves(x[:, :5], 12)
    assert not grouped.serves(x[:0], 12)
    assert not grouped.serves(x.bfloat16(), 16)


@pytest.mark.parametrize("name", AFFINITIES)
def test_strengths_are_the_affinities_that_the_model_has(name: str) -> None:
    affinity = make_affinity(name)
    answers = torch.linspace(-60, 60, 4 * 7 * 5, dtype=torch.float64).view(4, 7, 5)
    found = []
    for ask in (lambda h: strengths(affinity, h), lambda h: affinity.of(h.movedim(-1, 0))):
        asked = answers.clone().requires_grad_()
        value = ask(asked)
        found.append((value, torch.autograd.grad(value.log1p().sum(), asked)[0]))
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-14, equal_nan=True)


@pytest.mark.parametrize("name", AFFINITIES)
def test_no_gradient_is_lost_where_losers_keep_none(name: str) -> None:
    """Against every answer kept, gathered and differentiated."""
    sparse = layer("competesmoe", affinity=name)
    x = tokens().requires_grad_()
    routed = sparse(x, competes=True)
    every = sparse.experts.every(x)
    index = routed.chosen.unsqueeze(-1).expand(-1, -1, WIDTH)
    shares = sparse.affinities(every).gather(0, routed.chosen)
    expected = mix(every.gather(0, index), shares / shares.sum(0))
    parts = (x, *sparse.experts.parameters())
    torch.testing.assert_close(routed.answer, expected, rtol=1e-11, atol=1e-12)
    found = torch.autograd.grad(routed.answer.sin().sum(), parts)
    for one, other in zip(found, torch.autograd.grad(expected.sin().sum(), parts), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-10)


def test_what_is_asked_in_parts_is_what_is_asked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sparse = layer("competesmoe")
    whole = list(sparse.experts.parts(tokens()))
    monkeypatch.setattr(experts_module, "PART", 1)
    monkeypatch.setattr(experts_module, "LEAST_PART", 7)
    parts = list(sparse.experts.parts(tokens()))
    assert (len(whole), len(parts)) == (1, 6)
    torch.testing.assert_close(torch.cat(parts, 1), whole[0], rtol=0.0, atol=1e-13)


@pytest.mark.parametrize("name", FUSED)
def test_a_function_in_one_step_is_the_registered_one(name: str) -> None:
    t = torch.linspace(-6, 6, 241, dtype=torch.float64, requires_grad=True)
    value, slope = FUNCTIONS[name].value_and_slope(t.detach())
    fused = FUSED[name](t)
    torch.testing.assert_close(fused.detach(), value, rtol=1e-13, atol=1e-15)
    found = torch.autograd.grad(fused.sum(), t)[0]
    torch.testing.assert_close(found, slope, rtol=1e-12, atol=1e-14)


def test_any_registered_function_learns() -> None:
    experts = Experts(2, WIDTH, 3, "sigmoid").double()
    experts.start(stream(1))
    checked = torch.autograd.gradcheck(
        lambda x: experts.chosen(x, torch.zeros(1, 4, dtype=torch.int64)),
        (tokens(2, 4).requires_grad_(),),
    )
    assert checked


def test_a_function_that_nobody_knows_is_refused() -> None:
    with pytest.raises(SpecificationError, match="Expected a function that formulas know"):
        Experts(2, 3, 4, "import os")


BELOW = tokens(9).requires_grad_()
"""Tokens that come from a layer below, which learns too."""


def moved(sparse: SparseLayer, loss: Tensor) -> set[str]:
    """Names of the parts that the loss moves: ``experts``, ``head``, ``shared`` or ``below``."""
    names = [name for name, _ in sparse.named_parameters()] + ["below"]
    slopes = torch.autograd.grad(
        loss, [*sparse.parameters(), BELOW], allow_unused=True, retain_graph=True
    )
    return {
        name.split(".")[0]
        for name, slope in zip(names, slopes, strict=True)
        if slope is not None and slope.abs().max() > 0
    }


def task(answer: Tensor) -> Tensor:
    return answer.square().mean()


@pytest.mark.parametrize("method", [m for m in METHODS if m != "competition"])
def test_the_task_reaches_router_experts_and_what_lies_below(method: str) -> None:
    sparse = layer(method)
    routed = sparse(BELOW)
    expected = {"experts", "head", "below"} | ({"shared"} if sparse.shared is not None else set())
    assert moved(sparse, task(routed.answer)) == expected
    assert moved(sparse, routed.losses["balance"]) == {"head", "below"}
    assert moved(sparse, routed.losses["z"]) == {"head", "below"}


@pytest.mark.parametrize("distilled", ["kept", "all"])
def test_distillation_reaches_the_router_and_not_the_experts(distilled: str) -> None:
    sparse = layer("competesmoe", distilled=distilled)
    routed = sparse(BELOW, competes=True)
    assert moved(sparse, routed.losses["distillation"]) == {"head"}


@pytest.mark.parametrize(("reaches", "expected"), [("router", set()), ("experts", {"experts"})])
def test_diversity_reaches_nobody_as_printed_and_the_experts_otherwise(
    reaches: str, expected: set[str]
) -> None:
    """Eq. 5 differentiates it by the router, of which it is no function."""
    sparse = layer("competesmoe", diversity_reaches=reaches)
    loss = sparse(BELOW, competes=True).losses["diversity"]
    found = moved(sparse, loss + 0.0 * sparse.head.vectors.sum())
    assert found == expected
    other = layer("competesmoe", diversity_reaches="router")(BELOW, competes=True)
    torch.testing.assert_close(loss, other.losses["diversity"])


@pytest.mark.parametrize(
    ("answered", "expected"),
    [("winners", {"experts", "below"}), ("router", {"experts", "head", "below"})],
)
def test_whom_the_task_reaches_while_experts_compete(answered: str, expected: set[str]) -> None:
    sparse = layer("competesmoe", answered=answered)
    routed = sparse(BELOW, competes=True)
    assert moved(sparse, task(routed.answer)) == expected
    if answered == "router":
        torch.testing.assert_close(routed.answer, sparse(BELOW).answer)


def test_a_kept_score_hears_of_distillation_and_a_dropped_one_only_where_all_are_distilled() -> (
    None
):
    x = tokens(3, 1)
    for distilled, others in (("kept", False), ("all", True)):
        sparse = layer("competesmoe", distilled=distilled)
        routed = sparse(x, competes=True)
        slope = torch.autograd.grad(routed.losses["distillation"], sparse.head.vectors)[0]
        kept = routed.scores.topk(3, dim=0).indices[:, 0]
        dropped = [i for i in range(6) if i not in kept.tolist()]
        assert bool((slope[dropped].abs() > 0).any()) is others
        assert (slope[kept].abs() > 0).any()


def test_more_experts_for_a_token_than_there_are() -> None:
    with pytest.raises(SpecificationError, match="from 1 to 4 experts"):
        layer("smoe", experts=4, top=5)


def test_one_rank_down_keeps_all_but_the_best_and_takes_the_next() -> None:
    """`compete` Table 3."""
    sparse = layer("smoe")
    x = tokens()
    plain = sparse(x)
    with sparse.shifted():
        shifted = sparse(x)
    ranked = plain.scores.sort(0, descending=True).indices
    assert torch.equal(shifted.chosen, ranked[1:4])
    torch.testing.assert_close(shifted.weights, plain.scores.gather(0, ranked[1:4]).softmax(0))
    assert torch.equal(sparse(x).chosen, plain.chosen)


@pytest.mark.parametrize("method", ["shared-v2", "shared-v3", "moeut"])
def test_the_task_teaches_a_router_that_chooses_one_expert(method: str) -> None:
    sparse = layer(method, top=2 if method != "moeut" else 1)
    routed = sparse(tokens())
    assert routed.chosen.shape[0] == 1
    if method == "shared-v2":
        expected = routed.scores.softmax(0).gather(0, routed.chosen)
    else:
        expected = routed.scores.sigmoid().gather(0, routed.chosen)
    torch.testing.assert_close(routed.weights, expected)
    routed.answer.square().sum().backward()
    assert max(float(own.grad.abs().max()) for own in sparse.head.parameters()) > 1e-6
    assert sparse.router.taught(sparse.rules.top)


def test_a_softmax_of_one_kept_score_teaches_nothing() -> None:
    sparse = layer("smoe", top=1)
    sparse(tokens()).answer.square().sum().backward()
    assert max(float(own.grad.abs().max()) for own in sparse.head.parameters()) < 1e-12
    assert not sparse.router.taught(1)
    assert sparse.router.taught(2)
