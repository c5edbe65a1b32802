"""Which names a formula of a kind must use."""

from __future__ import annotations

from collections.abc import Callable

from moeviz.errors import FormulaError
from moeviz.model.formula.grammar import SCORE, Kind
from moeviz.model.formula.refusal import short
from moeviz.model.formula.tree import Symbol, Tree


def check_names(tree: Tree, kind: Kind) -> None:
    """Refuse a formula that does not use what its kind is about, or skips numbers.

    Raises
    ------
    FormulaError
        If it does.
    """
    if kind.name in _CHECKS:
        _CHECKS[kind.name](tree)


def _check_score(tree: Tree) -> None:
    if isinstance(tree, Symbol) and tree.name in SCORE.vectors:
        raise FormulaError(
            f"Expected a number where the vector {tree.name} stands, but got all its entries; "
            "write dot(b,x)."
        )
    own = {name for name in tree.names if name.startswith("b")}
    if not own or not any(name.startswith("x") for name in tree.names):
        raise FormulaError(
            "Expected a score that uses the input and the gate's parameters, but it names "
            f"{_listed(tree.names)}; write one such as b1*x1 or dot(b,x)."
        )
    if "b" not in own:  # the whole vector has no gaps
        _contiguous(own, "b")


def _check_expert(tree: Tree) -> None:
    predictors = {name for name in tree.names if name.startswith("t")}
    if not predictors or ("t" in predictors and len(predictors) > 1):
        raise FormulaError(
            "Expected an expert of the predictor t, or of t1 and t2, but it names "
            f"{_listed(tree.names)}; write one such as s1*tanh(t)."
        )
    _contiguous(predictors - {"t"}, "t")
    _contiguous({name for name in tree.names if name.startswith("s")}, "s")


_CHECKS: dict[str, Callable[[Tree], None]] = {"score": _check_score, "expert": _check_expert}


def _listed(names: frozenset[str]) -> str:
    return short(", ".join(sorted(names))) or "nothing"


def _contiguous(names: set[str], letter: str) -> None:
    numbers = {int(name[1:]) for name in names if name[1:]}
    missing = set(range(1, max(numbers, default=0) + 1)) - numbers
    if missing:
        first = f"{letter}{min(missing)}"
        raise FormulaError(
            f"Expected {letter}1 to {letter}{max(numbers)} all to be used, but {first} is missing; "
            f"number them from {letter}1 on."
        )
