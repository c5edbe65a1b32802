"""Trained routers as pictures and words."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from moeviz.charts.gates import MOST, Setup, parameters, score_of
from moeviz.charts.palette import THEMES
from moeviz.charts.trained import (
    FACTOR,
    Stretched,
    shift_words,
    slice_document,
    slice_sentence,
    stretch_document,
    stretch_words,
)
from moeviz.charts.trained_gates import OnGates, on_gates
from moeviz.errors import SpecificationError
from moeviz.model.routings import make_routing
from moeviz.text import json_text
from moeviz.train.gauge import LayerGauge, factors
from moeviz.train.routers import ROUTERS
from moeviz.train.slice import Slice, gate_of


def gauge(**changed: object) -> LayerGauge:
    tried = factors()
    values: dict[str, object] = {
        "layer": 1, "expert": 2, "factors": tried,
        "losses": tuple(2.0 + 0.01 * math.log2(f) for f in tried), "plain": 2.0,
        "stretch_free": False, "shift_free": True, "shift": 0.4, "shifted": 2.0 + 2e-16,
    }  # fmt: skip
    return LayerGauge(**{**values, **changed})  # type: ignore[arg-type]


STILL = gauge(losses=(2.0,) * len(factors()), stretch_free=True)


def shown(found: LayerGauge) -> Stretched:
    return Stretched("A method", found, "bits")


def test_the_picture_of_a_stretched_vector_has_the_losses() -> None:
    document = json.loads(json_text(stretch_document([shown(STILL), shown(gauge())])))
    still, moves = document["methods"]
    assert still["changes"] == [0.0] * len(factors())
    assert still["still"]
    assert still["most"] == "0"
    assert not moves["still"]
    assert moves["changes"] == pytest.approx([0.01 * math.log2(f) for f in factors()])
    low, high = document["y"]
    assert low < -0.02
    assert high > 0.02
    (handle,) = document["handles"]
    assert handle["id"] == FACTOR
    assert handle["slides"] == [-2.0, 2.0]
    levels = [value for value, _ in document["levels"]]
    assert 0.0 in levels
    assert all(low <= value <= high for value in levels)
    assert 3 <= len(levels) <= 7
    assert [float(words.replace("−", "-")) for _, words in document["levels"]] == pytest.approx(
        [value / levels[-1] * float(document["levels"][-1][1]) for value in levels]
    )
    assert document["level_unit"] == "10⁻² bits"


def test_a_loss_that_moves_by_rounding_alone_is_drawn_flat() -> None:
    tiny = gauge(losses=(2.0, 2.0 + 4e-16, 2.0) + (2.0,) * (len(factors()) - 3))
    low, high = stretch_document([shown(tiny)])["y"]
    assert high - low > 1e-8


def test_words_say_theory_and_measurement() -> None:
    words = stretch_words(shown(STILL))
    assert "cannot move" in words
    assert "does not move at all" in words
    words = stretch_words(shown(gauge()))
    assert "may move" in words
    assert "0.02 bits" in words
    assert "expert 3 of layer 2" in words
    assert "4.4·10⁻¹⁶ bits, which is rounding" in shift_words(shown(gauge(shifted=2 + 4e-16)))
    assert "by itself" in shift_words(shown(gauge(shift_free=False, shifted=2.5)))
    assert "No single vector" in shift_words(shown(gauge(shift=0.0)))
    against = gauge(stretch_free=True)
    assert "against the theory" in stretch_words(shown(against))
    assert "against the theory" not in stretch_words(shown(STILL))


def cut(name: str, experts: int = 6, seed: int = 0) -> Slice:
    draw = np.random.default_rng(seed)
    router = ROUTERS[name](temperature=0.5)
    gate, same = gate_of(router, 2)
    score = router.score
    vectors = score.coordinates(torch.from_numpy(draw.standard_normal((experts, 5)))).numpy()
    tokens = 4.0 * draw.standard_normal((40, 2))
    return Slice(
        layer=0, score=score, gate=gate, same_weights=same, origin=np.zeros(5),
        axes=np.eye(5)[:, :2], share=0.5, tokens=tokens, nearest=3,
        first=draw.integers(0, experts, 40), vectors=vectors[:, :2],
        offsets=draw.standard_normal(experts) if score.flat else np.zeros(experts),
        load=np.arange(experts, 0, -1) / (experts * (experts + 1) / 2), named=0.75,
    )  # fmt: skip


def gates_weights(made: OnGates, panel: int, places: np.ndarray) -> np.ndarray:
    """Return the weights that the picture of gates computes at places of its own."""
    count = len(made.vectors)
    setup = Setup(
        models=made.models, constants=dict(made.constants), vectors=made.vectors,
        start=made.vectors, offsets=made.offsets,
    )  # fmt: skip
    score, _ = score_of(setup, panel)
    u = score.coordinates(torch.tensor(parameters(setup, score, made.vectors), dtype=torch.float64))
    scores = (
        u @ score.features(torch.from_numpy(places.T))
        + torch.tensor(made.offsets, dtype=torch.float64)[:, None]
    )
    constants = {**made.constants, "top": int(made.constants.get("top", 2))}
    assert len(scores) == count
    return make_routing(made.models[panel][1], **constants).weights(scores).numpy()


@pytest.mark.parametrize("name", [n for n, r in ROUTERS.items() if r.competes == "never"])
def test_the_picture_of_gates_has_the_weights_of_the_plane(name: str) -> None:
    found = cut(name)
    made = on_gates(found)
    draw = np.random.default_rng(1)
    places = draw.standard_normal((30, 2))
    # A place of the picture is one of the plane, in other units.
    scale = found.tokens[found.nearest] / made.x
    assert scale[0] == pytest.approx(scale[1])
    own = found.gate.weights(torch.from_numpy(found.scores(places * scale[0]))).numpy()
    np.testing.assert_allclose(gates_weights(made, 0, places), own, atol=1e-9)


def test_a_cosine_router_of_two_coordinates_is_shown_itself() -> None:
    found = cut("cosine")
    u = found.vectors / np.linalg.norm(found.vectors, axis=1, keepdims=True)
    made = on_gates(replace(found, vectors=u))
    assert made.models[0][0] == found.score.name
    assert "router itself" in made.words
    places = np.array([[1.0, 0.5], [-2.0, 1.0]])
    own = found.gate.weights(torch.from_numpy(replace(found, vectors=u).scores(places))).numpy()
    np.testing.assert_allclose(gates_weights(made, 0, places), own, atol=1e-9)


def test_a_vector_at_the_rim_stays_on_the_picture() -> None:
    found = cut("cosine")
    u = 0.5 * found.vectors
    u[0] = (0.6, 0.8 - 1e-12)
    made = on_gates(replace(found, vectors=u))
    assert all(abs(a) <= 3.0 and abs(b) <= 2.0 for a, b in made.vectors)
    assert (
        np.hypot(*made.vectors[0]) / (np.hypot(*made.vectors[0]) + made.constants["tau1"]) > 0.999
    )


def test_few_experts_are_those_with_most_tokens() -> None:
    found = cut("smoe", experts=MOST + 4)
    made = on_gates(found)
    assert made.experts == tuple(range(MOST))
    assert f"holds {MOST} experts" in made.words
    assert "holds" not in on_gates(cut("smoe")).words


def test_words_say_what_is_lost() -> None:
    said = {name: on_gates(cut(name)).words for name in ROUTERS}
    assert "mean token" in said["smoe"]
    assert "τ₂ = 0" in said["cosine"]
    assert "τ₂ = 0" not in said["pcosine"]
    assert "undivided" in said["shared-v3"]
    assert "undivided" not in said["moeut"]


def test_a_single_expert_is_no_picture() -> None:
    with pytest.raises(SpecificationError, match="at least 2 experts"):
        on_gates(cut("smoe", experts=1))


@pytest.mark.parametrize("theme", THEMES)
def test_the_plane_shows_every_token_and_expert(theme: str) -> None:
    found = cut("cosine", experts=12)
    document = json.loads(json_text(slice_document(found, THEMES[theme])))
    (panel,) = document["panels"]
    assert len(panel["dots"]) == 40
    assert [label["text"] for label in panel["labels"]] == [str(i) for i in range(1, 13)]
    assert "*50 %*" in slice_sentence(found)
    assert "*75 %*" in document["sentence"]
