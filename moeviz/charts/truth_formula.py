"""A model typeset at a truth: its symbols say the truth's numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from torch import Tensor

from moeviz.charts.formula import equations
from moeviz.charts.parts import FITTED, Typeset
from moeviz.model import Layout, Mixture, Part
from moeviz.model.measure import EXPERT
from moeviz.study.fields import OWN
from moeviz.study.models import constant_names
from moeviz.study.moves import STANDING
from moeviz.text import signed

MOST_EXPERTS, MOST_NUMBERS = 4, 6
"""Of a symbol's value, what is said; more stands in tables."""


def truth_equations(
    mixture: Mixture,
    layout: Layout,
    measures: Mapping[str, Tensor],
    dimension: int,
    ends: tuple[float, float],
    digits: int = 2,
) -> list[str]:
    """Return a model's equations, whose symbols say what they are at a truth, or beside it.

    Parameters
    ----------
    mixture : Mixture
    layout : Layout
        Of the atoms that are summed.
    measures : mapping of str to Tensor, shape (K, W)
        Atoms by what an expert of them is called; the true ones first.
    dimension : int
        D, the number of inputs.
    ends : tuple of float
        Between which inputs lie.
    digits : int
        After the point.
    """
    parts = (mixture.score, mixture.gate, mixture.expert, mixture.output)
    fields: dict[str, Any] = {
        name: getattr(part, name) for part in parts for name in constant_names()
        if hasattr(part, name)
    }  # fmt: skip
    fields |= {
        "routers": (mixture.score.name,),
        "gates": (mixture.gate.name,),
        "experts": (mixture.expert.name,),
        "output": mixture.output.name,
        "dimension": dimension,
        "atoms": layout.atoms,
        "true_atoms": len(next(iter(measures.values()))),
        "moving": STANDING,
        "data_router": OWN,
        "data_gate": OWN,
        "low": ends[0],
        "high": ends[1],
    }

    def said(block: str, part: Typeset) -> Typeset:
        marks = {
            name: replace(mark, meaning=mark.meaning.replace(f" {FITTED}", _values(block, name)))
            if FITTED in mark.meaning
            else mark
            for name, mark in part.marks.items()
        }
        return replace(part, marks=marks)

    def _values(block: str, name: str) -> str:
        columns = list(_columns(layout, block, name))
        return "".join(_said(word, rows[:, columns], digits) for word, rows in measures.items())

    variance = f" {FITTED}", _values(EXPERT, "nu")  # The one that stands outside of the parts.
    return [each.replace(*variance) for each in equations(fields, said)]


def _said(word: str, rows: Tensor, digits: int) -> str:
    if not rows.shape[1]:
        return ""
    each = [_numbers(row, digits) for row in rows[:MOST_EXPERTS].tolist()]
    words = ", ".join(f"{i}: {numbers}" for i, numbers in enumerate(each, start=1))
    return f"; of {word} {words}{', …' if len(rows) > MOST_EXPERTS else ''}"


def _columns(layout: Layout, block: str, name: str) -> Iterator[int]:
    """Yield the columns of an atom that a symbol of its formula stands for."""
    if block != EXPERT:
        entry = int(name[1:]) if name[0] == "b" and name[1:].isdigit() else None
        for first, part in _placed(layout.gate_parts, 0):
            if (name == "S") == (part.name == "A") and name != "offset":
                yield from (
                    range(first, first + part.width) if entry is None else [first + entry - 1]
                )
        if name == "offset":
            yield layout.weight_column
        return
    first = layout.weight_column + 1
    scalars = [part for part in layout.expert_parts if part.name[0] not in "abWn"]
    if name[0] == "s" and name[1:].isdigit():
        wanted = {scalars[int(name[1:]) - 1].name} if int(name[1:]) <= len(scalars) else set()
    else:
        begin = "W1" if name == "W" else name
        wanted = {p.name for p in layout.expert_parts if p.name.partition("_")[0] == begin}
    for column, part in _placed(layout.expert_parts, first):
        if part.name in wanted:
            yield from range(column, column + part.width)


def _placed(parts: tuple[Part, ...], first: int) -> Iterator[tuple[int, Part]]:
    for part in parts:
        yield first, part
        first += part.width


def _numbers(values: list[float], digits: int) -> str:
    said = ", ".join(signed(value, digits) for value in values[:MOST_NUMBERS])
    more = ", …" if len(values) > MOST_NUMBERS else ""
    return f"({said}{more})" if len(values) > 1 else said
