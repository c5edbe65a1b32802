"""Links of the page of attention: the sentence, the matrices, and where the handles are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from moeviz.charts.attention import (
    FARTHEST,
    FIRST_RAISE,
    FIRST_ROW,
    FIRST_SENTENCE,
    FIRST_TOKEN,
    LONGEST_WORD,
    MOST_WORDS,
    PLAIN,
    SHARP,
    STEEPEST,
    Matrix,
    Setup,
    read_words,
)
from moeviz.charts.primer import Point, words_of
from moeviz.errors import SpecificationError
from moeviz.fields import Field
from moeviz.ui.shared.link import Key, Page, Request, short
from moeviz.ui.shared.readers import finite, place, unless

FORM = "attention"

ROW, WORD, RAISE, PLACES = "row", "word", "raise", "vectors"
"""Whose score for whom, how much it is raised, and vectors that a hand has placed."""

LARGEST = 10.0
"""No entry of a matrix is larger."""

MOST_PLACES = 24
"""Of so many words the link keeps places; of more the last ones."""

_ENTRIES = ("11", "12", "21", "22")
_LOW = str.maketrans("12", "₁₂")
_MATRICES: Mapping[str, tuple[str, Matrix]] = MappingProxyType(
    {
        "q": ("W_Q, what a word asks for", SHARP),
        "k": ("W_K, what a word offers", SHARP),
        "v": ("W_V, what a word answers", PLAIN),
    }
)

SENTENCE = Field(
    "sentence",
    f"A sentence of up to {MOST_WORDS} words",
    "",
    "text",
    FIRST_SENTENCE,
    basic=True,
    help="Words of the primer have a vector; any other begins at the origin, to be dragged.",
)

FIELDS: Mapping[str, Field] = MappingProxyType(
    {
        SENTENCE.name: SENTENCE,
        **{
            f"w{letter}{entry}": Field(
                f"w{letter}{entry}", f"{letter.upper()}{entry.translate(_LOW)}", "", "float",
                value, -LARGEST, LARGEST, group=title,
            )
            for letter, (title, values) in _MATRICES.items()
            for entry, value in zip(_ENTRIES, values, strict=True)
        },
    }
)  # fmt: skip
"""What can be set."""


def _word(name: str) -> Callable[[str], int]:
    return place(f"{name} to be a word's number", MOST_WORDS)


def _raise(text: str) -> float:
    value = finite(text, STEEPEST)
    if value is None:
        raise SpecificationError(
            f"Expected {RAISE} to be a number between -{STEEPEST:g} and {STEEPEST:g}, but got "
            f"'{short(text)}'; leave it out."
        )
    return value


def _places(text: str) -> dict[str, Point]:
    found: dict[str, Point] = {}
    for part in text.split(","):
        word, *entries = part.split(":")
        at = [finite(entry, most) for entry, most in zip(entries, FARTHEST, strict=False)]
        if len(entries) != 2 or at[0] is None or at[1] is None or words_of(word) != [word]:
            raise SpecificationError(
                f"Expected {PLACES} to be words with two numbers each, up to {FARTHEST[0]:g} and "
                f"{FARTHEST[1]:g} in size, such as cat:0.5:-1,book:1:0, but got '{short(part)}'; "
                "leave it out."
            )
        found[word[:LONGEST_WORD]] = (at[0], at[1])
    return kept(found)


def kept(places: Mapping[str, Point]) -> dict[str, Point]:
    """Return the places that a link keeps: of too many words the last ones."""
    return dict(list(places.items())[-MOST_PLACES:])


def _said(places: Mapping[str, Point]) -> str | None:
    return ",".join(f"{word}:{x:.6g}:{y:.6g}" for word, (x, y) in places.items()) or None


ATTENTION_PAGE = Page(
    name=FORM,
    version=1,
    keys=(
        Key(ROW, _word(ROW), unless(FIRST_ROW + 1), FIRST_ROW + 1),
        Key(WORD, _word(WORD), unless(FIRST_TOKEN + 1), FIRST_TOKEN + 1),
        Key(RAISE, _raise, lambda by: None if by == FIRST_RAISE else f"{by:.6g}", FIRST_RAISE),
        Key(PLACES, _places, _said, MappingProxyType({})),
    ),
    table=FIELDS,
    form=lambda own: FORM,
    fields_of=lambda form: tuple(FIELDS.values()),
)
"""What the page's links may say."""


def setup_of(request: Request) -> tuple[Setup, list[str]]:
    """Return what the picture shows, and what there is to say about the sentence.

    Parameters
    ----------
    request : Request
    """
    own, values = request.own, request.values
    words, notices = read_words(str(values[SENTENCE.name]))
    last = len(words) - 1

    def matrix(letter: str) -> Matrix:
        a, b, c, d = (float(values[f"w{letter}{entry}"]) for entry in _ENTRIES)  # type: ignore[arg-type]
        return a, b, c, d

    setup = Setup(
        words=words,
        places=own[PLACES],
        w_q=matrix("q"),
        w_k=matrix("k"),
        w_v=matrix("v"),
        row=min(int(own[ROW]) - 1, last),
        token=min(int(own[WORD]) - 1, last),
        by=float(own[RAISE]),
    )
    return setup, notices
