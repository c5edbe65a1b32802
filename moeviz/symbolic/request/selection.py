"""Selections for checks of one's own: the table of their fields, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from moeviz.errors import SpecificationError
from moeviz.fields import Field, Table, Value
from moeviz.model import EXPERTS, GATES, OUTPUTS, SCORES
from moeviz.model.settings import constant_fields

LONGEST = 800
"""Characters of a relation that somebody types."""

TESTS: dict[str, str] = {
    "first-order": "First derivatives of the whole model, modulo its gauge",
    "cone": "Second-order cone: can crowded cells spread out unseen?",
    "pinned": "First derivatives with only the last offset pinned",
    "literal-first": "First derivatives of one term, as a definition lists them",
    "literal-second": "Derivatives of orders 1 and 2 of one term, without the offset",
    "literal-zeroth": "Derivatives of orders 0 to 2 of one term, without the offset",
    "discover": "All relations up to an order, at one atom",
    "relation": "A relation between derivatives that you type",
}
"""Tests by name, in words."""

_INVISIBLE = (
    "A small change of the parameters that the function does not see to first order is not found "
    "at the usual rate, even with the true number of atoms."
)
_DEFINED = (
    "The papers' definitions ask for this independence: a relation lets a change of one parameter "
    "be made good by changes of others."
)
_RELATED = (
    "A relation between derivatives lets a change of one parameter be made good by changes of "
    "others, to that order."
)

WHY: dict[str, str] = {
    "first-order": _INVISIBLE,
    "cone": "Where a crowded cell can spread out and the function hardly sees it, over-specified "
    "parameters are found more slowly.",
    "pinned": _INVISIBLE,
    "literal-first": _DEFINED,
    "literal-second": _DEFINED,
    "literal-zeroth": _DEFINED,
    "discover": _RELATED,
    "relation": _RELATED,
}
"""What follows from the answer of each test."""

POINTS: dict[str, str] = {
    "generic": "Generic rational parameters",
    "zero-gate": "First gate zero (sparse regime)",
    "flat-expert": "First expert with slope zero (Regime 2)",
    "same-expert": "All atoms share their expert",
    "same-gate": "All atoms share their gate",
    "opposite-gates": "Second gate opposite to the first",
}
"""Points by name, in words."""

MODEL, QUESTION = "Model", "Question"

_NARROW: dict[str, tuple[int, int]] = {
    "classes": (2, 3),
    "degree": (2, 4),
    "power": (3, 5),
    "hidden": (1, 2),
}
"""Limits of constants that are narrower than the parts' own, so that families stay small."""

_UNSEEN = ("noise",)
"""Constants on which no relation depends."""


class _Dense(Mapping[str, Any]):
    """The gates that give every expert a weight; the checker reads no others."""

    def __getitem__(self, name: str) -> Any:
        if GATES[name].dense:
            raise KeyError(name)
        return GATES[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name, gate in GATES.items() if not gate.dense)

    def __len__(self) -> int:
        return sum(1 for _ in self)


PARTS: Mapping[str, Mapping[str, Any]] = {
    "router": SCORES,
    "gate": _Dense(),
    "expert": EXPERTS,
    "output": OUTPUTS,
}
"""The fields that name parts of a model, with what they choose from."""


def _of_test(test: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda values: bool(values["test"] == test)


def _choice(
    name: str,
    label: str,
    default: str,
    choices: Collection[str],
    title: Callable[[str], str],
    group: str,
) -> Field:
    return Field(
        name, label, "", "choice", default, choices=choices, title=title, group=group, basic=True
    )


def _number(name: str, label: str, default: int, low: int, high: int, group: str) -> Field:
    return Field(name, label, "", "int", default, low, high, group=group, basic=True)


def _fields() -> Iterator[Field]:
    usual = {
        "router": next(iter(SCORES)),
        "gate": "softmax",
        "expert": "tanh",
        "output": "regression",
    }
    for name, registry in PARTS.items():
        yield _choice(name, name.capitalize(), usual[name], registry, _title(registry), MODEL)
    yield _number("dimension", "Dimension of the input", 1, 1, 3, MODEL)
    yield _number("atoms", "True atoms", 2, 1, 3, MODEL)
    yield from CONSTANTS.values()
    yield _choice("test", "What to test", "cone", TESTS, TESTS.__getitem__, QUESTION)
    yield _choice("point", "Point", "generic", POINTS, POINTS.__getitem__, QUESTION)
    yield replace(_number("seed", "Seed of the point", 0, 0, 99, QUESTION), basic=False)
    yield replace(
        _number("order", "Highest order of derivatives", 2, 1, 2, QUESTION),
        applies=_of_test("discover"),
    )
    yield Field(
        "crowded",
        "Crowded cells",
        "",
        "cells",
        (1,),
        1,
        3,
        help="True atoms that more than one fitted atom gathers around.",
        group=QUESTION,
        basic=True,
        applies=_of_test("cone"),
        counted="atoms",
    )
    yield Field(
        "relation",
        "Relation between derivatives that should be zero",
        "",
        "lines",
        "p1 : p1",
        group=QUESTION,
        basic=True,
        applies=_of_test("relation"),
        longest=LONGEST,
    )


def _title(registry: Mapping[str, Any]) -> Callable[[str], str]:
    return lambda name: str(registry[name].title)


def _constants() -> Iterator[Field]:
    for field in constant_fields(PARTS, MODEL):
        if field.name not in _UNSEEN:
            yield _narrow(field)


def _narrow(field: Field) -> Field:
    if field.name not in _NARROW:
        return field
    low, high = _NARROW[field.name]
    return replace(field, low=max(low, field.low), high=min(high, field.high))


def _variants() -> tuple[object, ...]:
    return tuple(variant for registry in PARTS.values() for variant in registry.values())


CONSTANTS: Mapping[str, Field] = Table(_constants, _variants)
"""The fields that are constants of a part."""

CHECK_FIELDS: Mapping[str, Field] = Table(_fields, _variants)
"""Every field of a composed check, with its default."""


def validated(selection: Mapping[str, Any]) -> dict[str, Value]:
    """Return the values of all fields, with defaults for what is missing.

    Raises
    ------
    SpecificationError
        If a key or value is not among the choices.
    """
    unknown = sorted(set(selection) - set(CHECK_FIELDS))
    if unknown:
        raise SpecificationError(
            f"Expected the fields {', '.join(CHECK_FIELDS)}, but got '{str(unknown[0])[:40]}'."
        )
    values = {
        name: field.check(selection[name]) if name in selection else field.default
        for name, field in CHECK_FIELDS.items()
    }
    _check_together(values)
    return values


def _check_together(values: Mapping[str, Any]) -> None:
    crowded, atoms = values["crowded"], values["atoms"]
    if CHECK_FIELDS["crowded"].applies(values) and max(crowded) > atoms:
        cells = ",".join(str(cell) for cell in crowded)
        raise SpecificationError(
            f"Expected crowded to list cells from 1 to {atoms}, the number of true atoms, but got "
            f"'{cells}'; leave out what is not there."
        )


def asked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that apply, as plain data: what a check is a question of.

    Parameters
    ----------
    values : mapping
        Of all fields.
    """
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if CHECK_FIELDS[name].applies(values)
    }
