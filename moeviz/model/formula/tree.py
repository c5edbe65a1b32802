"""Formulas as trees: numbers, symbols, sums, products, powers and calls.

Trees are made by :mod:`moeviz.model.formula.build`, which keeps them tidy. The text of a tree,
``str(tree)``, is a formula that reads back as the same tree.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property


@dataclass(frozen=True)
class Tree:
    """A formula; one of the classes below."""

    @property
    def children(self) -> tuple[Tree, ...]:
        """The trees right below."""
        return ()

    @cached_property
    def depth(self) -> int:
        """How many levels there are."""
        return 1 + max((child.depth for child in self.children), default=0)

    @cached_property
    def size(self) -> int:
        """How many nodes there are."""
        return 1 + sum(child.size for child in self.children)

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of its symbols."""
        return frozenset[str]().union(*(child.names for child in self.children))

    @cached_property
    def _hash(self) -> int:
        own = (getattr(self, name) for name in self.__dataclass_fields__)
        return hash((type(self).__name__, *own))

    def __hash__(self) -> int:
        # Trees are keys all the time, so each computes its hash once.
        return self._hash

    def __str__(self) -> str:
        return _text(self, _SUM)


@dataclass(frozen=True)
class Number(Tree):
    """A rational number."""

    value: Fraction
    __hash__ = Tree.__hash__


@dataclass(frozen=True)
class Symbol(Tree):
    """A variable or parameter."""

    name: str
    __hash__ = Tree.__hash__

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset((self.name,))


@dataclass(frozen=True)
class Sum(Tree):
    """A sum of at least two terms; a number comes last."""

    terms: tuple[Tree, ...]
    __hash__ = Tree.__hash__

    @property
    def children(self) -> tuple[Tree, ...]:
        return self.terms


@dataclass(frozen=True)
class Product(Tree):
    """A product of at least two factors; a number comes first."""

    factors: tuple[Tree, ...]
    __hash__ = Tree.__hash__

    @property
    def children(self) -> tuple[Tree, ...]:
        return self.factors


@dataclass(frozen=True)
class Power(Tree):
    """A whole power, neither 0 nor 1, of a tree that is no number."""

    base: Tree
    exponent: int
    __hash__ = Tree.__hash__

    @property
    def children(self) -> tuple[Tree, ...]:
        return (self.base,)


@dataclass(frozen=True)
class Call(Tree):
    """A function of one or two trees."""

    function: str
    arguments: tuple[Tree, ...]
    __hash__ = Tree.__hash__

    @property
    def children(self) -> tuple[Tree, ...]:
        return self.arguments


_SUM, _PRODUCT, _POWER = 0, 1, 2
"""How tightly the place where a text goes binds."""


def _text(tree: Tree, place: int) -> str:
    if isinstance(tree, Number):
        text, own = str(tree.value), _PRODUCT if tree.value.denominator > 1 else _POWER
        own = _SUM if tree.value < 0 else own
    elif isinstance(tree, Symbol):
        return tree.name
    elif isinstance(tree, Call):
        return f"{tree.function}({','.join(_text(a, _SUM) for a in tree.arguments)})"
    elif isinstance(tree, Sum):
        text, own = _signed(tree.terms), _SUM
    elif isinstance(tree, Product):
        text, own = _product(tree), _PRODUCT
        own = _SUM if text.startswith("-") else own
    elif isinstance(tree, Power):
        base = _text(tree.base, _POWER)
        text = f"1/{base}" if tree.exponent == -1 else f"{base}^{tree.exponent}"
        own = _PRODUCT
    else:
        raise TypeError(f"Expected a tree, but got {type(tree).__name__}.")
    return f"({text})" if own < place else text


def _signed(terms: tuple[Tree, ...]) -> str:
    text = _text(terms[0], _SUM)
    for term in terms[1:]:
        part = _text(term, _SUM)
        text += f" - {part[1:]}" if part.startswith("-") else f" + {part}"
    return text


def _product(tree: Product) -> str:
    first, *rest = tree.factors
    text = "-" if first == Number(Fraction(-1)) else ""
    if not text:
        text = str(first.value) if isinstance(first, Number) else _factor(first)
    else:
        text += _factor(rest.pop(0))
    for factor in rest:
        if isinstance(factor, Power) and factor.exponent == -1:
            text += f"/{_text(factor.base, _POWER)}"
        else:
            text += f"*{_factor(factor)}"
    return text


def _factor(tree: Tree) -> str:
    return _text(tree, _PRODUCT)
