"""Words with a place in a plane: vectors of a small corpus that ships with the project.

The primer (``primer.txt``) is a text of our own, one sentence a line: a house with animals, the
sea, a school. Each word's vector says beside which words it stands there. The vectors ship
computed (``primer.json``), with the digest of the text that they were computed from;
``python -m moeviz.charts.primer`` computes them again and writes them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from moeviz.text import json_text

Point = tuple[float, float]

NAME = "moeviz primer"
"""What the corpus is called."""

METHOD = (
    "how often two words share a sentence of the primer, as positive pointwise mutual information; "
    "less the mean word; the first two principal axes; the longest vector has length 2"
)
"""How the vectors are made, in words."""

LONGEST = 2.0
DIGITS = 3

_TEXT = Path(__file__).with_name("primer.txt")
_VECTORS = Path(__file__).with_name("primer.json")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def words_of(text: str) -> list[str]:
    """Return the words of a text, in small letters.

    Parameters
    ----------
    text : str
        Whatever is no letter parts words, but for an apostrophe or hyphen inside of one.
    """
    return _WORD.findall(text.lower())


@cache
def sentences() -> tuple[str, ...]:
    """Return the sentences of the primer, in order."""
    return tuple(_TEXT.read_text(encoding="utf-8").splitlines())


def digest() -> str:
    """Return what names the primer's text."""
    return hashlib.sha256("\n".join(sentences()).encode()).hexdigest()[:16]


@cache
def vectors() -> Mapping[str, Point]:
    """Return the vector of every word of the primer, as shipped."""
    kept = json.loads(_VECTORS.read_text(encoding="utf-8"))
    return MappingProxyType({word: (x, y) for word, (x, y) in kept["vectors"].items()})


def shipped_digest() -> str:
    """Return the digest of the text that the shipped vectors were computed from."""
    return str(json.loads(_VECTORS.read_text(encoding="utf-8"))["digest"])


def near(word: str, most: int = 3) -> list[str]:
    """Return words of the primer that are spelled much like another one, the nearest first.

    Parameters
    ----------
    word : str
    most : int
        No more than so many.
    """
    return difflib.get_close_matches(word[:40], vectors(), most, 0.7)


def computed(texts: Sequence[str]) -> dict[str, Point]:
    r"""Return a vector in the plane for every word of some sentences.

    Parameters
    ----------
    texts : sequence of str
        Sentences. They need three different words or more.

    Returns
    -------
    dict of str to (float, float)
        By word, in alphabetical order.

    Notes
    -----
    With C_ab the number of pairs of places of one sentence at which a and b stand, the positive
    pointwise mutual information is
    :math:`P_{ab} = \max(0, \log (C_{ab} \sum C / (\sum_b C_{ab} \sum_a C_{ab})))`. A word's
    vector is the projection of its row, less the mean row, on the first two right singular
    vectors. An axis points to where its largest entry lies, so that signs are fixed.
    """
    split = [words_of(text) for text in texts]
    names = sorted({word for words in split for word in words})
    found = _projected(_counted(split, names))
    return {name: (float(x), float(y)) for name, (x, y) in zip(names, found, strict=True)}


def _counted(split: Sequence[Sequence[str]], names: Sequence[str]) -> NDArray[np.float64]:
    place = {name: at for at, name in enumerate(names)}
    stands = np.zeros((len(split), len(names)))
    for row, words in zip(stands, split, strict=True):
        for word in words:
            row[place[word]] += 1.0
    return stands.T @ stands - np.diag(stands.sum(0))  # No place beside itself.


def _projected(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    own = counts.sum(0)
    share = counts * own.sum() / np.outer(own, own)
    information = np.log(np.maximum(share, 1.0))
    left, sizes, _ = np.linalg.svd(information - information.mean(0))
    found = left[:, :2] * sizes[:2]
    for axis in found.T:
        axis *= np.sign(axis[np.abs(axis).argmax()])
    return np.asarray(LONGEST * found / np.linalg.norm(found, axis=1).max())


def document() -> dict[str, Any]:
    """Return what ships: the digest of the text, the method, the vectors to three digits."""
    found = {
        word: [round(value, DIGITS) + 0.0 for value in at]
        for word, at in computed(sentences()).items()
    }
    return {"name": NAME, "digest": digest(), "method": METHOD, "vectors": found}


if __name__ == "__main__":
    _VECTORS.write_text(json_text(document(), compact=True) + "\n", encoding="utf-8")
