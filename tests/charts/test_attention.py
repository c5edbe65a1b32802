"""The picture of attention: what its document says, and the mathematics that it shows."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from moeviz.charts.attention import (
    FIRST_SENTENCE,
    GATES,
    MOST_WORDS,
    SENTENCES,
    Setup,
    attention_document,
    looked,
    raised_weights,
    read_words,
    unknown,
)
from moeviz.charts.attention_formula import attention_formula
from moeviz.charts.primer import vectors
from moeviz.text import json_text

entries = st.floats(-3.0, 3.0)
matrices = st.tuples(entries, entries, entries, entries)
words = st.lists(st.sampled_from(sorted(vectors())), min_size=1, max_size=MOST_WORDS)
FIRST = Setup()


@given(words, matrices, matrices, matrices)
def test_each_row_is_a_sum_of_gate_times_expert(sentence, w_q, w_k, w_v):
    setup = Setup(words=tuple(sentence), w_q=w_q, w_k=w_k, w_v=w_v, row=0, token=0)
    for gate in GATES:
        assert looked(setup, gate).gap() < 1e-12


@given(words, st.floats(0.1, 4.0), st.data())
def test_a_raised_score_takes_from_all_others_under_softmax_and_from_nobody_under_a_sigmoid(
    sentence, by, data
):
    row, token = (data.draw(st.integers(0, len(sentence) - 1)) for _ in range(2))
    setup = Setup(words=tuple(sentence), row=row, token=token, by=by)
    change = {gate: raised_weights(setup, gate) - looked(setup, gate).weights for gate in GATES}
    others = [j for j in range(len(sentence)) if j != token]
    assert (change["softmax"][row, others] < 0).all()
    assert (change["sigmoid"][row, others] == 0).all()
    assert abs(float(change["softmax"][row].sum())) < 1e-14
    assert change["sigmoid"][row, token] > 0


def test_equal_words_heed_and_are_heeded_alike():
    setup = Setup(words=("the", "dog", "barks", "at", "the", "storm"), by=0.0)
    for gate in GATES:
        weights = looked(setup, gate).weights
        assert torch.equal(weights[0], weights[4])
        assert torch.equal(weights[:, 0], weights[:, 4])


def test_a_head_without_scores_shares_evenly_or_gives_everyone_a_half():
    setup = replace(FIRST, w_q=(0.0,) * 4)
    assert looked(setup, "softmax").weights == pytest.approx(torch.full((5, 5), 0.2))
    assert (looked(setup, "sigmoid").weights == 0.5).all()


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_to_choose_is_of_words_of_the_primer(sentence):
    found, notices = read_words(sentence)
    assert not notices
    setup = Setup(words=found, row=0, token=len(found) - 1)
    assert unknown(setup) == []
    document = json.loads(json_text(attention_document(setup)))
    ids = [handle["id"] for handle in document["handles"]]
    assert ids == [*(f"w{k}" for k in range(len(setup.distinct))), "cell", "raise"]
    assert [setup.distinct[place] for place in document["places"]] == list(found)
    at = {handle["id"]: handle["at"] for handle in document["handles"]}
    assert at["cell"] == [len(found) - 0.5, len(found) - 0.5]


def test_a_word_that_stands_twice_has_one_vector_and_one_handle():
    setup = Setup(words=("the", "cat", "the"), places={"the": (1.0, -1.0)}, row=0, token=0)
    document = attention_document(setup)
    assert document["places"] == [0, 1, 0]
    assert [h["at"] for h in document["handles"] if h["id"] == "w0"] == [(1.0, -1.0)]
    assert looked(setup, "softmax").x[2].tolist() == [1.0, -1.0]


STRANGE = {
    "": "got none",
    " 1 2 3 … ": "got none",
    "cat " * 10_000: "got 10000; the first 8",
    "<b>cat</b> <script>": None,
    "[cat](http://x) $y$ *z*": None,
}


@pytest.mark.parametrize(("typed", "said"), STRANGE.items())
def test_a_strange_sentence_gives_words_and_one_sentence(typed, said):
    found, notices = read_words(typed)
    assert 1 <= len(found) <= MOST_WORDS
    assert all(word.isalpha() for word in found)
    assert [bool(re.search(said or "", notice)) for notice in notices] == [True] * bool(said)


def test_without_words_the_first_sentence_stands_there():
    assert read_words("")[0] == tuple(FIRST_SENTENCE.split())


def test_words_without_a_vector_are_said_once_with_what_to_do():
    setup = Setup(words=("cats", "zzyx", "zzyx", "cat"), row=0, token=0)
    (sentence,) = unknown(setup)
    assert "“cats”, “zzyx”" in sentence
    assert "“cat”" in sentence
    assert setup.vector("zzyx") == (0.0, 0.0)
    placed = replace(setup, places={"cats": (1.0, 0.0), "zzyx": (0.0, 1.0)})
    assert unknown(placed) == []


def test_the_formula_says_todays_numbers():
    formula = attention_formula(FIRST)
    found = raised_weights(FIRST, "softmax")[FIRST.row]
    values = looked(FIRST, "softmax").values
    total = found @ values
    for number in (*found, *total):
        assert f"<mn>{float(number):.2f}</mn>".replace("-", "−") in formula
    assert "10 × 10" in formula
    assert attention_formula(replace(FIRST, w_q=(0.0,) * 4)) != formula
