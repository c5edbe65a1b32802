"""Formulas with their vectors written out in numbers: entries, units of an expert, atoms."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from moeviz.errors import FormulaError
from moeviz.model.formula.build import ONE, add, call, minus, multiply, number, raised, rebuilt
from moeviz.model.formula.functions import OPERATIONS
from moeviz.model.formula.tree import Call, Number, Power, Product, Symbol, Tree

FULL, SYMMETRIC = "A", "S"
"""Matrices in front of a gate's block: one with all its entries, one by its free entries."""


@dataclass(frozen=True)
class _Vectors:
    """How long the vectors of a formula are.

    Attributes
    ----------
    lengths : mapping of str to int
        By name.
    numbers : frozenset of str
        Vectors that stand for a number too, outside of operations.
    shift : int
        How many entries of a matrix come before the entries of b.
    """

    lengths: Mapping[str, int]
    numbers: frozenset[str] = field(default_factory=frozenset)
    shift: int = 0

    def number(self, tree: Tree) -> Tree:
        """Return a formula that is a number, in numbers alone."""
        if isinstance(tree, Symbol):
            if tree.name in self.lengths and tree.name not in self.numbers:
                raise FormulaError(
                    f"Expected a number where the vector {tree.name} stands, but got all its "
                    "entries; write it inside of norm or dot."
                )
            return self._shifted(tree)
        if isinstance(tree, Call) and tree.function in OPERATIONS:
            return self._operation(tree)
        return rebuilt(tree, self.number)

    def _operation(self, tree: Call) -> Tree:
        if tree.function == "norm":
            squares = (raised(entry, 2) for entry in self.entries(tree.arguments[0]))
            return call("sqrt", add(*squares))
        if tree.function == "dot":
            left, right = (tuple(self.entries(argument)) for argument in tree.arguments)
            if len(left) != len(right):
                raise FormulaError(
                    f"Expected two vectors of one length, but '{tree}' has {len(left)} and "
                    f"{len(right)} entries; write vectors that go together."
                )
            return add(*(multiply(a, b) for a, b in zip(left, right, strict=True)))
        if tree.function == "quad":
            matrix, vector = tree.arguments
            terms = form_terms(str(matrix), len(entries := tuple(self.entries(vector))))
            return add(
                *(
                    multiply(number(times), Symbol(f"b{at}"), entries[i], entries[j])
                    for at, (i, j, times) in enumerate(terms, start=1)
                )
            )
        raise FormulaError(f"Expected norm, dot or quad, but got '{tree}'; take one of these.")

    def entries(self, tree: Tree) -> Iterator[Tree]:
        """Return the entries of a formula that is a vector."""
        lengths = {self.lengths[name] for name in _bare(tree) if name in self.lengths}
        if len(lengths) != 1:
            raise FormulaError(
                f"Expected a vector, but '{tree}' is {'a number' if not lengths else 'a mixture'}; "
                "write a function of one vector."
            )
        return (self._entry(tree, i) for i in range(1, lengths.pop() + 1))

    def _entry(self, tree: Tree, i: int) -> Tree:
        if isinstance(tree, Symbol) and tree.name in self.lengths:
            return self._shifted(Symbol(f"{tree.name}{i}"))
        if isinstance(tree, Symbol):
            return self._shifted(tree)
        if isinstance(tree, Call) and tree.function in OPERATIONS:
            return self._operation(tree)
        return rebuilt(tree, lambda child: self._entry(child, i))

    def _shifted(self, symbol: Symbol) -> Symbol:
        if symbol.name in (FULL, SYMMETRIC):
            raise FormulaError(
                f"Expected a number where the matrix {symbol.name} stands, but got all its "
                f"entries; write quad({symbol.name},x)."
            )
        if not self.shift or symbol.name[:1] != "b" or not symbol.name[1:].isdigit():
            return symbol
        return Symbol(f"b{int(symbol.name[1:]) + self.shift}")


def _bare(tree: Tree) -> frozenset[str]:
    """Return the names outside of operations."""
    if isinstance(tree, Symbol):
        return tree.names
    if isinstance(tree, Call) and tree.function in OPERATIONS:
        return frozenset()
    return frozenset[str]().union(*(_bare(child) for child in tree.children))


def form_terms(matrix: str, dimension: int) -> tuple[tuple[int, int, int], ...]:
    """Return the terms of a quadratic form: for each entry its row, column and how often it counts.

    Parameters
    ----------
    matrix : {"A", "S"}
        With all its entries row by row, or symmetric by those on and above the diagonal.
    dimension : int
        D; rows and columns are counted from 0.

    Raises
    ------
    FormulaError
        If there is no such matrix.
    """
    if matrix == FULL:
        return tuple((i, j, 1) for i, j in itertools.product(range(dimension), repeat=2))
    if matrix != SYMMETRIC:
        raise FormulaError(
            f"Expected the matrix {SYMMETRIC} or {FULL} in quad, but got '{matrix[:40]}'; write "
            f"quad({SYMMETRIC},x)."
        )
    pairs = itertools.combinations_with_replacement(range(dimension), 2)
    return tuple((i, j, 1 if i == j else 2) for i, j in pairs)


def spelled_out(tree: Tree, dimension: int, gates: int | None = None) -> Tree:
    """Return a score formula with its vectors written out in x1, ..., xD and b1, ..., bG.

    Parameters
    ----------
    tree : Tree
    dimension : int
        D, the length of x.
    gates : int, optional
        G, how many entries the gate's block has; by default what :func:`gate_width` says. Those of
        a matrix come first, so that b1 is the first of these.

    Raises
    ------
    FormulaError
        If a vector stands where a number must, or vectors do not go together.
    """
    gates = gate_width(tree, dimension) if gates is None else gates
    shift = _matrix_entries(tree, dimension)
    lengths = {"x": dimension, "b": gates - shift}
    return _Vectors(lengths, shift=shift).number(tree)


def spelled_units(tree: Tree, heads: int, scalars: int) -> Tree:
    """Return an expert formula with its vectors t and s written out in t1, ... and s1, ....

    Parameters
    ----------
    tree : Tree
    heads, scalars : int
        The vectors' lengths. Outside of operations t stays t.

    Raises
    ------
    FormulaError
        As :func:`spelled_out`.
    """
    return _Vectors({"t": heads, "s": scalars}, frozenset("t")).number(tree)


def spelled_weight(tree: Tree, atoms: int, atom: int) -> Tree:
    """Return a gate formula for one of K atoms, written out in the scores s1, ..., sK.

    Parameters
    ----------
    tree : Tree
        Of the atom's own score s; of all of them inside of sum and winner.
    atoms, atom : int
        K, and which of them, from 1 on.

    Raises
    ------
    FormulaError
        If winner is not of s and a number.
    """

    def at(part: Tree, i: int) -> Tree:
        if isinstance(part, Symbol) and part.name == "s":
            return Symbol(f"s{i}")
        if isinstance(part, Call) and part.function == "sum":
            return add(*(at(part.arguments[0], j) for j in range(1, atoms + 1)))
        if isinstance(part, Call) and part.function == "winner":
            return _winner(part, atoms, i)
        return rebuilt(part, lambda child: at(child, i))

    return at(tree, atom)


def _winner(tree: Call, atoms: int, i: int) -> Tree:
    """Return 1 where fewer than K atoms beat atom i, as steps."""
    scores, kept = tree.arguments
    if scores != Symbol("s") or not isinstance(kept, Number):
        raise FormulaError(f"Expected winner(s,K) with a number K, but got '{tree}'; write that.")
    own = Symbol(f"s{i}")
    beaten = [
        add(ONE, minus(call("step", add(own, minus(Symbol(f"s{j}")))))) for j in range(1, i)
    ] + [call("step", add(Symbol(f"s{j}"), minus(own))) for j in range(i + 1, atoms + 1)]
    return call("step", add(kept, minus(add(*beaten)))) if beaten else ONE


def own_weight(tree: Tree) -> tuple[Tree, bool]:
    """Return an atom's own weight, before it is divided by the sum of all, and whether it is.

    A winner counts as 1: the formula is read where the kept atoms are kept.

    Parameters
    ----------
    tree : Tree
        A gate formula.

    Raises
    ------
    FormulaError
        If it is divided by another sum than that of its own weights.
    """
    tree = _kept(tree)
    factors = tree.factors if isinstance(tree, Product) else (tree,)
    below = [f for f in factors if _is_inverse_sum(f)]
    own = multiply(*(f for f in factors if f not in below))
    if not below:
        return own, False
    if below != [raised(call("sum", own), -1)]:
        raise FormulaError(
            f"Expected a weight divided by the sum of all such weights, but got '{tree}'; write it "
            "as exp(s)/sum(exp(s))."
        )
    return own, True


def _kept(tree: Tree) -> Tree:
    if isinstance(tree, Call) and tree.function == "winner":
        return ONE
    return rebuilt(tree, _kept)


def _is_inverse_sum(tree: Tree) -> bool:
    if not isinstance(tree, Power) or tree.exponent != -1:
        return False
    return isinstance(tree.base, Call) and tree.base.function == "sum"


def gate_width(tree: Tree, dimension: int) -> int:
    """Return how many gate parameters a score formula has over D = `dimension` inputs.

    Raises
    ------
    FormulaError
        If it names more inputs, or besides dot(b,x) more gate parameters, than there are inputs.
    """
    inputs = _largest(tree, "x")
    if inputs > dimension:
        raise FormulaError(
            f"Expected at least {inputs} inputs for a score that uses x{inputs}, but there are "
            f"{dimension}; raise the input dimension or take out x{inputs}."
        )
    matrix = _matrix_entries(tree, dimension)
    gates = _largest(tree, "b")
    if "b" not in tree.names:
        return matrix + gates
    if not _calls(tree, "dot"):
        # norm(b) alone is as long as the b's that the formula names, or else as x.
        return matrix + (gates or dimension)
    if gates > dimension:
        raise FormulaError(
            f"Expected at most {dimension} gate parameters beside dot(b,x), because there are "
            f"{dimension} inputs, but got b{gates}; take out b{gates}."
        )
    return matrix + dimension


def _matrix_entries(tree: Tree, dimension: int) -> int:
    found = tree.names & {FULL, SYMMETRIC}
    return sum(len(form_terms(matrix, dimension)) for matrix in found)


def _largest(tree: Tree, letter: str) -> int:
    numbers = (name[1:] for name in tree.names if name.startswith(letter))
    return max((int(digits) for digits in numbers if digits.isdigit()), default=0)


def _calls(tree: Tree, function: str) -> bool:
    own = isinstance(tree, Call) and tree.function == function
    return own or any(_calls(child, function) for child in tree.children)
