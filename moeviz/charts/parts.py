"""Scores, gates and experts written out: their formulas as MathML, printed from their trees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from moeviz.model import Affinity, AnyConstant, Constant, Expert, Gate, Part, Routing, Score
from moeviz.model.formula import Call, Mark, Symbol, Tree, mathml
from moeviz.model.formula.build import add, call, rebuilt
from moeviz.model.reading import Written, formula_of

FITTED = "that a fit finds"

_GREEK = {"tau": "τ", "lambda": "λ", "sigma": "σ", "nu": "ν", "beta": "β", "eta": "η"}
_SYMBOL = re.compile(r"\\?([A-Za-z]+?)(?:_\{?([0-9,]+)\}?)?")
_ENTRY = re.compile(r"([xb])([0-9]+)")


@dataclass(frozen=True)
class Typeset:
    """A part of a model as it is typeset.

    Attributes
    ----------
    tree : Tree
    marks : mapping of str to Mark
        What each of its symbols is.
    """

    tree: Tree
    marks: Mapping[str, Mark]

    def print(self) -> str:
        """Return it as MathML."""
        return mathml(self.tree, self.marks)

    @property
    def silent(self) -> Typeset:
        """The same with symbols that say nothing, for places where nobody asks them."""
        marks = {name: replace(mark, meaning="") for name, mark in self.marks.items()}
        return Typeset(self.tree, marks)

    @property
    def alone(self) -> bool:
        """Whether it needs no brackets as a factor."""
        return isinstance(self.tree, Call | Symbol)


def numbers(count: int) -> str:
    """Say how many numbers, in words."""
    return f"{count} number" if count == 1 else f"{count} numbers"


def input_mark(dimension: int, within: str = "") -> Mark:
    """Return the mark of the input x.

    Parameters
    ----------
    dimension : int
        D.
    within : str
        Where inputs lie, in words.
    """
    return Mark("x", "", f"input: {numbers(dimension)} (d = {dimension}){within}")


def score_part(score: Score, x: Mark, dimension: int) -> Typeset:
    """Return a score with its offset.

    Parameters
    ----------
    score : Score
    x : Mark
        Of the input.
    dimension : int
        D.
    """
    parts = {part.name: part for part in score.parts(dimension)}
    marks = {"x": x, "h": Mark("h", "i", "value of expert i"), **_constants(score)}
    for part in parts.values():
        name, mark = _gate_mark(part)
        marks[name] = mark
    tree = formula_of(score)
    marks |= _entries(tree, "gate parameter")
    if score.has_offset:
        tree = add(tree, Symbol("offset"))
        marks["offset"] = Mark("β", "0i", f"offset of expert i: 1 number {FITTED}")
    return Typeset(tree, marks)


def typed_part(score: Score, x: Mark) -> Typeset:
    """Return a typed score with its offset, also one that the lab does not fit.

    Parameters
    ----------
    score : Score
    x : Mark
        Of the input.
    """
    tree = formula_of(score)
    marks = {"x": x, "b": Mark("β", "1i", "gate vector of expert i")}
    marks |= _entries(tree, "gate parameter")
    marks["offset"] = Mark("β", "0i", "offset of expert i")
    return Typeset(add(tree, Symbol("offset")), marks)


def affinity_part(affinity: Affinity, score: Score) -> Typeset:
    """Return what a score by competition reads off the expert's value, with its offset.

    Parameters
    ----------
    affinity : Affinity
    score : Score
        Whether there is an offset.
    """
    tree = formula_of(affinity)
    marks = {"h": Mark("h", "i", "value of expert i")}
    if score.has_offset:
        tree = add(tree, Symbol("offset"))
        marks["offset"] = Mark("β", "0i", "offset of expert i")
    return Typeset(tree, marks)


def gate_part(gate: Gate | Routing, meaning: str = "score of expert i") -> Typeset:
    """Return a gate over the scores.

    Parameters
    ----------
    gate : Gate or Routing
    meaning : str
        What a score is, in words.
    """
    return Typeset(formula_of(gate), {"s": Mark("s", "i", meaning), **_constants(gate)})


def expert_part(expert: Expert, x: Mark, dimension: int, below: str = "") -> Typeset:
    """Return an expert of the input.

    Parameters
    ----------
    expert : Expert
    x : Mark
        Of the input.
    dimension : int
        D.
    below : str
        A further index of its parameters, such as a class.
    """
    parts = expert.parts(dimension)
    whose = "expert i" + (f", {_INDICES[below]}" if below else "")
    marks: dict[str, Mark] = {"x": x, **_constants(expert)}
    names: dict[str, Tree] = {}
    tree = formula_of(expert)
    for name in sorted(tree.names):
        unit = name[1:]
        if name[0] == "t":
            slope, intercept = (f"a{unit}", f"b{unit}") if unit or expert.heads == 1 else ("W", "b")
            names[name] = add(call("dot", Symbol(slope), Symbol("x")), Symbol(intercept))
            many = f" for each of {expert.heads} units" if slope == "W" else ""
            marks[slope] = Mark(
                slope[0],
                f"{'1' if slope == 'W' else unit}i{below}",
                f"slope of {whose}: {numbers(dimension)}{many} {FITTED}",
            )
            marks[intercept] = Mark(
                "b", f"{unit}i{below}", f"intercept of {whose}: 1 number{many} {FITTED}"
            )
        elif name == "s":
            names[name] = Symbol("W2")
            said = f"weights of {whose}'s units: {numbers(expert.scalars)} {FITTED}"
            marks["W2"] = Mark("W", f"2i{below}", said)
        elif name[0] == "s":
            mark = _mark(parts[len(parts) - expert.scalars + int(unit) - 1].symbol)
            said = f"scale of {whose}: 1 number {FITTED}"
            marks[name] = replace(mark, index=f"{mark.index}i{below}", meaning=said)
    return Typeset(_renamed(tree, names), marks)


_INDICES = {"c": "class c"}


def constant_mark(constant: Constant, value: float) -> Mark:
    """Return the mark of a constant, with its value.

    Parameters
    ----------
    constant : Constant
    value : float
    """
    mark = _mark(constant.symbol)
    label = constant.label or constant.name
    said = f"{label[0].lower()}{label[1:]}: {mark.letter}{mark.index} = {value:g}"
    return replace(mark, meaning=said)


def _constants(part: Written) -> dict[str, Mark]:
    each: tuple[AnyConstant, ...] = part.constants
    return {
        c.name: constant_mark(c, getattr(part, c.name)) for c in each if isinstance(c, Constant)
    }


def _gate_mark(part: Part) -> tuple[str, Mark]:
    """Return by which name a formula calls a piece of the gate's block, and its mark."""
    if part.name == "A":
        said = f"matrix of expert i's gate: symmetric, {numbers(part.width)} {FITTED}"
        return "S", Mark("A", "i", said)
    return "b", Mark("β", "1i", f"gate vector of expert i: {numbers(part.width)} {FITTED}")


def _entries(tree: Tree, words: str) -> dict[str, Mark]:
    """Return the marks of single inputs and gate parameters that a typed score names."""
    found = filter(None, map(_ENTRY.fullmatch, tree.names))
    return {
        entry[0]: Mark("x", entry[2], f"input {entry[2]}")
        if entry[1] == "x"
        else Mark("β", f"i,{entry[2]}", f"{words} {entry[2]} of expert i: 1 number {FITTED}")
        for entry in found
    }


def _mark(symbol: str) -> Mark:
    r"""Return the mark of a symbol in LaTeX, such as ``\tau_1``."""
    found = _SYMBOL.fullmatch(symbol)
    return Mark(_GREEK.get(found[1], found[1]), found[2] or "") if found else Mark(symbol)


def _renamed(tree: Tree, names: Mapping[str, Tree]) -> Tree:
    if isinstance(tree, Symbol):
        return names.get(tree.name, tree)
    return rebuilt(tree, lambda child: _renamed(child, names))
