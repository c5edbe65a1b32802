"""Settings and regimes follow from the fields."""

from __future__ import annotations

import pytest

from moeviz.charts.regimes import (
    EXACT,
    MISSPECIFIED,
    ONE,
    OTHER,
    SETTINGS,
    TWO,
    regime_sentences,
    which_setting,
)
from moeviz.study import PRESETS


@pytest.mark.parametrize(
    ("changes", "setting"),
    [
        ({}, EXACT),
        ({"atoms": 3}, ONE),
        ({"atoms": 4}, TWO),
        ({"atoms": 5}, OTHER),
        ({"data_router": "linear"}, MISSPECIFIED),
        ({"data_gate": "sigmoid", "atoms": 3}, MISSPECIFIED),
        ({"data_gate": "softmax"}, EXACT),
        ({"data_router": "cosine", "routers": ("cosine",)}, EXACT),
        ({"data_router": "cosine"}, MISSPECIFIED),
    ],
)
def test_the_setting_follows_from_the_fields(changes, setting):
    fields = {**PRESETS["lab"].defaults, **changes}
    assert which_setting(fields) == setting
    first, *_ = regime_sentences(fields)
    assert SETTINGS[setting].lower() in first


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({}, 1, "dense. Every true gate sees"),
        ({"sparse": 1}, 1, "sparse. The last true gate is zero: the input does not move it."),
        ({"sparse": 2}, 1, "The last 2 true gates are zero: the input does not move them."),
        ({}, 2, "Regime 1. Every true expert sees"),
        ({"flat": 1}, 2, "Regime 2. The last true expert has zero slopes"),
        ({"flat": 2}, 2, "The last 2 true experts have zero slopes"),
    ],
)
def test_regimes_are_said_in_words(changes, place, words):
    assert words in regime_sentences({**PRESETS["lab"].defaults, **changes})[place]


@pytest.mark.parametrize("name", PRESETS)
def test_every_study_has_a_sentence_per_control(name):
    assert all(text.endswith(".") for text in regime_sentences(PRESETS[name].defaults))
