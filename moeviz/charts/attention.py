"""A head of attention over a sentence, as a mixture of experts: the document of its picture.

The browser computes the picture (``ui/attention/attention.js``); here stands what it begins with,
and what the library finds for the same numbers (:func:`looked`), to which tests hold the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from moeviz.charts.primer import Point, near, vectors, words_of
from moeviz.model import make_gate
from moeviz.model.attention import Attention, Head

MOST_WORDS = 8
LONGEST_WORD = 24
"""Letters of a word; what is longer is cut."""

WIDTH = 2
"""Entries of a word's vector."""

FIRST_SENTENCE = "a cat asks the sailor"
SENTENCES = (
    FIRST_SENTENCE,
    "the cat reads a book",
    "the dog barks at the storm",
    "the sailor drinks tea",
    "the hungry cat eats fish from the sea",
    "the teacher explains the wind",
    "the gate asks an expert",
)
"""To choose from."""

Matrix = tuple[float, float, float, float]
"""A matrix of two rows, row after row."""

SHARP: Matrix = (1.5, 0.0, 0.0, 1.5)
PLAIN: Matrix = (1.0, 0.0, 0.0, 1.0)
"""W_Q and W_K, and W_V, as they begin: words heed those that stand beside the same ones."""

WIDE: Point = (-2.4, 2.4)
TALL: Point = (-2.0, 2.0)
"""The part of the plane of words that is drawn."""

FARTHEST: Point = (2.3, 1.9)
"""No entry of a word's vector that a hand has placed is larger: its handle stays in the plane."""

STEEPEST = 4.0
STEP = 0.1
"""How far a score is raised or lowered at most, and by which steps."""

FIRST_ROW, FIRST_TOKEN, FIRST_RAISE = 1, 4, 2.0
"""What is shown of the first sentence: its cat, which heeds its sailor more."""

GATES = ("softmax", "sigmoid")


@dataclass(frozen=True)
class Setup:
    """What the picture of attention shows.

    Attributes
    ----------
    words : tuple of str
        The sentence, word by word; one to :data:`MOST_WORDS`.
    places : mapping of str to (float, float)
        Vectors of words that a hand has placed.
    w_q, w_k, w_v : tuple of 4 floats
        Matrices of queries, keys and values, row after row.
    row, token : int
        Whose score for whom is looked at, counted from 0.
    by : float
        How much that score is raised.
    """

    words: tuple[str, ...] = tuple(FIRST_SENTENCE.split())
    places: Mapping[str, Point] = field(default_factory=dict)
    w_q: Matrix = SHARP
    w_k: Matrix = SHARP
    w_v: Matrix = PLAIN
    row: int = FIRST_ROW
    token: int = FIRST_TOKEN
    by: float = FIRST_RAISE

    @property
    def distinct(self) -> tuple[str, ...]:
        """The words, each once."""
        return tuple(dict.fromkeys(self.words))

    def vector(self, word: str) -> Point:
        """Return where a word stands: where it was put, else in the primer, else at the origin."""
        return self.places.get(word, vectors().get(word, (0.0, 0.0)))


def read_words(sentence: str) -> tuple[tuple[str, ...], list[str]]:
    """Return the words of a sentence that are shown, and what there is to say about the others.

    Parameters
    ----------
    sentence : str
        Typed by somebody. Without any word the first sentence stands in its place.

    Returns
    -------
    words : tuple of str
    notices : list of str
        Sentences with what to do.
    """
    found = words_of(sentence)
    if not found:
        return tuple(FIRST_SENTENCE.split()), [
            f"Expected a sentence of one to {MOST_WORDS} words, but got none; type some, such as "
            f"“{FIRST_SENTENCE}”, which is shown meanwhile."
        ]
    notices = []
    if len(found) > MOST_WORDS:
        notices.append(
            f"Expected at most {MOST_WORDS} words, but got {len(found)}; the first {MOST_WORDS} "
            "are shown: shorten the sentence."
        )
    return tuple(word[:LONGEST_WORD] for word in found[:MOST_WORDS]), notices


def unknown(setup: Setup) -> list[str]:
    """Return what there is to say about words that have no vector, with what to do.

    Parameters
    ----------
    setup : Setup

    Returns
    -------
    list of str
        One sentence, or none.
    """
    found = [w for w in setup.distinct if w not in vectors() and w not in setup.places]
    if not found:
        return []
    listed = ", ".join(f"“{word}”" for word in found)
    like = ", ".join(f"“{other}”" for word in found for other in near(word))
    many = len(found) > 1
    return [
        f"The primer does not know {listed}: {'they stand' if many else 'it stands'} at the "
        f"origin, where every score is 0. Drag {'them' if many else 'it'} to where "
        f"{'they belong' if many else 'it belongs'}{f', or write {like}' if like else ''}."
    ]


def attention_document(setup: Setup) -> dict[str, Any]:
    """Return the document of the picture, for the scene ``attention``.

    Parameters
    ----------
    setup : Setup
    """
    count = len(setup.words)
    point = {"kind": "point", "colour": "text", "name": ""}
    handles: list[dict[str, Any]] = [
        {
            **point,
            "id": f"w{place}",
            "title": f"{word}, a word",
            "at": setup.vector(word),
            "panels": [2],
        }
        for place, word in enumerate(setup.distinct)
    ]
    cell = (setup.token + 0.5, count - setup.row - 0.5)
    title = "row and word, whose score is raised"
    handles += [
        {
            **point, "id": "cell", "kind": "cell", "title": title, "at": cell, "step": 1,
            "cells": [count, count], "panels": [0, 1],
        },
        {
            **point, "id": "raise", "title": "how much the score is raised", "at": (setup.by, 0.0),
            "slides": (-STEEPEST, STEEPEST), "step": STEP, "panels": [3],
        },
    ]  # fmt: skip
    return {
        "handles": handles,
        "words": setup.words,
        "places": [setup.distinct.index(word) for word in setup.words],
        "wQ": setup.w_q,
        "wK": setup.w_k,
        "wV": setup.w_v,
        "x": WIDE,
        "y": TALL,
        "steepest": STEEPEST,
    }


def sequence(setup: Setup) -> Tensor:
    """Return the sentence as vectors, shape (N, 2).

    Parameters
    ----------
    setup : Setup
    """
    return torch.tensor([setup.vector(word) for word in setup.words], dtype=torch.float64)


def looked(setup: Setup, gate: str) -> Attention:
    """Return what the library's head makes of the sentence; no score is raised.

    Parameters
    ----------
    setup : Setup
    gate : {"softmax", "sigmoid"}

    Raises
    ------
    UnknownNameError
        If there is no such gate.
    """
    w_q, w_k, w_v = (
        torch.tensor(entries, dtype=torch.float64).reshape(WIDTH, WIDTH)
        for entries in (setup.w_q, setup.w_k, setup.w_v)
    )
    return Head(w_q, w_k, w_v, make_gate(gate)).look(sequence(setup))


def raised_weights(setup: Setup, gate: str) -> Tensor:
    """Return the weights once the score is raised, shape (N, N), as the library finds them.

    Parameters
    ----------
    setup : Setup
    gate : {"softmax", "sigmoid"}

    Raises
    ------
    UnknownNameError
        If there is no such gate.
    """
    found = looked(setup, gate)
    return found.weights + found.raised(setup.row, setup.token, setup.by)
