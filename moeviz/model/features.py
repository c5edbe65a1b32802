r"""The features of a score that is linear in its gate parameters, from its formula.

It is :math:`\sum_k \beta_{ki} z_k(x)`. A score in which gate parameters do not stand alone is
refused with a sentence: its coordinates fill a set that nobody has described, so that no gauge
could be pinned.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

import torch

from moeviz.errors import FormulaError
from moeviz.model.formula import (
    OPERATIONS,
    Call,
    Program,
    Symbol,
    Tree,
    evaluate,
    gate_width,
    program,
    separate,
)

if TYPE_CHECKING:
    from torch import Tensor

POINTS = 256
"""Random points at which functions are compared."""

DEPENDENT = 1e-9
"""Functions whose smallest singular value is below this share of the largest are dependent."""


def features(tree: Tree, x: Tensor, constants: Mapping[str, float]) -> Tensor:
    """Return z(x), shape (..., Dz, N), of inputs x, shape (..., D, N).

    Parameters
    ----------
    tree : Tree
        A score formula.
    x : Tensor
    constants : mapping of str to float
        Values of the constants that the formula names.

    Raises
    ------
    FormulaError
        As :func:`feature_trees`.
    """
    one_map = _map_of(tree)
    if one_map is not None:
        values = {name: x.new_tensor(value) for name, value in constants.items()}
        return evaluate(one_map, {"x": x, **values})
    trees = feature_trees(tree, int(x.shape[-2]), tuple(constants.items()))
    return torch.stack(_on_inputs(program(*trees), x, constants), dim=-2)


def width(tree: Tree, dimension: int, constants: Mapping[str, float]) -> int:
    """Return Dz over D = `dimension` inputs.

    Raises
    ------
    FormulaError
        As :func:`feature_trees`.
    """
    if _map_of(tree) is not None:
        return dimension
    return len(feature_trees(tree, dimension, tuple(constants.items())))


def _map_of(tree: Tree) -> Tree | None:
    """Return M where the score is b.M(x) with a map M that acts entry by entry; else None."""
    if not isinstance(tree, Call) or tree.function != "dot" or tree.arguments[0] != Symbol("b"):
        return None
    inner = tree.arguments[1]
    return inner if "x" in inner.names and _by_entry(inner) else None


def _by_entry(tree: Tree) -> bool:
    if isinstance(tree, Symbol):
        return tree.name[0] not in "xb" or tree.name == "x"
    own = isinstance(tree, Call) and tree.function in OPERATIONS
    return not own and all(map(_by_entry, tree.children))


def _on_inputs(steps: Program, x: Tensor, constants: Mapping[str, float]) -> list[Tensor]:
    values = {f"x{i + 1}": row for i, row in enumerate(x.unbind(-2))}
    values |= {name: x.new_tensor(value) for name, value in constants.items()}
    shape = (*x.shape[:-2], x.shape[-1])
    return [value.expand(shape) for value in steps.run(values)]


@lru_cache(maxsize=64)
def feature_trees(
    tree: Tree, dimension: int, constants: tuple[tuple[str, float], ...] = ()
) -> tuple[Tree, ...]:
    """Return the features z_1 to z_m of a score formula over D = `dimension` inputs.

    Parameters
    ----------
    tree : Tree
        A score formula.
    dimension : int
    constants : tuple of (str, float)
        Values of the constants that the formula names.

    Raises
    ------
    FormulaError
        If it is not a sum of gate parameters times features, if it uses inputs that are not
        there, or if the features and a constant are linearly dependent.
    """
    gates = gate_width(tree, dimension)
    found = dict(separate(tree, dimension))
    for u in found:
        if not isinstance(u, Symbol):
            what = "a term without one" if not u.names else f"'{_short(str(u))}'"
            raise FormulaError(
                "Expected each gate parameter alone as a factor, because only then the lab can "
                f"hold fits against the truth, but got {what}; write a sum such as b1*x1 + "
                "b2*x2^2, or let the checker decide this score."
            )
    trees = tuple(found[Symbol(f"b{i}")] for i in range(1, gates + 1))
    _check(trees, dimension, dict(constants))
    return trees


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _check(trees: tuple[Tree, ...], dimension: int, constants: Mapping[str, float]) -> None:
    """Refuse features of which some combination is constant."""
    rng = torch.Generator().manual_seed(1)
    x = 4.0 * torch.rand(dimension, 2 * POINTS, generator=rng, dtype=torch.float64) - 2.0
    x[:, POINTS:].abs_()  # where logarithms and roots live
    values = torch.stack([*_on_inputs(program(*trees), x, constants), torch.ones_like(x[0])])
    values = values[:, torch.isfinite(values).all(0)]
    if values.shape[1] < POINTS // 4:
        raise FormulaError(
            "Expected features that are numbers for most inputs between -2 and 2, but these "
            "are not; mind divisions, roots and logarithms."
        )
    if dependent(values):
        raise FormulaError(
            "Expected features that differ from each other and from a constant, because the gate "
            "cannot tell their parameters apart otherwise, but some combination of them is "
            "constant; take the superfluous parameter out."
        )


def dependent(rows: Tensor) -> bool:
    """Return whether functions, given by their values, shape (F, N), are linearly dependent."""
    size = torch.linalg.vector_norm(rows, dim=-1, keepdim=True)
    if bool((size == 0).any()):
        return True
    singular = torch.linalg.svdvals(rows / size)
    return bool(singular[-1] < DEPENDENT * singular[0])
