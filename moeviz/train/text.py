"""Texts to learn from: what ships with Python, or a plain text of one's own.

A text is a few documents of characters. Some whole documents are held out; of a single one, its
end is. Nothing is downloaded.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from moeviz.errors import SpecificationError

if TYPE_CHECKING:
    from numpy.typing import NDArray

HELD_OUT = 0.1
"""The share of a text's characters that is held out, as nearly as whole documents allow."""

MOST_BYTES = 2_000_000
MOST_DOCUMENT = 8_000_000
"""Bytes of a training run's document: a text of one's own may be in it."""

FEWEST_CHARACTERS = 2_000
MOST_SYMBOLS = 256
"""Characters that a text may tell apart; rarer ones become :data:`OTHER`."""

OTHER = "\ufffd"
"""Stands for every rare character."""

OWN = "a text of your own"
SHIPPED = "the Python language reference"


@dataclass(frozen=True, eq=False)
class Text:
    """A text as numbers.

    Attributes
    ----------
    title : str
    symbols : str
        The characters that it tells apart, in order of their numbers.
    learned, held_out : ndarray of int
        Numbers of the characters, documents one after the other.
    starts : ndarray of int
        Where documents of `learned` begin.
    digest : str
        16 hexadecimal digits of the documents, so that two runs know whether they read the same.
    """

    title: str
    symbols: str
    learned: NDArray[np.int64]
    held_out: NDArray[np.int64]
    starts: NDArray[np.int64]
    digest: str

    def numbers(self, text: str) -> NDArray[np.int64]:
        """Return the numbers of characters; unknown ones are :data:`OTHER`, or the first."""
        places = {symbol: place for place, symbol in enumerate(self.symbols)}
        other = places.get(OTHER, 0)
        return np.array([places.get(symbol, other) for symbol in text], dtype=np.int64)

    def words(self, numbers: Sequence[int]) -> str:
        """Return the characters of numbers."""
        return "".join(self.symbols[number] for number in numbers)


@lru_cache(maxsize=1)
def shipped_text() -> Text:
    """Return the Python language reference, which ships with Python: one document a topic.

    Other versions of Python have other texts; the digest says which one it was.
    """
    from pydoc_data.topics import topics

    return as_text([topics[name] for name in sorted(topics)], SHIPPED)


def too_long(size: float) -> str:
    """Return why a text of one's own is not taken.

    Parameters
    ----------
    size : float
        In bytes.
    """
    return (
        f"Expected a text of at most {MOST_BYTES // 1_000_000} MB, but got one of "
        f"{size / 1e6:,.1f} MB; take a part of it."
    )


@lru_cache(maxsize=4)
def own_text(content: bytes) -> Text:
    """Return a text of one's own.

    Parameters
    ----------
    content : bytes
        Plain text in UTF-8.

    Raises
    ------
    SpecificationError
        If it is empty, too short, too long, no text, or always the same character.
    """
    if len(content) > MOST_BYTES:
        raise SpecificationError(too_long(len(content)))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecificationError(
            f"Expected plain text in UTF-8, but byte {error.start + 1} is none; save it as plain "
            "text in UTF-8."
        ) from error
    if "\x00" in text:
        raise SpecificationError(
            "Expected plain text, but got a file with zero bytes in it; save it as plain text."
        )
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text:
        raise SpecificationError(
            "Expected a text to learn, but the file is empty; take one of at least "
            f"{FEWEST_CHARACTERS:,} characters."
        )
    if len(text) < FEWEST_CHARACTERS:
        raise SpecificationError(
            f"Expected at least {FEWEST_CHARACTERS:,} characters, so that there is something to "
            f"learn, but got {len(text):,}; take a longer text."
        )
    if len(set(text)) < 2:
        raise SpecificationError(
            "Expected a text of more than one character, but it repeats one; take another text."
        )
    return as_text([text], OWN)


def as_text(documents: Sequence[str], title: str) -> Text:
    """Return documents as a text; some whole ones, or the end of a single one, are held out."""
    counts = Counter("".join(documents))
    symbols = sorted(counts, key=lambda symbol: (-counts[symbol], symbol))
    if len(symbols) > MOST_SYMBOLS:
        symbols = [symbol for symbol in symbols if symbol != OTHER]
        symbols = [*symbols[: MOST_SYMBOLS - 1], OTHER]
    places = {symbol: place for place, symbol in enumerate(sorted(symbols))}
    other = places.get(OTHER, 0)
    parts = [
        np.array([places.get(symbol, other) for symbol in document], dtype=np.int64)
        for document in documents
    ]
    if len(parts) == 1:
        cut = len(parts[0]) - round(len(parts[0]) * HELD_OUT)
        learned, held_out = [parts[0][:cut]], [parts[0][cut:]]
    else:
        kept = _held_out(documents)
        learned = [part for at, part in enumerate(parts) if at not in kept]
        held_out = [part for at, part in enumerate(parts) if at in kept]
    lengths = [len(part) for part in learned]
    joined = hashlib.sha256("\x00".join(documents).encode())
    return Text(
        title,
        "".join(sorted(symbols)),
        np.concatenate(learned),
        np.concatenate(held_out),
        np.cumsum([0, *lengths[:-1]]),
        joined.hexdigest()[:16],
    )


def _held_out(documents: Sequence[str]) -> set[int]:
    """Return which documents are held out: in the order of their digests, as long as they fit."""
    order = sorted(
        range(len(documents)), key=lambda at: hashlib.sha256(documents[at].encode()).digest()
    )
    room = HELD_OUT * sum(map(len, documents))
    kept: set[int] = set()
    for at in order:
        if len(documents[at]) <= room:
            kept.add(at)
            room -= len(documents[at])
    return kept


def trigram_bits(text: Text) -> float:
    """Return the bits per held-out character of a trigram model of what was learned.

    A network that does not beat it has the wrong size. The model mixes what follows two, one and no
    characters, each as far as it has seen them (Witten and Bell's weights).
    """
    size = len(text.symbols)
    pairs = np.lib.stride_tricks.sliding_window_view(text.learned, 3)
    third = pairs @ np.array([size * size, size, 1])
    seen, count = np.unique(third, return_counts=True)
    held = np.lib.stride_tricks.sliding_window_view(text.held_out, 3)
    share = np.full(len(held), 1.0 / size)
    for before in range(3):
        keys, which = np.unique(seen % size ** (before + 1), return_inverse=True)
        counts = np.bincount(which, weights=count).astype(np.float64)
        asked = held[:, 2 - before :] @ size ** np.arange(before, -1, -1)
        share = _mixed(keys, counts, asked, size, share)
    return float(-np.log2(share).mean())


def _mixed(
    keys: NDArray[np.int64],
    counts: NDArray[np.float64],
    asked: NDArray[np.int64],
    size: int,
    below: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the shares of characters after a context, mixed with those after a shorter one."""
    contexts, which = np.unique(keys // size, return_inverse=True)
    total = np.bincount(which, weights=counts)
    kinds = np.bincount(which).astype(float)
    at = np.searchsorted(contexts, asked // size).clip(max=len(contexts) - 1)
    known = contexts[at] == asked // size
    place = np.searchsorted(keys, asked).clip(max=len(keys) - 1)
    found = np.where(keys[place] == asked, counts[place], 0.0)
    mixed = (found + kinds[at] * below) / (total[at] + kinds[at])
    return np.where(known, mixed, below)
