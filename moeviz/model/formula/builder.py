"""From what the parser finds to a tree, piece by piece, with the limits of the language."""

from __future__ import annotations

from fractions import Fraction

from lark import Token, Transformer, v_args

from moeviz.errors import FormulaError
from moeviz.model.formula import build
from moeviz.model.formula.build import LARGEST_DIGITS
from moeviz.model.formula.functions import OPERATIONS, TYPED
from moeviz.model.formula.grammar import DEEPEST, LARGEST, LARGEST_EXPONENT, Kind
from moeviz.model.formula.refusal import KNOWN, example, short
from moeviz.model.formula.tree import Number, Symbol, Tree


def grown(tree: Tree) -> Tree:
    """Return a tree if it is within the limits."""
    if tree.depth > DEEPEST:
        raise FormulaError(
            f"Expected a formula of at most {DEEPEST} levels, but this one is deeper; simplify it."
        )
    if tree.size > LARGEST:
        raise FormulaError(
            f"Expected a formula of at most {LARGEST} parts, but this one has {tree.size}; "
            "simplify it."
        )
    return tree


@v_args(inline=True)
class Builder(Transformer[Token, Tree]):
    """Makes trees from the bottom up while the parser reads, so that nothing recurses.

    Parameters
    ----------
    kind : Kind
    """

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind

    def number(self, token: Token) -> Tree:
        if len(token) > LARGEST_DIGITS + 1:
            raise FormulaError(
                f"Expected numbers of at most {LARGEST_DIGITS} digits, but the one at column "
                f"{token.column} has more; round it."
            )
        return build.number(Fraction(str(token) if token[0] != "." else f"0{token}"))

    def symbol(self, token: Token) -> Tree:
        name, kind = str(token), self.kind
        if self._is_symbol(name) or name in kind.vectors:
            return Symbol(name)
        if name in KNOWN:
            raise FormulaError(
                f"Expected '(' after the function {name} at column {token.column}, but got none; "
                f"write {name}(...)."
            )
        raise FormulaError(
            f"Expected names of {kind.words}, but got '{short(name)}' at column {token.column}; "
            "take one of these."
        )

    def call(self, token: Token, *arguments: Tree | None) -> Tree:
        name, given = str(token), [a for a in arguments if a is not None]
        known = (*TYPED, *self.kind.operations)
        if name not in known:
            what = "a '*' before the bracket" if self._is_symbol(name) else "one of these"
            raise FormulaError(
                f"Expected one of the functions {', '.join(known)}, but got '{short(name)}(' at "
                f"column {token.column}; write {what}."
            )
        count = OPERATIONS[name].arguments if name in OPERATIONS else 1
        if len(given) != count:
            values = "1 value" if count == 1 else f"{count} values"
            raise FormulaError(
                f"Expected {values} for {name} at column {token.column}, but got {len(given)}; "
                f"write {example(name)}."
            )
        if name in OPERATIONS:
            return self._of_vectors(name, token, given)
        return grown(build.call(name, *map(self._plain, given)))

    def _of_vectors(self, name: str, token: Token, given: list[Tree]) -> Tree:
        if self.kind.entries:
            return grown(build.call(name, *given))
        inside = [str(each) for each in given]
        if not all(each in self.kind.vectors for each in inside) or (
            name == "dot" and sorted(inside) != ["b", "x"]
        ):
            raise FormulaError(
                f"Expected whole vectors in {name} at column {token.column}, but got "
                f"'{short(', '.join(inside))}'; write {example(name)}."
            )
        return build.call(name, *sorted(given, key=str))

    def _is_symbol(self, name: str) -> bool:
        return bool(self.kind.symbols.fullmatch(name)) or name in self.kind.constants

    def _plain(self, tree: Tree) -> Tree:
        """Return a tree if it is no vector, or may be one entry by entry."""
        if self.kind.entries:
            return tree
        if isinstance(tree, Symbol) and tree.name in self.kind.vectors:
            raise FormulaError(
                f"Expected a number where the vector {tree.name} stands, but {tree.name} alone is "
                f"all its entries; write {tree.name}1, norm({tree.name}) or dot(b,x)."
            )
        return tree

    def start(self, tree: Tree) -> Tree:
        return self._plain(tree)

    def plus(self, left: Tree, right: Tree) -> Tree:
        return grown(build.add(self._plain(left), self._plain(right)))

    def less(self, left: Tree, right: Tree) -> Tree:
        return grown(build.add(self._plain(left), build.minus(self._plain(right))))

    def times(self, left: Tree, right: Tree) -> Tree:
        return self._kept(build.multiply(self._plain(left), self._plain(right)), left, right)

    def over(self, left: Tree, right: Tree) -> Tree:
        found = build.multiply(self._plain(left), build.raised(self._plain(right), -1))
        return self._kept(found, left, right)

    def negative(self, tree: Tree) -> Tree:
        return grown(build.minus(self._plain(tree)))

    def power(self, base: Tree, exponent: Tree) -> Tree:
        if (
            not isinstance(exponent, Number)
            or exponent.value.denominator != 1
            or abs(exponent.value) > LARGEST_EXPONENT
        ):
            raise FormulaError(
                f"Expected a whole number from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT} as an "
                f"exponent, but got '{short(str(exponent))}'; use sqrt for roots and exp for "
                "other powers."
            )
        return self._kept(build.raised(self._plain(base), int(exponent.value)), base)

    def _kept(self, tree: Tree, *parts: Tree) -> Tree:
        """Return a tree unless a factor or an exponent 0 takes what was typed out of it."""
        lost = next((p for p in parts if p.names), None)
        if not self.kind.entries and isinstance(tree, Number) and lost is not None:
            raise FormulaError(
                "Expected no factor 0 and no exponent 0 beside names, but one makes "
                f"'{short(str(lost), 40)}' the number {tree}; take it out."
            )
        return grown(tree)
