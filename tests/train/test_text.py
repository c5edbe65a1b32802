"""Texts to learn from."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from moeviz.errors import SpecificationError
from moeviz.train.text import (
    MOST_BYTES,
    MOST_SYMBOLS,
    OTHER,
    Text,
    as_text,
    own_text,
    shipped_text,
    trigram_bits,
)


def test_the_shipped_text_is_read_whole_and_some_documents_are_held_out() -> None:
    text = shipped_text()
    total = len(text.learned) + len(text.held_out)
    assert 0.08 * total <= len(text.held_out) <= 0.1 * total
    assert text.words(text.numbers("The return statement")) == "The return statement"
    assert len(text.digest) == 16


def test_what_is_held_out_is_whole_documents_and_not_learned() -> None:
    documents = [chr(97 + i) * 40 for i in range(20)]
    text = as_text(documents, "letters")
    learned, held = Counter(text.words(text.learned)), Counter(text.words(text.held_out))
    assert set(learned.values()) | set(held.values()) == {40}
    assert set(learned) | set(held) == {chr(97 + i) for i in range(20)}
    assert not set(learned) & set(held)
    assert len(held) == 2
    assert text.starts.tolist() == list(range(0, 18 * 40, 40))


def by_hand(text: Text) -> float:
    """The trigram model with dictionaries, a character at a time."""
    size, learned, held = len(text.symbols), text.learned.tolist(), text.held_out.tolist()
    windows = list(zip(learned, learned[1:], learned[2:], strict=False))
    bits = 0.0
    for first, second, third in zip(held, held[1:], held[2:], strict=False):
        share = 1.0 / size
        for context in ((), (second,), (first, second)):
            follow = Counter(w[2] for w in windows if w[2 - len(context) : 2] == context)
            if follow:
                total, kinds = sum(follow.values()), len(follow)
                share = (follow[third] + kinds * share) / (total + kinds)
        bits -= math.log2(share)
    return bits / (len(held) - 2)


def test_the_trigram_model_is_the_one_by_hand() -> None:
    rng = np.random.default_rng(3)
    letters = "".join(rng.choice(list("aab cde"), size=900))
    text = as_text([letters], "letters")
    assert trigram_bits(text) == pytest.approx(by_hand(text), rel=1e-12)


def test_a_trigram_knows_a_text_that_repeats() -> None:
    assert trigram_bits(as_text(["abcd" * 500], "letters")) < 0.05


def test_rare_characters_become_one() -> None:
    text = as_text(["".join(chr(200 + i) * (i + 1) for i in range(400))], "many")
    assert len(text.symbols) == MOST_SYMBOLS
    assert OTHER in text.symbols
    assert text.words(text.numbers(chr(200))) == OTHER


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"a", "at least 2,000 characters"),
        (b"a" * 5000, "more than one character"),
        (b"\n" * 5000, "more than one character"),
        (b"\r\n" * 5000, "more than one character"),
        (b"\xff\xfe" * 3000, "byte 1 is none"),
        ("half \ud800".encode("utf-8", "surrogatepass") * 900, "plain text in UTF-8"),
        ("text".encode("utf-16") * 900, "plain text in UTF-8"),
        (b"a\x00b" * 3000, "zero bytes"),
        (b"ab" * (MOST_BYTES // 2 + 1), "at most 2 MB"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_a_way_out(content: bytes, words: str) -> None:
    with pytest.raises(SpecificationError, match=words):
        own_text(content)


def test_what_is_too_long_is_refused_before_it_is_read() -> None:
    class Unreadable(bytes):
        def decode(self, *_: object) -> str:  # type: ignore[override]
            raise AssertionError("it was read")

    with pytest.raises(SpecificationError, match=r"at most 2 MB, but got one of 10\.0 MB"):
        own_text(Unreadable(10_000_000))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=2, max_size=400))
def test_any_text_is_numbers_of_its_characters(part: str) -> None:
    plain = part.replace("\r\n", "\n").replace("\r", "\n")
    assume("\x00" not in part and len(set(plain)) > 1 and "\ufeff" not in part)
    text = own_text((part * (5000 // len(part))).encode())
    assert len(text.symbols) == len(set(text.symbols)) <= MOST_SYMBOLS
    for numbers in (text.learned, text.held_out):
        assert 0 <= numbers.min() <= numbers.max() < len(text.symbols)
    assert math.isfinite(trigram_bits(text))
    if OTHER not in text.symbols:
        whole = text.words(np.concatenate([text.learned, text.held_out]).tolist())
        assert whole.startswith(plain[:-1])


def test_many_characters_and_the_one_that_stands_for_rare_ones() -> None:
    every = "".join(map(chr, [*range(32, 0xD800), *range(0xE000, 0x10000)]))
    text = own_text((OTHER * 9000 + every * 9).encode())
    assert len(set(text.symbols)) == len(text.symbols) == MOST_SYMBOLS
    assert (text.learned == text.symbols.index(OTHER)).mean() > 0.9


def test_a_text_of_ones_own() -> None:
    text = own_text(("\ufeff" + "one\r\ntwo\rthree " * 200).encode())
    assert text.symbols == "\n ehnortw"
    assert len(text.held_out) == pytest.approx(0.1 * 14 * 200, rel=0.01)
