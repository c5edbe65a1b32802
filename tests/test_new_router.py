"""A router in one short file is fitted, drawn and decided; docs/models.md walks through it."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest
import torch

from moeviz.charts.gates import Setup, gates_document
from moeviz.charts.gates_formula import library_weights
from moeviz.model import SCORES, make_score
from moeviz.study import PRESETS, assemble, run_block, split
from moeviz.symbolic.certificates.report import Answer
from moeviz.symbolic.questions.claims import decide
from moeviz.symbolic.request.compose import compose
from tests.support import uniform

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "tests" / "routers" / "swish.py"


@pytest.fixture
def swish():
    """Run the student's file; what it registers is taken out afterwards."""
    runpy.run_path(str(FILE))
    yield "swish"
    SCORES.remove("swish")


def test_the_file_is_short_and_the_docs_show_it():
    text = FILE.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 30
    assert text in (ROOT / "docs" / "models.md").read_text(encoding="utf-8")


def test_its_features_follow_from_its_text(swish, rng):
    x = uniform(rng, 3, 20)
    torch.testing.assert_close(make_score(swish).features(x), x * torch.sigmoid(x))


def test_it_is_fitted(swish):
    changes = {"routers": [swish], "experts": ["tanh"], "sizes": [1000, 4000], "replicates": 4}
    spec = PRESETS["lab"].build({**changes, "candidates": 16})
    blocks = {block.id: run_block(spec, block) for block in split(spec)}
    result = assemble(spec, blocks, 1.0, "cpu")
    assert result.curves[0].router == swish
    for curve in result.curves:
        assert curve.mean[1] < curve.mean[0]


def test_it_is_drawn(swish):
    setup = Setup(models=((swish, "softmax"), ("linear", "softmax")))
    own, other = gates_document(setup)["models"]
    assert own["title"] == "Swish router"
    assert own["score"]["steps"] != other["score"]["steps"]
    x = [(1.0, -0.5)]
    drawn, linear = (library_weights(setup, panel, setup.vectors, x) for panel in (0, 1))
    assert float((drawn - linear).abs().max()) > 0.01


INTERACTION = "1 : p1 p4\n-1 : p2 p3"
"""The derivative by gate and intercept is that by offset and slope."""

OWN = "1 : p1 p4\n-sigmoid(x1) : p2 p3"
"""The same with what the new gate multiplies."""


@pytest.mark.parametrize(
    ("router", "relation", "answer"),
    [
        ("linear", INTERACTION, Answer.HOLDS),
        ("swish", INTERACTION, Answer.FAILS),
        ("linear", OWN, Answer.FAILS),
        ("swish", OWN, Answer.HOLDS),
    ],
)
def test_it_is_decided(swish, router, relation, answer):
    """The interaction of a linear router with a linear expert is gone; another one is there."""
    asked = {"router": router, "expert": "linear", "test": "relation", "relation": relation}
    assert decide(compose({**asked, "atoms": 1})).answer is answer
