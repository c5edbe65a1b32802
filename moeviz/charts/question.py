"""A check of one's own as a sentence with choices in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Any

from moeviz.fields import Value
from moeviz.model import SCORES
from moeviz.symbolic.request.selection import CHECK_FIELDS

CLAUSES: Mapping[str, tuple[str, str, str]] = {
    "cone": ("Is the", "second-order cone", "free of slow directions"),
    "first-order": ("Are the", "first derivatives", "independent, but for the gauge,"),
    "pinned": ("Are the", "first derivatives (last offset pinned)", "independent"),
    "literal-first": ("Are the", "first derivatives of one term", "independent"),
    "literal-second": ("Are the", "derivatives of orders 1 and 2 of one term", "independent"),
    "literal-zeroth": ("Are the", "derivatives of orders 0 to 2 of one term", "independent"),
    "discover": ("Are the", "derivatives of one term", "free of relations"),
    "relation": ("Is the", "sum of derivatives that I type", "zero"),
}
"""Of each test: how its question begins, what it asks about, and what it asks."""

HINTS: Mapping[str, str] = {
    "cone": (
        "The [second-order cone](term:cone) asks of a crowded cell: can its atoms spread apart "
        "while the function hardly moves? Such a move is a slow direction."
    ),
    "first-order": (
        "Can some small change of all parameters leave the function as it is, apart from moves "
        "that no data can show, the gauge?"
    ),
    "pinned": (
        "Can some small change of the parameters leave the function as it is when the last atom's "
        "offset alone is kept?"
    ),
    "literal-first": (
        "Of one term of the sum alone, as papers have it: is a first derivative made of others?"
    ),
    "literal-second": (
        "Of one term of the sum alone, as papers have it: is a first or second derivative made "
        "of others?"
    ),
    "literal-zeroth": (
        "Of one term of the sum alone, as papers have it: is the term or a derivative made of "
        "others?"
    ),
    "discover": "Which derivatives of one term of the sum are made of others? All are sought.",
    "relation": "Is the sum of derivatives that you type below zero for all inputs?",
}
"""Of each test: what it asks, in plain words."""

PLACE_HINTS: Mapping[str, str] = {
    "generic": "[Generic points](term:generic) have no coincidences: nothing is zero, none alike.",
    "zero-gate": "The first gate does not read the input there.",
    "flat-expert": "The first expert has slope zero there, so that it does not read the input.",
    "same-expert": "All atoms share one expert there, and differ in their gates.",
    "same-gate": "All atoms share one gate there, and differ in their experts.",
    "opposite-gates": "The first two gates point in opposite directions there.",
}
"""Of each place: what is special there, in plain words."""

PLACES: Mapping[str, str] = {
    "generic": "generic points",
    "zero-gate": "points where the first gate is zero",
    "flat-expert": "points where the first expert is flat",
    "same-expert": "points where all experts are one",
    "same-gate": "points where all gates are one",
    "opposite-gates": "points where the second gate is minus the first",
}
"""Where a check is made."""

_OUTPUTS: Mapping[str, str] = {
    "regression": "a regression",
    "gaussian": "a density",
    "categorical": "classes",
}

SAID = frozenset(
    {"test", "router", "gate", "expert", "output", "dimension", "atoms", "crowded"}
) | {
    "order",
    "point",
}
"""The fields that the sentence says; the others have widgets of their own."""


@dataclass(frozen=True)
class Blank:
    """A choice inside of the sentence.

    Attributes
    ----------
    field, label : str
        What it sets, and that in words.
    value : str
        The choice that is made, as text.
    options : tuple of (str, str)
        What it may be, each with its words.
    """

    field: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]


def question(values: Mapping[str, Any]) -> tuple[str | Blank, ...]:
    """Return a check's question: words, and blanks that are filled in.

    Parameters
    ----------
    values : mapping
        Of all fields of a check.
    """
    begin, _, asked = CLAUSES[values["test"]]
    found: list[str | Blank] = [
        begin,
        _blank(values, "test", {n: c[1] for n, c in CLAUSES.items()}),
    ]
    if values["test"] == "discover":
        found += ["up to order", _blank(values, "order")]
    found.append("of")
    for name, after in (("router", "×"), ("gate", "×"), ("expert", "for"), ("output", "in")):
        found += [_blank(values, name), after]
    found += [_dimension(values), _plural(values, "dimension", "dimension")]
    found += ["with", _blank(values, "atoms"), _plural(values, "atoms", "true atom")]
    if CHECK_FIELDS["crowded"].applies(values):
        found += [_plural(values, "crowded", "and cell"), _cells(values), "crowded"]
    found += [asked, "at", _blank(values, "point", PLACES)]
    return (*_joined(found), "?")


def question_words(values: Mapping[str, Any]) -> str:
    """Return a check's question as plain words.

    Parameters
    ----------
    values : mapping
        Of all fields of a check.
    """
    pieces = question(values)
    said = [p if isinstance(p, str) else dict(p.options)[p.value] for p in pieces[:-1]]
    return " ".join(said) + "?"


def question_hint(values: Mapping[str, Any]) -> str:
    """Return what a check's question asks in plain words, for :func:`with_terms`.

    Parameters
    ----------
    values : mapping
        Of all fields of a check.
    """
    return f"{HINTS[values['test']]} {PLACE_HINTS[values['point']]}"


def _blank(values: Mapping[str, Any], name: str, words: Mapping[str, str] | None = None) -> Blank:
    field = CHECK_FIELDS[name]
    if field.kind == "int":
        choices: Sequence[Value] = range(int(field.low), int(field.high) + 1)
    else:
        choices = field.options
    shown = {
        str(c): (words or {}).get(str(c)) or _short(name, field.title(str(c))) for c in choices
    }
    return Blank(name, field.label, field.write(values[name]), tuple(shown.items()))


def smallest_dimension(values: Mapping[str, Any]) -> int:
    """Return the fewest inputs that the router of a check takes.

    Parameters
    ----------
    values : mapping
        Of all fields of a check.
    """
    return int(SCORES[values["router"]].smallest_dimension)


def _dimension(values: Mapping[str, Any]) -> Blank:
    """Return the choice of a dimension: those that the router takes, and the one that is set."""
    blank, least = _blank(values, "dimension"), smallest_dimension(values)
    there = tuple(o for o in blank.options if int(o[0]) >= least or o[0] == blank.value)
    return replace(blank, options=there)


def _cells(values: Mapping[str, Any]) -> Blank:
    field = CHECK_FIELDS["crowded"]
    cells = range(1, values["atoms"] + 1)
    some = chain.from_iterable(combinations(cells, n) for n in cells)
    options = tuple((field.write(each), " and ".join(map(str, each))) for each in some)
    return Blank("crowded", field.label, field.write(values["crowded"]), options)


def _short(name: str, title: str) -> str:
    if name == "output":
        return next(
            (w for key, w in _OUTPUTS.items() if CHECK_FIELDS[name].title(key) == title), title
        )
    return title.removesuffix(f" {name}")


def _plural(values: Mapping[str, Any], name: str, word: str) -> str:
    value = values[name]
    many = len(value) > 1 if isinstance(value, tuple) else value != 1
    return f"{word}s" if many else word


def _joined(pieces: Sequence[str | Blank]) -> list[str | Blank]:
    """Return pieces with words that stand beside each other put together."""
    found: list[str | Blank] = []
    for piece in pieces:
        if found and isinstance(piece, str) and isinstance(found[-1], str):
            found[-1] = f"{found[-1]} {piece}"
        else:
            found.append(piece)
    return found
