"""The primer: words get their vectors from its text, and what ships is what the text says."""

from __future__ import annotations

import json

import numpy as np
import pytest

from moeviz.charts import primer
from moeviz.charts.primer import computed, near, sentences, shipped_digest, vectors, words_of


def test_what_ships_is_computed_from_the_text_that_ships():
    assert shipped_digest() == primer.digest()
    again = primer.document()
    assert set(again["vectors"]) == set(vectors())
    for word, at in vectors().items():
        assert at == pytest.approx(again["vectors"][word], abs=1.5e-3)
    assert json.dumps(again["method"]).strip('"') == primer.METHOD


def test_the_order_of_sentences_does_not_matter_nor_do_runs():
    first = computed(sentences())
    for other in (sentences(), sentences()[::-1]):
        found = computed(other)
        assert list(found) == list(first)
        np.testing.assert_allclose([*found.values()], [*first.values()], atol=1e-9)


def test_the_longest_vector_has_length_two_and_axes_point_to_their_largest_entry():
    found = np.array([*computed(sentences()).values()])
    assert np.linalg.norm(found, axis=1).max() == pytest.approx(2.0)
    for axis in found.T:
        assert axis[np.abs(axis).argmax()] > 0


def test_words_that_stand_beside_the_same_ones_lie_together():
    def far(a, b):
        return np.hypot(*np.subtract(vectors()[a], vectors()[b]))

    for home, sea, school in (("cat", "sailor", "teacher"), ("milk", "storm", "proof")):
        assert far(home, {"cat": "dog", "milk": "bread"}[home]) < far(home, sea)
        assert far(sea, "harbour") < far(sea, school)
        assert far(school, "question") < far(school, home)


def test_words_are_letters_and_nothing_else():
    assert words_of("A cat, a Dog: don't <b>x</b> 42 $y$") == [
        "a", "cat", "a", "dog", "don't", "b", "x", "b", "y",
    ]  # fmt: skip
    assert words_of(" 12 … \n") == []
    assert "cat" in near("cats")
    assert near("q" * 10_000) == []
