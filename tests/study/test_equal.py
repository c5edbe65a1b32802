"""What a study says of parameters that give the same function."""

from __future__ import annotations

import math

import pytest

from moeviz.charts.printed import printed
from moeviz.charts.symmetries import symmetry_words
from moeviz.model import make_expert
from moeviz.model.custom_expert import CustomExpert
from moeviz.model.symmetry import NONE
from moeviz.study import PRESETS, assemble, run_block, split
from moeviz.study.equal import function_alone, gauge_title
from moeviz.study.kept import kept_names, kept_result
from moeviz.theory import Reading

SINE = {
    "experts": ["custom"],
    "expert_formula": "sin(t)",
    "routers": ["perturbed-cosine"],
    "sizes": [100, 400],
    "replicates": 6,
    "candidates": 4,
    "start": "random",
    "starts": 16,
    "losses": ["paper", "l2"],
    "gauges": ["pinned", "offset"],
}


@pytest.fixture(scope="module")
def sine():
    spec = PRESETS["lab"].build(SINE)
    return printed(assemble(spec, {b.id: run_block(spec, b) for b in split(spec)}, 1.0, "cpu"))


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("sin(t)", ["t → π − t", "t → t + 2π"]),
        ("s1*sin(t)", ["t → −t, s1 → −s1", "t → t + π, s1 → −s1", "t → π − t", "t → t + 2π"]),
        ("cos(2*t)", ["t → −t", "t → t + π"]),
        ("(t - 1/3)^2", ["t → 0.6667 − t"]),
        ("gelu(t1 - 1) + t2", ["t1 → 2 − t1, t2 → t1 + t2 − 1"]),
        ("s1*gelu(t1) + t2", ["t1 → −t1, t2 → t2 + s1·t1"]),
        ("(tanh(t) + 1)*s1 + s2", ["t → −t, s1 → −s1, s2 → 2·s1 + s2"]),
        ("tanh(t)", []),
    ],
)
def test_symmetries_are_said_as_maps(formula, words):
    assert symmetry_words(make_expert("custom", expert_formula=formula)) == words


def test_a_reading_names_the_symmetries_that_it_allows_for(sine):
    by = {(c["loss_name"], c["gauge"]): c for c in sine["curves"]}
    pinned, offset = by["L3", "pinned"], by["L3", "offset"]
    assert pinned["gauge_title"] == "gauge pinned, modulo the expert's symmetries"
    assert "modulo the expert's symmetries" in pinned["label"]
    assert "Read modulo the expert's own symmetries: t → π − t; t → t + 2π." in pinned["in_words"]
    assert "modulo" not in offset["label"]
    assert "does not allow for the expert's own symmetries: t → π − t" in offset["in_words"]
    assert "symmetries" not in by["l2", "pinned"]["in_words"]
    assert len(pinned["function_alone"]) == len(pinned["n"])
    assert offset["function_alone"] is None


def test_a_fit_that_has_the_function_reads_small(sine):
    by = {(c["loss_name"], c["gauge"]): c for c in sine["curves"]}
    learnt = [
        loss
        for loss, l2 in zip(
            by["L3", "pinned"]["loss"][1], by["l2", "pinned"]["loss"][1], strict=True
        )
        if l2 < 0.05
    ]
    assert learnt
    assert max(learnt) < 1.0
    assert max(by["L3", "offset"]["loss"][1]) > 3.0


def test_registered_experts_keep_the_names_of_their_readings(expert):
    made = make_expert(expert)
    assert made.symmetries.plain
    assert gauge_title(made, Reading("L3", "pinned")) == "gauge pinned"
    assert gauge_title(made, Reading("L3", "offset")) == "only β₀ₖ pinned"


def test_fits_with_the_function_alone_are_counted():
    fields = {"output": "regression", "noise": 0.1}
    far, near = 9.0, 0.1
    noise, other = 0.01, 0.02
    got = function_alone(
        fields,
        [100, 10000],
        [[noise, noise, other, other], [noise, noise, noise, other]],
        [[far, near, far, near], [far, far, math.nan, far]],
        1.0,
    )
    assert got == [1, 3]
    assert function_alone(fields, [100], [[noise]], [[far]], None) is None
    density = {"output": "gaussian", "noise": 0.1}
    assert function_alone(density, [100], [[noise]], [[far]], 1.0) is None


def test_a_function_learnt_alone_is_said(monkeypatch):
    """An expert whose second set of parameters the search does not know."""
    monkeypatch.setattr(CustomExpert, "symmetries", NONE)
    spec = PRESETS["lab"].build({**SINE, "gauges": ["pinned"], "losses": ["paper"]})
    result = printed(assemble(spec, {b.id: run_block(spec, b) for b in split(spec)}, 1.0, "cpu"))
    (curve,) = result["curves"]
    assert curve["function_alone"][-1] >= 1
    assert f"in {curve['function_alone'][-1]} of 6 fits" in curve["in_words"]
    assert "the distance in L² tells what was learnt" in curve["in_words"]


@pytest.mark.parametrize("name", kept_names())
def test_studies_without_a_formula_keep_their_identity(name):
    result = kept_result(name).result
    again = PRESETS[name].build(result.spec.fields)
    assert again.hash == result.hash
