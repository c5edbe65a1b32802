"""Formulas as MathML, which browsers typeset by themselves, with symbols that say what they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from html import escape

from moeviz.model.formula.build import parts_of
from moeviz.model.formula.functions import FUNCTIONS
from moeviz.model.formula.tree import Call, Number, Power, Product, Sum, Symbol, Tree


@dataclass(frozen=True)
class Mark:
    """How a symbol is written, and what it says of itself.

    Attributes
    ----------
    letter : str
        In plain characters, such as ``β``.
    index : str
        What stands below it; an ``i`` in it is the atom's, and becomes ``j`` inside of a sum.
    meaning : str
        Its name and value in words; empty for a symbol that says nothing.
    """

    letter: str
    index: str = ""
    meaning: str = ""


Marks = Mapping[str, Mark]
"""Marks by the names of a tree's symbols."""

_GREEK = {"sigma": "σ", "Phi": "Φ", "varphi": "φ", "beta": "β", "lambda": "λ", "nu": "ν"}
_NAMED = re.compile(r"\\(?:mathrm\{(\w+)\}|(\w+))\\left\(%s\\right\)")
_MINUS = "<mo>−</mo>"
_TRANSPOSED = '<mo lspace="0" rspace="0">⊤</mo>'


def mathml(tree: Tree, marks: Marks, index: str = "i") -> str:
    """Return a formula as the inside of a ``math`` element.

    Parameters
    ----------
    tree : Tree
    marks : mapping of str to Mark
        Of its symbols; one without a mark is written as it is called.
    index : str
        The atom's letter.

    Raises
    ------
    TypeError
        If it is no tree.
    """
    return _Printer(marks, index).print(tree)


def marked(mark: Mark, index: str = "i", above: str = "") -> str:
    """Return a symbol as MathML, with what it means for those who ask.

    Parameters
    ----------
    mark : Mark
    index : str
        The atom's letter.
    above : str
        MathML of what stands above at its right.
    """
    letter = f"<mi>{escape(mark.letter)}</mi>"
    below = mark.index.replace("i", index)
    text = letter
    if below and above:
        text = f"<msubsup>{letter}<mrow>{_indices(below)}</mrow>{above}</msubsup>"
    elif below:
        text = f"<msub>{letter}<mrow>{_indices(below)}</mrow></msub>"
    elif above:
        text = f"<msup>{letter}{above}</msup>"
    return meaning(text, mark.meaning, f"{mark.letter}{mark.index}")


def meaning(content: str, words: str, key: str) -> str:
    """Return a part of a formula with its meaning, as an attribute that a page reads.

    Parameters
    ----------
    content : str
        MathML.
    words : str
        What it means; empty for a part that says nothing.
    key : str
        The same for all places of one symbol.
    """
    if not words:
        return content
    said = f'data-key="{escape(key)}" data-meaning="{escape(words)}"'
    return f'<mrow class="moeviz-symbol" {said}>{content}</mrow>'


def _indices(text: str) -> str:
    parts = re.findall(r"[0-9]+|.", text)
    return "".join(f"<mn>{p}</mn>" if p.isdigit() else f"<mi>{escape(p)}</mi>" for p in parts)


def bracketed(content: str) -> str:
    """Return a part of a formula in round brackets."""
    return f"<mrow>{_fence('(')}{content}{_fence(')')}</mrow>"


def _fence(letter: str) -> str:
    return f'<mo lspace="0" rspace="0">{letter}</mo>'


def _number(value: Fraction) -> str:
    sign = _MINUS if value < 0 else ""
    above = f"<mn>{abs(value.numerator)}</mn>"
    if value.denominator == 1:
        return sign + above
    return f"{sign}<mfrac>{above}<mn>{value.denominator}</mn></mfrac>"


@dataclass(frozen=True)
class _Printer:
    marks: Marks
    index: str

    def print(self, tree: Tree) -> str:
        if isinstance(tree, Number):
            return _number(tree.value)
        if isinstance(tree, Symbol):
            return marked(self.marks.get(tree.name, Mark(tree.name)), self.index)
        if isinstance(tree, Sum):
            first, *others = map(self.print, tree.terms)
            return first + "".join(p if p.startswith(_MINUS) else f"<mo>+</mo>{p}" for p in others)
        if isinstance(tree, Product):
            return self.product(tree)
        if isinstance(tree, Power):
            if tree.exponent < 0:
                return self.product(Product((tree,)))
            base = self.row(tree.base) if isinstance(tree.base, Symbol) else self.braced(tree.base)
            return f"<msup>{base}<mn>{tree.exponent}</mn></msup>"
        if isinstance(tree, Call):
            return self.call(tree)
        raise TypeError(f"Expected a tree, but got {type(tree).__name__}.")

    def row(self, tree: Tree) -> str:
        """Return a tree as one element."""
        return f"<mrow>{self.print(tree)}</mrow>"

    def braced(self, tree: Tree) -> str:
        return bracketed(self.print(tree))

    def product(self, tree: Product) -> str:
        negative, above, below = parts_of(tree)
        sign = _MINUS if negative else ""
        if not below:
            return sign + self.line(above, alone=False)
        over, under = self.line(above, alone=True), self.line(below, alone=True)
        return f"{sign}<mfrac><mrow>{over}</mrow><mrow>{under}</mrow></mfrac>"

    def line(self, factors: list[Tree], alone: bool) -> str:
        """Return factors side by side; one `alone` above or below a line needs no brackets."""
        if alone and len(factors) == 1:
            return self.print(factors[0])
        return '<mspace width="0.2em"/>'.join(map(self.factor, factors)) or "<mn>1</mn>"

    def factor(self, tree: Tree) -> str:
        return self.braced(tree) if isinstance(tree, Sum) else self.print(tree)

    def call(self, tree: Call) -> str:
        if tree.function in _OPERATIONS:
            return _OPERATIONS[tree.function](self, tree)
        inside = tree.arguments[0]
        latex = FUNCTIONS[tree.function].latex
        if latex == r"\sqrt{%s}":
            return f"<msqrt>{self.print(inside)}</msqrt>"
        if latex == r"\left|%s\right|":
            return f"<mrow>{_fence('|')}{self.print(inside)}{_fence('|')}</mrow>"
        if tree.function == "exp":
            return f"<msup><mi>e</mi>{self.row(inside)}</msup>"
        found = _NAMED.fullmatch(latex)
        name = (found[1] or _GREEK.get(found[2], found[2])) if found else tree.function
        return f"<mi>{name}</mi><mo>&#x2061;</mo>{self.braced(inside)}"

    def norm(self, tree: Call) -> str:
        return f"<mrow>{_fence('‖')}{self.print(tree.arguments[0])}{_fence('‖')}</mrow>"

    def dot(self, tree: Call) -> str:
        left, right = tree.arguments
        return self._transposed(left) + self._group(right)

    def quad(self, tree: Call) -> str:
        matrix, vector = tree.arguments
        return self._transposed(vector) + self.print(matrix) + self._group(vector)

    def sum(self, tree: Call) -> str:
        inner = _Printer(self.marks, "j")
        return f"<munder><mo>∑</mo><mi>j</mi></munder>{inner.factor(tree.arguments[0])}"

    def winner(self, tree: Call) -> str:
        scores, kept = tree.arguments
        below = f"<mrow><mtext>top </mtext>{self.print(kept)}</mrow>"
        text = f"<msub><mn>1</mn>{below}</msub>{self.braced(scores)}"
        said = f"1 where the score is among the {kept} largest, and 0 elsewhere"
        return meaning(text, said, "winner")

    def _transposed(self, tree: Tree) -> str:
        if isinstance(tree, Symbol):
            mark = self.marks.get(tree.name, Mark(tree.name))
            return marked(mark, self.index, _TRANSPOSED)
        return f"<msup>{self._group(tree)}{_TRANSPOSED}</msup>"

    def _group(self, tree: Tree) -> str:
        return self.braced(tree) if isinstance(tree, Sum | Product) else self.row(tree)


_OPERATIONS: Mapping[str, Callable[[_Printer, Call], str]] = {
    "norm": _Printer.norm,
    "dot": _Printer.dot,
    "quad": _Printer.quad,
    "sum": _Printer.sum,
    "winner": _Printer.winner,
}
