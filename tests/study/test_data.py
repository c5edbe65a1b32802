"""Data sets are what their streams draw and their truth answers, however they are cut."""

import math
from dataclasses import dataclass

import pytest
import torch

from moeviz.study import PRESETS, projection, truth_search
from moeviz.study import data as made
from moeviz.study import draws as drawn
from moeviz.study.data import data_of
from moeviz.study.draws import sample, stream
from moeviz.study.plan import Block
from moeviz.study.scenario import resolve_scenario
from moeviz.study.truth_search import search_truth
from moeviz.theory import input_nodes, reach

OUTPUTS = {
    "regression": {"atoms": 2},
    "gaussian": {"output": "gaussian", "routers": ("linear",), "experts": ("linear",)},
    "categorical": {"output": "categorical", "routers": ("linear",), "experts": ("linear",)},
}


def small(**more):
    return PRESETS["cosine-exact"].build({"candidates": 16, **more})


def block(n: int, first: int, last: int) -> Block:
    return Block("", "fits", 0.0, 0, n, first, last)


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_data_set_is_its_streams_answered_by_the_truth(name):
    spec = small(**OUTPUTS[name])
    fit = resolve_scenario(spec).fits[0]
    features, response = data_of(spec, fit, block(300, 1, 3))
    for row, replicate in enumerate((1, 2)):
        rng = stream(spec, 0, 300, replicate)
        x = torch.from_numpy(spec["low"] + (spec["high"] - spec["low"]) * rng.random((2, 300)))
        normal, uniform = (
            torch.from_numpy(draw(300)) for draw in (rng.standard_normal, rng.random)
        )
        own = fit.mixture.features(x)
        torch.testing.assert_close(features.gate[row], own.gate, rtol=1e-15, atol=1e-15)
        torch.testing.assert_close(features.expert[row], own.expert, rtol=1e-15, atol=1e-15)
        answer = fit.source.output.observe(fit.source.values(fit.truth, own), uniform, normal)
        torch.testing.assert_close(response[row], answer, rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("name", OUTPUTS)
def test_data_do_not_depend_on_how_they_are_cut(name, monkeypatch):
    spec = small(**OUTPUTS[name])
    fit = resolve_scenario(spec).fits[0]
    features, response = data_of(spec, fit, block(300, 0, 4))
    alone, answer = data_of(spec, fit, block(300, 2, 3))
    assert torch.equal(features.gate[2:3], alone.gate)
    assert torch.equal(features.expert[2:3], alone.expert)
    assert torch.equal(response[2:3], answer)
    monkeypatch.setattr(drawn, "PIECE", 64)
    monkeypatch.setattr(made, "PIECE", 64)
    pieces, answers = data_of(spec, fit, block(300, 0, 4))
    assert torch.equal(pieces.expert, features.expert)
    torch.testing.assert_close(pieces.gate, features.gate, rtol=1e-15, atol=1e-15)
    torch.testing.assert_close(answers, response, rtol=1e-14, atol=1e-14)


def test_a_model_that_made_the_data_has_features_of_its_own():
    spec = small(data_router="linear")
    fit = resolve_scenario(spec).fits[0]
    assert fit.source.score != fit.mixture.score
    features, response = data_of(spec, fit, block(200, 0, 2))
    draws = sample(spec, 200, 0, 2)
    torch.testing.assert_close(features.gate, fit.mixture.features(draws.x).gate)
    mean = fit.source.predict(fit.truth, fit.source.features(draws.x))
    noise = fit.source.output.noise
    torch.testing.assert_close(response, mean + noise * draws.normal)


def test_the_truth_is_the_candidate_whose_longest_reach_is_shortest():
    spec = small(candidates=40)
    scenario = resolve_scenario(spec)
    mixtures = tuple({fit.source: None for fit in scenario.fits})
    layout, x = scenario.fits[0].true_layout, input_nodes(2, 512)
    near = scenario.fits[0].truth
    candidates = near + 0.3 * torch.randn(
        truth_search.FINALISTS,
        layout.size,
        dtype=torch.float64,
        generator=torch.Generator().manual_seed(1),
    )
    longest = [max(reach(m, one, layout, x).samples for m in mixtures) for one in candidates]
    chosen = search_truth(mixtures, layout, candidates, x)
    assert torch.equal(chosen, candidates[longest.index(min(longest))])
    assert len(set(longest)) == truth_search.FINALISTS


@pytest.mark.parametrize("lost", ["one model's", "the other model's", "all but one", "all"])
def test_a_reach_that_is_no_number_never_wins(lost, monkeypatch):
    spec = small(candidates=40)
    scenario = resolve_scenario(spec)
    mixtures = tuple({fit.source: None for fit in scenario.fits})
    assert len(mixtures) == 2
    fit = scenario.fits[0]
    candidates = torch.stack([fit.truth + 0.01 * step for step in range(4)])
    samples = {
        (model, place): 100.0 + 10.0 * abs(place - 2) + model
        for model in range(2)
        for place in range(4)
    }
    if lost == "all but one":
        samples.update({key: math.nan for key in samples if key[1] != 3})
    elif lost == "all":
        samples = dict.fromkeys(samples, math.nan)
    else:
        samples[0 if lost == "one model's" else 1, 2] = math.nan
    place = {tuple(one.tolist()): number for number, one in enumerate(candidates)}

    def known(mixture, truth, layout, x):
        return Reach(math.nan, samples[mixtures.index(mixture), place[tuple(truth.tolist())]])

    monkeypatch.setattr(truth_search, "reach", known)
    chosen = search_truth(mixtures, fit.true_layout, candidates, input_nodes(2, 512))
    wanted = {"all but one": (3,), "all": range(4)}.get(lost, (1, 3))
    assert place[tuple(chosen.tolist())] in wanted


@dataclass
class Reach:
    constant: float
    samples: float


def test_a_start_that_found_nothing_is_no_best_approximation(monkeypatch):
    preset = PRESETS["sigmoid-against-softmax"]
    spec = preset.build({**preset.defaults, "dimension": 1, "candidates": 1})
    fit = next(fit for fit in resolve_scenario(spec).fits if fit.needs_projection)
    asked = []

    def fitted(spec, fit, x, starts, effort, shift, should_stop):
        asked.append(starts.clone())
        theta = starts.clone()
        theta[: len(starts) - 1] = torch.nan  # all but the last
        return theta, torch.zeros(len(starts), dtype=torch.long)

    monkeypatch.setattr(projection, "_fit", fitted)
    found = projection._project(spec, fit, None)
    assert torch.equal(found.theta, asked[0][-1])
    assert math.isfinite(found.distance)
    assert math.isnan(found.other_optima)


@pytest.mark.parametrize("kind", ["relu", "tanh", "ffn"])
@pytest.mark.parametrize("router", ["linear", "cosine", "perturbed-cosine", "quadratic"])
def test_compiled_code_and_tensors_answer_alike(router, kind, monkeypatch):
    gate = "sigmoid" if router == "quadratic" else "softmax"
    spec = small(routers=(router,), gates=(gate,), experts=(kind,), true_atoms=3, atoms=3)
    fit = resolve_scenario(spec).fits[0]
    features, compiled = data_of(spec, fit, block(777, 0, 3))
    monkeypatch.setenv("MOEVIZ_KERNEL", "torch")
    same, plain = data_of(spec, fit, block(777, 0, 3))
    torch.testing.assert_close(features.gate, same.gate, rtol=1e-15, atol=1e-15)
    torch.testing.assert_close(compiled, plain, rtol=1e-12, atol=1e-13)
