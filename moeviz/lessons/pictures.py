"""Pictures that a lesson draws: a state by the link of its page.

Of a page's link the part is read that the picture alone needs; the pages read all of it, in the
same words.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from moeviz.charts.closeness import Setup as Atoms
from moeviz.charts.closeness import checked
from moeviz.charts.closeness_atoms import KINDS, first_fit
from moeviz.charts.gates import COSINE, FIRST, LINEAR, MOST, SHIFT, STARTS, Point
from moeviz.charts.gates import Setup as Gates
from moeviz.errors import SpecificationError
from moeviz.fields import Field, read_texts
from moeviz.lessons.conditions import short
from moeviz.model import ROUTINGS, SCORES
from moeviz.model.settings import constant_fields
from moeviz.text import nearest
from moeviz.theory.losses import EXPONENT

__all__ = ["PICTURES", "Atoms", "Gates", "atoms_of", "gates_of", "link_of", "picture_of"]

PICTURES = ("gates", "cells")
"""Pages whose picture a lesson draws; every other page it links to."""

LONGEST = 600
"""Letters of a link."""

MOST_SAID = 60
"""Parameters of a link."""

FARTHEST = 20.0
_NUMBERS = 60


def link_of(text: str) -> dict[str, str]:
    """Return the parameters of a link: what stands behind the ``?`` of an address.

    Parameters
    ----------
    text : str

    Raises
    ------
    SpecificationError
        If it is none, or says something twice.
    """
    if len(text) > LONGEST:
        raise SpecificationError(f"Expected a link of at most {LONGEST} letters.")
    if "/" in text.partition("?")[0] or ":" in text:
        raise SpecificationError(
            "Expected what stands behind the ? of a page's address, but got an address."
        )
    text = text.removeprefix("?")
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MOST_SAID
        )
    except ValueError:
        raise SpecificationError(
            f"Expected a link such as left=cosine&experts=3, but got '{short(text)}'."
        ) from None
    found = dict(pairs)
    if len(found) < len(pairs):
        raise SpecificationError("Expected each parameter of a link once.")
    return found


def picture_of(page: str, link: str) -> Gates | Atoms:
    """Return what a picture shows.

    Parameters
    ----------
    page : {"gates", "cells"}
    link : str

    Raises
    ------
    SpecificationError
        If there is no such picture, or its link says something that the picture does not show.
    """
    if page not in PICTURES:
        raise SpecificationError(
            f"Expected a picture that a lesson draws ({', '.join(PICTURES)}), but got "
            f"'{short(page)}'."
        )
    return gates_of(link) if page == "gates" else atoms_of(link)


def gates_of(link: str) -> Gates:
    """Return what the picture of two gates shows.

    Parameters
    ----------
    link : str
        Behind the ``?`` of the page of gates.

    Raises
    ------
    SpecificationError
        If it is not a link of that picture.
    """
    said = link_of(link)
    said.pop("v", None)
    fields = _gate_fields()
    _known(said, {*fields, "beta", "start", "shift", "x", "offsets"})
    values = {name: field.default for name, field in fields.items()}
    values |= read_texts(tuple(fields.values()), {k: v for k, v in said.items() if k in fields})
    count = int(values["experts"])  # type: ignore[arg-type]
    vectors = _pairs(said.get("beta", ""), "beta", FIRST)[:count]
    start = _pairs(said.get("start", ""), "start", STARTS)[:count]
    if any(math.hypot(*point) < 1e-6 for point in start):
        raise SpecificationError("Expected starts that have a length.")
    offsets = (*_numbers(said.get("offsets", ""), "offsets"), *(0.0,) * count)[:count]
    made: dict[str, Any] = {}
    if "x" in said:
        made["x"] = _pairs(said["x"], "x", ())[0]
    if values["added"] == "v":
        made["shift"] = (_pairs(said.get("shift", ""), "shift", ()) or [SHIFT])[0]
    return Gates(
        models=tuple((str(values[s]), str(values[f"{s}_gate"])) for s in ("left", "right")),
        constants={name: value for name, value in values.items() if name not in _GATES_OWN},
        vectors=tuple(vectors),
        start=tuple(start),
        offsets=offsets,
        view=str(values["view"]),
        **made,
    )


_GATES_OWN = ("left", "left_gate", "right", "right_gate", "experts", "view", "added")


def _gate_fields() -> dict[str, Field]:
    def choice(name: str, default: str, known: Sequence[str]) -> Field:
        return Field(name, name, "", "choice", default, choices=known)

    scores, routings = tuple(SCORES), tuple(ROUTINGS)
    views = ("winner", "sum", *map(str, range(1, MOST + 1)))
    own = (
        choice("left", COSINE, scores),
        choice("left_gate", "softmax", routings),
        choice("right", LINEAR, scores),
        choice("right_gate", "softmax", routings),
        choice("view", "winner", views),
        choice("added", "none", ("none", "v")),
        Field("experts", "experts", "", "int", 3, 2, MOST),
    )
    parts: dict[str, Mapping[str, Any]] = {
        "left": SCORES,
        "right": SCORES,
        "left_gate": ROUTINGS,
        "right_gate": ROUTINGS,
    }
    constants = [one for one in constant_fields(parts, "") if one.kind != "text"]
    return {field.name: field for field in (*own, *constants)}


def atoms_of(link: str) -> Atoms:
    """Return what the picture of cells shows.

    Parameters
    ----------
    link : str
        Behind the ``?`` of the page of cells.

    Raises
    ------
    SpecificationError
        If it is not a link of that picture.
    """
    said = link_of(link)
    said.pop("v", None)
    _known(said, {"atoms", "fit", "loss", "second", "third", "r", "active"})
    family = said.get("atoms", next(iter(KINDS)))
    if family not in KINDS:
        raise SpecificationError(
            f"Expected atoms to be one of {', '.join(KINDS)}, but got '{short(family)}'."
        )
    kind = KINDS[family]
    losses = tuple(
        said.get(name, kind.losses[place]) for place, name in enumerate(("loss", "second", "third"))
    )
    for loss in losses:
        if loss not in kind.losses:
            raise SpecificationError(
                f"Expected a loss to be one of {nearest(kind.losses, loss)}, but got "
                f"'{short(loss)}'."
            )
    numbers, wide = _numbers(said.get("fit", ""), "fit"), kind.width + 1
    if len(numbers) % wide:
        raise SpecificationError(
            f"Expected {wide} numbers for each fitted atom, {', '.join(kind.names)} and the "
            f"weight, but got {len(numbers)} in all."
        )
    rows = tuple(tuple(numbers[at : at + wide]) for at in range(0, len(numbers), wide))
    (power,) = _numbers(said.get("r", "2"), "r")[:1] or (2.0,)
    if not EXPONENT.low <= power <= EXPONENT.high:
        raise SpecificationError(f"Expected r between {EXPONENT.low:g} and {EXPONENT.high:g}.")
    active = said.get("active", "1")
    if active not in map(str, range(1, 7)):
        raise SpecificationError("Expected active to be an atom's number, from 1.")
    fit = rows or first_fit(kind)
    place = min(int(active), len(fit)) - 1
    return checked(Atoms(family, fit, losses, power, kind.plane, place))


def _known(said: Mapping[str, str], names: set[str]) -> None:
    for name in said:
        if name not in names:
            raise SpecificationError(
                f"Expected a link of what the picture shows ({nearest(sorted(names), name)}), but "
                f"it says '{short(name)}'; leave that out, or link to the page instead."
            )


def _numbers(text: str, name: str) -> tuple[float, ...]:
    parts = text.split(",") if text else []
    if len(parts) > _NUMBERS:
        raise SpecificationError(f"Expected at most {_NUMBERS} numbers for {name}.")
    try:
        found = tuple(map(float, parts))
    except ValueError:
        found = (math.nan,)
    if not all(abs(value) <= FARTHEST for value in found):  # Not so for what is no number.
        raise SpecificationError(
            f"Expected {name} to be numbers between -{FARTHEST:g} and {FARTHEST:g}, separated by "
            f"commas, but got '{short(text)}'."
        )
    return found


def _pairs(text: str, name: str, defaults: Sequence[Point]) -> list[Point]:
    numbers = _numbers(text, name)
    if len(numbers) % 2 or (text == "" and not defaults and name == "x"):
        raise SpecificationError(f"Expected pairs of numbers for {name}.")
    found = list(zip(numbers[::2], numbers[1::2], strict=True))
    return [*found, *defaults[len(found) :]]
