r"""Formulas as Typst's mathematics, which is a language of its own and reads no LaTeX.

Functions are written as :data:`~moeviz.model.formula.functions.FUNCTIONS` has them in LaTeX: as a
name before brackets, unless they have a form of their own here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from moeviz.model.formula.build import parts_of
from moeviz.model.formula.functions import FUNCTIONS
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Symbol, Tree

KNOWN = frozenset({"exp", "log", "sin", "cos", "tanh", "sigma"})
"""Names that mean the same in LaTeX and in Typst."""

FORMS: Mapping[str, str] = {
    "sqrt": "sqrt({0})",
    "abs": "abs({0})",
    "normal_cdf": "Phi({0})",
    "normal_density": "phi({0})",
    "norm": "norm({0})",
    "dot": "{0}^top {1}",
    "quad": "{1}^top {0} {1}",
    "sum": "sum_j {0}",
    "winner": 'bold(1)_("Top" {1})({0})',
}
"""Functions and operations that are more than a name before brackets."""

GREEK: Mapping[str, str] = {"b": "beta", "tau": "tau"}

_INDEX = re.compile(r"(?<![A-Za-z])i(?![A-Za-z])")
_NAME = re.compile(r"\\(?:mathrm\{)?([A-Za-z]+)")


def typst(tree: Tree, names: Mapping[str, str] | None = None) -> str:
    r"""Return a formula as Typst's mathematics, without the dollars around it.

    Parameters
    ----------
    tree : Tree
    names : mapping of str to str, optional
        What to write for some symbols, such as ``{"s": "s_i"}``. Under a sum over all atoms an
        index i becomes j.

    Returns
    -------
    str
        ``b1`` becomes ``beta_(1)`` unless `names` says otherwise.
    """
    return _Printer(names or {}).text(tree)


class _Printer:
    """Prints trees with one set of names."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names

    def text(self, tree: Tree) -> str:
        if isinstance(tree, Number):
            return _number(tree.value)
        if isinstance(tree, Symbol):
            return self.names.get(tree.name) or _symbol(tree.name)
        if isinstance(tree, Sum):
            first, *rest = map(self.text, tree.terms)
            return first + "".join(f" - {t[1:]}" if t.startswith("-") else f" + {t}" for t in rest)
        if isinstance(tree, Product):
            return self._product(tree)
        if isinstance(tree, Power):
            if tree.exponent < 0:
                return self._product(Product((tree,)))
            plain = isinstance(tree.base, Symbol)
            base = self.text(tree.base)
            return f"{base if plain else f'({base})'}^({tree.exponent})"
        if isinstance(tree, Call):
            return self._call(tree)
        raise TypeError(f"Expected a tree, but got {type(tree).__name__}.")

    def _product(self, tree: Product) -> str:
        negative, above, below = parts_of(tree)
        sign = "-" if negative else ""
        if below:
            return f"{sign}frac({self._line(above, True)}, {self._line(below, True)})"
        return sign + self._line(above, False)

    def _line(self, factors: list[Tree], alone: bool) -> str:
        """Return factors side by side; one `alone` above or below a line needs no brackets."""
        if alone and len(factors) == 1:
            return self.text(factors[0])
        return " thin ".join(map(self._factor, factors)) or "1"

    def _factor(self, tree: Tree) -> str:
        text = self.text(tree)
        return f"({text})" if isinstance(tree, Sum) else text

    def _call(self, tree: Call) -> str:
        if tree.function == "sum":
            everywhere = {name: _INDEX.sub("j", own) for name, own in self.names.items()}
            return FORMS["sum"].format(_Printer(everywhere)._factor(tree.arguments[0]))
        if tree.function in FUNCTIONS:
            inside = [self.text(tree.arguments[0])]
        else:
            inside = [self._factor(argument) for argument in tree.arguments]
        form = FORMS.get(tree.function)
        return form.format(*inside) if form else f"{_named(tree.function)}({', '.join(inside)})"


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value)
    sign = "-" if value < 0 else ""
    return f"{sign}frac({abs(value.numerator)}, {value.denominator})"


def _symbol(name: str) -> str:
    letters, digits = re.sub(r"[0-9]+$", "", name), re.sub(r"^[A-Za-z]+", "", name)
    text = GREEK.get(letters) or (letters if len(letters) == 1 else f'"{letters}"')
    return f"{text}_({digits})" if digits else text


def _named(function: str) -> str:
    """Return the name of a function as its LaTeX has it."""
    row = FUNCTIONS.get(function)
    found = _NAME.match(row.latex) if row else None
    name = found[1] if found else function
    return name if name in KNOWN else f'op("{name}")'
