"""Values of formulas on tensors: a list of steps, each an operation on the results before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from moeviz.errors import FormulaError
from moeviz.model.elementwise import power
from moeviz.model.formula.functions import FUNCTIONS
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Symbol, Tree

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Program:
    """Formulas in the order in which their parts are computed; a shared part is computed once.

    Attributes
    ----------
    steps : tuple of (Tree, tuple of int)
        What is computed, and from which steps.
    outputs : tuple of int
        The steps that are the formulas.
    """

    steps: tuple[tuple[Tree, tuple[int, ...]], ...]
    outputs: tuple[int, ...]

    def run(self, values: Mapping[str, Tensor]) -> list[Tensor]:
        """Return the formulas' values.

        Parameters
        ----------
        values : mapping of str to Tensor
            By symbol; they broadcast against each other.

        Returns
        -------
        list of Tensor
            A formula without symbols gives a tensor without axes.

        Raises
        ------
        FormulaError
            If a symbol has no value.
        """
        like = next(iter(values.values()), torch.zeros((), dtype=torch.float64))
        done: list[Tensor] = []
        for tree, parts in self.steps:
            done.append(_step(tree, [done[i] for i in parts], values, like))
        return [done[i] for i in self.outputs]


def _step(tree: Tree, parts: list[Tensor], values: Mapping[str, Tensor], like: Tensor) -> Tensor:
    if isinstance(tree, Number):
        return like.new_full((), float(tree.value))
    if isinstance(tree, Symbol):
        if tree.name not in values:
            raise FormulaError(
                f"Expected a value for every symbol, but '{tree.name}' has none; give it one."
            )
        return values[tree.name]
    if isinstance(tree, Sum):
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total
    if isinstance(tree, Product):
        total = parts[0]
        for part in parts[1:]:
            total = total * part
        return total
    if isinstance(tree, Power):
        value = power(parts[0], abs(tree.exponent))
        return value if tree.exponent > 0 else value.reciprocal()
    if isinstance(tree, Call) and tree.function in FUNCTIONS:
        return FUNCTIONS[tree.function].value(*parts)
    raise FormulaError(
        f"Expected a formula of numbers to evaluate, but got '{str(tree)[:40]}'; spell its "
        "vectors out first."
    )


@lru_cache(maxsize=512)
def program(*formulas: Tree) -> Program:
    """Return the steps that compute formulas together."""
    steps: list[tuple[Tree, tuple[int, ...]]] = []
    places: dict[Tree, int] = {}

    def place(tree: Tree) -> int:
        if tree not in places:
            parts = tuple(place(child) for child in tree.children)
            places[tree] = len(steps)
            steps.append((tree, parts))
        return places[tree]

    outputs = tuple(place(tree) for tree in formulas)
    return Program(tuple(steps), outputs)


def evaluate(tree: Tree, values: Mapping[str, Tensor]) -> Tensor:
    """Return a formula's value.

    Parameters
    ----------
    tree : Tree
        Without operations on vectors.
    values : mapping of str to Tensor
        By symbol; they broadcast against each other.

    Raises
    ------
    FormulaError
        If a symbol has no value.
    """
    return program(tree).run(values)[0]
