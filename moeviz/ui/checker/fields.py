"""What a composed check is made of: choices and limits from the checker, constants from parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.model.constants import AnyConstant, TextConstant
from moeviz.symbolic.request.selection import options
from moeviz.ui.lab.link import short

PARTS: Mapping[str, Mapping[str, Any]] = {
    "router": SCORES,
    "gate": GATES,
    "expert": EXPERTS,
    "output": OUTPUTS,
}
"""The choices that are parts of a model, with the registries that know their titles."""

CHOICES = (*PARTS, "test", "point")
NUMBERS = ("dimension", "atoms", "seed", "order")
CROWDED = "crowded"
RELATION = "relation"

MOST_LETTERS = 2000
"""Length of a text in a link; the formulas' own limit is stricter and is said by their reader."""

Selection = dict[str, Any]


@lru_cache(maxsize=1)
def offered() -> dict[str, Any]:
    """Return what the checker offers: choices with titles, limits of numbers, defaults."""
    return options()


def choices(name: str) -> dict[str, str]:
    """Return the values that a choice offers, with their titles.

    Parameters
    ----------
    name : str
        One of :data:`CHOICES`.
    """
    found: dict[str, str] = offered()[name]
    return found


def limits(name: str) -> tuple[int, int]:
    """Return the lowest and highest value of a number.

    Parameters
    ----------
    name : str
        One of :data:`NUMBERS`.
    """
    low, high = offered()["limits"][name]
    return int(low), int(high)


def constants(selection: Mapping[str, Any]) -> list[AnyConstant]:
    """Return the constants of the parts that a selection names, in the checker's limits.

    Parameters
    ----------
    selection : mapping
        With router, gate, expert and output.
    """
    found: dict[str, AnyConstant] = {}
    for name, registry in PARTS.items():
        for constant in getattr(registry[selection[name]], "constants", ()):
            if constant.name in offered()["defaults"]:
                found.setdefault(constant.name, _limited(constant))
    return list(found.values())


def relevant(name: str, test: str) -> bool:
    """Return whether a field means something to a test.

    Parameters
    ----------
    name : str
        Of a field of the form.
    test : str
        Name of the test.
    """
    rules = {CROWDED: test == "cone", "order": test == "discover", RELATION: test == RELATION}
    return rules.get(name, True)


def first_selection() -> Selection:
    """Return what the form shows at first."""
    defaults = offered()["defaults"]
    names = (*CHOICES, *NUMBERS, CROWDED, RELATION)
    return {name: defaults[name] for name in names}


def write_selection(selection: Mapping[str, Any]) -> dict[str, str]:
    """Return a selection as texts for a link.

    Parameters
    ----------
    selection : mapping
    """
    return {
        name: ",".join(str(v) for v in value) if name == CROWDED else _text(value)
        for name, value in selection.items()
    }


def read_selection(texts: Mapping[str, str]) -> Selection:
    """Return the selection that a link's texts stand for; what is left out is as at first.

    Parameters
    ----------
    texts : mapping of str to str

    Raises
    ------
    SpecificationError
        If a name or a value is none of this form.
    """
    chosen = first_selection()
    for name in CHOICES:
        if name in texts:
            chosen[name] = _choice(name, texts[name])
    for name in NUMBERS:
        if name in texts:
            chosen[name] = _number(name, texts[name])
    chosen[CROWDED] = _crowded(texts.get(CROWDED, "1"), chosen["atoms"])
    chosen[RELATION] = _long(RELATION, texts.get(RELATION, ""))
    own = {constant.name: constant for constant in constants(chosen)}
    for name, text in texts.items():
        if name in own:
            chosen[name] = _constant(own[name], text)
        elif name not in chosen:
            raise SpecificationError(
                f"Expected a field of this form, such as router or dimension, but got "
                f"'{short(name)}'; leave it out."
            )
    return {name: v for name, v in chosen.items() if relevant(name, chosen["test"])}


def _limited(constant: AnyConstant) -> AnyConstant:
    if isinstance(constant, TextConstant) or constant.name not in offered()["limits"]:
        return constant
    low, high = limits(constant.name)
    return replace(constant, low=max(low, constant.low), high=min(high, constant.high))


def _choice(name: str, text: str) -> str:
    known = choices(name)
    if text not in known:
        raise SpecificationError(
            f"Expected {name} to be one of {', '.join(known)}, but got '{short(text)}'."
        )
    return text


def _number(name: str, text: str) -> int:
    low, high = limits(name)
    try:
        value = int(text) if len(text) < 20 else high + 1
    except ValueError:
        value = low - 1
    if not low <= value <= high:
        raise SpecificationError(
            f"Expected {name} to be a whole number from {low} to {high}, but got '{short(text)}'."
        )
    return value


def _crowded(text: str, atoms: int) -> list[int]:
    parts = text[:20].split(",")
    try:
        found = sorted({int(part) for part in parts})
    except ValueError:
        found = [0]
    if not found or not all(1 <= cell <= atoms for cell in found):
        raise SpecificationError(
            f"Expected crowded to list cells from 1 to {atoms}, but got '{short(text)}'."
        )
    return found


def _long(name: str, text: str) -> str:
    if len(text) > MOST_LETTERS:
        raise SpecificationError(
            f"Expected {name} to have at most {MOST_LETTERS} characters, but got {len(text)}; "
            "choose a shorter text."
        )
    return text


def _constant(constant: AnyConstant, text: str) -> Any:
    if isinstance(constant, TextConstant):
        return _long(constant.name, text)
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not constant.low <= value <= constant.high:
        raise SpecificationError(
            f"Expected {constant.name} to be a number from {constant.low:g} to "
            f"{constant.high:g}, but got '{short(text)}'."
        )
    return int(value) if constant.whole else value


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
